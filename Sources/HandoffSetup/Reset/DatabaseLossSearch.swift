import HandoffProbes
import HandoffProject
import HandoffSystem
import HandoffText

/// Looks at the database that would be dropped, and refuses what must not be. Nothing is changed.
struct DatabaseLossSearch {
  /// Tables with more rows by the server's estimate are not counted.
  private static let most = 1_000_000
  /// How long one table is counted, and all of them.
  private static let patience = (one: Duration.seconds(5), all: Duration.seconds(20))
  private static let system: Set<String> = ["postgres", "template0", "template1"]

  let context: ProbeContext
  let place: DatabasePlace
  let disconnects: Bool
  let dumpFolder: String

  /// - Returns: nil where there is no such database.
  func look() async throws(ResetProblem) -> DatabaseLoss? {
    guard place.isLocal else { throw ResetProblem("\(place.address) is not on this machine") }
    guard place.databaseSource != nil, let named = place.database else {
      throw ResetProblem("nothing names the database; libpq would take one of the role's name")
    }
    guard !Self.system.contains(named) else {
      throw ResetProblem("\(Untrusted(named)) is a database of the server itself")
    }
    let session: any PostgresSession
    do throws(PostgresError) {
      session = try await context.host.postgres.connect(place.parameters, deadline: context.deadline)
    } catch {
      if case .server("3D000", _, _) = error { return nil }
      throw ResetProblem("\(Untrusted(named)) at \(place.address) cannot be looked at: \(Self.words(error))")
    }
    let found: Result<DatabaseLoss, ResetProblem>
    do throws(ResetProblem) {
      found = .success(try await look(session))
    } catch {
      found = .failure(error)
    }
    await session.close()
    return try found.get()
  }

  private func look(_ session: any PostgresSession) async throws(ResetProblem) -> DatabaseLoss {
    let connection = session.connection
    guard
      connection.host.hasPrefix("/") || connection.host.hasPrefix("@") || connection.host.isEmpty
        || LoopbackHost.contains(connection.host)
    else { throw ResetProblem("\(Untrusted(connection.host)), which answered, is not on this machine") }
    guard !Self.system.contains(connection.database) else {
      throw ResetProblem("\(Untrusted(connection.database)) is a database of the server itself")
    }
    let facts = try await ask(session, Self.facts).first ?? []
    guard facts.count == 10, let oid = facts[0] else { throw ResetProblem("the server does not tell what it is") }
    if facts[1] == "t" { throw ResetProblem("\(Untrusted(connection.database)) is a template for other databases") }
    if facts[2] == "t" { throw ResetProblem("the server is a standby, which takes no changes") }
    let server = ServerHere(
      process: facts[3] ?? "", address: facts[4], port: facts[5], connection: connection, context: context)
    guard await server.isKnown else {
      // A port of the loopback interface may be forwarded from another machine, as `ssh -L` does.
      throw ResetProblem(
        "whether the server that answers at \(place.address) is on this machine cannot be told: no process here serves this connection, and no container here publishes its port"
      )
    }
    let role = Untrusted(connection.user)
    if facts[7] != "t" { throw ResetProblem("the role \(role) does not own \(Untrusted(connection.database))") }
    if facts[8] != "t" {
      throw ResetProblem("the role \(role) may not create databases, so nobody could bring it back with it")
    }
    if let slots = facts[9], slots != "0" {
      throw ResetProblem("\(Untrusted(slots)) replication slots or prepared transactions of it are open")
    }
    let sessions = try await ask(session, Self.others).map { row in
      "\(Untrusted(row[0] ?? "?")) (\(Untrusted(row[1].flatMap { $0.isEmpty ? nil : $0 } ?? "no name")), \(Untrusted(row[2] ?? "this machine")))"
        as Message
    }
    if !sessions.isEmpty, !disconnects {
      throw ResetProblem(
        "others are connected: \(Message.joined(sessions, separator: ", ")); --disconnect ends their sessions")
    }
    let tables = try await tables(session)
    let others = try await ask(session, Self.otherObjects).compactMap { row -> Message? in
      guard let count = row[1].flatMap({ Int($0) }), count > 0, let kind = row[0] else { return nil }
      return "\(count) \(Untrusted(kind))"
    }
    return DatabaseLoss(
      connection: connection, place: place, oid: oid, bytes: facts[6].flatMap { Int($0) } ?? 0, tables: tables,
      others: others, sessions: sessions, disconnects: disconnects,
      tools: try await PostgresTools.find(for: connection.serverVersion, context.host), dumpFolder: dumpFolder)
  }

  // MARK: Rows

  private func tables(_ session: any PostgresSession) async throws(ResetProblem) -> [DatabaseLoss.Table] {
    let end = Deadline.after(Self.patience.all)
    var tables: [DatabaseLoss.Table] = []
    for row in try await ask(session, Self.tables) {
      guard let schema = row[0], let name = row[1], let kind = row[2] else { continue }
      let estimate = row[3].flatMap { Int($0) }
      var rows = estimate.map { DatabaseLoss.Rows.about($0) } ?? .unknown
      if kind == "f" {
        rows = .elsewhere
      } else if (estimate ?? 0) <= Self.most, !end.hasPassed {
        let deadline = min(end, Deadline.after(Self.patience.one))
        let count = try? await session.query(
          "SELECT count(*) FROM \(SQLName.quoted(schema)).\(SQLName.quoted(name))", parameters: [], deadline: deadline)
        if let count = count?.first?.first?.flatMap({ Int($0) }) { rows = .exact(count) }
      }
      tables.append(.init(schema: schema, name: name, rows: rows, isMaterialized: kind == "m"))
    }
    return tables
  }

  // MARK: Asking

  private func ask(_ session: any PostgresSession, _ sql: String) async throws(ResetProblem) -> [PostgresRow] {
    do throws(PostgresError) {
      return try await session.query(sql, parameters: [], deadline: .after(.seconds(10)))
    } catch {
      throw ResetProblem("\(place.address) cannot be looked at: \(Self.words(error))")
    }
  }

  static func words(_ error: PostgresError) -> Message {
    switch error {
    case .refused: "nobody listens there"
    case .noSocket: "there is no socket"
    case .notPermitted: "this user may not use the socket"
    case .timedOut: "it did not answer in time"
    case .passwordRequired: "it asks for a password"
    case .server(let state, let message, _): "\(Untrusted(message)) (SQLSTATE \(Untrusted(state)))"
    case .other(let words): "\(Untrusted(words))"
    default: "no connection can be made as it is configured"
    }
  }

  private static let facts = """
    SELECT d.oid, d.datistemplate, pg_is_in_recovery(), pg_backend_pid(), host(inet_server_addr()), inet_server_port(),
      pg_database_size(d.oid), d.datdba = r.oid OR NOT r.rolsuper AND pg_has_role(d.datdba, 'USAGE'), r.rolsuper OR r.rolcreatedb,
      (SELECT count(*) FROM pg_replication_slots WHERE database = d.datname)
        + (SELECT count(*) FROM pg_prepared_xacts WHERE database = d.datname)
    FROM pg_database d, pg_roles r WHERE d.datname = current_database() AND r.rolname = current_user
    """

  private static let others = """
    SELECT usename, application_name, host(client_addr) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend' ORDER BY pid
    """

  /// Partitions count with the table that they belong to; temporary tables are their session's.
  private static let tables = """
    SELECT n.nspname, c.relname, c.relkind::text, CASE WHEN c.reltuples >= 0 THEN c.reltuples::bigint END
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'f', 'm') AND NOT c.relispartition AND c.relpersistence <> 't'
      AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
    ORDER BY 1, 2
    """

  private static let otherObjects = """
    SELECT kind, count(*) FROM (
      SELECT CASE c.relkind WHEN 'v' THEN 'views' WHEN 'S' THEN 'sequences' END AS kind
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('v', 'S') AND c.relpersistence <> 't' AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
      UNION ALL
      SELECT 'functions' FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
      WHERE n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
      UNION ALL SELECT 'extensions' FROM pg_extension WHERE extname <> 'plpgsql'
      UNION ALL SELECT 'large objects' FROM pg_largeobject_metadata) AS objects
    GROUP BY kind ORDER BY kind
    """
}
