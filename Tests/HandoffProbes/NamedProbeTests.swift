import Foundation
import HandoffModel
import HandoffProject
import HandoffSystem
import HandoffTestSupport
import HandoffText
import Testing

@testable import HandoffProbes

/// Several AWS profiles and Python environments, each by its name.
@Suite struct NamedProbeTests {
  private static let text = """
    aws: [{profile: dev}, {name: prod, profile: production, region: eu-central-1}]
    python: [{environment: .venv}, {name: worker, environment: worker/.venv, tools: [pytest]}]

    """

  private static func project(_ text: String, _ files: [String: String] = [:]) throws -> (TemporaryFolder, Project) {
    let folder = try TemporaryFolder(files.merging(["handoff.yml": text]) { $1 })
    let host = Host(environment: ProcessEnvironment([:]), workingDirectory: folder.path)
    return (folder, try Discovery.project(at: folder.path, host: host))
  }

  @Test("The first entry has no name in its area, further ones have")
  func areas() throws {
    let (folder, project) = try Self.project(Self.text, ["worker/requirements.txt": "x\n", "worker/main.py": ""])
    let areas = ProbeCatalog.probes(for: project).map(\.area)
    #expect(
      areas.filter { ["aws", "python"].contains(FactID($0).kind) } == ["aws", "aws[prod]", "python", "python[worker]"])
    #expect(project.furtherPython.first?.requirements == ["worker/requirements.txt"])
    #expect(project.aws.settings?.profile?.value == "dev")
    #expect(project.furtherAWS.first?.region?.value == "eu-central-1")
    #expect(AreaSelection(only: ["aws[prod]"]).contains("aws[prod]"))
    #expect(!AreaSelection(only: ["aws[prod]"]).contains("aws"))
    #expect(FileManager.default.fileExists(atPath: folder.path))
  }

  @Test(
    "A further entry without a name, or that does not say which one it is, is a mistake",
    arguments: [
      ("aws: [{profile: a}, {profile: b}]\n", "need a name"), ("aws: [{profile: a}, {name: b}]\n", "need profile"),
      ("python: [{}, {name: b}]\n", "need environment"), ("aws: []\n", "at least one"),
      ("aws: [{name: a}, {name: a, profile: b}]\n", "two entries of aws"),
      ("python: [{}, {name: 'a]', environment: b}]\n", "letters, digits"),
    ])
  func mistakes(text: String, message: String) {
    #expect { try ConfigurationReader.read(text) } throws: { "\($0)".contains(message) }
  }

  /// Gives back what it is told, and the recorded facts that it was shown.
  private struct Echo: Probe {
    static let title: StaticString = "Echo"
    let area = "aws"
    static let facts: [FactDefinition] = []
    static let findings: [FindingDefinition] = []
    static func probes(for project: Project) -> [ProbeUse] { [] }

    func observe(_ context: ProbeContext) async -> Observation {
      Observation(
        probe: area, facts: context.expected?.observation("aws")?.facts ?? [],
        findings: [Finding("aws.expired", .failure, "expired", facts: ["aws.account", "aws.*", "python.base"])])
    }
  }

  @Test("A named probe is shown what was recorded under its name, and what it gives bears it")
  func renaming() async throws {
    func observation(_ area: String, _ account: JSONValue) -> Observation {
      Observation(probe: area, facts: [Fact(FactID("\(area).account"), .identity, account, source: Source(.measured))])
    }
    let expected = Snapshot(
      tool: "0", project: "p", capturedAt: Date(timeIntervalSince1970: 0),
      observations: [observation("aws", "1"), observation("aws[prod]", "2")])
    let (_, project) = try Self.project("")
    let host = Host(environment: ProcessEnvironment([:]), workingDirectory: "/")
    let seen = await NamedProbe(base: Echo(), name: "prod").observe(
      ProbeContext(host: host, project: project, deadline: .after(.seconds(5)), expected: expected))
    #expect(seen.probe == "aws[prod]")
    #expect(seen.fact("aws[prod].account")?.value == "2")
    #expect(seen.facts.count == 1)
    #expect(seen.findings.map(\.facts) == [["aws[prod].account", "aws[prod].*", "python.base"]])
  }

  @Test("What a handoff recorded of an instance is expected where it was, also when nothing names it any more")
  func recalled() throws {
    let recorded = Snapshot(
      tool: "0", project: "p", capturedAt: Date(timeIntervalSince1970: 0),
      observations: [
        Observation(
          probe: "aws[prod]", facts: [Fact("aws[prod].profile", .state, "production", source: Source(.configuration))]),
        Observation(
          probe: "python[worker]",
          facts: [
            Fact("python[worker].environment", .identity, "worker/.venv", source: Source(.configuration)),
            Fact("python[worker].tool[pytest]", .state, "8", source: Source(.measured)),
          ]),
      ])
    let (_, project) = try Self.project("")
    let expecting = project.expecting(recorded)
    #expect(expecting.furtherAWS.map(\.profile?.value) == ["production"])
    #expect(expecting.furtherPython.map(\.environment?.value) == ["worker/.venv"])
    #expect(expecting.furtherPython.map(\.tools.value) == [["pytest"]])
    let (_, off) = try Self.project("aws: off\npython: off\n")
    #expect(off.expecting(recorded).furtherAWS.isEmpty && off.expecting(recorded).furtherPython.isEmpty)
    let (_, declared) = try Self.project(Self.text)
    #expect(declared.expecting(recorded).furtherAWS.count == 1)
  }
}
