import Foundation
import HandoffModel
import HandoffTestSupport
import Testing

/// `ignore` and `verify --write-ignore`, as their users see them.
@Suite struct IgnoreTests {
  private static let entry = "ignore:\n  - {finding: environment.missing, reason: \"set | in <CI>\"}\n"

  private static func folder(_ configuration: String) async throws -> (TemporaryFolder, [String: String]) {
    let folder = try TemporaryFolder(["handoff.yml": configuration])
    let environment = Lab.bareEnvironment(home: folder.path)
    _ = try await Tool.run(
      "generate", environment: environment.merging(["STORY_KEY": "x"]) { $1 }, in: folder.path)
    return (folder, environment)
  }

  private static let required = "environment: {required: [STORY_KEY]}\n"

  @Test("What is ignored is shown with its reason in every report, and counts in none")
  func reports() async throws {
    let (folder, environment) = try await Self.folder(Self.required + Self.entry)
    for command in ["preflight", "verify", "diff"] {
      for format in ["terminal", "json", "markdown"] {
        let arguments = command == "diff" ? [command, "latest"] : [command]
        let answer = try await Witness.ask(
          Tool.path, arguments + ["--format", format], environment: environment, in: folder.path)
        #expect(answer.status == 0, "\(command) \(format)")
        #expect(answer.output.lowercased().contains("ignored"), "\(command) \(format): \(answer.output)")
        #expect(answer.output.contains("STORY_KEY"), "\(command) \(format)")
        let reason =
          switch format {
          case "markdown": "set \\| in <CI>"
          case "json": #""reason": "set | in"#
          default: "set | in <CI>"
          }
        #expect(answer.output.contains(reason), "\(command) \(format): \(answer.output)")
      }
    }
    let json = try Report(try await Tool.run("verify", "--format", "json", environment: environment, in: folder.path))
    #expect(json.json["ignored"]?.array?.count == 2)
    let quiet = try await Tool.run("verify", "-q", environment: environment, in: folder.path)
    #expect(quiet.output.isEmpty)
  }

  @Test("A document says what is ignored, asks nobody to mend it, and still records it")
  func document() async throws {
    let (folder, environment) = try await Self.folder(Self.required + Self.entry)
    let answer = try await Tool.run("generate", "--stdout", environment: environment, in: folder.path)
    #expect(answer.status == 0)
    #expect(answer.output.contains("ignored (`set | in <CI>`)"))
    #expect(answer.output.contains(#""id":"environment.missing""#))
    #expect(!answer.output.contains("export STORY_KEY"))
  }

  @Test("--write-ignore adds what is reported once, keeps every other byte, and says what it wrote")
  func write() async throws {
    let before = "# ours\n" + Self.required + "# the end"
    let (folder, environment) = try await Self.folder(before)
    func verify(_ arguments: String...) async throws -> Witness.Answer {
      try await Witness.ask(Tool.path, ["verify"] + arguments, environment: environment, in: folder.path)
    }
    #expect(try await verify().status == 1)
    let writing = try await verify("--write-ignore", "--reason", "set in CI", "--format", "json")
    #expect(writing.status == 0)
    #expect(try Report(writing).json["ignored"]?.array?.count == 2)
    let added = "{finding: \"environment.missing\", fact: \"environment.missing\", reason: \"set in CI\"}"
    #expect(writing.complaint == "handoff: added to ignore in handoff.yml:\n  - \(added)\n")
    let path = folder.path + "/handoff.yml"
    let written = try String(contentsOfFile: path, encoding: .utf8)
    #expect(written == before + "\nignore:\n  - \(added)\n")
    #expect(try await verify().status == 0)
    let again = try await verify("--write-ignore", "--reason", "set in CI")
    #expect(again.complaint.contains("nothing is reported"))
    #expect(try String(contentsOfFile: path, encoding: .utf8) == written)
  }

  @Test("--write-ignore without a reason is wrong usage; in a malformed or linked file nothing is written")
  func refused() async throws {
    let (folder, environment) = try await Self.folder(Self.required)
    func verify(_ arguments: String...) async throws -> Witness.Answer {
      try await Witness.ask(Tool.path, ["verify"] + arguments, environment: environment, in: folder.path)
    }
    #expect(try await verify("--write-ignore").status == 64)
    #expect(try await verify("--write-ignore", "--reason", " ").status == 64)
    #expect(try await verify("--reason", "x").status == 64)
    let path = folder.path + "/handoff.yml"
    for text in [Self.required + "ignore: x\n", "{environment: {required: [STORY_KEY]}}\n"] {
      try text.write(toFile: path, atomically: true, encoding: .utf8)
      let answer = try await verify("--write-ignore", "--reason", "x")
      #expect(answer.status == 2)
      #expect(answer.complaint.contains("handoff.yml"))
      #expect(try String(contentsOfFile: path, encoding: .utf8) == text)
    }
    try FileManager.default.removeItem(atPath: path)
    try Self.required.write(toFile: folder.path + "/real.yml", atomically: true, encoding: .utf8)
    try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "real.yml")
    #expect(try await verify("--write-ignore", "--reason", "x").status == 2)
    #expect(try String(contentsOfFile: path, encoding: .utf8) == Self.required)
  }

  @Test("A secret as the reason is not written")
  func secret() async throws {
    let (folder, environment) = try await Self.folder(Self.required)
    let token = "ghp_" + String(repeating: "a1B2c3", count: 6)
    let answer = try await Tool.run(
      "verify", "--write-ignore", "--reason", token, environment: environment, in: folder.path)
    #expect(answer.status == 3)
    #expect(try String(contentsOfFile: folder.path + "/handoff.yml", encoding: .utf8) == Self.required)
  }
}
