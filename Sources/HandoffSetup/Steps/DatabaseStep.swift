import HandoffModel
import HandoffProbes
import HandoffProject
import HandoffSystem
import HandoffText

/// Databases that do not exist: created with their owner, in UTF-8. None is ever dropped.
extension SetupPlanner {
  func databaseSteps(
    _ survey: SetupSurvey, _ before: [SetupStep], _ notes: inout [Message]
  ) async -> [SetupStep] {
    var steps: [SetupStep] = []
    for (settings, area, findings) in survey.databases {
      let isMissing = findings.contains { $0.id == Self.missing }
      let waits = !isMissing && waitsForServices(area, findings, before)
      guard isMissing || waits else { continue }
      guard let destination = await PostgresDestination(settings, in: survey.project, host) else { continue }
      let creation = DatabaseCreation(destination, host.postgres)
      if !waits, let aside = await creation.aside() {
        notes.append(aside.message)
        continue
      }
      let condition: Message = waits ? ", if it is not there" : ""
      steps.append(
        SetupStep(
          part: .database, area: area,
          what: "create database \(Untrusted(destination.database)) at \(destination.place)\(condition)",
          why: findings.filter { $0.id == Self.missing || waits && $0.severity >= .unknown }.map(\.message),
          commands: creation.shown, loses: nil, waitsForServices: waits,
          mends: { $0.id == Self.missing || Self.unserved.contains($0.id) }
        ) { shell throws(SetupFailure) in
          for statement in try await creation.run() { shell.say(statement) }
        })
    }
    return steps
  }

  private static let missing = "postgres.database-missing"
  /// What is said where no server serves the database.
  private static let unserved: Set = ["postgres.no-server", "postgres.starting", "postgres.unreachable"]

  /// Whether a database's server is a service that a step before starts.
  func waitsForServices(_ area: String, _ findings: [Finding], _ before: [SetupStep]) -> Bool {
    findings.contains { Self.unserved.contains($0.id) } && before.contains { $0.part == .images }
  }
}

/// Creates one database.
struct DatabaseCreation: Sendable {
  private let destination: PostgresDestination
  private let connector: any PostgresConnector

  init(_ destination: PostgresDestination, _ connector: any PostgresConnector) {
    self.destination = destination
    self.connector = connector
  }

  /// What is run, as far as it is known before the server was asked.
  var shown: [String] {
    let sql = statement(owner: destination.user, isFromScratch: false)
    guard let user = destination.user, takesOtherRole else { return [sql] }
    return [sql, "the same as role postgres, if \(user) may not"]
  }

  /// Whether the role that every cluster begins with is tried where the project's own may not.
  private var takesOtherRole: Bool { destination.isLocal && destination.user != "postgres" }

  /// https://www.postgresql.org/docs/current/sql-createdatabase.html
  private func statement(owner: String?, isFromScratch: Bool) -> String {
    "CREATE DATABASE \(SQLName.quoted(destination.database))"
      + (owner.map { " OWNER \(SQLName.quoted($0))" } ?? "") + " ENCODING 'UTF8'"
      // The other template may be in another encoding.
      + (isFromScratch ? " TEMPLATE template0" : "")
  }

  /// What a reset that was killed left of it.
  /// - Returns: nil where there is nothing, or nobody to ask.
  func aside() async -> DatabaseAside? {
    guard let (writer, isThere) = try? await connect(as: nil) else { return nil }
    let aside = isThere ? nil : try? await aside(on: writer)
    await writer.close()
    return aside
  }

  private func aside(on writer: any PostgresWriter) async throws(PostgresFailure) -> DatabaseAside? {
    let rows = try await writer.query(DatabaseAside.query, parameters: [], deadline: .after(.seconds(10)))
    return DatabaseAside.remains(of: destination.database, in: rows).first
  }

  /// Creates it as its role, and on this machine as `postgres` where that role may not.
  /// - Returns: the statements that were run.
  func run() async throws(SetupFailure) -> [String] {
    do throws(PostgresFailure) {
      return try await create(as: nil)
    } catch {
      guard error.sqlState == "42501", takesOtherRole else {
        throw SetupFailure(error, doing: "create the database")
      }
      do throws(PostgresFailure) {
        return try await create(as: "postgres")
      } catch let second {
        let why = SetupFailure(second, doing: "create the database").lines
        throw SetupFailure(SetupFailure(error, doing: "create the database").lines + ["as role postgres:"] + why)
      }
    }
  }

  /// Whoever else creates it at this moment, a killed run's server among them, is waited for.
  private func create(as role: String?) async throws(PostgresFailure) -> [String] {
    let end = Deadline.after(.seconds(60))
    while true {
      do throws(PostgresFailure) {
        return try await createOnce(as: role)
      } catch {
        // 42P04, or 23505 in the catalog: it is there by now. 55006: somebody else is copying the template.
        guard ["42P04", "23505", "55006"].contains(error.sqlState), !end.hasPassed, !Task.isCancelled else {
          throw error
        }
        try? await Task.sleep(for: .milliseconds(200))
      }
    }
  }

  private func createOnce(as role: String?) async throws(PostgresFailure) -> [String] {
    let (writer, isThere) = try await connect(as: role)
    let result: Result<[String], PostgresFailure>
    do throws(PostgresFailure) {
      result = .success(isThere ? [] : try await create(on: writer, as: role))
    } catch {
      result = .failure(error)
    }
    await writer.close()
    return try result.get()
  }

  private func create(on writer: any PostgresWriter, as role: String?) async throws(PostgresFailure) -> [String] {
    // An empty one would keep the whole one from getting its name again.
    if let aside = try await aside(on: writer) { throw PostgresFailure(.other(aside.message.terminal)) }
    let rows = try await writer.query(
      "SELECT pg_catalog.pg_encoding_to_char(encoding) FROM pg_catalog.pg_database WHERE datname = 'template1'",
      parameters: [], deadline: .after(.seconds(10)))
    let owner = role == nil ? writer.connection.user : destination.user ?? writer.connection.user
    let sql = statement(owner: owner, isFromScratch: rows.first?.first != "UTF8")
    // It copies a template.
    try await writer.run(sql, deadline: .after(.seconds(120)))
    return (role.map { ["as role \($0):"] } ?? []) + [sql]
  }

  /// Connects to a database that is there: the project's own, else one of those that every cluster has. A server that
  /// was just started is waited for.
  private func connect(as role: String?) async throws(PostgresFailure) -> (any PostgresWriter, isThere: Bool) {
    let end = Deadline.after(.seconds(30))
    while true {
      do throws(PostgresError) {
        return try await connectOnce(as: role)
      } catch {
        let comes: Bool =
          switch error {
          case .refused, .noSocket, .garbage: true
          case .server(let state, _, _): state == "57P03"
          default: false
          }
        guard comes, !end.hasPassed, !Task.isCancelled else { throw PostgresFailure(error) }
        try? await Task.sleep(for: .milliseconds(200))
      }
    }
  }

  private func connectOnce(as role: String?) async throws(PostgresError) -> (any PostgresWriter, isThere: Bool) {
    var parameters = destination.parameters
    if let role {
      parameters.user = role
      // Its own password is another one, if it has any.
      parameters.password = nil
    }
    var missing: PostgresError?
    for name in [destination.database, "postgres", "template1"] {
      parameters.database = name
      do throws(PostgresError) {
        let writer = try await connector.open(parameters, deadline: .after(.seconds(10)))
        return (writer, name == destination.database)
      } catch {
        guard case .server("3D000", _, _) = error else { throw error }
        missing = error
      }
    }
    throw missing ?? .garbage
  }
}

extension SetupFailure {
  /// What a server said no to, or that there was none.
  init(_ failure: PostgresFailure, doing what: Message) {
    switch failure.error {
    case .server(let state, let message, _):
      var lines: [Message] = ["the server does not \(what): \(Untrusted(message)) (\(Untrusted(state)))"]
      if let detail = failure.detail { lines.append("detail: \(Untrusted(detail))") }
      if let hint = failure.hint { lines.append("hint: \(Untrusted(hint))") }
      self.init(lines)
    case .timedOut: self.init(["the server gave no answer in time, when it was to \(what)"])
    case .refused, .noSocket: self.init(["nobody listens where the server is to be"])
    case .notPermitted: self.init(["this user may not use the server's socket"])
    case .nameNotResolved, .noRoute: self.init(["the server's host cannot be reached"])
    case .passwordRequired: self.init(["the server asks for a password, and none is set"])
    case .tls: self.init(["no encrypted connection to the server can be made as it is asked for"])
    case .tooLarge: self.init(["the server answers more than is taken"])
    case .other(let why): self.init(["the server did not \(what): \(Untrusted(why))"])
    case .garbage: self.init(["the connection to the server ended, when it was to \(what)"])
    case .serviceMissing, .serviceFileUnreadable, .serviceFileMalformed, .keyword, .sessionKind:
      self.init(["the connection is not set up right; look at it: handoff preflight --only postgres"])
    }
  }
}
