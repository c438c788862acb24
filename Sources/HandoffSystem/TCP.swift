#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Why no TCP connection could be made.
public enum TCPError: Error, Hashable, Sendable {
  /// The host's name could not be resolved.
  case nameNotResolved
  /// Nobody listens there: ECONNREFUSED.
  case refused
  /// There is no way to the host: ENETUNREACH, EHOSTUNREACH.
  case noRoute
  /// This process may not connect: EACCES, EPERM.
  case notPermitted
  /// Nobody had answered by the deadline, or by the moment the task was cancelled.
  case timedOut
  /// Anything else; the system's words.
  case other(String)
}

/// Finds out whether somebody listens on a TCP port.
public protocol TCPConnector: Sendable {
  /// Connects to the first of a host's addresses that accepts, says nothing, and closes.
  /// - Parameter host: a name or an address; `localhost` is this machine, whatever a resolver says.
  func reach(host: String, port: Int, deadline: Deadline) async throws(TCPError)
}

extension UnavailableWorld: TCPConnector {
  /// Answers that nothing can be connected to.
  public func reach(host: String, port: Int, deadline: Deadline) async throws(TCPError) {
    throw .other("no TCP connector was supplied")
  }
}

/// TCP by the system's sockets, on a thread of its own, since resolving a name blocks.
public struct SystemTCP: TCPConnector {
  /// Makes one.
  public init() {}

  /// Connects to the first of a host's addresses that accepts, says nothing, and closes.
  public func reach(host: String, port: Int, deadline: Deadline) async throws(TCPError) {
    guard !deadline.hasPassed, !Task.isCancelled else { throw .timedOut }
    let exchange = Exchange<TCPError?>()
    let guardian = Task {
      try? await Task.sleep(until: deadline.instant, clock: .continuous)
      exchange.answer(.timedOut)
    }
    defer { guardian.cancel() }
    let failure = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        exchange.wait(continuation)
        if !onOwnThread({ exchange.answer(Self.connect(host, port, deadline)) }) {
          exchange.answer(.other("this machine has no thread left"))
        }
      }
    } onCancel: {
      exchange.answer(.timedOut)
    }
    if let failure { throw failure }
  }

  private static func connect(_ host: String, _ port: Int, _ deadline: Deadline) -> TCPError? {
    var failure: TCPError?
    for name in host.lowercased() == "localhost" ? ["127.0.0.1", "::1"] : [host] {
      var hints = addrinfo()
      hints.ai_socktype = tcpStream
      var list: UnsafeMutablePointer<addrinfo>?
      guard getaddrinfo(name, String(port), &hints, &list) == 0 else {
        failure = failure ?? .nameNotResolved
        continue
      }
      defer { freeaddrinfo(list) }
      var next = list
      while let entry = next?.pointee {
        guard let found = connect(entry, deadline) else { return nil }
        // Of several addresses, the one where a machine answered says most.
        if failure == nil || failure == .noRoute || failure == .nameNotResolved { failure = found }
        next = entry.ai_next
      }
    }
    return failure ?? .nameNotResolved
  }

  private static func connect(_ address: addrinfo, _ deadline: Deadline) -> TCPError? {
    let descriptor = socket(address.ai_family, tcpStream, 0)
    guard descriptor >= 0 else { return errno == EAFNOSUPPORT ? .noRoute : .other(String(cString: strerror(errno))) }
    defer { close(descriptor) }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
    if open(descriptor, address) == 0 { return nil }
    var number = errno
    if number == EINPROGRESS {
      var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      guard poll(&waiting, 1, Int32(clamping: deadline.remainingMilliseconds)) > 0 else { return .timedOut }
      var size = socklen_t(MemoryLayout<Int32>.size)
      getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &number, &size)
    }
    switch number {
    case 0: return nil
    case ECONNREFUSED: return .refused
    case ENETUNREACH, EHOSTUNREACH, ENETDOWN, EHOSTDOWN, EADDRNOTAVAIL, EAFNOSUPPORT: return .noRoute
    case EACCES, EPERM: return .notPermitted
    case ETIMEDOUT: return .timedOut
    default: return .other(String(cString: strerror(number)))
    }
  }
}

/// The C function, whose name the methods above hide.
private func open(_ descriptor: Int32, _ address: addrinfo) -> Int32 {
  connect(descriptor, address.ai_addr, address.ai_addrlen)
}

#if canImport(Glibc)
  private let tcpStream = Int32(SOCK_STREAM.rawValue)
#else
  private let tcpStream = SOCK_STREAM
#endif
