import Synchronization

/// Connects to PostgreSQL with libpq, on a thread of its own that is left behind when something in it blocks longer
/// than the deadline: a resolver, a password file on a lost network file system.
public struct LibpqConnector: PostgresConnector {
  /// How many bytes are taken from a server over one connection; more is an error.
  public var resultLimit: Int

  /// Makes one.
  public init(resultLimit: Int = 8 << 20) {
    self.resultLimit = resultLimit
  }

  /// Connects to the named database and begins a read-only transaction with the server's own timeouts set.
  ///
  /// Of several hosts, and of the several addresses of one host, each is tried in its turn with a fair part of the time
  /// that is left. The first server that answers decides, except that one that is starting, full or stopping leaves the
  /// decision to the next.
  public func connect(
    _ parameters: PostgresParameters, deadline: Deadline
  ) async throws(PostgresError) -> any PostgresSession {
    try await reach(parameters, limit: resultLimit, deadline: deadline) {
      connection throws(PostgresError) -> LibpqSession in
      try LibpqSession.begin(connection, deadline: deadline)
    }
  }

  /// How many bytes are taken over a connection that changes something, whose rows are dropped.
  private static let writingLimit = 1 << 30

  /// Connects to the named database, for statements that change it. Hosts are tried as by
  /// ``connect(_:deadline:)``.
  public func open(
    _ parameters: PostgresParameters, deadline: Deadline
  ) async throws(PostgresError) -> any PostgresWriter {
    try await reach(parameters, limit: Self.writingLimit, deadline: deadline) { LibpqWriter($0) }
  }

  private func reach<Opened: Sendable>(
    _ parameters: PostgresParameters, limit: Int, deadline: Deadline,
    _ begin: @escaping @Sendable (LibpqConnection) throws(PostgresError) -> Opened
  ) async throws(PostgresError) -> Opened {
    let isResolving = Atomic(true)
    return try await ownThread(deadline: deadline) {
      isResolving.load(ordering: .relaxed) ? .nameNotResolved : .timedOut
    } work: { () throws(PostgresError) -> Opened in
      guard LibpqConnection.isThere() else {
        throw .other("libpq is not on this machine: apt-get install libpq5, or brew install libpq")
      }
      let keywords = PostgresKeywords(parameters, known: LibpqConnection.keywords)
      if keywords.serviceFileFailure != nil { throw .serviceFileUnreadable }
      if let mistake = keywords.serviceFileMistake { throw mistake }
      if let keyword = keywords.misread { throw .keyword(keyword) }
      let targets = keywords.hosts.flatMap { PostgresTarget.resolve(host: $0.host, address: $0.address, port: $0.port) }
      isResolving.store(false, ordering: .relaxed)
      if targets.isEmpty { throw .nameNotResolved }
      var failure: PostgresError?
      for (index, target) in targets.enumerated() {
        if deadline.hasPassed { throw .timedOut }
        let share = Deadline.after(deadline.remaining / (targets.count - index))
        do throws(PostgresError) {
          let connection = try LibpqConnection.open(keywords.values(for: target), limit: limit, deadline: share)
          return try begin(connection)
        } catch {
          if error.isFinal { throw error }
          failure = failure.map { $0.isTelling(than: error) ? $0 : error } ?? error
        }
      }
      throw failure ?? .nameNotResolved
    }
  }
}

extension PostgresError {
  /// Whether another host is not asked any more.
  fileprivate var isFinal: Bool {
    switch self {
    case .server(let state, _, _): !["57P03", "53300", "57P01", "57P02"].contains(state)
    case .passwordRequired: true
    default: false
    }
  }

  /// Whether this says more about what is wrong than another failure.
  fileprivate func isTelling(than other: PostgresError) -> Bool { rank >= other.rank }

  private var rank: Int {
    switch self {
    case .server, .passwordRequired, .tooLarge: 7
    case .tls, .serviceMissing, .serviceFileUnreadable, .serviceFileMalformed, .keyword: 6
    case .garbage: 5
    case .timedOut: 4
    case .notPermitted, .sessionKind: 3
    case .refused: 2
    case .noSocket: 1
    case .noRoute, .nameNotResolved, .other: 0
    }
  }
}

/// Does blocking work on a thread of its own and waits for it until shortly after the deadline, or until the task is
/// cancelled.
/// - Parameters:
///   - late: what to say when the work is left behind.
///   - interrupt: what ends the work once the task is cancelled; the work then has a second to say how it ended. Blocks.
func ownThread<Value: Sendable>(
  deadline: Deadline, late: @escaping @Sendable () -> PostgresError,
  interrupt: (@Sendable () -> Void)? = nil,
  work: @escaping @Sendable () throws(PostgresError) -> Value
) async throws(PostgresError) -> Value {
  let answer = Exchange<Result<Value, PostgresError>>()
  let isAsked = onOwnThread {
    do throws(PostgresError) {
      answer.answer(.success(try work()))
    } catch {
      answer.answer(.failure(error))
    }
  }
  if !isAsked { answer.answer(.failure(.other("this machine has no thread left"))) }
  let guardian = Task {
    // The work keeps the deadline by itself, and knows better what it waited for.
    try? await Task.sleep(until: deadline.instant + .milliseconds(100), clock: .continuous)
    if !Task.isCancelled { answer.answer(.failure(late())) }
  }
  let result = await withTaskCancellationHandler {
    await withCheckedContinuation { answer.wait($0) }
  } onCancel: {
    guard let interrupt else {
      answer.answer(.failure(.timedOut))
      return
    }
    Task {
      // What was about to begin is not ended by the first try.
      for _ in 0..<10 where !answer.isAnswered {
        _ = onOwnThread(interrupt)
        try? await Task.sleep(for: .milliseconds(100))
      }
      answer.answer(.failure(.timedOut))
    }
  }
  guardian.cancel()
  return try result.get()
}
