import Synchronization

/// How many bytes of answers a probe takes in all, so that an engine or a program cannot fill this machine's memory with
/// many answers that are each within their limit.
public final class AnswerBudget: Sendable {
  private let left: Mutex<Int>

  /// A budget of which nothing is taken.
  /// - Parameter bytes: how many there are.
  public init(bytes: Int = 8 << 20) { left = Mutex(bytes) }

  /// Sets bytes aside for an answer, or as many as are left.
  public func reserve(_ bytes: Int) -> Int {
    left.withLock { left in
      let taken = min(bytes, left)
      left -= taken
      return taken
    }
  }

  /// Gives back what an answer did not need.
  public func giveBack(_ bytes: Int) { left.withLock { $0 += bytes } }
}
