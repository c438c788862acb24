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
    /// The kinds of PostgreSQL's catalog.
    enum Kind: String { case plain = "r", partitioned = "p", foreign = "f", materialized = "m" }

    /// The extension that made it. A dump only says that there is the extension, and holds the rows that the extension
    /// marks (https://www.postgresql.org/docs/current/extend-extensions.html#EXTEND-EXTENSIONS-CONFIG-TABLES).
    struct Owner: Sendable, Hashable {
      let name: String
      /// Which of the rows are dumped: those for which a condition holds, all where it is empty; nil for none.
      let condition: String?
    }

    /// The number that the server gives it.
    let oid: String
    let schema: String
    let name: String
    let kind: Kind
    let owner: Owner?
    var rows: Rows

    /// Whether a dump holds its rows, or some of them.
    var hasDumpedRows: Bool { kind == .plain && (owner == nil || owner?.condition != nil) }

    var line: Message {
      let count: Message =
        switch rows {
        case .exact(let count): count == 1 ? "1 row" : "\(count) rows"
        case .about(let count): "about \(count) rows, an estimate"
        case .elsewhere: "a foreign table: its rows stay where they are"
        case .unknown: "rows not counted"
        }
      let title: Message = kind == .materialized ? "materialized view" : "table"
      return "  \(title) \(Untrusted("\(schema).\(name)")): \(count)\(owner.map(Self.remark) ?? "")"
    }

    private static func remark(_ owner: Owner) -> Message {
      let dumped: Message =
        switch owner.condition {
        case nil: "its rows are not in the dump"
        case ""?: "its rows are in the dump"
        case let condition?: "of its rows those alone are in the dump that are: \(Untrusted(condition))"
        }
      return "; the extension \(Untrusted(owner.name)) made it: \(dumped)"
    }
  }

  /// Things of one kind beside tables.
  struct Others: Sendable, Hashable {
    /// `views`.
    let kind: String
    let count: Int
    /// The names of the first ones.
    var names: [String]

    var line: Message {
      let shown = Message.joined(names.map { "\(Untrusted($0))" }, separator: ", ")
      let rest: Message = count > names.count ? " and \(count - names.count) more" : ""
      return "  \(Untrusted(kind)) (\(count)): \(shown)\(rest)"
    }
  }

  let connection: PostgresConnection
  let place: DatabasePlace
  /// The number that the server gives the database: another one of the same name has another.
  let oid: String
  let bytes: Int
  let tables: [Table]
  let others: [Others]
  /// Sessions of others: who, from what.
  let sessions: [Message]
  /// What resets that were killed left of databases of that name.
  let remains: [DatabaseAside]
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
    lines += others.map(\.line)
    lines += sessions.map { "  the session of \($0), which is ended" as Message }
    lines.append(
      "  before that it is called \(Untrusted(DatabaseAside(oid: oid, name: name).name)), so that nobody writes into it, and dumped into \(Untrusted(dumpFolder))"
    )
    lines += remains.map { aside in
      "  \(Untrusted(aside.name)), which a reset that was killed left, stays; where there is no \(Untrusted(name)) any more, it comes back with: \(Untrusted(aside.told)), in the database postgres"
        as Message
    }
    return lines
  }
}

/// The programs that dump a database and read the dump.
struct PostgresTools: Sendable {
  let dump: String
  let restore: String
  /// psql, which packages put beside them.
  var query: String { PathText(dump).folder.appending("psql").text }

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
