import HandoffSystem
import HandoffText

/// A tool whose tracking table is not read here, told by what only its files hold or are called. Its files must not be
/// given to psql: most hold the way back, too, and none of them would be in the tool's own table.
enum MigrationForeigner: String {
  case nodePGMigrate = "node-pg-migrate"
  case sqlMigrate = "sql-migrate"
  case tern, postgrator, atlas, supabase, drizzle, liquibase
  /// One that cannot be named: what stands there holds ways back, or is named as no plain file is.
  case unnamed = ""

  /// Whose the migrations of a folder are; nil where they are plain SQL, to be run from top to bottom.
  /// - Parameters:
  ///   - folder: relative to the project.
  ///   - names: what is to be applied, relative to the folder.
  static func of(_ folder: String, _ names: [String], _ reader: MigrationReader) -> MigrationForeigner? {
    // What nobody may look into may be anything.
    guard let all = try? reader.list(folder), let isDrizzle = try? reader.isFile(folder + "/meta/_journal.json") else {
      return .unnamed
    }
    if all.contains("atlas.sum") { return .atlas }
    if folder == "supabase/migrations" { return .supabase }
    if isDrizzle { return .drizzle }
    if all.contains(where: { isPostgrator($0) }) { return .postgrator }
    var isUnnamed = (all + names).contains(where: isUnusual)
    for name in names where name.hasSuffix(".sql") {
      guard let text = try? reader.text(MigrationReader.join(folder, name)) else {
        isUnnamed = true
        continue
      }
      for line in text.split(whereSeparator: \.isNewline) where line.drop(while: \.isWhitespace).hasPrefix("--") {
        let line = line.drop(while: \.isWhitespace).lowercased()
        if let found = markers.first(where: { line.hasPrefix($0.text) }) { return found.whose }
        isUnnamed = isUnnamed || waysBack.contains(where: line.contains)
      }
    }
    return isUnnamed ? .unnamed : nil
  }

  /// What lines of their files begin with.
  private static let markers: [(text: String, whose: MigrationForeigner)] = [
    // https://salsita.github.io/node-pg-migrate/migrations/#sql-migrations
    ("-- up migration", .nodePGMigrate), ("-- down migration", .nodePGMigrate),
    // https://github.com/rubenv/sql-migrate#writing-migrations
    ("-- +migrate", .sqlMigrate), ("--+migrate", .sqlMigrate),
    // https://github.com/jackc/tern#migrations
    ("---- create above / drop below ----", .tern),
    // https://docs.liquibase.com/concepts/changelogs/sql-format.html
    ("--liquibase formatted", .liquibase), ("-- liquibase formatted", .liquibase),
  ]

  private static let waysBack = ["down", "undo", "rollback", "revert"]

  /// `001.do.a.sql`, `001.undo.a.sql` (https://github.com/rickbergfalk/postgrator#usage).
  private static func isPostgrator(_ name: String) -> Bool {
    let parts = name.split(separator: ".")
    return parts.count > 2 && parts[0].allSatisfy(\.isNumber) && ["do", "undo"].contains(parts[1])
  }

  /// Whether a file is named for the way back, or as Flyway and refinery would have it.
  private static func isUnusual(_ path: String) -> Bool {
    let name = PathText(path).name
    let stem = name.prefix { $0 != "." }
    let isNumbered = ["V", "U", "R"].contains(name.prefix(1)) && name.contains("__")
    return isNumbered || waysBack.contains { stem.hasSuffix("_" + $0) || stem.hasSuffix("-" + $0) }
  }

  /// What applies them; nil where that is not known, or wants the connection's URL.
  /// - Parameter folder: relative to the project.
  func command(_ folder: String) -> ShellCommand? {
    switch self {
    case .nodePGMigrate: .run("npx", "node-pg-migrate", "up", "--migrations-dir", folder)
    case .sqlMigrate: .run("sql-migrate", "up")
    case .tern: .run("tern", "migrate", "--migrations", folder)
    case .postgrator: .run("npx", "postgrator")
    case .supabase: .run("npx", "supabase", "migration", "up")
    case .drizzle: .run("npx", "drizzle-kit", "migrate")
    case .liquibase: .run("liquibase", "update")
    case .atlas, .unnamed: nil
    }
  }
}
