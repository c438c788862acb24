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
  let entries: [Entry]
  /// Of each Alembic revision, those that it follows.
  var parents: [String: [String]] = [:]
  /// Of each squashed migration of Django's, those that it stands for.
  var replaced: [String: [String]] = [:]
  /// Versions that no other follows, where more than one cannot be told apart by the tool.
  var heads: [String] = []
  /// The project of a plan of sqitch's.
  var project: String?

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

  /// Reads a folder.
  /// - Parameter kind: whose names to go by; nil for SQL files in the order of their names.
  /// - Throws: ``FileError`` when the folder cannot be read.
  static func read(_ folder: String, kind: MigrationKind?, files: FileSystem) throws(FileError) -> MigrationFiles {
    switch kind {
    case .prisma:
      let names = try files.list(folder).filter { files.kind(of: "\(folder)/\($0)/migration.sql") == .regular }
      return MigrationFiles(entries: names.map { Entry(version: $0, name: $0, script: "\($0)/migration.sql") })
    case .alembic:
      return try AlembicRevision.read(folder, files: files)
    case .django:
      return try DjangoMigration.read(folder, files: files)
    case .sqitch:
      return try SqitchPlan.read(folder, files: files)
    case .flyway, .refinery, .handoff:
      return MigrationFiles(entries: entries(of: try below(folder, depth: 3, files: files), kind))
    default:
      return MigrationFiles(entries: entries(of: try files.list(folder), kind))
    }
  }

  private static func entries(of names: [String], _ kind: MigrationKind?) -> [Entry] {
    let entries = names.compactMap { name in
      MigrationFileName.version(of: name, kind: kind).map {
        Entry(version: $0, name: name, script: name.hasSuffix(".sql") ? name : nil)
      }
    }
    guard entries.allSatisfy({ $0.version.utf8.allSatisfy(MigrationFileName.isDigit) }) else { return entries }
    return entries.sorted {
      ($0.version.utf8.count, $0.version, $0.name) < ($1.version.utf8.count, $1.version, $1.name)
    }
  }

  /// The files in a folder and its subfolders, as paths relative to it.
  private static func below(_ folder: String, depth: Int, files: FileSystem) throws(FileError) -> [String] {
    var found: [String] = []
    for name in try files.list(folder) {
      switch files.kind(of: "\(folder)/\(name)", followLinks: false) {
      case .folder where depth > 1:
        found += try below("\(folder)/\(name)", depth: depth - 1, files: files).map { "\(name)/\($0)" }
      case .regular, .symbolicLink: found.append(name)
      default: continue
      }
    }
    return found
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
