import Foundation
import HandoffTestSupport
import Testing

/// How reports are laid out, in a project that uses git and variables alone.
@Suite struct ReportTests: GitProjectSuite {
  let project: GitProject

  init() throws { project = try GitProject() }

  /// A repository with a required variable and an optional one, of which the first is set.
  private func beginWithVariables() async throws {
    try folder.write("handoff.yml", "environment: {required: [STORY_KEY, STORY_PLACE]}\n")
    try await begin()
  }

  private func lines(_ text: String) -> [String] { text.split(separator: "\n").map(String.init) }

  @Test("preflight has a line for each area in the catalog's order, findings and remedies below it")
  func preflight() async throws {
    try await beginWithVariables()
    let answer = try await handoff("preflight", extra: ["STORY_KEY": "told"])
    #expect(answer.status == 1)
    let lines = lines(answer.output)
    let areas = lines.prefix { !$0.contains("failure") }.compactMap { line -> String? in
      let words = line.split(separator: " ")
      return line.first.map { "✓✗!?–".contains($0) } == true && words.count > 1 && !line.hasPrefix("✗  ")
        ? String(words[1]) : nil
    }
    #expect(areas == ["aws", "python", "postgres", "docker", "git", "environment"])
    let area = try #require(lines.firstIndex { $0.hasPrefix("✗ environment") })
    #expect(lines[area].contains("1 of 2 variables set"))
    #expect(lines[area + 1].contains("STORY_PLACE not set"))
    #expect(lines[area + 2].contains("→ export STORY_PLACE=..."))
    #expect(lines.last?.hasPrefix("1 failure · 1 area well · 4 not used") == true)
  }

  @Test("preflight in Markdown is a table, and blocks of remedies")
  func preflightInMarkdown() async throws {
    try await beginWithVariables()
    let answer = try await handoff("preflight", "--format", "markdown", extra: ["STORY_KEY": "told"])
    #expect(answer.output.hasPrefix("| area | status | what was found |\n|---|---|---|\n| aws | skipped |"))
    #expect(answer.output.contains("\n| environment | failure | 1 of 2 variables set<br>`STORY_PLACE` not set"))
    #expect(answer.output.contains("```bash\n# set STORY_PLACE for this session\nexport STORY_PLACE=...\n"))
  }

  @Test("verify tells first what broke, then what was so before, then what moved on, then what is as it was")
  func verify() async throws {
    try await beginWithVariables()
    _ = try await handoff("generate", "--title", "One", extra: ["STORY_KEY": "told"])
    let before = try await handoff("verify", extra: ["STORY_KEY": "told"])
    // What was broken already still is.
    #expect(before.status == 1)
    #expect(before.output.contains("Was already so when it was written\n✗ environment"))
    #expect(!before.output.contains("Broke since"))
    // A difference that is none between then and now is none to diff.
    let path = try #require(
      try FileManager.default.contentsOfDirectory(atPath: folder.path + "/handoffs").first)
    #expect(try await handoff("diff", "handoffs/" + path, extra: ["STORY_KEY": "told"]).status == 0)

    try folder.write("new.txt", "")
    let after = try await handoff("verify")
    #expect(after.status == 1)
    let titles = ["Broke since", "Moved on"]
    let places = titles.compactMap { after.output.firstRange(of: "\n\($0)\n")?.lowerBound }
    #expect(places.count == titles.count && places == places.sorted())
    #expect(lines(after.output).last?.contains("1 broke since") == true)
    let markdown = try await handoff("verify", "--format", "markdown")
    #expect(markdown.output.contains("\n### Broke since\n\n| area | what | expected | actual |\n|---|---|---|---|\n"))
    #expect(markdown.output.contains("| `environment` |") && markdown.output.hasSuffix("facts confirmed."))
  }

  @Test("diff shows expected and actual, in the terminal and as a table")
  func diff() async throws {
    try await begin()
    _ = try await handoff("generate", "--title", "One")
    try await git("switch", "-qc", "elsewhere")
    let answer = try await handoff("diff", "latest")
    #expect(answer.status == 1)
    let lines = lines(answer.output)
    #expect(lines[0].hasPrefix("Expected: handoffs/SESSION-HANDOFF-") && lines[1] == "Actual:   now")
    let expected = try #require(lines.firstIndex { $0.hasSuffix("Expected main") })
    #expect(lines[expected + 1].hasSuffix("Actual   elsewhere"))
    #expect(lines[expected + 2].contains("→ git switch main"))
    let markdown = try await handoff("diff", "latest", "--format", "markdown")
    #expect(markdown.output.hasPrefix("Expected: `handoffs/SESSION-HANDOFF-"))
    #expect(markdown.output.contains("| `main` | `elsewhere` |\n"))
  }

  @Test("list names the newest first, in each format, and show prints one")
  func listAndShow() async throws {
    try await begin()
    let one = try await handoff("generate", "--title", "One | pipe").output
    let two = try await handoff("generate", "--title", "Two").output
    let list = lines(try await handoff("list").output)
    #expect(list.count == 2)
    #expect(list[0].contains(two) && list[0].hasSuffix("Two") && list[1].contains(one))
    #expect(lines(try await handoff("list", "-n", "1").output).count == 1)
    let json = try await Witness.ask(
      "bash", ["-c", "\"$0\" list --format json | jq -r '.[].name'", Tool.path], environment: environment,
      in: folder.path)
    #expect(lines(json.output) == [two, one])
    let markdown = lines(try await handoff("list", "--format", "markdown").output)
    #expect(markdown[0] == "| measured | handoff | title |" && markdown[2].contains("| `\(two)` | `Two` |"))
    #expect(markdown[3].contains(#"| `One \| pipe` |"#))
    let shown = try await handoff("show")
    #expect(shown.status == 0)
    #expect(shown.output.contains("Session handoff: Two") && !shown.output.contains("handoff:begin"))
    #expect(try await handoff("show", "latest~1").output.contains(#"Session handoff: One \| pipe"#))
  }

  @Test("A handoff that is not there is the tool's own failure, with what there is")
  func noSuchHandoff() async throws {
    try await begin()
    for command in ["verify", "diff", "show"] {
      let answer = try await handoff(command, "latest")
      #expect(answer.status == 2)
      #expect(answer.complaint.contains("there is no handoff in handoffs yet; write one with handoff generate"))
    }
    let path = try await handoff("generate", "--title", "One").output
    let answer = try await handoff("verify", "nowhere")
    #expect(answer.status == 2)
    #expect(answer.complaint.contains("no file, handoff or revision nowhere"))
    #expect(answer.complaint.contains(path.split(separator: "/").last ?? "?"))
  }
}
