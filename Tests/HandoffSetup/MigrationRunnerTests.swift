import HandoffProbes
import HandoffProject
import HandoffSystem
import HandoffTestSupport
import Testing

@testable import HandoffSetup

/// Each file once, whole or not at all, and never called applied where it was not.
@Suite(Lab.needs("postgres", "PG_PORT")) struct MigrationRunnerTests {
  private func tables(_ database: String) async throws -> String {
    try await Psql.run(
      "SELECT string_agg(tablename, ' ' ORDER BY tablename) FROM pg_tables WHERE schemaname = 'public'",
      database: database)
  }

  private func recorded(_ database: String) async throws -> String {
    try await Psql.run(
      "SELECT string_agg(name, ' ' ORDER BY applied_at) FROM handoff_migrations", database: database)
  }

  /// The problem that a run ends with.
  private func problem(_ work: () async throws -> Void) async throws -> MigrationProblem {
    do {
      try await work()
    } catch let problem as MigrationProblem {
      return problem
    }
    Issue.record("nothing failed")
    throw CancellationError()
  }

  @Test(
    "A file that fails is told by file, line and statement; nothing of it stays, and it is applied once it is mended")
  func failure() async throws {
    let project = try MigrationProject([
      "001_a.sql": "CREATE TABLE a (id int);\n",
      "002_b.sql": "-- comment\nCREATE TABLE b (id int);\n\nINSERT INTO b\n  VALUES (1),\n  ('é', nowhere);\n",
      "003_c.sql": "CREATE TABLE c (id int);\n",
    ])
    try await Psql.withDatabase { database in
      let failed = try await problem { _ = try await project.apply(to: database) }
      guard case .failed(let failure) = failed else {
        Issue.record("\(failed)")
        return
      }
      #expect(failure.path == "migrations/002_b.sql" && failure.line == 6, "\(failure)")
      #expect(failure.statement.hasPrefix("INSERT INTO b") && failure.failure.sqlState == "42703")
      #expect(try await tables(database) == "a handoff_migrations")
      #expect(try await recorded(database) == "001_a.sql")
      try project.folder.write("migrations/002_b.sql", "CREATE TABLE b (id int);\n")
      #expect(try await project.apply(to: database) == ["002_b.sql", "003_c.sql"])
      #expect(try await tables(database) == "a b c handoff_migrations")
      #expect(try await project.apply(to: database) == [])
    }
  }

  @Test("A file whose table is there already has failed, and does not count as applied")
  func collision() async throws {
    let project = try MigrationProject([
      "001_users.sql": "CREATE TABLE users (id int);\n", "002_users.sql": "CREATE TABLE users (id int, name text);\n",
    ])
    try await Psql.withDatabase { database in
      let failed = try await problem { _ = try await project.apply(to: database) }
      guard case .failed(let failure) = failed else {
        Issue.record("\(failed)")
        return
      }
      #expect(failure.failure.sqlState == "42P07" && failure.line == 1)
      #expect(try await recorded(database) == "001_users.sql")
      let states = try await project.runner(database).status().map(\.state)
      #expect(states.last == .pending)
    }
  }

  @Test(
    "What psql would do and no server can, or what would end the transaction, is refused with its line before anything runs",
    arguments: [
      ("COPY t FROM stdin;\n1\n\\.\n", 1), ("SELECT 1;\n\\i other.sql\n", 2),
      ("CREATE TABLE t (id int);\nCOMMIT;\nCREATE TABLE u (id int);\n", 2),
      ("SELECT 1;\nROLLBACK;\n", 2),
      (
        "CREATE FUNCTION begin() RETURNS int LANGUAGE sql AS 'SELECT 1';\nCREATE TABLE k (i int);\nCOMMIT;\nSELECT;\n",
        3
      ),
      ("CREATE FUNCTION begin.atomic() RETURNS int LANGUAGE sql AS 'SELECT 1';\nCOMMIT;\n", 2),
      (
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1 AS case; END;\nCOMMIT;\nSELECT 1/0;\n", 1
      ),
      ("SELECT 'open\n", 1), ("SELECT 1;\n\nSELECT (1;\n", 3),
    ] as [(String, Int)])
  func refused(text: String, line: Int) async throws {
    let project = try MigrationProject(["001_a.sql": "CREATE TABLE a (id int);\n", "002_b.sql": text])
    try await Psql.withDatabase { database in
      let refused = try await problem { _ = try await project.apply(to: database) }
      guard case .refused(let path, let at, _) = refused else {
        Issue.record("\(refused)")
        return
      }
      #expect(path == "migrations/002_b.sql" && at == line)
      #expect(try await tables(database) == "handoff_migrations")
    }
  }

  @Test("Text that is not UTF-8 or holds a NUL is refused with its line")
  func bytes() async throws {
    let project = try MigrationProject(["001_a.sql": "SELECT 1;\n"])
    for bytes in ["SELECT 1;\\nSELECT \\047\\xff\\047;\\n", "SELECT 1;\\n\\0"] {
      try await project.folder.run("bash", "-c", "printf '\(bytes)' >migrations/001_a.sql")
      try await Psql.withDatabase { database in
        let refused = try await problem { _ = try await project.apply(to: database) }
        guard case .refused(_, 2, _) = refused else {
          Issue.record("\(refused)")
          return
        }
      }
    }
  }

  @Test("Where no transaction is asked for, what was run before a failure is told, and stays")
  func withoutTransaction() async throws {
    let project = try MigrationProject([
      "001_a.sql": "-- handoff: no-transaction\nCREATE TABLE a (id int);\nSELECT nowhere;\n"
    ])
    try await Psql.withDatabase { database in
      let failed = try await problem { _ = try await project.apply(to: database) }
      guard case .failed(let failure) = failed else {
        Issue.record("\(failed)")
        return
      }
      #expect(failure.kept == 1 && failure.line == 3)
      #expect(try await tables(database) == "a handoff_migrations")
      #expect(try await Psql.run("SELECT count(*) FROM handoff_migrations", database: database) == "0")
    }
  }

  @Test("A transaction of a file's own counts whole: what stays is what stood before it, and it must end")
  func ownTransaction() async throws {
    let head = "-- handoff: no-transaction\n"
    let project = try MigrationProject([
      "001_a.sql": head
        + "CREATE TABLE a (id int);\nBEGIN;\nCREATE TABLE b (id int);\nSELECT nowhere;\nCOMMIT;\n"
    ])
    try await Psql.withDatabase { database in
      let failed = try await problem { _ = try await project.apply(to: database) }
      guard case .failed(let failure) = failed else {
        Issue.record("\(failed)")
        return
      }
      #expect(failure.kept == 1 && failure.line == 5, "\(failure)")
      #expect(try await tables(database) == "a handoff_migrations")
      try project.folder.write("migrations/001_a.sql", head + "SELECT 1;\nBEGIN;\nCREATE TABLE c (id int);\n")
      let refused = try await problem { _ = try await project.apply(to: database) }
      guard case .refused(_, 3, _) = refused else {
        Issue.record("\(refused)")
        return
      }
      #expect(try await tables(database) == "a handoff_migrations")
    }
  }

  @Test(
    "A connection that ends in a file is told with its line, and nothing of the file stays", arguments: [true, false])
  func lostConnection(isTransaction: Bool) async throws {
    let project = try MigrationProject([
      "001_a.sql": (isTransaction ? "" : "-- handoff: no-transaction") + "\nCREATE TABLE a (id int);\n"
        + "SELECT pg_terminate_backend(pg_backend_pid());\n"
    ])
    try await Psql.withDatabase { database in
      let lost = try await problem { _ = try await project.apply(to: database) }
      guard case .interrupted(let path, 3, let kept, isTransaction, true) = lost else {
        Issue.record("\(lost)")
        return
      }
      #expect(path == "migrations/001_a.sql" && kept == (isTransaction ? 0 : 1))
      #expect(try await tables(database) == (isTransaction ? "handoff_migrations" : "a handoff_migrations"))
    }
  }

  @Test("A file that changes the connection's encoding is recorded by its own name")
  func encoding() async throws {
    let project = try MigrationProject(["001_é.sql": "SET client_encoding TO 'LATIN1';\nCREATE TABLE a (id int);\n"])
    try await Psql.withDatabase { database in
      let first = try await project.apply(to: database)
      #expect(first == ["001_é.sql"])
      #expect(try await recorded(database) == "001_é.sql")
      #expect(try await project.apply(to: database) == [])
    }
  }

  @Test("A file that is a link out of the project is refused, and its text is not told")
  func link() async throws {
    let elsewhere = try TemporaryFolder(["file": "topsecretword is here;\n"])
    let project = try MigrationProject(["001_a.sql": "CREATE TABLE a (id int);\n"])
    try await project.folder.run("ln", "-s", elsewhere.path + "/file", "migrations/002_b.sql")
    try await Psql.withDatabase { database in
      let refused = try await problem { _ = try await project.apply(to: database) }
      guard case .refused("migrations/002_b.sql", _, _) = refused else {
        Issue.record("\(refused)")
        return
      }
      #expect(!"\(refused.lines)".contains("topsecretword"))
      #expect(try await tables(database) == "handoff_migrations")
    }
  }

  @Test("Several that run it at once apply each file once")
  func concurrent() async throws {
    let files = Dictionary(
      uniqueKeysWithValues: (0..<20).map { number in
        ("\(100 + number)_t.sql", "CREATE TABLE t\(number) (id int);\nINSERT INTO t\(number) VALUES (1);\n")
      })
    let project = try MigrationProject(files)
    try await Psql.withDatabase { database in
      let applied = try await withThrowingTaskGroup(of: [String].self) { group in
        for _ in 0..<4 { group.addTask { try await project.apply(to: database) } }
        return try await group.reduce(into: []) { $0 += $1 }
      }
      #expect(applied.sorted() == files.keys.sorted())
      #expect(try await Psql.run("SELECT count(*) FROM handoff_migrations", database: database) == "20")
      #expect(try await Psql.run("SELECT count(*) FROM t0, t19", database: database) == "1")
    }
  }

  @Test("Who holds the lock is named when it is not given up in time")
  func busy() async throws {
    let project = try MigrationProject(["001_a.sql": "SELECT 1;\n"])
    try await Psql.withDatabase { database in
      try await Psql.holding("SELECT pg_advisory_lock(\(MigrationRunner.lock));", database: database) {
        let busy = try await problem { _ = try await project.runner(database, patience: .milliseconds(300)).apply() }
        guard case .busy(let who?) = busy else {
          Issue.record("\(busy)")
          return
        }
        #expect(who.hasPrefix("pid ") && who.contains("role postgres"))
      }
      #expect(try await project.apply(to: database) == ["001_a.sql"])
    }
  }

  @Test(
    "A file that was changed after it was applied keeps all from running until it is blessed; line ends are no change")
  func changed() async throws {
    let project = try MigrationProject(["001_a.sql": "CREATE TABLE a (\n  id int\n);\n"])
    try await Psql.withDatabase { database in
      #expect(try await project.apply(to: database) == ["001_a.sql"])
      try project.folder.write("migrations/001_a.sql", "CREATE TABLE a (\r\n  id int\r\n);\r\n")
      #expect(try await project.apply(to: database) == [])
      try project.folder.write("migrations/001_a.sql", "CREATE TABLE a (id bigint);\n")
      try project.folder.write("migrations/002_b.sql", "CREATE TABLE b (id int);\n")
      let changed = try await problem { _ = try await project.apply(to: database) }
      guard case .changed(["001_a.sql"]) = changed else {
        Issue.record("\(changed)")
        return
      }
      #expect(try await project.runner(database).rebless(["001_a.sql"]) == ["001_a.sql"])
      #expect(try await project.apply(to: database) == ["002_b.sql"])
    }
  }

  @Test("A database that has its tables already takes files for applied up to a version, by number, name or path")
  func baseline() async throws {
    let files = ["001_a.sql": "CREATE TABLE a (id int);\n", "sub/002_b.sql": "\\bad\n", "003_c.sql": "SELECT 1;\n"]
    for version in ["2", "002", "002_b.sql", "sub/002_b.sql"] {
      let project = try MigrationProject(files)
      try await Psql.withDatabase { database in
        let runner = MigrationRunner(
          SQLMigrations(folder: "migrations", names: ["001_a.sql", "sub/002_b.sql", "003_c.sql"]),
          root: project.folder.path, project.host,
          try project.parameters(database))
        #expect(try await runner.baseline(version) == ["001_a.sql", "sub/002_b.sql"])
        #expect(try await runner.apply() == ["003_c.sql"])
        #expect(
          try await Psql.run(
            "SELECT count(*) FROM handoff_migrations WHERE duration IS NULL AND applied_by = 'baseline by postgres'",
            database: database) == "2")
        let unknown = try await problem { _ = try await runner.baseline("9") }
        guard case .unknownVersion("9", let known) = unknown else {
          Issue.record("\(unknown)")
          return
        }
        #expect(known == ["001", "002", "003"])
      }
    }
  }

  @Test("Files come by their numbers, those of one number by their names, and names without one last")
  func order() throws {
    let project = try MigrationProject([
      "10_j.sql": "", "9_i.sql": "", "002_b.sql": "", "002_a.sql": "", "later.sql": "", "1_x/2_b.sql": "",
      "1_x/1_a.sql": "", "notes.txt": "",
    ])
    let host = project.host
    let discovered = try Discovery.project(at: project.folder.path, host: host)
    let found = try #require(try SQLMigrations.find(of: PostgresSettings(), in: discovered, host))
    #expect(found.folder == "migrations" && found.claimant == nil)
    #expect(
      found.names == ["1_x/1_a.sql", "1_x/2_b.sql", "002_a.sql", "002_b.sql", "9_i.sql", "10_j.sql", "later.sql"])
  }
}
