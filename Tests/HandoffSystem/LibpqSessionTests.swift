import HandoffSystem
import HandoffTestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A session must change nothing, wait for nobody, and survive errors.
@Suite(.timeLimit(.minutes(1)), Lab.needs("postgres", "PG_PORT")) struct LibpqSessionTests {
  let seconds = Deadline.after(.seconds(20))

  func session(
    database: String? = nil, deadline: Deadline? = nil, limit: Int = 64 << 20
  ) async throws -> any PostgresSession {
    let parameters = PostgresParameters(
      host: "127.0.0.1", port: try Lab.port("PG_PORT"),
      database: try database ?? Lab.value("PG_DATABASE"),
      user: "postgres", environment: ["PGOPTIONS": "-c search_path=public -c default_transaction_read_only=off"])
    return try await LibpqConnector(resultLimit: limit).connect(parameters, deadline: deadline ?? seconds)
  }

  func ask(_ session: any PostgresSession, _ sql: String, _ parameters: [String?] = []) async throws -> [PostgresRow] {
    try await session.query(sql, parameters: parameters, deadline: seconds)
  }

  @Test func passesParametersAndNulls() async throws {
    let session = try await session()
    let text = "a'b\"c\\d\n\u{1F3AE}"
    let rows = try await ask(session, "SELECT $1::text, $2::text, NULL, ''", [text, nil])
    #expect(rows == [[text, nil, nil, ""]])
    await session.close()
  }

  @Test func isReadOnlyAndPinned() async throws {
    let session = try await session()
    let rows = try await ask(
      session,
      """
      SELECT current_setting('transaction_read_only'), current_setting('search_path'), current_setting('client_encoding'),
             current_setting('application_name'), current_setting('statement_timeout') <> '0',
             current_setting('lock_timeout') <> '0', current_setting('idle_in_transaction_session_timeout') <> '0'
      """)
    #expect(rows == [["on", "\"\"", "UTF8", "handoff", "t", "t", "t"]])
    await #expect(throws: PostgresError.self) { try await ask(session, "CREATE TABLE public.intruder ()") }
    // Also in the transaction that follows an error.
    do throws(PostgresError) {
      _ = try await session.query("CREATE TABLE public.intruder ()", parameters: [], deadline: seconds)
    } catch {
      guard case .server("25006", _, _) = error else {
        Issue.record("\(error)")
        return
      }
    }
    #expect(try await ask(session, "SELECT current_setting('search_path')") == [["\"\""]])
    await session.close()
  }

  @Test func goesOnAfterAnErrorOfTheServer() async throws {
    let session = try await session()
    do throws(PostgresError) {
      _ = try await session.query("SELECT 1/0", parameters: [], deadline: seconds)
      Issue.record("no error")
    } catch {
      guard case .server("22012", let message, _) = error else {
        Issue.record("\(error)")
        return
      }
      #expect(message == "division by zero")
    }
    #expect(try await ask(session, "SELECT 2") == [["2"]])
    await session.close()
  }

  @Test func waitsForNoLock() async throws {
    try await Psql.holding("BEGIN; LOCK TABLE public.accounts IN ACCESS EXCLUSIVE MODE;") {
      let session = try await session(deadline: .after(.seconds(2)))
      let start = ContinuousClock.now
      do throws(PostgresError) {
        _ = try await session.query("SELECT count(*) FROM public.accounts", parameters: [], deadline: seconds)
        Issue.record("the lock was not held")
      } catch {
        guard case .server("55P03", _, _) = error else {
          Issue.record("\(error)")
          return
        }
      }
      #expect(ContinuousClock.now - start < .seconds(10))
      #expect(try await ask(session, "SELECT 1") == [["1"]])
      await session.close()
    }
  }

  @Test func theServerGivesUpOnAQueryShortlyBeforeItsDeadline() async throws {
    let session = try await session()
    let start = ContinuousClock.now
    do throws(PostgresError) {
      _ = try await session.query("SELECT pg_sleep(30)", parameters: [], deadline: .after(.milliseconds(500)))
      Issue.record("it slept")
    } catch {
      guard case .server("57014", _, _) = error else {
        Issue.record("\(error)")
        return
      }
    }
    #expect(ContinuousClock.now - start < .seconds(10))
    #expect(try await ask(session, "SELECT 1") == [["1"]])
    await session.close()
  }

  @Test func givesUpOnAFrozenServer() async throws {
    let session = try await session()
    let pid = try #require(pid_t(try await ask(session, "SELECT pg_backend_pid()")[0][0] ?? ""))
    try #require(kill(pid, SIGSTOP) == 0)
    defer { kill(pid, SIGCONT) }
    let start = ContinuousClock.now
    await #expect(throws: PostgresError.timedOut) {
      try await session.query("SELECT 1", parameters: [], deadline: .after(.milliseconds(300)))
    }
    #expect(ContinuousClock.now - start < .milliseconds(1300))
    await #expect(throws: PostgresError.self, "after a timeout of its own the session is over") {
      try await ask(session, "SELECT 1")
    }
    await session.close()
  }

  @Test func tellsAServerThatWentAway() async throws {
    let session = try await session()
    do throws(PostgresError) {
      _ = try await session.query("SELECT pg_terminate_backend(pg_backend_pid())", parameters: [], deadline: seconds)
      Issue.record("still there")
    } catch {
      guard case .server("57P01", _, _) = error else {
        Issue.record("\(error)")
        return
      }
    }
    await session.close()
  }

  @Test func refusesAnAnswerWithoutEnd() async throws {
    let session = try await session(limit: 1 << 20)
    await #expect(throws: PostgresError.tooLarge) {
      try await ask(session, "SELECT repeat('x', 10000) FROM generate_series(1, 100000)")
    }
    await session.close()
  }

  @Test func saysWhyItCannotGoOn() async throws {
    let session = try await session(limit: 1 << 20)
    await #expect(throws: PostgresError.tooLarge) {
      try await session.copy("SELECT repeat('x', 100) FROM generate_series(1, 100000)", deadline: seconds)
    }
    await #expect(throws: PostgresError.other("the answer before was too long to go on")) {
      try await ask(session, "SELECT 1")
    }
    await session.close()
    await #expect(throws: PostgresError.other("the session is closed or in use")) { try await ask(session, "SELECT 1") }
  }

  @Test func copiesRowsAsLines() async throws {
    let session = try await session()
    let lines = try await session.copy(
      "SELECT n, NULL, E'\\t\\\\\\n' || repeat('x', 100000) FROM generate_series(1, 3) AS n", deadline: seconds)
    let rest = #"\t\\\n"# + String(repeating: "x", count: 100_000)
    #expect(String(decoding: lines, as: UTF8.self) == "1\t\t\(rest)\n2\t\t\(rest)\n3\t\t\(rest)\n")
    #expect(try await session.copy("SELECT 1 WHERE false", deadline: seconds) == [])
    #expect(try await ask(session, "SELECT 1") == [["1"]])
    await session.close()
  }

  @Test("After what ends in the middle of its rows, the session goes on")
  func copyThatFails() async throws {
    let session = try await session()
    do throws(PostgresError) {
      _ = try await session.copy("SELECT 1 / (n - 5000) FROM generate_series(1, 10000) AS n", deadline: seconds)
      Issue.record("no error")
    } catch {
      guard case .server("22012", _, _) = error else {
        Issue.record("\(error)")
        return
      }
    }
    do throws(PostgresError) {
      _ = try await session.copy("SELECT pg_sleep(30)", deadline: .after(.milliseconds(500)))
      Issue.record("it slept")
    } catch {
      guard case .server("57014", _, _) = error else {
        Issue.record("\(error)")
        return
      }
    }
    // Data that is copied without being asked for is not taken.
    await #expect(throws: PostgresError.self) { try await ask(session, "COPY (SELECT 1) TO STDOUT") }
    await session.close()
  }

  @Test func takesAHundredThousandRows() async throws {
    let session = try await session()
    let start = ContinuousClock.now
    let rows = try await ask(session, "SELECT n, 'name_of_a_table_' || n, NULL FROM generate_series(1, 100000) AS n")
    #expect(rows.count == 100_000)
    #expect(rows.last == ["100000", "name_of_a_table_100000", nil])
    #expect(ContinuousClock.now - start < .seconds(12))
    await session.close()
  }

  @Test func closesItsConnection() async throws {
    let session = try await session()
    let pid = try #require(try await ask(session, "SELECT pg_backend_pid()")[0][0])
    await session.close()
    let other = try await self.session()
    // The server needs a moment to see it; its own view is asked until it has, in new transactions.
    while try await ask(other, "SELECT 1 FROM pg_stat_activity WHERE pid = $1::int", [pid]) != [] {
      _ = try? await ask(other, "SELECT 1/0")
    }
    await other.close()
  }

  @Test func showsBytesThatAreNoText() async throws {
    try await Psql.withDatabase("ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0") { name in
      let session = try await session(database: name)
      #expect(try await ask(session, "SELECT convert_from('\\x61ff62'::bytea, 'SQL_ASCII')") == [[#"a\xffb"#]])
      _ = try? await ask(session, "SELECT 1/0")
      #expect(try await ask(session, "SELECT convert_from('\\xc3a9'::bytea, 'SQL_ASCII')") == [["é"]])
      await session.close()
    }
  }
}
