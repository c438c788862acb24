import Foundation
import HandoffTestSupport
import Testing

private let defaultResetSchema = """
  CREATE TABLE users (id int, name text); INSERT INTO users SELECT n, 'name ' || n FROM generate_series(1, 1234) n;
  CREATE SCHEMA stories; CREATE TABLE stories."odd table" (id int); INSERT INTO stories."odd table" VALUES (1);
  CREATE TABLE empty (id int); CREATE VIEW readers AS SELECT * FROM users;
  CREATE MATERIALIZED VIEW counted AS SELECT count(*) FROM users;
  CREATE TABLE parted (id int) PARTITION BY RANGE (id); CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (9);
  INSERT INTO parted VALUES (1), (2);
  """

/// Tests with databases that may be dropped.
protocol ResetDatabaseSuite {}

extension ResetDatabaseSuite {
  func project(_ database: String, extra: [String: String] = [:]) throws -> ResetProject {
    let variables = try Psql.environment(database: database)
    let path = try Lab.value("PG_BIN") + ":" + (Lab.bareEnvironment(home: "/").first { $0.key == "PATH" }?.value ?? "")
    return try ResetProject(extra: variables.merging(["PATH": path]) { $1 }.merging(extra) { $1 })
  }

  func isThere(_ database: String) async throws -> Bool {
    try await Psql.run("SELECT count(*) FROM pg_database WHERE datname = '\(database)'", database: "postgres") == "1"
  }

  /// Makes a database that the test may drop.
  func with(_ sql: String = defaultResetSchema, _ body: (String) async throws -> Void) async throws {
    let name = "handoff_reset_\(UInt32.random(in: 0 ... .max))"
    try await Psql.run("CREATE DATABASE \(name)", database: "postgres")
    let outcome: Result<Void, any Error>
    do {
      try await Psql.run(sql, database: name)
      outcome = .success(try await body(name))
    } catch { outcome = .failure(error) }
    try await Psql.run("UPDATE pg_database SET datistemplate = false WHERE datname = '\(name)'", database: "postgres")
    try await Psql.run("DROP DATABASE IF EXISTS \(name) (FORCE)", database: "postgres")
    try outcome.get()
  }

  /// Makes a database of a role that may make databases and is no superuser.
  /// - Parameter sql: in which `ROLE` stands for that role.
  func withOwner(_ sql: String, _ body: (_ database: String, _ role: String) async throws -> Void) async throws {
    try await with("SELECT 1") { database in
      let role = database + "_owner"
      try await Psql.run("CREATE ROLE \(role) LOGIN CREATEDB", database: "postgres")
      let outcome: Result<Void, any Error>
      do {
        try await Psql.run("ALTER DATABASE \(database) OWNER TO \(role)", database: "postgres")
        try await Psql.run(sql.replacing("ROLE", with: role), database: database)
        outcome = .success(try await body(database, role))
      } catch { outcome = .failure(error) }
      try await Psql.run("DROP DATABASE IF EXISTS \(database) (FORCE)", database: "postgres")
      try await Psql.run("DROP ROLE \(role)", database: "postgres")
      try outcome.get()
    }
  }
}
