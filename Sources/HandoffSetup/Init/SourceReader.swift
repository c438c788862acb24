import HandoffProject
import HandoffText

/// A name in a text, and its line from 1.
struct NamedLine: Hashable {
  let name: String
  let line: Int
  /// Whether the text goes on with another value where the variable is not set.
  var hasDefault = false
}

/// Finds the variables that a program's text asks for by name. What is put together at run time is not found.
struct SourceReader {
  private let bytes: [UInt8]
  private let forms: VariableForms
  private(set) var found: [NamedLine] = []

  /// Variables that Vite sets by itself (https://vite.dev/guide/env-and-mode).
  private static let ofVite: Set<String> = ["MODE", "BASE_URL", "PROD", "DEV", "SSR"]

  init(_ bytes: [UInt8], _ forms: VariableForms) {
    (self.bytes, self.forms) = (bytes, forms)
    var (line, position) = (1, 0)
    for place in forms.matcher.places(in: bytes) {
      line += bytes[position..<place.range.lowerBound].count { $0 == 0x0a }
      position = place.range.lowerBound
      // Of forms that overlap, the longest one counts, and it ends last.
      let start = place.range.lowerBound
      if bytes[start].isWordOfASCII, start > 0, bytes[start - 1].isWordOfASCII { continue }
      let words = forms.words[place.pattern]
      guard let (name, end) = name(at: place.range.upperBound, forms.names[place.pattern]) else { continue }
      if words.hasPrefix("import.meta"), Self.ofVite.contains(name) { continue }
      let hasDefault = forms.defaults.follow(words, in: bytes, from: start, nameEnd: end)
      found.append(NamedLine(name: name, line: line, hasDefault: hasDefault))
    }
    if forms.words.contains("process.env.") { addDestructured() }
  }

  /// The name that stands at a place in the form that is asked for, and where it ends, its quotes and braces with it.
  private func name(at start: Int, _ form: VariableForms.Name) -> (name: String, end: Int)? {
    switch form {
    case .plain:
      let end = wordEnd(from: start)
      // A method of the object is no variable.
      return end < bytes.count && bytes[end] == UInt8(ascii: "(") ? nil : text(start..<end).map { ($0, end) }
    case .quoted:
      let open = blanksEnd(from: start)
      guard open < bytes.count, "\"'`".utf8.contains(bytes[open]) else { return nil }
      let end = wordEnd(from: open + 1)
      return end < bytes.count && bytes[end] == bytes[open] ? text(open + 1..<end).map { ($0, end + 1) } : nil
    case .braced:
      let open = start < bytes.count && "\"'".utf8.contains(bytes[start]) ? start + 1 : start
      let end = wordEnd(from: open)
      guard end < bytes.count, "\"'}".utf8.contains(bytes[end]) else { return nil }
      let isClosed = bytes[end] == UInt8(ascii: "}")
      return text(open..<end).map { ($0, isClosed ? end + 1 : min(end + 2, bytes.count)) }
    }
  }

  private func text(_ range: Range<Int>) -> String? {
    let text = String(decoding: bytes[range], as: UTF8.self)
    return Dotenv.isName(text) ? text : nil
  }

  private func wordEnd(from start: Int) -> Int {
    var end = start
    while end < bytes.count, end - start <= 256, bytes[end].isWordOfASCII { end += 1 }
    return end
  }

  private func blanksEnd(from start: Int) -> Int {
    var end = start
    while end < bytes.count, end - start <= 200, " \t\r\n".utf8.contains(bytes[end]) { end += 1 }
    return end
  }

  // MARK: Destructuring

  /// `const { A, B: b = 1 } = process.env`.
  private mutating func addDestructured() {
    let matcher = ByteMatcher([ByteMatcher.Pattern("process.env".utf8, isBounded: true)])
    var (line, position) = (1, 0)
    for place in matcher.places(in: bytes) {
      var index = place.range.lowerBound - 1
      func skipBlanks() { while index >= 0, " \t\r\n".utf8.contains(bytes[index]) { index -= 1 } }
      skipBlanks()
      guard index >= 0, bytes[index] == UInt8(ascii: "=") else { continue }
      index -= 1
      skipBlanks()
      // Braces within braces are not looked into, so that no byte is looked at for two of them.
      guard index >= 0, bytes[index] == UInt8(ascii: "}"),
        let open = bytes[max(0, index - 4096)..<index].lastIndex(where: { "{}".utf8.contains($0) }),
        bytes[open] == UInt8(ascii: "{")
      else { continue }
      for part in bytes[(open + 1)..<index].split(separator: UInt8(ascii: ",")) {
        let start = blanksEnd(from: part.startIndex)
        guard start < part.endIndex, let name = text(start..<min(wordEnd(from: start), part.endIndex)) else { continue }
        line += bytes[position..<start].count { $0 == 0x0a }
        position = start
        found.append(NamedLine(name: name, line: line, hasDefault: part.contains(UInt8(ascii: "="))))
      }
    }
  }
}
