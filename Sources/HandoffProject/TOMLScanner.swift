/// Takes the text of a TOML file apart, for ``TOMLReader``.
struct TOMLScanner {
  /// What a line says.
  enum Statement {
    /// `[a.b]`
    case table([String])
    /// `[[a.b]]`
    case member([String])
    /// `a.b = 1`
    case pair(key: [String], TOMLReader.Value)
  }

  let bytes: [UInt8]
  var position = 0

  init(_ text: String) { bytes = Array(text.utf8) }

  // MARK: Lines

  /// Goes to the next line that says something; false where none is left.
  mutating func skipToStatement() -> Bool {
    skip(linesToo: true)
    return position < bytes.count
  }

  /// Goes behind the line that begins at a place, where it could not be understood.
  mutating func skipLine(of start: Int) {
    position = start
    while let byte = peek, byte != UInt8(ascii: "\n") { advance() }
  }

  /// A line, or several that belong together; nil where it cannot be understood.
  mutating func statement() -> Statement? {
    let statement: Statement?
    if take("[") {
      let isMember = take("[")
      guard let path = key(), take("]"), !isMember || take("]") else { return nil }
      statement = isMember ? .member(path) : .table(path)
    } else {
      guard let path = key(), take("="), let value = value(depth: 0) else { return nil }
      statement = .pair(key: path, value)
    }
    skip(linesToo: false)
    guard let byte = peek else { return statement }
    return byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") ? statement : nil
  }

  // MARK: Keys and values

  private mutating func key() -> [String]? {
    var parts: [String] = []
    repeat {
      skip(linesToo: false)
      guard let part = keyPart(), parts.count < TOMLReader.deepest else { return nil }
      parts.append(part)
      skip(linesToo: false)
    } while take(".")
    return parts
  }

  private mutating func keyPart() -> String? {
    if let quote = peek, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") { return string() }
    let start = position
    while let byte = peek, Self.isBare(byte) { advance() }
    return position > start ? String(decoding: bytes[start..<position], as: UTF8.self) : nil
  }

  private static func isBare(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
      true
    default: false
    }
  }

  private mutating func value(depth: Int) -> TOMLReader.Value? {
    guard depth < TOMLReader.deepest else { return nil }
    skip(linesToo: false)
    switch peek {
    case UInt8(ascii: "\""), UInt8(ascii: "'"): return string().map(TOMLReader.Value.text)
    case UInt8(ascii: "["): return list(depth: depth)
    case UInt8(ascii: "{"): return table(depth: depth)
    default: break
    }
    let start = position
    while let byte = peek, Self.isPlain(byte) { advance() }
    var word = bytes[start..<position]
    while let last = word.last, last == UInt8(ascii: " ") { word.removeLast() }
    switch String(decoding: word, as: UTF8.self) {
    case "": return nil
    case "true": return .flag(true)
    case "false": return .flag(false)
    case let text:
      // A number or a date begins with a digit or a sign, or is `inf` or `nan`; nothing else has no quotes.
      return "0123456789+-in".contains(text.first ?? " ") ? .other(text) : nil
    }
  }

  /// Whether a byte can stand in a number, a date or a truth value; a date can have a space before its time.
  private static func isPlain(_ byte: UInt8) -> Bool { isBare(byte) || "+.: ".utf8.contains(byte) }

  private mutating func list(depth: Int) -> TOMLReader.Value? {
    advance()
    var members: [TOMLReader.Value] = []
    while true {
      skip(linesToo: true)
      if take("]") { return .list(members) }
      guard let member = value(depth: depth + 1) else { return nil }
      members.append(member)
      skip(linesToo: true)
      if !take(",") { return take("]") ? .list(members) : nil }
    }
  }

  private mutating func table(depth: Int) -> TOMLReader.Value? {
    advance()
    let members = TOMLTable()
    while true {
      skip(linesToo: true)
      if take("}") { return .table(members.plain) }
      guard let path = key(), path.count + depth < TOMLReader.deepest, take("="),
        let value = value(depth: depth + path.count), members.set(value, at: path[...])
      else { return nil }
      skip(linesToo: true)
      if !take(",") { return take("}") ? .table(members.plain) : nil }
    }
  }

  // MARK: Bytes

  var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

  mutating func advance() { position += 1 }

  mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard peek == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  /// Skips white space and comments, and line ends where they mean nothing.
  private mutating func skip(linesToo: Bool) {
    while let byte = peek {
      switch byte {
      case UInt8(ascii: " "), UInt8(ascii: "\t"): position += 1
      case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
        guard linesToo else { return }
        position += 1
      case UInt8(ascii: "#"):
        while let byte = peek, byte != UInt8(ascii: "\n") { advance() }
      default: return
      }
    }
  }
}
