import HandoffModel
import HandoffProject
import HandoffSystem
import HandoffTestSupport
import HandoffText
import Testing

@testable import HandoffProbes

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A project beside a database, observed as the tool does it.
struct PostgresFixture {
  let folder: Scratch

  init() throws { folder = try Scratch() }

  /// Variables that lead to the lab's server that trusts everybody.
  static func variables(database: String? = nil, user: String = "postgres") throws -> [String: String] {
    [
      "PGHOST": "localhost", "PGPORT": "\(try Lab.port("PG_PORT"))",
      "PGDATABASE": try database ?? Lab.value("PG_DATABASE"), "PGUSER": user,
    ]
  }

  func host(_ variables: [String: String], postgres: any PostgresConnector = LibpqConnector()) -> HandoffSystem.Host {
    var host = folder.host(with: variables)
    host.postgres = postgres
    return host
  }

  /// What the probe of the first database, or of one by its name, returns.
  func observe(
    _ variables: [String: String], area: String = "postgres", expected: Snapshot? = nil,
    within duration: Duration = .seconds(5), postgres: any PostgresConnector = LibpqConnector()
  ) async throws -> Observation {
    let host = host(variables, postgres: postgres)
    var project = try Discovery.project(at: folder.path, host: host)
    if let expected { project = project.expecting(expected) }
    let uses = PostgresProbe.probes(for: project).filter { $0.area == area }
    guard case .used(let probe) = try #require(uses.first) else {
      Issue.record("the project does not use \(area)")
      return Observation(probe: area, facts: [])
    }
    let start = ContinuousClock.now
    let observation = await probe.observe(
      ProbeContext(host: host, project: project, deadline: .after(duration), expected: expected))
    #expect(ContinuousClock.now - start < duration + .seconds(1))
    return observation.checked()
  }

  /// Runs a command of an observation in bash, with PostgreSQL's client programs and no variable of the project.
  func paste(_ command: ShellCommand, with variables: [String: String] = [:]) async throws -> String {
    let path = "\(try Lab.value("PG_BIN")):/usr/bin:/bin"
    return try await folder.run("bash", "-c", command.bash, with: variables.merging(["PATH": path]) { $1 })
  }

  static func snapshot(_ observation: Observation) -> Snapshot {
    Snapshot(tool: "test", project: "test", capturedAt: .distantPast, observations: [observation])
  }
}

extension Observation {
  /// The only finding.
  func finding(_ id: String) throws -> Finding {
    let finding = try #require(findings.first)
    #expect(findings.map(\.id) == [id])
    return finding
  }
}
