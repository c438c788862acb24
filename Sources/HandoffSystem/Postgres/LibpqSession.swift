import Synchronization

/// A connection of libpq in a read-only transaction.
final class LibpqSession: PostgresSession {
  let connection: PostgresConnection
  private let state: Mutex<State>
  private let usesServerEncoding: Bool
  /// How much earlier than this side the server gives up a query, so that its answer still comes in time and the
  /// session can be used again.
  private static let head = 100

  private enum State {
    case idle(LibpqConnection)
    case busy
    /// By us, or by what went wrong.
    case closed(PostgresError?)
  }

  private init(_ libpq: LibpqConnection, usesServerEncoding: Bool) {
    connection = libpq.description
    state = Mutex(.idle(libpq))
    self.usesServerEncoding = usesServerEncoding
  }

  /// Begins the transaction on a new connection. Blocks.
  static func begin(_ libpq: LibpqConnection, deadline: Deadline) throws(PostgresError) -> LibpqSession {
    // The server checks what it sends, and a database that does not know its own encoding can hold anything.
    let usesServerEncoding = libpq.parameter("server_encoding") == "SQL_ASCII"
    let session = LibpqSession(libpq, usesServerEncoding: usesServerEncoding)
    try libpq.execute(session.beginning(deadline: deadline), deadline: deadline)
    return session
  }

  /// The statements that begin the transaction. They hold for it alone, so that they are right behind a pooler too.
  /// No schema is searched but the catalog's, so that nobody's functions and operators run in place of the server's
  /// (CVE-2018-1058).
  private func beginning(deadline: Deadline) -> [String] {
    let left = deadline.remainingMilliseconds
    return [
      "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
      "SET LOCAL search_path = ''",
      Self.statementTimeout(deadline), "SET LOCAL lock_timeout = \(max(1, min(1000, left / 3)))",
      "SET LOCAL idle_in_transaction_session_timeout = \(left + 10_000)",
    ] + (usesServerEncoding ? ["SET LOCAL client_encoding = 'SQL_ASCII'"] : [])
  }

  private static func statementTimeout(_ deadline: Deadline) -> String {
    "SET LOCAL statement_timeout = \(max(1, deadline.remainingMilliseconds - head))"
  }

  func query(
    _ sql: String, parameters: [String?], deadline: Deadline
  ) async throws(PostgresError) -> [PostgresRow] {
    try await ask(deadline) { libpq throws(PostgresError) in try libpq.query(sql, parameters, deadline: deadline) }
  }

  func copy(_ sql: String, deadline: Deadline) async throws(PostgresError) -> [UInt8] {
    try await ask(deadline) { libpq throws(PostgresError) in try libpq.copy(sql, deadline: deadline) }
  }

  /// Asks on a thread of its own, once the server knows the deadline.
  private func ask<Answer: Sendable>(
    _ deadline: Deadline, _ question: @escaping @Sendable (LibpqConnection) throws(PostgresError) -> Answer
  ) async throws(PostgresError) -> Answer {
    let taken = state.withLock { state -> Result<LibpqConnection, PostgresError> in
      switch state {
      case .idle(let libpq):
        state = .busy
        return .success(libpq)
      case .closed(.tooLarge): return .failure(.other("the answer before was too long to go on"))
      case .closed(let error?): return .failure(error)
      case .busy, .closed(nil): return .failure(.other("the session is closed or in use"))
      }
    }
    let libpq = try taken.get()
    return try await ownThread(deadline: deadline, late: { .timedOut }) {
      [self] () throws(PostgresError) -> Answer in
      do throws(PostgresError) {
        try libpq.execute([Self.statementTimeout(deadline)], deadline: deadline)
        let answer = try question(libpq)
        giveBack(libpq)
        return answer
      } catch {
        // After an error of the server its transaction is over; a new one is begun so that the next query can be asked.
        guard case .server = error, (try? libpq.execute(["ROLLBACK"], deadline: deadline)) != nil,
          (try? libpq.execute(beginning(deadline: deadline), deadline: deadline)) != nil
        else {
          state.withLock { $0 = .closed(error) }
          throw error
        }
        giveBack(libpq)
        throw error
      }
    }
  }

  /// Ends the connection. A query that is under way ends at its deadline.
  func close() async {
    // The connection is closed when nobody holds it any more.
    state.withLock { $0 = .closed(nil) }
  }

  private func giveBack(_ libpq: LibpqConnection) {
    state.withLock { state in
      if case .busy = state { state = .idle(libpq) }
    }
  }
}
