import Synchronization

/// How many bytes of answers a probe takes in all, so that an engine cannot fill this machine's memory with many answers
/// that are each within their limit.
final class AnswerBudget: Sendable {
  private let left: Mutex<Int>

  /// - Parameter bytes: how many.
  init(bytes: Int = 8 << 20) { left = Mutex(bytes) }

  /// Sets bytes aside for an answer, or as many as are left.
  func reserve(_ bytes: Int) -> Int {
    left.withLock { left in
      let taken = min(bytes, left)
      left -= taken
      return taken
    }
  }

  /// Gives back what an answer did not need.
  func giveBack(_ bytes: Int) { left.withLock { $0 += bytes } }
}
