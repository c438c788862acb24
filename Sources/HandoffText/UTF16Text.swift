/// Text in UTF-16, as PowerShell's `>` writes it.
public enum UTF16Text {
  /// Decodes bytes that begin with a byte order mark.
  /// - Parameter guesses: whether bytes without one are taken for UTF-16 where every other of the first two is zero, as of
  ///   a text that begins with a letter of English.
  /// - Returns: the text without its mark; nil for bytes that are no UTF-16.
  public static func decoded(_ bytes: [UInt8], guesses: Bool = false) -> String? {
    // Bytes that begin so can also be UTF-32.
    guard bytes.count >= 2, bytes.count.isMultiple(of: 2), !bytes.starts(with: [0xff, 0xfe, 0, 0]) else { return nil }
    let isLittle: Bool
    var start = 2
    switch (bytes[0], bytes[1]) {
    case (0xff, 0xfe): isLittle = true
    case (0xfe, 0xff): isLittle = false
    case (1..., 0) where guesses: (isLittle, start) = (true, 0)
    case (0, 1...) where guesses: (isLittle, start) = (false, 0)
    default: return nil
    }
    let units = stride(from: start, to: bytes.count - 1, by: 2).map { index in
      let (low, high) = isLittle ? (bytes[index], bytes[index + 1]) : (bytes[index + 1], bytes[index])
      return UInt16(low) | UInt16(high) << 8
    }
    return String(decoding: units, as: UTF16.self)
  }
}
