import HandoffProbes
import HandoffSystem
import HandoffTestSupport
import Testing

@testable import HandoffSetup

/// What our runner makes of a file is what psql makes of it.
@Suite(Lab.needs("postgres", "PG_PORT")) struct MigrationParityTests {
  @Test("A file leaves what psql leaves of it", arguments: SQLStyles.all.map(\.name))
  func style(_ name: String) async throws {
    let text = try #require(SQLStyles.all.first { $0.name == name }).text
    let project = try MigrationProject(["001_\(name).sql": text])
    try await Psql.withDatabase { ours in
      #expect(try await project.apply(to: ours) == ["001_\(name).sql"])
      try await Psql.withDatabase { theirs in
        try await project.psql(theirs, isTransaction: !text.contains("no-transaction"))
        let witness = try await project.dump(theirs)
        #expect(try await project.dump(ours) == witness)
        // What stands in the tables, too.
        #expect(try await project.dump(ours, "--data-only") == project.dump(theirs, "--data-only"))
      }
      #expect(
        try await Psql.run("SELECT name, version, duration >= '0' FROM handoff_migrations", database: ours)
          == "001_\(name).sql|001|t")
    }
  }
}

/// A project with a folder of migrations, beside the lab's server.
struct MigrationProject {
  let folder: Scratch

  init(_ files: [String: String]) throws {
    folder = try Scratch()
    for (name, text) in files { try folder.write("migrations/" + name, text) }
  }

  var host: HandoffSystem.Host {
    var host = folder.host()
    host.postgres = LibpqConnector()
    return host
  }

  func parameters(_ database: String) throws -> PostgresParameters {
    PostgresParameters(
      host: try Lab.value("PG_HOST"), port: try Lab.port("PG_PORT"), database: database, user: "postgres")
  }

  func runner(_ database: String, patience: Duration = .seconds(30)) throws -> MigrationRunner {
    let names = try FileSystem().list(folder.path + "/migrations").filter { $0.hasSuffix(".sql") }.sorted()
    return MigrationRunner(
      SQLMigrations(folder: "migrations", names: names), root: folder.path, host, try parameters(database),
      patience: patience)
  }

  func apply(to database: String) async throws -> [String] { try await runner(database).apply() }

  /// Gives each file to psql.
  func psql(_ database: String, isTransaction: Bool = true) async throws {
    for name in try FileSystem().list(folder.path + "/migrations").sorted() {
      try await folder.run(
        ["psql", "-Xq", "-v", "ON_ERROR_STOP=1"] + (isTransaction ? ["--single-transaction"] : [])
          + ["-f", "migrations/" + name], with: try Psql.environment(database: database))
    }
  }

  /// What pg_dump says of a database, our table left out.
  func dump(_ database: String, _ what: String = "--schema-only") async throws -> String {
    try await folder.run(
      "pg_dump", what, "--exclude-table=handoff_migrations", with: try Psql.environment(database: database)
    ).split(separator: "\n").filter { !$0.hasPrefix("\\restrict") && !$0.hasPrefix("\\unrestrict") }
      .joined(separator: "\n")
  }
}
