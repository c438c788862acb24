import Foundation

extension Process {
  /// Waits until it has ended. Foundation alone sometimes sleeps on beside a process that ended long ago (its run loop
  /// misses the end), so the system is asked, which leaves the process for Foundation to collect.
  /// - Returns: its exit status, or the signal that ended it as a negative number.
  func end() -> Int {
    var info = siginfo_t()
    while waitid(P_PID, id_t(processIdentifier), &info, WEXITED | WNOWAIT) != 0 {
      if errno == EINTR { continue }
      // Foundation has collected it, and knows.
      waitUntilExit()
      return terminationReason == .exit ? Int(terminationStatus) : -Int(terminationStatus)
    }
    #if os(Linux)
      let status = Int(info._sifields._sigchld.si_status)
    #else
      let status = Int(info.si_status)
    #endif
    return info.si_code == CLD_EXITED ? status : -status
  }
}
