import Foundation
import HandoffProject
import HandoffSystem

/// A folder with files that is removed at the end of the test.
final class TemporaryProject {
  let root: String

  init(_ files: [String: String] = [:]) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("handoff-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    root = FileSystem().realPath(folder.path) ?? folder.path
    for (path, text) in files { try write(path, text) }
  }

  deinit { try? FileManager.default.removeItem(atPath: root) }

  func write(_ path: String, _ text: String) throws {
    let url = URL(fileURLWithPath: root).appendingPathComponent(path)
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: url)
  }

  /// What discovery makes of it with these variables.
  func discover(_ variables: [String: String] = [:]) throws -> Project {
    try Discovery.project(
      at: root, host: Host(environment: ProcessEnvironment(variables), workingDirectory: root))
  }
}
