import Foundation
import HandoffModel
import HandoffTestSupport
import Testing

/// `handoff scan`, and what is waived.
@Suite struct ScanTests: GitProjectSuite {
  let project: GitProject

  init() throws { project = try GitProject() }

  /// A line that a scanner must find, made from parts.
  private static let line = ["DB_", "PASS", "WORD=", "Sunn1", "day!"].joined()

  @Test("What is found is told by file, line and rule, with no more than two characters of it, and is exit status 3")
  func found() async throws {
    try folder.write("notes.md", "# Notes\n\n\(Self.line)\n")
    let answer = try await handoff("scan", "README.md", "notes.md")
    #expect(answer.status == 3)
    #expect(answer.output.hasPrefix("notes.md: line 3: assignment of DB_PASSWORD (S…, 9 bytes), fingerprint "))
    #expect(!answer.output.contains("Sunn"))
    let piped = try await shell("\"$0\" scan --format json - < notes.md")
    let hits = try JSONValue(parsing: Array(piped.output.utf8))
    #expect(piped.status == 3)
    #expect(hits.array?.map { $0["line"] } == [3])
    #expect(try await handoff("scan", "README.md").status == 0)
    #expect(try await handoff("scan", "README.md", "nowhere.md").status == 2)
  }

  @Test("A waiver holds for one value, with the key that made it, and for no other")
  func waived() async throws {
    try folder.write("notes.md", "\(Self.line)\n\(Self.line)2\n")
    let hits = try await findings()
    #expect(hits.count == 2)
    let fingerprint = try #require(hits.first)
    try folder.write("handoff.yml", "waivers:\n  - {fingerprint: \"\(fingerprint)\", reason: the manual's example}\n")
    #expect(try await findings() == Array(hits.dropFirst()))
    // Nobody else's key makes the same fingerprint, unless it is shared.
    #expect(try await findings(["HANDOFF_MASK_KEY": "another key of the team"]).count == 2)
    let key = home.path + "/.local/state/handoff/key"
    let rights = try FileManager.default.attributesOfItem(atPath: key)[.posixPermissions] as? Int
    #expect(rights == 0o600)
  }

  private func findings(_ extra: [String: String] = [:]) async throws -> [String] {
    let answer = try await handoff("scan", "--format", "json", "notes.md", extra: extra)
    return try (JSONValue(parsing: Array(answer.output.utf8)).array ?? []).compactMap { $0["fingerprint"]?.string }
  }

  @Test("What is written is refused with the fingerprint, and written once it is waived")
  func generated() async throws {
    try await begin()
    try folder.write("notes.md", "## Done\n\n\(Self.line)\n")
    let refused = try await handoff("generate", "--title", "One", "--notes", "notes.md")
    #expect(refused.status == 3)
    let fingerprint = try #require(try await findings().first)
    #expect(refused.complaint.contains(fingerprint))
    try folder.write("handoff.yml", "waivers:\n  - {fingerprint: \"\(fingerprint)\", reason: the manual's example}\n")
    #expect(try await handoff("generate", "--title", "One", "--notes", "notes.md").status == 0)
  }

  @Test("A name that looks like a secret is left out of every report, which says so, and stands in no document")
  func reports() async throws {
    try await begin()
    #expect(try await handoff("generate", "--title", "One").status == 0)
    let token = ["gh", "p_", String(repeating: "aB3dE5", count: 6)].joined()
    try await git("switch", "-qc", "feature_\(token)")
    for format in ["terminal", "json", "markdown"] {
      for command in [["preflight"], ["verify"], ["diff", "latest"]] {
        let answer = try await Witness.ask(
          Tool.path, command + ["-v", "--format", format], environment: environment, in: folder.path)
        #expect(answer.output.contains("feature_***"), "\(command) \(format): \(answer.output) \(answer.complaint)")
        #expect(!(answer.output + answer.complaint).contains("aB3dE5"))
        #expect(answer.complaint.contains("left out of the report: line "))
        if format == "json" { _ = try Report(answer) }
      }
    }
    #expect(try await handoff("generate", "--title", "Two").status == 3)
    #expect(try await handoff("generate", "--stdout").status == 3)
  }

  @Test("A password that is the project's name, a user's or one of the tool's own words cannot be told from it")
  func ordinary() async throws {
    try folder.write("handoff.yml", "project: storyline\nchecks: {storyline: {tcp: 'localhost:1'}}\n")
    try await begin()
    for password in ["storyline", "Storyline", "containers", "quill_app"] {
      try folder.write(".env", "DATABASE_URL=postgres://quill_app:\(password)@localhost:1/shop\n")
      let report = try await handoff("preflight", "--format", "json", "--timeout", "2")
      #expect(report.output.contains("\"check[storyline]\""), "\(password): \(report.complaint)")
      #expect(!report.output.contains("***") && report.complaint.isEmpty, "\(password): \(report.complaint)")
      #expect(try await handoff("generate", "--title", "One", "--timeout", "2").status == 0, "\(password)")
    }
  }

  @Test("The key that masked values are made with is a secret, the one in a variable and the one that is kept")
  func ownKey() async throws {
    try await begin()
    let phrase = "team phrase " + "of four words"
    try folder.write("notes.md", "## Done\n\nWe share \(phrase) for it.\n")
    #expect(try await handoff("scan", "notes.md").status == 0)
    let extra = ["HANDOFF_MASK_KEY": phrase]
    #expect(try await handoff("scan", "notes.md", extra: extra).output.contains("known-value of HANDOFF_MASK_KEY"))
    #expect(try await handoff("generate", "--notes", "notes.md", extra: extra).status == 3)
    let kept = String(repeating: "quiet", count: 5)
    try home.write(".local/state/handoff/key", kept + "\n")
    try folder.write("notes.md", "## Done\n\nThe key is \(kept).\n")
    #expect(try await handoff("generate", "--notes", "notes.md").status == 3)
  }

  @Test(
    "So are the prose of a template, the text of an editor, the name of a file that changed, and the title to commit")
  func sinks() async throws {
    try await begin()
    #expect(try await handoff("generate", "--title", "One").status == 0)
    try await git("add", "-A")
    try await git("commit", "-qm", "Hand off")
    let built = try await handoff("generate", "--stdout")
    #expect(built.status == 0)
    let before = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/handoffs")
    let template = try String(
      contentsOf: ReadmeTests.path.deletingLastPathComponent().appendingPathComponent("templates/session-handoff.md"),
      encoding: .utf8)
    try folder.write("prose.md", "Ask \(Self.line) first.\n\n" + template)
    try folder.write("editor.sh", "printf '## Done\\n\\n\(Self.line)\\n' > \"$1\"\n")
    let token = ["gh", "p_", String(repeating: "aB3dE5", count: 6)].joined()
    let cases: [([String], [String: String])] = [
      (["--template", "prose.md"], [:]), (["--edit"], ["EDITOR": "sh \(folder.path)/editor.sh"]),
      (["--title", "About \(token)", "--commit"], [:]),
    ]
    for (arguments, extra) in cases {
      let answer = try await Witness.ask(
        Tool.path, ["generate"] + arguments, environment: environment.merging(extra) { $1 }, in: folder.path)
      #expect(answer.status == 3, "\(arguments): \(answer.complaint)")
      #expect(answer.complaint.contains("line "))
      #expect(!answer.complaint.contains("Sunn") && !answer.complaint.contains("aB3dE5"))
    }
    try folder.write("docs/\(token).md", "x\n")
    try await git("add", "docs")
    try await git("commit", "-qm", "Add a file")
    #expect(try await handoff("generate", "--title", "Two").status == 3)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/handoffs") == before)
  }

  @Test(
    "A waiver that names nothing, or says no reason, is a mistake",
    arguments: ["{reason: x}", "{fingerprint: \"0\", reason: x}"])
  func mistakes(entry: String) async throws {
    try folder.write("handoff.yml", "waivers:\n  - \(entry)\n")
    let answer = try await handoff("scan", "README.md")
    #expect(answer.status == 2)
    #expect(answer.complaint.hasPrefix("handoff: handoff.yml:2:"))
  }

  @Test("A file in UTF-16 is looked through as one in UTF-8, and what is no text is not called clean")
  func utf16() async throws {
    try folder.write("notes.md", "# Notes\n\(Self.line)\n")
    for encoding in ["UTF-16", "UTF-16LE", "UTF-16BE"] {
      let answer = try await shell("iconv -f UTF-8 -t \(encoding) notes.md >wide.md; \"$0\" scan wide.md")
      #expect(answer.status == 3 && answer.output.hasPrefix("wide.md: line 2: "), "\(encoding): \(answer.output)")
    }
    let answer = try await shell("head -c 100 /dev/zero >zeros; \"$0\" scan zeros")
    #expect(answer.status == 2 && answer.complaint.contains("no text in UTF-8 or UTF-16"))
  }

  @Test("A secret in the notes, the status or an item that is carried over is told by where it stands there")
  func origin() async throws {
    try await begin()
    try folder.write("notes.md", "## Done\n\n- \(Self.line)\n")
    let notes = try await handoff("generate", "--title", "One", "--notes", "notes.md")
    #expect(notes.status == 3)
    #expect(notes.complaint.contains("notes.md") && notes.complaint.contains("line 3"), "\(notes.complaint)")
    let status = try await handoff("generate", "--title", "One", "--status", Self.line)
    #expect(status.status == 3 && status.complaint.contains("in the status"), "\(status.complaint)")
    let first = try await handoff("generate", "--title", "One").output.trimmingCharacters(in: .newlines)
    let text = try folder.read(first)
    let marker = "<!-- handoff:author begin next-steps -->\n"
    try folder.write(first, text.replacing(marker, with: marker + "- [ ] \(Self.line)\n"))
    #expect(try folder.read(first).contains(Self.line))
    let carried = try await handoff("generate", "--title", "Two")
    #expect(carried.status == 3 && carried.complaint.contains("open item of \(first), line"), "\(carried.complaint)")
  }

  @Test("A mistake in handoff.yml is told without the secrets of this machine")
  func mistakes() async throws {
    let secret = ["zq", "Held", "4711", "value"].joined()
    try folder.write("handoff.yml", "shells: [\(secret)]\n")
    let answer = try await handoff("preflight", extra: ["X_PASSWORD": secret])
    #expect(answer.status == 2 && answer.complaint.contains("handoff.yml"))
    #expect(!answer.complaint.contains(secret), "\(answer.complaint)")
    #expect(try await handoff("preflight").complaint.contains(secret))
  }
}
