import Synchronization

/// The meeting of one task that waits and of threads that answer it: the first answer counts, later ones are dropped.
final class Exchange<Answer: Sendable>: Sendable {
  private enum State {
    case open
    case waiting(CheckedContinuation<Answer, Never>)
    case answered(Answer)
    case closed
  }

  private let state = Mutex(State.open)

  /// Waits for the answer. Only one task may.
  func wait(_ continuation: CheckedContinuation<Answer, Never>) {
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

  /// Answers.
  func answer(_ answer: Answer) {
    let continuation = state.withLock { state -> CheckedContinuation<Answer, Never>? in
      switch state {
      case .open:
        state = .answered(answer)
        return nil
      case .waiting(let continuation):
        state = .closed
        return continuation
      case .answered, .closed:
        return nil
      }
    }
    continuation?.resume(returning: answer)
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
