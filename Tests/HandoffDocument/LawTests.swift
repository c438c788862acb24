import Foundation
import HandoffDocument
import HandoffModel
import Testing

/// What is written is what is read: the law that everything else rests on.
@Suite struct LawTests {
  static let seeds = (0..<60).map { UInt64($0) &* 7919 &+ 17 }

  @Test func parsingGivesBackWhatWasRendered() throws {
    let template = try builtInTemplate()
    for seed in Self.seeds {
      var generator = HandoffGenerator(seed: seed, texts: .hostile)
      var handoff = generator.handoff()
      handoff.notes.sections = generator.sections()
      let document = try render(handoff, context: generator.context(), template: template)
      let parsed = try parse(document)
      guard same(parsed.handoff, handoff.recorded), !parsed.edited else {
        Issue.record("seed \(seed): the handoff came back changed")
        return
      }
      let fromWindows = try parse(withCRLF(document))
      guard same(fromWindows.handoff, handoff.recorded), !fromWindows.edited else {
        Issue.record("seed \(seed): the handoff came back changed through CRLF")
        return
      }
    }
  }

  @Test func updatingRewritesTheToolsPartsOnly() throws {
    let template = try builtInTemplate()
    for seed in Self.seeds {
      var generator = HandoffGenerator(seed: seed, texts: .hostile)
      var first = generator.handoff()
      first.notes.sections = generator.sections()
      let context = generator.context()
      let crlf = generator.chance(50)
      var document = try render(first, context: context, template: template)
      if crlf { document = withCRLF(document) }
      let end = "<!-- handoff:author end notes -->"
      let words = "  written by hand\t\u{301}\n```\nunclosed <!-- \r\n\(seed)\n"
      document = document.replacing(end, with: words + end) + "\nafter the end \(seed)"

      var second = generator.handoff()
      let updated = try update(document, with: second, context: generator.context(), template: template)
      second.notes.sections = try parse(document).handoff.notes.sections
      let parsed = try parse(updated)
      guard same(parsed.handoff, second.recorded), !parsed.edited else {
        Issue.record("seed \(seed): the handoff came back changed through an update")
        return
      }
      guard outside(updated) == outside(document) else {
        Issue.record("seed \(seed): an update changed what is not the tool's")
        return
      }
      guard !crlf || !hasBareLineFeed(inside(updated)) else {
        Issue.record("seed \(seed): an update broke the line ends of a CRLF document")
        return
      }
    }
  }

  /// Equal, and equal in bytes where Swift takes canonically equivalent text for equal.
  private func same(_ left: Handoff, _ right: Handoff) -> Bool {
    left == right
      && NoteSection.allCases.allSatisfy { section in
        left.notes.sections[section].map { Array($0.utf8) } == right.notes.sections[section].map { Array($0.utf8) }
      }
      && Array(left.snapshot.project.utf8) == Array(right.snapshot.project.utf8)
      && zip(left.snapshot.observations.flatMap(\.facts), right.snapshot.observations.flatMap(\.facts)).allSatisfy {
        Array($0.value.canonical.utf8) == Array($1.value.canonical.utf8)
          && Array($0.id.rawValue.utf8) == Array($1.id.rawValue.utf8)
          && Array($0.source.detail.utf8) == Array($1.source.detail.utf8)
      }
  }

  private func split(_ document: String) -> (outside: [UInt8], inside: [UInt8]) {
    var outside: [UInt8] = []
    var inside: [UInt8] = []
    var within = false
    for line in Array(document.utf8).split(separator: 0x0a, omittingEmptySubsequences: false) {
      let text = String(decoding: line, as: UTF8.self)
      if text.hasPrefix("<!-- handoff:end") { within = false }
      if within { inside += line + [0x0a] } else { outside += line + [0x0a] }
      if text.hasPrefix("<!-- handoff:begin") { within = true }
    }
    return (outside, inside)
  }

  private func outside(_ document: String) -> [UInt8] { split(document).outside }
  private func inside(_ document: String) -> [UInt8] { split(document).inside }

  private func hasBareLineFeed(_ bytes: [UInt8]) -> Bool {
    zip([0] + bytes, bytes).contains { $0 != 0x0d && $1 == 0x0a }
  }
}

func builtInTemplate() throws -> Template {
  try #require(try Template.builtIn(named: "session-handoff"))
}

func withCRLF(_ text: String) -> String {
  var bytes: [UInt8] = []
  for byte in text.utf8 { bytes += byte == 0x0a ? [0x0d, 0x0a] : [byte] }
  return String(decoding: bytes, as: UTF8.self)
}
