import HandoffSystem

/// How the migrations of a folder are found.
extension MigrationFiles {
  /// Reads the folders of one tool.
  /// - Parameters:
  ///   - folders: relative to the project; the names of what is found are relative to their ``base(of:)``.
  ///   - kind: whose names to go by; nil for SQL files in the order of their names.
  ///   - isRecursive: whether subfolders are looked into, where the tool does that only if it is told to.
  ///   - isNamed: whether the tool's own configuration names them, so that it looks for no others.
  /// - Throws: when a folder, or a file that is needed, cannot be read. Of several folders some may be missing.
  static func read(
    _ folders: [String], kind: MigrationKind?, _ reader: MigrationReader, isRecursive: Bool = false,
    isNamed: Bool = false
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
        // Of very many names, growing by copies would take several times as much.
        found.reserveCapacity(found.count + names.count)
        for name in names { found.append((prefix, name)) }
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
    if kind == .rails, !isNamed { try RailsPlaces.add(beside: folder, to: &files, reader) }
    return files
  }

  private static func lastPart(_ path: String) -> String { PathText(path).name }

  /// The folder that several stand in, or the one.
  static func base(of folders: [String]) -> String {
    guard var common = folders.first.map({ PathText($0).components }) else { return "." }
    for folder in folders.dropFirst() {
      common = zip(common, PathText(folder).components).prefix { $0 == $1 }.map(\.0)
    }
    let path = common.map(\.text).joined(separator: "/")
    return (PathText(folders[0]).isAbsolute ? "/" : "") + (path.isEmpty ? "." : path)
  }

  /// The names of the files that a tool looks at, relative to a folder, and whether those are all.
  private static func names(
    in folder: String, _ kind: MigrationKind?, _ isRecursive: Bool, _ reader: MigrationReader
  ) throws(MigrationsUnread) -> (names: [String], isWhole: Bool) {
    switch kind {
    case _ where isRecursive: return try below(folder, followsLinks: false, reader)
    case .flyway: return try below(folder, followsLinks: true, reader)
    case .rails, .refinery, .handoff: return try below(folder, followsLinks: false, reader)
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
  static func rails(_ folder: String, _ reader: MigrationReader) throws(MigrationsUnread) -> [Entry] {
    let names = try below(folder, followsLinks: false, reader).names
    return entries(of: names.map { (folder + "/", $0) }, .rails)
  }

  private static func entries(of found: [(prefix: String, name: String)], _ kind: MigrationKind?) -> [Entry] {
    var entries: [Entry] = []
    entries.reserveCapacity(found.count)
    for (prefix, name) in found {
      guard let version = MigrationFileName.version(of: name, kind: kind) else { continue }
      let path = prefix.isEmpty ? name : prefix + name
      entries.append(Entry(version: version, name: path, script: name.hasSuffix(".sql") ? path : nil))
    }
    // Plain SQL files of nobody's, or of ours.
    if kind == nil || kind == .handoff {
      entries.sort { MigrationFileName.isOrdered($0.name, $1.name) }
    } else if entries.allSatisfy({ $0.version.utf8.allSatisfy(MigrationFileName.isDigit) }) {
      entries.sort { ($0.version.utf8.count, $0.version, $0.name) < ($1.version.utf8.count, $1.version, $1.name) }
    }
    return entries
  }

  /// How deep folders of migrations are looked into.
  private static let depth = 8
  /// How many folders are looked into: links that lead to the same ones multiply them.
  private static let most = 5000

  /// The files in a folder and its subfolders, as paths relative to it, and whether those are all: none may stand deeper,
  /// in more folders than are looked into, or behind a link that leads out of the project.
  private static func below(
    _ folder: String, followsLinks: Bool, _ reader: MigrationReader
  ) throws(MigrationsUnread) -> (names: [String], isWhole: Bool) {
    var left = most
    return try below(folder, followsLinks: followsLinks, reader, [], &left)
  }

  /// The same.
  /// - Parameters:
  ///   - around: where the folders lead to that this one was reached by, so that no link leads in circles.
  ///   - left: how many folders may still be looked into.
  private static func below(
    _ folder: String, followsLinks: Bool, _ reader: MigrationReader, _ around: [String], _ left: inout Int
  ) throws(MigrationsUnread) -> (names: [String], isWhole: Bool) {
    left -= 1
    guard left >= 0 else { return ([], false) }
    var found: [String] = []
    var isWhole = true
    let around = around + [reader.place(folder) ?? folder]
    for name in try reader.list(folder) {
      let path = MigrationReader.join(folder, name)
      let kind = try reader.kind(path, followLinks: false)
      // Where bytes of a name were replaced, there is nothing of the name that is read.
      if kind == nil, name.hasSuffix(".sql"), name.unicodeScalars.contains("\u{FFFD}") {
        throw MigrationsUnread(path: path, error: .nameNotText)
      }
      let isLink = kind == .symbolicLink
      let leadsToFolder = isLink ? try reader.isFolder(path) : false
      if kind == .regular || isLink && !leadsToFolder {
        found.append(name)
        continue
      }
      guard kind == .folder || isLink && followsLinks else { continue }
      guard around.count < depth else {
        isWhole = false
        continue
      }
      if isLink {
        guard let place = reader.place(path) else {
          isWhole = false
          continue
        }
        if around.contains(place) { continue }
      }
      let inside = try below(path, followsLinks: followsLinks, reader, around, &left)
      found += inside.names.map { "\(name)/\($0)" }
      isWhole = isWhole && inside.isWhole
    }
    return (found, isWhole)
  }
}
