/// What a value looks like.
enum SecretValue {
  /// Whether a value has the look of a password or key: not a word, name, path, version, date or size.
  static func looksSecret(_ value: ArraySlice<UInt8>) -> Bool {
    guard value.count >= 5, !value.contains(where: \.isSpace) else { return false }
    let isMoreThanAWord =
      value.contains(where: \.isDigit) || value.contains { "!@#$%^&*+=?~\\".utf8.contains($0) }
      || value.count >= 12 && value.dropFirst().contains(where: \.isUpper) && value.contains(where: \.isLower)
    guard isMoreThanAWord else { return false }
    return !isOrdinary(value)
  }

  /// Whether a value that only stands beside a name in a sentence has so much the look of a password that it is no other
  /// word of it: letters and digits, and not `OAuth2`, `PROJ-123`, `12-character`, `#1234`, `app.yml`, `me@host.example`.
  static func looksSpoken(_ value: ArraySlice<UInt8>) -> Bool {
    guard let first = value.first, first < 0x80, first != 0x2d, first != 0x23, looksSecret(value), !isTechnical(value)
    else { return false }
    guard value.contains(where: \.isDigit), value.contains(where: \.isLetter) else { return false }
    if first.isDigit { return looksRandom(value) }
    if value.contains(where: { "=/()[]{}<>".utf8.contains($0) }) || isNumbered(value) { return false }
    if value.allSatisfy({ $0.isLower || $0.isDigit || $0 == 0x5f }), value.contains(0x5f) { return false }
    if value.allSatisfy({ $0.isDigit || ($0.isLower && $0.isHex) }) { return false }
    if let at = value.lastIndex(of: 0x40), value[at...].contains(0x2e) { return false }
    if let colon = value.lastIndex(of: 0x3a), value[(colon + 1)...].allSatisfy(\.isDigit) { return false }
    if let dot = value.lastIndex(of: 0x2e), case let ending = value[(dot + 1)...], (1...5).contains(ending.count),
      ending.allSatisfy(\.isLower)
    {
      return false
    }
    // PROJ-123-what-it-is-of
    let project = value.prefix(while: \.isUpper)
    let number = value.dropFirst(project.count + 1).prefix(while: \.isDigit)
    return !(project.count >= 2 && value.dropFirst(project.count).first == 0x2d && !number.isEmpty)
  }

  /// One word with numbers behind it: `Postgres16`, `SHA-256`, `Argon2id`, `Python3.12`.
  private static func isNumbered(_ value: ArraySlice<UInt8>) -> Bool {
    var rest = value.drop(while: \.isLetter)
    while let first = rest.first, first.isDigit || "-_.".utf8.contains(first) { rest.removeFirst() }
    return rest.count <= 2 && rest.allSatisfy(\.isLower)
  }

  /// The name of an algorithm, a format or a program with a number, and words that go on from it: `SHA-256-hashed`,
  /// `Base64-encoded`.
  static func isTechnical(_ value: ArraySlice<UInt8>) -> Bool {
    let word = value.prefix(while: \.isLetter)
    let rest = value.dropFirst(word.count).drop { $0 == 0x2d || $0 == 0x5f }
    return rest.first?.isDigit == true && technical.contains(word.text.lowercased())
  }

  private static let technical: Set<String> = [
    "sha", "md", "base", "utf", "argon", "oauth", "pbkdf", "bcrypt", "scrypt", "scram", "rfc", "aes", "rsa", "ed",
    "hmac", "tls", "ssl", "http", "ipv", "iso", "python", "postgres", "postgresql", "mysql", "node", "ubuntu", "debian",
    "java", "keepass", "windows", "cve", "owasp", "nist", "phase", "step", "version", "sprint", "blake", "x",
  ]

  /// A path, URL, version, date, identifier, number, size or address.
  static func isOrdinary(_ value: ArraySlice<UInt8>) -> Bool {
    guard let first = value.first, let last = value.last else { return true }
    if isPath(value) || value.contains("://") { return true }
    if value.allSatisfy({ $0.isUpper || $0.isDigit || $0 == 0x5f }), value.contains(0x5f), first.isUpper { return true }
    // 1.2.3, 2025-11-07, 12:30, 5s, 30d, 10.0.0.1:5432, 1,024
    if first.isDigit {
      let numbers = value.split { ".-:/+_,".utf8.contains($0) }
      if numbers.count > 1, numbers.prefix(2).allSatisfy({ $0.allSatisfy(\.isDigit) }) { return true }
      let digits = value.prefix(while: \.isDigit)
      if value.count - digits.count <= 2, value.dropFirst(digits.count).allSatisfy(\.isLetter), value.count < 6 {
        return true
      }
    }
    if first == UInt8(ascii: "v"), value.dropFirst().first?.isDigit == true, value.contains(0x2e) { return true }
    // python3.11, sha256, utf8, us-east-1: lower-case words with a number at their end
    let isName = value.allSatisfy { $0.isLower || $0.isDigit || $0 == 0x2d || $0 == 0x2e || $0 == 0x5f }
    if isName, last.isDigit || last.isLower, first.isLower, value.contains(where: { $0 == 0x2d || $0 == 0x2e }) {
      let parts = value.split { $0 == 0x2d || $0 == 0x2e || $0 == 0x5f }
      if parts.allSatisfy({ $0.allSatisfy(\.isLower) || $0.allSatisfy(\.isDigit) || $0.count <= 6 }) { return true }
    }
    return last == UInt8(ascii: ":") || last == UInt8(ascii: "(")
  }

  private static func isPath(_ value: ArraySlice<UInt8>) -> Bool {
    let text = value.prefix(3).text
    guard text.hasPrefix("/") || text.hasPrefix("./") || text.hasPrefix("../") || text.hasPrefix("~/") else {
      let isFile = value.allSatisfy { $0.isWord || $0 == 0x2f || $0 == 0x2e || $0 == 0x2d } && value.contains(0x2f)
      return isFile && !looksRandom(value)
    }
    return value.allSatisfy { $0.isWord || "./-~@+".utf8.contains($0) } && !(value.count == 40 && looksRandom(value))
  }

  /// Whether letters of both cases and digits are mixed as chance mixes them.
  static func looksRandom(_ value: ArraySlice<UInt8>) -> Bool {
    guard value.count >= 16 else { return false }
    var kinds = [0, 0, 0]
    var changes = 0
    var previous = -1
    for byte in value {
      let kind = byte.isDigit ? 0 : byte.isUpper ? 1 : byte.isLower ? 2 : 3
      if kind < 3 { kinds[kind] += 1 }
      if kind != previous { changes += 1 }
      previous = kind
    }
    let isHex = value.allSatisfy(\.isHex)
    return isHex ? value.count >= 32 && kinds[0] > 0 : kinds.filter { $0 > 0 }.count >= 2 && changes * 4 >= value.count
  }
}

extension ArraySlice<UInt8> {
  fileprivate func contains(_ word: StaticString) -> Bool {
    contains(ignoringCase: Array("\(word)".utf8))
  }
}
