extension Sequence<UInt8> {
  /// The bytes in lower-case hexadecimal, two digits each.
  public var hexadecimal: String {
    reduce(into: "") { text, byte in
      if byte < 16 { text += "0" }
      text += String(byte, radix: 16)
    }
  }
}

extension Collection<UInt8> {
  /// The number that these bytes write in hexadecimal; nil where one of them is no digit, a sign too, and for none or more
  /// than eight of them.
  public var hexadecimalNumber: UInt32? {
    guard (1...8).contains(count) else { return nil }
    var number: UInt32 = 0
    for byte in self {
      switch byte {
      case 0x30...0x39: number = number << 4 | UInt32(byte - 0x30)
      case 0x41...0x46, 0x61...0x66: number = number << 4 | UInt32((byte | 0x20) - 0x61 + 10)
      default: return nil
      }
    }
    return number
  }

  /// The bytes with `%41` as `A` (RFC 3986, section 2.1); a `%` that no two digits follow stays.
  public var percentDecoded: [UInt8] {
    var result: [UInt8] = []
    var rest = self[...]
    while let byte = rest.popFirst() {
      let digits = rest.prefix(2)
      if byte == UInt8(ascii: "%"), digits.count == 2, let value = digits.hexadecimalNumber {
        result.append(UInt8(value))
        rest = rest.dropFirst(2)
      } else {
        result.append(byte)
      }
    }
    return result
  }
}
