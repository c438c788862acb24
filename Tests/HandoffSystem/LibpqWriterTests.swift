import HandoffSystem
import HandoffTestSupport
import Testing

/// What a statement that nobody waits for any more leaves on the server.
@Suite(.timeLimit(.minutes(1)), Lab.needs("postgres", "PG_PORT")) struct LibpqWriterTests {
  private func writer(_ database: String) async throws -> any PostgresWriter {
    let parameters = PostgresParameters(
      host: "127.0.0.1", port: try Lab.port("PG_PORT"), database: database, user: "postgres", environment: [:])
    return try await LibpqConnector().open(parameters, deadline: .after(.seconds(20)))
  }

  private func sleepers(_ database: String) async throws -> String {
    try await Psql.run(
      "SELECT count(*) FROM pg_stat_activity WHERE datname = '\(database)' AND wait_event = 'PgSleep'",
      database: database)
  }

  @Test("A statement is ended on the server at its deadline")
  func deadline() async throws {
    try await Psql.withDatabase { database in
      let writer = try await writer(database)
      let failure = await #expect(throws: PostgresFailure.self) {
        try await writer.run("SELECT pg_sleep(600)", deadline: .after(.milliseconds(500)))
      }
      #expect(failure?.error == .timedOut)
      while try await sleepers(database) != "0" {}
    }
  }

  @Test("A statement is ended on the server when its task is cancelled, and its end is told; also one about to begin")
  func cancelled() async throws {
    try await Psql.withDatabase { database in
      for waits in [true, false] {
        let writer = try await writer(database)
        let task = Task { try await writer.run("SELECT pg_sleep(600)", deadline: .after(.seconds(600))) }
        while waits, try await sleepers(database) != "1" {}
        task.cancel()
        let failure = await #expect(throws: PostgresFailure.self) { try await task.value }
        #expect(failure?.sqlState == "57014")
        #expect(try await sleepers(database) == "0")
      }
    }
  }
}
