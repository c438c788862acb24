/// An INI file as Python's `configparser.RawConfigParser` reads it, which is what the AWS CLI and botocore read their
/// files with: `=` and `:` delimit, `#` and `;` begin a comment only at the start of a line, deeper indentation continues
/// a value, option names are lower-cased, sections and options may not stand twice, and `[DEFAULT]` gives to all.
struct INIFile: Hashable, Sendable {
  /// A value, and the line on which its option stands.
  struct Value: Hashable, Sendable {
    var text: String
    var line: Int
  }

  /// Why a file cannot be read, and at which line.
  struct Mistake: Error, Hashable, Sendable {
    enum Reason: Hashable, Sendable {
      /// An option stands before any section.
      case noSection
      /// A line is neither a section nor an option.
      case notAnOption
      /// A section stands twice.
      case sectionTwice
      /// An option stands twice in its section.
      case optionTwice
      /// The file is not UTF-8.
      case notUTF8
      /// A line of an indented block is not `name = value`.
      case notNested
    }

    var line: Int
    var reason: Reason
  }

  /// The options of each section by lower-case name.
  private(set) var sections: [String: [String: Value]] = [:]
  /// The names of the sections in the order in which they stand.
  private(set) var order: [String] = []

  /// Reads a file.
  init(_ bytes: [UInt8]) throws(Mistake) {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw Mistake(line: Self.lineOfBadByte(bytes), reason: .notUTF8)
    }
    var reader = Reader()
    var number = 0
    for line in Self.lines(text) {
      number += 1
      try reader.take(line, number: number)
    }
    if let mistake = reader.mistake { throw mistake }
    order = reader.order
    let defaults = reader.options["DEFAULT"] ?? [:]
    for name in order {
      sections[name] = defaults.merging(reader.options[name] ?? [:]) { $1 }.mapValues(\.joined)
    }
  }

  /// The options of an indented block, or nil for a plain value.
  /// - Parameter value: a value that begins with a line end is a block of `name = value` lines.
  static func nested(_ value: Value) throws(Mistake) -> [String: String]? {
    guard value.text.unicodeScalars.first == "\n" else { return nil }
    var result: [String: String] = [:]
    for line in lines(value.text) {
      let line = stripped(line)
      if line.isEmpty { continue }
      guard let equals = line.firstIndex(of: "=") else { throw Mistake(line: value.line, reason: .notNested) }
      result[String(stripped(line[..<equals]))] = String(stripped(line[line.index(after: equals)...]))
    }
    return result
  }

  typealias Scalars = Substring.UnicodeScalarView

  /// The lines of a text, whatever they end in: LF, CR LF or CR.
  static func lines(_ text: String) -> [Scalars] {
    var lines: [Scalars] = []
    let scalars = text.unicodeScalars
    var start = scalars.startIndex
    var index = start
    while index < scalars.endIndex {
      let scalar = scalars[index]
      var next = scalars.index(after: index)
      if scalar == "\n" || scalar == "\r" {
        lines.append(scalars[start..<index])
        if scalar == "\r", next < scalars.endIndex, scalars[next] == "\n" { next = scalars.index(after: next) }
        start = next
      }
      index = next
    }
    if start < scalars.endIndex { lines.append(scalars[start...]) }
    return lines
  }

  static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isWhitespace || (0x1c...0x1f).contains(scalar.value)
  }

  static func stripped(_ text: Scalars) -> Scalars {
    guard let first = text.firstIndex(where: { !isSpace($0) }), let last = text.lastIndex(where: { !isSpace($0) })
    else { return text[text.endIndex...] }
    return text[first...last]
  }

  private static func lineOfBadByte(_ bytes: [UInt8]) -> Int {
    var line = 1
    var start = 0
    for (index, byte) in bytes.enumerated() where byte == UInt8(ascii: "\n") {
      if String(validating: bytes[start...index], as: UTF8.self) == nil { return line }
      line += 1
      start = index + 1
    }
    return line
  }
}

/// Takes the lines one after the other.
private struct Reader {
  struct Option {
    var lines: [String]
    var line: Int

    var joined: INIFile.Value {
      let text = lines.joined(separator: "\n").unicodeScalars
      let end = text.lastIndex { !INIFile.isSpace($0) }.map { text.index(after: $0) } ?? text.startIndex
      return INIFile.Value(text: String(text[..<end]), line: line)
    }
  }

  var options: [String: [String: Option]] = [:]
  var order: [String] = []
  /// The first line that is not an option; the rest of the file is read all the same, as a mistake there counts first.
  var mistake: INIFile.Mistake?
  private var section: String?
  private var option: String?
  private var indentation = 0

  mutating func take(_ line: INIFile.Scalars, number: Int) throws(INIFile.Mistake) {
    let value = INIFile.stripped(line)
    if value.first == "#" || value.first == ";" { return }
    if value.isEmpty {
      if let section, let option { options[section]?[option]?.lines.append("") }
      return
    }
    let first = line.firstIndex { !INIFile.isSpace($0) } ?? line.startIndex
    let indentation = line.distance(from: line.startIndex, to: first)
    if let section, let option, indentation > self.indentation {
      options[section]?[option]?.lines.append(String(value))
      return
    }
    self.indentation = indentation
    if value.first == "[", let close = value.lastIndex(of: "]"), value.index(after: value.startIndex) < close {
      try begin(String(value[value.index(after: value.startIndex)..<close]), number)
    } else if let section {
      try add(value, to: section, number)
    } else {
      throw INIFile.Mistake(line: number, reason: .noSection)
    }
  }

  private mutating func begin(_ name: String, _ number: Int) throws(INIFile.Mistake) {
    if name != "DEFAULT" {
      if options[name] != nil { throw INIFile.Mistake(line: number, reason: .sectionTwice) }
      order.append(name)
    }
    if options[name] == nil { options[name] = [:] }
    section = name
    option = nil
  }

  private mutating func add(
    _ line: INIFile.Scalars, to section: String, _ number: Int
  ) throws(INIFile.Mistake) {
    guard let delimiter = line.firstIndex(where: { $0 == "=" || $0 == ":" }),
      case let name = String(INIFile.stripped(line[..<delimiter])).lowercased(), !name.isEmpty
    else {
      mistake = mistake ?? INIFile.Mistake(line: number, reason: .notAnOption)
      return
    }
    if options[section]?[name] != nil { throw INIFile.Mistake(line: number, reason: .optionTwice) }
    let text = String(INIFile.stripped(line[line.index(after: delimiter)...]))
    options[section]?[name] = Option(lines: [text], line: number)
    option = name
  }
}
