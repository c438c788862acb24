import HandoffProbes
import HandoffProject
import HandoffSystem
import HandoffText

/// Looks at the database that would be dropped, and refuses what must not be. Nothing is changed.
struct DatabaseLossSearch {
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
      if case .server("3D000", _, _) = error {
        try await checkRemains(of: named)
        return nil
      }
      throw ResetProblem(PostgresFailure(error), doing: "let us look at \(Untrusted(named)) at \(place.address)")
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
    guard facts.count == 12, let oid = facts[0] else { throw ResetProblem("the server does not tell what it is") }
    if let real = facts[11], real != connection.database {
      throw ResetProblem(
        "the server cuts the name \(Untrusted(connection.database)) off to \(Untrusted(real)), which may be meant by other names, too; name it so"
      )
    }
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
    try await DatabaseReturn(role: role) { sql throws(ResetProblem) in try await ask(session, sql) }.check()
    if let slots = facts[9], slots != "0" {
      throw ResetProblem("\(Untrusted(slots)) replication slots or prepared transactions of it are open")
    }
    if let subscriptions = facts[10], subscriptions != "0" {
      throw ResetProblem("it has \(Untrusted(subscriptions)) subscriptions, with which it cannot be dropped")
    }
    let sessions = try await ask(session, Self.others).map { row in
      "\(Untrusted(row[0] ?? "?")) (\(Untrusted(row[1].flatMap { $0.isEmpty ? nil : $0 } ?? "no name")), \(Untrusted(row[2] ?? "this machine")))"
        as Message
    }
    if !sessions.isEmpty, !disconnects {
      throw ResetProblem(
        "others are connected: \(Message.joined(sessions, separator: ", ")); --disconnect ends their sessions")
    }
    let contents = DatabaseContents(
      host: context.host, address: place.address, parameters: place.parameters(as: connection))
    let others = try await contents.others(session)
    let remains = DatabaseAside.remains(of: connection.database, in: try await ask(session, DatabaseAside.query))
    return DatabaseLoss(
      connection: connection, place: place, oid: oid, bytes: facts[6].flatMap { Int($0) } ?? 0,
      tables: try await contents.tables(), others: others, sessions: sessions,
      remains: remains, disconnects: disconnects,
      tools: try await PostgresTools.find(for: connection.serverVersion, context.host), dumpFolder: dumpFolder)
  }

  /// A reset that was killed leaves the database under another name.
  /// - Throws: ``ResetProblem`` where one did.
  private func checkRemains(of name: String) async throws(ResetProblem) {
    let maintenance = MaintenanceConnection(parameters: place.parameters)
    let rows: [PostgresRow]
    do throws(PostgresFailure) {
      rows = try await maintenance.with(context.host, .after(.seconds(10))) { writer throws(PostgresFailure) in
        try await writer.query(DatabaseAside.query, parameters: [], deadline: .after(.seconds(10)))
      }
    } catch { return }
    if let aside = DatabaseAside.remains(of: name, in: rows).first { throw ResetProblem(aside.message) }
  }

  // MARK: Asking

  private func ask(_ session: any PostgresSession, _ sql: String) async throws(ResetProblem) -> [PostgresRow] {
    do throws(PostgresError) {
      return try await session.query(sql, parameters: [], deadline: .after(.seconds(10)))
    } catch {
      throw ResetProblem(PostgresFailure(error), doing: "let us look at what is at \(place.address)")
    }
  }

  private static let facts = """
    SELECT d.oid, d.datistemplate, pg_is_in_recovery(), pg_backend_pid(), host(inet_server_addr()), inet_server_port(),
      pg_database_size(d.oid), d.datdba = r.oid OR NOT r.rolsuper AND pg_has_role(d.datdba, 'USAGE'), r.rolsuper OR r.rolcreatedb,
      (SELECT count(*) FROM pg_replication_slots WHERE database = d.datname)
        + (SELECT count(*) FROM pg_prepared_xacts WHERE database = d.datname),
      (SELECT count(*) FROM pg_subscription WHERE subdbid = d.oid), current_database()
    FROM pg_database d, pg_roles r WHERE d.datname = current_database() AND r.rolname = current_user
    """

  private static let others = """
    SELECT usename, application_name, host(client_addr) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend' ORDER BY pid
    """
}
