import HandoffText

/// Follows Markdown line by line and knows which lines are code, comment or text.
struct MarkdownLines {
  private var fence: (mark: UInt8, length: Int)?
  private var inComment = false

  /// Takes the next line and tells whether it is text: not in a fenced block, not one of its fences, not in a comment
  /// that began at a line's beginning.
  mutating func isText(_ line: String) -> Bool {
    let bytes = Array(line.utf8)
    let indentation = bytes.prefix { $0 == 0x20 }.count
    let rest = bytes[indentation...]
    if let fence {
      let run = rest.prefix { $0 == fence.mark }
      if indentation <= 3, run.count >= fence.length, rest.dropFirst(run.count).allSatisfy({ $0 == 0x20 || $0 == 0x09 })
      {
        self.fence = nil
      }
      return false
    }
    if inComment {
      inComment = !Self.endsComment(bytes[...])
      return false
    }
    guard indentation <= 3, let mark = rest.first else { return true }
    if mark == UInt8(ascii: "`") || mark == UInt8(ascii: "~") {
      let run = rest.prefix { $0 == mark }
      let info = rest.dropFirst(run.count)
      if run.count >= 3, mark == UInt8(ascii: "~") || !info.contains(mark) {
        fence = (mark, run.count)
        return false
      }
    }
    if rest.starts(with: "<!--".utf8) {
      inComment = !Self.endsComment(rest.dropFirst(4))
      return false
    }
    return true
  }

  private static func endsComment(_ bytes: ArraySlice<UInt8>) -> Bool {
    let end = Array("-->".utf8)
    guard bytes.count >= end.count else { return false }
    return (bytes.startIndex...bytes.endIndex - end.count).contains { bytes[$0...].starts(with: end) }
  }
}

/// A heading of Markdown.
struct MarkdownHeading {
  /// 1 to 6.
  let level: Int
  /// Its text, without the marks that make it a heading.
  let text: String

  /// Reads a line that begins with number signs; nil when it is no heading.
  init?(_ line: String) {
    let rest = line.drop { $0 == " " }
    guard line.count - rest.count <= 3 else { return nil }
    let marks = rest.prefix { $0 == "#" }
    let after = rest.dropFirst(marks.count)
    guard (1...6).contains(marks.count), after.isEmpty || after.first == " " || after.first == "\t" else { return nil }
    level = marks.count
    text = Self.words(after)
  }

  /// Reads a line of text with an underline of `=` or `-`; nil when the second is no underline.
  init?(_ line: String, underline: String) {
    let marks = Set(underline.drop { $0 == " " }.reversed().drop { $0 == " " || $0 == "\t" })
    guard marks == ["="] || marks == ["-"], !TextLines.isBlank(line), MarkdownHeading(line) == nil,
      !line.hasPrefix("    "), !">-+*|".contains(line.first ?? " ")
    else { return nil }
    level = marks == ["="] ? 1 : 2
    text = Self.words(line[...])
  }

  private static func words(_ text: Substring) -> String {
    var text = text
    while let last = text.last, last == " " || last == "\t" || last == "#" { text.removeLast() }
    return String(text.drop { $0 == " " || $0 == "\t" })
  }
}
