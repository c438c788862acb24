import Crypto
import HandoffText

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The SHA-256 of a text in lower-case hexadecimal.
func sha256(_ text: String) -> String { SHA256.hash(data: Data(text.utf8)).hexadecimal }
