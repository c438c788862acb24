import CLibpq
import Synchronization

#if os(Linux)
  import CLinux
#endif
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Counts what a server sends over one connection, and ends what is more than the limit.
///
/// libpq buffers each message whole, however long the server says that it is, and reads on in one call as long as
/// something comes. On Linux another thread therefore looks on while such a call lasts, and cuts the connection off when
/// it has taken too much: the system counts the bytes of TCP; of a unix socket it does not, so that there a call must both
/// have taken long of the processor and have made this process larger by more than the limit: a password's hashes take the
/// one and not the other. Elsewhere only what each call took is counted, roughly.
final class LibpqFlood: Sendable {
  private struct State {
    /// The socket that libpq reads from now, by a descriptor of our own.
    var socket: Int32?
    /// How many bytes waited when it began.
    var waiting = 0
    var received = 0
    var isTooMuch = false
    var isWatched = false
    var hasEnded = false
    #if os(Linux)
      /// The clock of the thread that reads, and what it showed.
      var clock: clockid_t = 0
      var began = timespec()
      /// How much memory this process took when the call began; nil where the system counts the bytes.
      var resident: Int?
    #endif
  }

  /// How many bytes the system keeps for us while we look away: what can still come when the connection is cut off.
  private static let room: Int32 = 256 << 10

  private let limit: Int
  private let kept = Atomic(0)
  private let state = Mutex(State())

  /// - Parameter limit: how many bytes may come, and how many may be kept of them.
  init(limit: Int) { self.limit = limit }

  /// The calling thread lets libpq read from a socket.
  func begin(_ socket: Int32) {
    let isFirst = state.withLock { state in
      state.socket = fcntl(socket, F_DUPFD_CLOEXEC, 3)
      var room = Self.room
      setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &room, socklen_t(MemoryLayout.size(ofValue: room)))
      state.waiting = Int(handoff_bytes_waiting(socket))
      #if os(Linux)
        pthread_getcpuclockid(pthread_self(), &state.clock)
        clock_gettime(state.clock, &state.began)
        // Where a look comes late, what has come by then must count.
        state.resident = Self.received(socket) == nil ? Self.resident : nil
        defer { state.isWatched = true }
        return !state.isWatched
      #else
        return false
      #endif
    }
    if isFirst { watch() }
  }

  /// libpq has read.
  /// - Returns: whether that was within the limit.
  func pause() -> Bool {
    state.withLock { state in
      if let own = state.socket {
        // What is waiting less, and no less than the room that libpq makes before it reads.
        let less = state.waiting - Int(handoff_bytes_waiting(own))
        state.received += max(min(state.waiting, 8192), less)
        if let exact = Self.received(own), exact > limit { state.isTooMuch = true }
        close(own)
      }
      state.socket = nil
      return !state.isTooMuch && state.received <= limit
    }
  }

  /// Whether a row may be kept beside those that are.
  /// - Parameter size: how many bytes it takes.
  func keeps(_ size: Int) -> Bool { kept.add(size, ordering: .relaxed).newValue <= limit }

  /// Nobody reads any more.
  func end() { state.withLock { $0.hasEnded = true } }

  /// How many bytes have come over a connection of TCP; nil where the system does not count them.
  private static func received(_ socket: Int32) -> Int? {
    #if os(Linux)
      let count = handoff_tcp_bytes_received(socket)
      return count < 0 ? nil : Int(count)
    #else
      return nil
    #endif
  }

  #if os(Linux)
    /// How long one call reads from a unix socket, in nanoseconds of the processor. One that ends takes far less.
    private static let patience = 3_000_000

    /// The bytes of memory that this process takes, by /proc/self/statm (proc_pid_statm(5)); 0 where that is not there.
    private static var resident: Int {
      guard let text = try? FileSystem().readText("/proc/self/statm") else { return 0 }
      let words = text.split(separator: " ")
      return words.count > 1 ? (Int(words[1]) ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE))) : 0
    }

    private func watch() {
      _ = onOwnThread { [self] in
        // While libpq reads, which ends soon unless it is flooded, a sleep could last too long.
        while let isReading = look() {
          if isReading { sched_yield() } else { usleep(200) }
        }
      }
    }

    /// Cuts off what has taken too much.
    /// - Returns: whether libpq reads now; nil where there is nothing to look for any more.
    private func look() -> Bool? {
      state.withLock { state in
        if state.hasEnded || state.isTooMuch { return nil }
        guard let socket = state.socket else { return false }
        if let count = Self.received(socket) {
          state.isTooMuch = count > limit
        } else {
          var now = timespec()
          clock_gettime(state.clock, &now)
          let spent = (now.tv_sec - state.began.tv_sec) * 1_000_000_000 + now.tv_nsec - state.began.tv_nsec
          let grown = state.resident.map { Self.resident - $0 } ?? 0
          state.isTooMuch = spent > Self.patience && grown > limit
        }
        if state.isTooMuch { shutdown(socket, Int32(SHUT_RDWR)) }
        return true
      }
    }
  #endif
}
