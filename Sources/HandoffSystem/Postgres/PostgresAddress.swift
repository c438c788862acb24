#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

extension PostgresTarget {
  /// Whether this is the folder of a unix socket, as libpq sees it: an absolute path or an abstract name.
  var isSocket: Bool {
    address == nil && (host.map { PathText($0).isAbsolute || $0.utf8.starts(with: "@".utf8) } ?? true)
  }

  /// A host as targets, one for each of its addresses. libpq would resolve the name itself and block in it, so it is
  /// given the address; it still needs the name, for certificates and password files.
  /// - Returns: no target when the name cannot be resolved. Blocks for as long as the resolver does.
  static func resolve(host: String?, address: String?, port: String?) -> [PostgresTarget] {
    let target = PostgresTarget(host: host, address: address, port: port)
    guard let host, address == nil, !target.isSocket else { return [target] }
    var hints = addrinfo()
    hints.ai_family = AF_UNSPEC
    hints.ai_socktype = streamSocket
    var list: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(host, nil, &hints, &list) == 0 else { return [] }
    defer { freeaddrinfo(list) }
    var targets: [PostgresTarget] = []
    var next = list
    while let entry = next?.pointee {
      var name = [CChar](repeating: 0, count: Int(NI_MAXHOST))
      if getnameinfo(
        entry.ai_addr, entry.ai_addrlen, &name, socklen_t(name.count), nil, 0, NI_NUMERICHOST) == 0
      {
        let text = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let resolved = PostgresTarget(host: host, address: text, port: port)
        if !targets.contains(resolved) { targets.append(resolved) }
      }
      next = entry.ai_next
    }
    return targets
  }

  /// Connects to the place without saying anything, to learn from the system why a connection failed.
  /// - Returns: the cause, or nil when somebody listens there.
  func probe(deadline: Deadline) -> PostgresError? {
    var storage = sockaddr_storage()
    var length: socklen_t = 0
    if isSocket {
      guard let host, fillSocketAddress(&storage, &length, path: "\(host)/.s.PGSQL.\(port ?? "5432")") else {
        return .other("the path of the socket is too long")
      }
    } else {
      var hints = addrinfo()
      hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV
      hints.ai_socktype = streamSocket
      var list: UnsafeMutablePointer<addrinfo>?
      guard getaddrinfo(address ?? host, port ?? "5432", &hints, &list) == 0, let entry = list?.pointee else {
        return .nameNotResolved
      }
      length = entry.ai_addrlen
      withUnsafeMutableBytes(of: &storage) { $0.copyMemory(from: .init(start: entry.ai_addr, count: Int(length))) }
      freeaddrinfo(list)
    }
    let descriptor = socket(Int32(storage.ss_family), streamSocket, 0)
    guard descriptor >= 0 else { return .other("no socket can be opened") }
    defer { close(descriptor) }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
    let status = withUnsafePointer(to: &storage) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, length) }
    }
    if status == 0 { return nil }
    var number = errno
    // A unix socket whose backlog is full says EAGAIN: somebody is there, and busy.
    if number == EAGAIN { return .timedOut }
    if number == EINPROGRESS {
      var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      guard poll(&waiting, 1, Int32(clamping: deadline.remainingMilliseconds)) > 0 else { return .timedOut }
      var size = socklen_t(MemoryLayout<Int32>.size)
      getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &number, &size)
    }
    return Self.cause(ofErrno: number)
  }

  /// The cause that an error number of connect(2) names; nil for none.
  static func cause(ofErrno number: Int32) -> PostgresError? {
    switch number {
    case 0: nil
    case ECONNREFUSED: .refused
    case ENOENT, ENOTDIR: .noSocket
    case EACCES, EPERM: .notPermitted
    case ENETUNREACH, EHOSTUNREACH, ENETDOWN, EHOSTDOWN, EADDRNOTAVAIL, EAFNOSUPPORT: .noRoute
    case ETIMEDOUT: .timedOut
    default: .other(String(cString: strerror(number)))
    }
  }

  private func fillSocketAddress(
    _ storage: inout sockaddr_storage, _ length: inout socklen_t, path: String
  ) -> Bool {
    let isAbstract = path.hasPrefix("@")
    let bytes = isAbstract ? [0] + path.utf8.dropFirst() : Array(path.utf8)
    let offset = MemoryLayout<sockaddr_un>.offset(of: \.sun_path) ?? 2
    guard offset + bytes.count < MemoryLayout<sockaddr_un>.size else { return false }
    storage.ss_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &storage) { buffer in
      for (index, byte) in bytes.enumerated() { buffer[offset + index] = byte }
    }
    length = socklen_t(offset + bytes.count + (isAbstract ? 0 : 1))
    return true
  }
}

#if canImport(Glibc)
  private let streamSocket = Int32(SOCK_STREAM.rawValue)
#else
  private let streamSocket = SOCK_STREAM
#endif
