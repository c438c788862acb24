#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Writes all of some bytes, in as many calls as it takes.
/// - Parameters:
///   - bytes: what is written.
///   - descriptor: an open file, pipe or terminal. One that does not block is waited for.
///   - deadline: how long; nil for as long as it takes.
/// - Returns: 0, or the system's error number of the call that failed; `ETIMEDOUT` at the deadline.
public func writeAll(_ bytes: [UInt8], to descriptor: Int32, deadline: Deadline? = nil) -> Int32 {
  bytes.withUnsafeBytes { buffer in
    var done = 0
    while done < buffer.count {
      let count = write(descriptor, buffer.baseAddress.map { $0 + done }, buffer.count - done)
      if count > 0 {
        done += count
      } else if count == 0 {
        return EIO
      } else if errno == EAGAIN {
        var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        let patience = deadline.map { Int32(clamping: $0.remainingMilliseconds) } ?? -1
        if poll(&waiting, 1, patience) == 0 { return ETIMEDOUT }
      } else if errno != EINTR {
        return errno
      }
    }
    return 0
  }
}
