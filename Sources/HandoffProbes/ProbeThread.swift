import HandoffSystem
import Synchronization

/// Runs what a probe computes between its waits on a thread of its own. The cooperative pool has only as many threads as
/// there are cores: probes that compute for long, as hostile files can make them, would keep the runner from leaving them
/// behind.
final class ProbeThread: TaskExecutor {
  private struct State {
    var jobs: [UnownedJob] = []
    var isRunning = false
  }

  private let state = Mutex(State())

  /// Has a job run after those that wait, on the one thread, which ends when none is left.
  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    let isFirst = state.withLock { state in
      state.jobs.append(job)
      defer { state.isRunning = true }
      return !state.isRunning
    }
    guard isFirst, !onOwnThread({ self.drain() }) else { return }
    // This machine has no thread left.
    let jobs = state.withLock { state in
      defer { state = State() }
      return state.jobs
    }
    for job in jobs { globalConcurrentExecutor.enqueue(ExecutorJob(job)) }
  }

  private func drain() {
    while true {
      let jobs = take()
      if jobs.isEmpty { return }
      for job in jobs { job.runSynchronously(on: asUnownedTaskExecutor()) }
    }
  }

  /// Takes the jobs that wait; none end the thread.
  private func take() -> [UnownedJob] {
    state.withLock { state in
      let jobs = state.jobs
      state.jobs = []
      state.isRunning = !jobs.isEmpty
      return jobs
    }
  }
}
