import HandoffText

/// The settings of a text file, as the program that reads it takes them.
struct SettingsText {
  /// Whose rules a file follows.
  enum Rules {
    /// Python's `configparser`, with its defaults (https://docs.python.org/3/library/configparser.html): `=` or `:`,
    /// comments on lines of their own alone, a value goes on in lines that are indented deeper.
    case python
    /// Java's `Properties` (https://docs.oracle.com/en/java/javase/21/docs/api/java.base/java/util/Properties.html#load(java.io.Reader)):
    /// `=`, `:` or a space, comments on lines of their own alone, a value goes on behind a backslash. There are no sections.
    case java
    /// git's configuration (https://git-scm.com/docs/git-config#_syntax): `=`, comments behind values, too, a value goes on
    /// behind a backslash.
    case git
  }

  /// The names of the sections, in their order; git's `[a "b"]` is `a.b`, what stands in none is in one without a name.
  private(set) var sections: [String] = []
  private var values: [String: [String: String]] = [:]

  /// Reads a text.
  init(_ text: String, _ rules: Rules) {
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map(String.init)
    switch rules {
    case .python: readPython(lines)
    case .java: readJava(lines)
    case .git: readGit(lines)
    }
  }

  /// A value; nil where it is not set. Of one that is set twice the last counts.
  /// - Parameter key: in small letters, but for Java's.
  subscript(_ section: String, _ key: String) -> String? { values[section]?[key] }

  /// All that a section sets.
  func all(in section: String) -> [String: String] { values[section] ?? [:] }

  private mutating func open(_ section: String) {
    guard values[section] == nil else { return }
    values[section] = [:]
    sections.append(section)
  }

  private mutating func set(_ section: String, _ key: String, _ value: String) {
    open(section)
    values[section]?[key] = value
  }

  // MARK: Python

  private mutating func readPython(_ lines: [String]) {
    var section: String?
    var open: (key: String, lines: [String], indent: Int)?
    func value(_ lines: [String]) -> String {
      String(lines.joined(separator: "\n").reversed().drop(while: \.isWhitespace).reversed())
    }
    for line in lines {
      let content = line.trimmed
      if content.hasPrefix("#") || content.hasPrefix(";") { continue }
      guard !content.isEmpty else {
        open?.lines.append("")
        continue
      }
      let indent = line.prefix(while: \.isWhitespace).count
      if let current = open, indent > current.indent {
        open?.lines.append(String(content))
        continue
      }
      if let current = open, let section { set(section, current.key, value(current.lines)) }
      open = nil
      if content.hasPrefix("["), let end = content.lastIndex(of: "]") {
        let name = String(content[..<end].dropFirst())
        section = name
        self.open(name)
      } else if section != nil, let sign = content.firstIndex(where: { $0 == "=" || $0 == ":" }) {
        let key = String(content[..<sign].trimmed).lowercased()
        open = (key, [String(content[sign...].dropFirst().trimmed)], indent)
      }
    }
    if let open, let section { set(section, open.key, value(open.lines)) }
  }

  /// Whether a line ends with a backslash that no other one escapes: the next line is a part of it.
  private static func goesOn(_ line: some StringProtocol) -> Bool {
    line.utf8.reversed().prefix { $0 == UInt8(ascii: "\\") }.count % 2 == 1
  }

  // MARK: Java

  private mutating func readJava(_ lines: [String]) {
    var logical = ""
    for line in lines {
      let content = line.drop(while: \.isWhitespace)
      if logical.isEmpty, content.isEmpty || content.hasPrefix("#") || content.hasPrefix("!") { continue }
      logical += content
      if Self.goesOn(content) {
        logical.removeLast()
        continue
      }
      takeJava(logical)
      logical = ""
    }
    takeJava(logical)
  }

  private mutating func takeJava(_ line: String) {
    var key = ""
    var rest = line[...]
    while let character = rest.first, !"=:".contains(character), !character.isWhitespace {
      rest.removeFirst()
      if character == "\\" { key += Self.javaEscape(&rest) } else { key.append(character) }
    }
    rest = rest.drop(while: \.isWhitespace)
    if let sign = rest.first, "=:".contains(sign) { rest = rest.dropFirst().drop(while: \.isWhitespace) }
    var value = ""
    while let character = rest.popFirst() {
      if character == "\\" { value += Self.javaEscape(&rest) } else { value.append(character) }
    }
    if !key.isEmpty { set("", key, String(value.trimmed)) }
  }

  /// What stands behind a backslash; a letter outside of the first 65,536 is two escapes.
  private static func javaEscape(_ rest: inout Substring) -> String {
    guard let character = rest.popFirst() else { return "\\" }
    var units: [UInt16] = []
    var next = character == "u" ? rest : ""
    while case let digits = next.prefix(4), digits.utf8.count == 4, let unit = digits.utf8.hexadecimalNumber {
      units.append(UInt16(unit))
      rest = next.dropFirst(4)
      next = rest.hasPrefix("\\u") ? rest.dropFirst(2) : ""
    }
    if !units.isEmpty { return String(decoding: units, as: UTF16.self) }
    return switch character {
    case "t": "\t"
    case "n": "\n"
    case "r": "\r"
    case "f": "\u{c}"
    default: String(character)
    }
  }

  // MARK: git

  private mutating func readGit(_ lines: [String]) {
    var section = ""
    var logical = ""
    for line in lines {
      logical += line
      if Self.goesOn(line) {
        logical.removeLast()
        continue
      }
      var content = logical.trimmed[...]
      logical = ""
      if content.hasPrefix("["), let end = content.firstIndex(of: "]") {
        let parts = content[..<end].dropFirst().split(separator: " ", maxSplits: 1)
        let sub = parts.count > 1 ? "." + parts[1].filter { $0 != "\"" } : ""
        section = (parts.first ?? "").lowercased() + sub
        open(section)
        content = content[content.index(after: end)...].drop(while: \.isWhitespace)
      }
      let key = content.prefix { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" }
      let rest = content[key.endIndex...].drop(while: \.isWhitespace)
      guard !key.isEmpty, rest.first == "=" else { continue }
      set(section, key.lowercased(), Self.gitValue(rest.dropFirst()))
    }
  }

  /// A value without its quotes, and without the comment behind it.
  private static func gitValue(_ text: Substring) -> String {
    var rest = text.drop(while: \.isWhitespace)
    var value: [Character] = []
    var isQuoted = false
    var kept = 0
    while let character = rest.popFirst() {
      if character == "\"" {
        isQuoted.toggle()
        kept = value.count
      } else if !isQuoted, character == "#" || character == ";" {
        break
      } else if character == "\\", let escaped = rest.popFirst() {
        value.append(escaped == "n" ? "\n" : escaped == "t" ? "\t" : escaped)
      } else {
        value.append(character)
      }
      if isQuoted || !character.isWhitespace { kept = value.count }
    }
    return String(value[..<kept])
  }
}
