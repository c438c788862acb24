import HandoffModel
import HandoffSystem
import HandoffText

/// Which PostgreSQL database the project means.
///
/// `handoff.yml`, `DATABASE_URL`, `PG*`, `DB_*`, `.env` and the compose file's published port are asked in this order.
/// The first that names a host or a database wins whole; later ones fill in only the user and the password, and a
/// password only for the same host.
enum DiscoverPostgres {
  /// Where migrations usually stand.
  private static let migrationFolders = [
    "database/migrations", "db/migrations", "db/migrate", "migrations", "sql/migrations", "alembic/versions",
    "prisma/migrations", "supabase/migrations", "priv/repo/migrations", "src/main/resources/db/migration",
  ]

  static func discover(
    _ said: Configuration.Area<[Configuration.Postgres]>, _ files: ProjectFiles, _ compose: ComposeLook
  ) -> AreaUse<[PostgresSettings]> {
    if said == .off { return .unused(switchedOff) }
    var candidates: [PostgresSettings] = []
    // Where a container is PostgreSQL, or may be, POSTGRES_* alone say how it is made and not where it is.
    let isContained = compose.project?.hasDatabase == true || !compose.hidden.isEmpty
    let process = VariableGroup(name: { Source(.environment, $0) }, value: { files.environment[$0] })
    candidates += process.candidates(isContained: isContained)
    // The files that could not be read, and that go before what names the place.
    var hidden: [UnreadableFile] =
      candidates.contains(where: \.isNamed) ? [] : [files.unreadableDotenv].compactMap(\.self)
    if process.isMisunderstood {
      hidden.append(UnreadableFile(path: "DATABASE_URL", .variable, misunderstood))
    }
    let dotenv = files.dotenv.map { dotenv in
      VariableGroup(name: { Source(.dotenv, "\(ProjectFiles.dotenvName): \($0)") }, value: { dotenv[$0] })
    }
    if dotenv?.isMisunderstood == true, !candidates.contains(where: \.isNamed) {
      hidden.append(
        UnreadableFile(path: ProjectFiles.dotenvName, .mistake, "sets DATABASE_URL, which \(misunderstood)"))
    }
    candidates += dotenv?.candidates(isContained: isContained) ?? []
    let example = files.example.map { example in
      VariableGroup(name: { Source(.dotenv, "\(example.path): \($0)") }, value: { example.content[$0] })
    }
    let isAnotherDatabase = [process, dotenv, example].contains { $0?.isAnotherDatabase == true }
    if !candidates.contains(where: \.isNamed) { hidden += compose.hidden + (compose.project?.hiddenDatabase ?? []) }
    if let candidate = compose.project?.databaseCandidate { candidates.append(candidate) }
    let unreadable =
      [files.unreadableDotenv].compactMap(\.self) + compose.hidden + hidden.filter { $0.cause == .variable }
    let migrations = migrationFolders.first { files.kind($0) == .folder }.map { Setting($0, Source(.folder, $0)) }

    if let entries = said.value {
      let settings = entries.enumerated().map { index, entry in
        var settings = configured(entry, index: index)
        if index == 0 {
          if settings.host == nil, settings.database == nil, settings.options["service"] == nil {
            // It says something else of the connection that is discovered: its migrations, its port.
            settings = overlay(settings, on: winner(candidates))
            settings.isUndecided = !hidden.isEmpty
          }
          settings.migrations = settings.migrations ?? migrations
        }
        fill(&settings, from: candidates)
        settings.unreadable = unreadable
        return settings
      }
      return .used(settings)
    }
    var settings = winner(candidates)
    settings.migrations = migrations
    settings.unreadable = unreadable
    let isNamed = VariableGroup.names.contains { files.namedAt($0) != nil }
    if settings.isUnsaid, isAnotherDatabase { return .unused("the variables name a database that is not PostgreSQL") }
    if !hidden.isEmpty { return .undecided(hidden) }
    if settings.isUnsaid, !isNamed {
      if let example = files.unreadableExample { return .undecided([example]) }
      return .unused(
        "no DATABASE_URL, PG* or DB_* variable is set or named in .env, and no compose service is PostgreSQL")
    }
    return .used([settings])
  }

  private static let misunderstood: Message =
    "cannot be understood as a connection string (a character of the password may have to be written as %2F or the like)"

  private static func winner(_ candidates: [PostgresSettings]) -> PostgresSettings {
    var settings =
      candidates.first(where: \.isNamed)
      ?? candidates.first ?? PostgresSettings()
    fill(&settings, from: candidates)
    return settings
  }

  private static func overlay(_ top: PostgresSettings, on base: PostgresSettings) -> PostgresSettings {
    var settings = base
    settings.name = top.name
    settings.port = top.port ?? base.port
    settings.user = top.user ?? base.user
    settings.migrations = top.migrations
    settings.options.merge(top.options) { $1 }
    return settings
  }

  private static func fill(_ settings: inout PostgresSettings, from candidates: [PostgresSettings]) {
    for candidate in candidates {
      settings.user = settings.user ?? candidate.user
      if settings.password == nil, isForSameHost(candidate, settings) { settings.password = candidate.password }
    }
  }

  /// Whether a password is for the host of a connection. One that no host stands beside is for this machine, or, in the
  /// shell's variables, for the host that the shell names.
  private static func isForSameHost(_ candidate: PostgresSettings, _ settings: PostgresSettings) -> Bool {
    if candidate.host == nil, candidate.password?.source.kind == .environment,
      settings.host?.source.kind == .environment
    {
      return true
    }
    return (candidate.isOnThisMachine && settings.isOnThisMachine)
      || candidate.host?.value.lowercased() == settings.host?.value.lowercased()
        && candidate.options["hostaddr"]?.value == settings.options["hostaddr"]?.value
  }

  private static func configured(_ entry: Configuration.Postgres, index: Int) -> PostgresSettings {
    func source(_ key: String) -> Source {
      Source(.configuration, entry.name.map { "postgres[\($0)].\(key)" } ?? "postgres.\(key)")
    }
    var settings = PostgresSettings(
      // The first connection has no instance in its facts, whatever it is called.
      name: index == 0 ? nil : entry.name,
      host: entry.host.map { Setting($0, source("host")) },
      port: entry.port.map { Setting($0, source("port")) },
      database: entry.database.map { Setting($0, source("database")) },
      user: entry.user.map { Setting($0, source("user")) },
      migrations: entry.migrations.map { Setting($0, source("migrations")) })
    settings.options["service"] = entry.service.map { Setting($0, source("service")) }
    settings.options["sslmode"] = entry.sslmode.map { Setting($0, source("sslmode")) }
    return settings
  }
}

extension PostgresSettings {
  /// Whether nothing says where the database is.
  public var isUnsaid: Bool { !isNamed && port == nil }

  /// Whether a variable that `.env` or the file of examples names says that the project uses PostgreSQL.
  public static func isNaming(_ name: String) -> Bool { VariableGroup.names.contains(name) }

  /// Whether the server is on this machine: by a socket, by a loopback address, or where nothing else is said.
  var isOnThisMachine: Bool {
    guard let host = (options["hostaddr"] ?? host)?.value.lowercased() else { return options["service"] == nil }
    return host.pieces(between: ",").allSatisfy {
      PathText($0).isAbsolute || $0.utf8.starts(with: "@".utf8) || LoopbackHost.contains($0)
    }
  }

  /// The file of the project that leads to another machine, relative to its root; nil where none does, but the session
  /// or the user's own files.
  public var placingFile: String? {
    // A service of the user's own file leads to another machine, too.
    guard let place = host ?? options["service"], !isOnThisMachine else { return nil }
    switch place.source.kind {
    case .configuration: return Configuration.fileName
    case .dotenv, .compose, .file: return String(place.source.detail.split(separator: ":").first ?? "")
    default: return nil
    }
  }

  /// Whether it names a host, a database or a service, and so wins over what comes later.
  var isNamed: Bool { host != nil || database != nil || options["service"] != nil }
}

/// The variables that name a database, of the process or of one file.
struct VariableGroup {
  /// The names that say that a project uses PostgreSQL.
  static let names = [
    "DATABASE_URL", "PGHOST", "PGHOSTADDR", "PGPORT", "PGDATABASE", "PGSERVICE", "DB_HOST", "DB_NAME", "DB_PORT",
  ]

  let name: (String) -> Source
  let value: (String) -> String?

  /// What `DATABASE_URL`, `PG*` and `DB_*` say, in this order.
  /// - Parameter isContained: whether POSTGRES_DB without a host or a port is for a container, and names no place.
  func candidates(isContained: Bool) -> [PostgresSettings] {
    [url, libpq, discrete(isContained: isContained)].compactMap(\.self)
  }

  /// What is set as `DATABASE_URL`, for PostgreSQL as it seems, and cannot be understood.
  var isMisunderstood: Bool {
    guard let url = value("DATABASE_URL"), ConnectionURL(url) == nil, !isAnotherDatabase else { return false }
    return url.contains("://") || url.contains("host=") || url.contains("dbname=")
      || Self.isPostgres(scheme: url.prefix { $0 != ":" })
  }

  /// Whether the scheme of a URL may stand for PostgreSQL, as `prisma+postgres` does.
  private static func isPostgres(scheme: Substring) -> Bool {
    ["postg", "pg", "psql", "prisma", "timescale", "ecto"].contains(where: scheme.lowercased().contains)
  }

  /// Whether the variables name a database that is not PostgreSQL.
  var isAnotherDatabase: Bool {
    let engine = [value("DB_CONNECTION"), value("DB_ENGINE"), value("DB_DIALECT")].compactMap(\.self).first?
      .lowercased()
    if let engine, !engine.contains("pg"), !engine.contains("postg") { return true }
    if let url = value("DATABASE_URL"), let colon = url.firstIndex(of: ":"), ConnectionURL(url) == nil {
      let rest = ConnectionURL.withoutDriver(url)
      let scheme = rest.prefix { $0 != ":" }
      if !url[..<colon].isEmpty,
        scheme.utf8.allSatisfy({ byte in
          let letter = byte | 0x20
          return letter >= 0x61 && letter <= 0x7a || byte == 0x2b || byte >= 0x30 && byte <= 0x39
        })
      {
        return !Self.isPostgres(scheme: scheme) || scheme.lowercased() == "ecto" && url.contains(":3306")
      }
    }
    return value("DB_PORT") == "3306" || value("DB_PORT") == "1433"
  }

  private func setting(_ variable: String) -> Setting<String>? { value(variable).map { Setting($0, name(variable)) } }

  private func first(_ variables: String...) -> Setting<String>? { variables.lazy.compactMap(setting).first }

  private func number(_ variable: String) -> Setting<Int>? {
    value(variable).flatMap { Int($0) }.flatMap { (1...65535).contains($0) ? Setting($0, name(variable)) : nil }
  }

  private var url: PostgresSettings? {
    guard let url = value("DATABASE_URL").flatMap(ConnectionURL.init) else { return nil }
    let source = name("DATABASE_URL")
    var settings = PostgresSettings(
      host: url.host.map { Setting($0, source) }, port: url.port.map { Setting($0, source) },
      database: url.database.map { Setting($0, source) }, user: url.user.map { Setting($0, source) },
      password: url.password.map { Setting($0, source) })
    settings.options = url.options.mapValues { Setting($0, source) }
    return settings
  }

  private var libpq: PostgresSettings? {
    var settings = PostgresSettings(
      host: first("PGHOST", "PGHOSTADDR"), port: number("PGPORT"), database: first("PGDATABASE"),
      user: first("PGUSER"), password: first("PGPASSWORD"))
    // The address beside a host's name is where the connection goes.
    if setting("PGHOST") != nil { settings.options["hostaddr"] = setting("PGHOSTADDR") }
    for (variable, keyword) in [
      ("PGSERVICE", "service"), ("PGSSLMODE", "sslmode"), ("PGSSLROOTCERT", "sslrootcert"), ("PGSSLCERT", "sslcert"),
      ("PGSSLKEY", "sslkey"), ("PGPASSFILE", "passfile"),
    ] {
      settings.options[keyword] = setting(variable)
    }
    let isEmpty = settings.isUnsaid && settings.user == nil && settings.password == nil && settings.options.isEmpty
    return isEmpty ? nil : settings
  }

  private func discrete(isContained: Bool) -> PostgresSettings? {
    guard !isAnotherDatabase else { return nil }
    var settings = PostgresSettings(
      host: first("DB_HOST", "POSTGRES_HOST"), port: number("DB_PORT") ?? number("POSTGRES_PORT"),
      database: first("DB_NAME", "DB_DATABASE", "POSTGRES_DB"),
      user: first("DB_USER", "DB_USERNAME", "POSTGRES_USER"),
      password: first("DB_PASSWORD", "DB_PASS", "POSTGRES_PASSWORD"))
    if isContained, settings.host == nil, settings.port == nil, value("DB_NAME") == nil, value("DB_DATABASE") == nil {
      settings.database = nil
    }
    return settings.isUnsaid && settings.user == nil && settings.password == nil ? nil : settings
  }
}
