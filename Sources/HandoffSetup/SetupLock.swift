import Crypto
import HandoffProject
public import HandoffSystem

/// Lets one setup of a project be at work at a time, also where one was killed and what it had started still runs: the
/// programs hold the lock as well.
public enum SetupLock {
  /// Why it was not taken.
  public enum Problem: Error, Sendable {
    /// Another one is still at work.
    case busy
    /// The file cannot be made in this folder.
    case notKept(String, FileWriteError)
  }

  /// Takes the lock, and asks again and again while another one holds it.
  /// - Parameters:
  ///   - root: the project's folder.
  ///   - patience: how long another one is waited for.
  ///   - waits: told once that there is one.
  /// - Returns: nil where there is no state folder to keep it in.
  public static func take(
    _ root: String, _ host: Host, patience: Duration = .seconds(600), waits: @Sendable () -> Void
  ) async throws -> FileLock? {
    guard let folder = StateFolder.path(host).map({ $0 + "/setup" }) else { return nil }
    let name = SHA256.hash(data: Array(root.utf8)).prefix(16).map { byte in
      (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }.joined()
    let end = Deadline.after(patience)
    var hasTold = false
    do {
      try FileWriter().makeFolder(folder, mode: 0o700)
      while true {
        if let lock = try FileLock.take("\(folder)/\(name).lock") { return lock }
        if end.hasPassed { throw Problem.busy }
        if !hasTold { waits() }
        hasTold = true
        try await Task.sleep(for: .milliseconds(100))
      }
    } catch let error as FileWriteError {
      throw Problem.notKept(folder, error)
    }
  }
}
