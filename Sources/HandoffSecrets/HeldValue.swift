import HandoffText

/// Which values of a machine's variables and files are secrets.
public enum HeldValue {
  /// Whether a value under this name is a secret: `DB_PASSWORD`, `STORY_KEY` with a random value.
  public static func isSecret(_ value: String, named name: String) -> Bool {
    let bytes = Array(value.utf8)[...]
    switch SensitiveName.strength(ofHeld: Array(name.utf8)[...]) {
    case nil: return false
    case .password: return !looksLikePath(bytes)
    case .secret: return !looksLikePath(bytes) && !bytes.allSatisfy(\.isDigit)
    case .weak: return SecretValue.looksRandom(bytes) && !SecretValue.isOrdinary(bytes)
    }
  }

  /// Whether a value is so much a secret's by its look that it is one whatever else bears it, such as a project's name or
  /// a line of a file that came with a repository.
  public static func isTelling(_ value: String) -> Bool {
    let bytes = Array(value.utf8)[...]
    return bytes.count >= 8 && SecretValue.looksSecret(bytes)
  }

  /// The passwords of the URLs in a value: `postgres://user:password@host`; as they stand there, and decoded.
  public static func urlPasswords(in value: String) -> [String] {
    let bytes = Array(value.utf8)[...]
    guard bytes.contains(0x40) else { return [] }
    return URLRules.find(in: bytes).flatMap { match -> [String] in
      let raw = bytes[match.range].text
      let decoded = bytes[match.range].percentDecoded.text
      return raw == decoded ? [raw] : [raw, decoded]
    }
  }

  private static func looksLikePath(_ value: ArraySlice<UInt8>) -> Bool {
    let text = value.prefix(2).text
    guard text.hasPrefix("/") || text == "~/" || text == "./" else { return false }
    // One of base64 in sixty-four begins with a slash.
    return SecretValue.isOrdinary(value) && !value.split(separator: 0x2f).contains { SecretValue.looksRandom($0) }
  }
}
