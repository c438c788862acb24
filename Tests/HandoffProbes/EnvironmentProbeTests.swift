import HandoffModel
import HandoffProject
import HandoffSystem
import HandoffTestSupport
import HandoffText
import Testing

@testable import HandoffProbes

@Suite struct EnvironmentProbeTests {
  func observe(_ files: [String: String], _ variables: [String: String] = [:]) async throws -> Observation {
    let folder = try TemporaryFolder(files)
    let host = Host(environment: ProcessEnvironment(variables), workingDirectory: folder.path)
    let project = try Discovery.project(at: folder.path, host: host)
    return await EnvironmentProbe(settings: try #require(project.variables.settings)).observe(
      ProbeContext(host: host, project: project, deadline: .after(.seconds(5))))
  }

  @Test("A variable counts as set in the shell or in .env, and not when it is empty")
  func set() async throws {
    let observation = try await observe(
      [".env.example": "A=1\nB=\nC=x\nD=\n", ".env": "B=here\nC=\n"], ["A": "there", "D": ""])
    #expect(observation.fact("environment.required")?.value == ["A", "B", "C", "D"])
    #expect(observation.fact("environment.missing")?.value == ["C", "D"])
    #expect(observation.findings.map(\.severity) == [.warning])
  }

  @Test("What handoff.yml requires is a failure when it is missing")
  func required() async throws {
    let observation = try await observe(["handoff.yml": "environment: {required: [STORY_KEY]}\n"])
    #expect(observation.findings.map(\.id) == ["environment.missing"])
    #expect(observation.findings.map(\.severity) == [.failure])
  }

  @Test(
    "The file that named the variables is brought back from git if it is one of examples, and nothing else is",
    arguments: [".env.example", ".env.dist", "../.ssh/config", "Makefile", "*"])
  func broughtBack(file: String) async throws {
    let folder = try TemporaryFolder()
    let host = Host(environment: ProcessEnvironment([:]), workingDirectory: folder.path)
    let recorded = Observation(
      probe: "environment", facts: [Fact("environment.required", .set, ["A"], source: Source(.file, file))])
    let observation = await EnvironmentProbe(
      settings: VariableSettings(required: [], present: [:], example: nil)
    ).observe(
      ProbeContext(
        host: host, project: try Discovery.project(at: folder.path, host: host), deadline: .after(.seconds(5)),
        expected: Snapshot(tool: "0", project: "p", capturedAt: host.now(), observations: [recorded])))
    #expect(observation.findings.map(\.id) == ["environment.not-declared"])
    let commands = observation.findings.flatMap(\.byHand).map(\.command.bash)
    #expect(commands.contains("git checkout -- \(file)") == file.hasPrefix(".env."))
    #expect(file.hasPrefix(".env.") || !commands.contains { $0.contains("checkout") || $0.contains(file) })
  }

  @Test("What stands in a dotenv file is to be edited there, and what the shell has is set there")
  func place() async throws {
    let example = "A=your_key_here\nB=your_key_here\nC=your_key_here\nD=\n"
    let observation = try await observe(
      [".env.example": example, ".env": "# mine\nexport A=your_key_here\nD=\n", ".env.local": "B=your_key_here\n"],
      ["C": "your_key_here"])
    let remedies = try #require(observation.findings.first { $0.id == "environment.placeholder" }).remedies
    #expect(
      remedies.map(\.command.bash) == [
        "grep -nE '^(export )?(A)=' .env", "grep -nE '^(export )?(B)=' .env.local", "export C=...",
      ])
    #expect(remedies[0].description.plain == "shows the lines; edit .env: give A there what is meant")
    let folder = try TemporaryFolder([".env": "# mine\nexport A=your_key_here\n"])
    let shown = try await Witness.ask(
      "sh", ["-c", remedies[0].command.bash], environment: Lab.bareEnvironment(home: folder.path), in: folder.path)
    #expect(shown.output.hasPrefix("2:export A="))
    let missing = try #require(observation.findings.first { $0.id == "environment.missing" }).remedies
    #expect(missing.contains { $0.command.bash == "grep -nE '^(export )?(D)=' .env" })
  }

  @Test("Where .env is lost, the first remedy makes it and is enough")
  func lost() async throws {
    let folder = try TemporaryFolder([".env.example": "A=ready\n"])
    let variables = Lab.bareEnvironment(home: folder.path)
    let host = Host(environment: ProcessEnvironment(variables), workingDirectory: folder.path)
    func look() async throws -> Observation {
      let project = try Discovery.project(at: folder.path, host: host)
      return await EnvironmentProbe(settings: try #require(project.variables.settings)).observe(
        ProbeContext(host: host, project: project, deadline: .after(.seconds(5))))
    }
    let remedy = try #require(try await look().findings.first?.byHand.first)
    #expect(
      try await Witness.ask("/bin/sh", ["-c", remedy.command.bash], environment: variables, in: folder.path).status == 0
    )
    #expect(try await look().findings.isEmpty)
  }

  @Test(
    "A variable that still holds what the example asks to be replaced is told, and a default that may be meant is not")
  func notFilledIn() async throws {
    let example = "A=your_key_here\nB=true\nC=localhost\nD=changeme\n"
    let observation = try await observe([".env.example": example, ".env": example], ["D": "told"])
    #expect(observation.findings.map(\.id) == ["environment.placeholder"])
    #expect(observation.findings.first?.message.plain == "A still holds what .env.example asks to be replaced")
    #expect(observation.fact("environment.missing")?.value == [])
  }

  @Test("An example that holds a real secret is told by its name, and its value is not shown")
  func realInExample() async throws {
    let value = ["Inn0", "vation", "1!"].joined()
    let observation = try await observe(
      [".env.example": "DB_PASSWORD=\(value)\nB_PASSWORD=postgres\n"], ["DB_PASSWORD": "x", "B_PASSWORD": "y"])
    #expect(observation.findings.map(\.id) == ["environment.example-secret"])
    #expect(observation.findings.first?.message.plain.hasSuffix(": DB_PASSWORD") == true)
    #expect(!String(reflecting: observation).contains(value))
  }

  @Test("No value of any variable reaches the observation")
  func values() async throws {
    let canary = ["s3", "cret", "canary"].joined()
    let observation = try await observe(
      [".env.example": "A=\(canary)\nB=1\n", ".env": "A=\(canary)\n"], ["B": canary])
    #expect(!String(reflecting: observation).contains(canary))
  }

  @Test("A .env that is there and cannot be read is unknown, not unset")
  func unreadable() async throws {
    let observation = try await observe(
      [".env.example": "A=1\nB=1\n", ".env": String(repeating: "#", count: 2 << 20)], ["B": "here"])
    #expect(observation.findings.map(\.id) == ["environment.dotenv-unreadable"])
    #expect(observation.status == .unknown)
    #expect(observation.fact("environment.missing") == nil)
  }
}
