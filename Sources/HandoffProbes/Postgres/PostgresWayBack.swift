import HandoffModel
import HandoffProject
import HandoffSystem
import HandoffText

extension PostgresRemedies {
  private func fact(_ name: String) -> Fact? { context.expected?.fact(FactID("\(area).\(name)")) }

  private static func isURL(_ source: Source?) -> Bool {
    source?.kind == .environment && source?.detail == "DATABASE_URL"
  }

  // MARK: Another place than recorded

  /// Ways back to the recorded connection; where none is known, what tells whether its server takes connections.
  var backToRecorded: [Remedy] {
    let ways = reconfigure
    guard ways.isEmpty, let host = fact("host")?.value.string, let port = fact("port")?.value.int else { return ways }
    let words: [ShellArgument] = [.word("pg_isready"), .word("-h")]
    let place = host.hasPrefix("~/") ? ShellArgument.path(ShellPath(host)) : .word(host)
    return [
      Remedy(.run(words + [place, .word("-p"), .word(String(port))]), "tells whether the recorded server is there")
    ]
  }

  /// The way back where DATABASE_URL named the place, or names it now; nil where it has no part in it.
  var reconfigureURL: [Remedy]? {
    let wasURL = Self.isURL(fact("host")?.source) || Self.isURL(fact("database")?.source)
    let settings = target.settings
    let isURL = Self.isURL(settings.host?.source) || Self.isURL(settings.database?.source)
    guard wasURL || isURL else { return nil }
    if !wasURL {
      guard fact("host") != nil || fact("database") != nil else { return nil }
      return [Remedy(.unset("DATABASE_URL"), "it was not set, and goes before what named the database")]
    }
    let host = fact("host")?.value.string
    // Of several hosts one was connected to; the URL that names them all is not recorded.
    if let now = settings.host?.value, now.contains(",") { return [] }
    if host?.hasPrefix("~/") == true { return [] }
    let user = fact("user").flatMap { Self.isURL($0.source) ? $0.value.string : nil }
    let url = PostgresGuide.url(
      user: user, host: host, ports: fact("port")?.value.int.map(String.init),
      database: fact("database")?.value.string, options: target.optionsOfURL)
    let hasPassword = isURL && Self.isURL(settings.password?.source)
    if isURL, !hasPassword, url == PostgresGuide(target: target, connection: nil).url { return [] }
    return [
      Remedy(
        .export("DATABASE_URL", url),
        hasPassword ? "the database as it was recorded; add the password" : "the database as it was recorded")
    ]
  }

  /// The way back where a connection service named the place.
  var reconfigureService: [Remedy]? {
    guard let source = fact("host")?.source, source.kind == .pgService else { return nil }
    if target.settings.options["service"]?.value == source.detail { return [] }
    return [Remedy(.export("PGSERVICE", source.detail), "the connection service as it was recorded")]
  }

  // MARK: Writes

  /// What makes the server take writes again.
  func takeWrites(_ mode: PostgresCatalog.Mode) -> [Remedy] {
    let name = "default_transaction_read_only"
    func asSuperuser(_ sql: String) -> ShellCommand { target.psql(user: "postgres", database: "postgres", sql) }
    if mode.name == "standby" {
      return [
        Remedy(
          asSuperuser("SELECT status, sender_host, sender_port FROM pg_stat_wal_receiver"), "shows whom it follows"),
        Remedy(
          asSuperuser("SELECT pg_promote()"), "makes it a primary, which no longer follows the one it did",
          destructive: true),
      ]
    }
    switch mode.setBy {
    case "database":
      let sql = "ALTER DATABASE \(SQLName.quoted(target.database ?? "")) RESET \(name)"
      return [Remedy(asSuperuser(sql), "as a superuser")]
    case "user":
      let sql = "ALTER ROLE \(SQLName.quoted(target.place.user ?? "")) RESET \(name)"
      return [Remedy(asSuperuser(sql), "as a superuser")]
    case "client":
      return [Remedy(.unset("PGOPTIONS"), "the session's own options say so")]
    default:
      let sql = "SELECT source, sourcefile, sourceline FROM pg_settings WHERE name = '\(name)'"
      return [Remedy(asSuperuser(sql), "shows where it is set, to a superuser")]
    }
  }

  // MARK: Tables

  /// How many tables are named in commands one by one.
  private static let tablesNamed = 40

  /// Lets the role read tables again; where there are many, all tables of their schemas.
  func grant(schemas: [String], tables: [PostgresCatalog.Table], to role: String) -> [Remedy] {
    let role = SQLName.quoted(role)
    var statements: [String] = []
    if !schemas.isEmpty {
      statements.append("GRANT USAGE ON SCHEMA \(schemas.map(SQLName.quoted).joined(separator: ", ")) TO \(role)")
    }
    if !tables.isEmpty {
      // A line of a hundred thousand names is longer than a shell takes.
      let names =
        tables.count <= Self.tablesNamed
        ? tables.map(\.quoted).sorted().joined(separator: ", ")
        : "ALL TABLES IN SCHEMA " + Set(tables.map(\.schema)).sorted().map(SQLName.quoted).joined(separator: ", ")
      statements.append("GRANT SELECT ON \(names) TO \(role)")
    }
    return statements.map { sql in
      Remedy(target.psql(user: "postgres", database: target.database, sql), "as the owner or a superuser")
    }
  }

  /// Moves tables to where they were: schemas by their names where all of one has moved, else the tables.
  func moveBack(_ moves: [PostgresMove], known: Set<String>, schemas: Set<String>) -> [Remedy] {
    let knownSchemas = Set(known.compactMap { SQLName.parts(ofMember: $0)?.schema })
    var statements: [String] = []
    for move in moves {
      let new = SQLName.quoted(move.table.schema)
      let isNewSchema = !knownSchemas.contains(move.table.schema)
      if schemas.contains(move.oldSchema) {
        statements.append("ALTER TABLE \(move.table.quoted) SET SCHEMA \(SQLName.quoted(move.oldSchema))")
      } else if isNewSchema {
        statements.append("ALTER SCHEMA \(new) RENAME TO \(SQLName.quoted(move.oldSchema))")
      }
    }
    var seen: Set<String> = []
    return statements.filter { seen.insert($0).inserted }.prefix(Self.tablesNamed).map { sql in
      Remedy(
        target.psql(user: target.place.user, database: target.database, sql), "back, unless it was moved on purpose")
    }
  }

  /// Shows what bears a table's name.
  func describe(_ member: String) -> [Remedy] {
    // Quoted, since psql runs what stands in backquotes.
    guard let (schema, name) = SQLName.parts(ofMember: member) else { return [] }
    let quoted = SQLName.quoted(schema) + "." + SQLName.quoted(name)
    return [
      Remedy(target.psql(user: target.place.user, database: target.database, #"\d+ "# + quoted), "shows what it is")
    ]
  }
}
