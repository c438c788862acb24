import Foundation

/// A folder that is removed when the test lets go of it.
public final class TemporaryFolder: Sendable {
  /// Its absolute path, without symbolic links.
  public let path: String

  /// Makes one with files: text by path.
  public init(_ files: [String: String] = [:], named name: String? = nil) throws {
    let base = FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
    let url = base.appendingPathComponent("handoff-\(UUID().uuidString.prefix(8))\(name.map { "-" + $0 } ?? "")")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path
    for (name, text) in files { try write(name, text) }
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Writes a file in it, making its folders.
  public func write(_ name: String, _ text: String) throws {
    let url = URL(fileURLWithPath: path).appendingPathComponent(name)
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: url)
  }

  /// The text of a file in it.
  public func read(_ name: String) throws -> String {
    try String(contentsOfFile: path + "/" + name, encoding: .utf8)
  }

  /// Removes a file or folder in it.
  public func remove(_ name: String) throws {
    try FileManager.default.removeItem(atPath: path + "/" + name)
  }
}
