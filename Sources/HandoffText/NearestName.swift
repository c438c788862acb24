/// Finds the known name that was probably meant.
public enum NearestName {
  /// The candidate with the smallest edit distance to a name, upper and lower case being the same; nil when none is
  /// nearer than half of the name.
  public static func of(_ name: String, among candidates: some Sequence<String>) -> String? {
    let limit = max(2, name.count / 2)
    return candidates.map { (candidate: $0, distance: distance(name, $0)) }
      .filter { $0.distance <= limit }.min { $0.distance < $1.distance }?.candidate
  }

  /// Levenshtein's distance; names longer than 64 are taken as far away.
  private static func distance(_ one: String, _ other: String) -> Int {
    let one = Array(one.lowercased().unicodeScalars)
    let other = Array(other.lowercased().unicodeScalars)
    guard one.count <= 64, other.count <= 64 else { return .max }
    var row = Array(0...other.count)
    for (index, scalar) in one.enumerated() {
      var diagonal = row[0]
      row[0] = index + 1
      for column in other.indices {
        let substitution = diagonal + (scalar == other[column] ? 0 : 1)
        diagonal = row[column + 1]
        row[column + 1] = min(substitution, row[column] + 1, diagonal + 1)
      }
    }
    return row[other.count]
  }
}
