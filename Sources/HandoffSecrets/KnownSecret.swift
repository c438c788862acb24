import HandoffText

/// A secret that this machine holds, to be looked for by its value. It is held in memory only.
public struct KnownSecret: Hashable, Sendable {
  /// Where it was found: the name of a variable, `~/.pgpass`.
  public let name: String
  let value: [UInt8]

  /// Takes a value.
  /// - Returns: nil for one that cannot be told from ordinary text: shorter than six bytes, a common word, a number of fewer
  ///   than eight digits, one sign again and again, a stand-in such as `${PASSWORD}` or `your_key_here`. A path is looked
  ///   for.
  public init?(name: String, value: String) {
    // Of a long one its beginning tells it.
    let bytes = Array(value.utf8.prefix(Self.longest))
    guard bytes.count >= 6, !bytes.allSatisfy({ $0.isSpace }) else { return nil }
    let lowered = value.lowercased()
    if Self.common.contains(lowered) || Placeholder.isHeldStandIn(value) { return nil }
    if bytes.count < 8, bytes.allSatisfy({ $0.isDigit }) { return nil }
    if Set(value.utf8).count == 1 { return nil }
    self.name = name
    self.value = bytes
  }

  /// Takes a value of at least six bytes that is to be found whatever it is.
  public init(exactly value: String, name: String) {
    self.name = name
    self.value = Array(value.utf8)
  }

  /// How many bytes of a value are looked for.
  private static let longest = 1024

  /// Passwords that are also ordinary words of a document.
  private static let common: Set<String> = [
    "password", "passwd", "postgres", "postgresql", "secret", "secrets", "database", "default", "example", "localhost",
    "development", "production", "testing", "staging", "docker", "rabbitmq", "mongodb", "minioadmin", "elastic",
    "grafana", "keycloak", "supersecret", "changeme", "change_me", "changeit", "public", "private", "master",
    "username",
    "handoff", "python", "letmein", "welcome", "server", "service", "project", "session", "environment", "true",
    "false",
    "required", "optional", "enabled", "disabled", "mariadb", "wordpress", "jenkins", "ubuntu", "debian", "vagrant",
  ]

  /// The byte sequences that give the value away: as it is, as it stands in a URL, in JSON, in Markdown, and within
  /// base64 at each of its three alignments.
  var forms: [[UInt8]] {
    var forms = value.split(separator: 0x0a).map { Array($0) }.filter { $0.count >= 6 }
    let text = value.text
    for digits in ["0123456789ABCDEF", "0123456789abcdef"] {
      // Of RFC 3986, of JavaScript's `encodeURIComponent`, of Python's `quote`, of paths and forms.
      for kept in ["", "-._~", "-._~!$&'()*+,;=:@", "-_.!~*'()", "-._~/", "-._~!$&'()*+,;=:@/", "-._~!$&'()*,;:@"] {
        let encoded = percentEncoded(keeping: kept, digits: digits)
        forms.append(encoded)
        // Forms have a plus sign for a space.
        forms.append(Array(encoded.text.replacing("%20", with: "+").utf8))
      }
    }
    for extra in [[:], ["/": "\\/"], ["`": "\\u0060", "<": "\\u003c", ">": "\\u003e"]] as [[Unicode.Scalar: String]] {
      forms.append(Self.jsonEscaped(text, extra))
    }
    forms.append(Array(Untrusted(text).markdownText.utf8))
    for alphabet in [Base64.standard, Base64.urlSafe] {
      for offset in 0..<3 { forms.append(Base64.inner(value, offset: offset, alphabet: alphabet)) }
    }
    return Array(Set(forms.filter { $0.count >= 6 }))
  }

  private func percentEncoded(keeping kept: String, digits: String) -> [UInt8] {
    let digits = Array(digits.utf8)
    return value.flatMap { byte in
      byte.isAlphanumeric || kept.utf8.contains(byte)
        ? [byte] : [0x25, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }
  }

  /// - Parameter extra: escapes that a writer of JSON may choose, beside those that it must.
  private static func jsonEscaped(_ text: String, _ extra: [Unicode.Scalar: String]) -> [UInt8] {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      default:
        if let escape = extra[scalar] { result += escape } else { result.unicodeScalars.append(scalar) }
      }
    }
    return Array(result.utf8)
  }
}

/// Base64 as RFC 4648 defines it.
enum Base64 {
  static let standard = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  static let urlSafe = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

  /// The characters that bytes become, whatever stands before and behind them, when so many bytes of a group of three
  /// stand before.
  static func inner(_ bytes: [UInt8], offset: Int, alphabet: [UInt8]) -> [UInt8] {
    let padded = [UInt8](repeating: 0, count: offset) + bytes
    // A character is certain when its six bits lie within the bytes.
    let first = offset == 0 ? 0 : offset == 1 ? 2 : 3
    let count = padded.count * 8 / 6
    guard first < count else { return [] }
    return (first..<count).map { index in
      let bit = index * 6
      let high = UInt16(padded[bit / 8]) << 8
      let low = bit / 8 + 1 < padded.count ? UInt16(padded[bit / 8 + 1]) : 0
      return alphabet[Int(((high | low) >> UInt16(10 - bit % 8)) & 63)]
    }
  }
}
