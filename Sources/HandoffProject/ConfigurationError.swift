/// A mistake in a file that configures the tool or describes the project.
public struct ConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file, relative to the project.
  public let file: String
  /// The line, from 1; nil when the whole file is meant.
  public let line: Int?
  /// The column in Unicode scalars, from 1.
  public let column: Int?
  /// What is wrong and what to do, in words of ours and names from the file.
  public let message: String

  /// Describes a mistake.
  public init(file: String, line: Int? = nil, column: Int? = nil, message: String) {
    self.file = file
    self.line = line
    self.column = column
    self.message = message
  }

  /// `handoff.yml:3:5: unknown key "prot"; did you mean "port"?`
  public var description: String {
    var place = file
    if let line { place += ":\(line)" }
    if let line, let column, line > 0 { place += ":\(column)" }
    return "\(place): \(message)"
  }
}

/// Finds the known name that was probably meant.
public enum NearestName {
  /// The candidate with the smallest edit distance to a name, or nil when none is near.
  public static func of(_ name: String, among candidates: [String]) -> String? {
    let name = name.lowercased()
    let scored = candidates.map {
      (candidate: $0, distance: distance(Array(name.unicodeScalars), Array($0.unicodeScalars)))
    }
    guard let best = scored.min(by: { $0.distance < $1.distance }) else { return nil }
    return best.distance <= max(2, name.count / 2) ? best.candidate : nil
  }

  /// Levenshtein's distance; names longer than 64 are taken as far away.
  private static func distance(_ one: [Unicode.Scalar], _ other: [Unicode.Scalar]) -> Int {
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
