import HandoffSystem

/// The migrations that stand in a folder, as a tool would see them.
struct MigrationFiles: Hashable {
  /// A migration.
  struct Entry: Hashable {
    /// What the tracking table would hold for it.
    let version: String
    /// The file or folder it stands in, relative to the folder of migrations.
    let name: String
    /// The file of its text, relative to the folder of migrations; nil where the tool compares none.
    var script: String?
    /// Whether it is known, by a plan, and its file is not there.
    var isGone = false

    /// Whether it is one of Flyway's that are applied whenever they change.
    var isRepeatable: Bool { name.split(separator: "/").last?.hasPrefix("R__") == true }
  }

  /// In the order in which they would be applied.
  var entries: [Entry]
  /// Of each Alembic revision, those that it follows.
  var parents: [String: [String]] = [:]
  /// Of each squashed migration of Django's, those that it stands for.
  var replaced: [String: [String]] = [:]
  /// Versions that no other follows, where more than one cannot be told apart by the tool.
  var heads: [String] = []
  /// The project of a plan of sqitch's.
  var project: String?
  /// Whether more may belong to them than could be found: claims of what is missing or pending are none then.
  var isPartial = false
  /// Django's applications of which nobody says that they are installed, but the tracking table may.
  var doubtful: Set<String> = []
  /// Django's applications that stand in the project, with migrations or without.
  var apps: Set<String> = []
  /// Whether it is known that there are none: a project of Django's without migrations of its own.
  var isKnownEmpty = false
  /// Migrations of folders that Rails reads only if it is told to, as those of engines are.
  var optional: [[Entry]] = []
  /// Whether applied ones may have their files in other places, which are named where this is not read.
  var hasOtherPlaces = false
  /// Folders that this user may not look into, where applications of Django's may stand, relative to the project.
  var hidden: [String] = []
  /// The same, where engines of Rails' may stand.
  var hiddenEngines: [String] = []

  /// The versions, each once.
  var versions: [String] {
    var seen: Set<String> = []
    return entries.map(\.version).filter { seen.insert($0).inserted }
  }

  /// The names of files that have one version, where a version can stand only once.
  func duplicates(_ kind: MigrationKind) -> [[String]] {
    switch kind {
    case .handoff, .django, .prisma: return []
    default: break
    }
    let versions = Dictionary(grouping: entries, by: \.version).filter { $0.value.count > 1 }
    return versions.values.map { $0.map(\.name) }.sorted { $0[0] < $1[0] }
  }

  /// Leaves out the applications that nobody says are installed, not even the tracking table, and takes in the folders
  /// of which it knows a migration.
  /// - Returns: a folder that this user may not look into, and in which migrations of the table's may stand.
  mutating func settle(_ records: [MigrationRecord]) -> String? {
    let known = Set(records.compactMap(\.scope))
    let left = doubtful.subtracting(known)
    if !left.isEmpty {
      entries.removeAll { entry in left.contains { entry.version.hasPrefix($0 + ".") } }
      doubtful = []
    }
    let versions = Set(records.map { Self.normalized($0.version) })
    entries += optional.filter { $0.contains { versions.contains($0.version) } }.joined()
    optional = []
    if !versions.isSubset(of: entries.map(\.version)), let engine = hiddenEngines.first { return engine }
    let present = Set(entries.compactMap { $0.version.split(separator: ".").first.map(String.init) })
    return hidden.first { folder in
      folder.split(separator: "/").last.map { known.contains(String($0)) && !present.contains(String($0)) } ?? false
    }
  }

  /// A version in the one form in which versions are compared: numbers without leading zeros, dots between them.
  static func normalized(_ version: String) -> String {
    let isNumbers = version.utf8.allSatisfy {
      MigrationFileName.isDigit($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "_")
    }
    guard isNumbers else { return version }
    return version.split { $0 == "." || $0 == "_" }.map { part in
      let stripped = part.drop { $0 == "0" }
      return stripped.isEmpty ? "0" : String(stripped)
    }.joined(separator: ".")
  }

  /// Whether one version of numbers comes before another or is the same.
  static func isOrdered(_ one: String, _ other: String) -> Bool {
    let left = normalized(one).split(separator: ".").compactMap { Int($0) }
    let right = normalized(other).split(separator: ".").compactMap { Int($0) }
    return !right.lexicographicallyPrecedes(left)
  }
}
