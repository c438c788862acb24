import Crypto
import HandoffText

/// The bytes of `handoff.yml`, by their digest.
public struct ConfigurationDigest: Sendable, Hashable {
  let text: String

  /// SHA-256 of the file as it was read; of no bytes where there is none.
  public init(of bytes: [UInt8]) {
    text = SHA256.hash(data: bytes).hexadecimal
  }
}
