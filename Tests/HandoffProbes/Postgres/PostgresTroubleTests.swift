import HandoffModel
import HandoffProject
import HandoffSystem
import HandoffTestSupport
import HandoffText
import Testing

@testable import HandoffProbes

/// Each way in which a database is not there has its own finding, and what can be mended by a command is mended by it.
@Suite(.timeLimit(.minutes(1)), Lab.needs("postgres", "PG_PORT"), Lab.needs("postgres-scram", "PGSCRAM_PORT"))
struct PostgresTroubleTests {
  let fixture: PostgresFixture

  init() throws { fixture = try PostgresFixture() }

  /// Expects the whole area to be lost for one reason.
  func expectLost(_ observation: Observation, _ id: String, _ severity: Status) throws -> Finding {
    let finding = try observation.finding(id)
    #expect(finding.severity == severity)
    #expect(observation.facts == [])
    #expect(finding.facts.first == "postgres.database")
    #expect(finding.facts.contains("postgres.*") == (severity == .unknown))
    #expect(!observation.setup.isEmpty && !observation.verification.isEmpty)
    return finding
  }

  func scram(user: String, password: String?) throws -> [String: String] {
    var variables = [
      "PGHOST": "127.0.0.1", "PGPORT": "\(try Lab.port("PGSCRAM_PORT"))",
      "PGDATABASE": try Lab.value("PGSCRAM_DATABASE"), "PGUSER": user,
    ]
    variables["PGPASSWORD"] = password
    return variables
  }

  @Test("Nobody listens: no server; the remedy starts the compose service that publishes the port")
  func refused() async throws {
    let listener = try Listener()
    listener.stop()
    try fixture.folder.write(
      "docker-compose.yml", "services:\n  db:\n    image: postgres:15\n    ports: ['\(listener.port):5432']\n")
    let finding = try expectLost(try await fixture.observe([:]), "postgres.no-server", .failure)
    #expect(finding.message.plain.contains("localhost:\(listener.port)"))
    // Which of the two commands there is depends on the machine.
    let commands = ["docker compose up -d db", "docker-compose up -d db"]
    #expect(finding.byHand.filter { commands.contains($0.command.bash) }.count == 1)
  }

  @Test("No socket: no server, and the path is named")
  func noSocket() async throws {
    let finding = try expectLost(
      try await fixture.observe(["PGHOST": fixture.folder.path, "PGPORT": "5477"]), "postgres.no-server", .failure)
    #expect(finding.message.plain.contains(fixture.folder.path + "/.s.PGSQL.5477"))
    #expect(!finding.byHand.isEmpty)
  }

  @Test(
    "The server answers, the database is missing; the remedy makes it",
    arguments: ["handoff_lost", "it's; \"$(x)\"", "host=nowhere.invalid it's"])
  func databaseMissing(name: String) async throws {
    let database = name + "_\(UInt32.random(in: 0 ... .max))"
    let variables = try PostgresFixture.variables(database: database)
    let finding = try expectLost(try await fixture.observe(variables), "postgres.database-missing", .failure)
    #expect(
      finding.message.plain == "localhost:\(try Lab.port("PG_PORT")) answers, but database \(database) does not exist")
    _ = try await fixture.paste(try #require(finding.byHand.first).command)
    let mended = try await fixture.observe(variables)
    #expect(mended.findings == [])
    #expect(mended.fact("postgres.database")?.value == .string(database))
    for step in mended.verification { _ = try await fixture.paste(step.command) }
    try await Psql.run("DROP DATABASE \(SQLName.quoted(database))", database: "postgres")
  }

  @Test("A wrong password is told with where it came from; a missing one is told as missing")
  func password() async throws {
    let secret = "wrong-" + "password"
    let wrong = try expectLost(
      try await fixture.observe(scram(user: "postgres", password: secret)), "postgres.password", .failure)
    #expect(wrong.message.plain.contains("does not take this password"))
    #expect(wrong.message.plain.contains("PGPASSWORD"))
    #expect(!String(reflecting: wrong).contains(secret))
    let missing = try expectLost(
      try await fixture.observe(scram(user: "postgres", password: nil)), "postgres.password", .failure)
    #expect(missing.message.plain.contains("none is set"))
    let right = try await fixture.observe(scram(user: "postgres", password: try Lab.value("PGSCRAM_PASSWORD")))
    #expect(right.findings == [])
  }

  @Test("The remedy of a wrong password puts it right where it came from, filled in")
  func passwordByURL() async throws {
    let url =
      "postgresql://postgres:wrong@127.0.0.1:\(try Lab.port("PGSCRAM_PORT"))/\(try Lab.value("PGSCRAM_DATABASE"))"
    let finding = try expectLost(
      try await fixture.observe(["DATABASE_URL": url]), "postgres.password", .failure)
    let filled = finding.byHand.map(\.command.bash).joined(separator: "\n").replacing(
      "...", with: try Lab.value("PGSCRAM_PASSWORD"))
    let printed = try await fixture.paste(
      ShellCommand(bash: filled + "\necho \"$DATABASE_URL\"\necho \"$PGPASSWORD\"", powershell: nil))
    let lines = printed.split(separator: "\n").map(String.init)
    let mended = try await fixture.observe(["DATABASE_URL": lines[0], "PGPASSWORD": lines[1]])
    #expect(mended.findings == [])

    try fixture.folder.write(
      ".env", "DB_HOST=127.0.0.1\nDB_PORT=\(try Lab.port("PGSCRAM_PORT"))\nDB_USER=postgres\nDB_PASSWORD=wrong\n")
    let dotenv = try expectLost(try await fixture.observe([:]), "postgres.password", .failure)
    #expect(dotenv.message.plain.contains(".env: DB_PASSWORD"))
    #expect(dotenv.byHand.map(\.command.bash) == ["${EDITOR:-vi} .env"])
  }

  @Test("A missing role is made by the remedy")
  func roleMissing() async throws {
    let role = "handoff role \(UInt32.random(in: 0 ... .max))"
    let variables = try PostgresFixture.variables(database: "postgres", user: role)
    let finding = try expectLost(try await fixture.observe(variables), "postgres.role-missing", .failure)
    #expect(finding.message.plain.contains(role))
    _ = try await fixture.paste(try #require(finding.byHand.first).command)
    #expect(try await fixture.observe(variables).findings == [])
    try await Psql.run("DROP ROLE \(SQLName.quoted(role))")
  }

  @Test("A role that may not log in is let in by the remedy")
  func loginForbidden() async throws {
    let role = "handoff_\(UInt32.random(in: 0 ... .max))"
    try await Psql.run("CREATE ROLE \(role) NOLOGIN")
    let variables = try PostgresFixture.variables(database: "postgres", user: role)
    let finding = try expectLost(try await fixture.observe(variables), "postgres.login-forbidden", .failure)
    _ = try await fixture.paste(try #require(finding.byHand.first).command)
    #expect(try await fixture.observe(variables).findings == [])
    try await Psql.run("DROP ROLE \(role)")
  }

  @Test("A role that pg_hba.conf rejects is told from one that does not exist")
  func refusedByHBA() async throws {
    let variables = try scram(user: "handoff_rejected", password: try Lab.value("PGSCRAM_PASSWORD"))
    let finding = try expectLost(try await fixture.observe(variables), "postgres.refused-by-hba", .failure)
    #expect(finding.message.plain.contains("pg_hba.conf"))
  }

  @Test("No CONNECT: permission; the remedy grants it")
  func permission() async throws {
    try await Psql.withDatabase { name in
      try await Psql.run("REVOKE CONNECT ON DATABASE \(name) FROM PUBLIC")
      let variables = try PostgresFixture.variables(database: name, user: "Hand Off's role")
      let finding = try expectLost(try await fixture.observe(variables), "postgres.permission", .failure)
      _ = try await fixture.paste(try #require(finding.byHand.first).command)
      #expect(try await fixture.observe(variables).findings == [])
      try await Psql.run("REVOKE CONNECT ON DATABASE \(name) FROM \"Hand Off's role\"")
    }
  }

  @Test("TLS that is required and not offered is said")
  func tls() async throws {
    var variables = try PostgresFixture.variables()
    variables["PGSSLMODE"] = "require"
    _ = try expectLost(try await fixture.observe(variables), "postgres.tls", .failure)
  }

  @Test("A name that cannot be resolved is unknown")
  func nameNotResolved() async throws {
    let name = String(repeating: "a", count: 64) + ".invalid"
    _ = try expectLost(try await fixture.observe(["PGHOST": name]), "postgres.name-not-resolved", .unknown)
  }

  @Test(
    "What starts, is full, hangs or is no PostgreSQL is unknown, each with its reason", Lab.needs("liars", "LIARS_PID"),
    arguments: [
      ("PG_STARTING", "postgres.starting"), ("PG_FULL", "postgres.full"), ("PG_GARBAGE", "postgres.garbage"),
      ("GARBAGE", "postgres.garbage"), ("SILENT", "postgres.timeout"), ("PG_HANGS", "postgres.timeout"),
    ])
  func unknowns(liar: String, id: String) async throws {
    let variables = ["PGHOST": "127.0.0.1", "PGPORT": "\(try Lab.port("LIAR_" + liar))"]
    let observation = try await fixture.observe(variables, within: .milliseconds(800))
    let finding = try expectLost(observation, id, .unknown)
    #expect(finding.message.plain.contains("127.0.0.1:"))
  }

  @Test("Where the shell no longer says where the database is, the remedy says it as it was recorded")
  func recorded() async throws {
    let recorded = try await fixture.observe(PostgresFixture.variables())
    // Now another port is set, on which nobody listens.
    let listener = try Listener()
    listener.stop()
    var variables = try PostgresFixture.variables()
    variables["PGPORT"] = "\(listener.port)"
    let lost = try await fixture.observe(variables, expected: PostgresFixture.snapshot(recorded))
    let finding = try expectLost(lost, "postgres.no-server", .failure)
    #expect(finding.byHand.first?.command.bash == "export PGPORT=\(try Lab.port("PG_PORT"))")
    // Nothing is set at all: it is looked for where it was.
    let recalled = try await fixture.observe([:], expected: PostgresFixture.snapshot(recorded))
    #expect(recalled.fact("postgres.tables") == recorded.fact("postgres.tables"))
    #expect(recalled.fact("postgres.port")?.value == recorded.fact("postgres.port")?.value)
  }

  @Test("A document cannot have any variable exported but those that name a database")
  func hostileSource() async throws {
    let facts = [
      Fact("postgres.host", .identity, "localhost", source: Source(.environment, "LD_PRELOAD")),
      Fact("postgres.port", .identity, 1, source: Source(.environment, "PATH; rm -rf x")),
      Fact("postgres.database", .identity, "d$(touch pwned)", source: Source(.environment, "X=$(id)")),
    ]
    let expected = PostgresFixture.snapshot(Observation(probe: "postgres", facts: facts))
    let listener = try Listener()
    listener.stop()
    let lost = try await fixture.observe(["PGHOST": "127.0.0.1", "PGPORT": "\(listener.port)"], expected: expected)
    let commands = (lost.findings.flatMap(\.byHand).map(\.command) + lost.setup.map(\.command)).map(\.bash)
    for command in commands {
      for hostile in ["LD_PRELOAD", "rm -rf", "X="] { #expect(!command.contains(hostile)) }
    }
    #expect(commands.contains("export PGDATABASE='d$(touch pwned)'"))
  }

  // MARK: A part cannot be read

  /// A server whose answers fail where a query holds some words.
  struct Failing: PostgresConnector {
    let words: String
    let error: PostgresError
    /// Whether the error comes at the query's deadline, as that of a slow server does.
    var isSlow = false

    func connect(
      _ parameters: PostgresParameters, deadline: Deadline
    ) async throws(PostgresError) -> any PostgresSession {
      Session(real: try await LibpqConnector().connect(parameters, deadline: deadline), failing: self)
    }

    struct Session: PostgresSession {
      let real: any PostgresSession
      let failing: Failing
      var connection: PostgresConnection { real.connection }

      func query(
        _ sql: String, parameters: [String?], deadline: Deadline
      ) async throws(PostgresError) -> [PostgresRow] {
        try await failWhereItIsMeant(sql, deadline)
        return try await real.query(sql, parameters: parameters, deadline: deadline)
      }

      func copy(_ sql: String, deadline: Deadline) async throws(PostgresError) -> [UInt8] {
        try await failWhereItIsMeant(sql, deadline)
        return try await real.copy(sql, deadline: deadline)
      }

      private func failWhereItIsMeant(_ sql: String, _ deadline: Deadline) async throws(PostgresError) {
        guard sql.contains(failing.words) else { return }
        if failing.isSlow { try? await Task.sleep(until: deadline.instant, clock: .continuous) }
        throw failing.error
      }

      func close() async { await real.close() }
    }
  }

  @Test("What could not be read is absent and named as unknown; the rest stands")
  func partly() async throws {
    let server = Failing(words: "pg_database_size", error: .server(sqlState: "57014", message: "canceled"))
    let size = try await fixture.observe(PostgresFixture.variables(), postgres: server)
    #expect(try size.finding("postgres.timeout").facts == ["postgres.size"])
    #expect(size.fact("postgres.size") == nil && size.fact("postgres.tables") != nil)
    #expect(size.status == .unknown)

    let tables = try await fixture.observe(
      PostgresFixture.variables(),
      postgres: Failing(words: "pg_depend", error: .server(sqlState: "42501", message: "permission denied")))
    let finding = try tables.finding("postgres.unreadable")
    #expect(finding.facts == ["postgres.tables", "postgres.rows[*]"])
    #expect(finding.severity == .unknown)
    #expect(tables.fact("postgres.tables") == nil && tables.fact("postgres.size") != nil)
    #expect(tables.fact("postgres.database") != nil)
  }

  @Test("A slow answer does not cost the others theirs")
  func slow() async throws {
    let server = Failing(
      words: "pg_depend", error: .server(sqlState: "57014", message: "canceled"), isSlow: true)
    let observation = try await fixture.observe(
      PostgresFixture.variables(), within: .seconds(3), postgres: server)
    #expect(try observation.finding("postgres.timeout").facts == ["postgres.tables", "postgres.rows[*]"])
    #expect(observation.fact("postgres.size") != nil)
  }

  @Test("Every finding that can be made is in the catalog")
  func catalog() {
    let known = Set(PostgresProbe.findings.map(\.id))
    let target = PostgresTarget(
      PostgresSettings(),
      ProbeContext(host: fixture.host([:]), project: .empty(at: fixture.folder.path), deadline: .after(.zero)))
    let advice = PostgresAdvice(
      area: "postgres", target: target,
      context: ProbeContext(host: fixture.host([:]), project: .empty(at: fixture.folder.path), deadline: .after(.zero)))
    let states = [
      "3D000", "28P01", "28000", "42501", "57P03", "57P01", "53300", "57014", "XX000", "08P01", "55000", "25006",
    ]
    let errors: [PostgresError] =
      [
        .refused, .noSocket, .notPermitted, .nameNotResolved, .noRoute, .timedOut, .garbage, .tls(.failed),
        .serviceMissing,
        .passwordRequired, .tooLarge, .other("x"), .sessionKind, .keyword("sslmode"), .keyword(nil),
        .serviceFileMalformed(path: "/x", line: 1),
      ] + states.map { .server(sqlState: $0, message: "x") }
    for error in errors {
      let finding = advice.lost(error)
      #expect(known.contains(finding.id))
      #expect(!finding.message.isEmpty)
    }
  }
}

extension Project {
  /// A project that uses nothing.
  static func empty(at root: String) -> Project {
    Project(
      root: root, name: Setting("test", Source(.unknown)), handoffs: Setting("handoffs", Source(.unknown)),
      template: Setting("x", Source(.unknown)), shells: Setting(["bash"], Source(.unknown)),
      deadline: Setting(5, Source(.unknown)), aws: .unused("x"), python: .unused("x"), postgres: .unused("x"),
      docker: .unused("x"), git: .unused("x"), variables: .unused("x"))
  }
}
