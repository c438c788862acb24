/// Finds values that are assigned to sensitive names: dotenv, shell, PowerShell, YAML, JSON, tables, connection
/// strings, options of commands, prose.
struct AssignmentRules {
  typealias Found = (rule: String, name: ArraySlice<UInt8>, range: Range<Int>)

  /// How much of a name, and of a value, tells what it is.
  private static let nameLength = 64
  private static let judgedLength = 128

  private let line: ArraySlice<UInt8>
  private var signs: NextSigns

  private init(_ line: ArraySlice<UInt8>) {
    self.line = line
    signs = NextSigns(line)
  }

  /// The values in a line that stand beside sensitive names: the rule, the name, and the bytes of the value without quotes.
  /// Of a name of more than 64 bytes it is its end. They may overlap.
  static func find(in line: ArraySlice<UInt8>) -> [Found] {
    guard SensitiveName.mayStand(in: line) else { return [] }
    var rules = AssignmentRules(line)
    return rules.find()
  }

  private mutating func find() -> [Found] {
    var found: [Found] = []
    var index = line.startIndex
    var previous: Range<Int>?
    while index < line.endIndex {
      guard line[index].isWord else {
        index += 1
        continue
      }
      let end = line.end(from: index) { $0.isWord || $0 == 0x2d || $0 == 0x2e || $0.isOfLetterBeyondASCII }
      var last = end
      while line[last - 1] == 0x2d || line[last - 1] == 0x2e { last -= 1 }
      let word = max(index, last - Self.nameLength)..<last
      if let match = match(word, after: previous) {
        found.append(match)
        index = max(end, match.range.upperBound)
      } else {
        index = end
      }
      previous = word
    }
    return found
  }

  /// What is assigned to the name at a range, if that is a secret.
  private mutating func match(_ word: Range<Int>, after previous: Range<Int>?) -> Found? {
    var name = line[word]
    var strength = SensitiveName.strength(name)
    // "API key", "access token", "secret key"
    if let previous, strength == .weak, previous.upperBound + 1 == word.lowerBound, line[previous.upperBound] == 0x20,
      let both = SensitiveName.strength(line[previous.lowerBound..<word.upperBound]), both != .weak
    {
      strength = both
      name = line[previous.lowerBound..<word.upperBound]
    }
    guard let strength else { return nil }
    let range = value(behind: word, name, strength)
    if let range { return ("assignment", name, range) }
    guard strength == .password, let before = PasswordSentence(line).value(before: word.lowerBound) else { return nil }
    return ("assignment", name, before)
  }

  private mutating func value(behind word: Range<Int>, _ name: ArraySlice<UInt8>, _ strength: SensitiveName.Strength)
    -> Range<Int>?
  {
    guard let separator = separator(after: word, of: name, strength),
      let value = value(from: separator.end, separator.kind)
    else { return nil }
    var range = value.range
    if SensitiveName.areCredentials(name), separator.kind == .colon || separator.kind == .equals,
      let password = password(behindUserAt: range)
    {
      return password
    }
    // "Authorization: Bearer …"
    if range.count <= 6, ["bearer", "basic", "token"].contains(line[range].text.lowercased()) {
      guard let next = self.value(from: range.upperBound, .prose) else { return nil }
      range = next.range
      guard range.count >= 16 || SecretValue.looksSecret(line[range]) else { return nil }
    }
    let judged = line[range].prefix(Self.judgedLength)
    let judge = Judge(
      strength: strength, kind: separator.kind, value: judged, isQuoted: value.isQuoted, isWhole: value.isWhole,
      isCount: SensitiveName.isCounted(name), isResult: SensitiveName.isResult(name),
      isShortened: SensitiveName.isShortened(name))
    guard range.count >= 3, judge.isSecret, !Placeholder.isOne(judged.text, name: name.text) else { return nil }
    return range
  }

  /// `credentials: admin / password`, and `admin:password`
  private func password(behindUserAt range: Range<Int>) -> Range<Int>? {
    let user = line.end(from: range.lowerBound, limit: 64) { $0.isWord || "-.@".utf8.contains($0) }
    guard user > range.lowerBound else { return nil }
    let isParted = line.has(" / ".utf8, at: user)
    guard isParted || line.has(":".utf8, at: user) else { return nil }
    let start = isParted ? user + 3 : user + 1
    var end = line.end(from: start, limit: Self.judgedLength) { !$0.isSpace && !"\"'`<|".utf8.contains($0) }
    while end > start, ",;)}].".utf8.contains(line[end - 1]) { end -= 1 }
    let value = line[start..<end]
    // The colon of a URL, of an ARN, of a place in a vault.
    if !isParted, value.contains(where: { $0 == 0x2f || $0 == 0x3a }) { return nil }
    guard SecretValue.looksSecret(value), !SecretValue.isTechnical(value), value.contains(where: \.isLetter),
      !Placeholder.isOne(value.text, name: "")
    else { return nil }
    return start..<end
  }

  /// What stands between a name and its value.
  enum Kind {
    case equals, colon, cell, option
    /// A verb.
    case prose
    /// Nothing, or a word that other things follow, too.
    case bare
  }

  private func separator(after word: Range<Int>, of name: ArraySlice<UInt8>, _ strength: SensitiveName.Strength)
    -> (end: Int, kind: Kind)?
  {
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
    if strength == .password {
      guard let said = PasswordSentence(line).start(behindNameAt: index) else { return nil }
      if said.hasVerb { return (said.index, .prose) }
      return SensitiveName.isPlainPassword(name) ? (said.index, .bare) : nil
    }
    for verb in ["is ", "was "] where line.has(verb.utf8, at: index) { return (index + verb.utf8.count, .prose) }
    return nil
  }

  /// The value that begins behind a separator, at most 4096 bytes of it.
  private mutating func value(from start: Int, _ kind: Kind) -> (range: Range<Int>, isQuoted: Bool, isWhole: Bool)? {
    var index = line.end(from: start, limit: 64) { $0 == 0x20 || $0 == 0x09 || $0 == 0x2a }
    if kind == .bare { index = line.end(from: index, limit: 1) { $0 == UInt8(ascii: "(") } }
    // Escaped quotes stand in JSON that holds other text.
    index = line.end(from: index, limit: 2) { $0 == 0x5c }
    guard index < line.endIndex else { return nil }
    let quote = line[index]
    if quote == 0x22 || quote == 0x27 || quote == 0x60 {
      let inner = index + 1
      var end = min(signs.next(quote, from: inner), inner + 4096)
      if line[inner..<end].last == 0x5c { end -= 1 }
      // `value` in backticks may hold an assignment's own quotes.
      guard end > inner else { return nil }
      return (inner..<end, true, isEnd(end + 1))
    }
    var end = min(signs.endOfWord(from: index, inCell: kind == .cell), index + 4096)
    if line.has("<".utf8, at: end), end == index { return nil }
    let trimmed = max(index, end - 64)
    while end > trimmed, ",;)}]'*.|".utf8.contains(line[end - 1]) { end -= 1 }
    // key=value pairs of a query string
    if kind == .equals, case let ampersand = signs.next(0x26, from: index), ampersand < end,
      signs.next(0x3d, from: ampersand) < end
    {
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
  /// Whether the name counts things: `password_resets`.
  let isCount: Bool
  /// Whether the name is, or ends in, `pass`, which counts what passed, too.
  let isResult: Bool
  /// Whether the name is `pw`, which programs call variables.
  let isShortened: Bool

  var isSecret: Bool {
    if value.allSatisfy(\.isDigit) {
      return strength == .password && kind != .bare && !isCount && value.count >= (isResult ? 6 : 4)
    }
    if value.contains(where: \.isSpace) { return isQuoted && strength == .password && isPassphrase }
    switch strength {
    case .weak: return SecretValue.looksRandom(value) && !SecretValue.isOrdinary(value)
    case .secret:
      if SecretValue.isOrdinary(value) { return false }
      return SecretValue.looksSecret(value) || (kind == .equals && value.count >= 8) || SecretValue.looksRandom(value)
    case .password:
      switch kind {
      case .equals: return !isPathLike && (!isShortened || SecretValue.looksSecret(value))
      case .colon: return SecretValue.looksSecret(value) || (isWhole && value.count >= 6 && !isNameLike)
      case .cell, .option: return SecretValue.looksSecret(value)
      case .prose: return SecretValue.looksSecret(value) && !SecretValue.isTechnical(value)
      case .bare: return SecretValue.looksSpoken(value)
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

/// Where signs stand next in a line, so that it is not walked again for each name in it.
private struct NextSigns {
  private let line: ArraySlice<UInt8>
  private var known: [UInt8: Range<Int>] = [:]
  private var words: [Bool: Range<Int>] = [:]

  init(_ line: ArraySlice<UInt8>) {
    self.line = line
  }

  /// The first place of a sign from an index on; the line's end where there is none.
  mutating func next(_ sign: UInt8, from start: Int) -> Int {
    if let known = known[sign], known.lowerBound <= start, start <= known.upperBound { return known.upperBound }
    let end = line.end(from: start) { $0 != sign }
    known[sign] = start..<end
    return end
  }

  /// The end of a word that is not quoted; in a cell of a table a bar ends it.
  mutating func endOfWord(from start: Int, inCell: Bool) -> Int {
    if let word = words[inCell], word.lowerBound <= start, start <= word.upperBound { return word.upperBound }
    let end = line.end(from: start) { byte in
      !byte.isSpace && byte != 0x60 && byte != 0x22 && byte != 0x3c && !(inCell && byte == 0x7c)
    }
    words[inCell] = start..<end
    return end
  }
}
