import Foundation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A server of this test process, on a free port of 127.0.0.1 or on a unix socket. It ends with the value.
final class LoopbackServer: @unchecked Sendable {
  /// What becomes of connections.
  enum Mode {
    case serving, queueing, refusing
  }

  let port: Int
  let path: String?
  private let stop: Int32
  private let lock = NSLock()
  private var count = 0
  private var open: Set<Int32> = []

  /// Listens and serves each connection on a thread of its own.
  /// - Parameters:
  ///   - path: a unix socket, or nil for TCP.
  ///   - mode: whether connections are served, only queued, or refused.
  ///   - serve: speaks on a connection, which is closed when it returns.
  init(unix path: String? = nil, mode: Mode = .serving, serve: @escaping @Sendable (Connection) -> Void) throws {
    self.path = path
    let isUnix = path != nil
    #if canImport(Glibc)
      let descriptor = socket(isUnix ? AF_UNIX : AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    #else
      let descriptor = socket(isUnix ? AF_UNIX : AF_INET, SOCK_STREAM, 0)
    #endif
    if let path {
      var address = sockaddr_un()
      address.sun_family = sa_family_t(AF_UNIX)
      withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8) + [0]) }
      try Self.bind(descriptor, &address)
      port = 0
    } else {
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
      try Self.bind(descriptor, &address)
      var length = socklen_t(MemoryLayout<sockaddr_in>.size)
      withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = getsockname(descriptor, $0, &length) }
      }
      port = Int(UInt16(bigEndian: address.sin_port))
    }
    if mode != .refusing {
      guard listen(descriptor, mode == .serving ? 64 : 0) == 0 else { throw SystemError(number: errno) }
    }
    var pipeEnds: [Int32] = [0, 0]
    guard pipe(&pipeEnds) == 0 else { throw SystemError(number: errno) }
    stop = pipeEnds[1]
    let stopped = pipeEnds[0]
    let server = Weak(self)
    Thread.detachNewThread {
      LoopbackServer.run(descriptor, accepts: mode == .serving, until: stopped, server, serve)
    }
  }

  deinit {
    // The threads close what they use, so that no number is given to another socket under their hands.
    close(stop)
    for connection in open { shutdown(connection, Int32(SHUT_RDWR)) }
    if let path { unlink(path) }
  }

  /// How many connections were accepted so far.
  var connectionCount: Int { lock.withLock { count } }

  /// `http://127.0.0.1:PORT` and a path.
  func url(_ path: String = "/", scheme: String = "http") -> String { "\(scheme)://127.0.0.1:\(port)\(path)" }

  private static func run(
    _ listener: Int32, accepts: Bool, until stop: Int32, _ server: Weak,
    _ serve: @escaping @Sendable (Connection) -> Void
  ) {
    defer {
      close(listener)
      close(stop)
    }
    while true {
      var events = [
        pollfd(fd: listener, events: Int16(accepts ? POLLIN : 0), revents: 0), pollfd(fd: stop, events: 0, revents: 0),
      ]
      guard poll(&events, 2, -1) > 0, events[1].revents == 0 else { return }
      guard events[0].revents != 0 else { continue }
      let connection = accept(listener, nil, nil)
      guard connection >= 0 else { continue }
      server.value?.began(connection)
      Thread.detachNewThread {
        serve(Connection(descriptor: connection))
        shutdown(connection, Int32(SHUT_RDWR))
        server.value?.ended(connection)
        close(connection)
      }
    }
  }

  private func began(_ connection: Int32) {
    lock.withLock {
      count += 1
      open.insert(connection)
    }
  }

  private func ended(_ connection: Int32) {
    lock.withLock { _ = open.remove(connection) }
  }

  private static func bind<Address>(_ descriptor: Int32, _ address: inout Address) throws {
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        systemBind(descriptor, $0, socklen_t(MemoryLayout<Address>.size))
      }
    }
    guard result == 0 else { throw SystemError(number: errno) }
  }

  /// A server that its own threads do not keep alive.
  private final class Weak: @unchecked Sendable {
    private(set) weak var value: LoopbackServer?

    init(_ value: LoopbackServer) { self.value = value }
  }

  struct SystemError: Error {
    let number: Int32
  }

  /// One connection.
  struct Connection: Sendable {
    let descriptor: Int32

    /// Reads one request: its head and, by its length, its body. Nil when the client went away.
    func request() -> (head: String, body: String)? {
      var bytes: [UInt8] = []
      var buffer = [UInt8](repeating: 0, count: 1 << 16)
      while true {
        let text = String(decoding: bytes, as: UTF8.self)
        if let end = text.range(of: "\r\n\r\n") {
          let head = String(text[..<end.lowerBound])
          let length = head.lowercased().components(separatedBy: "content-length: ").dropFirst().first
            .flatMap { Int($0.prefix { $0.isNumber }) }
          let body = String(text[end.upperBound...])
          if body.utf8.count >= length ?? 0 { return (head, body) }
        }
        let count = recv(descriptor, &buffer, buffer.count, 0)
        guard count > 0 else { return nil }
        bytes += buffer[..<count]
      }
    }

    /// Sends bytes; false when the client went away.
    @discardableResult
    func send(_ text: String) -> Bool {
      var rest = Array(text.utf8)[...]
      while !rest.isEmpty {
        let count = rest.withUnsafeBytes { sendQuietly(descriptor, $0.baseAddress, $0.count) }
        guard count > 0 else { return false }
        rest = rest.dropFirst(count)
      }
      return true
    }

    /// Sends a whole answer after which the connection goes on.
    func answer(_ status: String = "200 OK", headers: [String] = [], _ body: String = "") {
      let lines = ["HTTP/1.1 \(status)", "Content-Length: \(body.utf8.count)"] + headers + ["", body]
      send(lines.joined(separator: "\r\n"))
    }

    /// Takes whatever comes until the client goes away.
    func drain() {
      var buffer = [UInt8](repeating: 0, count: 1 << 16)
      while recv(descriptor, &buffer, buffer.count, 0) > 0 {}
    }
  }
}

private func systemBind(_ descriptor: Int32, _ address: UnsafePointer<sockaddr>, _ length: socklen_t) -> Int32 {
  bind(descriptor, address, length)
}

private func sendQuietly(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
  #if canImport(Darwin)
    var on: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_NOSIGPIPE, &on, socklen_t(MemoryLayout<Int32>.size))
    return send(descriptor, bytes, count, 0)
  #else
    return send(descriptor, bytes, count, Int32(MSG_NOSIGNAL))
  #endif
}
