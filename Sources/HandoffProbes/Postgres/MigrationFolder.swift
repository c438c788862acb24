import HandoffModel
import HandoffProject
import HandoffSystem
import HandoffText

/// Where the migrations of a tool stand in a project.
struct MigrationFolder {
  /// The folder, relative to the project.
  let path: String
  let source: Source
  var files: MigrationFiles

  /// For a sentence.
  var shown: Message { path == "." ? "this project" : "\(Untrusted(path))" }

  /// Where the tool is run, relative to the project.
  var home = "."
  /// The folders below it that were read, relative to the project.
  var folders: [String] = []
  /// Whose files they are, where no tracking table tells and it is none of the tools that are known.
  var foreigner: MigrationForeigner?

  /// Finds and reads the folder: the one that is configured, else those that the tool's own configuration names, else
  /// the first of the tool's usual ones that has migrations, else the one that was recorded, which has lost them.
  /// - Parameters:
  ///   - recorded: the pending migrations as they were recorded.
  ///   - database: the name of the database.
  /// - Returns: nil when there is none.
  /// - Throws: what cannot be read.
  static func find(
    _ kind: MigrationKind?, said: Setting<String>?, recorded: Fact?, database: String? = nil, _ context: ProbeContext
  ) throws(MigrationsUnread) -> MigrationFolder? {
    let reader = MigrationReader(context: context)
    if let said, said.source.kind == .configuration {
      var folder = said.value
      if kind == .alembic, try reader.isFolder("\(folder)/versions") { folder += "/versions" }
      let named = kind == .alembic ? try MigrationLocations.alembic(".", reader) : MigrationLocations()
      let files = try MigrationFiles.read([folder], kind: kind, reader, isRecursive: named.isRecursive)
      return MigrationFolder(path: folder, source: said.source, files: files, folders: [folder])
    }
    var unreadable: MigrationsUnread?
    for home in homes(kind, reader) {
      let named = try named(kind, home, database, reader)
      guard named.isWhole else {
        let path = named.folders.first ?? home
        return MigrationFolder(
          path: path, source: Source(.folder, path), files: MigrationFiles(entries: [], isPartial: true), home: home)
      }
      let isRoot = home == "."
      let usual = try usual(kind, home, reader).map { [$0] }
      let shared = isRoot ? ((said.map { [$0.value] } ?? []) + common).map { [$0] } : []
      // Who names folders has none of the usual ones.
      let candidates = named.folders.isEmpty ? usual + shared : [named.folders]
      for (index, folders) in candidates.enumerated() where !candidates[..<index].contains(folders) {
        do throws(MigrationsUnread) {
          let folders = kind == .flyway ? try MigrationLocations.withClasses(folders, reader) : folders
          let read = try MigrationFiles.read(
            folders, kind: kind, reader, isRecursive: named.isRecursive, isNamed: !named.folders.isEmpty)
          guard !read.entries.isEmpty || read.isPartial || !read.hidden.isEmpty || read.isKnownEmpty else { continue }
          let path = MigrationFiles.base(of: folders)
          return MigrationFolder(
            path: path, source: Source(.folder, path), files: read, home: home,
            folders: candidates[index])
        } catch {
          guard error.error != .missing else { continue }
          // A folder `db` may well be a server's data; of the others none is like what a project has besides.
          if kind != .sqitch || error.path == recorded?.source.detail { throw error }
          unreadable = unreadable ?? error
        }
      }
    }
    if let unreadable { throw unreadable }
    return try lost(kind, recorded, reader)
  }

  /// The folder that was recorded, which has lost its migrations.
  /// - Throws: where it is not known whether it has.
  private static func lost(
    _ kind: MigrationKind?, _ recorded: Fact?, _ reader: MigrationReader
  ) throws(MigrationsUnread) -> MigrationFolder? {
    guard let source = recorded?.source, source.kind == .folder, source.detail != "." else { return nil }
    let folder = source.detail
    guard !PathText(folder).isAbsolute, !PathText(folder).climbs, !folder.utf8.starts(with: "~".utf8) else {
      return nil
    }
    var files = MigrationFiles(entries: [])
    if try reader.listIfPresent(folder) != nil { files = try MigrationFiles.read([folder], kind: kind, reader) }
    return kind == nil ? nil : MigrationFolder(path: folder, source: source, files: files)
  }

  /// Which tool an empty database waits for, by the files that no other tool would have; nil for SQL files that nobody
  /// claims.
  /// - Parameters:
  ///   - said: the folder that is configured or found, which is looked into first.
  ///   - unread: takes what may not be read and could be claimed, where nothing else is.
  static func claimant(
    _ said: String?, _ context: ProbeContext, _ unread: inout MigrationsUnread?
  ) throws(MigrationsUnread) -> MigrationKind? {
    let files = context.host.files
    func exists(_ path: String) -> Bool { files.kind(of: context.path(path)) != nil }
    if exists("sqitch.plan") { return .sqitch }
    let reader = MigrationReader(context: context)
    if reader.home(of: ["alembic.ini"], &unread) != nil { return .alembic }
    if try MigrationLocations.alembicTable(in: ".", reader) != nil { return .alembic }
    if manage(context) != nil { return .django }
    if reader.home(of: ["prisma/migrations"], &unread) != nil { return .prisma }
    if exists("db/migrate") { return .rails }
    if exists("flyway.conf") || exists("flyway.toml") { return .flyway }
    for folder in [said].compactMap(\.self) + common {
      guard let names = kept(&unread, { () throws(MigrationsUnread) in try reader.list(folder) }) else { continue }
      if names.contains(where: { $0.hasSuffix(".up.sql") }) { return .golangMigrate }
      // Both directions in one file: it must not be given to psql.
      for name in names where name.hasSuffix(".sql") {
        let path = MigrationReader.join(folder, name)
        guard let bytes = kept(&unread, { () throws(MigrationsUnread) in try reader.bytes(path) }) else { continue }
        let text = String(decoding: bytes, as: UTF8.self)
        if text.contains("-- migrate:up") { return .dbmate }
        if text.contains("-- +goose Up") { return .goose }
      }
    }
    return nil
  }

  /// What can be read, else nil, the first of what cannot be kept.
  private static func kept<Value>(
    _ unread: inout MigrationsUnread?, _ read: () throws(MigrationsUnread) -> Value
  ) -> Value? {
    do throws(MigrationsUnread) {
      return try read()
    } catch {
      switch error.error {
      case .missing, .notRegular: break
      case .notPermitted, .tooLarge, .nameNotText, .system: unread = unread ?? error
      }
      return nil
    }
  }

  /// Django's `manage.py`, relative to the project.
  static func manage(_ context: ProbeContext) -> String? {
    MigrationReader(context: context).home(of: ["manage.py"]).map { MigrationReader.join($0, "manage.py") }
  }

  /// Where several tools keep them.
  private static let common = [
    "database/migrations", "db/migrations", "migrations", "sql/migrations", "db/migrate", "database/migrate",
  ]

  /// Where a tool is run: the project's folder, and the one below it that holds what the tool cannot do without.
  private static func homes(_ kind: MigrationKind?, _ reader: MigrationReader) -> [String] {
    let markers: [String] =
      switch kind {
      case .alembic: ["alembic.ini"]
      case .django: ["manage.py"]
      case .prisma: ["prisma/migrations"]
      case .rails: ["db/migrate"]
      case .dbmate: ["db/migrations"]
      case .flyway: ["flyway.conf", "flyway.toml"]
      case .sqitch: ["sqitch.conf", "sqitch.plan"]
      case .handoff, .sqlx, .refinery, .goose, .golangMigrate, nil: []
      }
    guard let home = reader.home(of: markers), home != "." else { return ["."] }
    return [".", home]
  }

  /// The folders that a tool's own configuration names.
  private static func named(
    _ kind: MigrationKind?, _ home: String, _ database: String?, _ reader: MigrationReader
  ) throws(MigrationsUnread) -> MigrationLocations {
    switch kind {
    case .rails: try RailsDatabases.locations(home, database: database, reader)
    case .alembic: try .alembic(home, reader)
    case .flyway: try .flyway(home, reader)
    case .sqitch: try .sqitch(home, reader)
    default: MigrationLocations()
    }
  }

  /// Where a tool keeps them unless it is told otherwise.
  private static func usual(
    _ kind: MigrationKind?, _ home: String, _ reader: MigrationReader
  ) throws(MigrationsUnread) -> [String] {
    let folders: [String] =
      switch kind {
      case .rails: ["db/migrate"]
      case .dbmate: ["db/migrations"]
      case .prisma: ["prisma/migrations"]
      case .sqitch: [".", "sqitch", "db"]
      case .django: try reader.isFile(MigrationReader.join(home, "manage.py")) ? ["."] : []
      case .alembic: ["alembic/versions", "migrations/versions"] + (home == "." ? [] : ["versions"])
      case .flyway: ["src/main/resources/db/migration", "sql", "db/migration"]
      case .handoff, .sqlx, .refinery, .goose, .golangMigrate, nil: []
      }
    return folders.map { MigrationReader.join(home, $0) }
  }
}
