/// Where something stands in the whole text, and what it is.
struct SecretPlace {
  let range: Range<Int>
  let rule: String
  let subject: String?
  let line: Int
}

/// The places of one line, in its order, none over another.
struct SecretPlaces {
  private(set) var places: [SecretPlace] = []
  private let line: Int

  /// - Parameter line: the line, counted from 1.
  init(line: Int) {
    self.line = line
  }

  /// Adds what was found by rules that come after those before: what lies over a place that is there already, or over one
  /// that begins earlier, is left out. Time grows with the number of places, and not with its square.
  mutating func add(_ found: [(rule: String, range: Range<Int>, subject: String?)]) {
    if found.isEmpty { return }
    var merged: [SecretPlace] = []
    merged.reserveCapacity(places.count + found.count)
    var rest = places[...]
    for (rule, range, subject) in found.sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) {
      while let next = rest.first, next.range.lowerBound < range.upperBound, !next.range.overlaps(range) {
        merged.append(rest.removeFirst())
      }
      if let next = rest.first, next.range.overlaps(range) { continue }
      if let last = merged.last, last.range.overlaps(range) { continue }
      merged.append(SecretPlace(range: range, rule: rule, subject: subject, line: line))
    }
    places = merged + rest
  }
}
