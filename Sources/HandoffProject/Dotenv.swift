import HandoffText

/// A dotenv file: `NAME=value` lines, as docker compose and python-dotenv read them
/// (https://docs.docker.com/compose/how-tos/environment-variables/variable-interpolation/#env-file-syntax).
public struct Dotenv: Sendable, Equatable {
  /// The names in the order in which they stand, each once.
  public private(set) var names: [String] = []
  private var values: [String: String] = [:]
  /// The names whose values stand in single quotes, where nothing is replaced.
  private var literals: Set<String> = []
  private var entries: [String: Substring] = [:]

  /// Reads the text of a file. Lines that are not assignments are passed over.
  /// - Parameter expands: whether `${NAME}` outside of single quotes is replaced by an earlier line's value. The session's
  ///   variables are not taken, since a file that came with a repository could send them anywhere; what names one of
  ///   them stays as it is written.
  public init(_ text: String, expands: Bool = false) {
    var rest = Substring(text)
    let interpolation = Interpolation()
    while !rest.isEmpty {
      let line = rest.prefix { !$0.isNewline }
      var assignment = line.drop { $0 == " " || $0 == "\t" }
      if assignment.hasPrefix("export ") || assignment.hasPrefix("export\t") {
        assignment = assignment.dropFirst(7).drop { $0 == " " || $0 == "\t" }
      }
      let name = assignment.prefix { $0 != "=" && $0 != ":" && !$0.isWhitespace }
      let afterName = assignment[name.endIndex...].drop { $0 == " " || $0 == "\t" }
      guard Self.isName(String(name)), afterName.first == "=" else {
        rest = rest[line.endIndex...].dropFirst()
        continue
      }
      var (value, end, isLiteral) = Self.value(rest, from: afterName.index(after: afterName.startIndex))
      if isLiteral { literals.insert(String(name)) } else { literals.remove(String(name)) }
      if expands, !isLiteral { value = Self.expanded(value, interpolation) { values[$0] } }
      if values.updateValue(value, forKey: String(name)) == nil { names.append(String(name)) }
      let after = rest[end...].drop { !$0.isNewline }
      entries[String(name)] = rest[..<after.startIndex]
      rest = after.dropFirst()
    }
  }

  /// The value of a variable; nil when it is not named or empty.
  public subscript(_ name: String) -> String? {
    guard let value = values[name], !value.isEmpty else { return nil }
    return value
  }

  /// The lines that give a variable its value, the last ones where there are several, as they stand in the file and
  /// without the line end; nil when it is not named.
  public func entry(_ name: String) -> String? { entries[name].map(String.init) }

  /// Whether a variable is given more than blanks. A value that only names variables of the session which are not set
  /// becomes empty when the file is loaded.
  /// - Parameter isSet: whether a variable of the session is set.
  func hasContent(_ name: String, isSet: (String) -> Bool) -> Bool {
    guard var rest = self[name]?[...] else { return false }
    if literals.contains(name) { return rest.contains { !$0.isWhitespace } }
    while let start = rest.firstRange(of: "${"), let close = rest[start.upperBound...].firstIndex(of: "}") {
      let reference = rest[start.upperBound..<close]
      if rest[..<start.lowerBound].contains(where: { !$0.isWhitespace }) { return true }
      // What gives another value where there is none is left as it is.
      if !Self.isName(String(reference)) || isSet(String(reference)) { return true }
      rest = rest[rest.index(after: close)...]
    }
    return rest.contains { !$0.isWhitespace }
  }

  /// Whether a text is the name of an environment variable (POSIX.1-2017, 8.1), in either case.
  public static func isName(_ text: String) -> Bool {
    guard let first = text.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else { return false }
    return text.utf8.count <= 256
      && text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
          true
        default: false
        }
      }
  }

  /// Only braces are read by both programs.
  private static func expanded(
    _ text: String, _ interpolation: Interpolation, _ variables: (String) -> String?
  ) -> String {
    guard text.utf8.contains(UInt8(ascii: "$")) else { return text }
    let braces = VariableBraces(text)
    var result = ""
    var rest = text[...]
    while let start = rest.firstRange(of: "${"), let close = braces.end(of: rest.index(after: start.lowerBound)) {
      let reference = String(rest[start.lowerBound...close])
      let name = reference.dropFirst(2).prefix { $0 == "_" || $0.isLetter || $0.isNumber }
      let isPutIn = variables(String(name)) != nil || reference.dropFirst(2 + name.count) != "}"
      result += rest[..<start.lowerBound] + (isPutIn ? interpolation.filled(reference, variables) : reference)
      rest = rest[rest.index(after: close)...]
    }
    return result + rest
  }

  /// A value, where it ends, and whether it stands in single quotes.
  private static func value(
    _ text: Substring, from start: Substring.Index
  ) -> (text: String, end: Substring.Index, isLiteral: Bool) {
    let body = text[start...].drop { $0 == " " || $0 == "\t" }
    guard let quote = body.first, quote == "\"" || quote == "'" else {
      let line = body.prefix { !$0.isNewline }
      // A comment begins at a number sign after white space.
      var end = line.startIndex
      var previous: Character = " "
      while end < line.endIndex, !(line[end] == "#" && previous.isWhitespace) {
        previous = line[end]
        end = line.index(after: end)
      }
      return (String(line[..<end].trimmedEnd), line.endIndex, false)
    }
    var value = ""
    var index = body.index(after: body.startIndex)
    while index < body.endIndex, body[index] != quote {
      if quote == "\"", body[index] == "\\", body.index(after: index) < body.endIndex {
        index = body.index(after: index)
        switch body[index] {
        case "n": value += "\n"
        case "t": value += "\t"
        case "r": value += "\r"
        default: value.append(body[index])
        }
      } else {
        value.append(body[index])
      }
      index = body.index(after: index)
    }
    guard index < body.endIndex else {
      // A quote without its end is part of a value on one line.
      let line = body.prefix { !$0.isNewline }
      return (String(line.trimmedEnd), line.endIndex, true)
    }
    return (value, body.index(after: index), quote == "'")
  }
}
