import HandoffSystem

/// What the catalog says, without a lock on any table being waited for: `pg_class` and its like
/// (https://www.postgresql.org/docs/current/catalogs.html).
enum PostgresCatalog {
  /// Up to how many tables the files of a database are looked at to tell its size: there are one to five of a table, and
  /// each takes the server as long as three names.
  static let tablesMeasured = 2000

  /// How many bytes the database takes on disk; nil when the server does not say. Of one with many tables it is what
  /// VACUUM and ANALYZE last found.
  /// - Parameter tables: how many there are; nil where nobody knows.
  static func size(
    _ session: any PostgresSession, tables: Int?, deadline: Deadline
  ) async throws(PostgresError) -> Int? {
    let sql =
      (tables ?? 0) <= tablesMeasured
      ? "SELECT pg_database_size(current_database())"
      : "SELECT sum(greatest(relpages, 0)::bigint) * current_setting('block_size')::bigint FROM pg_class"
    let rows = try await session.query(sql, parameters: [], deadline: deadline)
    return rows.first?.first?.flatMap { Int($0) }
  }

  /// A table with a name of interest, and its columns with their types.
  struct Candidate: Hashable {
    let schema: String
    let name: String
    let columns: [String: String]
    /// Whether row-level security keeps rows of it from the role.
    var hidesRows = false
  }

  private static func candidates(_ condition: StaticString) -> String {
    """
    SELECT n.nspname, c.relname, a.attname, format_type(a.atttypid, a.atttypmod), row_security_active(c.oid)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND \(condition)
      AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
    ORDER BY n.nspname <> 'public', n.nspname, c.relname, a.attnum
    """
  }

  /// The tables with one of these names, those of the schema `public` first. The names are our own.
  static func candidates(
    named names: [String], _ session: any PostgresSession, deadline: Deadline
  ) async throws(PostgresError) -> [Candidate] {
    try await find("c.relname = ANY ($1::text[])", names, session, deadline: deadline)
  }

  /// The tables that have one of these columns. The names are our own.
  static func candidates(
    withColumns names: [String], _ session: any PostgresSession, deadline: Deadline
  ) async throws(PostgresError) -> [Candidate] {
    try await find(
      """
      c.oid IN (SELECT attrelid FROM pg_attribute WHERE attname = ANY ($1::text[]) AND attnum > 0 AND NOT attisdropped)
      """, names, session, deadline: deadline)
  }

  private static func find(
    _ condition: StaticString, _ names: [String], _ session: any PostgresSession, deadline: Deadline
  ) async throws(PostgresError) -> [Candidate] {
    let rows = try await session.query(
      candidates(condition), parameters: ["{" + names.joined(separator: ",") + "}"], deadline: deadline)
    var found: [Candidate] = []
    for row in rows {
      guard row.count == 5, let schema = row[0], let name = row[1], let column = row[2], let type = row[3] else {
        continue
      }
      var columns = [column: type]
      if let last = found.last, last.schema == schema, last.name == name {
        columns.merge(last.columns) { first, _ in first }
        found.removeLast()
      }
      found.append(Candidate(schema: schema, name: name, columns: columns, hidesRows: row[4] == "t"))
    }
    return found
  }
}
