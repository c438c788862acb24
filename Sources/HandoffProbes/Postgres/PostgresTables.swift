import HandoffSystem
import HandoffText

extension PostgresCatalog {
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

  /// How many tables are taken. Each is told twice in a document, and is in memory several times.
  static let tablesTaken = 200_000

  /// Ordinary, partitioned and foreign tables of the project. Left out are partitions, temporary tables, and what
  /// belongs to the system or to an extension, such as PostGIS's `spatial_ref_sys`. Before PostgreSQL 14, a table that
  /// was never analysed was one of no rows on no pages.
  ///
  /// Each schema comes once, with a number below zero; the tables have that number without its sign. Privileges are looked
  /// up where it is not plain that the role has them, since that takes longer than all else.
  static let tables = """
    WITH me AS MATERIALIZED (
      SELECT oid, rolsuper, current_setting('server_version_num')::int >= 140000 AS tells_of_analysis
      FROM pg_roles WHERE rolname = current_user
    ), extended AS MATERIALIZED (
      SELECT classid, objid FROM pg_depend
      WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e'
        AND classid IN ('pg_class'::regclass, 'pg_namespace'::regclass)
    ), schemas AS MATERIALIZED (
      SELECT oid, nspname, row_number() OVER () AS number FROM pg_namespace
      WHERE nspname <> 'information_schema' AND nspname !~ '^pg_'
        AND oid NOT IN (SELECT objid FROM extended WHERE classid = 'pg_namespace'::regclass)
    )
    SELECT -number, nspname, NULL, NULL,
           CASE WHEN NOT has_schema_privilege(oid, 'USAGE') THEN 'x' END
    FROM schemas
    UNION ALL (
      SELECT n.number, c.relname,
             CASE WHEN c.reltuples >= 0
                       AND (c.reltuples > 0 OR c.relpages > 0 OR c.relkind = 'p' OR me.tells_of_analysis)
                  THEN c.reltuples::bigint END,
             CASE WHEN c.relkind = 'f' THEN 'x' END,
             CASE WHEN me.rolsuper OR c.relacl IS NULL AND c.relowner = me.oid THEN NULL
                  WHEN NOT has_any_column_privilege(c.oid, 'SELECT') THEN 'x' END
      FROM pg_class c JOIN schemas n ON n.oid = c.relnamespace CROSS JOIN me
      WHERE c.relkind IN ('r', 'p', 'f') AND NOT c.relispartition AND c.relpersistence <> 't'
        AND c.oid NOT IN (SELECT objid FROM extended WHERE classid = 'pg_class'::regclass)
      LIMIT \(tablesTaken + 1)
    )
    """

  /// - Throws: ``PostgresError/tooLarge`` and ``PostgresError/other(_:)`` for more tables than are taken.
  static func tables(
    _ session: any PostgresSession, deadline: Deadline
  ) async throws(PostgresError) -> [Table] {
    let lines = try await session.copy(tables, deadline: deadline)
    guard let tables = Table.read(lines) else { throw .other("the answer makes no sense") }
    if tables.count > tablesTaken { throw .other("there are more than \(tablesTaken)") }
    return tables
  }
}

extension PostgresCatalog.Table {
  /// Takes the lines that ``PostgresCatalog/tables`` gives; nil when they are something else.
  static func read(_ lines: [UInt8]) -> [Self]? {
    typealias Columns = [ArraySlice<UInt8>]
    var schemas: [Int: (name: String, isUsable: Bool)] = [:]
    var tables: [(number: Int, columns: Columns)] = []
    for line in lines.split(separator: UInt8(ascii: "\n")) {
      let columns = line.split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false)
      guard columns.count == 5, let number = number(columns[0]) else { return nil }
      if number < 0 {
        schemas[-number] = (CopiedText.decoded(columns[1]), columns[4].isEmpty)
      } else {
        tables.append((number, columns))
      }
    }
    var read: [Self] = []
    read.reserveCapacity(tables.count)
    for (number, columns) in tables {
      guard let schema = schemas[number] else { return nil }
      read.append(
        Self(
          schema: schema.name, name: CopiedText.decoded(columns[1]), rows: self.number(columns[2]),
          isInUsableSchema: schema.isUsable, isGranted: columns[4].isEmpty, isForeign: !columns[3].isEmpty))
    }
    return read
  }

  private static func number(_ digits: ArraySlice<UInt8>) -> Int? { Int(String(decoding: digits, as: UTF8.self)) }
}

/// Text in COPY's text form.
enum CopiedText {
  /// The text itself (https://www.postgresql.org/docs/current/sql-copy.html#id-1.9.3.55.9.2): COPY TO never writes octal or
  /// hexadecimal escapes.
  static func decoded(_ bytes: ArraySlice<UInt8>) -> String {
    guard bytes.contains(UInt8(ascii: "\\")) else { return text(bytes) }
    var plain: [UInt8] = []
    var isEscaped = false
    for byte in bytes {
      if !isEscaped, byte == UInt8(ascii: "\\") {
        isEscaped = true
        continue
      }
      plain.append(isEscaped ? escapes[byte] ?? byte : byte)
      isEscaped = false
    }
    return text(plain[...])
  }

  private static func text(_ bytes: ArraySlice<UInt8>) -> String {
    String(validating: bytes, as: UTF8.self) ?? Untrusted(bytes: bytes).raw
  }

  private static let escapes: [UInt8: UInt8] = [
    UInt8(ascii: "b"): 0x08, UInt8(ascii: "f"): 0x0c, UInt8(ascii: "n"): 0x0a, UInt8(ascii: "r"): 0x0d,
    UInt8(ascii: "t"): 0x09, UInt8(ascii: "v"): 0x0b,
  ]
}
