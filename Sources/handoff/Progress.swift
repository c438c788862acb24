import HandoffProbes
import HandoffText
import Synchronization

/// Names on the terminal, after a second, the areas that are still waited for.
final class Progress: Sendable {
  private struct State {
    var running: [String] = []
    var isShown = false
    var isFinished = false
  }

  private let state = Mutex(State())
  private let task: Mutex<Task<Void, Never>?> = Mutex(nil)

  init() {
    let ticking = Task { [weak self] in
      try? await Task.sleep(for: .seconds(1))
      while !Task.isCancelled, let self {
        self.show()
        try? await Task.sleep(for: .milliseconds(200))
      }
    }
    task.withLock { $0 = ticking }
  }

  /// Notes what happened to a probe.
  func note(_ event: ProbeRunner.Event) {
    state.withLock { state in
      switch event {
      case .started(let area): state.running.append(area)
      case .finished(let area): state.running.removeAll { $0 == area }
      }
    }
  }

  /// Takes the line away.
  func finish() {
    task.withLock { $0?.cancel() }
    state.withLock { state in
      state.isFinished = true
      if state.isShown { Console.tell("\r\u{1b}[K") }
      state.isShown = false
    }
  }

  private func show() {
    state.withLock { state in
      guard !state.isFinished, !state.running.isEmpty else { return }
      Console.tell(
        "\r\u{1b}[Kstill waiting for \(state.running.map { Untrusted($0).terminal }.joined(separator: ", ")) …")
      state.isShown = true
    }
  }
}
