import HandoffSystem

/// What the names of migrations' files say, by each tool's own rules.
enum MigrationFileName {
  /// The version in a file's name, or nil for a file that is no migration.
  static func version(of path: String, kind: MigrationKind?) -> String? {
    let name = PathText(path).name
    let number = String(name.prefix { $0.isASCII && $0.isNumber })
    let rest = name.dropFirst(number.count)
    func numbered(_ isMigration: Bool) -> String? {
      !number.isEmpty && isMigration ? MigrationFiles.normalized(number) : nil
    }
    switch kind {
    case .dbmate:
      return numbered(name.hasSuffix(".sql"))
    case .rails:
      return numbered(rest.hasPrefix("_") && name.hasSuffix(".rb"))
    case .golangMigrate:
      return numbered(rest.hasPrefix("_") && name.contains(".up."))
    case .sqlx:
      return numbered(rest.hasPrefix("_") && name.hasSuffix(".sql") && !name.hasSuffix(".down.sql"))
    case .goose:
      let isOne = name.hasSuffix(".sql") || name.hasSuffix(".go") && !name.hasSuffix("_test.go")
      return numbered(rest.hasPrefix("_") && isOne).flatMap { $0 == "0" ? nil : $0 }
    case .refinery:
      guard name.hasPrefix("V") || name.hasPrefix("U"), name.hasSuffix(".sql") || name.hasSuffix(".rs") else {
        return nil
      }
      return afterLetter(name).flatMap { $0.utf8.allSatisfy(isDigit) ? MigrationFiles.normalized($0) : nil }
    case .flyway:
      let isClass = [".java", ".kt", ".groovy"].contains(where: name.hasSuffix)
      guard name.hasSuffix(".sql") || isClass else { return nil }
      // A repeatable one in a class is known by the class's name and its own checksum.
      if name.hasPrefix("R__") { return isClass ? nil : path }
      guard name.hasPrefix("V") else { return nil }
      return afterLetter(name).map(MigrationFiles.normalized)
    default:
      let isBack = name.split(separator: ".").contains { ["down", "undo"].contains($0) }
      return name.hasSuffix(".sql") && !isBack && !name.hasPrefix(".") ? path : nil
    }
  }

  /// The version between the first letter and the two underscores: `1_2` of `V1_2__name.sql`.
  private static func afterLetter(_ name: String) -> String? {
    guard let end = name.firstRange(of: "__") else { return nil }
    let version = String(name[..<end.lowerBound].dropFirst())
    return version.isEmpty ? nil : version
  }

  /// Whether one path comes before another, in each folder by the numbers that names begin with, `9_a.sql` before
  /// `10_b.sql`, then by the bytes; names without a number come last.
  static func isOrdered(_ one: String, _ other: String) -> Bool {
    let (left, right) = (one.split(separator: "/"), other.split(separator: "/"))
    for (left, right) in zip(left, right) where left != right {
      let (first, second) = (number(left), number(right))
      if let first, let second, first != second {
        return (first.utf8.count, String(first)) < (second.utf8.count, String(second))
      }
      if (first == nil) != (second == nil) { return second == nil }
      return left.utf8.lexicographicallyPrecedes(right.utf8)
    }
    return left.count < right.count
  }

  /// The number that a name begins with, without leading zeros; nil where it begins with none.
  private static func number(_ name: Substring) -> Substring? {
    let digits = name.prefix { $0.isASCII && $0.isNumber }
    guard !digits.isEmpty else { return nil }
    let stripped = digits.drop { $0 == "0" }
    return stripped.isEmpty ? "0" : stripped
  }

  static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
