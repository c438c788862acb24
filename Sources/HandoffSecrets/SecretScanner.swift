/// Looks for secrets in the final bytes of what is about to be written: the exact values that this machine holds, and
/// the known shapes of others. Time grows with the length of the text alone.
public struct SecretScanner: Sendable {
  private let known: KnownValues

  /// Prepares to look for values.
  /// - Parameter known: the secrets that this machine holds.
  public init(known: [KnownSecret] = []) {
    self.known = KnownValues(known)
  }

  /// The places where secrets stand, in the order of the text; of places that overlap, the one found by value counts,
  /// then the one found by its shape.
  /// - Parameter text: UTF-8; line ends may be LF or CRLF.
  public func scan(_ text: some Collection<UInt8>) -> [SecretHit] {
    let bytes = Array(text)
    let values = known.find(in: bytes)
    var hits: [SecretHit] = []
    var nextValue = values.startIndex
    var line = 1
    var start = 0
    while start < bytes.count {
      let end = bytes[start...].firstIndex(of: 0x0a) ?? bytes.count
      var taken: [(range: Range<Int>, hit: SecretHit)] = []
      while nextValue < values.endIndex, values[nextValue].range.lowerBound <= end {
        let value = values[nextValue]
        let hit = SecretHit(rule: "known-value", subject: value.name, line: line, secret: bytes[value.range])
        taken.append((value.range, hit))
        nextValue += 1
      }
      Self.scan(line: bytes[start..<end], number: line, &taken)
      hits += taken.sorted { $0.range.lowerBound < $1.range.lowerBound }.map(\.hit)
      start = end + 1
      line += 1
    }
    return hits
  }

  /// The places where secrets stand in a text.
  public func scan(_ text: String) -> [SecretHit] { scan(Array(text.utf8)) }

  private static func scan(
    line: ArraySlice<UInt8>, number: Int, _ taken: inout [(range: Range<Int>, hit: SecretHit)]
  ) {
    var shaped: [TokenRules.Found] = []
    TokenRules.find(in: line, &shaped)
    URLRules.find(in: line, &shaped)
    CommandRules.find(in: line, &shaped)
    for (rule, range) in shaped where !taken.contains(where: { $0.range.overlaps(range) }) {
      taken.append((range, SecretHit(rule: rule, line: number, secret: line[range])))
    }
    var assigned: [AssignmentRules.Found] = []
    AssignmentRules(line).find(&assigned)
    for (rule, name, range) in assigned where !taken.contains(where: { $0.range.overlaps(range) }) {
      taken.append((range, SecretHit(rule: rule, subject: name.text, line: number, secret: line[range])))
    }
  }
}
