import Synchronization

/// A connection of libpq for statements that change something.
final class LibpqWriter: PostgresWriter {
  let connection: PostgresConnection
  private let state: Mutex<State>

  private enum State {
    case idle(LibpqConnection)
    case busy
    case closed
  }

  init(_ libpq: LibpqConnection) {
    connection = libpq.description
    state = Mutex(.idle(libpq))
  }

  func run(_ sql: String, deadline: Deadline) async throws(PostgresFailure) {
    _ = try await using(deadline: deadline) { libpq throws(PostgresFailure) in
      try libpq.run(sql, deadline: deadline)
    }
  }

  func query(
    _ sql: String, parameters: [String?], deadline: Deadline
  ) async throws(PostgresFailure) -> [PostgresRow] {
    try await using(deadline: deadline) { libpq throws(PostgresFailure) in
      do throws(PostgresError) {
        return try libpq.query(sql, parameters, deadline: deadline)
      } catch {
        throw PostgresFailure(error)
      }
    }
  }

  func parameter(_ name: String) -> String? {
    state.withLock { state in
      if case .idle(let libpq) = state { libpq.parameter(name) } else { nil }
    }
  }

  func close() async {
    // The connection is closed when nobody holds it any more.
    state.withLock { $0 = .closed }
  }

  private func using<Value: Sendable>(
    deadline: Deadline, _ work: @escaping @Sendable (LibpqConnection) throws(PostgresFailure) -> Value
  ) async throws(PostgresFailure) -> Value {
    let taken = state.withLock { state -> LibpqConnection? in
      guard case .idle(let libpq) = state else { return nil }
      state = .busy
      return libpq
    }
    guard let libpq = taken else { throw PostgresFailure(.other("the connection is closed or in use")) }
    let result: Result<Value, PostgresFailure>
    do throws(PostgresError) {
      result = try await ownThread(deadline: deadline, late: { .timedOut }, interrupt: { libpq.cancel() }) {
        [self] () throws(PostgresError) -> Result<Value, PostgresFailure> in
        do throws(PostgresFailure) {
          let value = try work(libpq)
          giveBack(libpq)
          return .success(value)
        } catch {
          // The server would go on with it.
          if error.error == .timedOut { libpq.cancel() }
          if error.sqlState != nil { giveBack(libpq) } else { state.withLock { $0 = .closed } }
          return .failure(error)
        }
      }
    } catch {
      throw PostgresFailure(error)
    }
    return try result.get()
  }

  private func giveBack(_ libpq: LibpqConnection) {
    state.withLock { state in
      if case .busy = state { state = .idle(libpq) }
    }
  }
}
