import HandoffTestSupport
import Testing

@testable import HandoffSystem

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Each cause of a failed connection must be told apart from its neighbours, within the deadline.
@Suite(
  .timeLimit(.minutes(1)), Lab.needs("postgres", "PG_PORT"), Lab.needs("postgres-scram", "PGSCRAM_PORT"))
struct LibpqConnectorTests {
  let connector = LibpqConnector()

  func trust(database: String? = nil, user: String? = nil) throws -> PostgresParameters {
    PostgresParameters(
      host: "localhost", port: try Lab.port("PG_PORT"),
      database: try database ?? Lab.value("PG_DATABASE"),
      user: user ?? "postgres")
  }

  func scram(user: String = "postgres", password: String?) throws -> PostgresParameters {
    PostgresParameters(
      host: "127.0.0.1", port: try Lab.port("PGSCRAM_PORT"),
      database: try Lab.value("PGSCRAM_DATABASE"), user: user,
      password: password)
  }

  /// The error of a connection that must fail.
  func failure(
    _ parameters: PostgresParameters, within duration: Duration = .seconds(5)
  ) async throws -> PostgresError {
    let start = ContinuousClock.now
    do throws(PostgresError) {
      let session = try await connector.connect(parameters, deadline: .after(duration))
      await session.close()
    } catch {
      #expect(ContinuousClock.now - start < duration + .seconds(1))
      return error
    }
    Issue.record("the connection was made")
    throw CancellationError()
  }

  func failure(liar: String, within duration: Duration = .seconds(5)) async throws -> PostgresError {
    let port = try Lab.port("LIAR_" + liar)
    return try await failure(
      PostgresParameters(host: "127.0.0.1", port: port, database: "d", user: "u"), within: duration)
  }

  func sqlState(_ error: PostgresError) -> String? {
    if case .server(let state, _, _) = error { state } else { nil }
  }

  @Test func saysHowTheConnectionWasMade() async throws {
    let session = try await connector.connect(trust(), deadline: .after(.seconds(5)))
    #expect(session.connection.host == "localhost")
    #expect(session.connection.port == (try Lab.port("PG_PORT")))
    #expect(session.connection.database == (try Lab.value("PG_DATABASE")))
    #expect(session.connection.user == "postgres")
    let rows = try await session.query(
      "SELECT split_part(current_setting('server_version'), ' ', 1)", parameters: [], deadline: .after(.seconds(5)))
    #expect(rows == [[session.connection.serverVersion]])
    await session.close()
  }

  @Test func connectsOverTheSocketAndTakesAPasswordFile() async throws {
    let socket = PostgresParameters(
      host: try Lab.value("PG_SOCKET_DIR"), port: try Lab.port("PG_PORT"), database: "postgres",
      user: "postgres")
    let session = try await connector.connect(socket, deadline: .after(.seconds(5)))
    #expect(session.connection.host == (try Lab.value("PG_SOCKET_DIR")))
    await session.close()

    let folder = try Scratch()
    try folder.write("pass", "127.0.0.1:*:*:postgres:\(try Lab.value("PGSCRAM_PASSWORD"))\n")
    chmod(folder.path + "/pass", 0o600)
    var withFile = try scram(password: nil)
    withFile.environment = ["PGPASSFILE": folder.path + "/pass"]
    await (try connector.connect(withFile, deadline: .after(.seconds(5)))).close()
  }

  @Test func takesDefaultsFromTheGivenVariablesAlone() async throws {
    // What this process has must not count; what the parameters carry must.
    setenv("PGDATABASE", "of_the_process", 1)
    setenv("PGHOST", "/nonexistent", 1)
    defer {
      unsetenv("PGDATABASE")
      unsetenv("PGHOST")
    }
    let variables = [
      "PGHOST": "127.0.0.1", "PGPORT": "\(try Lab.port("PGSCRAM_PORT"))", "PGUSER": "handoff_reader",
      "PGDATABASE": try Lab.value("PGSCRAM_DATABASE"),
      "PGPASSWORD": try Lab.value("PGSCRAM_PASSWORD"),
    ]
    let session = try await connector.connect(PostgresParameters(environment: variables), deadline: .after(.seconds(5)))
    #expect(session.connection.user == "handoff_reader")
    #expect(session.connection.database == (try Lab.value("PGSCRAM_DATABASE")))
    await session.close()
  }

  @Test func takesAServiceFromTheServiceFile() async throws {
    let folder = try Scratch()
    try folder.write(
      "services",
      "[other]\nhost=/nonexistent\n# ours\n[lab]\nhost=127.0.0.1\nport=\(try Lab.port("PG_PORT"))\n"
        + "dbname=postgres\nuser=handoff_reader\n[last]\nuser=nobody\n")
    let parameters = PostgresParameters(
      database: try Lab.value("PG_DATABASE"),
      environment: ["PGSERVICE": "lab", "PGSERVICEFILE": folder.path + "/services", "PGUSER": "postgres"])
    let session = try await connector.connect(parameters, deadline: .after(.seconds(5)))
    #expect(session.connection.user == "handoff_reader", "the service goes before the variables")
    #expect(
      session.connection.database == (try Lab.value("PG_DATABASE")),
      "what is explicit goes before the service")
    await session.close()
  }

  @Test func triesSeveralHosts() async throws {
    var parameters = try trust()
    parameters.options["hostaddr"] = ""
    parameters.host = "/nonexistent,127.0.0.1"
    let session = try await connector.connect(parameters, deadline: .after(.seconds(5)))
    #expect(session.connection.host == "127.0.0.1")
    await session.close()
  }

  @Test func ignoresKeywordsOfOtherClients() async throws {
    var parameters = try trust()
    parameters.options = ["schema": "public", "pgbouncer": "true", "replication": "database"]
    await (try connector.connect(parameters, deadline: .after(.seconds(5)))).close()
  }

  // MARK: causes

  @Test func tellsARefusedConnection() async throws {
    let port = try unusedPort()
    let parameters = PostgresParameters(host: "localhost", port: port, database: "d", user: "u")
    #expect(try await failure(parameters) == .refused)
  }

  @Test func tellsAMissingSocketFromOneNobodyServesAndOneThatIsForbidden() async throws {
    let folder = try Scratch()
    let parameters = PostgresParameters(host: folder.path, port: 5432, database: "d", user: "u")
    #expect(try await failure(parameters) == .noSocket)
    #expect(try await failure(PostgresParameters(host: "/nonexistent/x", database: "d", user: "u")) == .noSocket)
    // A socket that its server left behind.
    let left = try Listener(path: folder.path + "/.s.PGSQL.5432")
    left.stop()
    #expect(try await failure(parameters) == .refused)
  }

  @Test func tellsAForbiddenSocket() async throws {
    #expect(PostgresTarget.cause(ofErrno: EACCES) == .notPermitted)
    // Root may use every socket.
    if geteuid() == 0 { return }
    let folder = try Scratch()
    let listener = try Listener(path: folder.path + "/.s.PGSQL.5432")
    defer { listener.stop() }
    chmod(folder.path + "/.s.PGSQL.5432", 0)
    let parameters = PostgresParameters(host: folder.path, port: 5432, database: "d", user: "u")
    #expect(try await failure(parameters) == .notPermitted)
  }

  @Test func tellsAMissingDatabase() async throws {
    let error = try await failure(trust(database: "no such \"database\": 28P01: x"))
    guard case .server("3D000", let message, _) = error else {
      Issue.record("\(error)")
      return
    }
    #expect(message.contains("no such"))
  }

  @Test func tellsAWrongPasswordFromAMissingOne() async throws {
    #expect(sqlState(try await failure(scram(password: "wrong-" + "one"))) == "28P01")
    #expect(try await failure(scram(password: nil)) == .passwordRequired)
  }

  @Test func neverPassesOnThePassword() async throws {
    let secret = "hunter" + "2-\(UInt32.random(in: 0 ... .max))"
    let cases = [
      try scram(password: secret),
      PostgresParameters(host: "127.0.0.1", port: try unusedPort(), user: "u", password: secret),
      PostgresParameters(host: "postgresql://u:\(secret)@nowhere", user: "u", password: secret),
      PostgresParameters(
        host: "127.0.0.1", port: try Lab.port("PG_PORT"), user: "u", password: secret, options: ["sslmode": secret]),
      PostgresParameters(host: "127.0.0.1", user: "u", options: ["port": secret]),
      PostgresParameters(host: "/" + secret, user: "u", options: [secret: "x"]),
    ]
    for parameters in cases {
      let error = try await failure(parameters)
      #expect(!String(reflecting: error).contains(secret))
    }
  }

  @Test func tellsAMissingRoleFromARejectedOne() async throws {
    guard case .server("28000", _, let missing) = try await failure(trust(user: "handoff_nobody")) else {
      Issue.record("a missing role is 28000")
      return
    }
    let password = try Lab.value("PGSCRAM_PASSWORD")
    guard
      case .server("28000", let words, let rejected) = try await failure(
        scram(user: "handoff_rejected", password: password))
    else {
      Issue.record("a rejected role is 28000")
      return
    }
    #expect(missing == "InitializeSessionUserId")
    #expect(rejected == "ClientAuthentication")
    #expect(words.contains("pg_hba.conf"))
  }

  @Test func tellsAMissingPermission() async throws {
    #expect(sqlState(try await failure(trust(user: "handoff_stranger"))) == "42501")
  }

  @Test func tellsANameThatCannotBeResolved() async throws {
    // A label of 64 characters is refused before any server is asked.
    let name = String(repeating: "a", count: 64) + ".invalid"
    #expect(try await failure(PostgresParameters(host: name, user: "u")) == .nameNotResolved)
  }

  @Test func tellsAServerWithoutTLS() async throws {
    var parameters = try trust()
    parameters.options["sslmode"] = "require"
    guard case .tls = try await failure(parameters) else {
      Issue.record("the server offers no TLS")
      return
    }
  }

  @Test(Lab.needs("liars", "LIARS_PID")) func tellsAStartingServerFromAFullOne() async throws {
    #expect(sqlState(try await failure(liar: "PG_STARTING")) == "57P03")
    #expect(sqlState(try await failure(liar: "PG_FULL")) == "53300")
  }

  @Test(Lab.needs("liars", "LIARS_PID"), arguments: ["GARBAGE", "PG_GARBAGE", "CLOSE", "CUT", "FLOOD"])
  func tellsWhatIsNotPostgreSQL(liar: String) async throws {
    #expect(try await failure(liar: liar) == .garbage)
  }

  @Test(Lab.needs("liars", "LIARS_PID"), arguments: ["SILENT", "PG_HANGS"])
  func givesUpOnWhatHangs(liar: String) async throws {
    #expect(try await failure(liar: liar, within: .milliseconds(500)) == .timedOut)
  }

  @Test func givesUpOnAServerThatIsStopped() async throws {
    // To a client, a stopped server is one whose connections the kernel takes and nobody accepts.
    let folder = try Scratch()
    let listener = try Listener(path: folder.path + "/.s.PGSQL.5432")
    defer { listener.stop() }
    let parameters = PostgresParameters(host: folder.path, port: 5432, database: "d", user: "u")
    #expect(try await failure(parameters, within: .milliseconds(500)) == .timedOut)
  }

  @Test func endsWhenItsTaskIsCancelled() async throws {
    let folder = try Scratch()
    let listener = try Listener(path: folder.path + "/.s.PGSQL.5432")
    defer { listener.stop() }
    let path = folder.path
    let start = ContinuousClock.now
    let task = Task {
      try await connector.connect(
        PostgresParameters(host: path, port: 5432, database: "d", user: "u"), deadline: .after(.seconds(30)))
    }
    listener.waitForClient()
    task.cancel()
    await #expect(throws: PostgresError.timedOut) { try await task.value }
    #expect(ContinuousClock.now - start < .seconds(15))
  }

  private func unusedPort() throws -> Int {
    let listener = try Listener()
    listener.stop()
    return listener.port
  }

  @Test("What this process has in PGPASSWORD and its like is given to no server by libpq itself")
  func ownVariables() async throws {
    setenv("PGPASSWORD", try Lab.value("PGSCRAM_PASSWORD"), 1)
    setenv("PGSERVICE", "nowhere", 1)
    defer {
      unsetenv("PGPASSWORD")
      unsetenv("PGSERVICE")
    }
    #expect(try await failure(scram(password: nil)) == .passwordRequired)
  }
}
