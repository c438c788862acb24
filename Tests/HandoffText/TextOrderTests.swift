import HandoffText
import Testing

/// Texts are ordered as their Unicode scalars are.
@Suite struct TextOrderTests {
  static let texts = [
    "", "a", "aa", "b", "é", "e\u{301}", "z", "\u{7f}", "\u{80}", "\u{7ff}", "\u{800}", "\u{ffff}", "\u{10000}", "🎮",
    "a\u{0}", "a\u{0}b", String(repeating: "long", count: 20), String(repeating: "long", count: 20) + "é",
  ]

  @Test func precedes() {
    for left in Self.texts {
      for right in Self.texts {
        #expect(
          left.precedes(right) == left.unicodeScalars.lexicographicallyPrecedes(right.unicodeScalars),
          "\(left.debugDescription), \(right.debugDescription)")
      }
    }
  }
}
