import HandoffProbes
import HandoffProject
import HandoffSystem
import HandoffText

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

extension DatabaseLoss {
  /// A setting of a database that comes back with it, before its tables.
  private static let readOnly = "default_transaction_read_only"

  private var aside: DatabaseAside { DatabaseAside(oid: oid, name: name) }

  /// Puts the database aside, dumps it, reads the dump, and only then drops it.
  /// - Parameter run: runs a command in sight of its user.
  /// - Returns: where the dump is, and what brings the database back.
  /// - Throws: ``ResetProblem``; the database is as it was, unless it says otherwise.
  func drop(
    _ host: Host, _ run: (ShellCommand, [String: String?]) async throws(ResetProblem) -> Void
  ) async throws(ResetProblem) -> (dump: String, wayBack: ShellCommand) {
    let dump = try newFile(host)
    do throws(ResetProblem) {
      try await putAside(host)
      let words = [tools.dump, "--format=custom", "-w", "--file=" + dump]
      try await run(.run(words + connected), variables(host))
      try await check(dump, host)
      if Task.isCancelled { throw ResetProblem("the reset was ended from outside") }
    } catch {
      try? FileWriter().remove(dump)
      let state = await putBack(host)
      throw ResetProblem("\(error.message); \(Untrusted(name)) was not dropped\(state)")
    }
    do throws(PostgresFailure) {
      try await maintenance.with(host, .after(.seconds(60))) { writer throws(PostgresFailure) in
        guard try await Self.name(of: oid, writer) == aside.name else {
          throw PostgresFailure(.other("it is another database now than the one that was dumped"))
        }
        try await writer.run("DROP DATABASE \(SQLName.quoted(aside.name))", deadline: .after(.seconds(60)))
      }
    } catch {
      let state = await putBack(host)
      let why = ResetProblem(error, doing: "drop \(Untrusted(name))").message
      throw ResetProblem("\(why)\(state); its dump: \(Untrusted(dump))")
    }
    // The dump knows it by the name that it was dumped by.
    var restore = ShellCommand.run([tools.restore, "--create", "--dbname=postgres"] + options + [dump])
    if others.contains(where: { $0.kind == "settings" && $0.names.contains { $0.hasSuffix(Self.readOnly) } }) {
      restore = ShellCommand(bash: "PGOPTIONS='-c \(Self.readOnly)=off' \(restore.bash)", powershell: nil)
    }
    return (dump, restore.then(.run([tools.query, "--dbname=postgres"] + options + ["--command=" + aside.putBack])))
  }

  // MARK: Aside and back

  private var maintenance: MaintenanceConnection {
    MaintenanceConnection(parameters: place.parameters(as: connection))
  }

  private static func name(of oid: String, _ writer: any PostgresWriter) async throws(PostgresFailure) -> String? {
    try await writer.query(
      "SELECT datname FROM pg_database WHERE oid::text = $1", parameters: [oid], deadline: .after(.seconds(10))
    ).first?.first ?? nil
  }

  /// A server renames no database in which somebody is; it waits for some seconds.
  private func putAside(_ host: Host) async throws(ResetProblem) {
    let end = Deadline.after(.seconds(60))
    do throws(PostgresFailure) {
      try await maintenance.with(host, end) { writer throws(PostgresFailure) in
        guard try await Self.name(of: oid, writer) == name else {
          throw PostgresFailure(.other("it is another database now than the one that was shown"))
        }
        while true {
          if disconnects {
            _ = try await writer.query(
              "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND backend_type = 'client backend'",
              parameters: [name], deadline: end)
          }
          do throws(PostgresFailure) {
            try await writer.run(aside.putAside, deadline: end)
            break
          } catch {
            guard error.sqlState == "55006", disconnects, !end.hasPassed, !Task.isCancelled else { throw error }
          }
        }
        guard try await Self.name(of: oid, writer) == aside.name else {
          try await writer.run(aside.putBack, deadline: end)
          throw PostgresFailure(.other("it is another database now than the one that was shown"))
        }
      }
    } catch {
      throw ResetProblem(error, doing: "put \(Untrusted(name)) aside for the dump")
    }
  }

  /// Gives the database its own name again, also where this was ended from outside.
  /// - Returns: what is not as it was.
  private func putBack(_ host: Host) async -> Message {
    await Task { () -> Message in
      let end = Deadline.after(.seconds(18))
      do throws(PostgresFailure) {
        return try await maintenance.with(host, end) { writer throws(PostgresFailure) in
          while true {
            guard let now = try await Self.name(of: oid, writer) else { return "; the server has it no more" }
            if now != aside.name { return "" }
            do throws(PostgresFailure) {
              // A program that dumped it and was ended may still have a session.
              _ = try await writer.query(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND usename = current_user",
                parameters: [aside.name], deadline: end)
              try await writer.run(aside.putBack, deadline: end)
            } catch {
              guard error.sqlState == "55006", !end.hasPassed else { throw error }
            }
          }
        }
      } catch {
        let why = ResetProblem(error, doing: "give it its name again").message
        return
          "; \(why); all of it is in \(Untrusted(aside.name)), if not under its own name, and comes back with: \(Untrusted(aside.told)), in the database postgres"
      }
    }.value
  }

  // MARK: The dump

  /// An empty file that this user alone may read.
  private func newFile(_ host: Host) throws(ResetProblem) -> String {
    let time = host.now().ISO8601Format().replacing(":", with: "")
    let safe = name.map { $0.isASCII && ($0.isLetter || $0.isNumber || "-_".contains($0)) ? $0 : "_" }
    let file = "\(String(safe.prefix(60)))-\(time).dump"
    do throws(FileWriteError) {
      try FileWriter().makeFolder(dumpFolder, mode: 0o700)
      try FileWriter().create([], named: file, in: dumpFolder, mode: 0o600)
    } catch {
      throw ResetProblem(
        "no dump can be written into \(Untrusted(dumpFolder)) (\(Untrusted("\(error)"))); \(Untrusted(name)) stays")
    }
    return dumpFolder + "/" + file
  }

  private var options: [String] {
    let host = connection.host.isEmpty ? [] : ["--host=" + connection.host]
    return host + ["--port=\(connection.port)", "--username=" + connection.user]
  }

  /// A database's name would be read as a whole connection string where it holds a `=`.
  private var connected: [String] {
    let escaped = aside.name.replacing("\\", with: "\\\\").replacing("'", with: "\\'")
    return options + ["--dbname=dbname='\(escaped)'"]
  }

  /// The variables of libpq as the connection has them, and none of the session's that it does not; the password among
  /// them, which so stands in no list of arguments.
  private func variables(_ host: Host) -> [String: String?] {
    var variables: [String: String?] = [:]
    for name in host.environment.variables.keys where name.hasPrefix("PG") { variables[name] = .some(nil) }
    for (name, value) in place.parameters.environment where name.hasPrefix("PG") { variables[name] = value }
    for (keyword, value) in place.parameters.options {
      if let name = PostgresPlace.variable(for: keyword) { variables[name] = value }
    }
    if let password = place.parameters.password { variables["PGPASSWORD"] = password }
    return variables
  }

  /// Reads the dump whole, and looks for every table in it.
  private func check(_ dump: String, _ host: Host) async throws(ResetProblem) {
    func restore(_ arguments: [String]) async throws(ResetProblem) -> String {
      let result = await host.commands.run(
        Command(tools.restore, arguments + [dump], environment: host.environment.variables, outputLimit: 64 << 20),
        deadline: .after(.seconds(3600)))
      guard result.succeeded else { throw ResetProblem("pg_restore, reading the dump, \(result.outcome.ending)") }
      return result.text
    }
    let list = DumpList(try await restore(["--list"]))
    for table in tables where !list.holds(table) {
      throw ResetProblem("the dump does not hold the table \(Untrusted("\(table.schema).\(table.name)"))")
    }
    _ = try await restore(["--file=/dev/null"])
  }
}

/// What `pg_restore --list` says that a dump holds: `215; 1259 16385 TABLE public users postgres`, and its rows
/// `3350; 0 16385 TABLE DATA public users postgres`.
struct DumpList {
  /// The numbers of the tables that it makes, and of those whose rows it holds.
  private var made: Set<String> = []
  private var filled: Set<String> = []

  init(_ text: String) {
    for line in text.split(separator: "\n") where !line.hasPrefix(";") {
      let words = line.split(separator: " ", maxSplits: 3)
      guard words.count == 4 else { continue }
      if words[3].hasPrefix("TABLE DATA ") {
        filled.insert(String(words[2]))
      } else if ["TABLE ", "FOREIGN TABLE ", "MATERIALIZED VIEW "].contains(where: words[3].hasPrefix) {
        made.insert(String(words[2]))
      }
    }
  }

  /// Whether it holds all of a table that the plan says is dumped.
  func holds(_ table: DatabaseLoss.Table) -> Bool {
    let isMade = table.owner == nil ? made.contains(table.oid) : true
    return isMade && (table.hasDumpedRows ? filled.contains(table.oid) : true)
  }
}
