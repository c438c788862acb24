import Foundation
import HandoffModel
import HandoffProject
import HandoffSystem
import HandoffTestSupport
import HandoffText
import Testing

@testable import HandoffProbes

/// A project whose containers run on the lab's engine under a compose project of their own.
final class DockerFixture: Sendable {
  /// The project's folder.
  let folder: TemporaryFolder
  /// The compose project, unlike any other.
  let name: String
  /// The variables of the tool and of its witnesses.
  let variables: [String: String]

  private init(_ files: [String: String]) throws {
    name = "ho" + UUID().uuidString.prefix(8).lowercased()
    let image = try Lab.value("IMAGE")
    folder = try TemporaryFolder(files.mapValues { $0.replacingOccurrences(of: "IMAGE", with: image) })
    var variables = Lab.bareEnvironment(home: folder.path + "/home")
    variables["DOCKER_HOST"] = try Lab.value("DOCKER_HOST")
    variables["DOCKER_BUILDKIT"] = "0"
    // The lab's docker command, under the name that remedies call it by.
    let commands = [try Lab.value("DOCKER_CLI"), try Lab.value("COMPOSE")]
      .compactMap { $0.split(separator: " ").first }.map { ($0 as NSString).deletingLastPathComponent }
    variables["PATH"] = (commands + ["/usr/bin", "/bin"]).joined(separator: ":")
    variables["COMPOSE_PROJECT_NAME"] = name
    self.variables = variables
    try folder.write("home/.keep", "")
  }

  /// Makes a project with files in which `IMAGE` stands for the lab's image, and removes its containers afterwards.
  static func with(
    _ files: [String: String], _ body: (DockerFixture) async throws -> Void
  ) async throws {
    let fixture = try DockerFixture(files)
    do {
      try await body(fixture)
    } catch {
      try await fixture.remove()
      throw error
    }
    try await fixture.remove()
  }

  private func remove() async throws {
    for filter in ["label=com.docker.compose.project=\(name)", "name=^/?\(name)"] {
      let ids = try await docker("ps", "-aq", "--filter", filter).split(separator: "\n").map(String.init)
      if !ids.isEmpty { try await docker(["rm", "-f", "-v"] + ids) }
    }
    for (kind, filter) in [("network", "label=com.docker.compose.project=\(name)"), ("network", "name=\(name)")] {
      let ids = try await docker(kind, "ls", "-q", "--filter", filter).split(separator: "\n").map(String.init)
      if !ids.isEmpty { try await docker([kind, "rm"] + ids) }
    }
    // By name, since images of one content share their id.
    let images = try await docker(
      "images", "--format", "{{.Repository}}:{{.Tag}}", "--filter", "reference=\(name)*")
    if !images.isEmpty { try await docker(["rmi", "-f"] + images.split(separator: "\n").map(String.init)) }
  }

  // MARK: Witnesses

  /// Runs the docker command, which must succeed, and gives what it printed.
  @discardableResult func docker(_ arguments: String...) async throws -> String { try await docker(arguments) }

  @discardableResult func docker(_ arguments: [String]) async throws -> String {
    let answer = try await Witness.ask(
      try Lab.value("DOCKER_CLI"), arguments, environment: variables, in: folder.path)
    try #require(answer.status == 0, "docker \(arguments): \(answer.complaint)")
    return answer.output
  }

  /// Runs compose, which must succeed.
  func compose(_ arguments: String...) async throws {
    let words = try Lab.value("COMPOSE").split(separator: " ").map(String.init)
    let answer = try await Witness.ask(
      words[0], words.dropFirst() + arguments, environment: variables, in: folder.path)
    try #require(answer.status == 0, "compose \(arguments): \(answer.complaint)")
  }

  /// Runs a container that belongs to the project, beside compose.
  func run(_ name: String, _ arguments: [String] = [], command: String...) async throws {
    let label = "com.docker.compose.project=\(self.name)"
    try await docker(
      ["run", "-d", "--name", self.name + "-" + name, "--label", label] + arguments + [try Lab.value("IMAGE")] + command
    )
  }

  /// What `docker inspect` says, by a Go template.
  func inspect(_ name: String, _ template: String) async throws -> String {
    try await docker("inspect", "--type", "container", "--format", template, name)
  }

  /// Asks until `docker inspect` says this.
  func wait(_ name: String, _ template: String, until isThere: (String) -> Bool) async throws {
    let deadline = Deadline.after(.seconds(30))
    while true {
      let answer = try await inspect(name, template)
      if isThere(answer) { return }
      try #require(!deadline.hasPassed, "\(name) never got there: \(answer)")
    }
  }

  /// Runs a remedy as a person would, in the project's folder.
  func apply(_ remedy: Remedy) async throws {
    let answer = try await Witness.ask(
      "/bin/sh", ["-c", remedy.command.bash], environment: variables, in: folder.path)
    #expect(answer.status == 0, "\(remedy.command.bash): \(answer.complaint)")
  }

  // MARK: The probe

  func context(
    changing changes: [String: String?] = [:], expected: Observation? = nil, seconds: Double = 20,
    http: (any HTTPTransport)? = nil
  ) throws -> ProbeContext {
    var environment = variables
    for (name, value) in changes { environment[name] = value }
    let host = Host(
      environment: ProcessEnvironment(environment), workingDirectory: folder.path, commands: SubprocessRunner(),
      http: http ?? CurlTransport(environment: ProcessEnvironment(environment)))
    let snapshot = expected.map {
      Snapshot(tool: "test", project: "p", capturedAt: Date(timeIntervalSince1970: 0), observations: [$0]).recorded
    }
    return ProbeContext(
      host: host, project: try Discovery.project(at: folder.path, host: host), deadline: .after(.seconds(seconds)),
      expected: snapshot)
  }

  /// Discovers the project and measures.
  func observe(
    changing changes: [String: String?] = [:], expected: Observation? = nil, seconds: Double = 20,
    scope: DockerSettings.Scope? = nil, http: (any HTTPTransport)? = nil
  ) async throws -> Observation {
    let context = try context(changing: changes, expected: expected, seconds: seconds, http: http)
    var settings = try #require(context.project.docker.settings)
    if let scope { settings.scope = Setting(scope, settings.scope.source) }
    return await DockerProbe(settings: settings).observe(context).checked()
  }

  /// What changed between two observations, as `fact kind severity`.
  func changes(_ old: Observation, _ new: Observation) -> [String] {
    func snapshot(_ observation: Observation) -> Snapshot {
      Snapshot(tool: "test", project: "p", capturedAt: Date(timeIntervalSince1970: 0), observations: [observation])
    }
    let dictionary = FactDictionary(facts: DockerProbe.facts, findings: DockerProbe.findings)
    return Comparator(dictionary).compare(
      expected: snapshot(old).recorded, named: "old", actual: snapshot(new), named: "now"
    ).changes.map { "\($0.fact) \($0.kind) \($0.severity)" }
  }
}

extension Observation {
  /// The findings as `id severity`.
  var verdicts: [String] { findings.map { "\($0.id) \($0.severity)" } }

  /// A finding by its id.
  func trouble(_ id: String) throws -> Finding {
    try #require(findings.first { $0.id == id }, "\(verdicts)")
  }
}
