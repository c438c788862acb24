import Crypto
import HandoffSystem
import HandoffText

/// SHA-256 over names with what is hashed of each, in the order of the names' bytes. The length of each stands before it,
/// so that no two lists are the same bytes.
func digest(of entries: [PathText: String]) -> String {
  var hash = SHA256()
  for (name, digest) in entries.sorted(by: { $0.key < $1.key }) {
    for text in [name.text, digest] {
      withUnsafeBytes(of: UInt64(text.utf8.count).littleEndian) { hash.update(bufferPointer: $0) }
      hash.update(data: Array(text.utf8))
    }
  }
  return hash.finalize().hexadecimal
}
