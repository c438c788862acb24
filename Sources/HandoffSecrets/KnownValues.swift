/// Finds many byte sequences in one pass over a text.
struct KnownValues: Sendable {
  private struct Needle: Sendable {
    let bytes: [UInt8]
    let name: String
    /// Whether it must stand alone as a word: short values of letters and digits occur inside other words.
    let standsAlone: Bool
    let secretLength: Int
  }

  /// How many bytes tell where to look closer; no needle is shorter.
  private static let keyLength = 6
  private var needles: [UInt64: [Needle]] = [:]
  private var starts = [Bool](repeating: false, count: 1 << 16)

  init(_ secrets: [KnownSecret]) {
    for secret in secrets {
      let forms = secret.forms
      for form in forms where form.count >= Self.keyLength {
        let isShort = form == secret.value && form.count < 12 && form.allSatisfy { $0.isWord }
        let needle = Needle(
          bytes: form, name: secret.name, standsAlone: isShort, secretLength: secret.value.count)
        needles[Self.key(form, 0), default: []].append(needle)
        starts[Int(form[0]) << 8 | Int(form[1])] = true
      }
    }
  }

  private static func key(_ bytes: [UInt8], _ index: Int) -> UInt64 {
    bytes[index..<index + keyLength].reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// The places where a value stands: its range, and whose value it is. Ranges do not overlap.
  func find(in text: [UInt8]) -> [(range: Range<Int>, name: String, secretLength: Int)] {
    guard !needles.isEmpty, text.count >= Self.keyLength else { return [] }
    var found: [(Range<Int>, String, Int)] = []
    var index = 0
    while index + Self.keyLength <= text.count {
      defer { index += 1 }
      guard starts[Int(text[index]) << 8 | Int(text[index + 1])], let candidates = needles[Self.key(text, index)]
      else { continue }
      for needle in candidates where matches(needle, text, index) {
        found.append((index..<index + needle.bytes.count, needle.name, needle.secretLength))
        index += needle.bytes.count - 1
        break
      }
    }
    return found
  }

  private func matches(_ needle: Needle, _ text: [UInt8], _ index: Int) -> Bool {
    let end = index + needle.bytes.count
    guard end <= text.count, text[index..<end].elementsEqual(needle.bytes) else { return false }
    guard needle.standsAlone else { return true }
    return (index == 0 || !text[index - 1].isWord) && (end == text.count || !text[end].isWord)
  }
}
