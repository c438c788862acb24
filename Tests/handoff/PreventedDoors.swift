import HandoffSystem
import Synchronization

/// The doors to the world, which open so many times and then no more, or not once and then again.
final class PreventedDoors: CommandRunner, HTTPTransport, PostgresConnector, TCPConnector {
  /// How a door stays shut.
  enum Manner: String, CaseIterable {
    /// No answer until the deadline.
    case hangs
    /// The connection ends in the middle; no program can be started.
    case breaks
    /// There is no way there; the program may not be executed.
    case unreachable
    /// The answer is longer than anybody takes.
    case floods

    var outcome: CommandOutcome {
      switch self {
      case .hangs: .timedOut
      case .breaks: .prevented("Resource temporarily unavailable")
      case .unreachable: .notPermitted
      case .floods: .tooMuchOutput
      }
    }

    var http: HTTPError {
      switch self {
      case .hangs: .timedOut
      case .breaks: .garbage
      case .unreachable: .noRoute
      case .floods: .tooLarge
      }
    }

    var postgres: PostgresError {
      switch self {
      case .hangs: .timedOut
      case .breaks: .garbage
      case .unreachable: .noRoute
      case .floods: .tooLarge
      }
    }

    var tcp: TCPError {
      switch self {
      case .hangs: .timedOut
      case .breaks, .floods: .other("the connection ended")
      case .unreachable: .noRoute
      }
    }
  }

  private let inner: Host
  private let manner: Manner
  /// Whether only one step is lost.
  private let isOnce: Bool
  private let remaining: Mutex<Int>
  private let used = Mutex(0)

  /// How many times a door was knocked at.
  var steps: Int { used.withLock(\.self) }

  init(_ inner: Host, steps: Int, _ manner: Manner, once isOnce: Bool = false) {
    self.inner = inner
    self.isOnce = isOnce
    self.manner = manner
    remaining = Mutex(steps)
  }

  /// The world behind these doors.
  var host: Host {
    var host = inner
    host.commands = self
    host.http = self
    host.postgres = self
    host.tcp = self
    return host
  }

  private func opens() -> Bool {
    used.withLock { $0 += 1 }
    return remaining.withLock { steps in
      defer { steps -= 1 }
      return steps > 0 || isOnce && steps < 0
    }
  }

  func run(_ command: Command, deadline: Deadline) async -> CommandResult {
    if opens() { return await inner.commands.run(command, deadline: deadline) }
    return CommandResult(outcome: manner.outcome, standardOutput: [], standardError: [])
  }

  func send(_ request: HTTPRequest, deadline: Deadline) async throws(HTTPError) -> HTTPResponse {
    guard opens() else { throw manner.http }
    return try await inner.http.send(request, deadline: deadline)
  }

  func connect(_ parameters: PostgresParameters, deadline: Deadline) async throws(PostgresError) -> any PostgresSession
  {
    guard opens() else { throw manner.postgres }
    return Session(inner: try await inner.postgres.connect(parameters, deadline: deadline), doors: self)
  }

  func reach(host: String, port: Int, deadline: Deadline) async throws(TCPError) {
    guard opens() else { throw manner.tcp }
    try await inner.tcp.reach(host: host, port: port, deadline: deadline)
  }

  private struct Session: PostgresSession {
    let inner: any PostgresSession
    let doors: PreventedDoors

    var connection: PostgresConnection { inner.connection }

    func query(
      _ sql: String, parameters: [String?], deadline: Deadline
    ) async throws(PostgresError) -> [PostgresRow] {
      guard doors.opens() else { throw doors.manner.postgres }
      return try await inner.query(sql, parameters: parameters, deadline: deadline)
    }

    func copy(_ sql: String, deadline: Deadline) async throws(PostgresError) -> [UInt8] {
      guard doors.opens() else { throw doors.manner.postgres }
      return try await inner.copy(sql, deadline: deadline)
    }

    func close() async { await inner.close() }
  }
}
