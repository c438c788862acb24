/// Finds values that are assigned to sensitive names: dotenv, shell, PowerShell, YAML, JSON, tables, connection
/// strings, options of commands, prose.
struct AssignmentRules {
  typealias Found = (rule: String, name: ArraySlice<UInt8>, range: Range<Int>)

  private let line: ArraySlice<UInt8>

  init(_ line: ArraySlice<UInt8>) {
    self.line = line
  }

  func find(_ found: inout [Found]) {
    guard SensitiveName.mayStand(in: line) else { return }
    var index = line.startIndex
    var previous: Range<Int>?
    while index < line.endIndex {
      guard line[index].isWord else {
        index += 1
        continue
      }
      let end = line.end(from: index) { $0.isWord || $0 == 0x2d || $0 == 0x2e }
      var word = index..<end
      while let last = line[word].last, last == 0x2d || last == 0x2e { word = word.lowerBound..<word.upperBound - 1 }
      let isPrintable = word.count <= 64
      if isPrintable, let match = match(word, after: previous) {
        found.append(match)
        index = max(end, match.range.upperBound)
      } else {
        index = end
      }
      previous = word
    }
  }

  /// What is assigned to the name at a range, if that is a secret.
  private func match(_ word: Range<Int>, after previous: Range<Int>?) -> Found? {
    var name = line[word]
    var strength = SensitiveName.strength(name)
    // "API key", "access token", "secret key"
    if let previous, previous.upperBound + 1 == word.lowerBound, line[previous.upperBound] == 0x20,
      let both = SensitiveName.strength(line[previous.lowerBound..<word.upperBound]), both != .weak, strength == .weak
    {
      strength = both
      name = line[previous.lowerBound..<word.upperBound]
    }
    guard let strength, let separator = separator(after: word, of: name),
      let value = value(from: separator.end, separator.kind)
    else { return nil }
    var range = value.range
    // "Authorization: Bearer …"
    let scheme = line[range].text.lowercased()
    if scheme == "bearer" || scheme == "basic" || scheme == "token" {
      guard let next = self.value(from: range.upperBound, .prose) else { return nil }
      range = next.range
      guard SecretValue.looksSecret(line[range]) || range.count >= 16 else { return nil }
    }
    let text = line[range].text
    guard range.count >= 3, !Placeholder.isOne(text, name: name.text) else { return nil }
    let isSecret = Judge(
      strength: strength, kind: separator.kind, value: line[range], isQuoted: value.isQuoted, isWhole: value.isWhole,
      isPlural: name.last == UInt8(ascii: "s")
    ).isSecret
    return isSecret ? ("assignment", name, range) : nil
  }

  /// What stands between a name and its value.
  enum Kind { case equals, colon, cell, option, prose }

  private func separator(after word: Range<Int>, of name: ArraySlice<UInt8>) -> (end: Int, kind: Kind)? {
    var index = word.upperBound
    let decorations = "\\\"'`*]})_".utf8
    index = line.end(from: index, limit: 4) { decorations.contains($0) }
    let afterName = index
    index = line.end(from: index, limit: 32) { $0 == 0x20 || $0 == 0x09 }
    guard index < line.endIndex else { return nil }
    let next = index + 1 < line.endIndex ? line[index + 1] : 0
    switch line[index] {
    case UInt8(ascii: "="):
      if next == UInt8(ascii: "=") || next == UInt8(ascii: "~") { return nil }
      return (next == UInt8(ascii: ">") ? index + 2 : index + 1, .equals)
    case UInt8(ascii: ":"):
      if next == UInt8(ascii: "=") { return (index + 2, .equals) }
      // The default of a shell's expansion: ${NAME:-value}
      if next == UInt8(ascii: "-") { return (index + 2, .equals) }
      if next == UInt8(ascii: ":") || next == UInt8(ascii: "/") { return nil }
      return (index + 1, .colon)
    case UInt8(ascii: "|"):
      // In a table, where the name's own cell begins with a bar; elsewhere a command goes on in another one.
      let before = line[..<name.startIndex].last { !$0.isSpace && !"`*\"'\\".utf8.contains($0) }
      return before == UInt8(ascii: "|") ? (index + 1, .cell) : nil
    default: break
    }
    guard index > afterName else { return nil }
    let isOption =
      afterName == word.upperBound && word.lowerBound >= line.startIndex + 2
      && line.has("--".utf8, at: word.lowerBound - 2)
    if isOption { return (index, .option) }
    for verb in ["is ", "was "] where line.has(verb.utf8, at: index) { return (index + verb.utf8.count, .prose) }
    return nil
  }

  /// The value that begins behind a separator.
  private func value(from start: Int, _ kind: Kind) -> (range: Range<Int>, isQuoted: Bool, isWhole: Bool)? {
    var index = line.end(from: start, limit: 64) { $0 == 0x20 || $0 == 0x09 || $0 == 0x2a }
    // Escaped quotes stand in JSON that holds other text.
    index = line.end(from: index, limit: 2) { $0 == 0x5c }
    guard index < line.endIndex else { return nil }
    let quote = line[index]
    if quote == 0x22 || quote == 0x27 || quote == 0x60 {
      let inner = index + 1
      var end = inner
      while end < line.endIndex, line[end] != quote, end - inner < 4096 {
        end += line[end] == 0x5c && end + 1 < line.endIndex && line[end + 1] != quote ? 2 : 1
      }
      end = min(end, line.endIndex)
      if line[inner..<end].last == 0x5c { end -= 1 }
      // `value` in backticks may hold an assignment's own quotes.
      guard end > inner else { return nil }
      return (inner..<end, true, isEnd(end + 1))
    }
    var end = line.end(from: index, limit: 4096) { byte in
      !byte.isSpace && byte != 0x60 && byte != 0x22 && !(kind == .cell && byte == 0x7c) && byte != 0x3c
    }
    if line.has("<".utf8, at: end), end == index { return nil }
    while end > index, ",;)}]'*.|".utf8.contains(line[end - 1]) { end -= 1 }
    // key=value pairs of a query string
    if kind == .equals, let ampersand = line[index..<end].firstIndex(of: 0x26), line[ampersand..<end].contains(0x3d) {
      end = ampersand
    }
    return end > index ? (index..<end, false, isEnd(end)) : nil
  }

  /// Whether nothing but closing signs or a comment follows.
  private func isEnd(_ index: Int) -> Bool {
    let rest = line[min(index, line.endIndex)...].prefix(40)
    let text = rest.drop { $0.isSpace || ",;)}]'\"`*.|".utf8.contains($0) }
    return text.isEmpty || text.first == UInt8(ascii: "#")
  }
}

/// Decides whether a value behind a sensitive name is a secret.
private struct Judge {
  let strength: SensitiveName.Strength
  let kind: AssignmentRules.Kind
  let value: ArraySlice<UInt8>
  let isQuoted: Bool
  let isWhole: Bool
  let isPlural: Bool

  var isSecret: Bool {
    if value.allSatisfy(\.isDigit) { return strength == .password && !isPlural && value.count >= 4 }
    if value.contains(where: \.isSpace) { return isQuoted && strength == .password && isPassphrase }
    switch strength {
    case .weak: return SecretValue.looksRandom(value) && !SecretValue.isOrdinary(value)
    case .secret:
      if SecretValue.isOrdinary(value) { return false }
      return SecretValue.looksSecret(value) || (kind == .equals && value.count >= 8) || SecretValue.looksRandom(value)
    case .password:
      switch kind {
      case .equals: return !isPathLike
      case .colon: return SecretValue.looksSecret(value) || (isWhole && value.count >= 6 && !isNameLike)
      case .cell, .prose, .option: return SecretValue.looksSecret(value)
      }
    }
  }

  private var isPassphrase: Bool {
    (kind == .equals || kind == .colon) && isWhole && value.contains(where: \.isDigit)
  }

  private var isPathLike: Bool {
    let text = value.text
    return text.hasPrefix("/") && SecretValue.isOrdinary(value) || text.hasPrefix("./") || text.hasPrefix("~/")
  }

  /// `postgres.password`, `DB_PASSWORD`, `.env`: the name of another thing.
  private var isNameLike: Bool {
    value.first == 0x2e || SecretValue.isOrdinary(value) || value.contains { $0 == 0x2e || $0 == 0x5f || $0 == 0x28 }
  }
}
