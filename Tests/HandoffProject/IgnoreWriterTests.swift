import HandoffModel
import HandoffProject
import Testing

/// Entries are added to `handoff.yml`, and every other byte stays.
@Suite struct IgnoreWriterTests {
  static let rule = IgnoreRule(fact: "docker.container[a b].state", finding: "docker.x", reason: #"say "so" \ twice"#)

  static let files: [String] = [
    "", "# only a comment\n", "project: x", "project: x\n", "project: x\r\nhandoffs: y\r\n", "ignore:\n",
    "ignore:\nproject: x\n", "ignore: # none yet\n\nproject: x\n",
    "ignore:\n  - {fact: a.b, reason: r}\n# the name\nproject: x\n",
    "ignore:\n- fact: a.b # here\n  # why\n  reason: r\n\n# the name\nproject: x # y\n",
    "ignore:\n  - {fact: a.b, reason: r}", "ignore: []\nproject: x\n", "ignore: [{fact: \"a]\", reason: r}] # ]\n",
    "ignore: [\n  {fact: a.b, reason: r}, # ]\n]\nproject: x\n", "---\nproject: x\n",
    "project: x\r\nignore:\r\n  - {fact: a.b, reason: r}\r\ndocker: off\r\n",
  ]

  @Test("The text without the entries is the old text, and it means the old with the entries", arguments: files)
  func adding(text: String) throws {
    let rules = [Self.rule, IgnoreRule(fact: "x.y", reason: "r\u{202e}\u{7}ä")]
    let new = try IgnoreWriter(text).adding(rules)
    let (old, added) = (Array(text.utf8), Array(new.utf8))
    // What was added stands in one piece.
    let head = zip(old, added).prefix { $0 == $1 }.count
    let tail = zip(old.reversed(), added.reversed()).prefix { $0 == $1 }.count
    #expect(head + tail >= old.count)
    #expect(try IgnoreWriter(new).adding([Self.rule]) != new)
    let project = try TemporaryProject(["handoff.yml": new])
    let read = try project.discover().ignore
    #expect(Array(read.suffix(2)) == rules)
    if text.contains("\r\n") { #expect(!new.replacing("\r\n", with: "").contains("\n")) }
    #expect(!new.unicodeScalars.contains("\u{202e}") && !new.unicodeScalars.contains("\u{7}"))
  }

  @Test("What cannot be added to is an error that shows the entry", arguments: ["{project: x}\n", "project: x\n...\n"])
  func refused(text: String) {
    #expect { try IgnoreWriter(text).adding([Self.rule]) } throws: { "\($0)".contains("docker.container[a b].state") }
  }

  @Test("A malformed file is not touched")
  func malformed() {
    #expect(throws: ConfigurationError.self) { try IgnoreWriter("projcet: x\n").adding([Self.rule]) }
    #expect(throws: ConfigurationError.self) { try IgnoreWriter("a: [\n").adding([Self.rule]) }
  }

  @Test(
    "An entry without reason, or that names nothing, is a mistake",
    arguments: [
      ("ignore: {fact: x}\n", "ignore must be a list"), ("ignore: [{fact: a.b}]\n", "says why"),
      ("ignore: [{reason: a}]\n", "names what it ignores"),
      ("ignore: [{fakt: a, reason: b}]\n", "did you mean \"fact\""),
      ("ignore: [{fact: a, reason: ' '}]\n", "says why"),
    ])
  func mistakes(text: String, message: String) {
    #expect { try ConfigurationReader.read(text) } throws: { "\($0)".contains(message) }
  }
}
