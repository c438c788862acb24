import HandoffText

/// Finds the secrets of this machine in one pass over a text.
struct KnownValues: Sendable {
  private let names: [String]
  private let matcher: ByteMatcher

  init(_ secrets: [KnownSecret]) {
    var names: [String] = []
    var patterns: [ByteMatcher.Pattern] = []
    for secret in secrets {
      for form in secret.forms {
        // Short values of letters and digits occur inside other words, unless they look like no part of one.
        let isTelling = form.count >= 8 && SecretValue.looksSecret(form[...])
        let isShort = form == secret.value && form.count < 12 && form.allSatisfy { $0.isWord } && !isTelling
        patterns.append(ByteMatcher.Pattern(form, isBounded: isShort))
        names.append(secret.name)
      }
    }
    self.names = names
    matcher = ByteMatcher(patterns)
  }

  /// The places where values stand, in the order of the text: their ranges, and whose value each is. Ranges do not overlap:
  /// values that do are one place.
  func find(in text: [UInt8]) -> [(range: Range<Int>, name: String)] {
    matcher.places(in: text).map { ($0.range, names[$0.pattern]) }
  }
}
