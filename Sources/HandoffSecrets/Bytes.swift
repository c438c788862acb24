/// The classes of ASCII characters that the rules are made of.
extension UInt8 {
  var isDigit: Bool { self >= 0x30 && self <= 0x39 }
  var isUpper: Bool { self >= 0x41 && self <= 0x5a }
  var isLower: Bool { self >= 0x61 && self <= 0x7a }
  var isLetter: Bool { isUpper || isLower }
  var isAlphanumeric: Bool { isDigit || isLetter }
  /// A letter, a digit or an underscore.
  var isWord: Bool { isAlphanumeric || self == 0x5f }
  var isHex: Bool { isDigit || (self >= 0x61 && self <= 0x66) || (self >= 0x41 && self <= 0x46) }
  /// Part of a letter with an accent in UTF-8, U+00C0 to U+00FF, or of the accent alone.
  var isOfLetterBeyondASCII: Bool { self == 0xc3 || self == 0xcc || (self >= 0x80 && self <= 0xbf) }
  var isSpace: Bool { self == 0x20 || self == 0x09 || self == 0x0d }
  var lowered: UInt8 { isUpper ? self | 0x20 : self }
}

extension Collection<UInt8> {
  /// As text; bytes that are not UTF-8 are replaced.
  var text: String { String(decoding: self, as: UTF8.self) }
}

extension ArraySlice<UInt8> {
  /// Whether these bytes stand at an index.
  func has(_ word: some Collection<UInt8>, at index: Int) -> Bool {
    guard index >= startIndex, index + word.count <= endIndex else { return false }
    var position = index
    for byte in word {
      if self[position] != byte { return false }
      position += 1
    }
    return true
  }

  /// The end of the run of bytes from an index on for which something holds, at most so many.
  func end(from index: Int, limit: Int = .max, while holds: (UInt8) -> Bool) -> Int {
    var end = index
    let stop = limit == .max ? endIndex : Swift.min(endIndex, index + limit)
    while end < stop, holds(self[end]) { end += 1 }
    return end
  }

  /// Whether a lower-case word stands anywhere, in either case.
  func contains(ignoringCase word: [UInt8]) -> Bool {
    guard let first = word.first, count >= word.count else { return false }
    for index in startIndex...(endIndex - word.count) where self[index].lowered == first {
      if word.indices.allSatisfy({ self[index + $0].lowered == word[$0] }) { return true }
    }
    return false
  }
}
