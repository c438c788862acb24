import HandoffModel
import HandoffSystem
import HandoffTestSupport
import HandoffText
import Testing

@testable import HandoffProbes

/// A database of very many tables is read whole, or it is said that there are too many.
@Suite(.timeLimit(.minutes(2)), Lab.needs("postgres", "PG_PORT")) struct ManyTablesTests {
  let fixture: PostgresFixture

  init() throws { fixture = try PostgresFixture() }

  /// Enters tables in the catalog that have no files: real ones take minutes.
  private func enter(_ numbers: ClosedRange<Int>, named pattern: String, in database: String) async throws {
    try await Psql.run(
      """
      SET allow_system_table_mods = on;
      DO $$
      DECLARE entry pg_class;
      BEGIN
        SELECT * INTO entry FROM pg_class WHERE relname = 'pattern';
        entry.reltuples := 7;
        FOR number IN \(numbers.lowerBound)..\(numbers.upperBound) LOOP
          entry.oid := 1000000 + number;
          entry.relname := format('\(pattern)', lpad(number::text, 6, '0'));
          INSERT INTO pg_class VALUES (entry.*);
        END LOOP;
      END $$
      """, database: database)
  }

  private func observe(_ database: String) async throws -> Observation {
    try await fixture.observe(PostgresFixture.variables(database: database), within: .seconds(30))
  }

  @Test("A hundred thousand tables with names of sixty bytes, and one more than are taken")
  func hundredThousand() async throws {
    try await Psql.withDatabase { name in
      try await Psql.run("CREATE TABLE pattern ()", database: name)
      let long = "a_table_of_a_hundred_thousand_with_a_name_of_sixty_bytes_"
      try await enter(1...99_999, named: String(long.prefix(54)) + "%s", in: name)
      let all = try await observe(name)
      #expect(all.findings == [])
      let tables = try #require(all.fact("postgres.tables")?.value.strings)
      let witness = try await Psql.run(
        #"SELECT 'public.' || relname FROM pg_class WHERE relkind = 'r' AND relname ~ '^(a_|pattern)' ORDER BY 1"#,
        database: name)
      #expect(tables == witness.split(separator: "\n").map(String.init))
      #expect(tables.count == 100_000 && tables[0].utf8.count == "public.".utf8.count + 60)
      #expect(all.facts.count { $0.id.rawValue.hasPrefix("postgres.rows[") && $0.value == 7 } == 99_999)
      let pages = try await Psql.run("SELECT sum(greatest(relpages, 0)) FROM pg_class", database: name)
      #expect(all.fact("postgres.size")?.value == .int(try #require(Int(pages)) * 8192))

      try await enter(100_000...130_000, named: String(long.prefix(54)) + "%s", in: name)
      let tooLong = try await observe(name)
      #expect(tooLong.fact("postgres.tables") == nil)
      #expect(
        tooLong.findings.map(\.message.plain) == [
          "the tables could not be read: the answer is longer than 8 MiB",
          "the migrations could not be read: the answer before was too long to go on",
          "the size could not be read: the answer before was too long to go on",
        ])

      try await Psql.run(
        "SET allow_system_table_mods = on; UPDATE pg_class SET relname = 't' || oid WHERE oid >= 1000000",
        database: name)
      try await enter(130_001...200_000, named: "t%s", in: name)
      let tooMany = try await observe(name)
      #expect(
        try tooMany.finding("postgres.unreadable").message.plain
          == "the tables could not be read: there are more than 200000")
      #expect(tooMany.fact("postgres.size") != nil)
    }
  }

  @Test("What a role may not read is told of the tables that it may not read, whoever granted what")
  func privileges() async throws {
    try await Psql.withDatabase { name in
      let role = "handoff_reader"
      try await Psql.run(
        """
        CREATE SCHEMA closed; CREATE SCHEMA open; GRANT USAGE ON SCHEMA open TO \(role);
        CREATE TABLE closed.a (n int); GRANT SELECT ON closed.a TO \(role);
        CREATE TABLE open.columns (n int, m int); GRANT SELECT (m) ON open.columns TO \(role);
        CREATE TABLE open.denied (n int); CREATE TABLE open.granted (n int); GRANT SELECT ON open.granted TO \(role);
        CREATE TABLE open.own (n int); ALTER TABLE open.own OWNER TO \(role);
        CREATE TABLE open.revoked (n int); ALTER TABLE open.revoked OWNER TO \(role);
        REVOKE ALL ON open.revoked FROM \(role);
        """, database: name)
      let observation = try await fixture.observe(PostgresFixture.variables(database: name, user: role))
      #expect(observation.fact("postgres.forbidden")?.value == ["closed.a", "open.denied", "open.revoked"])
      #expect(try await observe(name).fact("postgres.forbidden") == nil)
    }
  }

  @Test("The command that grants very many tables again is one that a shell takes, and grants them")
  func granted() async throws {
    try await Psql.withDatabase { name in
      let variables = try PostgresFixture.variables(database: name, user: "handoff_reader")
      let tables = (1...50).map { "s.t\($0)" }
      try await Psql.run(
        "CREATE SCHEMA s; GRANT USAGE ON SCHEMA s TO handoff_reader;"
          + tables.map { "CREATE TABLE \($0) (); GRANT SELECT ON \($0) TO handoff_reader;" }.joined(), database: name)
      let recorded = PostgresFixture.snapshot(try await fixture.observe(variables))
      try await Psql.run("REVOKE SELECT ON ALL TABLES IN SCHEMA s FROM handoff_reader", database: name)
      let lost = try await fixture.observe(variables, expected: recorded)
      let command = try #require(try lost.finding("postgres.tables-forbidden").remedies.first?.command)
      #expect(lost.fact("postgres.forbidden")?.value.array?.count == 50)
      #expect(command.bash.utf8.count < 200)
      _ = try await fixture.paste(command)
      #expect(try await fixture.observe(variables, expected: recorded).fact("postgres.forbidden") == nil)
    }
  }

  @Test("Names are taken as they are, whatever COPY makes of them")
  func names() async throws {
    try await Psql.withDatabase { name in
      let names = ["a\tb", "a\nb", #"a\b"#, #"a\\tb"#, #"\N"#, "\u{8}\u{b}\u{c}\r", #"\."#, "größe", "🎮"]
      let quoted = names.map { SQLName.quoted($0) }
      try await Psql.run(quoted.map { "CREATE TABLE \($0) ();" }.joined(), database: name)
      let session = try await LibpqConnector().connect(
        PostgresParameters(host: "127.0.0.1", port: try Lab.port("PG_PORT"), database: name, user: "postgres"),
        deadline: .after(.seconds(20)))
      let tables = try await PostgresCatalog.tables(session, deadline: .after(.seconds(20)))
      await session.close()
      #expect(Set(tables.map(\.name)) == Set(names))
      #expect(Set(tables.map(\.schema)) == ["public"])
    }
  }

  @Test("Lines of another kind are no tables", arguments: ["x\n", "1\ta\t\t\t\n", "a\tb\t\t\t\n", "-1\tpublic\n"])
  func otherLines(text: String) {
    #expect(PostgresCatalog.Table.read(Array(text.utf8)) == nil)
  }
}
