import HandoffDocument
import HandoffModel
import Testing

/// An update that cannot be right writes nothing.
@Suite struct UpdateTests {
  @Test func nothingIsWrittenToADamagedDocument() throws {
    let template = try builtInTemplate()
    let document = try render(Fixture.handoff, context: Fixture.context, template: template)
    func update(_ old: String, _ new: String) throws {
      _ = try HandoffDocument.update(
        document.replacing(old, with: new), with: Fixture.handoff, context: Fixture.context, template: template)
    }
    let journal = "<!-- handoff:begin journal -->\n"
    let lines = document.split(separator: "\n", omittingEmptySubsequences: false)
    let line = try #require(lines.firstIndex { $0 + "\n" == journal }) + 1
    let end = try #require(lines.firstIndex { $0 == "<!-- handoff:end journal -->" }) + 1
    #expect(throws: DocumentError.notOpened(name: "journal", line: end - 1)) { try update(journal, "") }
    #expect(throws: DocumentError.doubled(name: "journal", line: line + 2, first: line)) {
      try update(journal, journal + "<!-- handoff:end journal -->\n" + journal)
    }
    #expect(throws: DocumentError.nested(name: "journal", line: line + 1, inside: "journal")) {
      try update(journal, journal + journal)
    }
    #expect(throws: DocumentError.partUnknown("diary", line: line)) { try update("journal -->", "diary -->") }
    #expect(throws: DocumentError.noFacts) { try update("facts -->", "figures -->") }
  }

  @Test func aPartThatWasCutOutIsMissed() throws {
    let template = try builtInTemplate()
    let document = try render(Fixture.handoff, context: Fixture.context, template: template)
    let start = try #require(document.firstRange(of: "<!-- handoff:begin mend -->"))
    let end = try #require(document.firstRange(of: "<!-- handoff:end mend -->"))
    let cut = String(document[..<start.lowerBound] + document[end.upperBound...])
    #expect(throws: DocumentError.partMissing("mend")) {
      try update(cut, with: Fixture.handoff, context: Fixture.context, template: template)
    }
  }

  @Test func anUpdateWithTheSameHandoffChangesNothing() throws {
    let template = try builtInTemplate()
    let document = try render(Fixture.handoff, context: Fixture.context, template: template)
    for text in [document, withCRLF(document), "\u{feff}" + document, document + "\n\nmore"] {
      let updated = try update(text, with: Fixture.handoff, context: Fixture.context, template: template)
      #expect(Array(updated.utf8) == Array(text.utf8))
    }
  }
}
