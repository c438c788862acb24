public import HandoffText

/// A place in a text where a secret stands, or what looks like one.
public struct SecretHit: Hashable, Sendable {
  /// The rule of the values that were given.
  public static let knownValue = "known-value"

  /// What was recognised: `known-value`, `github-token`, `password-in-url`, `assignment`.
  public let rule: String
  /// Which value or name it is: the variable whose value stands there, the name that is assigned to; or nothing.
  public let subject: Untrusted?
  /// The line, counted from 1.
  public let line: Int
  /// At most two characters of it, and how long it is.
  public let preview: String
  /// What a waiver of it names; nil where there is no key to make it with.
  public let fingerprint: String?

  /// The place, what it is, and what to do about it, for a person.
  public var message: Message {
    let about: Message = subject.map { " of \($0)" } ?? Message()
    let waiver: Message = fingerprint.map { ", fingerprint \(Untrusted($0))" } ?? Message()
    return "line \(line): \(Untrusted(rule))\(about) (\(Untrusted(preview)))\(waiver)"
  }

  /// What a waiver names.
  static func fingerprint(of secret: some Collection<UInt8>, rule: String, _ key: FingerprintKey) -> String {
    key.fingerprint(of: secret, for: "finding " + rule)
  }

  init(
    rule: String, subject: String? = nil, line: Int, secret: some Collection<UInt8>, key: FingerprintKey?
  ) {
    fingerprint = key.map { Self.fingerprint(of: secret, rule: rule, $0) }
    self.rule = rule
    self.subject = subject.map { Untrusted($0) }
    self.line = line
    let shown = secret.count >= 12 ? 2 : secret.count >= 8 ? 1 : 0
    let start = secret.prefix(shown).filter { $0 > 0x20 && $0 < 0x7f }
    preview = String(decoding: start, as: UTF8.self) + "…, \(secret.count) bytes"
  }
}
