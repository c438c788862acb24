import HandoffDocument
import HandoffModel
import Testing

/// A mistake in a template is told with its file and line, before anything is written.
@Suite struct TemplateTests {
  /// What every template needs; it ends on line 7.
  static let needed = NoteSection.allCases.map { "{{author.\($0.rawValue)}}\n" }.joined() + "{{facts}}\n"

  static func part(_ content: String) -> String {
    "<!-- handoff:begin top -->\n\(content)\n<!-- handoff:end top -->\n"
  }

  @Test(arguments: [
    ("{{titel}}", 2, "unknown name titel; did you mean title?"),
    ("{{#environment}}\n{{#areas}}\n{{titles}}\n{{/areas}}\n{{/environment}}", 4, "did you mean title?"),
    ("{{summaryCell}}", 2, "it is known inside {{#environment}}{{#areas}}"),
    ("{{capitalized(title)}}", 2, "unknown name capitalized(title)"),
    ("{{.}}", 2, "unknown name ."),
    ("a\n{{{title}}}", 3, "{{{ is not available"),
    ("{{&title}}", 2, "{{& is not available"),
    ("{{< base}}{{/base}}", 2, "{{< (inheritance) is not available"),
    ("{{$block}}{{/block}}", 2, "{{$ (inheritance) is not available"),
    ("{{=<% %>=}}", 2, "{{= (other delimiters) is not available"),
    ("{{% CONTENT_TYPE: HTML}}", 2, "{{% (pragmas) is not available"),
    ("{{> *title}}", 2, "chosen by a value"),
    ("{{> ../secrets}}", 2, "the name of a partial is made of letters"),
    ("{{> absent}}", 2, "there is no partial absent"),
    ("{{title", 2, "this tag has no end"),
    ("{{}}", 2, "this tag is empty"),
    ("{{#title}}", 2, "the section title has no end"),
    ("{{/title}}", 2, "the section title ends here and did not begin"),
    (
      "{{#title}}\n{{#status}}\n{{/title}}\n{{/status}}", 4,
      "the section status, begun on line 3, must end before title"
    ),
    ("{{mend}}", 2, "mend is a section"),
    ("{{#facts}}{{/facts}}", 2, "cannot stand inside the part top"),
    ("{{facts}}", 2, "cannot stand inside the part top"),
    ("{{author.done}}", 2, "cannot stand inside the part top"),
    ("{{#done}}x{{/done}}", 2, "cannot stand inside the part top"),
    ("<!-- handoff:begin inner -->\n<!-- handoff:end inner -->", 2, "begins inside top"),
    ("a \u{202e}b", 2, "is not seen or steers a terminal"), ("a\n\u{1b}]0;x\u{7}", 3, "steers a terminal"),
    ("zero\u{200b}width", 2, "is not seen"), ("<!-- handoff:start x -->", 2, "looks like a marker and is none"),
    ("<!-- handoff:begin {{title}} -->", 2, "looks like a marker and is none"),
  ])
  func mistakesInAPart(content: String, line: Int, message: String) {
    expect(Self.part(content) + Self.needed, fails: message, line: line)
  }

  @Test(arguments: [
    ("{{date}}\n", 1, "date is measured and must stand between"),
    ("{{#mend}}\n{{/mend}}\n", 1, "mend is measured and must stand between"),
    ("<!-- handoff:begin a -->\n", 1, "the part a begins here and has no end"),
    ("\n<!-- handoff:end a -->\n", 2, "the part a ends here and did not begin"),
    (
      "<!-- handoff:begin a -->\n<!-- handoff:end a -->\n<!-- handoff:begin a -->\n<!-- handoff:end a -->\n", 3,
      "again, first on line 1"
    ),
    ("<!-- handoff:begin facts -->\n<!-- handoff:end facts -->\n", 1, "the markers of facts are written by {{facts}}"),
    ("<!-- handoff:author begin done -->\n<!-- handoff:author end done -->\n", 1, "written by {{author.done}}"),
    (
      "{{#done}}\n<!-- handoff:begin a -->\n<!-- handoff:end a -->\n{{/done}}\n", 1, "the section done holds the part a"
    ),
    (
      "<!-- handoff:begin a -->\n{{#title}}\n<!-- handoff:end a -->\n{{/title}}\n", 2,
      "the section title has no end in the part a"
    ),
    ("{{facts}}\n", 8, "{{facts}} stands twice"),
    ("x {{author.done}}\n", 1, "must stand alone on its line"),
    ("{{#done}}\n{{author.done}}\n{{/done}}\n", 2, "must stand alone on its line and outside of sections"),
  ])
  func mistakesOutsideOfParts(text: String, line: Int, message: String) {
    expect(text + Self.needed, fails: message, line: line)
  }

  @Test func aTemplateThatWouldLoseSomething() {
    expect("# Title\n", fails: "the template has no {{facts}}, without which a document would lose its facts", line: 1)
    expect("{{facts}}\n", fails: "the template has no {{author.done}}", line: 1)
  }

  @Test func aMistakeInAPartialIsToldWhereItStands() {
    let partials = ["inner": "one\n{{nothing}}\n", "loop": "{{> loop2}}\n", "loop2": "\n{{> loop}}\n"]
    expect(
      Self.part("{{> inner}}") + Self.needed, partials: partials, fails: "unknown name nothing", line: 2,
      file: "templates/inner.md")
    expect(
      Self.part("{{> loop}}") + Self.needed, partials: partials, fails: "contains itself: loop > loop2 > loop", line: 2,
      file: "templates/loop2.md")
    let broken = ["inner": "one\n<!-- handoff:end top -->\n"]
    expect(
      Self.part("{{> inner}}") + Self.needed, partials: broken, fails: "the part top ends here and did not begin",
      line: 3 + 0, file: "templates/own.md")
  }

  @Test func partialsThatDoubleAreRefusedBeforeTheyFillTheMemory() {
    var partials = ["p0": "{{title}}"]
    for level in 1...40 { partials["p\(level)"] = "{{> p\(level - 1)}} {{> p\(level - 1)}}" }
    #expect(throws: TemplateError.self) {
      try Template(named: "own.md", text: Self.part("{{> p40}}") + Self.needed) { partials[$0] }
    }
  }

  @Test func sectionsThatAreNestedTooDeepAreRefused() {
    let text =
      String(repeating: "{{#environment}}\n", count: 1500) + String(repeating: "{{/environment}}\n", count: 1500)
    #expect {
      try Template(named: "own.md", text: Self.part(text) + Self.needed) { _ in nil }
    } throws: {
      ($0 as? TemplateError)?.message.contains("nested") == true
    }
  }

  @Test func aPartialIsTheTextThatItHolds() throws {
    let partials = ["head": "# {{project}}\n", "tail": "from {{date}}"]
    let template = try Template(
      named: "own.md", text: Self.part("{{> head}}\nsee ({{> tail}})\n  {{> head}}  \nend") + Self.needed
    ) { partials[$0] }
    let document = try render(Fixture.handoff, context: Fixture.context, template: template)
    let expected = "# `aicore`\nsee (from 2025-11-07 23:15:00 UTC)\n  # `aicore`\nend\n"
    #expect(document.hasPrefix("<!-- handoff:begin top -->\n" + expected + "<!-- handoff:end top -->\n"))
  }

  /// The engine's partials write values for HTML and its missing names fall through to outer ones; neither may happen.
  @Test func valuesAreWrittenOnce() throws {
    let text = Self.part(
      "{{> name}}\n{{#environment}}{{#areas}}{{#summary}}[{{summary}}]{{/summary}}{{/areas}}{{/environment}}")
    let template = try Template(named: "own.md", text: text + Self.needed) { _ in "{{project}}" }
    var handoff = Fixture.handoff
    handoff.snapshot = Snapshot(
      tool: "1", project: "<a & \"b\">{{title}}", capturedAt: handoff.snapshot.capturedAt,
      observations: [Observation(probe: "aws", facts: [])])
    let document = try render(handoff, context: Fixture.context, template: template)
    #expect(document.hasPrefix("<!-- handoff:begin top -->\n`<a & \"b\">{{title}}`\n\n<!--"))
  }

  @Test func aTemplateFromWindowsGivesTheSameDocument() throws {
    let text = Self.part("# {{project}}\n\n{{#title}}\n{{title}}\n{{/title}}") + Self.needed
    let unix = try Template(named: "own.md", text: text)
    let windows = try Template(named: "own.md", text: withCRLF(text))
    #expect(
      try render(Fixture.handoff, context: Fixture.context, template: unix)
        == render(Fixture.handoff, context: Fixture.context, template: windows))
  }

  @Test func everyNameHasAMeaning() {
    let names = TemplateName.reference
    #expect(names.allSatisfy { !$0.name.meaning.isEmpty })
    #expect(Set(names.map(\.path)).count == names.count)
    #expect(names.contains { $0.path == "environment.areas.title" })
  }

  private func expect(
    _ text: String, partials: [String: String] = [:], fails message: String, line: Int,
    file: String = "templates/own.md", sourceLocation: SourceLocation = #_sourceLocation
  ) {
    do {
      _ = try Template(named: "templates/own.md", text: text) { partials[$0] }
      Issue.record("nothing was thrown for \(text)", sourceLocation: sourceLocation)
    } catch {
      #expect(error.description.hasPrefix("\(file):\(line): "), sourceLocation: sourceLocation)
      #expect(error.message.contains(message), sourceLocation: sourceLocation)
    }
  }
}
