import HandoffProbes
import HandoffSystem

/// The tracking table `handoff_migrations`, over a connection.
struct MigrationTable {
  /// A row of it.
  struct Record: Hashable {
    let name: String
    let digest: String
    /// As the server writes it.
    let appliedAt: String
    let appliedBy: String
  }

  static let name = "handoff_migrations"

  /// Its name with its schema, quoted, so that no search path leads elsewhere.
  let qualifiedName: String

  private init(schema: String) {
    qualifiedName = SQLName.quoted(schema) + "." + SQLName.quoted(Self.name)
  }

  /// Finds the table: in the first schema that is searched, else the only one of the database.
  /// - Returns: nil where there is none.
  static func find(_ writer: any PostgresWriter, deadline: Deadline) async throws(PostgresFailure) -> MigrationTable? {
    // https://www.postgresql.org/docs/current/catalog-pg-class.html
    let rows = try await writer.query(
      """
      SELECT n.nspname, n.nspname = pg_catalog.current_schema()
      FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relname = $1 AND c.relkind IN ('r', 'p') ORDER BY 2 DESC NULLS LAST, 1
      """, parameters: [Self.name], deadline: deadline)
    guard let first = rows.first, let schema = first[0], first[1] == "t" || rows.count == 1 else { return nil }
    return MigrationTable(schema: schema)
  }

  /// Makes the table in the first schema that is searched.
  static func make(_ writer: any PostgresWriter, deadline: Deadline) async throws(PostgresFailure) -> MigrationTable {
    let rows = try await writer.query("SELECT pg_catalog.current_schema()", parameters: [], deadline: deadline)
    let table = MigrationTable(schema: rows.first?.first.flatMap(\.self) ?? "public")
    try await writer.run(
      """
      CREATE TABLE \(table.qualifiedName) (
        version text NOT NULL,
        name text PRIMARY KEY,
        sha256 text NOT NULL,
        applied_at timestamptz NOT NULL,
        duration interval,
        applied_by text NOT NULL
      )
      """, deadline: deadline)
    return table
  }

  /// All rows, in the order in which they were applied.
  func records(_ writer: any PostgresWriter, deadline: Deadline) async throws(PostgresFailure) -> [Record] {
    try await writer.query(
      "SELECT name, sha256, applied_at::text, applied_by FROM \(qualifiedName) ORDER BY applied_at, name",
      parameters: [], deadline: deadline
    ).map { row in Record(name: row[0] ?? "", digest: row[1] ?? "", appliedAt: row[2] ?? "", appliedBy: row[3] ?? "") }
  }

  /// Whether a file has a row.
  func holds(_ name: String, _ writer: any PostgresWriter, deadline: Deadline) async throws(PostgresFailure) -> Bool {
    let rows = try await writer.query(
      "SELECT 1 FROM \(qualifiedName) WHERE name = $1", parameters: [name], deadline: deadline)
    return !rows.isEmpty
  }

  /// Adds a row for a file that was run, or, without a duration, was taken for applied.
  func add(
    _ file: MigrationFile, milliseconds: Int?, _ writer: any PostgresWriter, deadline: Deadline
  ) async throws(PostgresFailure) {
    _ = try await writer.query(
      """
      INSERT INTO \(qualifiedName) (version, name, sha256, applied_at, duration, applied_by)
      VALUES ($1, $2, $3, pg_catalog.clock_timestamp(), $4::pg_catalog.float8 * '1 millisecond'::pg_catalog.interval,
              pg_catalog.concat($5::pg_catalog.text, session_user))
      """,
      parameters: [
        file.version, file.name, file.digest, milliseconds.map(String.init),
        milliseconds == nil ? "baseline by " : "",
      ], deadline: deadline)
  }

  /// Writes a file's digest anew, since its change is accepted.
  func bless(_ file: MigrationFile, _ writer: any PostgresWriter, deadline: Deadline) async throws(PostgresFailure) {
    _ = try await writer.query(
      "UPDATE \(qualifiedName) SET sha256 = $2 WHERE name = $1", parameters: [file.name, file.digest],
      deadline: deadline)
  }
}
