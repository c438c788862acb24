import HandoffSystem
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Ends the work on Ctrl-C, TERM and HUP. The programs that probes run are in sessions of their own and do not get the
/// terminal's signal, so the work is cancelled, which kills them, before the process ends as the signal would have it.
enum Signals {
  private static let work = Mutex<(@Sendable () -> Void)?>(nil)
  private static let descriptor = Atomic<Int32>(-1)
  private static let received = Atomic<Int32>(0)
  /// How many milliseconds the work has to end once it was cancelled: long enough for the runner to kill what it started,
  /// short enough for a person.
  private static let patience = Atomic<Int32>(900)

  /// A signal ended the work.
  struct Interrupted: Error {
    /// The exit status that a shell expects: 128 and the signal's number.
    let status: Int32
  }

  /// Installs the handlers.
  static func install() {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    descriptor.store(ends[1], ordering: .sequentiallyConsistent)
    signal(SIGPIPE, SIG_IGN)
    // A file that gets too large is an error of the call that writes it, after which its writer can tidy up.
    signal(SIGXFSZ, SIG_IGN)
    for number in [SIGINT, SIGTERM, SIGHUP] { listen(for: number) }
    let reading = ends[0]
    let isHeard = onOwnThread {
      var byte: UInt8 = 0
      while take(reading, &byte) != 1 {}
      received.store(Int32(byte), ordering: .sequentiallyConsistent)
      let cancel = work.withLock { $0 }
      cancel?()
      // Who asks once more does not wait.
      var again = pollfd(fd: reading, events: Int16(POLLIN), revents: 0)
      if cancel != nil { poll(&again, 1, patience.load(ordering: .sequentiallyConsistent)) }
      _exit(128 + Int32(byte))
    }
    if !isHeard { for number in [SIGINT, SIGTERM, SIGHUP] { signal(number, SIG_DFL) } }
  }

  private static func listen(for number: Int32) {
    signal(number) { number in
      var byte = UInt8(truncatingIfNeeded: number)
      _ = put(Signals.descriptor.load(ordering: .sequentiallyConsistent), &byte)
    }
  }

  /// Gives the work more time to put things back once it was cancelled.
  static func giveTime(milliseconds: Int32) { patience.store(milliseconds, ordering: .sequentiallyConsistent) }

  /// Runs a program of the user's in the foreground, to which the terminal's Ctrl-C and Ctrl-\\ belong meanwhile.
  static func leavingToForeground<Value>(_ body: () throws -> Value) rethrows -> Value {
    signal(SIGINT, SIG_IGN)
    signal(SIGQUIT, SIG_IGN)
    defer {
      listen(for: SIGINT)
      signal(SIGQUIT, SIG_DFL)
    }
    return try body()
  }

  /// Runs work that a signal cancels.
  /// - Throws: ``Interrupted`` after a signal, whatever the work came to.
  static func cancelling<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) async throws -> Value {
    let task = Task { try await body() }
    let outer = work.withLock { work in
      defer { work = { task.cancel() } }
      return work
    }
    defer { work.withLock { $0 = outer } }
    // A signal that came to an outer piece of work ends this one, too.
    if received.load(ordering: .sequentiallyConsistent) != 0 { task.cancel() }
    let result = await withTaskCancellationHandler {
      await task.result
    } onCancel: {
      task.cancel()
    }
    let signal = received.load(ordering: .sequentiallyConsistent)
    if signal != 0 { throw Interrupted(status: 128 + signal) }
    return try result.get()
  }
}

private func put(_ descriptor: Int32, _ byte: inout UInt8) -> Int { write(descriptor, &byte, 1) }
private func take(_ descriptor: Int32, _ byte: inout UInt8) -> Int { read(descriptor, &byte, 1) }
