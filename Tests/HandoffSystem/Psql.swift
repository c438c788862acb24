import HandoffSystem
import Testing

/// PostgreSQL's own client, as a witness.
enum Psql {
  static func command(_ sql: String, input: [UInt8]? = nil) throws -> Command {
    Command(
      try Lab.value("HANDOFF_LAB_PG_BIN") + "/psql", ["-XqAt", "-v", "ON_ERROR_STOP=1", "-c", sql],
      environment: [
        "PGHOST": try Lab.value("HANDOFF_LAB_PG_HOST"), "PGPORT": "\(try Lab.port("HANDOFF_LAB_PG_PORT"))",
        "PGUSER": "postgres",
        "PGDATABASE": try Lab.value("HANDOFF_LAB_PG_DATABASE"), "PATH": "/usr/bin:/bin",
      ], input: input)
  }

  @discardableResult static func run(_ sql: String) async throws -> String {
    let result = await SubprocessRunner().run(try command(sql), deadline: .after(.seconds(30)))
    try #require(result.succeeded, "\(result.errorText)")
    return result.text
  }

  /// Does something while another session has run some statements and sleeps.
  static func holding(_ sql: String, body: () async throws -> Void) async throws {
    let marker = "handoff holder \(UInt32.random(in: 0 ... .max))"
    let activity = "FROM pg_stat_activity WHERE query LIKE '%\(marker)%' AND wait_event = 'PgSleep'"
    let task = Task {
      await SubprocessRunner().run(
        try command("\(sql) SELECT pg_sleep(60) /* \(marker) */"), deadline: .after(.seconds(60)))
    }
    while try await run("SELECT count(*) \(activity)") != "1" {}
    let outcome: Result<Void, any Error>
    do { outcome = .success(try await body()) } catch { outcome = .failure(error) }
    // Ending the client alone would leave the server asleep, and the lock held.
    try await run("SELECT pg_terminate_backend(pid) \(activity)")
    _ = try await task.value
    try outcome.get()
  }
}
