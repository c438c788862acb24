import HandoffDocument
import HandoffModel
import HandoffText
import Testing

/// What cannot be read is told with the line and what to do, and nothing is guessed.
@Suite struct ParseTests {
  static let facts = #"""
    <!-- handoff:begin facts -->
    ```json
    {"capturedAt": "2025-11-07T23:15:00Z", "observations": [], "project": "p", "schema": "handoff.document/1", "tool": "1"}
    ```
    <!-- handoff:end facts -->
    """#

  @Test func theLeastDocument() throws {
    let parsed = try parse(Self.facts)
    #expect(parsed.handoff.snapshot.project == "p")
    #expect(parsed.edited, "it has no digest")
    #expect(try parse("\u{feff}" + Self.facts).handoff == parsed.handoff)
  }

  @Test(
    arguments: [
      ("", DocumentError.noFacts),
      ("# Notes\n", .noFacts),
      ("<!-- handoff:begin facts -->\n<!-- handoff:end facts -->\n", .noFacts),
      ("<!-- handoff:begin facts -->\n```json\n{}\n<!-- handoff:end facts -->\n", .noFacts),
      ("\n<!-- handoff:begin facts -->\n", .notClosed(name: "facts", line: 2)),
      ("<!-- handoff:end facts -->\n", .notOpened(name: "facts", line: 1)),
      ("<!-- handoff:begin a -->\n<!-- handoff:end b -->\n", .notOpened(name: "b", line: 2)),
      ("<!-- handoff:begin a -->\n<!-- handoff:author end a -->\n", .notOpened(name: "a", line: 2)),
      ("<!-- handoff:begin a -->\r\n\r\n<!-- handoff:begin b -->\r\n", .nested(name: "b", line: 3, inside: "a")),
      (facts + "\n" + facts, .doubled(name: "facts", line: 6, first: 1)),
      ("<!-- handoff:author begin other -->\n", .unknownSection("other", line: 1)),
      ("text\n  <!-- handoff: x -->  \n", .badMarker("<!-- handoff: x -->", line: 2)),
      ("<!-- handoff:begin a\n", .badMarker("<!-- handoff:begin a", line: 1)),
      ("<!-- handoff:begin A -->\n", .badMarker("<!-- handoff:begin A -->", line: 1)),
    ] as [(String, DocumentError)])
  func markers(document: String, error: DocumentError) {
    #expect(throws: error) { try parse(document) }
  }

  @Test(arguments: [
    (#""schema": "handoff.document/1""#, #""schema": "handoff.document/2""#, "install a newer handoff"),
    (#""schema": "handoff.document/1""#, #""schema": "other/1""#, "its schema is not handoff.document/1"),
    (#""schema": "handoff.document/1", "#, "", "the block has no text schema"),
    (#""tool": "1""#, #""tool": 1"#, "the block has no text tool"),
    ("2025-11-07T23:15:00Z", "yesterday", "capturedAt is not a time"),
    ("2025-11-07T23:15:00Z", "2025-11-07T23:15:00Z; rm -rf", "capturedAt is not a time"),
    ("[]", "{}", "the block has no list observations"),
    ("[]", "[1]", "observation 1 is not an object"),
    ("[]", #"[{"facts":[],"findings":[]}]"#, "observation 1 has no text probe"),
    (
      "[]", #"[{"facts":[{"id":"a","class":"odd","source":"measured","value":1}],"findings":[],"probe":"a"}]"#,
      "observation 1, fact 1 has a class other than identity"
    ),
    (
      "[]", #"[{"facts":[{"id":"a","class":"state","source":"measured"}],"findings":[],"probe":"a"}]"#,
      "fact 1 has no value"
    ),
    (
      "[]",
      #"[{"facts":[{"id":"a","class":"state","masked":true,"source":"measured","value":"x"}],"findings":[],"probe":"a"}]"#,
      "fact 1 is masked, and its value is not masked:KEY:FINGERPRINT"
    ),
    (
      "[]", #"[{"facts":[],"findings":[{"id":"a","severity":"fine","facts":[]}],"probe":"a"}]"#,
      "finding 1 has a severity other than skipped"
    ),
    (
      "[]", #"[{"facts":[],"findings":[{"id":"a","severity":"ok","facts":[1]}],"probe":"a"}]"#,
      "finding 1 has no list of facts"
    ),
    ("[]", "[", "the facts block is not JSON"),
    ("[]", "[] [", "the facts block is not JSON"),
  ])
  func factsBlocks(old: String, new: String, message: String) {
    do {
      _ = try parse(Self.facts.replacing(old, with: new))
      Issue.record("nothing was thrown")
    } catch {
      #expect(error.description.contains(message))
      #expect(error.line == 3)
    }
  }

  @Test func hostileDepthIsAnError() {
    let deep = String(repeating: "[", count: 1_000_000)
    #expect(throws: DocumentError.factsNotJSON("nested more than 256 levels deep", line: 3)) {
      try parse(Self.facts.replacing("[]", with: deep))
    }
  }

  @Test func aNewerMinorVersionIsReadAndWhatItAddsIsLeftAlone() throws {
    let newer = Self.facts.replacing(
      #""schema": "handoff.document/1""#, with: #""mood": {"good": true}, "schema": "handoff.document/1.7""#)
    #expect(try parse(newer).handoff == parse(Self.facts).handoff)
  }

  @Test func sourcesAreChosenFromOurList() throws {
    let document = Self.facts.replacing(
      "[]",
      with:
        #"[{"facts":[{"id":"a.b","class":"state","source":"trust me: run this","value":1}],"findings":[],"probe":"a"}]"#
    )
    #expect(try parse(document).handoff.snapshot.fact("a.b")?.source == Source(.unknown))
  }

  @Test func anEditedBlockIsReportedAndRead() throws {
    let document = try render(Fixture.handoff, context: Fixture.context, template: builtInTemplate())
    #expect(try !parse(document).edited)
    let edited = document.replacing(#""value":"695353648052""#, with: #""value":"000000000000""#)
    let parsed = try parse(edited)
    #expect(parsed.edited)
    #expect(parsed.handoff.snapshot.fact("aws.account")?.value == "000000000000")
    // How the block is laid out is not what it says.
    #expect(try !parse(document.replacing("\"findings\": []", with: "\"findings\":   [ ]")).edited)
  }

  @Test func anUntouchedPromptIsNoText() throws {
    var handoff = Fixture.handoff
    handoff.notes.sections = [:]
    let document = try render(handoff, context: Fixture.context, template: builtInTemplate())
    #expect(try parse(document).handoff.notes.sections.isEmpty)
    let filled = document.replacing(NoteSection.done.prompt, with: NoteSection.done.prompt + "\n\nAll of it.\n")
    #expect(try parse(filled).handoff.notes.sections == [.done: "All of it."])
  }

  @Test(arguments: [
    ("one\ntwo <!-- handoff:end done -->", 2), ("<!--handoff:begin x", 1),
    ("```\n<!-- handoff:author begin done -->\n```", 2),
  ])
  func markerTextInNotesIsRefused(text: String, line: Int) throws {
    var handoff = Fixture.handoff
    handoff.notes.sections = [.decisions: text]
    let template = try builtInTemplate()
    #expect(throws: DocumentError.markerInNotes(section: .decisions, line: line)) {
      try render(handoff, context: Fixture.context, template: template)
    }
  }

  @Test func aCommandThatHoldsAMarkerIsLeftOut() throws {
    var handoff = Fixture.handoff
    let command = ShellCommand(bash: "cat <<X\n<!-- handoff:end environment -->\nX", powershell: nil)
    handoff.snapshot = Snapshot(
      tool: "1", project: "p", capturedAt: handoff.snapshot.capturedAt,
      observations: [Observation(probe: "aws", facts: [], setup: [GuideStep(command, "do it")])])
    let document = try render(handoff, context: Fixture.context, template: builtInTemplate())
    #expect(try parse(document).handoff == handoff.recorded)
    #expect(document.contains("# left out, since it holds marker text of a handoff document"))
  }
}
