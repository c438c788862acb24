import HandoffModel
import HandoffProject
import HandoffSystem
import HandoffTestSupport
import Testing

@testable import HandoffProbes

/// What files of a repository can make take long.
@Suite(.timeLimit(.minutes(2))) struct LimitTests {
  /// Computes on, and never waits.
  private struct Spinner: Probe {
    static let title: StaticString = "Spinner"
    static let facts: [FactDefinition] = []
    static let findings: [FindingDefinition] = []
    static func probes(for project: Project) -> [ProbeUse] { [] }
    let area = "git"

    func observe(_ context: ProbeContext) async -> Observation {
      let end = ContinuousClock.now + .seconds(3)
      while ContinuousClock.now < end {}
      return Observation(probe: area, facts: [])
    }
  }

  @Test("Probes that compute past their deadline are left behind, however many there are")
  func leftBehind() async throws {
    let folder = try TemporaryFolder()
    let host = Host(environment: ProcessEnvironment([:]), workingDirectory: folder.path)
    let timeout = Duration.milliseconds(300)
    let context = ProbeContext(
      host: host, project: GitFixture.project(at: folder.path, handoffs: "handoffs"), deadline: .after(timeout))
    let start = ContinuousClock.now
    let observations = await withTaskGroup(of: Observation.self) { group in
      for _ in 0..<4 { group.addTask { await ProbeRunner(host: host, timeout: timeout).race(Spinner(), context) } }
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(ContinuousClock.now - start < .seconds(2.5))
    #expect(observations.flatMap(\.findings).map(\.id) == Array(repeating: "git.timeout", count: 4))
  }

  @Test("Links that lead to the same folders over and over are followed so far, and what was not seen is told")
  func links() async throws {
    let scratch = try Scratch()
    // Each level leads to the next one by six ways.
    let levels = 7
    for level in 0..<levels {
      scratch.makeFolder("sql/l\(level)")
      for way in 0..<6 where level + 1 < levels {
        _ = try await scratch.run(["ln", "-s", "../l\(level + 1)", "sql/l\(level)/way\(way)"])
      }
    }
    try scratch.write("sql/l\(levels - 1)/V1__one.sql", "SELECT 1;\n")
    let host = scratch.host()
    let context = ProbeContext(
      host: host, project: GitFixture.project(at: scratch.path, handoffs: "handoffs"), deadline: .after(.seconds(20)))
    let reader = MigrationReader(context: context)
    #expect(try MigrationFiles.read(["sql/l0"], kind: .flyway, reader).isPartial)
    let near = try MigrationFiles.read(["sql/l4"], kind: .flyway, reader)
    #expect(!near.isPartial)
    #expect(near.entries.count == 36)
  }
}
