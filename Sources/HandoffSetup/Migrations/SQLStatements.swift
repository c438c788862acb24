/// Takes the text of a SQL file apart into the statements that psql would send one after the other.
///
/// Followed are the rules of psql's own scanner (https://github.com/postgres/postgres/blob/master/src/fe_utils/psqlscan.l):
/// a semicolon ends a statement unless it stands in quotes of any kind, in a comment, in parentheses, or in the body of a
/// function between `BEGIN ATOMIC` and `END` (psql takes a mere `BEGIN`, which may be a name). Variables of psql (`:name`)
/// are not filled in, as psql does not where they are not set.
struct SQLStatements {
  /// A statement, as it is sent.
  struct Statement: Hashable {
    /// Its text, without the semicolon.
    let text: String
    /// The line at which it begins, from 1.
    let line: Int
    /// Its first words, at most four, in small letters: `create`, `or`, `replace`, `function`.
    let words: [String]
  }

  /// What psql would not send.
  enum Mistake: Error, Hashable {
    /// One of psql's own commands, `\copy` or `\i`, which no server understands.
    case psqlCommand(String, line: Int)
    /// Quotes, a comment or parentheses that begin at this line and do not end.
    case open(String, line: Int)
  }

  private let bytes: [UInt8]
  private var position = 0
  private var line = 1
  /// The comments to the end of a line that stand before the first statement, without their dashes.
  private(set) var headComments: [String] = []
  private var hasBegun = false

  /// - Parameter text: the file's text, a byte order mark left out.
  init(_ text: some StringProtocol) { bytes = Array(text.utf8) }

  /// The next statement; nil at the end.
  /// - Parameter standardStrings: whether a backslash in `'…'` is a mere character (`standard_conforming_strings`).
  mutating func next(standardStrings: Bool = true) throws(Mistake) -> Statement? {
    var scan = Scan()
    while let byte = peek {
      switch byte {
      case _ where Self.isSpace(byte): advance()
      case UInt8(ascii: "-") where peek(1) == UInt8(ascii: "-"): takeLineComment()
      case UInt8(ascii: "/") where peek(1) == UInt8(ascii: "*"): try takeBlockComment()
      case UInt8(ascii: ";") where scan.depth == 0 && scan.bodies == 0:
        advance()
        // An empty one is none.
        guard let start = scan.start else { continue }
        return statement(scan, start, to: scan.end)
      default:
        if scan.start == nil { scan.begin(position, line) }
        hasBegun = true
        try takeToken(byte, &scan, standardStrings: standardStrings)
        scan.end = position
      }
    }
    guard let start = scan.start else { return nil }
    if let open = scan.open { throw .open("(", line: open) }
    if scan.bodies > 0 { throw .open("BEGIN ATOMIC", line: scan.line) }
    return statement(scan, start, to: scan.end)
  }

  private func statement(_ scan: Scan, _ start: Int, to end: Int) -> Statement {
    Statement(
      text: String(decoding: bytes[start..<end], as: UTF8.self), line: scan.line, words: Array(scan.words.prefix(4)))
  }

  /// What is known of the statement that is being read.
  private struct Scan {
    var start: Int?
    var end = 0
    var line = 0
    /// How many parentheses are open, and the line of the first.
    var depth = 0
    var open: Int?
    /// How many bodies of functions, and the cases in them, are open.
    var bodies = 0
    var words: [String] = []

    mutating func begin(_ position: Int, _ line: Int) {
      start = position
      self.line = line
    }

    /// The word just before, with nothing but space and comments between.
    var previous = ""

    /// Takes an identifier. In `CREATE [OR REPLACE] FUNCTION` or `PROCEDURE` a `BEGIN ATOMIC` opens a body; a mere `begin`
    /// may be the function's name, and what follows it is not to be hidden in one statement.
    mutating func take(_ word: String) {
      if words.count < 4 { words.append(word) }
      defer { previous = word }
      guard depth == 0, isRoutine else { return }
      switch word {
      case "atomic": bodies += previous == "begin" ? 1 : 0
      case "case": bodies += bodies > 0 ? 1 : 0
      case "end": bodies -= bodies > 0 ? 1 : 0
      default: break
      }
    }

    private var isRoutine: Bool {
      guard words.first == "create", words.count > 1 else { return false }
      let kind = words[1] == "or" && words.count > 3 && words[2] == "replace" ? words[3] : words[1]
      return kind == "function" || kind == "procedure"
    }
  }

  // MARK: Tokens

  private mutating func takeToken(_ byte: UInt8, _ scan: inout Scan, standardStrings: Bool) throws(Mistake) {
    if !Self.isWordStart(byte) { scan.previous = "" }
    switch byte {
    case UInt8(ascii: "'"): try takeString(escapes: !standardStrings)
    case UInt8(ascii: "\""): try takeQuoted(UInt8(ascii: "\""), escapes: false)
    case UInt8(ascii: "$"):
      if !(try takeDollarQuoted()) { advance() }
    case UInt8(ascii: "("):
      if scan.depth == 0 { scan.open = line }
      scan.depth += 1
      advance()
    case UInt8(ascii: ")"):
      scan.depth -= scan.depth > 0 ? 1 : 0
      if scan.depth == 0 { scan.open = nil }
      advance()
    case UInt8(ascii: "\\"): throw .psqlCommand(psqlCommand, line: line)
    case _ where Self.isWordStart(byte):
      // E'…' alone has escapes; of N'…', B'…' and X'…' the quotes are those of any string, as they are of U&'…'.
      if byte | 0x20 == UInt8(ascii: "e"), peek(1) == UInt8(ascii: "'") {
        advance()
        try takeString(escapes: true)
      } else if byte | 0x20 == UInt8(ascii: "u"), peek(1) == UInt8(ascii: "&"), peek(2) == UInt8(ascii: "'") {
        advance(2)
        try takeString(escapes: false)
      } else {
        scan.take(takeWord())
      }
    case UInt8(ascii: "0")...UInt8(ascii: "9"):
      while let next = peek, Self.isWordPart(next) { advance() }
    default: advance()
    }
  }

  private mutating func takeWord() -> String {
    let start = position
    while let byte = peek, Self.isWordPart(byte) { advance() }
    return String(decoding: bytes[start..<position], as: UTF8.self).lowercased()
  }

  /// A string, and those that go on with it on further lines.
  private mutating func takeString(escapes: Bool) throws(Mistake) {
    try takeQuoted(UInt8(ascii: "'"), escapes: escapes)
    while let next = continuation {
      while position < next { advance() }
      try takeQuoted(UInt8(ascii: "'"), escapes: escapes)
    }
  }

  /// Where a string goes on: behind white space that holds the end of a line, and comments.
  private var continuation: Int? {
    var index = position
    var hasNewline = false
    while index < bytes.count {
      if bytes[index] == UInt8(ascii: "'") { return hasNewline ? index : nil }
      if bytes[index] == UInt8(ascii: "-"), hasNewline, index + 1 < bytes.count, bytes[index + 1] == UInt8(ascii: "-") {
        while index < bytes.count, !Self.isNewline(bytes[index]) { index += 1 }
        continue
      }
      guard Self.isSpace(bytes[index]) else { return nil }
      hasNewline = hasNewline || Self.isNewline(bytes[index])
      index += 1
    }
    return nil
  }

  private mutating func takeQuoted(_ quote: UInt8, escapes: Bool) throws(Mistake) {
    let start = line
    advance()
    while let byte = peek {
      if escapes, byte == UInt8(ascii: "\\") {
        advance(2)
      } else if byte == quote {
        advance()
        // Two of them stand for one.
        guard peek == quote else { return }
        advance()
      } else {
        advance()
      }
    }
    throw .open(String(UnicodeScalar(quote)), line: start)
  }

  /// `$tag$ … $tag$`; false where no such quote begins.
  private mutating func takeDollarQuoted() throws(Mistake) -> Bool {
    var end = position + 1
    while end < bytes.count, bytes[end] != UInt8(ascii: "$") {
      let isTag = Self.isWordPart(bytes[end]) && (end > position + 1 || Self.isWordStart(bytes[end]))
      guard isTag else { return false }
      end += 1
    }
    guard end < bytes.count else { return false }
    let tag = bytes[position...end]
    let start = line
    advance(tag.count)
    while let byte = peek {
      if byte == UInt8(ascii: "$"), bytes[position...].starts(with: tag) {
        advance(tag.count)
        return true
      }
      advance()
    }
    throw .open(String(decoding: tag, as: UTF8.self), line: start)
  }

  private mutating func takeLineComment() {
    let start = position + 2
    while let byte = peek, !Self.isNewline(byte) { advance() }
    if !hasBegun { headComments.append(String(decoding: bytes[start..<position], as: UTF8.self)) }
  }

  /// Comments in comments are closed one by one.
  private mutating func takeBlockComment() throws(Mistake) {
    let start = line
    var depth = 0
    while let byte = peek {
      if byte == UInt8(ascii: "/"), peek(1) == UInt8(ascii: "*") {
        depth += 1
        advance(2)
      } else if byte == UInt8(ascii: "*"), peek(1) == UInt8(ascii: "/") {
        depth -= 1
        advance(2)
        if depth == 0 { return }
      } else {
        advance()
      }
    }
    throw .open("/*", line: start)
  }

  /// The command of psql's that begins here: `\copy`.
  private var psqlCommand: String {
    let end = bytes[position...].dropFirst().firstIndex { Self.isSpace($0) || $0 == UInt8(ascii: "\\") }
    return String(decoding: bytes[position..<(end ?? bytes.count)].prefix(40), as: UTF8.self)
  }

  // MARK: Bytes

  private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

  private func peek(_ ahead: Int) -> UInt8? {
    position + ahead < bytes.count ? bytes[position + ahead] : nil
  }

  private mutating func advance(_ count: Int = 1) {
    for _ in 0..<count where position < bytes.count {
      if bytes[position] == UInt8(ascii: "\n") { line += 1 }
      position += 1
    }
  }

  private static func isNewline(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") }

  private static func isSpace(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || (9...13).contains(byte)
  }

  private static func isWordStart(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"), 0x80...: true
    default: false
    }
  }

  private static func isWordPart(_ byte: UInt8) -> Bool {
    isWordStart(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "$")
  }
}
