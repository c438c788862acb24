import Foundation
import HandoffDocument
import HandoffModel
import Testing

/// The default template, seen as a reader sees it. After a change that is meant, run the tests once with
/// `RECORD_GOLDEN=1`, look at what became of the files, and commit them.
@Suite struct GoldenTests {
  @Test func aSessionsHandoff() throws {
    let document = try render(Fixture.handoff, context: Fixture.context, template: builtInTemplate())
    try expect(document, isGolden: "session-handoff.md")
  }

  @Test func aFirstHandoffThatIsStillToBeFilledIn() throws {
    var handoff = Fixture.handoff
    handoff.notes = .init()
    handoff.previous = nil
    handoff.snapshot = .init(
      tool: "0.1.0", project: "empty", capturedAt: handoff.snapshot.capturedAt,
      observations: handoff.snapshot.observations.filter { $0.status == .skipped })
    var context = Fixture.context
    context.shells = ["bash"]
    context.journal = nil
    try expect(render(handoff, context: context, template: builtInTemplate()), isGolden: "first-handoff.md")
  }

  @Test func aHandoffAsItIsShown() throws {
    let document = try render(Fixture.handoff, context: Fixture.context, template: builtInTemplate())
    try expect(withoutMachineParts(document), isGolden: "shown.md")
  }

  private func expect(_ text: String, isGolden name: String) throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/" + name)
    if ProcessInfo.processInfo.environment["RECORD_GOLDEN"] != nil {
      try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file)
      Issue.record("\(name) was recorded; look at it and run again without RECORD_GOLDEN")
      return
    }
    let golden = String(decoding: try Data(contentsOf: file), as: UTF8.self)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let expected = golden.split(separator: "\n", omittingEmptySubsequences: false)
    for (number, pair) in zip(lines, expected).enumerated() {
      try #require(pair.0 == pair.1, "\(name), line \(number + 1)")
    }
    #expect(lines.count == expected.count, "\(name) has another length")
  }
}
