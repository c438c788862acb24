import HandoffSystem

/// What the catalog says, without a lock on any table being waited for: `pg_class` and its like
/// (https://www.postgresql.org/docs/current/catalogs.html).
enum PostgresCatalog {
  /// A table that a person would count as one.
  struct Table: Hashable {
    let schema: String
    let name: String
    /// How many rows it has by the last ANALYZE; nil when there was none.
    let rows: Int?
    /// Whether the role may use its schema.
    var isInUsableSchema = true
    /// Whether the role may read it, or a column of it, once it may use the schema.
    var isGranted = true
    /// Whether its rows are another server's.
    var isForeign = false

    /// Whether the role may read it.
    var isReadable: Bool { isInUsableSchema && isGranted }
  }

  /// Ordinary, partitioned and foreign tables of the project. Left out are partitions, temporary tables, and what
  /// belongs to the system or to an extension, such as PostGIS's `spatial_ref_sys`. Before PostgreSQL 14, a table that
  /// was never analysed was one of no rows on no pages.
  static let tables = """
    SELECT n.nspname, c.relname,
           CASE WHEN c.reltuples >= 0 AND (c.reltuples > 0 OR c.relpages > 0 OR c.relkind = 'p'
                     OR current_setting('server_version_num')::int >= 140000)
                THEN c.reltuples::bigint END,
           has_schema_privilege(n.oid, 'USAGE'), has_any_column_privilege(c.oid, 'SELECT'), c.relkind = 'f'
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'f') AND NOT c.relispartition AND c.relpersistence <> 't'
      AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
      AND NOT EXISTS (
        SELECT FROM pg_depend d
        WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'
          AND (d.classid = 'pg_class'::regclass AND d.objid = c.oid
               OR d.classid = 'pg_namespace'::regclass AND d.objid = n.oid))
    """

  static func tables(
    _ session: any PostgresSession, deadline: Deadline
  ) async throws(PostgresError) -> [Table] {
    try await session.query(tables, parameters: [], deadline: deadline).compactMap { row in
      guard row.count == 6, let schema = row[0], let name = row[1] else { return nil }
      return Table(
        schema: schema, name: name, rows: row[2].flatMap { Int($0) }, isInUsableSchema: row[3] != "f",
        isGranted: row[4] != "f", isForeign: row[5] == "t")
    }
  }

  /// How many bytes the database takes on disk; nil when the server does not say. It looks at files, not at tables.
  static func size(_ session: any PostgresSession, deadline: Deadline) async throws(PostgresError) -> Int? {
    let rows = try await session.query(
      "SELECT pg_database_size(current_database())", parameters: [], deadline: deadline)
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
