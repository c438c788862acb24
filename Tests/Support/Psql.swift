import HandoffSystem
import Testing

/// PostgreSQL's own client on the lab's server that trusts everybody, as a witness and to prepare what is observed.
public enum Psql {
  /// The variables of a client of the lab's server.
  public static func environment(database: String? = nil) throws -> [String: String] {
    [
      "PGHOST": try Lab.value("PG_HOST"), "PGPORT": "\(try Lab.port("PG_PORT"))", "PGUSER": "postgres",
      "PGDATABASE": try database ?? Lab.value("PG_DATABASE"), "PATH": "\(try Lab.value("PG_BIN")):/usr/bin:/bin",
    ]
  }

  /// Runs statements and gives what they print.
  @discardableResult public static func run(_ sql: String, database: String? = nil) async throws -> String {
    let result = await SubprocessRunner().run(try command(sql, database), deadline: .after(.seconds(30)))
    try #require(result.succeeded, "\(result.errorText)")
    return result.text
  }

  private static func command(_ sql: String, _ database: String?) throws -> Command {
    Command("psql", ["-XqAt", "-v", "ON_ERROR_STOP=1", "-c", sql], environment: try environment(database: database))
  }

  /// Does something while another session has run some statements and sleeps.
  public static func holding(_ sql: String, database: String? = nil, body: () async throws -> Void) async throws {
    let marker = "handoff holder \(UInt32.random(in: 0 ... .max))"
    let activity = "FROM pg_stat_activity WHERE query LIKE '%\(marker)%' AND wait_event = 'PgSleep'"
    let task = Task {
      await SubprocessRunner().run(
        try command("\(sql) SELECT pg_sleep(60) /* \(marker) */", database), deadline: .after(.seconds(60)))
    }
    while try await run("SELECT count(*) \(activity)") != "1" {}
    let outcome: Result<Void, any Error>
    do { outcome = .success(try await body()) } catch { outcome = .failure(error) }
    // Ending the client alone would leave the server asleep, and the lock held.
    try await run("SELECT pg_terminate_backend(pid) \(activity)")
    _ = try await task.value
    try outcome.get()
  }

  /// Makes an empty database, does something with it, and drops it.
  public static func withDatabase(
    _ options: String = "", body: (_ name: String) async throws -> Void
  ) async throws {
    let name = "handoff_test_\(UInt32.random(in: 0 ... .max))"
    try await run("CREATE DATABASE \(name) \(options)", database: "postgres")
    let outcome: Result<Void, any Error>
    do { outcome = .success(try await body(name)) } catch { outcome = .failure(error) }
    try await run("DROP DATABASE \(name) (FORCE)", database: "postgres")
    try outcome.get()
  }
}
