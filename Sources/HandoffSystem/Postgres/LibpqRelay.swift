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

/// Stands between libpq and a server, so that nothing reaches libpq that was not counted.
///
/// libpq buffers each message whole, however long the server says that it is, and one call of it reads on as long as
/// something comes. Under its descriptor there is therefore one end of a pair of sockets as soon as it has connected, and
/// before it reads for the first time: what it asks of its socket, such as the peer's user for `requirepeer`, it has asked
/// by then. Bytes are handed through while it waits, by the thread that waits, so that one call finds no more than one
/// piece.
struct LibpqRelay: ~Copyable {
  /// How many bytes may come.
  private let limit: Int
  /// How many may come while libpq makes no result of them: a message is in memory up to three times.
  private var messageLimit: Int { limit / 4 }
  /// How many may come before the first query. Neither certificates nor errors are longer; parameters are searched one
  /// after the other, so that many take long.
  private static let connectingLimit = 256 << 10

  private var received = 0
  private var sinceResult = 0
  private var isConnecting = true
  private var pair: Pair?

  /// - Parameter limit: how many bytes may come.
  init(limit: Int) { self.limit = limit }

  deinit { pair?.end() }

  /// Steps in between, where libpq has a socket that is not ours yet.
  /// - Parameter socket: the descriptor that libpq reads from, connected.
  /// - Throws: ``PostgresError/other(_:)`` when this process may open no more.
  mutating func stepIn(_ socket: Int32) throws(PostgresError) {
    if let pair, pair.isUnder(socket) { return }
    stepOut()
    guard let pair = Pair(under: socket) else { throw .other("this process may open no more sockets") }
    self.pair = pair
  }

  /// Sends what libpq still had to say, and closes the socket to the server.
  mutating func stepOut() {
    pair?.toServer.move()
    pair?.end()
    pair = nil
  }

  /// The connection is there.
  mutating func hasConnected() {
    isConnecting = false
    sinceResult = 0
  }

  /// libpq made a result of what came.
  mutating func hasResult() { sinceResult = 0 }

  /// Waits until libpq can read or write, and hands bytes through meanwhile.
  /// - Parameter events: what libpq waits for, `POLLIN` or `POLLOUT` or both.
  /// - Returns: false at the deadline.
  /// - Throws: ``PostgresError/tooLarge`` when the server sent more than may come.
  mutating func wait(_ socket: Int32, for events: Int32, deadline: Deadline) throws(PostgresError) -> Bool {
    while true {
      if pair != nil { try hand() }
      var polled = [pollfd(fd: socket, events: Int16(events), revents: 0)] + (pair?.polled ?? [])
      let count = poll(&polled, nfds_t(polled.count), Int32(clamping: deadline.remainingMilliseconds))
      if count > 0, polled[0].revents != 0 { return true }
      if count <= 0, deadline.hasPassed { return false }
      if count < 0, errno != EINTR { return true }
    }
  }

  /// Whether libpq finds something when it reads now.
  func hasMore(_ socket: Int32) -> Bool {
    var polled = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
    return poll(&polled, 1, 0) > 0
  }

  /// Hands on what is there, without waiting.
  private mutating func hand() throws(PostgresError) {
    pair?.toServer.move()
    let count = pair?.toLibpq.move() ?? 0
    received += count
    sinceResult += count
    if received > limit || sinceResult > (isConnecting ? Self.connectingLimit : messageLimit) { throw .tooLarge }
  }
}

/// The socket to the server, our end of the pair whose other end libpq has, and what is on its way between the two.
private struct Pair {
  let server: Int32
  let inner: Int32
  var toServer: Flow
  var toLibpq: Flow
  /// Which file libpq's end is (fstat(2)); libpq may close it and connect anew under the same number.
  private let device: dev_t
  private let file: ino_t
  /// How many bytes of libpq's the system keeps, at least where it lets us choose: a password or a ticket is shorter.
  private static let room: Int32 = 256 << 10

  init?(under socket: Int32) {
    var ends: [Int32] = [-1, -1]
    guard socketpair(AF_UNIX, Self.kind, 0, &ends) == 0 else { return nil }
    defer { close(ends[1]) }
    server = fcntl(socket, F_DUPFD_CLOEXEC, 3)
    inner = ends[0]
    toServer = Flow(from: inner, to: server)
    toLibpq = Flow(from: server, to: inner)
    // What libpq says while it connects must fit in whole, since it waits for room by itself then, and nobody hands on.
    var room = Self.room
    setsockopt(ends[1], SOL_SOCKET, SO_SNDBUF, &room, socklen_t(MemoryLayout<Int32>.size))
    var status = stat()
    guard server >= 0, ends.allSatisfy(Self.prepare), fstat(ends[1], &status) == 0,
      Self.replace(socket, by: ends[1])
    else {
      if server >= 0 { close(server) }
      close(inner)
      return nil
    }
    (device, file) = (status.st_dev, status.st_ino)
  }

  func isUnder(_ socket: Int32) -> Bool {
    var status = stat()
    return fstat(socket, &status) == 0 && status.st_dev == device && status.st_ino == file
  }

  /// What to wait for so that bytes can be handed on.
  var polled: [pollfd] {
    [
      (server, toLibpq.isReading, toServer.isWriting), (inner, toServer.isReading, toLibpq.isWriting),
    ].map { socket, reads, writes in
      // poll(2) tells of the end of a connection whether asked or not, and passes over what is negative.
      pollfd(
        fd: reads || writes ? socket : -1, events: Int16((reads ? POLLIN : 0) | (writes ? POLLOUT : 0)), revents: 0)
    }
  }

  func end() {
    close(server)
    close(inner)
  }

  #if canImport(Glibc)
    private static let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
  #elseif os(Linux)
    private static let kind = SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK
  #else
    private static let kind = SOCK_STREAM
  #endif

  #if os(Linux)
    private static func prepare(_ socket: Int32) -> Bool { true }
    private static func replace(_ socket: Int32, by end: Int32) -> Bool { handoff_dup3(end, socket, O_CLOEXEC) >= 0 }
  #else
    private static func prepare(_ socket: Int32) -> Bool {
      // A write to what nobody reads is an error here and no signal, as libpq asked for its own socket.
      var yes: Int32 = 1
      return setsockopt(socket, SOL_SOCKET, SO_NOSIGPIPE, &yes, socklen_t(MemoryLayout<Int32>.size)) == 0
        && fcntl(socket, F_SETFL, O_NONBLOCK) == 0 && fcntl(socket, F_SETFD, FD_CLOEXEC) == 0
    }
    private static func replace(_ socket: Int32, by end: Int32) -> Bool {
      dup2(end, socket) >= 0 && fcntl(socket, F_SETFD, FD_CLOEXEC) == 0
    }
  #endif
}

/// Bytes on their way from one socket to another, neither of which blocks.
private struct Flow {
  private let source: Int32
  private let target: Int32
  private var bytes = [UInt8](repeating: 0, count: 64 << 10)
  private var rest = 0..<0
  private var hasEnded = false

  init(from source: Int32, to target: Int32) {
    self.source = source
    self.target = target
  }

  var isReading: Bool { rest.isEmpty && !hasEnded }
  var isWriting: Bool { !rest.isEmpty }

  /// Moves what can be moved now, one piece at most. What ends on one side ends on the other.
  /// - Returns: how many bytes were read.
  @discardableResult
  mutating func move() -> Int {
    var count = 0
    if isReading {
      count = max(0, transferred(recv(source, &bytes, bytes.count, 0)))
      rest = 0..<count
    }
    if isWriting {
      let sent = bytes.withUnsafeBytes { bytes in
        send(target, bytes.baseAddress! + rest.lowerBound, rest.count, Self.flags)
      }
      rest = rest.lowerBound + max(0, transferred(sent))..<rest.upperBound
      if hasEnded { rest = 0..<0 }
    }
    if hasEnded, rest.isEmpty { shutdown(target, Int32(SHUT_WR)) }
    return count
  }

  /// - Returns: the number; -1 when nothing can be moved yet.
  private mutating func transferred(_ count: Int) -> Int {
    if count == 0 || count < 0 && errno != EAGAIN && errno != EINTR { hasEnded = true }
    return count
  }

  #if os(Linux)
    private static let flags = Int32(MSG_NOSIGNAL)
  #else
    private static let flags: Int32 = 0
  #endif
}
