/// Finds passwords in URLs: `scheme://user:password@host`, RFC 3986.
enum URLRules {
  /// The passwords, and tokens in the place of a user's name, of the URLs in a line, in its order, as they stand there.
  static func find(in line: ArraySlice<UInt8>) -> [TokenRules.Found] {
    var found: [TokenRules.Found] = []
    var index = line.startIndex
    while index + 3 <= line.endIndex {
      guard line[index] == UInt8(ascii: ":"), line.has("://".utf8, at: index) else {
        index += 1
        continue
      }
      let start = index + 3
      // A password may hold what should have been encoded; what ends a URL in a text ends it here. One that RDS makes is
      // longer than a thousand bytes.
      let end = line.end(from: start, limit: 4096) { !$0.isSpace && !"\"'`<>|".utf8.contains($0) }
      if let range = password(line, start, end) { found.append(("password-in-url", range)) }
      index = max(end, start)
    }
    return found
  }

  private static func password(_ line: ArraySlice<UInt8>, _ start: Int, _ end: Int) -> Range<Int>? {
    let slash = line[start..<end].firstIndex { $0 == 0x2f || $0 == 0x3f || $0 == 0x23 } ?? end
    // With an @ only behind a slash, the slash is part of an unencoded password if a colon stands before it.
    var at = line[start..<slash].lastIndex(of: 0x40)
    if at == nil, let colon = line[start..<slash].firstIndex(of: 0x3a),
      let later = line[slash..<end].firstIndex(of: 0x40),
      !line[colon + 1..<slash].allSatisfy(\.isDigit), line[slash..<later].allSatisfy({ $0 != 0x3f })
    {
      at = later
    }
    guard let at else { return nil }
    let information = line[start..<at]
    guard let colon = information.firstIndex(of: 0x3a) else {
      // A token in the place of the user's name.
      let isToken = information.count >= 20 && SecretValue.looksRandom(information)
      return isToken ? start..<at : nil
    }
    let value = line[colon + 1..<at]
    guard !value.isEmpty, !Placeholder.isOne(value.text, name: line[start..<colon].text) else { return nil }
    return colon + 1..<at
  }
}
