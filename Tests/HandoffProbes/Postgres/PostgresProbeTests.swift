import HandoffModel
import HandoffProject
import HandoffSystem
import HandoffTestSupport
import HandoffText
import Testing

@testable import HandoffProbes

/// A healthy database's facts are what PostgreSQL's own client says.
@Suite(.timeLimit(.minutes(1)), Lab.needs("postgres", "PG_PORT")) struct PostgresProbeTests {
  let fixture: PostgresFixture

  init() throws { fixture = try PostgresFixture() }

  @Test("Every fact of the sample database is what psql says")
  func healthy() async throws {
    let observation = try await fixture.observe(PostgresFixture.variables())
    #expect(observation.findings == [])
    #expect(observation.fact("postgres.host")?.value == "localhost")
    #expect(observation.fact("postgres.port")?.value == .int(try Lab.port("PG_PORT")))
    #expect(observation.fact("postgres.database")?.value == .string(try Lab.value("PG_DATABASE")))
    #expect(observation.fact("postgres.user")?.value == "postgres")
    #expect(observation.fact("postgres.host")?.source == Source(.environment, "PGHOST"))
    let version = try await Psql.run("SHOW server_version").split(separator: " ")[0]
    #expect(observation.fact("postgres.server")?.value == .string(String(version)))
    let size = try #require(Int(try await Psql.run("SELECT pg_database_size(current_database())")))
    let measured = try #require(observation.fact("postgres.size")?.value.int)
    #expect(abs(measured - size) < 1 << 20)

    // The standard's own view of tables, of which partitions are taken out by what they inherit from.
    let witness = try await Psql.run(
      """
      SELECT table_schema || E'\\t' || table_name FROM information_schema.tables t
      WHERE table_type IN ('BASE TABLE', 'FOREIGN') AND table_schema NOT IN ('pg_catalog', 'information_schema')
        AND NOT EXISTS (SELECT FROM pg_inherits i JOIN pg_partitioned_table p ON p.partrelid = i.inhparent
                        WHERE i.inhrelid = format('%I.%I', table_schema, table_name)::regclass)
      """
    ).split(separator: "\n").map(String.init)
    let tables = try #require(observation.fact("postgres.tables")?.value.strings)
    #expect(tables.count == witness.count)
    #expect(tables == tables.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
    let plain = witness.filter { line in !line.contains { ".\"[]".contains($0) } }
    #expect(Set(plain.map { $0.replacing("\t", with: ".") }).isSubset(of: tables))
    for name in [
      #"public."with.dot""#, #"public."with""quote""#, #"public."pipe|`tick`[x](y)<b>""#, "public.Mixed Case",
      "public.with'apostrophe; DROP TABLE accounts;--", #"game.back\slash"#, "public.größe_表_🎮", "game.telemetry",
      "public.logs_archive", "public.select",
    ] {
      #expect(tables.contains(name))
    }
    for name in ["game.telemetry_2024", "public.active_accounts", "game.npc_count", "game.ticket_numbers"] {
      #expect(!tables.contains(name))
    }
    #expect(observation.fact("postgres.rows[public.accounts]")?.value == 250)
    #expect(observation.fact("postgres.rows[public.audit_log]")?.value == 1000)
    #expect(observation.fact("postgres.rows[game.scratch]") == nil, "it was never analysed")
    #expect(
      observation.summary.plain
        == "localhost:\(try Lab.port("PG_PORT")) · \(try Lab.value("PG_DATABASE")) · \(witness.count) tables")
  }

  @Test("A role that may read little sees the same tables")
  func reader() async throws {
    let all = try await fixture.observe(PostgresFixture.variables())
    let reader = try await fixture.observe(PostgresFixture.variables(user: "handoff_reader"))
    #expect(reader.findings == [])
    #expect(reader.fact("postgres.tables")?.value == all.fact("postgres.tables")?.value)
    #expect(reader.fact("postgres.size") != nil)
  }

  @Test("Tables of extensions, and temporary ones, are not the project's")
  func extensions() async throws {
    try await Psql.withDatabase { name in
      try await Psql.run(
        "CREATE TABLE mine (); CREATE SCHEMA ext; CREATE TABLE ext.theirs (); CREATE EXTENSION pg_trgm SCHEMA ext; "
          + "ALTER EXTENSION pg_trgm ADD TABLE ext.theirs", database: name)
      let observation = try await fixture.observe(PostgresFixture.variables(database: name))
      #expect(observation.fact("postgres.tables")?.value == ["public.mine"])
      #expect(observation.summary.plain.hasSuffix(" · 1 table"))
    }
  }

  @Test("A table under an exclusive lock keeps nothing back")
  func locked() async throws {
    try await Psql.withDatabase { name in
      try await Psql.run("CREATE TABLE busy (n int); INSERT INTO busy VALUES (1); ANALYZE busy", database: name)
      try await Psql.holding("BEGIN; LOCK TABLE busy IN ACCESS EXCLUSIVE MODE;", database: name) {
        let observation = try await fixture.observe(PostgresFixture.variables(database: name))
        #expect(observation.findings == [])
        #expect(observation.fact("postgres.rows[public.busy]")?.value == 1)
        #expect(observation.fact("postgres.size") != nil)
      }
    }
  }

  @Test("Each further database has its name in its facts")
  func several() async throws {
    let port = try Lab.port("PG_PORT")
    try fixture.folder.write(
      "handoff.yml",
      """
      postgres:
        - {host: 127.0.0.1, port: \(port), database: \(try Lab.value("PG_DATABASE")), user: handoff_reader}
        - {name: analytics, host: 127.0.0.1, port: \(port), database: postgres, user: postgres}
      """)
    // Variables of another database must not be mixed into what handoff.yml names.
    let variables = ["PGHOST": "/nonexistent", "PGPORT": "1", "PGOPTIONS": "-c nonsense=1"]
    let first = try await fixture.observe(variables)
    let second = try await fixture.observe(variables, area: "postgres[analytics]")
    #expect(first.fact("postgres.user")?.value == "handoff_reader")
    #expect(first.fact("postgres.user")?.source == Source(.configuration, "postgres.user"))
    #expect(second.probe == "postgres[analytics]")
    #expect(second.fact("postgres[analytics].database")?.value == "postgres")
    #expect(second.fact("postgres[analytics].tables")?.value == [])
  }

  @Test("A socket folder below the home is shown as everywhere, and found again")
  func socketBelowHome() async throws {
    let folder = fixture.folder
    try await folder.run("ln", "-s", Lab.value("PG_SOCKET_DIR"), folder.path + "/home/sockets")
    var variables = try PostgresFixture.variables()
    variables["PGHOST"] = folder.path + "/home/sockets"
    let recorded = try await fixture.observe(variables)
    #expect(recorded.fact("postgres.host")?.value == "~/sockets")
    let again = try await fixture.observe([:], expected: PostgresFixture.snapshot(recorded))
    #expect(again.fact("postgres.host")?.value == "~/sockets")
    #expect(again.fact("postgres.tables")?.value == recorded.fact("postgres.tables")?.value)
  }

  @Test("In a clean shell, the setup commands and then the verification commands work")
  func guide() async throws {
    let password = "never" + "shown"
    for variables in [
      try PostgresFixture.variables().merging(["PGPASSWORD": password]) { $1 },
      [
        "DATABASE_URL":
          "postgresql://postgres:\(password)@localhost:\(try Lab.port("PG_PORT"))/\(try Lab.value("PG_DATABASE"))"
      ],
    ] {
      let observation = try await fixture.observe(variables)
      let setup = observation.setup.filter { !$0.command.bash.hasSuffix("PASSWORD=...") }.map(\.command.bash)
      let verify = try #require(observation.verification.first?.command.bash)
      let printed = try await fixture.paste(
        ShellCommand(bash: (setup + [verify, "env"]).joined(separator: "\n"), powershell: nil))
      #expect(printed.contains("accounts"))
      #expect(observation.setup.last?.command.bash == "export PGPASSWORD=...")
      #expect(!String(reflecting: observation).contains(password))
      for step in observation.setup + observation.verification { #expect(step.command.powershell != nil) }
      // What the setup exports leads the tool to the same database.
      let exported = Dictionary(
        printed.split(separator: "\n").map { $0.split(separator: "=", maxSplits: 1).map(String.init) }
          .filter { $0.count == 2 && ($0[0].hasPrefix("PG") || $0[0] == "DATABASE_URL") }.map { ($0[0], $0[1]) },
        uniquingKeysWith: { $1 })
      let again = try await fixture.observe(exported)
      #expect(again.facts.map(\.id) == observation.facts.map(\.id))
      #expect(again.fact("postgres.port") == observation.fact("postgres.port"))
    }
  }
}
