import HandoffText

/// The variables that a shell script takes from its environment: those in capitals that it uses outside of single quotes
/// and does not set itself. `PORT=${PORT:-80}` sets one, and takes it, too.
struct ShellScript {
  private let bytes: [UInt8]
  private var index = 0
  private var line = 1
  private var uses: [NamedLine] = []
  private var assigned: Set<String> = []
  /// Variables that are set to what they were, or else to something.
  private var defaulted: Set<String> = []
  /// Those of them that have a value from here on.
  private var settled: Set<String> = []
  /// Whether double quotes are open: in the text, and around each `$(` or `(` that is open.
  private var quotes = [false]
  /// The ends of the here-documents that begin with the next line.
  private var documents: [(end: [UInt8], isExpanded: Bool, stripsTabs: Bool)] = []

  private static let setters: Set<String> = [
    "for", "read", "local", "declare", "typeset", "readonly", "select", "mapfile", "readarray", "getopts",
  ]

  /// What the script takes, in the order of its lines.
  var found: [NamedLine] {
    uses.filter { !assigned.contains($0.name) || defaulted.contains($0.name) }
  }

  /// Reads a script.
  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    while index < bytes.count { step() }
  }

  private mutating func step() {
    let byte = bytes[index]
    let isQuoted = quotes[quotes.count - 1]
    switch byte {
    case UInt8(ascii: "\\"): advance(2)
    case UInt8(ascii: "'") where !isQuoted:
      advance(1)
      while let next = peek(), next != UInt8(ascii: "'") { advance(1) }
      advance(1)
    case UInt8(ascii: "\""):
      quotes[quotes.count - 1].toggle()
      advance(1)
    case UInt8(ascii: "("):
      if !isQuoted, quotes.count < 200 { quotes.append(false) }
      advance(1)
    case UInt8(ascii: ")"):
      if !isQuoted, quotes.count > 1 { quotes.removeLast() }
      advance(1)
    case UInt8(ascii: "#") where !isQuoted && beginsWord:
      while let next = peek(), next != 0x0a { advance(1) }
    case UInt8(ascii: "<") where !isQuoted && peek(1) == UInt8(ascii: "<"): beginDocument()
    case UInt8(ascii: "$"): readUse()
    case 0x0a:
      advance(1)
      readDocuments()
    default:
      if !isQuoted, beginsWord, byte.isWordOfASCII { readWord() } else { advance(1) }
    }
  }

  private func peek(_ offset: Int = 0) -> UInt8? { index + offset < bytes.count ? bytes[index + offset] : nil }

  private mutating func advance(_ count: Int) {
    for _ in 0..<count where index < bytes.count {
      if bytes[index] == 0x0a { line += 1 }
      index += 1
    }
  }

  private var beginsWord: Bool { index == 0 || " \t\r\n;&|(`{!".utf8.contains(bytes[index - 1]) }

  private func wordEnd(from start: Int) -> Int {
    var end = start
    while end < bytes.count, end - start <= 256, bytes[end].isWordOfASCII { end += 1 }
    return end
  }

  private func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

  // MARK: Uses

  private mutating func readUse() {
    if peek(1) == UInt8(ascii: "$") || peek(1) == UInt8(ascii: "'") && !quotes[quotes.count - 1] {
      // A process's number, or a string whose escapes do not matter here.
      advance(peek(1) == UInt8(ascii: "$") ? 2 : 1)
      return
    }
    if peek(1) == UInt8(ascii: "(") {
      // What stands in it is quoted anew.
      if quotes.count < 200 { quotes.append(false) }
      advance(2)
      return
    }
    noteUse(at: index)
    advance(1)
    if peek() == UInt8(ascii: "{") { advance(peek(1) == UInt8(ascii: "#") ? 2 : 1) }
    while let next = peek(), next.isWordOfASCII { advance(1) }
  }

  private mutating func noteUse(at dollar: Int) {
    var start = dollar + 1
    if start < bytes.count, bytes[start] == UInt8(ascii: "{") { start += 1 }
    if start < bytes.count, bytes[start] == UInt8(ascii: "#"), bytes[start - 1] == UInt8(ascii: "{") { start += 1 }
    let name = text(start..<wordEnd(from: start))
    guard Self.isCapital(name) else { return }
    let end = start + name.utf8.count
    let hasDefault = bytes[start - 1] == UInt8(ascii: "{") && Self.hasDefault(bytes, at: end)
    uses.append(NamedLine(name: name, line: line, hasDefault: hasDefault || settled.contains(name)))
    let sign = end < bytes.count && bytes[end] == UInt8(ascii: ":") ? end + 1 : end
    if hasDefault, bytes[sign] == UInt8(ascii: "=") { settled.insert(name) }
  }

  /// Whether what stands behind a name in braces gives another value where the variable is not set: `${NAME:-value}`,
  /// `${NAME=value}`, `${NAME:+value}` and the like.
  static func hasDefault(_ bytes: [UInt8], at end: Int) -> Bool {
    let sign = end < bytes.count && bytes[end] == UInt8(ascii: ":") ? end + 1 : end
    return sign < bytes.count && "-=+".utf8.contains(bytes[sign])
  }

  /// Whether a name is in capitals, as variables of the environment are.
  static func isCapital(_ name: String) -> Bool {
    guard let first = name.utf8.first, (0x41...0x5a).contains(first), name.utf8.count > 1 else { return false }
    return name.utf8.allSatisfy { (0x41...0x5a).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5f }
  }

  // MARK: Assignments

  private mutating func readWord() {
    let end = wordEnd(from: index)
    let word = text(index..<end)
    if Self.setters.contains(word), end < bytes.count, bytes[end] == 0x20 || bytes[end] == 0x09 {
      advance(end - index)
      readNames(isOne: word == "for" || word == "select")
      return
    }
    var sign = end
    if sign < bytes.count, bytes[sign] == UInt8(ascii: "+") { sign += 1 }
    if sign < bytes.count, bytes[sign] == UInt8(ascii: "=") || bytes[sign] == UInt8(ascii: "[") {
      assigned.insert(word)
      if let sign = signBehindItself(word, from: sign + 1) {
        defaulted.insert(word)
        if sign != UInt8(ascii: "?") { settled.insert(word) }
      }
    }
    advance(end - index)
  }

  /// The last sign of `${NAME:-` or the like, where what a variable is set to begins with it.
  private func signBehindItself(_ name: String, from start: Int) -> UInt8? {
    let start = start < bytes.count && bytes[start] == UInt8(ascii: "\"") ? start + 1 : start
    let reference = Array("${\(name)".utf8)
    guard start < bytes.count, bytes[start...].starts(with: reference), start + reference.count < bytes.count else {
      return nil
    }
    let end = start + reference.count
    guard ":-?=".utf8.contains(bytes[end]) else { return nil }
    return bytes[end] == UInt8(ascii: ":") && end + 1 < bytes.count ? bytes[end + 1] : bytes[end]
  }

  /// The names behind a word that sets them, as far as the command goes; an assignment among them is one anyway.
  private mutating func readNames(isOne: Bool) {
    while let next = peek() {
      if next == 0x20 || next == 0x09 {
        advance(1)
      } else if next == UInt8(ascii: "-") {
        while let byte = peek(), !" \t\n;".utf8.contains(byte) { advance(1) }
      } else if next.isWordOfASCII {
        let end = wordEnd(from: index)
        if end < bytes.count, bytes[end] == UInt8(ascii: "=") { return }
        assigned.insert(text(index..<end))
        advance(end - index)
        if isOne { return }
      } else {
        return
      }
    }
  }

  // MARK: Here-documents

  private mutating func beginDocument() {
    advance(2)
    if peek() == UInt8(ascii: "<") || quotes.count > 1 && peek() == 0x20 { return advance(1) }
    let strips = peek() == UInt8(ascii: "-")
    if strips { advance(1) }
    while peek() == 0x20 { advance(1) }
    guard let first = peek() else { return }
    let isLiteral = "'\"\\".utf8.contains(first)
    if isLiteral { advance(1) }
    let end = wordEnd(from: index)
    guard end > index else { return }
    documents.append((Array(bytes[index..<end]), !isLiteral, strips))
    advance(end - index + (isLiteral && first != UInt8(ascii: "\\") ? 1 : 0))
  }

  private mutating func readDocuments() {
    for document in documents {
      while index < bytes.count {
        let end = bytes[index...].firstIndex(of: 0x0a) ?? bytes.count
        var content = bytes[index..<end]
        if document.stripsTabs { content = content.drop { $0 == 0x09 } }
        let isLast = content.elementsEqual(document.end)
        if document.isExpanded, !isLast {
          for place in index..<end where bytes[place] == UInt8(ascii: "$") {
            let isEscaped = place > index && bytes[place - 1] == UInt8(ascii: "\\")
            if !isEscaped { noteUse(at: place) }
          }
        }
        advance(end - index + 1)
        if isLast { break }
      }
    }
    documents = []
  }
}
