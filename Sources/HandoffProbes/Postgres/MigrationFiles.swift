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
  private(set) var entries: [Entry]
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
  /// - Returns: a folder that this user may not look into and that bears the name of an application of the table's.
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
    let present = Set(entries.compactMap { $0.version.split(separator: ".").first.map(String.init) })
    return hidden.first { folder in
      folder.split(separator: "/").last.map { known.contains(String($0)) && !present.contains(String($0)) } ?? false
    }
  }

  /// Reads the folders of one tool.
  /// - Parameters:
  ///   - folders: relative to the project; the names of what is found are relative to their ``base(of:)``.
  ///   - kind: whose names to go by; nil for SQL files in the order of their names.
  ///   - isRecursive: whether subfolders are looked into, where the tool does that only if it is told to.
  /// - Throws: when a folder, or a file that is needed, cannot be read. Of several folders some may be missing.
  static func read(
    _ folders: [String], kind: MigrationKind?, _ reader: MigrationReader, isRecursive: Bool = false
  ) throws(MigrationsUnread) -> MigrationFiles {
    let folder = folders.first ?? "."
    switch kind {
    case .prisma: return try prisma(folder, reader)
    case .django: return try DjangoMigration.read(folder, reader)
    case .sqitch: return try SqitchPlan.read(folder, reader)
    default: break
    }
    let base = base(of: folders)
    var found: [(prefix: String, name: String)] = []
    var isPartial = false
    var missing: MigrationsUnread?
    var read = 0
    for folder in folders {
      let prefix = folder == base ? "" : (base == "." ? folder : String(folder.dropFirst(base.count + 1))) + "/"
      do throws(MigrationsUnread) {
        let (names, isWhole) = try names(in: folder, kind, isRecursive, reader)
        found += names.map { (prefix, $0) }
        isPartial = isPartial || !isWhole
        read += 1
      } catch {
        guard error.error == .missing else { throw error }
        missing = missing ?? error
      }
    }
    if let missing, read == 0 { throw missing }
    // Into which subfolder one was moved changes nothing of their order.
    if isRecursive { found.sort { Self.lastPart($0.name) < Self.lastPart($1.name) } }
    if kind == .alembic { return try AlembicRevision.read(found.map { $0.prefix + $0.name }, in: base, reader) }
    var files = MigrationFiles(entries: entries(of: found, kind), isPartial: isPartial)
    if kind == .rails { RailsPlaces.add(beside: folder, to: &files, reader) }
    return files
  }

  private static func lastPart(_ path: String) -> Substring { path.split(separator: "/").last ?? "" }

  /// The folder that several stand in, or the one.
  static func base(of folders: [String]) -> String {
    guard var common = folders.first?.split(separator: "/") else { return "." }
    if common == ["."] { return "." }
    for folder in folders.dropFirst() {
      common = zip(common, folder.split(separator: "/")).prefix { $0 == $1 }.map(\.0)
    }
    let path = common.joined(separator: "/")
    return (folders[0].hasPrefix("/") ? "/" : "") + (path.isEmpty ? "." : path)
  }

  /// The names of the files that a tool looks at, relative to a folder, and whether those are all.
  private static func names(
    in folder: String, _ kind: MigrationKind?, _ isRecursive: Bool, _ reader: MigrationReader
  ) throws(MigrationsUnread) -> (names: [String], isWhole: Bool) {
    switch kind {
    case _ where isRecursive: return try below(folder, followsLinks: false, reader, [])
    case .flyway: return try below(folder, followsLinks: true, reader, [])
    case .rails, .refinery, .handoff: return try below(folder, followsLinks: false, reader, [])
    default: return (try reader.list(folder), true)
    }
  }

  private static func prisma(_ folder: String, _ reader: MigrationReader) throws(MigrationsUnread) -> MigrationFiles {
    var entries: [Entry] = []
    for name in try reader.list(folder) {
      let script = "\(name)/migration.sql"
      if try reader.isFile("\(folder)/\(script)") { entries.append(Entry(version: name, name: name, script: script)) }
    }
    return MigrationFiles(entries: entries)
  }

  /// The migrations in a folder of Rails', named relative to the project.
  static func rails(_ folder: String, _ reader: MigrationReader) -> [Entry] {
    let names = (try? below(folder, followsLinks: false, reader, []))?.names ?? []
    return entries(of: names.map { (folder + "/", $0) }, .rails)
  }

  private static func entries(of found: [(prefix: String, name: String)], _ kind: MigrationKind?) -> [Entry] {
    let entries = found.compactMap { prefix, name in
      MigrationFileName.version(of: name, kind: kind).map {
        Entry(version: $0, name: prefix + name, script: name.hasSuffix(".sql") ? prefix + name : nil)
      }
    }
    guard entries.allSatisfy({ $0.version.utf8.allSatisfy(MigrationFileName.isDigit) }) else { return entries }
    return entries.sorted {
      ($0.version.utf8.count, $0.version, $0.name) < ($1.version.utf8.count, $1.version, $1.name)
    }
  }

  /// How deep folders of migrations are looked into.
  private static let depth = 8

  /// The files in a folder and its subfolders, as paths relative to it, and whether none may stand behind a link that
  /// leads out of the project.
  /// - Parameter around: where the folders lead to that this one was reached by, so that no link leads in circles.
  private static func below(
    _ folder: String, followsLinks: Bool, _ reader: MigrationReader, _ around: [String]
  ) throws(MigrationsUnread) -> (names: [String], isWhole: Bool) {
    var found: [String] = []
    var isWhole = true
    let around = around + [reader.place(folder) ?? folder]
    for name in try reader.list(folder) {
      let path = MigrationReader.join(folder, name)
      let kind = reader.kind(path, followLinks: false)
      if kind == .regular || kind == .symbolicLink && reader.kind(path) != .folder {
        found.append(name)
        continue
      }
      guard kind == .folder || followsLinks, around.count < depth else { continue }
      guard kind == .folder || kind == .symbolicLink else { continue }
      if kind == .symbolicLink {
        guard let place = reader.place(path) else {
          isWhole = false
          continue
        }
        if around.contains(place) { continue }
      }
      let inside = try below(path, followsLinks: followsLinks, reader, around)
      found += inside.names.map { "\(name)/\($0)" }
      isWhole = isWhole && inside.isWhole
    }
    return (found, isWhole)
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
