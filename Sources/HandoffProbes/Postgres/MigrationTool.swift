/// A tool that brings a database's schema forward and keeps a table of what it did.
struct MigrationTool: Sendable {
  /// Its name, as the fact holds it.
  let name: String
  /// The name of its table.
  let table: String
  /// Columns that its table has, by which it is told from others that use the same name.
  let columns: Set<String>
  /// A query of the table for pairs of a version or name, and a state of ``MigrationRecord/State``, oldest first.
  let query: @Sendable (_ table: String) -> String
  /// Whether the table tells of migrations that failed.
  let recordsFailure: Bool

  /// Whether its table is this one.
  func owns(_ candidate: PostgresCatalog.Candidate, among all: [PostgresCatalog.Candidate]) -> Bool {
    guard candidate.name == table, columns.isSubset(of: candidate.columns.keys) else { return false }
    switch name {
    case "rails", "dbmate":
      // Both have the one column. Rails keeps a second table beside it, and gives the column no length.
      let isRails =
        candidate.columns["version"] == "character varying"
        || all.contains { $0.schema == candidate.schema && $0.name == "ar_internal_metadata" }
      return Set(candidate.columns.keys) == ["version"] && isRails == (name == "rails")
    default:
      return true
    }
  }

  /// The names of all tables that tell which tool was here.
  static let tables: [String] = Array(Set(all.map(\.table))).sorted() + ["ar_internal_metadata"]

  /// Each tool with the definition of its table in mind, as its own source or manual gives it.
  static let all: [MigrationTool] = [
    MigrationTool(
      name: "handoff", table: "handoff_migrations", columns: ["version", "name", "sha256", "applied_at"],
      query: { "SELECT name, 'applied' FROM \($0) ORDER BY applied_at, name" }, recordsFailure: false),
    // https://github.com/golang-migrate/migrate/blob/master/database/postgres/postgres.go
    MigrationTool(
      name: "golang-migrate", table: "schema_migrations", columns: ["version", "dirty"],
      query: { "SELECT version, CASE WHEN dirty THEN 'failed' ELSE 'applied' END FROM \($0)" }, recordsFailure: true),
    // https://github.com/amacneil/dbmate
    MigrationTool(
      name: "dbmate", table: "schema_migrations", columns: ["version"],
      query: { "SELECT version, 'applied' FROM \($0) ORDER BY version" }, recordsFailure: false),
    // https://guides.rubyonrails.org/active_record_migrations.html
    MigrationTool(
      name: "rails", table: "schema_migrations", columns: ["version"],
      query: { "SELECT version, 'applied' FROM \($0) ORDER BY version" }, recordsFailure: false),
    // https://documentation.red-gate.com/fd/flyway-schema-history-table-273973417.html
    MigrationTool(
      name: "flyway", table: "flyway_schema_history",
      columns: ["installed_rank", "version", "type", "script", "success"],
      query: {
        """
        SELECT coalesce(version, script),
               CASE WHEN NOT success THEN 'failed' WHEN type = 'SCHEMA' THEN 'ignored'
                    WHEN type = 'DELETE' OR type LIKE 'UNDO%' THEN 'undone'
                    WHEN type LIKE '%BASELINE%' THEN 'baseline' ELSE 'applied' END
        FROM \($0) ORDER BY installed_rank
        """
      }, recordsFailure: true),
    // https://alembic.sqlalchemy.org/en/latest/tutorial.html: only the heads are kept.
    MigrationTool(
      name: "alembic", table: "alembic_version", columns: ["version_num"],
      query: { "SELECT version_num, 'applied' FROM \($0) ORDER BY version_num" }, recordsFailure: false),
    // https://docs.djangoproject.com/en/stable/topics/migrations/
    MigrationTool(
      name: "django", table: "django_migrations", columns: ["app", "name", "applied"],
      query: { "SELECT app || '.' || name, 'applied' FROM \($0) ORDER BY id" }, recordsFailure: false),
    // https://www.prisma.io/docs/orm/prisma-migrate/understanding-prisma-migrate/migration-histories
    MigrationTool(
      name: "prisma", table: "_prisma_migrations", columns: ["migration_name", "finished_at", "rolled_back_at"],
      query: {
        """
        SELECT migration_name, CASE WHEN rolled_back_at IS NOT NULL THEN 'undone'
                                    WHEN finished_at IS NULL THEN 'failed' ELSE 'applied' END
        FROM \($0) ORDER BY started_at
        """
      }, recordsFailure: true),
    // https://github.com/launchbadge/sqlx/blob/main/sqlx-postgres/src/migrate.rs
    MigrationTool(
      name: "sqlx", table: "_sqlx_migrations", columns: ["version", "success", "checksum"],
      query: { "SELECT version, CASE WHEN success THEN 'applied' ELSE 'failed' END FROM \($0) ORDER BY version" },
      recordsFailure: true),
    // https://github.com/rust-db/refinery
    MigrationTool(
      name: "refinery", table: "refinery_schema_history", columns: ["version", "name", "applied_on"],
      query: { "SELECT version, 'applied' FROM \($0) ORDER BY version" }, recordsFailure: false),
    // https://github.com/pressly/goose: a row for each time up or down, the last one counts.
    MigrationTool(
      name: "goose", table: "goose_db_version", columns: ["version_id", "is_applied"],
      query: {
        """
        SELECT version_id, CASE WHEN is_applied THEN 'applied' ELSE 'undone' END
        FROM \($0) WHERE version_id > 0 ORDER BY id
        """
      }, recordsFailure: false),
  ]
}

/// A line of a tracking table.
struct MigrationRecord: Hashable {
  /// What happened to a migration.
  enum State: String {
    case applied, failed, undone, baseline, ignored
  }

  let version: String
  let state: State

  /// What holds in the end: of several lines for one version the last.
  static func latest(of rows: [[String?]]) -> [MigrationRecord] {
    var order: [String] = []
    var states: [String: State] = [:]
    for row in rows {
      guard row.count == 2, let version = row[0], let state = row[1].flatMap(State.init) else { continue }
      if states[version] == nil { order.append(version) }
      states[version] = state
    }
    return order.compactMap { version in states[version].map { MigrationRecord(version: version, state: $0) } }
  }
}
