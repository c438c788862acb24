/// A tool that brings a database's schema forward and keeps a table of what it did.
struct MigrationTool: Sendable {
  /// Who made the table.
  let kind: MigrationKind
  /// The name of its table, unless it is told another.
  var table: String
  /// Columns that its table has, by which it is told from others that use the same name.
  let columns: Set<String>
  /// A query of the table for its records, oldest first: version or name, a state of ``MigrationRecord/State``, the
  /// file's name where the table has one, the checksum, and whose of several projects' it is.
  let query: @Sendable (_ table: String, _ schema: String) -> String
  /// Whether the table tells of migrations that failed.
  var recordsFailure = false
  /// Whether the table keeps checksums, and which: ``MigrationChecksum`` says how each is made.
  var keepsChecksums = false

  /// Its name, as the fact holds it.
  var name: String { kind.rawValue }

  /// Whether its table is this one.
  func owns(_ candidate: PostgresCatalog.Candidate, among all: [PostgresCatalog.Candidate]) -> Bool {
    guard candidate.name == table, columns.isSubset(of: candidate.columns.keys) else { return false }
    func stands(_ name: String) -> Bool { all.contains { $0.schema == candidate.schema && $0.name == name } }
    switch kind {
    case .rails, .dbmate:
      // Both have the one column. Rails keeps a second table beside it, and gives the column no length.
      let isRails = candidate.columns["version"] == "character varying" || stands("ar_internal_metadata")
      let isText = candidate.columns["version"]?.hasPrefix("character varying") == true
      return Set(candidate.columns.keys) == ["version"] && isText && isRails == (kind == .rails)
    case .sqitch:
      return stands("events") && stands("projects")
    default:
      return true
    }
  }

  /// The names of all tables that tell which tool was here.
  static let tables: [String] =
    Array(Set(all.map(\.table))).sorted() + ["ar_internal_metadata", "events", "projects"]

  /// Whether a table of another name is this tool's, by columns that hardly any other table has.
  func isRenamed(_ candidate: PostgresCatalog.Candidate) -> Bool {
    let own = Set(candidate.columns.keys)
    switch kind {
    case .alembic, .golangMigrate: return own == columns
    case .refinery: return own == columns && table != candidate.name
    case .flyway, .sqlx, .goose: return columns.isSubset(of: own)
    case .handoff, .dbmate, .rails, .django, .prisma, .sqitch: return false
    }
  }

  /// Columns of which each table that ``isRenamed(_:)`` has one.
  static let distinctive = ["version_num", "dirty", "installed_rank", "is_applied", "applied_on", "success"]

  /// All tools, Alembic's table by this name.
  static func all(alembic name: String?) -> [MigrationTool] {
    all.map { tool in
      var tool = tool
      if tool.kind == .alembic, let name { tool.table = name }
      return tool
    }
  }
}

/// Whose tracking table it is.
enum MigrationKind: String, Sendable, CaseIterable {
  case handoff, dbmate, rails, flyway, alembic, django, prisma, sqlx, refinery, goose, sqitch
  case golangMigrate = "golang-migrate"

  /// Whether the tool refuses to go on when an applied migration has no file any more.
  var refusesMissing: Bool {
    switch self {
    // By their own defaults: `ignoreMigrationPatterns`, `ignore_missing`, `abort_missing`.
    case .flyway, .sqlx, .refinery: true
    // "Can't locate revision", "no migration found for version", "Cannot find this change in the plan".
    case .alembic, .golangMigrate, .sqitch: true
    case .handoff, .dbmate, .rails, .django, .prisma, .goose: false
    }
  }
}

extension MigrationTool {
  /// Each tool with the definition of its table in mind, as its own source or manual gives it.
  static let all: [MigrationTool] = [
    MigrationTool(
      kind: .handoff, table: "handoff_migrations", columns: ["version", "name", "sha256", "applied_at"],
      query: { table, _ in
        "SELECT name, 'applied'::text, name, sha256, NULL::text FROM \(table) ORDER BY applied_at, name"
      }, keepsChecksums: true),
    // https://github.com/golang-migrate/migrate/blob/master/database/postgres/postgres.go: the last version alone.
    MigrationTool(
      kind: .golangMigrate, table: "schema_migrations", columns: ["version", "dirty"],
      query: { table, _ in
        """
        SELECT version, CASE WHEN dirty THEN 'failed' ELSE 'applied' END, NULL::text, NULL::text, NULL::text
        FROM \(table)
        """
      }, recordsFailure: true),
    // https://github.com/amacneil/dbmate/blob/main/pkg/driver/postgres/postgres.go
    MigrationTool(
      kind: .dbmate, table: "schema_migrations", columns: ["version"],
      query: { table, _ in versions("version", table) }),
    // https://github.com/rails/rails/blob/main/activerecord/lib/active_record/schema_migration.rb
    MigrationTool(
      kind: .rails, table: "schema_migrations", columns: ["version"],
      query: { table, _ in versions("version", table) }),
    // https://github.com/flyway/flyway: PostgreSQLDatabase.getRawCreateScript. Java migrations have no file to look at.
    MigrationTool(
      kind: .flyway, table: "flyway_schema_history",
      columns: ["installed_rank", "version", "type", "script", "checksum", "success"],
      query: { table, _ in
        """
        SELECT coalesce(version, script),
               CASE WHEN NOT success THEN 'failed' WHEN type = 'SCHEMA' THEN 'ignored'
                    WHEN type = 'DELETE' OR type LIKE 'UNDO%' THEN 'undone'
                    WHEN type LIKE '%BASELINE%' THEN 'baseline' ELSE 'applied' END,
               CASE WHEN type = 'SQL' THEN script END, checksum, NULL::text
        FROM \(table) ORDER BY installed_rank
        """
      }, recordsFailure: true, keepsChecksums: true),
    // https://alembic.sqlalchemy.org/en/latest/tutorial.html: only the heads are kept.
    MigrationTool(
      kind: .alembic, table: "alembic_version", columns: ["version_num"],
      query: { table, _ in versions("version_num", table) }),
    // https://github.com/django/django/blob/main/django/db/migrations/recorder.py
    MigrationTool(
      kind: .django, table: "django_migrations", columns: ["app", "name", "applied"],
      query: { table, _ in
        "SELECT app || '.' || name, 'applied'::text, NULL::text, NULL::text, app FROM \(table) ORDER BY id"
      }),
    // https://github.com/prisma/prisma-engines: create_migrations_table of the PostgreSQL flavour.
    MigrationTool(
      kind: .prisma, table: "_prisma_migrations",
      columns: ["migration_name", "checksum", "finished_at", "rolled_back_at"],
      query: { table, _ in
        """
        SELECT migration_name, CASE WHEN rolled_back_at IS NOT NULL THEN 'undone'
                                    WHEN finished_at IS NULL THEN 'failed' ELSE 'applied' END,
               NULL::text, checksum, NULL::text
        FROM \(table) ORDER BY started_at
        """
      }, recordsFailure: true, keepsChecksums: true),
    // https://github.com/launchbadge/sqlx/blob/main/sqlx-postgres/src/migrate.rs
    MigrationTool(
      kind: .sqlx, table: "_sqlx_migrations", columns: ["version", "success", "checksum"],
      query: { table, _ in
        """
        SELECT version, CASE WHEN success THEN 'applied' ELSE 'failed' END, NULL::text, encode(checksum, 'hex'),
               NULL::text
        FROM \(table) ORDER BY version
        """
      }, recordsFailure: true, keepsChecksums: true),
    // https://github.com/rust-db/refinery/blob/main/refinery_core/src/traits/mod.rs; the version's width is hashed too.
    MigrationTool(
      kind: .refinery, table: "refinery_schema_history", columns: ["version", "name", "applied_on", "checksum"],
      query: { table, _ in
        """
        SELECT version, 'applied'::text, name, checksum, pg_typeof(version)::text FROM \(table) ORDER BY version
        """
      }, keepsChecksums: true),
    // https://github.com/pressly/goose/blob/main/internal/dialects/postgres.go: a row for each time up or down, the
    // last one counts.
    MigrationTool(
      kind: .goose, table: "goose_db_version", columns: ["version_id", "is_applied"],
      query: { table, _ in
        """
        SELECT version_id, CASE WHEN is_applied THEN 'applied' ELSE 'undone' END, NULL::text, NULL::text, NULL::text
        FROM \(table) WHERE version_id > 0 ORDER BY id
        """
      }),
    // https://github.com/sqitchers/sqitch/blob/develop/lib/App/Sqitch/Engine/pg.sql: a failure is the last event of a
    // change that is not deployed.
    MigrationTool(
      kind: .sqitch, table: "changes", columns: ["change_id", "script_hash", "change", "project", "committed_at"],
      query: { table, schema in
        """
        SELECT change, state, change_id, script_hash, project FROM (
          SELECT change, 'applied'::text AS state, change_id, script_hash, project, committed_at FROM \(table)
          UNION ALL
          SELECT e.change, 'failed'::text, e.change_id, NULL::text, e.project, e.committed_at
          FROM (SELECT DISTINCT ON (change, project) * FROM \(schema).events
                ORDER BY change, project, committed_at DESC) e
          WHERE e.event = 'fail'
                AND NOT EXISTS (SELECT FROM \(table) c WHERE c.change = e.change AND c.project = e.project)) record
        ORDER BY committed_at
        """
      }, recordsFailure: true, keepsChecksums: true),
  ]

  private static func versions(_ column: String, _ table: String) -> String {
    "SELECT \(column), 'applied'::text, NULL::text, NULL::text, NULL::text FROM \(table) ORDER BY 1"
  }
}
