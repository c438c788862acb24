/// Text that came from the world: a name in a database, a container's label, a line of a file, a server's answer.
///
/// It cannot be interpolated into a string by accident. It leaves only through the renderer of the place it goes to:
/// ``terminal``, ``markdownCode``, ``markdownCell``, ``markdownText``, or ``ShellWord`` for commands.
public struct Untrusted: Hashable, Sendable {
  /// The text as it was read, for comparing and for renderers; never for showing.
  public let raw: String

  /// Wraps text that was already decoded.
  public init(_ raw: String) {
    self.raw = raw
  }

  /// Decodes bytes as UTF-8. Bytes that are not UTF-8 are kept visible as `\xNN`.
  public init(bytes: some Sequence<UInt8>) {
    let bytes = Array(bytes)
    if let text = String(validating: bytes, as: UTF8.self) {
      raw = text
      return
    }
    var text = ""
    var decoder = UTF8()
    var rest = bytes[...]
    while !rest.isEmpty {
      var iterator = rest.makeIterator()
      if case .scalarValue(let scalar) = decoder.decode(&iterator) {
        text.unicodeScalars.append(scalar)
        rest = rest.dropFirst(UTF8.width(scalar))
      } else {
        text += #"\x"# + hexadecimal(UInt32(rest[rest.startIndex]), width: 2)
        rest = rest.dropFirst()
      }
      decoder = UTF8()
    }
    raw = text
  }

  /// The text on one line with everything that a reader could not see, or that would steer a terminal, escaped:
  /// control, bidirectional, zero-width and unassigned characters become `\n`, `\t` or `\u{202e}`.
  public var visible: String {
    if raw.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7f }) { return raw }
    var text = ""
    for scalar in raw.unicodeScalars {
      if scalar.isVisible { text.unicodeScalars.append(scalar) } else { text += scalar.escaped }
    }
    return text
  }

  /// The text with its lines, in which control characters other than line ends and tabs are escaped, so that showing it
  /// in a terminal steers nothing.
  public var visibleLines: String {
    if raw.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f && $0 < 0x80 || $0 == 0x0a || $0 == 0x09 || $0 == 0x0d }) {
      return raw
    }
    var text = ""
    for scalar in raw.unicodeScalars {
      let steers = scalar.properties.generalCategory == .control && !["\n", "\t", "\r"].contains(scalar)
      if steers { text += scalar.escaped } else { text.unicodeScalars.append(scalar) }
    }
    return text
  }

  /// For a terminal: ``visible``.
  public var terminal: String { visible }

  /// For running Markdown text: a code span that shows ``visible`` exactly, whatever it contains.
  public var markdownCode: String {
    Self.codeSpan(visible)
  }

  /// For a cell of a Markdown table: a code span in which no pipe ends the cell.
  public var markdownCell: String {
    var text = ""
    var afterBackslash = false
    for scalar in visible.unicodeScalars {
      // A backslash before an escaped pipe is read differently by different parsers, so that pipe is spelled out.
      if scalar == "|" { text += afterBackslash ? "\\u{7c}" : "\\|" } else { text.unicodeScalars.append(scalar) }
      afterBackslash = scalar == "\\"
    }
    if afterBackslash { text += " " }
    return Self.codeSpan(text)
  }

  /// For running Markdown text outside a code span, also in a cell of a table: every ASCII punctuation character that
  /// could mean something to Markdown is escaped. Those that are harmless where they stand are left as they are, since
  /// the text is also read in a terminal.
  public var markdownText: String { Self.markdownText(visible) }

  /// Escapes text for Markdown.
  /// - Parameters:
  ///   - beginsLine: whether a line may begin with it.
  ///   - endsLine: whether a line may end with it.
  static func markdownText(_ visible: String, beginsLine: Bool = true, endsLine: Bool = true) -> String {
    let scalars = Array(visible.unicodeScalars)
    // A number at the beginning of a line, with a point or parenthesis after it, begins a list.
    let listMark = beginsLine ? scalars.prefix { $0.properties.numericType == .decimal }.count : 0
    var text = ""
    for (index, scalar) in scalars.enumerated() {
      let before = index > 0 ? scalars[index - 1] : beginsLine ? nil : " "
      let after = index + 1 < scalars.count ? scalars[index + 1] : endsLine ? nil : " "
      let numbersList = index == listMark && index > 0 && (scalar == "." || scalar == ")") && (after ?? " ") == " "
      if numbersList || Self.isMarkup(scalar, before: before, after: after) { text += "\\" }
      text.unicodeScalars.append(scalar)
    }
    return text
  }

  private static func isMarkup(_ scalar: Unicode.Scalar, before: Unicode.Scalar?, after: Unicode.Scalar?) -> Bool {
    switch scalar {
    case ",", ";", "'", "\"", "?", "%", "(", ")", "{", "}", "^": return false
    case "-", "+", "=":
      // Lists, rules and headings where a line begins.
      return before == nil || after == nil || before == scalar || after == scalar
    case "_": return !(isWord(before) && isWord(after))
    case ".": return before == "w" || before == "W"  // www.
    case "/": return before == "/" || before == ":"
    case ":": return after == "/"
    default: return scalar.isASCII && scalar.properties.isPunctuationLike
    }
  }

  private static func isWord(_ scalar: Unicode.Scalar?) -> Bool {
    guard let scalar, scalar.isASCII else { return false }
    return scalar.properties.isAlphabetic || scalar.properties.numericType == .decimal
  }

  private static func codeSpan(_ text: String) -> String {
    if text.isEmpty { return "(empty)" }
    if text.allSatisfy({ $0 == " " }) { return "(\(text.count) spaces)" }
    let ticks = String(repeating: "`", count: longestRun(of: "`", in: text) + 1)
    // By scalars: a backtick or space with a combining mark after it is one character to Swift, and two to Markdown.
    let ends = [text.unicodeScalars.first, text.unicodeScalars.last]
    let pads = ends.contains("`") || ends.contains(" ")
    return pads ? "\(ticks) \(text) \(ticks)" : ticks + text + ticks
  }
}

/// The length of the longest run of one scalar in a text.
public func longestRun(of scalar: Unicode.Scalar, in text: String) -> Int {
  var longest = 0
  var current = 0
  for next in text.unicodeScalars {
    current = next == scalar ? current + 1 : 0
    longest = max(longest, current)
  }
  return longest
}

extension Unicode.Scalar {
  /// Whether a reader sees this character as itself on one line of text.
  var isVisible: Bool {
    if isASCII { return value >= 0x20 && value != 0x7f }
    switch properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned, .privateUse:
      return false
    case .spaceSeparator:
      return false
    default:
      return !properties.isDefaultIgnorableCodePoint
    }
  }

  /// The escape that stands for this character where it cannot be shown.
  var escaped: String {
    switch self {
    case "\n": #"\n"#
    case "\r": #"\r"#
    case "\t": #"\t"#
    default: #"\u{"# + hexadecimal(value, width: 2) + "}"
    }
  }
}

extension Unicode.Scalar.Properties {
  fileprivate var isPunctuationLike: Bool {
    switch generalCategory {
    case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
      .finalPunctuation, .otherPunctuation, .mathSymbol, .currencySymbol, .modifierSymbol, .otherSymbol:
      true
    default: false
    }
  }
}

func hexadecimal(_ value: UInt32, width: Int) -> String {
  let digits = String(value, radix: 16)
  return String(repeating: "0", count: max(0, width - digits.count)) + digits
}
