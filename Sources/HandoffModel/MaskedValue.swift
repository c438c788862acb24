/// What stands in the place of a value that its project masks: a fingerprint that only its key makes, and whose key that was.
///
/// Two of one key tell equal from changed, and neither tells the value. As text it is `masked:KEY:FINGERPRINT`.
public struct MaskedValue: Hashable, Sendable, CustomStringConvertible {
  /// Names the key, without telling it: sixteen hexadecimal digits.
  public let key: String
  /// Of the value and the fact that it is of: thirty-two hexadecimal digits.
  public let fingerprint: String

  /// Takes what was made with a key; nil for what no key makes.
  public init?(key: String, fingerprint: String) {
    func isHexadecimal(_ text: String, _ count: Int) -> Bool {
      text.utf8.count == count && text.utf8.allSatisfy { "0123456789abcdef".utf8.contains($0) }
    }
    guard isHexadecimal(key, 16), isHexadecimal(fingerprint, 32) else { return nil }
    self.key = key
    self.fingerprint = fingerprint
  }

  /// Reads `masked:KEY:FINGERPRINT`; nil for anything else.
  public init?(parsing text: String) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0] == "masked" else { return nil }
    self.init(key: String(parts[1]), fingerprint: String(parts[2]))
  }

  /// `masked:KEY:FINGERPRINT`, as it stands in documents and JSON.
  public var description: String { "masked:\(key):\(fingerprint)" }
}

extension JSONValue {
  /// What is kept back, or nil.
  public var masked: MaskedValue? {
    if case .masked(let value) = self { value } else { nil }
  }

  /// Whether it cannot be told if two values are the same: one is masked, and the other one is not by the same key. That
  /// there is none (null) is never masked.
  func isKeptApart(from other: JSONValue) -> Bool {
    guard self != .null, other != .null, masked != nil || other.masked != nil else { return false }
    return masked?.key != other.masked?.key
  }
}
