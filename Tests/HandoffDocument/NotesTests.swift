import HandoffDocument
import HandoffModel
import Testing

/// What an author writes goes to the section that its heading names, and no line of it is lost.
@Suite struct NotesTests {
  @Test func headingsNameSections() {
    let sections = notes(
      fromMarkdown: """
        before any heading

        # ✅ DONE
        - one
        ### Details
        two
        ## **Next Steps:**
        - [ ] three
        Blockers
        --------
        four

        What's next
        ===
        five
        # Appendix
        six
        ## Lessons learned ##
        seven
        ```
        # Done
        ```
        """)
    #expect(
      sections == [
        .notes: "before any heading\n\n# Appendix\nsix", .done: "- one\n### Details\ntwo",
        .nextSteps: "- [ ] three\n\nfive", .blockers: "four", .learnings: "seven\n```\n# Done\n```",
      ])
  }

  @Test func aKnownHeadingBelowAnotherBeginsItsSection() {
    #expect(
      notes(fromMarkdown: "## Done\none\n### Decisions made\ntwo\n#### Why\nthree\n## Other things\nfour\n")
        == [.done: "one", .decisions: "two\n#### Why\nthree", .notes: "## Other things\nfour"])
  }

  @Test func lineEndsAndMarksOfWindows() {
    #expect(notes(fromMarkdown: "\u{feff}# Done\r\none\r\n\r\ntwo\r\n") == [.done: "one\n\ntwo"])
  }

  @Test func whatIsNoHeading() {
    let text = "#done\n    # Done\n- Done\n---\n<!--\n# Done\n-->\n####### Done"
    #expect(notes(fromMarkdown: text) == [.notes: text])
    #expect(notes(fromMarkdown: " \n\n").isEmpty)
  }

  @Test func openItemsAreCarriedOver() {
    var handoff = Fixture.handoff
    handoff.notes.sections = [
      .done: "- [x] finished\n  - [ ] but not this\n- plain",
      .nextSteps: """
      - [ ] first
        with a second line

        and a paragraph
        - [ ] below it
      * [ ] second
      ```
      - [ ] in code
      ```
      - [X] closed
      -[ ] no item
      - [ ]
      """,
      .blockers: "+ [ ] second",
    ]
    #expect(
      openItems(in: handoff) == [
        "- [ ] but not this", "- [ ] first\n  with a second line\n\n  and a paragraph\n  - [ ] below it",
        "- [ ] second",
      ])
  }

  @Test func whatIsShownHasNoMachineryInIt() throws {
    let document = try render(Fixture.handoff, context: Fixture.context, template: builtInTemplate())
    let shown = withoutMachineParts(withCRLF(document))
    #expect(shown == withoutMachineParts(document))
    #expect(!shown.contains("<!-- handoff") && !shown.contains("sha256:") && !shown.contains("\n\n\n"))
    #expect(shown.hasPrefix("# Session handoff: Post-cleanup\n"))
    #expect(withoutMachineParts("plain\n\n\n\ntext") == "plain\n\n\n\ntext\n")
  }
}
