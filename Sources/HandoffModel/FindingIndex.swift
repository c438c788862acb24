/// Findings by the facts that they name, so that those about one fact are found without looking at all of them.
struct FindingIndex {
  private let findings: [Finding]
  /// The places of findings, by the ids that they name as they stand.
  private var places: [FactID: [Int]] = [:]
  /// The patterns with their places, by what an id that they name begins with.
  private var patterns: [String: [(pattern: FactID, place: Int)]] = [:]

  /// Notes what each finding names.
  init(_ findings: [Finding]) {
    self.findings = findings
    for (place, finding) in findings.enumerated() {
      for id in finding.facts {
        places[id, default: []].append(place)
        if let beginning = id.beginningOfNamed { patterns[beginning, default: []].append((id, place)) }
      }
    }
  }

  /// The findings that speak about a fact, in their order: those of which ``Finding/names(_:)`` is true.
  func naming(_ id: FactID) -> [Finding] { places(naming: id).map { findings[$0] } }

  /// The places of the findings that speak about a fact, in order.
  func places(naming id: FactID) -> [Int] {
    var found = places[id] ?? []
    if !patterns.isEmpty {
      for beginning in id.beginnings {
        found += (patterns[beginning] ?? []).filter { id.matches($0.pattern) }.map(\.place)
      }
    }
    return found.count < 2 ? found : Set(found).sorted()
  }
}
