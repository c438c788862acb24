import Crypto

/// A key of the user's own, with which a value can be told again by a text that does not tell it: HMAC-SHA256 (RFC 2104),
/// its first sixteen bytes.
public struct FingerprintKey: Sendable {
  /// The variable that gives one to this tool, and that nothing it starts gets.
  public static let variable = "HANDOFF_MASK_KEY"

  private let key: SymmetricKey

  /// Takes a key.
  /// - Parameter bytes: at least sixteen, chosen by chance.
  public init?(_ bytes: [UInt8]) {
    guard bytes.count >= 16 else { return nil }
    key = SymmetricKey(data: bytes)
  }

  /// What tells it from other keys without telling it, as 16 hexadecimal digits.
  public var name: String { String(fingerprint(of: [], for: "name of the key").prefix(16)) }

  /// The fingerprint of a value, as 32 hexadecimal digits.
  /// - Parameters:
  ///   - purpose: what kind of value it is; the same value of another purpose has another fingerprint.
  ///   - value: its bytes.
  public func fingerprint(of value: some Collection<UInt8>, for purpose: String) -> String {
    let code = HMAC<SHA256>.authenticationCode(for: Array(purpose.utf8) + [0] + value, using: key)
    return code.prefix(16).map { byte in
      let digits = String(byte, radix: 16)
      return digits.count == 1 ? "0" + digits : digits
    }.joined()
  }
}
