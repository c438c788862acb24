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
    var reader = VisibleScalars()
    for scalar in raw.unicodeScalars {
      if reader.shows(scalar) { text.unicodeScalars.append(scalar) } else { text += scalar.escaped }
    }
    return text
  }

  /// Whether a reader sees all of it as it is.
  public var isVisible: Bool {
    var reader = VisibleScalars()
    return raw.unicodeScalars.allSatisfy { reader.shows($0) }
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
    // Spaces would make a line that begins with them code, and are not shown.
    let scalars = Array(visible.unicodeScalars.drop { beginsLine && $0 == " " })
    // A number at the beginning of a line, with a point or parenthesis after it, begins a list.
    let listMark = beginsLine ? scalars.prefix { $0.properties.numericType == .decimal }.count : 0
    var text = ""
    for (index, scalar) in scalars.enumerated() {
      let before = index > 0 ? scalars[index - 1] : beginsLine ? nil : " "
      let after = index + 1 < scalars.count ? scalars[index + 1] : endsLine ? nil : " "
      let numbersList = index == listMark && index > 0 && (scalar == "." || scalar == ")") && (after ?? " ") == " "
      // An escaped one still makes a link of an address: GitHub's parser looks for them after it took the escapes away.
      if scalar == "@", Self.joinsAddress(before, scalars[(index + 1)...]) { text += " " }
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

  /// Whether an at sign stands in what is taken for an address of mail
  /// (https://github.github.com/gfm/#extended-email-autolink).
  private static func joinsAddress(_ before: Unicode.Scalar?, _ after: ArraySlice<Unicode.Scalar>) -> Bool {
    guard let before, isWord(before) || ".+-_".unicodeScalars.contains(before) else { return false }
    return after.prefix { isWord($0) || "-_.".unicodeScalars.contains($0) }.contains(".")
  }

  private static func isWord(_ scalar: Unicode.Scalar?) -> Bool {
    guard let scalar, scalar.isASCII else { return false }
    return scalar.properties.isAlphabetic || scalar.properties.numericType == .decimal
  }

  private static func codeSpan(_ text: String) -> String {
    if text.isEmpty { return "(empty)" }
    // GitHub's parser knows no mark of more than 80 backticks (`MAXBACKTICKS` in cmark's inlines.c).
    let text =
      longestRun(of: "`", in: text) > longestBackticks ? spellingBackticks(text) : text
    if text.allSatisfy({ $0 == " " }) { return "(\(text.count) spaces)" }
    let ticks = String(repeating: "`", count: longestRun(of: "`", in: text) + 1)
    // By scalars: a backtick or space with a combining mark after it is one character to Swift, and two to Markdown.
    let ends = [text.unicodeScalars.first, text.unicodeScalars.last]
    let pads = ends.contains("`") || ends.contains(" ")
    return pads ? "\(ticks) \(text) \(ticks)" : ticks + text + ticks
  }
}

/// How many backticks may follow each other in Markdown: what encloses them is longer, and parsers have limits.
let longestBackticks = 64

/// Text whose backticks are spelled out.
func spellingBackticks(_ text: String) -> String {
  // By scalars: a backtick with a mark on it is another character to Swift.
  text.unicodeScalars.reduce(into: "") { result, scalar in
    if scalar == "`" { result += scalar.escaped } else { result.unicodeScalars.append(scalar) }
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
