import HandoffSystem
import Synchronization

/// The doors to the world, which open so many times and then no more.
final class PreventedDoors: CommandRunner, HTTPTransport, PostgresConnector {
  /// How a door stays shut.
  enum Manner: String, CaseIterable {
    /// No answer until the deadline.
    case hangs
    /// The connection ends in the middle; no program can be started.
    case breaks
  }

  private let inner: Host
  private let manner: Manner
  private let remaining: Mutex<Int>
  private let used = Mutex(0)

  /// How many times a door was knocked at.
  var steps: Int { used.withLock(\.self) }

  init(_ inner: Host, steps: Int, _ manner: Manner) {
    self.inner = inner
    self.manner = manner
    remaining = Mutex(steps)
  }

  /// The world behind these doors.
  var host: Host {
    var host = inner
    host.commands = self
    host.http = self
    host.postgres = self
    return host
  }

  private func opens() -> Bool {
    used.withLock { $0 += 1 }
    return remaining.withLock { steps in
      defer { steps -= 1 }
      return steps > 0
    }
  }

  func run(_ command: Command, deadline: Deadline) async -> CommandResult {
    if opens() { return await inner.commands.run(command, deadline: deadline) }
    let outcome: CommandOutcome = manner == .hangs ? .timedOut : .prevented("Resource temporarily unavailable")
    return CommandResult(outcome: outcome, standardOutput: [], standardError: [])
  }

  func send(_ request: HTTPRequest, deadline: Deadline) async throws(HTTPError) -> HTTPResponse {
    guard opens() else { throw manner == .hangs ? .timedOut : .garbage }
    return try await inner.http.send(request, deadline: deadline)
  }

  func connect(_ parameters: PostgresParameters, deadline: Deadline) async throws(PostgresError) -> any PostgresSession
  {
    guard opens() else { throw refusal }
    return Session(inner: try await inner.postgres.connect(parameters, deadline: deadline), doors: self)
  }

  private var refusal: PostgresError { manner == .hangs ? .timedOut : .garbage }

  private struct Session: PostgresSession {
    let inner: any PostgresSession
    let doors: PreventedDoors

    var connection: PostgresConnection { inner.connection }

    func query(
      _ sql: String, parameters: [String?], deadline: Deadline
    ) async throws(PostgresError) -> [PostgresRow] {
      guard doors.opens() else { throw doors.refusal }
      return try await inner.query(sql, parameters: parameters, deadline: deadline)
    }

    func close() async { await inner.close() }
  }
}
