import HandoffProject
import HandoffSetup
import HandoffSystem
import HandoffText

extension Workspace {
  /// The lock that whoever changes the environment of the project holds, waited for where another one is at work.
  /// - Returns: nil where there is no state folder to keep it in.
  func setupLock() async throws -> FileLock? {
    do {
      let lock = try await Signals.cancelling { [self] in
        try await SetupLock.take(project.root, host) {
          Console.tell("another setup of this project, or what it has started, is still at work; waiting for it …\n")
        }
      }
      if lock?.isExclusive == false {
        Console.tell("the state folder's file system knows no locks: see to it that no other setup is at work\n")
      }
      return lock
    } catch SetupLock.Problem.busy {
      throw UsageProblem("another setup of this project is still at work; nothing was done")
    } catch SetupLock.Problem.notKept(let folder, let error) {
      throw UsageProblem("\(Untrusted(folder).terminal) cannot be written to: \(error); nothing was done")
    }
  }
}
