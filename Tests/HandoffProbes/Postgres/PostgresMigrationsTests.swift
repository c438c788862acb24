import HandoffModel
import HandoffProject
import HandoffSystem
import HandoffTestSupport
import HandoffText
import Testing

@testable import HandoffProbes

/// Whose tracking table it is, and what of the folder is not applied, for each tool with the table as it makes it.
@Suite(.timeLimit(.minutes(2)), Lab.needs("postgres", "PG_PORT")) struct PostgresMigrationsTests {
  /// A tool's table with some rows, its folder, and what must be said about them.
  struct Case: Sendable, CustomTestStringConvertible {
    let tool: String
    let sql: String
    var folder = "db/migrations"
    let files: [String: String]
    let applied: [String]
    var failed: [String]?
    let pending: [String]
    let remedy: String
    var testDescription: String { tool + (failed?.isEmpty == false ? ", failed" : "") }
  }

  static let cases: [Case] = [
    Case(
      tool: "dbmate",
      sql: "CREATE TABLE schema_migrations (version character varying(128) PRIMARY KEY); "
        + "INSERT INTO schema_migrations VALUES ('20240101000000'), ('20240102000000')",
      files: ["20240101000000_a.sql": "", "20240102000000_b.sql": "", "20240103000000_c.sql": "", "README.md": ""],
      applied: ["20240101000000", "20240102000000"], pending: ["20240103000000_c.sql"], remedy: "dbmate up"),
    Case(
      tool: "rails",
      sql: "CREATE TABLE schema_migrations (version character varying NOT NULL PRIMARY KEY); "
        + "CREATE TABLE ar_internal_metadata (key character varying PRIMARY KEY, value character varying); "
        + "INSERT INTO schema_migrations VALUES ('20240101000000')",
      folder: "db/migrate", files: ["20240101000000_a.rb": "", "20240102000000_b.rb": ""],
      applied: ["20240101000000"], pending: ["20240102000000_b.rb"], remedy: "bin/rails db:migrate"),
    Case(
      tool: "golang-migrate",
      sql: "CREATE TABLE schema_migrations (version bigint NOT NULL PRIMARY KEY, dirty boolean NOT NULL); "
        + "INSERT INTO schema_migrations VALUES (2, false)",
      files: [
        "000001_a.up.sql": "", "000001_a.down.sql": "", "000002_b.up.sql": "", "000002_b.down.sql": "",
        "000003_c.up.sql": "", "000010_d.up.sql": "",
      ], applied: ["1", "2"], failed: [], pending: ["000003_c.up.sql", "000010_d.up.sql"],
      remedy: #"migrate -path db/migrations -database "$DATABASE_URL" up"#),
    Case(
      tool: "golang-migrate",
      sql: "CREATE TABLE schema_migrations (version bigint NOT NULL PRIMARY KEY, dirty boolean NOT NULL); "
        + "INSERT INTO schema_migrations VALUES (2, true)",
      files: ["000001_a.up.sql": "", "000002_b.up.sql": "", "000003_c.up.sql": ""],
      applied: ["1"], failed: ["2"], pending: ["000003_c.up.sql"],
      remedy: #"migrate -path db/migrations -database "$DATABASE_URL" up"#),
    Case(
      tool: "flyway",
      sql: """
        CREATE TABLE flyway_schema_history (installed_rank integer PRIMARY KEY, version varchar(50),
          description varchar(200) NOT NULL, type varchar(20) NOT NULL, script varchar(1000) NOT NULL, checksum integer,
          installed_by varchar(100) NOT NULL, installed_on timestamp DEFAULT now(), execution_time integer NOT NULL,
          success boolean NOT NULL);
        INSERT INTO flyway_schema_history (installed_rank, version, description, type, script, installed_by,
          execution_time, success) VALUES
          (0, NULL, '<< Flyway Schema Creation >>', 'SCHEMA', '"x"', 'u', 0, true),
          (1, '1', '<< Flyway Baseline >>', 'BASELINE', '<< Flyway Baseline >>', 'u', 0, true),
          (2, '1.1', 'b', 'SQL', 'V1_1__b.sql', 'u', 1, true),
          (3, '2', 'c', 'SQL', 'V2__c.sql', 'u', 1, false),
          (4, NULL, 'views', 'SQL', 'R__views.sql', 'u', 1, true)
        """,
      folder: "src/main/resources/db/migration",
      files: [
        "V0_9__old.sql": "", "V1__a.sql": "", "V1_1__b.sql": "", "V2__c.sql": "", "sub/V3__d.sql": "",
        "R__views.sql": "", "R__grants.sql": "", "U2__c.sql": "",
      ],
      applied: ["1.1", "R__views.sql"], failed: ["2"], pending: ["R__grants.sql", "sub/V3__d.sql"],
      remedy: "flyway -locations=filesystem:src/main/resources/db/migration migrate"),
    Case(
      tool: "alembic",
      sql: "CREATE TABLE alembic_version (version_num varchar(32) NOT NULL PRIMARY KEY); "
        + "INSERT INTO alembic_version VALUES ('c3')",
      folder: "alembic/versions",
      files: [
        "a1_first.py": "revision = 'a1'\ndown_revision = None\n",
        "b2_second.py": "revision: str = \"b2\"\ndown_revision: Union[str, None] = \"a1\"\n",
        "c3_merge.py": "revision = 'c3'\ndown_revision = (\n    'b2',\n    'a1',\n)\n",
        "d4_new.py": "revision = 'd4'\ndown_revision = 'c3'\n", "env.py": "import os\n",
      ], applied: ["a1", "b2", "c3"], pending: ["d4_new.py"], remedy: "alembic upgrade head"),
    Case(
      tool: "django",
      sql: "CREATE TABLE django_migrations (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, app varchar(255), "
        + "name varchar(255), applied timestamptz DEFAULT now()); "
        + "INSERT INTO django_migrations (app, name) VALUES ('auth', '0001_initial'), ('shop', '0001_initial')",
      folder: "shop/migrations", files: ["0001_initial.py": "", "0002_price.py": "", "__init__.py": ""],
      applied: ["auth.0001_initial", "shop.0001_initial"], pending: ["0002_price.py"],
      remedy: "python manage.py migrate"),
    Case(
      tool: "prisma",
      sql: """
        CREATE TABLE _prisma_migrations (id varchar(36) PRIMARY KEY, checksum varchar(64) NOT NULL,
          finished_at timestamptz, migration_name varchar(255) NOT NULL, logs text, rolled_back_at timestamptz,
          started_at timestamptz NOT NULL DEFAULT now(), applied_steps_count integer NOT NULL DEFAULT 0);
        INSERT INTO _prisma_migrations (id, checksum, finished_at, migration_name, rolled_back_at, started_at) VALUES
          ('1', '', '2024-01-01', '20240101_init', NULL, '2024-01-01'),
          ('2', '', NULL, '20240102_users', '2024-01-02', '2024-01-02'),
          ('3', '', '2024-01-03', '20240102_users', NULL, '2024-01-03'),
          ('4', '', NULL, '20240104_bad', NULL, '2024-01-04')
        """,
      folder: "prisma/migrations",
      files: [
        "20240101_init/migration.sql": "", "20240102_users/migration.sql": "", "20240104_bad/migration.sql": "",
        "20240105_next/migration.sql": "", "migration_lock.toml": "", "empty/x": "",
      ], applied: ["20240101_init", "20240102_users"], failed: ["20240104_bad"], pending: ["20240105_next"],
      remedy: "npx prisma migrate deploy"),
    Case(
      tool: "sqlx",
      sql:
        "CREATE TABLE _sqlx_migrations (version bigint PRIMARY KEY, description text NOT NULL, installed_on timestamptz "
        + "NOT NULL DEFAULT now(), success boolean NOT NULL, checksum bytea NOT NULL, execution_time bigint NOT NULL); "
        + "INSERT INTO _sqlx_migrations VALUES (1, 'a', now(), true, '', 1), (2, 'b', now(), false, '', 1)",
      folder: "migrations",
      files: ["0001_a.up.sql": "", "0001_a.down.sql": "", "0002_b.sql": "", "0003_c.sql": ""],
      applied: ["1"], failed: ["2"], pending: ["0003_c.sql"], remedy: "sqlx migrate run --source migrations"),
    Case(
      tool: "refinery",
      sql:
        "CREATE TABLE refinery_schema_history (version int4 PRIMARY KEY, name varchar(255), applied_on varchar(255), "
        + "checksum varchar(255)); INSERT INTO refinery_schema_history VALUES (1, 'a', '', '')",
      folder: "migrations", files: ["V1__a.sql": "", "V2__b.rs": "", "mod.rs": ""], applied: ["1"],
      pending: ["V2__b.rs"], remedy: "refinery migrate -p migrations"),
    Case(
      tool: "goose",
      sql:
        "CREATE TABLE goose_db_version (id serial PRIMARY KEY, version_id bigint NOT NULL, is_applied boolean NOT NULL, "
        + "tstamp timestamp DEFAULT now()); INSERT INTO goose_db_version (version_id, is_applied) VALUES "
        + "(0, true), (1, true), (2, true), (2, false)",
      folder: "migrations", files: ["00001_a.sql": "", "00002_b.go": "", "00002_b_test.go": ""], applied: ["1"],
      pending: ["00002_b.go"], remedy: #"goose -dir migrations postgres "$DATABASE_URL" up"#),
    Case(
      tool: "sqitch",
      sql: "CREATE SCHEMA sqitch; CREATE TABLE sqitch.projects (project text); "
        + "CREATE TABLE sqitch.changes (change_id text, script_hash text, change text, project text, "
        + "committed_at timestamptz DEFAULT clock_timestamp()); CREATE TABLE sqitch.events (event text, change_id text, "
        + "change text, project text, committed_at timestamptz, PRIMARY KEY (change_id, committed_at)); "
        + "INSERT INTO sqitch.changes (change_id, change, project) VALUES ('1', 'a', 'p'), ('9', 'z', 'another'); "
        + "INSERT INTO sqitch.events SELECT event, id, change, 'p', timestamptz '2026-01-01' + number * interval '1 second' "
        + "FROM (VALUES (1, 'fail', '1', 'a'), (2, 'fail', '2', 'b/c'), (3, 'fail', '4', 'd'), (4, 'revert', '4', 'd')) "
        + "AS made (number, event, id, change)",
      folder: "store",
      files: [
        "sqitch.plan": "%syntax-version=1.0.0\n%project=p # it\n\na 2024-01-01T00:00:00Z N <n@x>\n"
          + "b/c [a] 2024-01-01T00:00:00Z N <n@x> # !\n@v1 2024-01-01T00:00:00Z N <n@x>\nd 2024-01-01T00:00:00Z N <n@x>\n",
        "deploy/a.sql": "", "deploy/b/c.sql": "", "deploy/d.sql": "",
      ], applied: ["a"], failed: ["b/c"], pending: ["d"], remedy: "sqitch --chdir store deploy"),
    Case(
      tool: "handoff",
      sql:
        "CREATE TABLE handoff_migrations (version text, name text, sha256 text, applied_at timestamptz DEFAULT now()); "
        + "INSERT INTO handoff_migrations VALUES ('001', '001_a.sql', ''), ('001', '001_b', '')",
      folder: "database/migrations",
      files: ["001_a.sql": "", "001_b.sql": "", "002_c.sql": "", "sub/x.sql": ""],
      applied: ["001_a.sql", "001_b"], pending: ["002_c.sql", "sub/x.sql"],
      remedy: "handoff setup --only migrations"),
  ]

  @Test("Each tool's table is known by its columns and held against its files", arguments: cases)
  func tools(_ item: Case) async throws {
    let fixture = try PostgresFixture()
    for (name, text) in item.files { try fixture.folder.write("\(item.folder)/\(name)", text) }
    try await Psql.withDatabase { database in
      try await Psql.run(item.sql, database: database)
      try fixture.folder.write("handoff.yml", "postgres: {migrations: \(item.folder)}\n")
      let observation = try await fixture.observe(PostgresFixture.variables(database: database))
      #expect(observation.fact("postgres.migrations.tool")?.value == .string(item.tool))
      #expect(observation.fact("postgres.migrations.applied")?.value.strings == item.applied)
      #expect(observation.fact("postgres.migrations.failed")?.value.strings == item.failed)
      #expect(observation.fact("postgres.migrations.pending")?.value.strings == item.pending)
      let failures = observation.findings.filter { $0.id == "postgres.migrations-failed" }
      #expect(failures.isEmpty == (item.failed ?? []).isEmpty)
      #expect(failures.allSatisfy { $0.severity == .failure && !$0.byHand.isEmpty })
      let pending = try #require(observation.findings.first { $0.id == "postgres.migrations-pending" })
      #expect(pending.severity == .warning)
      // What handoff keeps account of, it applies by itself alone.
      #expect(pending.remedies.contains { $0.command.bash.hasSuffix(item.remedy) })
      let total = item.applied.count + item.pending.count + (item.failed?.count ?? 0)
      #expect(observation.summary.plain.hasSuffix(" · \(item.applied.count) of \(total) migrations"))
    }
  }

  @Test("What an unfinished migration of sqlx left is cleared by the remedy")
  func sqlxRepair() async throws {
    let fixture = try PostgresFixture()
    try await Psql.withDatabase { database in
      try await Psql.run(try #require(Self.cases.first { $0.tool == "sqlx" }).sql, database: database)
      let variables = try PostgresFixture.variables(database: database)
      let findings = try await fixture.observe(variables).findings
      #expect(findings.map(\.id) == ["postgres.migrations-failed", "postgres.migrations-unplaced"])
      let remedy = try #require(findings.first?.byHand.first)
      #expect(remedy.destructive)
      _ = try await fixture.paste(remedy.command)
      #expect(try await fixture.observe(variables).findings.map(\.id) == ["postgres.migrations-unplaced"])
    }
  }

  @Test("An empty database beside a folder has all of it pending; the remedy applies it, all or none")
  func untracked() async throws {
    let fixture = try PostgresFixture()
    try fixture.folder.write("database/migrations/001_a.sql", "CREATE TABLE a ();\n")
    try fixture.folder.write("database/migrations/002 it's.sql", "CREATE TABLE b ();\n")
    try await Psql.withDatabase { database in
      let variables = try PostgresFixture.variables(database: database)
      let observation = try await fixture.observe(variables)
      let finding = try observation.finding("postgres.migrations-pending")
      #expect(observation.fact("postgres.migrations.pending")?.value == ["001_a.sql", "002 it's.sql"])
      #expect(observation.fact("postgres.migrations.tool") == nil)
      _ = try await fixture.paste(try #require(finding.byHand.first).command)
      let after = try await fixture.observe(variables)
      #expect(after.fact("postgres.tables")?.value == ["public.a", "public.b"])
      #expect(after.findings.map(\.id) == ["postgres.migrations-untracked"], "nobody keeps track: nothing is claimed")
      #expect(after.fact("postgres.migrations.pending") == nil)
    }
  }

  @Test("Files that hold the way back as well are not given to psql, in a database that has nothing yet")
  func bothWays() async throws {
    for (marker, remedy) in [
      ("-- migrate:up", "dbmate --migrations-dir migrations up"),
      ("-- +goose Up", #"goose -dir migrations postgres "$DATABASE_URL" up"#),
    ] {
      let fixture = try PostgresFixture()
      try fixture.folder.write("migrations/001_a.sql", "\(marker)\nCREATE TABLE a ();\n")
      try await Psql.withDatabase { database in
        let observation = try await fixture.observe(PostgresFixture.variables(database: database))
        #expect(try observation.finding("postgres.migrations-pending").byHand.first?.command.bash == remedy)
      }
    }
  }

  @Test(
    "Files of a tool whose table is not read are not given to psql either",
    arguments: [
      (
        "1_a.sql", "-- Up Migration\nSELECT 1;\n-- Down Migration\n",
        "npx node-pg-migrate up --migrations-dir migrations"
      ),
      ("1_a.sql", "-- +migrate Up\nSELECT 1;\n", "sql-migrate up"),
      ("1_a.sql", "SELECT 1;\n---- create above / drop below ----\n", "tern migrate --migrations migrations"),
      ("001.do.a.sql", "SELECT 1;\n", "npx postgrator"),
      ("atlas.sum", "", #"atlas migrate apply --dir file://migrations --url "$DATABASE_URL""#),
      ("1_a.sql", "-- @UNDO\n", nil), ("1_down.sql", "SELECT 1;\n", nil), ("V1__a.sql", "SELECT 1;\n", nil),
    ] as [(String, String, String?)])
  func foreigners(name: String, text: String, remedy: String?) async throws {
    let fixture = try PostgresFixture()
    try fixture.folder.write("migrations/\(name)", text)
    try fixture.folder.write("migrations/0.sql", "SELECT 1;\n")
    try await Psql.withDatabase { database in
      let observation = try await fixture.observe(PostgresFixture.variables(database: database))
      #expect(try observation.finding("postgres.migrations-pending").byHand.first?.command.bash == remedy)
    }
  }

  @Test("A table of the same name that no tool would make is nobody's")
  func strangers() async throws {
    let fixture = try PostgresFixture()
    try await Psql.withDatabase { database in
      try await Psql.run(
        "CREATE TABLE schema_migrations (version bigint PRIMARY KEY, inserted_at timestamp); "
          + "CREATE TABLE alembic_version (n int); CREATE TABLE goose_db_version (); "
          + "CREATE VIEW django_migrations AS SELECT 'a' AS app, 'b' AS name, now() AS applied", database: database)
      let observation = try await fixture.observe(PostgresFixture.variables(database: database))
      #expect(observation.findings == [])
      #expect(observation.facts.allSatisfy { !$0.id.rawValue.contains("migrations.") || $0.id.member != nil })
    }
  }

  @Test("A tracking table in another schema, with a name that needs quotes, is found")
  func otherSchema() async throws {
    let fixture = try PostgresFixture()
    try await Psql.withDatabase { database in
      try await Psql.run(
        #"CREATE SCHEMA "My ""App"; CREATE TABLE "My ""App".alembic_version (version_num varchar(32)); "#
          + #"INSERT INTO "My ""App".alembic_version VALUES ('x1')"#, database: database)
      let observation = try await fixture.observe(PostgresFixture.variables(database: database))
      #expect(observation.fact("postgres.migrations.applied")?.value == ["x1"])
      #expect(observation.fact("postgres.migrations.pending") == nil, "there is no folder to compare with")
      #expect(observation.summary.plain.hasSuffix(" · 1 migration"))
    }
  }

  @Test("A tracking table that is locked or may not be read is unknown; tables and size stand")
  func unreadable() async throws {
    let fixture = try PostgresFixture()
    let named: [FactID] = ["applied", "pending", "failed", "missing", "changed"].map {
      FactID("postgres.migrations.\($0)")
    }
    try await Psql.withDatabase { database in
      try await Psql.run(
        "CREATE TABLE _sqlx_migrations (version bigint, success boolean, checksum bytea)", database: database)
      let denied = try await fixture.observe(
        PostgresFixture.variables(database: database, user: "handoff_reader"))
      #expect(try denied.finding("postgres.unreadable").facts == named)
      #expect(denied.fact("postgres.migrations.tool")?.value == "sqlx")
      try await Psql.holding("BEGIN; LOCK TABLE _sqlx_migrations IN ACCESS EXCLUSIVE MODE;", database: database) {
        let locked = try await fixture.observe(PostgresFixture.variables(database: database))
        #expect(try locked.finding("postgres.unreadable").facts == named)
        #expect(locked.fact("postgres.tables")?.value == ["public._sqlx_migrations"])
        #expect(locked.fact("postgres.size") != nil)
      }
    }
  }

  @Test("A folder of migrations that is not there is unknown")
  func noFolder() async throws {
    let fixture = try PostgresFixture()
    try fixture.folder.write("handoff.yml", "postgres: {migrations: nowhere}\n")
    try await Psql.withDatabase { database in
      try await Psql.run(Self.cases[0].sql, database: database)
      let observation = try await fixture.observe(PostgresFixture.variables(database: database))
      #expect(
        try observation.finding("postgres.migrations-folder").facts
          == ["postgres.migrations.pending", "postgres.migrations.missing", "postgres.migrations.changed"])
      #expect(observation.fact("postgres.migrations.applied") != nil)
    }
  }
}
