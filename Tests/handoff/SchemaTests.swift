import Foundation
import HandoffTestSupport
import Testing

/// The JSON that programs read, held against its schemas by a validator that is not ours.
@Suite(Lab.needs("aws", "TOOLS"))
struct SchemaTests {
  static let schemas = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../../Sources/handoff/Schemas").standardizedFileURL.path

  func validate(_ json: String, schema: String) async throws -> Witness.Answer {
    let folder = try TemporaryFolder(["value.json": json])
    let program = """
      import json, sys
      from jsonschema import Draft202012Validator
      schema = json.load(open(sys.argv[1]))
      Draft202012Validator.check_schema(schema)
      errors = [e.json_path + ': ' + e.message for e in Draft202012Validator(schema).iter_errors(json.load(open(sys.argv[2])))]
      print('\\n'.join(errors))
      sys.exit(bool(errors))
      """
    return try await Witness.ask(
      try Lab.value("TOOLS") + "/bin/python",
      ["-c", program, "\(Self.schemas)/\(schema)", folder.path + "/value.json"],
      environment: Lab.bareEnvironment(home: folder.path))
  }

  @Test("What preflight, verify and diff print is what the schemas say, broken or not")
  func output() async throws {
    let folder = try TemporaryFolder([".env.example": "A=1\nB=1\n", "requirements.txt": "pytest\n"])
    let environment = Lab.bareEnvironment(home: folder.path)
    _ = try await Tool.run("generate", environment: environment.merging(["A": "1"]) { $1 }, in: folder.path)
    for (arguments, schema) in [
      (["preflight"], "handoff.snapshot-1.json"), (["verify"], "handoff.comparison-1.json"),
      (["diff", "latest"], "handoff.comparison-1.json"), (["diff", "latest", "latest"], "handoff.comparison-1.json"),
    ] {
      let answer = try await Witness.ask(
        Tool.path, arguments + ["--format", "json"], environment: environment, in: folder.path)
      let verdict = try await validate(answer.output, schema: schema)
      #expect(verdict.status == 0, "\(arguments): \(verdict.output) \(verdict.complaint)")
      // The validator is one that finds something: without its version the value is refused.
      let wrong = answer.output.replacing("\"schema\"", with: "\"scheme\"")
      #expect(try await validate(wrong, schema: schema).status == 1)
    }
  }

  @Test("What service list prints is what its schema says, with and without containers", ServiceProject.requirement)
  func services() async throws {
    try await ServiceProject.with(ServiceTests.files) { project in
      for isUp in [false, true] {
        if isUp { try await project.ask("docker-compose", "up", "-d") }
        let answer = try await project.handoff("service", "list", "--format", "json")
        let verdict = try await validate(answer.output, schema: "handoff.services-1.json")
        #expect(verdict.status == 0, "\(verdict.output) \(verdict.complaint)")
        let wrong = answer.output.replacing("\"state\"", with: "\"status\"")
        #expect(try await validate(wrong, schema: "handoff.services-1.json").status == 1)
      }
    }
  }

  @Test("So it is for a project that uses everything, healthy and with each area broken", SampleProject.requirement)
  func everything() async throws {
    let project = try await SampleProject.make(isRich: true)
    _ = try await project.generate("--title", "Healthy")
    let broken: [String: String?] = [
      "AWS_SECRET_ACCESS_KEY": "wrong", "PYTHONHOME": "/nonexistent", "PGPORT": "9",
      "DOCKER_HOST": "unix:///nonexistent/docker.sock", "STORY_KEY": nil,
    ]
    for (changes, status) in [([:], 0), (broken, 1)] as [([String: String?], Int)] {
      for (command, schema) in [
        ("preflight", "handoff.snapshot-1.json"), ("verify", "handoff.comparison-1.json"),
      ] {
        let answer = try await project.handoff([command, "--format", "json"], changing: changes)
        #expect(answer.status == status, "\(command): \(answer.output)")
        let verdict = try await validate(answer.output, schema: schema)
        #expect(verdict.status == 0, "\(command): \(verdict.output) \(verdict.complaint)")
      }
      if status == 0 { _ = try await project.git(["switch", "-qc", "other"]) }
    }
    try await project.remove()
  }
}
