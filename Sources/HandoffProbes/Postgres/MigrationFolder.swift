import HandoffModel
import HandoffProject
import HandoffSystem
import HandoffText

/// Where the migrations of a tool stand in a project.
struct MigrationFolder {
  /// The folder, relative to the project.
  let path: String
  let source: Source
  let files: MigrationFiles

  /// For a sentence.
  var shown: Message { path == "." ? "this project" : "\(Untrusted(path))" }

  /// Finds and reads the folder: the one that is configured, else the first of the tool's usual ones that has
  /// migrations, else the one that was recorded, which has lost them.
  /// - Parameter recorded: the pending migrations as they were recorded.
  /// - Returns: nil when there is none.
  /// - Throws: why the configured one cannot be read.
  static func find(
    _ kind: MigrationKind?, said: Setting<String>?, recorded: Fact?, _ context: ProbeContext
  ) throws(FileError) -> MigrationFolder? {
    let files = context.host.files
    if let said, said.source.kind == .configuration {
      var folder = said.value
      if kind == .alembic, files.kind(of: context.path("\(folder)/versions")) == .folder { folder += "/versions" }
      return MigrationFolder(
        path: folder, source: said.source,
        files: try MigrationFiles.read(context.path(folder), kind: kind, files: files))
    }
    let candidates = usual(kind, context) + (said.map { [$0.value] } ?? []) + common
    var unreadable: FileError?
    for (index, folder) in candidates.enumerated() where !candidates[..<index].contains(folder) {
      do throws(FileError) {
        let read = try MigrationFiles.read(context.path(folder), kind: kind, files: files)
        if !read.entries.isEmpty { return MigrationFolder(path: folder, source: Source(.folder, folder), files: read) }
      } catch {
        if error != .missing { unreadable = unreadable ?? error }
      }
    }
    if let unreadable { throw unreadable }
    guard let kind, let source = recorded?.source, source.kind == .folder else { return nil }
    let folder = source.detail
    guard !folder.hasPrefix("/"), !folder.hasPrefix("~"), !folder.split(separator: "/").contains("..") else {
      return nil
    }
    let read = try? MigrationFiles.read(context.path(folder), kind: kind, files: files)
    return MigrationFolder(path: folder, source: source, files: read ?? MigrationFiles(entries: []))
  }

  /// Which tool an empty database waits for, by the files that no other tool would have; nil for SQL files that nobody
  /// claims.
  static func claimant(_ context: ProbeContext) -> MigrationKind? {
    let files = context.host.files
    func exists(_ path: String) -> Bool { files.kind(of: context.path(path)) != nil }
    if exists("sqitch.plan") { return .sqitch }
    if exists("alembic.ini") || exists("migrations/alembic.ini") { return .alembic }
    if manage(context) != nil { return .django }
    if exists("prisma/migrations") { return .prisma }
    if exists("db/migrate") { return .rails }
    if exists("flyway.conf") || exists("flyway.toml") { return .flyway }
    for folder in common {
      guard let names = try? files.list(context.path(folder)) else { continue }
      if names.contains(where: { $0.hasSuffix(".up.sql") }) { return .golangMigrate }
      // Both directions in one file: it must not be given to psql.
      for name in names where name.hasSuffix(".sql") {
        guard let text = try? files.readText(context.path("\(folder)/\(name)")) else { continue }
        if text.contains("-- migrate:up") { return .dbmate }
        if text.contains("-- +goose Up") { return .goose }
      }
    }
    return nil
  }

  /// Django's `manage.py`, relative to the project.
  static func manage(_ context: ProbeContext) -> String? {
    let files = context.host.files
    if files.kind(of: context.path("manage.py")) == .regular { return "manage.py" }
    let folders = (try? files.list(context.project.root)) ?? []
    return folders.map { "\($0)/manage.py" }.first { files.kind(of: context.path($0)) == .regular }
  }

  /// Where several tools keep them.
  private static let common = [
    "database/migrations", "db/migrations", "migrations", "sql/migrations", "db/migrate", "database/migrate",
  ]

  private static func usual(_ kind: MigrationKind?, _ context: ProbeContext) -> [String] {
    switch kind {
    case .rails: ["db/migrate"]
    case .dbmate: ["db/migrations"]
    case .prisma: ["prisma/migrations"]
    case .sqitch: ["."] + setting("top_dir", in: "sqitch.conf", context) + ["sqitch", "db"]
    case .django:
      [manage(context).map { String($0.dropLast("manage.py".count)) }.map { $0.isEmpty ? "." : String($0.dropLast()) }]
        .compactMap(\.self)
    case .alembic:
      setting("version_locations", in: "alembic.ini", context)
        + setting("script_location", in: "alembic.ini", context).map { "\($0)/versions" }
        + ["alembic/versions", "migrations/versions"]
    case .flyway:
      setting("flyway.locations", in: "flyway.conf", context) + setting("locations", in: "flyway.toml", context)
        + ["src/main/resources/db/migration", "sql", "db/migration"]
    case .handoff, .sqlx, .refinery, .goose, .golangMigrate, nil: []
    }
  }

  /// The folders that a setting of a tool's own configuration names, as far as they are in the project.
  private static func setting(_ name: String, in file: String, _ context: ProbeContext) -> [String] {
    guard let text = try? context.host.files.readText(context.path(file)) else { return [] }
    for line in text.split(separator: "\n") {
      let line = line.drop(while: \.isWhitespace)
      guard line.hasPrefix(name) else { continue }
      let after = line.dropFirst(name.count).drop(while: \.isWhitespace)
      guard after.first == "=" else { continue }
      let value = after.dropFirst().replacing("%(here)s/", with: "").replacing("filesystem:", with: "")
      return value.split { ",;:[]\"' \t\r".contains($0) }.map { part in
        part.hasPrefix("./") ? String(part.dropFirst(2)) : String(part)
      }.filter { !$0.hasPrefix("/") && !$0.hasPrefix("%") && !$0.isEmpty }
    }
    return []
  }
}
