/// Text as lines, whatever ends them: LF, CRLF or CR. A final line end does not begin another line.
///
/// Swift's characters are not used for this: to them CRLF is one character, which is not a line feed.
public enum TextLines {
  /// The lines of a text, without their ends.
  public static func lines(of text: some StringProtocol) -> [String] {
    var lines: [String] = []
    let bytes = Array(text.utf8)
    var start = 0
    var position = 0
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      guard byte == 0x0a || byte == 0x0d else { continue }
      lines.append(String(decoding: bytes[start..<position - 1], as: UTF8.self))
      if byte == 0x0d, position < bytes.count, bytes[position] == 0x0a { position += 1 }
      start = position
    }
    if start < bytes.count { lines.append(String(decoding: bytes[start...], as: UTF8.self)) }
    return lines
  }

  /// Whether a line holds nothing but spaces and tabs.
  public static func isBlank(_ line: some StringProtocol) -> Bool {
    line.utf8.allSatisfy { $0 == 0x20 || $0 == 0x09 }
  }

  /// Lines without the blank ones at their beginning and end.
  public static func trimmed(_ lines: [String]) -> ArraySlice<String> {
    guard let first = lines.firstIndex(where: { !isBlank($0) }), let last = lines.lastIndex(where: { !isBlank($0) })
    else { return [] }
    return lines[first...last]
  }
}
