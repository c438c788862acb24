import HandoffDocument
import HandoffModel
import HandoffTestSupport
import Testing

/// What a value contains never changes what a document is made of.
@Suite struct StructureTests {
  @Test(
    .enabled(if: CommonMark.isAvailable, "cmark-gfm reads the documents; install Debian's cmark-gfm"),
    arguments: 0..<10)
  func hostileValuesGiveTheStructureOfPlainOnes(batch: Int) throws {
    let template = try builtInTemplate()
    for number in batch * 100..<(batch + 1) * 100 {
      let seed = UInt64(number) &* 104_729 &+ 3
      let hostile = try structure(seed, .hostile, template)
      let plain = try structure(seed, .plain, template)
      guard hostile != plain else { continue }
      let place = zip(hostile, plain).enumerated().first { $1.0 != $1.1 }?.offset ?? min(hostile.count, plain.count)
      let start = max(0, place - 5)
      Issue.record(
        "seed \(seed), element \(place): \(hostile.dropFirst(start).prefix(10)) and \(plain.dropFirst(start).prefix(10))"
      )
    }
  }

  private func structure(_ seed: UInt64, _ texts: HandoffGenerator.Texts, _ template: Template) throws -> [String] {
    var generator = HandoffGenerator(seed: seed, texts: texts, ordersMembers: true)
    let handoff = generator.handoff()
    return try CommonMark.structure(render(handoff, context: generator.context(), template: template))
  }
}
