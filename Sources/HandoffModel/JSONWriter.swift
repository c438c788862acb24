import HandoffText

extension JSONValue {
  /// Canonical JSON on one line: members sorted by name, no space, and every character outside visible ASCII and
  /// visible letters escaped, so that equal values are equal bytes and nothing hides in them.
  public var canonical: String {
    var text = ""
    write(to: &text)
    return text
  }

  /// JSON for people and for `git diff`: objects and arrays are broken into lines down to a depth, and stand on one
  /// line below it. Members are sorted by name.
  /// - Parameter depth: how many levels are broken; 0 is ``canonical``.
  public func pretty(depth: Int = .max) -> String {
    var text = ""
    writePretty(to: &text, depth: depth, indentation: "")
    return text
  }

  /// Writes ``canonical`` behind a text.
  public func write(to text: inout String) {
    switch self {
    case .array(let elements):
      text += "["
      for (index, element) in elements.enumerated() {
        if index > 0 { text += "," }
        element.write(to: &text)
      }
      text += "]"
    case .object(let members):
      text += "{"
      for (index, member) in members.sorted(by: { $0.key.precedes($1.key) }).enumerated() {
        if index > 0 { text += "," }
        Self.write(member.key, to: &text)
        text += ":"
        member.value.write(to: &text)
      }
      text += "}"
    default:
      writeScalar(to: &text)
    }
  }

  private func writePretty(to text: inout String, depth: Int, indentation: String) {
    let inner = indentation + "  "
    switch self {
    case .array(let elements) where depth > 0 && !elements.isEmpty:
      text += "["
      for (index, element) in elements.enumerated() {
        text += (index > 0 ? ",\n" : "\n") + inner
        element.writePretty(to: &text, depth: depth - 1, indentation: inner)
      }
      text += "\n" + indentation + "]"
    case .object(let members) where depth > 0 && !members.isEmpty:
      text += "{"
      for (index, member) in members.sorted(by: { $0.key.precedes($1.key) }).enumerated() {
        text += (index > 0 ? ",\n" : "\n") + inner
        Self.write(member.key, to: &text)
        text += ": "
        member.value.writePretty(to: &text, depth: depth - 1, indentation: inner)
      }
      text += "\n" + indentation + "}"
    default:
      write(to: &text)
    }
  }

  private func writeScalar(to text: inout String) {
    switch self {
    case .null: text += "null"
    case .bool(let truth): text += truth ? "true" : "false"
    case .int(let number): text += String(number)
    case .double(let number): text += number.isFinite ? String(number) : "null"
    case .string(let string): Self.write(string, to: &text)
    case .masked(let value): Self.write(value.description, to: &text)
    case .array, .object: write(to: &text)
    }
  }

  private static func write(_ string: String, to text: inout String) {
    text += "\""
    defer { text += "\"" }
    if string.utf8.allSatisfy(standsForItself) {
      text += string
      return
    }
    var reader = VisibleScalars()
    for scalar in string.unicodeScalars {
      let isShown = reader.shows(scalar)
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      // Backticks and angle brackets are escaped so that no string can end the fence or the comment that it stands in.
      case _ where isShown && !["`", "<", ">"].contains(scalar): text.unicodeScalars.append(scalar)
      default:
        for unit in UTF16.encode(scalar) ?? UTF16.encodedReplacementCharacter {
          let digits = String(unit, radix: 16)
          text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
      }
    }
  }

  private static func standsForItself(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "`"), UInt8(ascii: "<"), UInt8(ascii: ">"): false
    default: byte >= 0x20 && byte < 0x7f
    }
  }
}
