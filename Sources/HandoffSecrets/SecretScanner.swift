/// Looks for secrets in the final bytes of what is about to be written: the exact values that this machine holds, and
/// the known shapes of others. Time grows with the length of the text alone.
public struct SecretScanner: Sendable {
  private let secrets: [KnownSecret]
  private let known: KnownValues
  private let waived: Set<String>
  private let key: @Sendable () -> FingerprintKey?

  /// Prepares to look for values.
  /// - Parameters:
  ///   - known: the secrets that this machine holds.
  ///   - waived: fingerprints of findings that somebody looked at and found to be none.
  ///   - key: makes the fingerprints; asked for only where something is found.
  public init(
    known: [KnownSecret] = [], waived: Set<String> = [], key: @escaping @Sendable () -> FingerprintKey? = { nil }
  ) {
    secrets = known
    self.known = KnownValues(known)
    self.waived = waived
    self.key = key
  }

  /// The places where secrets stand, in the order of the text; of places that overlap, the one found by value counts,
  /// then the one found by its shape.
  /// - Parameter text: UTF-8; line ends may be LF or CRLF.
  public func scan(_ text: some Collection<UInt8>) -> [SecretHit] {
    places(in: Array(text)).map(\.hit)
  }

  /// The places where secrets stand in a text.
  public func scan(_ text: String) -> [SecretHit] { scan(Array(text.utf8)) }

  /// The text with `***` in the place of each secret.
  /// - Parameter onlyKnown: whether only the values are taken out that this machine holds, and no shapes.
  public func redacted(_ text: String, onlyKnown: Bool = false) -> String {
    let bytes = Array(text.utf8)
    var result: [UInt8] = []
    var position = 0
    let found = places(in: bytes).filter { !onlyKnown || $0.hit.rule == SecretHit.knownValue }
    for (range, _) in found.sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) {
      guard range.lowerBound >= position else { continue }
      result += bytes[position..<range.lowerBound] + Array("***".utf8)
      position = range.upperBound
    }
    return String(decoding: result + bytes[position...], as: UTF8.self)
  }

  /// The places where secrets stand, as ranges of the bytes.
  public func places(in bytes: [UInt8]) -> [(range: Range<Int>, hit: SecretHit)] {
    // A finding that is waived must not hide another one that stands over it.
    let waiving = waived.isEmpty ? nil : key()
    let found = find(in: bytes, waiving)
    if found.isEmpty { return [] }
    let key = waiving ?? key()
    return found.map { place in
      let hit = SecretHit(
        rule: place.rule, subject: place.subject, line: place.line, secret: bytes[place.range], key: key)
      return (place.range, hit)
    }
  }

  /// - Parameter key: that of the waivers, or nil where there is none.
  private func find(in bytes: [UInt8], _ key: FingerprintKey?) -> [SecretPlace] {
    func isWaived(_ rule: String, _ secret: some Collection<UInt8>) -> Bool {
      key.map { waived.contains(SecretHit.fingerprint(of: secret, rule: rule, $0)) } ?? false
    }
    let known =
      key == nil ? known : KnownValues(secrets.filter { !isWaived(SecretHit.knownValue, $0.value) })
    let values = known.find(in: bytes).filter { !isWaived(SecretHit.knownValue, bytes[$0.range]) }
    var places: [SecretPlace] = []
    var nextValue = values.startIndex
    var line = 1
    var start = 0
    while start < bytes.count {
      let end = bytes[start...].firstIndex(of: 0x0a) ?? bytes.count
      var taken = SecretPlaces(line: line)
      let firstValue = nextValue
      while nextValue < values.endIndex, values[nextValue].range.lowerBound <= end { nextValue += 1 }
      taken.add(values[firstValue..<nextValue].map { (SecretHit.knownValue, $0.range, $0.name) })
      Self.find(inLine: bytes[start..<end], &taken) { isWaived($0, bytes[$1]) }
      places += taken.places
      start = end + 1
      line += 1
    }
    return places
  }

  private static func find(
    inLine line: ArraySlice<UInt8>, _ taken: inout SecretPlaces, isWaived: (String, Range<Int>) -> Bool
  ) {
    func take(_ found: [(rule: String, range: Range<Int>, subject: String?)]) {
      taken.add(found.filter { !isWaived($0.rule, $0.range) })
    }
    take(TokenRules.find(in: line).map { ($0.rule, $0.range, nil) })
    take(URLRules.find(in: line).map { ($0.rule, $0.range, nil) })
    take(CommandRules.find(in: line).map { ($0.rule, $0.range, nil) })
    take(AssignmentRules.find(in: line).map { ($0.rule, $0.range, $0.name.text) })
  }
}
