import Foundation
import HandoffTestSupport
import Testing

/// A project with containers on the lab's engine, of a name of its own.
final class ServiceProject: Sendable {
  let folder: TemporaryFolder
  let home: TemporaryFolder
  let name: String
  let environment: [String: String]

  static let requirement = Lab.needs("docker", "DOCKER_SOCKET", "COMPOSE", "DOCKER_CLI", "IMAGE")

  /// - Parameters:
  ///   - files: in which `IMAGE` stands for the lab's image, and `NAME` for the project's name.
  ///   - isComposed: whether compose is told the project's name.
  private init(_ files: [String: String], isComposed: Bool) throws {
    let name = "hs" + UUID().uuidString.prefix(8).lowercased()
    self.name = name
    let image = try Lab.value("IMAGE")
    let filled = files.mapValues { $0.replacing("IMAGE", with: image).replacing("NAME", with: name) }
    folder = try TemporaryFolder(filled, named: name)
    home = try TemporaryFolder([".gitconfig": "[user]\n\tname = Sample\n\temail = sample@localhost\n"])
    var environment = Lab.bareEnvironment(home: home.path)
    for export in ["DOCKER_CLI", "COMPOSE"] {
      let path = try Lab.value(export)
      try home.write("bin/" + URL(fileURLWithPath: path).lastPathComponent, "#!/bin/sh\nexec \(path) \"$@\"\n")
    }
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o755], ofItemAtPath: home.path + "/bin/docker")
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o755], ofItemAtPath: home.path + "/bin/docker-compose")
    environment["PATH"] = home.path + "/bin:" + (environment["PATH"] ?? "")
    environment["DOCKER_HOST"] = try Lab.value("DOCKER_HOST")
    environment["DOCKER_BUILDKIT"] = "0"
    if isComposed { environment["COMPOSE_PROJECT_NAME"] = name }
    self.environment = environment
  }

  /// Makes one, does something with it, and takes away what it left on the engine.
  static func with(
    _ files: [String: String], isComposed: Bool = true, _ body: (ServiceProject) async throws -> Void
  ) async throws {
    let project = try ServiceProject(files, isComposed: isComposed)
    let outcome: Result<Void, any Error>
    do { outcome = .success(try await body(project)) } catch { outcome = .failure(error) }
    try await project.remove()
    try outcome.get()
  }

  private func remove() async throws {
    let label = "label=com.docker.compose.project=\(name)"
    for filter in [label, "name=^/?\(name)"] {
      let ids = try await lines("docker", "ps", "-aq", "--filter", filter)
      if !ids.isEmpty { try await ask("docker", ["rm", "-f", "-v"] + ids) }
    }
    for kind in ["network", "volume"] {
      for filter in [label, "name=\(name)"] {
        let ids = try await lines("docker", kind, "ls", "-q", "--filter", filter)
        if !ids.isEmpty { try await ask("docker", [kind, "rm"] + ids) }
      }
    }
    let images = try await lines(
      "docker", "images", "--format", "{{.Repository}}:{{.Tag}}", "--filter", "reference=\(name)*")
    if !images.isEmpty { try await ask("docker", ["rmi", "-f"] + images) }
  }

  /// Runs a program in the project as its user would, and fails where it fails.
  @discardableResult func ask(_ program: String, _ arguments: String...) async throws -> String {
    try await ask(program, arguments)
  }

  @discardableResult func ask(_ program: String, _ arguments: [String]) async throws -> String {
    let answer = try await Witness.ask(program, arguments, environment: environment, in: folder.path)
    try #require(answer.status == 0, "\(program) \(arguments): \(answer.complaint)")
    return answer.output
  }

  func lines(_ program: String, _ arguments: String...) async throws -> [String] {
    try await ask(program, arguments).split(separator: "\n").map(String.init)
  }

  /// What `docker inspect` says, by a Go template.
  func inspect(_ name: String, _ template: String) async throws -> String {
    try await ask("docker", "inspect", "--format", template, name)
  }

  /// The id of a container.
  func id(_ name: String) async throws -> String { try await inspect(name, "{{.Id}}") }

  /// Runs the tool in the project.
  @discardableResult func handoff(
    _ arguments: String..., extra: [String: String] = [:]
  ) async throws -> Witness.Answer {
    try await Witness.ask(
      Tool.path, arguments, environment: environment.merging(extra) { $1 }, in: folder.path)
  }

  /// A row of `handoff service list --format json`.
  func listed(_ name: String, extra: [String: String] = [:]) async throws -> [String: String] {
    let answer = try await handoff("service", "list", "--format", "json", extra: extra)
    let json = try JSONSerialization.jsonObject(with: Data(answer.output.utf8)) as? [String: Any]
    let rows = json?["services"] as? [[String: Any]] ?? []
    let row = try #require(rows.first { $0["name"] as? String == name }, "\(answer.output) \(answer.complaint)")
    return row.compactMapValues { value in
      if let text = value as? String { return text }
      if let truth = value as? Bool { return "\(truth)" }
      return (value as? [String])?.joined(separator: " ")
    }
  }

  /// What stands in the log of the last run.
  func log() throws -> String {
    let folder = home.path + "/.local/state/handoff/logs"
    let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    return try names.map { try String(contentsOfFile: folder + "/" + $0, encoding: .utf8) }.joined()
  }
}
