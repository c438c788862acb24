/// Names of things whose values are secret.
enum SensitiveName {
  /// How sure a name makes that its value is a secret.
  enum Strength: Sendable {
    /// A password: any value counts, words too.
    case password
    /// A secret, token or key: any value that is not a word counts.
    case secret
    /// A name that often means something else, such as `token` in a count: only a random value counts.
    case weak
  }

  /// Whether a line holds any of the words that occur in every sensitive name, before names are taken apart.
  static func mayStand(in line: ArraySlice<UInt8>) -> Bool {
    for index in line.indices {
      guard let words = hints[Int(line[index])] else { continue }
      for word in words where index + word.count <= line.endIndex {
        if word.indices.allSatisfy({ line[index + $0].lowered == word[$0] }) { return true }
      }
    }
    return false
  }

  /// The words by their first byte, small or capital.
  private static let hints: [[[UInt8]]?] = {
    var table = [[[UInt8]]?](repeating: nil, count: 256)
    for word in [
      "pass", "pw", "kennwort", "contrase", "secret", "token", "key", "cred", "auth", "salt", "sig", "cookie", "bearer",
    ] {
      let bytes = Array(word.utf8)
      for first in [Int(bytes[0]), Int(bytes[0]) - 0x20] { table[first] = (table[first] ?? []) + [bytes] }
    }
    return table
  }()

  /// How sensitive a name is, or nil: `DB_PASSWORD`, `apiKey`, `spring.datasource.password`, `api key`.
  static func strength(_ name: ArraySlice<UInt8>) -> Strength? {
    let parts = parts(of: name)
    guard let last = parts.last, !descriptive.contains(last) else { return nil }
    if parts.count > 1, let before = parts.dropLast().last, last.utf8.allSatisfy(\.isDigit),
      descriptive.contains(before)
    {
      return nil
    }
    for word in parts.reversed() {
      if passwords.contains(word) || plainPasswords.contains(where: word.hasSuffix) { return .password }
      if word == last, word == "pass" { return .password }
      if secrets.contains(word) || (word.count > 6 && (word.hasSuffix("secret") || word.hasSuffix("apikey"))) {
        return .secret
      }
    }
    if last == "key" || last == "keys", parts.count > 1 {
      return keyOwners.contains(parts[parts.count - 2]) ? .secret : .weak
    }
    if last == "token" || last.hasSuffix("token") { return parts.count > 1 || last != "token" ? .secret : .weak }
    return weak.contains(last) ? .weak : nil
  }

  /// The same of a variable that this machine holds, which may say at its end of which place or of which of several it is:
  /// `GITHUB_TOKEN_PROD`, `DB_PASSWORD2`, `API_KEY_2`.
  static func strength(ofHeld name: ArraySlice<UInt8>) -> Strength? {
    if let strength = strength(name) { return strength }
    var parts = parts(of: name)
    while let last = parts.last {
      let bare = String(last.prefix { !$0.isNumber })
      if !bare.isEmpty, bare.count < last.count { parts[parts.count - 1] = bare } else { parts.removeLast() }
      guard let now = parts.last, !descriptive.contains(now) else { return nil }
      // A weak one means something only where it stands last.
      switch strength(Array(parts.joined(separator: "_").utf8)[...]) {
      case .password?: return .password
      case .secret?: return .secret
      case .weak?, nil: continue
      }
    }
    return nil
  }

  /// Whether a name of a password means nothing else, as `pwd` does in a shell and `pass` in a report of tests.
  static func isPlainPassword(_ name: ArraySlice<UInt8>) -> Bool {
    guard let last = parts(of: name).last else { return false }
    return plainPasswords.contains { last.hasSuffix($0) }
  }

  /// Whether a name speaks of a user and a password together.
  static func areCredentials(_ name: ArraySlice<UInt8>) -> Bool {
    parts(of: name).last.map { ["credentials", "credential", "creds"].contains($0) } == true
  }

  /// Whether a name is of more than one thing, so that a number tells how many: `password_resets`.
  static func isCounted(_ name: ArraySlice<UInt8>) -> Bool {
    name.last?.lowered == UInt8(ascii: "s") && name.dropLast().last?.lowered != UInt8(ascii: "s")
  }

  /// Whether a name's last word is `pass`, behind which a report tells how many did.
  static func isResult(_ name: ArraySlice<UInt8>) -> Bool { parts(of: name).last == "pass" }

  /// Whether a name's last word is `pw`.
  static func isShortened(_ name: ArraySlice<UInt8>) -> Bool { parts(of: name).last == "pw" }

  /// The words of a name, in lower case: at `_`, `-`, `.`, spaces, and where a capital follows a small letter.
  private static func parts(of name: ArraySlice<UInt8>) -> [String] {
    var parts: [String] = []
    var part: [UInt8] = []
    var previous: UInt8 = 0
    for (index, byte) in zip(name.indices, name) {
      let next = index + 1 < name.endIndex ? name[index + 1] : 0
      let isBoundary = byte.isUpper && (previous.isLower || (previous.isUpper && next.isLower))
      if !(byte.isAlphanumeric || byte.isOfLetterBeyondASCII) || isBoundary {
        if !part.isEmpty { parts.append(part.text) }
        part = []
      }
      if byte.isAlphanumeric || byte.isOfLetterBeyondASCII { part.append(byte.lowered) }
      previous = byte
    }
    if !part.isEmpty { parts.append(part.text) }
    return parts
  }

  private static let passwords: Set<String> = ["pwd", "pw"]
  private static let plainPasswords = [
    "password", "passwd", "passphrase", "passcode", "passwort", "kennwort", "contrase\u{f1}a", "contrasena",
  ]
  private static let secrets: Set<String> = [
    "secret", "apikey", "accesskey", "secretkey", "privatekey", "authtoken", "accesstoken", "refreshtoken", "authkey",
    "encryptionkey", "signingkey", "clientsecret", "secretaccesskey", "idtoken", "bearertoken", "webhooksecret",
  ]
  private static let keyOwners: Set<String> = [
    "api", "access", "secret", "private", "encryption", "signing", "auth", "master", "account", "shared", "storage",
    "license", "subscription", "jwt", "app", "application", "admin", "service", "session", "deploy", "crypt", "hmac",
  ]
  private static let weak: Set<String> = [
    "key", "token", "tokens", "auth", "authorization", "salt", "cookie", "credentials", "credential", "creds", "sig",
    "signature",
    "secrets", "passwords", "bearer",
  ]
  /// Last words of names whose values say something about a secret and are none.
  private static let descriptive: Set<String> = [
    "id", "ids", "file", "files", "path", "name", "names", "url", "uri", "arn", "host", "port", "ttl", "expiry",
    "expires",
    "count", "length", "len", "size", "type", "version", "policy", "field", "column", "prefix", "suffix", "header",
    "ref",
    "age", "min", "max", "limit", "reset", "resets", "env", "var", "store", "provider", "manager", "hint", "required",
    "enabled", "dir", "folder", "format", "algorithm", "method", "mode", "timeout", "status", "state", "encryption",
    "hash", "digest", "fingerprint", "endpoint", "scope", "hasher", "hashers", "validators", "encoding",
  ]
}
