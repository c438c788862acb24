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
  /// Dumps the database, reads the dump, and only then drops the database.
  /// - Parameter run: runs a command in sight of its user.
  /// - Returns: where the dump is, and what brings the database back.
  /// - Throws: ``ResetProblem``; the database is as it was, unless it says otherwise.
  func drop(
    _ host: Host, _ run: (ShellCommand, [String: String?]) async throws(ResetProblem) -> Void
  ) async throws(ResetProblem) -> (dump: String, wayBack: ShellCommand) {
    // Whoever comes back after this keeps the database from being dropped: what is written after the dump is not lost.
    if disconnects { try await endSessions(host) }
    let dump = try newFile(host)
    do throws(ResetProblem) {
      let words = [tools.dump, "--format=custom", "-w", "--file=" + dump]
      try await run(.run(words + connected), variables(host))
      try await check(dump, host)
    } catch {
      try? FileWriter().remove(dump)
      throw ResetProblem("\(error.message); \(Untrusted(name)) was not dropped")
    }
    try await drop(host)
    return (dump, .run([tools.restore, "--create", "--dbname=postgres"] + options + [dump]))
  }

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
    let escaped = name.replacing("\\", with: "\\\\").replacing("'", with: "\\'")
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
    let list = try await restore(["--list"])
    for table in tables {
      let entry = "\(table.isMaterialized ? "MATERIALIZED VIEW" : "TABLE") \(table.schema) \(table.name) "
      // Line ends in names are left out of the list.
      guard list.contains(entry) || "\(table.schema)\(table.name)".contains(where: \.isNewline) else {
        throw ResetProblem("the dump does not hold the table \(Untrusted("\(table.schema).\(table.name)"))")
      }
    }
    _ = try await restore(["--file=/dev/null"])
  }

  private func endSessions(_ host: Host) async throws(ResetProblem) {
    let deadline = Deadline.after(.seconds(60))
    let writer = try await maintenance(host, deadline)
    do throws(PostgresFailure) {
      _ = try await writer.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()",
        parameters: [name], deadline: deadline)
    } catch {
      await writer.close()
      throw ResetProblem(
        "\(Untrusted(name)) stays: the sessions of others could not be ended: \(DatabaseLossSearch.words(error.error))")
    }
    await writer.close()
  }

  private func drop(_ host: Host) async throws(ResetProblem) {
    let deadline = Deadline.after(.seconds(60))
    let writer = try await maintenance(host, deadline)
    do throws(PostgresFailure) {
      let present = try await writer.query(
        "SELECT oid FROM pg_database WHERE datname = $1", parameters: [name], deadline: deadline)
      guard present.first?.first == oid else {
        await writer.close()
        throw PostgresFailure(.other("it is another database now than the one that was shown"))
      }
      try await writer.run("DROP DATABASE \(SQLName.quoted(name))", deadline: deadline)
    } catch {
      await writer.close()
      throw ResetProblem(
        "\(Untrusted(name)) was not dropped: \(DatabaseLossSearch.words(error.error))\(error.detail.map { " (\(Untrusted($0)))" } ?? "")"
      )
    }
    await writer.close()
  }

  /// A connection to a database that every server has.
  private func maintenance(
    _ host: Host, _ deadline: Deadline
  ) async throws(ResetProblem) -> any PostgresWriter {
    var last = PostgresError.timedOut
    for database in ["postgres", "template1"] {
      var parameters = place.parameters
      parameters.database = database
      // Of several hosts, the one that was looked at.
      parameters.host = connection.host.isEmpty ? parameters.host : connection.host
      parameters.port = connection.port
      parameters.options["hostaddr"] = nil
      parameters.options["port"] = nil
      do throws(PostgresError) {
        return try await host.postgres.open(parameters, deadline: deadline)
      } catch {
        last = error
      }
    }
    throw ResetProblem(
      "\(Untrusted(name)) was not dropped: neither the database postgres nor template1 can be connected to: \(DatabaseLossSearch.words(last))"
    )
  }
}
