import Foundation
import HandoffDocument
import HandoffModel
import Testing

/// What is written is what is read: the law that everything else rests on.
@Suite struct LawTests {
  /// Fifty at a time, so that all cores have something to do.
  @Test(arguments: 0..<20)
  func whatIsWrittenIsRead(batch: Int) throws {
    let template = try builtInTemplate()
    for number in batch * 50..<(batch + 1) * 50 {
      for crlf in [false, true] { try check(seed: UInt64(number) &* 7919 &+ 17, crlf: crlf, template) }
    }
  }

  /// One handoff: rendered and parsed, and, through CRLF or not, parsed and updated after its author edited it.
  private func check(seed: UInt64, crlf: Bool, _ template: Template) throws {
    var generator = HandoffGenerator(seed: seed, texts: .hostile)
    var first = generator.handoff()
    first.notes.sections = generator.sections()
    let rendered = try render(first, context: generator.context(), template: template)
    let parsed = try parse(rendered)
    #expect(same(parsed.handoff, first.recorded) && !parsed.edited, "seed \(seed): rendered and parsed")

    for text in [rendered, withCRLF(rendered)] {
      let moment = try #require(DocumentMoment(of: Array(text.utf8)))
      #expect(moment.capturedAt == parsed.handoff.snapshot.capturedAt && moment.previous == parsed.handoff.previous)
    }

    var document = crlf ? withCRLF(rendered) : rendered
    let end = "<!-- handoff:author end notes -->"
    let words = "  written by hand\t\u{301}\n```\nunclosed <!-- \r\n\(seed)\n"
    document = document.replacing(end, with: words + end) + "\nafter the end \(seed)"
    let before = first.notes.recorded.sections
    let prompt = before.isEmpty ? NoteSection.notes.prompt : ""
    first.notes.sections[.notes] = (before[.notes] ?? prompt) + "\n" + words
    let edited = try parse(document)
    #expect(
      same(edited.handoff, first.recorded) && !edited.edited,
      "seed \(seed): parsed after \(crlf ? "CRLF and " : "")an edit")

    var second = generator.handoff()
    let updated = try update(document, with: second, context: generator.context(), template: template)
    second.notes.sections = edited.handoff.notes.sections
    let reparsed = try parse(updated)
    #expect(same(reparsed.handoff, second.recorded) && !reparsed.edited, "seed \(seed): updated and parsed")
    #expect(split(updated).outside == split(document).outside, "seed \(seed): the update kept the author's bytes")
    #expect(!crlf || !hasBareLineFeed(split(updated).inside), "seed \(seed): the update kept the line ends")
  }

  /// Equal, and the author's text equal in bytes, where Swift takes canonically equivalent text for equal. For the facts
  /// the digest says so: it is taken of the bytes that were written, and compared with that of the values that were read.
  private func same(_ left: Handoff, _ right: Handoff) -> Bool {
    left == right
      && NoteSection.allCases.allSatisfy { section in
        left.notes.sections[section].map { Array($0.utf8) } == right.notes.sections[section].map { Array($0.utf8) }
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

  private func hasBareLineFeed(_ bytes: [UInt8]) -> Bool {
    zip([0] + bytes, bytes).contains { $0 != 0x0d && $1 == 0x0a }
  }
}

func builtInTemplate() throws -> Template {
  try #require(try Template.builtIn(named: "session-handoff"))
}

func withCRLF(_ text: String) -> String {
  var bytes: [UInt8] = []
  for byte in text.utf8 {
    if byte == 0x0a { bytes.append(0x0d) }
    bytes.append(byte)
  }
  return String(decoding: bytes, as: UTF8.self)
}
