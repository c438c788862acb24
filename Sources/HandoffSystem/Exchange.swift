import Synchronization

/// The meeting of one task that waits and of threads that answer it: the first answer counts, later ones are dropped.
public final class Exchange<Answer: Sendable>: Sendable {
  private enum State {
    case open
    case waiting(CheckedContinuation<Answer, Never>)
    case answered(Answer)
    case closed
  }

  private let state = Mutex(State.open)

  /// Nobody has answered, and nobody waits.
  public init() {}

  /// Waits for the answer. Only one task may.
  public func wait(_ continuation: CheckedContinuation<Answer, Never>) {
    let answer = state.withLock { state -> Answer? in
      if case .answered(let answer) = state {
        state = .closed
        return answer
      }
      state = .waiting(continuation)
      return nil
    }
    if let answer { continuation.resume(returning: answer) }
  }

  /// Answers. What comes after the first answer is dropped.
  /// - Returns: whether this was the first.
  @discardableResult public func answer(_ answer: Answer) -> Bool {
    let (isFirst, continuation) = state.withLock { state -> (Bool, CheckedContinuation<Answer, Never>?) in
      switch state {
      case .open:
        state = .answered(answer)
        return (true, nil)
      case .waiting(let continuation):
        state = .closed
        return (true, continuation)
      case .answered, .closed:
        return (false, nil)
      }
    }
    continuation?.resume(returning: answer)
    return isFirst
  }

  /// Whether there is an answer already, so that further work is in vain.
  var isAnswered: Bool {
    state.withLock { state in
      switch state {
      case .open, .waiting: false
      case .answered, .closed: true
      }
    }
  }
}
