import HandoffModel
import HandoffProbes
import HandoffProject
import HandoffSystem
import HandoffTestSupport
import HandoffText

/// A repository with one commit, and the probe held against it.
struct GitFixture {
  let scratch: Scratch
  let root: String

  init(named name: String = "handoff-test", commit: Bool = true) async throws {
    scratch = try Scratch(named: name)
    root = scratch.path + "/project"
    scratch.makeFolder("project")
    try await git("init", "-q")
    if commit { try await self.commit("a.txt", "one\n") }
  }

  @discardableResult
  func git(_ words: String..., in folder: String = "project", with variables: [String: String] = [:]) async throws
    -> String
  {
    try await scratch.run(["git"] + words, in: folder, with: variables)
  }

  func write(_ file: String, _ text: String) throws { try scratch.write("project/" + file, text) }

  @discardableResult
  func commit(_ file: String, _ text: String) async throws -> String {
    try write(file, text)
    try await git("add", "--", file)
    try await git("commit", "-q", "-m", "change \(file)")
    return try await git("rev-parse", "HEAD")
  }

  /// A bare repository that `main` follows.
  func addRemote() async throws {
    try await git("init", "-q", "--bare", "../remote.git")
    try await git("remote", "add", "origin", "../remote.git")
    try await git("push", "-q", "-u", "origin", "main")
  }

  func observe(
    in folder: String? = nil, handoffs: String = "handoffs", expected: Observation? = nil,
    with variables: [String: String] = [:], seconds: Double = 20, commands: (any CommandRunner)? = nil
  ) async -> Observation {
    var host = scratch.host(in: "project", with: variables)
    if let commands { host.commands = commands }
    let project = GitFixture.project(at: folder ?? root, handoffs: handoffs)
    let snapshot = expected.map {
      Snapshot(tool: "test", project: "test", capturedAt: host.now(), observations: [$0.recorded])
    }
    return await GitProbe(GitSettings(handoffs: handoffs)).observe(
      ProbeContext(host: host, project: project, deadline: .after(.seconds(seconds)), expected: snapshot)
    ).checked()
  }

  static func project(at root: String, handoffs: String) -> Project {
    let source = Source(.defaultValue, "handoff")
    return Project(
      root: root, name: Setting("test", source), handoffs: Setting(handoffs, source),
      template: Setting("session-handoff", source), shells: Setting(["bash"], source), deadline: Setting(5, source),
      aws: .unused(""), python: .unused(""), postgres: .unused(""), docker: .unused(""),
      git: .used(GitSettings(handoffs: handoffs)), variables: .unused(""))
  }
}

extension Observation {
  subscript(_ id: FactID) -> JSONValue? { fact(id)?.value }
  var findingIDs: [String] { findings.map(\.id) }
}
