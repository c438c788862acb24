import HandoffSystem

extension PostgresCatalog {
  /// Whether the server takes writes.
  struct Mode: Hashable {
    /// `primary`, `read-only` or `standby`.
    let name: String
    /// What set the session to be read-only: `database`, `user`, `configuration file` …, by `pg_settings.source`.
    let setBy: String

    /// The names from best to worst.
    static let names = [["primary"], ["read-only"], ["standby"]]
  }

  /// Whether the server takes writes: a standby takes none
  /// (https://www.postgresql.org/docs/current/functions-admin.html#FUNCTIONS-RECOVERY-CONTROL), and transactions can be
  /// read-only unless they say otherwise, as ours does.
  static func mode(_ session: any PostgresSession, deadline: Deadline) async throws(PostgresError) -> Mode? {
    let sql = """
      SELECT pg_is_in_recovery(), setting, source FROM pg_settings WHERE name = 'default_transaction_read_only'
      """
    guard let row = try await session.query(sql, parameters: [], deadline: deadline).first, row.count == 3 else {
      return nil
    }
    let name = row[0] == "t" ? "standby" : row[1] == "on" ? "read-only" : "primary"
    return Mode(name: name, setBy: row[2] ?? "")
  }

  /// The cluster's system identifier, which it and its standbys have from its making to its end; nil where the server
  /// does not tell it (https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-PG-CONTROL-SYSTEM).
  static func cluster(_ session: any PostgresSession, deadline: Deadline) async throws(PostgresError) -> String? {
    do throws(PostgresError) {
      let sql = "SELECT system_identifier FROM pg_control_system()"
      return try await session.query(sql, parameters: [], deadline: deadline).first?.first ?? nil
    } catch .server(let state, _, _) where ["42501", "42883", "0A000"].contains(state) {
      return nil
    } catch {
      throw error
    }
  }

  /// Something that is no table of the project, and what it is.
  struct Relation: Hashable {
    let schema: String
    let name: String
    let kind: Kind

    enum Kind: Hashable {
      case view, materializedView, sequence, type, foreignTable
      case partition(schema: String, name: String)
    }
  }

  private static let others = """
    SELECT n.nspname, c.relname, c.relkind, pn.nspname, p.relname
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         LEFT JOIN pg_inherits i ON c.relispartition AND i.inhrelid = c.oid
         LEFT JOIN pg_class p ON p.oid = i.inhparent LEFT JOIN pg_namespace pn ON pn.oid = p.relnamespace
    WHERE (c.relkind IN ('v', 'm', 'S', 'c') OR c.relispartition AND c.relkind IN ('r', 'p', 'f'))
      AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
    """

  /// Views, partitions and the like.
  static func others(_ session: any PostgresSession, deadline: Deadline) async throws(PostgresError) -> [Relation] {
    try await session.query(others, parameters: [], deadline: deadline).compactMap { row in
      guard row.count == 5, let schema = row[0], let name = row[1], let letter = row[2] else { return nil }
      let kind: Relation.Kind
      switch (letter, row[3], row[4]) {
      case (_, let parentSchema?, let parent?): kind = .partition(schema: parentSchema, name: parent)
      case ("v", _, _): kind = .view
      case ("m", _, _): kind = .materializedView
      case ("S", _, _): kind = .sequence
      case ("c", _, _): kind = .type
      default: return nil
      }
      return Relation(schema: schema, name: name, kind: kind)
    }
  }

  /// The names of all schemas.
  static func schemas(_ session: any PostgresSession, deadline: Deadline) async throws(PostgresError) -> Set<String> {
    let rows = try await session.query("SELECT nspname FROM pg_namespace", parameters: [], deadline: deadline)
    return Set(rows.compactMap { $0.first ?? nil })
  }
}
