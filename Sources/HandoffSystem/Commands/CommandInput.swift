#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Opens what a command reads on standard input, as a descriptor for the child.
///
/// swift-subprocess writes to the child's pipe without guarding against SIGPIPE, which would end this process when the
/// child does not read; so the bytes are written here, on a thread in which that signal is blocked.
/// - Returns: a descriptor, or nil when none can be had.
func openCommandInput(of command: Command, deadline: Deadline) -> Int32? {
  if let shared = command.inputDescriptor {
    let descriptor = fcntl(shared, F_DUPFD_CLOEXEC, 3)
    return descriptor >= 0 ? descriptor : nil
  }
  guard let bytes = command.input else {
    let null = open("/dev/null", O_RDONLY | O_CLOEXEC)
    return null >= 0 ? null : nil
  }
  var ends: [Int32] = [-1, -1]
  guard pipe(&ends) == 0 else { return nil }
  let (readEnd, writeEnd) = (ends[0], ends[1])
  for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
  _ = fcntl(writeEnd, F_SETFL, O_NONBLOCK)
  let isFed = onOwnThread {
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGPIPE)
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    _ = writeAll(bytes, to: writeEnd, deadline: deadline)
    close(writeEnd)
  }
  if !isFed {
    for end in ends { close(end) }
    return nil
  }
  return readEnd
}
