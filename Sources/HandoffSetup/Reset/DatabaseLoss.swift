import HandoffModel
import HandoffProbes
import HandoffSystem
import HandoffText

/// A database that a reset would drop, after a dump of it.
struct DatabaseLoss: Sendable {
  /// How many rows a table has.
  enum Rows: Sendable, Hashable {
    case exact(Int)
    /// By the server's last ANALYZE.
    case about(Int)
    /// They are on another server, and stay there.
    case elsewhere
    case unknown
  }

  struct Table: Sendable, Hashable {
    let schema: String
    let name: String
    let rows: Rows
    var isMaterialized = false

    var line: Message {
      let count: Message =
        switch rows {
        case .exact(let count): count == 1 ? "1 row" : "\(count) rows"
        case .about(let count): "about \(count) rows, an estimate"
        case .elsewhere: "a foreign table: its rows stay where they are"
        case .unknown: "rows not counted"
        }
      let kind: Message = isMaterialized ? "materialized view" : "table"
      return "  \(kind) \(Untrusted("\(schema).\(name)")): \(count)"
    }
  }

  let connection: PostgresConnection
  let place: DatabasePlace
  /// The number that the server gives the database: another one of the same name has another.
  let oid: String
  let bytes: Int
  let tables: [Table]
  /// What else is in it: `3 views`.
  let others: [Message]
  /// Sessions of others: who, from what.
  let sessions: [Message]
  let disconnects: Bool
  let tools: PostgresTools
  /// Where the dump goes.
  let dumpFolder: String

  var name: String { connection.database }
  private var address: Untrusted { place.address }

  var lines: [Message] {
    let source: Message = place.databaseSource.map { " (\($0.message))" } ?? ""
    var lines: [Message] = [
      "database \(Untrusted(name)) at \(address)\(source): \(ByteCount.shown(bytes)); it is dropped, and handoff setup makes it anew"
    ]
    lines += tables.map(\.line)
    if tables.isEmpty { lines.append("  no table") }
    if !others.isEmpty { lines.append("  and \(Message.joined(others, separator: ", "))") }
    lines += sessions.map { "  the session of \($0), which is ended" as Message }
    lines.append("  before that it is dumped into \(Untrusted(dumpFolder))")
    return lines
  }
}

/// The programs that dump a database and read the dump.
struct PostgresTools: Sendable {
  let dump: String
  let restore: String

  /// Finds those of this machine that know a server's version: on PATH, or where packages put them. `pg_dump` refuses a
  /// server that is newer than itself (https://www.postgresql.org/docs/current/app-pgdump.html).
  /// - Throws: ``ResetProblem`` where there are none.
  static func find(for server: String, _ host: Host) async throws(ResetProblem) -> PostgresTools {
    let wanted = Int(server.prefix { $0.isNumber }) ?? 0
    var folders: [String] = []
    if let path = host.executable(named: "pg_dump") { folders.append(PathText(path).folder.text) }
    for (parent, prefix, rest) in [
      ("/usr/lib/postgresql", "", "/bin"), ("/usr", "pgsql-", "/bin"), ("/opt/homebrew/opt", "postgresql@", "/bin"),
      ("/opt/homebrew/opt", "libpq", "/bin"), ("/usr/local/opt", "postgresql@", "/bin"),
      ("/usr/local/opt", "libpq", "/bin"),
    ] {
      let names = ((try? host.files.list(parent)) ?? []).filter { $0.hasPrefix(prefix) }
      folders += names.reversed().map { parent + "/" + $0 + rest }
    }
    var newest: Int?
    for folder in folders {
      let tools = PostgresTools(dump: folder + "/pg_dump", restore: folder + "/pg_restore")
      guard host.files.isExecutable(tools.dump), host.files.isExecutable(tools.restore) else { continue }
      let said = await host.commands.run(
        Command(tools.dump, ["--version"], environment: host.environment.variables), deadline: .after(.seconds(10)))
      // "pg_dump (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)"
      guard said.succeeded,
        let version = said.text.split(separator: " ").compactMap({ word in
          Int(word.prefix { $0.isNumber })
        }).first
      else { continue }
      if version >= wanted { return tools }
      newest = max(newest ?? 0, version)
    }
    if let newest {
      throw ResetProblem(
        "no dump can be written: pg_dump is of version \(newest), and the server of \(Untrusted(server))")
    }
    throw ResetProblem("no dump can be written: pg_dump and pg_restore are not installed")
  }
}
