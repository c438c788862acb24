import HandoffProject
import HandoffText

/// Variables that a text names by a sign: `${NAME}` of configuration and compose files, `$env:NAME` of PowerShell.
enum TemplatedText {
  /// The names in `${NAME}`, `${NAME:-default}` and the like.
  /// - Parameter isCompose: whether `$NAME` counts too, and names in small letters, as compose has it; otherwise only what is
  ///   written in capitals and in braces.
  static func names(in bytes: [UInt8], isCompose: Bool) -> [NamedLine] {
    var found: [NamedLine] = []
    var (line, index) = (1, 0)
    while index < bytes.count {
      if bytes[index] == 0x0a { line += 1 }
      guard bytes[index] == UInt8(ascii: "$") else {
        index += 1
        continue
      }
      var start = index + 1
      if start < bytes.count, bytes[start] == UInt8(ascii: "$") {
        // It stands for the sign itself.
        index += 2
        continue
      }
      let isBraced = start < bytes.count && bytes[start] == UInt8(ascii: "{")
      if isBraced { start += 1 }
      let end = wordEnd(bytes, from: start)
      let name = String(decoding: bytes[start..<end], as: UTF8.self)
      let isClosed = end < bytes.count && (isCompose ? ":-+?}" : ":}").utf8.contains(bytes[end])
      let isEscaped = index > 0 && bytes[index - 1] == UInt8(ascii: "\\")
      let isNamed = isCompose ? Dotenv.isName(name) && (isClosed || !isBraced) : isBraced && isClosed
      if isNamed, isCompose || ShellScript.isCapital(name) && !isEscaped {
        found.append(
          NamedLine(name: name, line: line, hasDefault: isBraced && hasDefault(bytes, at: end, isCompose: isCompose)))
      }
      index = max(end, index + 1)
    }
    return found
  }

  /// Whether another value stands behind a name in braces. Without a colon only compose knows one; behind a colon alone
  /// it is one of Spring's.
  private static func hasDefault(_ bytes: [UInt8], at end: Int, isCompose: Bool) -> Bool {
    guard end < bytes.count else { return false }
    if isCompose { return ShellScript.hasDefault(bytes, at: end) }
    return bytes[end] == UInt8(ascii: ":") && end + 1 < bytes.count && bytes[end + 1] != UInt8(ascii: "?")
  }

  /// The names behind `$env:` and `${env:`, without those that the script sets.
  static func powershell(_ bytes: [UInt8]) -> [NamedLine] {
    let lowered = bytes.map { (0x41...0x5a).contains($0) ? $0 | 0x20 : $0 }
    let matcher = ByteMatcher(["$env:", "${env:"].map { ByteMatcher.Pattern($0.utf8) })
    var found: [NamedLine] = []
    var assigned: Set<String> = []
    var (line, position) = (1, 0)
    for place in matcher.places(in: lowered) {
      line += bytes[position..<place.range.lowerBound].count { $0 == 0x0a }
      position = place.range.lowerBound
      let start = place.range.upperBound
      let end = wordEnd(bytes, from: start)
      let name = String(decoding: bytes[start..<end], as: UTF8.self)
      let isOther = end < bytes.count && bytes[end] == UInt8(ascii: "(")
      guard Dotenv.isName(name), !isOther else { continue }
      let rest = bytes[end...].drop { $0 == 0x20 || $0 == 0x7d }
      let defaults = DefaultForms(operators: ["??"])
      found.append(
        NamedLine(
          name: name, line: line,
          hasDefault: defaults.follow("", in: bytes, from: place.range.lowerBound, nameEnd: rest.startIndex)))
      if rest.first == UInt8(ascii: "="), rest.dropFirst().first != UInt8(ascii: "=") {
        assigned.insert(name.uppercased())
      }
    }
    return found.filter { !assigned.contains($0.name.uppercased()) }
  }

  /// The names of a dotenv file, each with the first line that sets it. No value is looked at.
  static func dotenv(_ text: String) -> [NamedLine] {
    let names = Set(Dotenv(text).names)
    var found: [NamedLine] = []
    var seen: Set<String> = []
    for (index, line) in TextLines.lines(of: text).enumerated() {
      var rest = line.trimmed
      if rest.hasPrefix("export ") { rest = rest.dropFirst(7).trimmed }
      let name = String(rest.prefix { $0 != "=" }.trimmed)
      guard rest.contains("="), names.contains(name), seen.insert(name).inserted else { continue }
      found.append(NamedLine(name: name, line: index + 1))
    }
    return found
  }

  private static func wordEnd(_ bytes: [UInt8], from start: Int) -> Int {
    var end = min(start, bytes.count)
    while end < bytes.count, end - start <= 256, bytes[end].isWordOfASCII { end += 1 }
    return end
  }
}
