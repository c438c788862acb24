#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A lock that one process at a time holds, and that ends with its last holder, also by SIGKILL.
///
/// It is `flock(2)` on a file, which belongs to the open file description: a program that gets ``descriptor`` as its
/// standard input holds the lock as well, for as long as it runs.
public final class FileLock: Sendable {
  /// The open file; what was written with ``fill(_:)`` is read from it.
  public let descriptor: Int32
  /// Whether nobody else can hold it; false where the file system knows no locks.
  public let isExclusive: Bool
  private let path: String

  private init(descriptor: Int32, isExclusive: Bool, path: String) {
    self.descriptor = descriptor
    self.isExclusive = isExclusive
    self.path = path
  }

  deinit { close(descriptor) }

  /// Takes the lock without waiting.
  /// - Parameter path: an absolute path; the file is made, and taken away again by ``release()``.
  /// - Returns: nil when another process holds it.
  public static func take(_ path: String) throws(FileWriteError) -> FileLock? {
    while true {
      let file = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0o666)
      guard file >= 0 else { throw FileWriteError(errno) }
      var status = flock(file, LOCK_EX | LOCK_NB)
      // What is in trouble for a moment is asked again; a file system without locks says the same each time.
      for _ in 0..<3 where status != 0 && errno != EWOULDBLOCK { status = flock(file, LOCK_EX | LOCK_NB) }
      if status != 0, errno == EWOULDBLOCK {
        close(file)
        return nil
      }
      let lock = FileLock(descriptor: file, isExclusive: status == 0, path: path)
      // Its last holder may have taken the file away between the two calls; then the lock is on nothing.
      if lock.isInPlace { return lock }
    }
  }

  private var isInPlace: Bool {
    var (held, named) = (stat(), stat())
    return fstat(descriptor, &held) == 0 && lstat(path, &named) == 0 && held.st_dev == named.st_dev
      && held.st_ino == named.st_ino
  }

  /// Makes bytes the file's content, to be read from its beginning.
  public func fill(_ bytes: [UInt8]) throws(FileWriteError) {
    guard ftruncate(descriptor, 0) == 0, lseek(descriptor, 0, SEEK_SET) == 0 else { throw FileWriteError(errno) }
    let failure = writeAll(bytes, to: descriptor)
    if failure != 0 { throw FileWriteError(failure) }
    guard lseek(descriptor, 0, SEEK_SET) == 0 else { throw FileWriteError(errno) }
  }

  /// Takes the file away. The lock itself ends with this object and with the programs that hold it.
  public func release() {
    removeName(path)
  }
}
