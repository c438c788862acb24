/// Reads JSON text as RFC 8259 defines it, in time that grows with the text alone. Nesting is limited, so that no text
/// can exhaust the stack; of members with one name the last counts.
///
/// Who reads a long text member by member and element by element has no more of it in memory than is kept.
public struct JSONParser {
  /// How deeply arrays and objects may be nested.
  static let maximumDepth = 256
  private let bytes: [UInt8]
  private let maximumValues: Int
  private let selection: JSONSelection
  /// Where the next value begins, or what follows the last one.
  public private(set) var position = 0
  private var depth = 0
  private var count = 0

  /// Begins to read.
  /// - Parameters:
  ///   - bytes: UTF-8.
  ///   - maximumValues: how many values the text, or each element of ``eachElement(_:)``, may hold, since each takes many
  ///     times the memory of the shortest text that makes one.
  ///   - selection: what is wanted of the value, or of each element of ``eachElement(_:)``. The rest is held against the
  ///     grammar all the same, and nothing of it is kept.
  public init(_ bytes: [UInt8], maximumValues: Int, selection: JSONSelection = .whole) {
    self.bytes = bytes
    self.maximumValues = maximumValues
    self.selection = selection
    skipSpace()
  }

  /// Reads the one value that the text must be.
  mutating func parse() throws(JSONSyntaxError) -> JSONValue {
    let value = try value(selection)
    try end()
    return value
  }

  /// Reads the elements of the array that the text must be, each of which is given away before the next one is read.
  /// - Parameter take: false ends the reading.
  mutating func eachElement(_ take: (JSONValue) -> Bool) throws(JSONSyntaxError) {
    guard peek() == UInt8(ascii: "[") else { throw error("an array is expected") }
    var goesOn = true
    try array { parser throws(JSONSyntaxError) in
      parser.count = 0
      goesOn = take(try parser.value(parser.selection))
      return goesOn
    }
    if goesOn { try end() }
  }

  /// Takes the end of the text.
  public mutating func end() throws(JSONSyntaxError) {
    skipSpace()
    guard position == bytes.count else { throw error("something stands after the end of the value") }
  }

  /// Reads the next value.
  public mutating func value() throws(JSONSyntaxError) -> JSONValue { try value(.whole) }

  private mutating func value(_ wanted: JSONSelection) throws(JSONSyntaxError) -> JSONValue {
    guard depth <= Self.maximumDepth else { throw error("nested more than \(Self.maximumDepth) levels deep") }
    guard let byte = peek() else { throw error("the text ends where a value is expected") }
    switch byte {
    case UInt8(ascii: "{"):
      var members: [String: JSONValue] = [:]
      try object(skipsNames: wanted.isNothing) { name, parser throws(JSONSyntaxError) in
        let inner = wanted[name]
        let value = try parser.value(inner)
        if !inner.isNothing { members[name] = value }
      }
      return .object(members)
    case UInt8(ascii: "["):
      var elements: [JSONValue] = []
      try array { parser throws(JSONSyntaxError) in
        let value = try parser.value(wanted)
        if !wanted.isNothing { elements.append(value) }
        return true
      }
      return .array(elements)
    case UInt8(ascii: "\"") where wanted.isNothing:
      try tally()
      try skipString()
      return .null
    default:
      try tally()
      return try scalar(byte)
    }
  }

  /// Reads the members of the next value.
  /// - Parameter take: is given each name where its value begins, and must read it.
  /// - Returns: false where the value is no object; it was read all the same.
  public mutating func members(
    _ take: (String, inout JSONParser) throws(JSONSyntaxError) -> Void
  ) throws(JSONSyntaxError) -> Bool {
    if peek() == UInt8(ascii: "{") {
      try object(take)
      return true
    }
    _ = try value()
    return false
  }

  /// Reads the elements of the next value.
  /// - Parameter take: is called where each begins, and must read it.
  /// - Returns: false where the value is no array; it was read all the same.
  public mutating func elements(
    _ take: (inout JSONParser) throws(JSONSyntaxError) -> Void
  ) throws(JSONSyntaxError) -> Bool {
    if peek() == UInt8(ascii: "[") {
      try array { parser throws(JSONSyntaxError) in
        try take(&parser)
        return true
      }
      return true
    }
    _ = try value()
    return false
  }

  private mutating func tally() throws(JSONSyntaxError) {
    count += 1
    guard count <= maximumValues else { throw error("more than \(maximumValues) values") }
  }

  private mutating func scalar(_ first: UInt8) throws(JSONSyntaxError) -> JSONValue {
    switch first {
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    default: throw error("a value is expected here")
    }
  }

  /// - Parameter skipsNames: whether empty names are given instead of the members' own.
  private mutating func object(
    skipsNames: Bool = false, _ take: (String, inout JSONParser) throws(JSONSyntaxError) -> Void
  ) throws(JSONSyntaxError) {
    try tally()
    position += 1
    skipSpace()
    if self.take(UInt8(ascii: "}")) { return }
    depth += 1
    while true {
      guard peek() == UInt8(ascii: "\"") else { throw error("a member's name in quotes is expected here") }
      var name = ""
      if skipsNames { try skipString() } else { name = try string() }
      skipSpace()
      guard self.take(UInt8(ascii: ":")) else { throw error("a colon is expected after a member's name") }
      skipSpace()
      try take(name, &self)
      skipSpace()
      if self.take(UInt8(ascii: "}")) { break }
      guard self.take(UInt8(ascii: ",")) else { throw error("a comma or } is expected after a member") }
      skipSpace()
    }
    depth -= 1
  }

  /// - Parameter take: false ends the reading.
  private mutating func array(
    _ take: (inout JSONParser) throws(JSONSyntaxError) -> Bool
  ) throws(JSONSyntaxError) {
    try tally()
    position += 1
    skipSpace()
    if self.take(UInt8(ascii: "]")) { return }
    depth += 1
    while true {
      guard try take(&self) else { return }
      skipSpace()
      if self.take(UInt8(ascii: "]")) { break }
      guard self.take(UInt8(ascii: ",")) else { throw error("a comma or ] is expected after an element") }
      skipSpace()
    }
    depth -= 1
  }

  /// Holds a string against the grammar.
  private mutating func skipString() throws(JSONSyntaxError) {
    let start = position
    position += 1
    while let byte = peek(), byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20, byte < 0x80 {
      position += 1
    }
    if take(UInt8(ascii: "\"")) { return }
    // What is not plain is read as if it were wanted.
    position = start
    _ = try string()
  }

  private mutating func string() throws(JSONSyntaxError) -> String {
    position += 1
    let start = position
    while let byte = peek(), byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 { position += 1 }
    if peek() == UInt8(ascii: "\"") {
      let text = String(validating: bytes[start..<position], as: UTF8.self)
      position += 1
      guard let text else { throw error("a string is not UTF-8") }
      return text
    }
    var buffer = Array(bytes[start..<position])
    while let byte = peek() {
      switch byte {
      case UInt8(ascii: "\""):
        position += 1
        guard let text = String(validating: buffer, as: UTF8.self) else { throw error("a string is not UTF-8") }
        return text
      case UInt8(ascii: "\\"):
        buffer += try escape()
      case ..<0x20:
        throw error("a control character stands in a string")
      default:
        buffer.append(byte)
        position += 1
      }
    }
    throw error("a string has no end")
  }

  private mutating func escape() throws(JSONSyntaxError) -> [UInt8] {
    position += 1
    guard let byte = peek() else { throw error("a string has no end") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "f"): return [0x0c]
    case UInt8(ascii: "n"): return [0x0a]
    case UInt8(ascii: "r"): return [0x0d]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "u"):
      let high = try codeUnit()
      var units = [high]
      if UTF16.isLeadSurrogate(high), peek() == UInt8(ascii: "\\"), position + 1 < bytes.count,
        bytes[position + 1] == UInt8(ascii: "u")
      {
        position += 2
        units.append(try codeUnit())
      }
      guard let text = String(validating: units, as: UTF16.self) else {
        throw error("half of a surrogate pair stands alone")
      }
      return Array(text.utf8)
    default: throw error("an escape that JSON does not have")
    }
  }

  private mutating func codeUnit() throws(JSONSyntaxError) -> UInt16 {
    var unit: UInt16 = 0
    for _ in 0..<4 {
      guard let digit = peek().flatMap({ Character(Unicode.Scalar($0)).hexDigitValue }) else {
        throw error("four hexadecimal digits are expected after \\u")
      }
      unit = unit << 4 | UInt16(digit)
      position += 1
    }
    return unit
  }

  private mutating func number() throws(JSONSyntaxError) -> JSONValue {
    let start = position
    _ = take(UInt8(ascii: "-"))
    if take(UInt8(ascii: "0")) {
      if peek().map(Self.isDigit) == true { throw error("a number begins with a zero") }
    } else {
      try digits()
    }
    var whole = true
    if take(UInt8(ascii: ".")) {
      whole = false
      try digits()
    }
    if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
      whole = false
      if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
      try digits()
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if whole, let number = Int(text) { return .int(number) }
    guard let number = Double(text), number.isFinite else { throw error("a number is too large") }
    return .double(number)
  }

  private mutating func digits() throws(JSONSyntaxError) {
    guard peek().map(Self.isDigit) == true else { throw error("a digit is expected here") }
    while peek().map(Self.isDigit) == true { position += 1 }
  }

  private mutating func word(_ word: StaticString, _ value: JSONValue) throws(JSONSyntaxError) -> JSONValue {
    let end = position + word.utf8CodeUnitCount
    guard end <= bytes.count, "\(word)".utf8.elementsEqual(bytes[position..<end]) else {
      throw error("a value is expected here")
    }
    position = end
    return value
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

  private func peek() -> UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard peek() == byte else { return false }
    position += 1
    return true
  }

  private mutating func skipSpace() {
    while let byte = peek(), byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 { position += 1 }
  }

  private func error(_ description: String) -> JSONSyntaxError {
    let line = bytes[..<min(position, bytes.count)].reduce(1) { $1 == 0x0a ? $0 + 1 : $0 }
    return JSONSyntaxError(description: description, line: line)
  }
}
