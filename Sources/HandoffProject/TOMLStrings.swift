import HandoffText

/// The strings of TOML (https://toml.io/en/v1.0.0#string).
extension TOMLScanner {
  /// A string of any of the four kinds; nil where it does not end.
  mutating func string() -> String? {
    guard let quote = peek else { return nil }
    advance()
    let isLiteral = quote == UInt8(ascii: "'")
    guard peek == quote else { return content(until: quote, isLiteral: isLiteral, isLong: false) }
    advance()
    guard peek == quote else { return "" }
    advance()
    // A line end right behind the opening is none of its text.
    if peek == UInt8(ascii: "\r"), bytes[position...].dropFirst().first == UInt8(ascii: "\n") { advance() }
    _ = take("\n")
    return content(until: quote, isLiteral: isLiteral, isLong: true)
  }

  private mutating func content(until quote: UInt8, isLiteral: Bool, isLong: Bool) -> String? {
    var text: [UInt8] = []
    while let byte = peek {
      switch byte {
      case quote:
        var count = 0
        while peek == quote, count < (isLong ? 5 : 1) {
          advance()
          count += 1
        }
        // Up to two quotes more belong to the text.
        if !isLong || count >= 3 {
          text += Array(repeating: quote, count: isLong ? count - 3 : 0)
          return String(decoding: text, as: UTF8.self)
        }
        text += Array(repeating: quote, count: count)
      case UInt8(ascii: "\n") where !isLong: return nil
      case UInt8(ascii: "\r") where isLong && bytes[position...].dropFirst().first == UInt8(ascii: "\n"):
        // A line end is one, however it is written.
        advance()
      case UInt8(ascii: "\\") where !isLiteral:
        advance()
        guard escape(into: &text, isLong: isLong) else { return nil }
      default:
        text.append(byte)
        advance()
      }
    }
    return nil
  }

  /// What a backslash and the characters after it stand for.
  private mutating func escape(into text: inout [UInt8], isLong: Bool) -> Bool {
    guard let byte = peek else { return false }
    if isLong, " \t\r\n".utf8.contains(byte) {
      // A line that is folded: all white space up to the next text is none of it.
      while let byte = peek, " \t\r\n".utf8.contains(byte) { advance() }
      return true
    }
    advance()
    switch Character(Unicode.Scalar(byte)) {
    case "b": text.append(8)
    case "t": text.append(9)
    case "n": text.append(10)
    case "f": text.append(12)
    case "r": text.append(13)
    case "e": text.append(27)
    case "\"", "\\": text.append(byte)
    case "x": return scalar(digits: 2, &text)
    case "u": return scalar(digits: 4, &text)
    case "U": return scalar(digits: 8, &text)
    default: return false
    }
    return true
  }

  private mutating func scalar(digits: Int, _ text: inout [UInt8]) -> Bool {
    let word = bytes[position...].prefix(digits)
    guard word.count == digits, let number = word.hexadecimalNumber,
      let scalar = Unicode.Scalar(number)
    else { return false }
    position += digits
    text += Array(String(Character(scalar)).utf8)
    return true
  }
}
