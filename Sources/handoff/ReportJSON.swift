import HandoffModel
import HandoffSecrets

/// A report as JSON, in which text from the world is told from what is a contract: keys, ids, words from closed lists.
struct ReportJSON {
  /// A string of the world's: a whole one, or what stands in the brackets of an id.
  private struct Literal {
    /// Its bytes, without the quotes.
    let range: Range<Int>
  }

  private let bytes: [UInt8]
  private var literals: [Literal] = []

  private static let ours: Set<String> = [
    "schema", "tool", "capturedAt", "status", "severity", "kind", "class", "since",
  ]
  private static let ids: Set<String> = ["id", "fact", "finding", "probe"]

  /// Takes JSON that this tool wrote.
  init(_ text: String) {
    bytes = Array(text.utf8)
    findLiterals()
  }

  /// Leaves secrets out of the world's strings. What spans several of them is left out of each, and so is a string that is
  /// a secret only by what stands around it.
  /// - Returns: the report, which stays JSON, and what was left out of it.
  func redacted(_ scanner: SecretScanner) -> (text: String, hits: [SecretHit]) {
    let places = scanner.places(in: bytes)
    let once = replaced {
      scanner.redacted($0)
    } orWhole: { _ in
      false
    }
    let again = ReportJSON(once)
    // A part of a secret is nothing that can be told in it alone.
    let left = scanner.places(in: again.bytes).map(\.range)
    let text =
      left.isEmpty
      ? once
      : again.replaced {
        $0
      } orWhole: { range in
        left.contains { $0.overlaps(range) }
      }
    let hits = places.filter { place in literals.contains { $0.range.overlaps(place.range) } }.map(\.hit)
    return (text, hits)
  }

  /// The JSON with other strings of the world's; those that go as a whole become `***`.
  private func replaced(_ change: (String) -> String, orWhole isLeftOut: (Range<Int>) -> Bool) -> String {
    var result: [UInt8] = []
    var position = 0
    for literal in literals {
      let text = (try? JSONValue(parsing: [0x22] + Array(bytes[literal.range]) + [0x22]))?.string ?? ""
      let new = isLeftOut(literal.range) ? "***" : change(text)
      if new == text { continue }
      result += bytes[position..<literal.range.lowerBound] + JSONValue.string(new).canonical.utf8.dropFirst().dropLast()
      position = literal.range.upperBound
    }
    return String(decoding: result + bytes[position...], as: UTF8.self)
  }

  /// An object or array that is being read.
  private struct Level {
    let isObject: Bool
    /// The key that leads to it.
    let key: String
    /// Whether all in it is the value of a fact.
    let isValue: Bool
    /// The key that was read last, whose value comes.
    var current: String?
  }

  private mutating func findLiterals() {
    var levels: [Level] = []
    var index = 0
    while index < bytes.count {
      switch bytes[index] {
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        let key = levels.last.map { $0.current ?? $0.key } ?? ""
        let isValue = levels.last.map { $0.isValue || Self.isValue(key, depth: levels.count) } ?? false
        levels.append(Level(isObject: bytes[index] == UInt8(ascii: "{"), key: key, isValue: isValue))
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        levels.removeLast()
        if let last = levels.indices.last, levels[last].isObject { levels[last].current = nil }
      case UInt8(ascii: ","):
        if let last = levels.indices.last, levels[last].isObject { levels[last].current = nil }
      case UInt8(ascii: "\""):
        let end = endOfString(index)
        if let last = levels.indices.last { take(index + 1..<end, &levels[last], depth: levels.count) }
        index = end
      default: break
      }
      index += 1
    }
  }

  /// Where the quote stands that ends a string.
  private func endOfString(_ start: Int) -> Int {
    var index = start + 1
    while index < bytes.count, bytes[index] != UInt8(ascii: "\"") {
      index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1
    }
    return min(index, bytes.count)
  }

  private mutating func take(_ range: Range<Int>, _ level: inout Level, depth: Int) {
    if level.isObject, level.current == nil {
      level.current = String(decoding: bytes[range], as: UTF8.self)
      if level.isValue { literals.append(Literal(range: range)) }
      return
    }
    let key = level.current ?? level.key
    if level.isValue || Self.isValue(key, depth: depth) {
      literals.append(Literal(range: range))
    } else if Self.ids.contains(key) {
      guard let open = bytes[range].firstIndex(of: UInt8(ascii: "[")),
        let close = bytes[range].lastIndex(of: UInt8(ascii: "]")), open < close
      else { return }
      literals.append(Literal(range: open + 1..<close))
    } else if !Self.ours.contains(key) {
      literals.append(Literal(range: range))
    }
  }

  /// Whether a key leads to the value of a fact. On the first level `expected` and `actual` are the two sides' names.
  private static func isValue(_ key: String, depth: Int) -> Bool {
    key == "value" || depth > 1 && (key == "expected" || key == "actual")
  }
}
