import HandoffModel
import HandoffProject
import HandoffSystem
import HandoffText

/// The commands that mend what is wrong with a connection. They begin with how the connection was configured when the
/// handoff was written, where that is not how it is configured now.
struct PostgresRemedies {
  let area: String
  let target: PostgresTarget
  let context: ProbeContext

  private var superuser: String { "postgres" }

  // MARK: As it was

  private func recorded(_ name: String) -> Fact? { context.expected?.fact(FactID("\(area).\(name)")) }

  /// Exports that lead back to what was recorded.
  var reconfigure: [Remedy] {
    guard context.expected != nil else { return [] }
    if let remedies = reconfigureURL ?? reconfigureService { return remedies }
    var remedies: [Remedy] = []
    func restore(_ fact: Fact?, _ text: String?, current: String?, fallback: String, _ what: StaticString) {
      guard let fact, let text, text != current else { return }
      // A file of the project gives the value by itself; a default needs no variable.
      guard [.environment, .option, .unknown].contains(fact.source.kind) else { return }
      let variable = PostgresGuide.isOwn(fact.source) ? fact.source.detail : fallback
      remedies.append(Remedy(.export(variable, path: text), "\(words: what) as it was recorded"))
    }
    let place = target.place
    let host = recorded("host")
    restore(host, host?.value.string, current: target.host, fallback: "PGHOST", "the host")
    let port = recorded("port")
    restore(port, port?.value.int.map(String.init), current: String(place.port), fallback: "PGPORT", "the port")
    let database = recorded("database")
    restore(database, database?.value.string, current: place.database, fallback: "PGDATABASE", "the database")
    let user = recorded("user")
    restore(user, user?.value.string, current: place.user, fallback: "PGUSER", "the role")
    return remedies
  }

  // MARK: The server

  /// Ways to start the server, as far as this machine shows how that is done.
  var start: [Remedy] {
    var remedies = reconfigure
    guard target.isLocal else { return remedies + wait }
    if let (compose, service) = composeService {
      remedies.append(Remedy(compose.run(["up", "-d"], service: service), "start the compose service"))
    }
    // Of a place that nothing names, nobody can say that this cluster is meant.
    let isNamed =
      target.place.host != nil || target.settings.port != nil || target.parameters.environment["PGPORT"] != nil
    for cluster in isNamed && composeService == nil ? debianClusters : [] {
      remedies.append(
        Remedy(
          .run("sudo", "pg_ctlcluster", cluster.version, cluster.name, "start"),
          "start the cluster that is configured for this port"))
    }
    if let data = context.host.environment["PGDATA"], context.host.files.kind(of: data + "/PG_VERSION") == .regular {
      remedies.append(
        Remedy(
          .run([.word("pg_ctl"), .word("-D"), .path(ShellPath(context.shown(data))), .word("-w"), .word("start")]),
          "start the cluster of PGDATA"))
    }
    return remedies.isEmpty ? wait : remedies
  }

  /// What tells whether the server takes connections.
  var wait: [Remedy] {
    [Remedy(target.run("pg_isready", user: nil), "tells whether the server takes connections")]
  }

  private var composeService: (compose: ComposeCommand, service: String)? {
    let usual: Set<String> = ["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"]
    func shown(_ file: String) -> String? { usual.contains(file) ? nil : file }
    if let source = [target.settings.host, target.settings.database].compactMap({ $0?.source }).first(where: {
      $0.kind == .compose
    }), let separator = source.detail.firstRange(of: ": ") {
      let file = shown(String(source.detail[..<separator.lowerBound]))
      return (ComposeCommand(file: file, context.host), String(source.detail[separator.upperBound...]))
    }
    guard let docker = context.project.docker.settings, docker.composeFile != nil else { return nil }
    let service = docker.services.first { service in
      guard let image = service.image?.split(separator: "/").last?.prefix(while: { $0 != ":" && $0 != "@" }) else {
        return false
      }
      return ["postgres", "postgresql", "postgis", "pgvector", "timescaledb"].contains(String(image))
    }
    return service.map { (ComposeCommand(docker, context), $0.name) }
  }

  /// The clusters of Debian's and Ubuntu's packaging that are configured for the port.
  private var debianClusters: [(version: String, name: String)] {
    let files = context.host.files
    let root = "/etc/postgresql"
    guard let versions = try? files.list(root) else { return [] }
    return versions.flatMap { version in
      ((try? files.list("\(root)/\(version)")) ?? []).compactMap { name in
        guard let text = try? files.readText("\(root)/\(version)/\(name)/postgresql.conf") else { return nil }
        let port = text.split(separator: "\n").last { $0.drop { $0 == " " }.hasPrefix("port") }
        let number = port.flatMap { Int($0.drop { !$0.isNumber }.prefix { $0.isNumber }) } ?? 5432
        return number == target.place.port ? (version, name) : nil
      }
    }
  }

  /// Whether PGSSLMODE says how the connection is to be encrypted.
  var isModeByVariable: Bool {
    guard let mode = context.host.environment["PGSSLMODE"] else { return false }
    return mode == target.place.sslMode && [nil, mode].contains(target.settings.options["sslmode"]?.value)
  }

  /// What asks for an encrypted connection.
  var encrypt: [Remedy] {
    isModeByVariable ? reconfigure + [Remedy(.export("PGSSLMODE", "require"), "ask for one")] : showRules
  }

  /// What an encrypted connection may want: the authority that the server's certificate is checked with.
  func encryption(_ reason: PostgresTLSFailure) -> [Remedy] {
    let connect = PostgresTarget.address(host: target.isLocal ? "localhost" : target.host, port: target.place.port)
    if reason == .notOffered, isModeByVariable, target.isLocal {
      return reconfigure + [
        Remedy(.export("PGSSLMODE", "prefer"), "take what the server offers, which is on this machine")
      ]
    }
    return reconfigure + [
      Remedy(.export("PGSSLROOTCERT", PostgresGuide.blank), "name the file of the certificate authority"),
      Remedy(
        .run("openssl", "s_client", "-starttls", "postgres", "-connect", connect), "shows the server's certificate"),
    ]
  }

  /// What takes back a keyword that a variable set; what shows the variables else.
  func resetKeyword(_ keyword: String?) -> [Remedy] {
    let option = keyword.flatMap { target.settings.options[$0]?.source }
    if let keyword, let variable = PostgresPlace.variable(for: keyword), context.host.environment[variable] != nil,
      option.map({ $0 == Source(.environment, variable) }) ?? true
    {
      return [Remedy(.unset(variable), "libpq then takes its default")]
    }
    let source = option ?? target.settings.host?.source
    if let keyword, source == Source(.environment, "DATABASE_URL") {
      let url = PostgresGuide(target: target, connection: nil).url(without: keyword)
      let words: Message =
        target.settings.password?.source == source ? "the URL without it; add the password" : "the URL without it"
      return [Remedy(.export("DATABASE_URL", url), words)]
    }
    if source?.kind == .dotenv, let file = source?.detail.split(separator: ":").first {
      return [edit(String(file), "mend it in the connection that the file names")]
    }
    let ways = reconfigure
    return ways.isEmpty ? wait : ways
  }

  /// What the server is told for the session; PGOPTIONS, or what is set for roles and databases.
  var showSettings: [Remedy] {
    let sql = "SELECT setdatabase, setrole::regrole, setconfig FROM pg_db_role_setting"
    let show = Remedy(
      target.psql(user: superuser, database: "postgres", sql),
      "shows what is set for roles and databases, to a superuser")
    let isOwn = target.parameters.environment["PGOPTIONS"]?.isEmpty == false
    return (isOwn ? [Remedy(.unset("PGOPTIONS"), "the session's own options may say so")] : []) + [show]
  }

  /// Where a database's folder belongs that is not there.
  var showData: [Remedy] {
    [
      Remedy(
        target.psql(user: superuser, database: "postgres", "SHOW data_directory"),
        "shows where the folder belongs, to a superuser; what was in it comes back from a backup alone")
    ]
  }

  /// Until when the role's password is good: the server does not say that it has expired.
  var showExpiry: [Remedy] {
    guard target.place.user != superuser else { return [] }
    let sql = "SELECT rolvaliduntil FROM pg_roles WHERE rolname = \(SQLName.literal(target.place.user ?? ""))"
    return [
      Remedy(
        target.psql(user: superuser, database: "postgres", sql),
        "shows, to a superuser, until when its password is good")
    ]
  }

  /// How many connections the role or the database may have, where that is what the server speaks of; who is connected.
  func showLimits(_ message: String) -> [Remedy] {
    func look(_ sql: String) -> [Remedy] {
      [
        Remedy(
          target.psql(user: superuser, database: "postgres", sql), "shows, to a superuser, how many it may have at all")
      ]
    }
    if message.contains("for role \"") {
      let role = SQLName.literal(target.place.user ?? "")
      return look("SELECT rolconnlimit FROM pg_roles WHERE rolname = \(role)") + showSessions
    }
    if message.contains("for database \"") {
      let database = SQLName.literal(target.database ?? "")
      return look("SELECT datconnlimit FROM pg_database WHERE datname = \(database)") + showSessions
    }
    return showSessions
  }

  /// Who is connected.
  var showSessions: [Remedy] {
    let sql = "SELECT pid, usename, datname, application_name, state, state_change FROM pg_stat_activity"
    return [
      Remedy(
        target.psql(user: superuser, database: "postgres", sql),
        "shows who is connected (some connections are kept for superusers)")
    ]
  }

  /// What PgBouncer's own console and the server behind it tell.
  var showPool: [Remedy] {
    [
      Remedy(
        target.psql(user: target.place.user, database: "pgbouncer", "SHOW SERVERS"),
        "shows the servers behind it, to those whom its configuration names as administrators")
    ]
  }

  // MARK: What cannot be read

  /// Names who holds a lock that keeps everybody else out.
  func showLocks(_ connection: PostgresConnection?) -> [Remedy] {
    let sql =
      "SELECT relation::regclass, pid, usename, state, query FROM pg_locks JOIN pg_stat_activity USING (pid) "
      + "WHERE mode = 'AccessExclusiveLock' AND granted"
    return [look(sql, "shows who holds it, and what it was taken for", connection)]
  }

  /// Lists who may do what with tables.
  func showPrivileges(_ connection: PostgresConnection?) -> [Remedy] {
    [look(#"\dp"#, "lists who may do what with which table", connection)]
  }

  /// Lists the policies of row-level security.
  func showPolicies(_ connection: PostgresConnection?) -> [Remedy] {
    let sql = "SELECT schemaname, tablename, policyname, roles, cmd, qual FROM pg_policies"
    return [look(sql, "lists the policies; the owner, or a role with BYPASSRLS, sees all rows", connection)]
  }

  private func look(_ command: String, _ description: Message, _ connection: PostgresConnection?) -> Remedy {
    Remedy(
      target.psql(
        user: connection?.user ?? target.place.user, database: connection?.database ?? target.database, command),
      description)
  }

  // MARK: Database and role

  var editServices: [Remedy] {
    reconfigure + [Remedy(.edit(serviceFile), "define it: host, port, dbname, user")]
  }

  var readServices: [Remedy] {
    [
      Remedy(.makeReadable(serviceFile), "makes it yours to read"),
      Remedy(serviceFile.command("ls", "-ld"), "shows what it is and who may read it"),
    ]
  }

  private var serviceFile: ShellPath {
    ShellPath(context.host.environment["PGSERVICEFILE"].map(context.shown) ?? "~/.pg_service.conf")
  }

  private func edit(_ file: String, _ description: Message) -> Remedy {
    Remedy(.edit(ShellPath(file)), description)
  }

  /// What lets a database take connections again; one whose removal was interrupted never does.
  func openDatabase(isInvalid: Bool) -> [Remedy] {
    let name = SQLName.quoted(target.database ?? "")
    if isInvalid {
      let sql = "DROP DATABASE \(name)"
      return [
        Remedy(
          target.psql(user: superuser, database: "postgres", sql), "end its removal, which was interrupted",
          destructive: true)
      ]
    }
    let sql = "ALTER DATABASE \(name) ALLOW_CONNECTIONS true"
    return [Remedy(target.psql(user: superuser, database: "postgres", sql), "let it take them, as a superuser")]
  }

  var createDatabase: [Remedy] {
    let name = target.database ?? ""
    let command = target.run("createdb", user: target.place.user, name.hasPrefix("-") ? ["--", name] : [name])
    let own = Remedy(command, "create it, empty")
    guard let user = target.place.user, user != superuser else { return reconfigure + [.setup("database"), own] }
    let words = ["-O", user] + (name.hasPrefix("-") ? ["--", name] : [name])
    return reconfigure + [
      .setup("database"), own,
      Remedy(
        target.run("createdb", user: superuser, words), "the same, where that role may not create databases"),
    ]
  }

  var password: [Remedy] {
    let blank = PostgresGuide.blank
    if target.settings.password == nil, let file = target.passwordFilePath {
      let path = ShellPath(file.shown)
      return file.isIgnored
        ? [Remedy(ShellCommand(bash: "chmod 600 \(path.bash)", powershell: nil), "let nobody else read it")]
        : [edit(file.shown, "put the right password in, in the line of this host, port, database and role")]
    }
    guard let source = target.settings.password?.source else {
      return [Remedy(.export("PGPASSWORD", blank), "put the password in; or in ~/.pgpass")]
    }
    if PostgresGuide.isOwn(source) { return [Remedy(.export(source.detail, blank), "put the right password in")] }
    if source.kind == .environment {
      // The password of a URL goes before that of a variable.
      let url = PostgresGuide(target: target, connection: nil).url
      return [
        Remedy(.export(source.detail, url), "take the wrong password out of the URL"),
        Remedy(.export("PGPASSWORD", blank), "put the right one in"),
      ]
    }
    let file = source.detail.firstRange(of: ": ").map { String(source.detail[..<$0.lowerBound]) } ?? source.detail
    return [edit(file, "put the right password in, at \(source.message)")]
  }

  var createRole: [Remedy] {
    let name = target.place.user ?? ""
    let command = target.run("createuser", user: superuser, name.hasPrefix("-") ? ["--", name] : [name])
    return reconfigure + [Remedy(command, "create it, as a superuser; it may log in and nothing more")]
  }

  var allowLogin: [Remedy] {
    let sql = "ALTER ROLE \(SQLName.quoted(target.place.user ?? "")) LOGIN"
    return [Remedy(target.psql(user: superuser, database: "postgres", sql), "let it log in, as a superuser")]
  }

  var showRules: [Remedy] {
    let sql = "SELECT line_number, type, database, user_name, address, auth_method, error FROM pg_hba_file_rules"
    return reconfigure + [
      Remedy(target.psql(user: superuser, database: "postgres", sql), "shows the server's rules, to a superuser")
    ]
  }

  var grantConnect: [Remedy] {
    let database = target.database ?? ""
    let sql =
      "GRANT CONNECT ON DATABASE \(SQLName.quoted(database)) TO \(SQLName.quoted(target.place.user ?? ""))"
    return [Remedy(target.psql(user: superuser, database: database, sql), "let it connect, as a superuser")]
  }
}
