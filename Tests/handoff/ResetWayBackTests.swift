import Foundation
import HandoffTestSupport
import Testing

/// A database goes only where its dump stays, holds all of it, and can be brought back by what is told.
@Suite(.serialized, Lab.needs("postgres", "PG_PORT", "PG_BIN")) struct ResetWayBackTests: ResetDatabaseSuite {
  private static let environment = ["pyvenv.cfg": "home = /usr/bin\n", "bin/activate": "", "d/here": ""]

  @Test(
    "A dump that would stand in what is removed is refused, however that is named",
    arguments: [
      ("", ["XDG_STATE_HOME": "ROOT/.venv/state"], []),
      ("", ["XDG_STATE_HOME": "ROOT/link/state"], []),
      ("python: {environment: foo/../.venv}\n", [:], ["--dump-to", ".venv/d"]),
    ])
  func dumpInEnvironment(settings: String, variables: [String: String], arguments: [String]) async throws {
    try await with { database in
      let project = try project(database)
      for (name, text) in Self.environment { try project.folder.write(".venv/" + name, text) }
      try project.folder.write("handoff.yml", "project: story-engine\n" + settings)
      try project.folder.write("foo/here", "")
      try await project.shell("ln -s .venv link")
      let answer = try await Witness.ask(
        Tool.path, ["reset", "--database", "--venv", "--yes-destroy", project.name] + arguments,
        environment: project.environment.merging(
          variables.mapValues { $0.replacing("ROOT", with: project.folder.path) }
        ) { $1 }, in: project.folder.path)
      #expect(answer.status == 3, "\(answer.output)\(answer.complaint)")
      #expect(answer.complaint.contains("for the dump, stands in the virtual environment"), "\(answer.complaint)")
      #expect(try await isThere(database) && project.exists(".venv/bin/activate"))
    }
  }

  /// What is in a database of a role that is no superuser, and which words name what it could not make again.
  static let losses: [(what: String, sql: String, words: String)] = [
    (
      "a mapping whose password the role may not see",
      """
      CREATE EXTENSION postgres_fdw; CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw;
      CREATE USER MAPPING FOR postgres SERVER far OPTIONS (password 'sample'); ALTER SERVER far OWNER TO ROLE
      """, "passwords among them, would be lost, since the role ROLE may not see them: postgres on server far"
    ),
    ("an extension for superusers", "CREATE EXTENSION pg_buffercache", "extensions: pg_buffercache"),
    (
      "an event trigger",
      """
      CREATE FUNCTION noted() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
      ALTER FUNCTION noted() OWNER TO ROLE; CREATE EVENT TRIGGER watch ON ddl_command_start EXECUTE FUNCTION noted()
      """, "event triggers: watch"
    ),
    ("a table of another role", "CREATE TABLE elsewhere (id int)", "tables: public.elsewhere"),
    ("a view of another role", "CREATE VIEW seen AS SELECT 1 AS one", "views: public.seen"),
    ("a publication of all tables", "CREATE PUBLICATION told FOR ALL TABLES", "publications: told"),
    (
      "a setting for superusers",
      """
      DO $$ BEGIN
        EXECUTE format('ALTER DATABASE %I SET log_statement = %L', current_database(), 'all');
      END $$
      """, "settings: log_statement"
    ),
  ]

  @Test("What its role could not make again, or not see, is named, and nothing goes", arguments: losses.map(\.what))
  func unmakable(what: String) async throws {
    let loss = try #require(Self.losses.first { $0.what == what })
    try await withOwner(loss.sql) { database, role in
      let project = try project(database, extra: ["PGUSER": role])
      let answer = try await project.reset("--database", "--yes-destroy", project.name)
      let words = loss.words.replacing("ROLE", with: role)
      #expect(answer.status == 3 && answer.complaint.contains(words), "\(answer.output)\(answer.complaint)")
      #expect(try await isThere(database))
    }
  }

  /// Runs what is told.
  private func bringBack(_ answer: Witness.Answer, _ project: ResetProject) async throws {
    let output = answer.output.split(separator: "it comes back with: ", omittingEmptySubsequences: false)
    let command = String(try #require(output.count == 2 ? output.last : nil, "\(answer.output)\(answer.complaint)"))
    let restored = try await Witness.ask("sh", ["-c", command], environment: project.environment)
    #expect(restored.status == 0, "\(command): \(restored.complaint)")
  }

  @Test("What a role that is no superuser can make again goes, and comes back by what is told")
  func makable() async throws {
    let sql = """
      CREATE EXTENSION pgcrypto; SET SESSION AUTHORIZATION ROLE; CREATE SCHEMA tales; CREATE TABLE tales.told (id int);
      INSERT INTO tales.told VALUES (7); CREATE VIEW tales.seen AS SELECT * FROM tales.told;
      CREATE TYPE tales.mood AS ENUM ('calm'); CREATE FUNCTION tales.one() RETURNS int LANGUAGE sql AS 'SELECT 1';
      """
    try await withOwner(sql) { database, role in
      let project = try project(database, extra: ["PGUSER": role])
      let answer = try await project.reset("--database", "--yes-destroy", project.name)
      #expect(answer.status == 0, "\(answer.output)\(answer.complaint)")
      #expect(try await !isThere(database))
      try await bringBack(answer, project)
      #expect(try await Psql.run("SELECT id FROM tales.seen", database: database) == "7")
    }
  }

  @Test("One that takes no changes unless it is asked to comes back by what is told")
  func readOnly() async throws {
    try await with { database in
      try await Psql.run("ALTER DATABASE \(database) SET default_transaction_read_only = on", database: "postgres")
      let project = try project(database)
      try await bringBack(try await project.reset("--database", "--yes-destroy", project.name), project)
      #expect(try await Psql.run("SHOW default_transaction_read_only", database: database) == "on")
      #expect(try await Psql.run("SELECT count(*) FROM users", database: database) == "1234")
    }
  }

  @Test("One with a line end in its name comes back by what is told")
  func lines() async throws {
    let name = "handoff_reset_odd\nd_\(UInt32.random(in: 0 ... .max))"
    try await Psql.run("CREATE DATABASE \"\(name)\"", database: "postgres")
    let project = try project(name)
    let answer = try await project.reset("--database", "--yes-destroy", project.name)
    #expect(try await !isThere(name), "\(answer.complaint)")
    try await bringBack(answer, project)
    #expect(try await isThere(name))
    try await Psql.run("DROP DATABASE IF EXISTS \"\(name)\"", database: "postgres")
  }

  @Test("A name that the server cuts off is refused, with the one that it has there")
  func long() async throws {
    let real = String((UUID().uuidString + UUID().uuidString).lowercased().prefix(63))
    try await Psql.run("CREATE DATABASE \"\(real)\"", database: "postgres")
    let project = try project(real + "-and-more")
    let answer = try await project.reset("--database", "--yes-destroy", project.name)
    #expect(answer.status == 3, "\(answer.output)")
    #expect(
      answer.complaint.contains("cuts the name \(real)-and-more off to \(real), "), "\(answer.complaint)")
    #expect(try await isThere(real))
    try await Psql.run("DROP DATABASE \"\(real)\"", database: "postgres")
  }
}
