import Foundation
import HandoffModel
import HandoffText
import Testing

@testable import HandoffDocument

/// A document of very many tables is written, read back and compared, and stays readable.
@Suite struct LongListTests {
  private static let dictionary = FactDictionary(
    facts: [
      FactDefinition("postgres.tables", .set, title: "the tables", meaning: "names"),
      FactDefinition("postgres.rows[*]", .volatile, title: "rows", memberOf: "postgres.tables", meaning: "estimates"),
      FactDefinition("postgres.applied", .progress, title: "applied", isNewestLast: true, meaning: "names"),
    ], findings: [], areas: ["postgres": "PostgreSQL"])

  private func snapshot(_ facts: [Fact]) -> Snapshot {
    Snapshot(
      tool: "1", project: "p", capturedAt: Date(timeIntervalSince1970: 0),
      observations: [Observation(probe: "postgres", facts: facts)])
  }

  private func list(_ id: FactID, _ names: [String]) -> Fact {
    Fact(id, id == "postgres.applied" ? .progress : .set, .strings(names), source: Source(.measured, "the server"))
  }

  private func document(_ snapshot: Snapshot, previous: Snapshot? = nil) throws -> String {
    try render(
      Handoff(notes: AuthorNotes(title: "Long"), previous: nil, snapshot: snapshot),
      context: DocumentContext(name: "x.md", folder: "handoffs", dictionary: Self.dictionary, previous: previous),
      template: builtInTemplate())
  }

  private static func tables(_ numbers: Range<Int>) -> [String] {
    numbers.map { "public.a_table_with_a_name_as_long_as_they_are_\(1_000_000 + $0)" }
  }

  @Test func aHundredThousandTables() throws {
    let names = Self.tables(0..<100_000)
    let rows = names.map { Fact(FactID("postgres.rows[\($0)]"), .volatile, 7, source: Source(.measured, "the server")) }
    let snapshot = snapshot([list("postgres.tables", names)] + rows)
    let text = try document(snapshot, previous: self.snapshot([list("postgres.tables", Self.tables(3..<100_007))]))
    let parsed = try parse(text)
    #expect(parsed.handoff.snapshot == snapshot && !parsed.edited)
    let visible = withoutMachineParts(text)
    #expect(visible.count < 20_000)
    #expect(visible.contains("100000 in all: `public` 100000; since the last handoff 3 new: `\(names[0])`"))
    #expect(visible.contains("`; 7 gone: `"))
    let changed = Comparator(Self.dictionary).compare(
      expected: parsed.handoff.snapshot, named: "a",
      actual: self.snapshot([list("postgres.tables", Array(names.dropLast()))]), named: "b")
    #expect(changed.changes.map(\.expected) == [.strings(names.suffix(1))])
  }

  @Test func whatChangedSince() throws {
    let recorded = snapshot([list("postgres.tables", Self.tables(0..<50))])
    func told(_ names: [String], _ previous: Snapshot?) throws -> String {
      let line = try document(snapshot([list("postgres.tables", names)]), previous: previous)
        .split(separator: "\n").first { $0.hasPrefix("| the tables |") }
      return String(try #require(line))
    }
    #expect(try !told(Self.tables(0..<60), nil).contains("since the last handoff"))
    #expect(try !told(Self.tables(0..<60), snapshot([])).contains("since the last handoff"))
    #expect(try told(Self.tables(0..<50), recorded).contains("50; since the last handoff none is new or gone |"))
    let new = Self.tables(50..<55).map { "`\($0)`" }.joined(separator: ", ")
    #expect(try told(Self.tables(0..<56), recorded).contains("56; since the last handoff 6 new: \(new), … |"))
    #expect(try told(Self.tables(1..<51), recorded).contains("1 gone: `\(Self.tables(0..<1)[0])` |"))
    // A short list is there as a whole.
    #expect(try !told(Self.tables(0..<40), recorded).contains("since"))
  }

  @Test func ofWhatIsInOrderTheNewest() throws {
    let names = (1...120).map { "\($0 + 1000)_step.sql" }
    let text = try document(snapshot([list("postgres.applied", names)]))
    let last = names.suffix(10).map { "`\($0)`" }.joined(separator: ", ")
    #expect(text.contains("| applied | 120 in all, the last: \(last) |"))
  }

  @Test("As many values as are written are read", arguments: [0, 1])
  func theNumberOfValues(beyond: Int) throws {
    func facts(_ count: Int) -> Snapshot {
      snapshot([Fact("postgres.tables", .set, .array(Array(repeating: 0, count: count)), source: Source(.measured))])
    }
    let rest = FactsBlock.values(of: facts(0))
    let count = FactsBlock.maximumValues - rest + beyond
    guard beyond == 0 else {
      #expect(throws: DocumentError.tooManyValues(FactsBlock.maximumValues + 1)) { try document(facts(count)) }
      return
    }
    #expect(try parse(document(facts(count))).handoff.snapshot.fact("postgres.tables")?.value.array?.count == count)
  }

  @Test("A block that says the same in another layout or order is not edited, and one that says something else is")
  func layout() throws {
    let text = try document(snapshot([list("postgres.tables", ["a \"b\" ", "c"])]))
    #expect(try !parse(text).edited)
    #expect(try !parse(text.replacing("\n  \"", with: "\n\t \"")).edited)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let tool = try #require(lines.firstIndex { $0.hasPrefix(#"  "title": "#) })
    var swapped = lines
    swapped.remove(at: tool)
    swapped.insert(lines[tool], at: tool - 1)
    #expect(swapped != lines)
    #expect(try !parse(swapped.joined(separator: "\n")).edited, "the same members in another order")
    #expect(try parse(text.replacing(#""a \"b\" ""#, with: #""a \"b\"""#)).edited)
  }
}
