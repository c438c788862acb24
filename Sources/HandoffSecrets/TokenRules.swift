/// Finds tokens by the forms that providers give them.
enum TokenRules {
  typealias Found = (rule: String, range: Range<Int>)

  /// The tokens in a line, in its order, none over another: the rule that knows the form, and the bytes with the prefix.
  static func find(in line: ArraySlice<UInt8>) -> [Found] {
    var found: [Found] = []
    var runs = TokenShape.Runs(line)
    var index = line.startIndex
    while index < line.endIndex {
      // Behind an underscore, too, as in the name of a file.
      let isStart = index == line.startIndex || !line[index - 1].isWord || line[index - 1] == 0x5f
      guard isStart, let match = match(line, at: index, &runs) else {
        index += 1
        continue
      }
      found.append(match)
      index = match.range.upperBound
    }
    return found
  }

  private static func match(_ line: ArraySlice<UInt8>, at index: Int, _ runs: inout TokenShape.Runs) -> Found? {
    if let shapes = TokenShape.byFirstByte[Int(line[index])] {
      let isInWord = index > line.startIndex && line[index - 1] == 0x5f
      for shape in shapes where !isInWord || shape.prefix.count >= 4 {
        if let end = shape.end(in: line, at: index, &runs) { return (shape.rule, index..<end) }
      }
    }
    switch line[index] {
    case UInt8(ascii: "e"): return webToken(line, index)
    case UInt8(ascii: "S"): return sendGrid(line, index)
    case UInt8(ascii: "-"): return privateKey(line, index)
    case UInt8(ascii: "h"): return slackWebhook(line, index)
    case _ where line[index].isDigit: return telegram(line, index)
    default: return nil
    }
  }

  /// A JSON Web Token (RFC 7519): three base64url parts, of which the first two begin as JSON objects do.
  private static func webToken(_ line: ArraySlice<UInt8>, _ index: Int) -> Found? {
    let isPart: (UInt8) -> Bool = { $0.isWord || $0 == 0x2d }
    // Each run of characters is looked at from its beginning only.
    guard line.has("eyJ".utf8, at: index), index == line.startIndex || !isPart(line[index - 1]) else { return nil }
    let first = line.end(from: index, while: isPart)
    guard first - index >= 10, line.has(".eyJ".utf8, at: first) else { return nil }
    let second = line.end(from: first + 1, while: isPart)
    guard second < line.endIndex, line[second] == 0x2e else { return nil }
    let third = line.end(from: second + 1, while: isPart)
    return third - second > 10 ? ("json-web-token", index..<third) : nil
  }

  private static func sendGrid(_ line: ArraySlice<UInt8>, _ index: Int) -> Found? {
    guard line.has("SG.".utf8, at: index) else { return nil }
    let isPart: (UInt8) -> Bool = { $0.isWord || $0 == 0x2d }
    let first = line.end(from: index + 3, limit: 40, while: isPart)
    guard (16...32).contains(first - index - 3), line.has(".".utf8, at: first) else { return nil }
    let second = line.end(from: first + 1, limit: 80, while: isPart)
    return second - first > 32 ? ("sendgrid-key", index..<second) : nil
  }

  /// `-----BEGIN … PRIVATE KEY-----`, of PEM (RFC 7468), OpenSSH and OpenPGP.
  private static func privateKey(_ line: ArraySlice<UInt8>, _ index: Int) -> Found? {
    guard line.has("-----BEGIN ".utf8, at: index) else { return nil }
    let end = line.end(from: index + 11, limit: 60) { $0.isUpper || $0.isDigit || $0 == 0x20 }
    let label = line[index + 11..<end].text
    guard label.hasSuffix("PRIVATE KEY") || label.hasSuffix("PRIVATE KEY BLOCK") else { return nil }
    return ("private-key", index..<end)
  }

  private static func slackWebhook(_ line: ArraySlice<UInt8>, _ index: Int) -> Found? {
    let prefix = "hooks.slack.com/services/T".utf8
    guard line.has(prefix, at: index) else { return nil }
    let end = line.end(from: index, limit: 120) { $0.isAlphanumeric || $0 == 0x2f || $0 == 0x2e }
    let parts = line[index..<end].split(separator: 0x2f)
    guard parts.count == 5, let last = parts.last, last.count >= 16, !Placeholder.isOne(last.text, name: "") else {
      return nil
    }
    return ("slack-webhook", index..<end)
  }

  private static func telegram(_ line: ArraySlice<UInt8>, _ index: Int) -> Found? {
    let colon = line.end(from: index, limit: 12, while: \.isDigit)
    guard (8...10).contains(colon - index), line.has(":AA".utf8, at: colon) else { return nil }
    let end = line.end(from: colon + 1, limit: 40) { $0.isWord || $0 == 0x2d }
    return (34...36).contains(end - colon - 1) ? ("telegram-token", index..<end) : nil
  }
}
