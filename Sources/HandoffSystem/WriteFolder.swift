#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// An open folder, in which files are named without their path.
final class WriteFolder {
  private static let prefix = ".handoff-"
  private static let suffix = ".tmp"
  private let path: String
  private let descriptor: Int32

  init(_ path: String) throws(FileWriteError) {
    self.path = path
    descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileWriteError(errno) }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// The status of a regular file.
  func status(_ name: String) throws(FileWriteError) -> stat {
    var status = stat()
    guard fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { throw FileWriteError(errno) }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return status
    case S_IFLNK: throw .symbolicLink
    default: throw .notRegular
    }
  }

  /// The content of a regular file, or as much of it as shows that it is longer than the limit.
  func read(_ name: String, limit: Int) throws(FileWriteError) -> [UInt8] {
    let file = openat(descriptor, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    guard file >= 0 else { throw FileWriteError(errno) }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: limit + 1)
    var count = 0
    while count < bytes.count {
      let read = bytes.withUnsafeMutableBytes { readSome(file, UnsafeMutableRawBufferPointer(rebasing: $0[count...])) }
      if read == 0 { break }
      if read < 0 {
        if errno == EINTR { continue }
        throw FileWriteError(errno)
      }
      count += read
    }
    return Array(bytes[..<count])
  }

  func makeTemporary(mode: mode_t) throws(FileWriteError) -> TemporaryFile {
    for _ in 0..<100 {
      let name = Self.prefix + String(UInt64.random(in: .min ... .max), radix: 36) + Self.suffix
      let file = openat(descriptor, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)
      if file < 0, errno == EEXIST { continue }
      guard file >= 0 else { throw FileWriteError(errno) }
      let temporary = TemporaryFile(name: name, file: file, directory: self)
      // Another process that is just reaping may have taken it for a stale one.
      if temporary.lock() { return temporary }
      temporary.remove()
    }
    throw .exists
  }

  /// Gives a file a second name, unless that is taken.
  func link(_ name: String, to target: String) throws(FileWriteError) {
    if linkat(descriptor, name, descriptor, target, 0) == 0 { return }
    guard [EPERM, EOPNOTSUPP, ENOTSUP, EMLINK, ENOSYS].contains(errno) else { throw FileWriteError(errno) }
    // Without hard links the name is reserved first and then taken over.
    let file = openat(descriptor, target, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o644)
    guard file >= 0 else { throw FileWriteError(errno) }
    close(file)
    do throws(FileWriteError) {
      try rename(name, to: target)
    } catch {
      remove(target)
      throw error
    }
  }

  func rename(_ name: String, to target: String) throws(FileWriteError) {
    guard renameat(descriptor, name, descriptor, target) == 0 else { throw FileWriteError(errno) }
  }

  func remove(_ name: String) { removeName(name, in: descriptor) }

  /// Brings the names in the folder to the disk.
  func synchronize() throws(FileWriteError) {
    let number = Self.failure(ofSynchronizing: descriptor)
    if number != 0 { throw FileWriteError(number) }
  }

  private static func failure(ofSynchronizing folder: Int32) -> Int32 {
    // Some file systems have nothing to do for a folder, and say so.
    bringToDisk(folder) || errno == EINVAL || errno == ENOTSUP ? 0 : errno
  }

  /// Brings a name to the disk that cannot be taken back any more.
  func confirm() throws(FileWriteError) {
    let number = Self.failure(ofSynchronizing: descriptor)
    if number != 0 { throw .notConfirmed(number) }
  }

  /// Removes temporary files that no process holds any more.
  func reapTemporaries() {
    for name in (try? FileSystem().list(path)) ?? []
    where name.hasPrefix(Self.prefix) && name.hasSuffix(Self.suffix) {
      let file = openat(descriptor, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
      guard file >= 0 else { continue }
      if flock(file, LOCK_EX | LOCK_NB) == 0 { remove(name) }
      close(file)
    }
  }
}

/// The C function, whose name the method above hides.
private func readSome(_ file: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
  read(file, buffer.baseAddress, buffer.count)
}
