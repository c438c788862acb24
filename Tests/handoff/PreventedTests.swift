import HandoffModel
import HandoffProbes
import HandoffProject
import HandoffSystem
import HandoffTestSupport
import Testing

/// Shuts the doors to the world at each step of each probe: what a probe was kept from seeing is unknown, never gone and
/// never confirmed.
@Suite(.serialized, SampleProject.requirement)
struct PreventedTests {
  @Test("Whatever step a probe is kept from, it claims nothing that it did not see")
  func everyStep() async throws {
    let project = try await SampleProject.make(isRich: true)
    // The AWS CLI is asked for a profile's credentials, and nobody for those of the environment.
    try project.home.write(".aws/credentials", "")
    var byProfile = project.environment
    let key = byProfile.removeValue(forKey: "AWS_ACCESS_KEY_ID") ?? ""
    let secret = byProfile.removeValue(forKey: "AWS_SECRET_ACCESS_KEY") ?? ""
    try project.home.write(
      ".aws/credentials", "[base]\naws_access_key_id = \(key)\naws_secret_access_key = \(secret)\n")
    try project.home.write(
      ".aws/config", "[profile role]\nsource_profile = base\nrole_arn = \(try Lab.value("AWS_ROLE_ARN"))\n")
    byProfile["AWS_PROFILE"] = "role"
    let port = try Lab.value("PG_PORT")
    try project.folder.write(
      "handoff.yml",
      """
      checks:
        server: {tcp: "127.0.0.1:\(port)"}
        engine: {http: "\(try Lab.value("AWS_ENDPOINT"))/moto-api/"}
      commands: {version: {run: [cat, requirements.txt]}}
      """)
    _ = try await project.handoff(["trust", "--yes"])
    for area in ["aws", "python", "postgres", "docker", "git", "check", "command"] {
      try await check(area, of: project, project.environment)
    }
    try await check("aws", of: project, byProfile)
    try await project.remove()
  }

  /// What is read from variables and files, and no server or program is asked for.
  private static let settings: Set<FactID> = [
    "aws.region", "aws.credentials", "aws.profile", "python.environment", "postgres.host", "postgres.port",
    "postgres.database", "postgres.user", "docker.endpoint",
  ]

  private func check(_ area: String, of sample: SampleProject, _ variables: [String: String]) async throws {
    let environment = ProcessEnvironment(variables)
    let host = Host(
      environment: environment, workingDirectory: sample.path, commands: SubprocessRunner(),
      http: CurlTransport(environment: environment), postgres: LibpqConnector(), tcp: SystemTCP())
    let project = try Discovery.project(at: sample.path, host: host)
    func look(_ doors: PreventedDoors, expected: Snapshot?) async -> Snapshot {
      await ProbeRunner(host: doors.host, timeout: .seconds(20)).snapshot(
        of: project, selection: AreaSelection(only: [area]), expected: expected, tool: "test")
    }
    let open = PreventedDoors(host, steps: .max, .hangs)
    let healthy = await look(open, expected: nil)
    let facts = healthy.observations.flatMap(\.facts)
    #expect(healthy.status == .ok, "\(area): \(healthy.observations.flatMap(\.findings))")
    #expect(!facts.isEmpty)
    #expect(open.steps > 0)
    for (manner, once) in PreventedDoors.Manner.allCases.flatMap({ [($0, false), ($0, true)] }) {
      for steps in 0..<open.steps {
        let note: Comment = "\(area) \(manner) \(once ? "at" : "from") step \(steps) of \(open.steps)"
        let actual = await look(PreventedDoors(host, steps: steps, manner, once: once), expected: healthy)
        for fact in actual.observations.flatMap(\.facts) where fact.factClass != .volatile {
          #expect(fact.value == healthy.fact(fact.id)?.value, note)
        }
        let comparison = Comparator(ProbeCatalog.dictionary).compare(
          expected: healthy, named: "healthy", actual: actual, named: "now")
        // Some steps add nothing to the facts (how old an image is): then all is confirmed.
        let told =
          comparison.changes.map { "\($0.fact) \($0.kind) \($0.severity)" } + comparison.findings.map(\.finding.id)
        #expect([.ok, .unknown].contains(comparison.status), "\(note): \(told)")
        #expect(comparison.changes.allSatisfy { $0.kind == .unknown }, "\(note): \(told)")
        // Whoever saw nothing at all confirms nothing but what stands in the project's own files.
        if steps == 0, !once {
          let claimed = actual.observations.flatMap(\.facts).filter { $0.factClass != .volatile }.map(\.id)
          #expect(Set(claimed).isSubset(of: Self.settings), "\(note): \(claimed)")
          #expect(comparison.confirmed == 0, "\(note): \(comparison.confirmed)")
        }
        let missing = facts.map(\.id).filter { actual.fact($0) == nil }
        #expect((comparison.status == .unknown) == !missing.isEmpty, "\(note): \(missing)")
      }
    }
  }
}
