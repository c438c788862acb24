import Foundation
import HandoffModel
import HandoffProject
import HandoffSystem
import HandoffTestSupport
import Synchronization
import Testing

@testable import HandoffProbes

/// A repository or a document leads nobody to another machine without being trusted.
@Suite struct PostgresTrustTests {
  /// Connects to nothing, and notes what it was asked for.
  final class World: PostgresConnector {
    let asked = Mutex<[String]>([])

    func connect(
      _ parameters: PostgresParameters, deadline: Deadline
    ) async throws(PostgresError) -> any PostgresSession {
      asked.withLock { $0.append(parameters.host ?? "default") }
      throw .refused
    }
  }

  static let elsewhere = "postgres: {host: db.example, database: story}\n"

  /// What is asked for, and the findings, in a repository with these files.
  private func observe(
    _ files: [String: String], tracked: [String] = [], repository: Bool = true, variables: [String: String] = [:],
    expected: Snapshot? = nil, trusted: String? = nil
  ) async throws -> (asked: [String], findings: [String]) {
    let (state, folder, world) = (try TemporaryFolder(), try TemporaryFolder(files), World())
    let environment = Lab.bareEnvironment(home: state.path).merging(variables) { $1 }
    if repository {
      try await Witness.ask("git", ["init", "-q"], environment: environment, in: folder.path)
      if !tracked.isEmpty {
        try await Witness.ask("git", ["add", "-f", "--"] + tracked, environment: environment, in: folder.path)
      }
    }
    let host = Host(
      environment: ProcessEnvironment(environment), workingDirectory: folder.path, commands: SubprocessRunner(),
      postgres: world)
    let root = try #require(host.files.realPath(folder.path))
    if let trusted {
      let now = try host.files.readText(root + "/handoff.yml")
      try folder.write("handoff.yml", trusted)
      let digest = try #require(TrustSubject(Discovery.project(at: root, host: host)).digest(host.files))
      try TrustStore(host).grant(root, digest: digest)
      try folder.write("handoff.yml", now)
    }
    var project = try Discovery.project(at: root, host: host)
    if let expected { project = project.expecting(expected) }
    let settings = try #require(project.postgres.settings?.first)
    let observation = await PostgresProbe(settings).observe(
      ProbeContext(host: host, project: project, deadline: .after(.seconds(20)), expected: expected))
    #expect(observation.facts.isEmpty)
    return (world.asked.withLock { $0 }, observation.findings.map { "\($0.id) \($0.severity)" })
  }

  @Test("A tracked file that names another machine is not followed; the session's variables and untracked files are")
  func tracked() async throws {
    let untrusted = ["postgres.untrusted unknown"]
    let file = try await observe(["handoff.yml": Self.elsewhere], tracked: ["handoff.yml"])
    #expect(file.asked == [] && file.findings == untrusted)
    let dotenv = ".env"
    let url = "DATABASE_URL=postgresql://db.example/story\n"
    let env = try await observe([dotenv: url], tracked: [dotenv])
    #expect(env.asked == [] && env.findings == untrusted)
    for (files, tracked, repository) in [
      (["handoff.yml": Self.elsewhere], [], true), (["handoff.yml": Self.elsewhere], [], false),
      ([dotenv: url], [], true),
    ] as [([String: String], [String], Bool)] {
      let seen = try await observe(files, tracked: tracked, repository: repository)
      #expect(seen.asked == ["db.example"])
    }
    let variable = try await observe(
      ["handoff.yml": "project: x\n"], tracked: ["handoff.yml"], variables: ["PGHOST": "db.example"])
    #expect(variable.asked == ["db.example"])
    let here = try await observe(
      ["handoff.yml": "postgres: {host: 127.0.0.1, database: story}\n"], tracked: ["handoff.yml"])
    #expect(here.asked == ["127.0.0.1"])
  }

  @Test("A host behind a comma with a mark is one of the list, as libpq reads it")
  func markedComma() async throws {
    for host in ["/tmp,\u{301}db.example", "127.0.0.1,\u{301}db.example", "@x,\u{301}db.example"] {
      let files = ["handoff.yml": "postgres: {host: '\(host)', database: story}\n"]
      let seen = try await observe(files, tracked: ["handoff.yml"])
      #expect(seen.asked == [] && seen.findings == ["postgres.untrusted unknown"], "\(host)")
    }
  }

  @Test("Trust in the place as it is named lets it be asked, and trust in another place does not")
  func trusted() async throws {
    let same = try await observe(
      ["handoff.yml": Self.elsewhere], tracked: ["handoff.yml"], trusted: Self.elsewhere)
    #expect(same.asked == ["db.example"])
    let other = try await observe(
      ["handoff.yml": Self.elsewhere], tracked: ["handoff.yml"],
      trusted: "postgres: {host: other.example, database: story}\n")
    #expect(other.asked == [] && other.findings == ["postgres.untrusted unknown"])
  }

  @Test("A place that only a document names is followed on this machine alone")
  func documents() async throws {
    for (host, asked) in [("db.example", []), ("127.0.0.1", ["127.0.0.1"])] {
      let facts = [("host", JSONValue.string(host)), ("port", 5432), ("database", "story")].map { name, value in
        Fact(FactID("postgres.\(name)"), .identity, value, source: Source(.environment, "PGHOST"))
      }
      let recorded = Snapshot(
        tool: "0", project: "p", capturedAt: Date(timeIntervalSince1970: 0),
        observations: [Observation(probe: "postgres", facts: facts)])
      let seen = try await observe(["requirements.txt": ""], expected: recorded)
      #expect(seen.asked == asked)
      if asked.isEmpty { #expect(seen.findings == ["postgres.untrusted unknown"]) }
    }
  }
}
