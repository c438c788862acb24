#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A file that is not yet what it will be.
final class TemporaryFile {
  let name: String
  private let file: Int32
  private let directory: WriteFolder

  init(name: String, file: Int32, directory: WriteFolder) {
    self.name = name
    self.file = file
    self.directory = directory
  }

  deinit { close(file) }

  /// Marks the file as in use for as long as this process lives.
  /// - Returns: whether it is still there.
  func lock() -> Bool {
    guard flock(file, LOCK_EX | LOCK_NB) == 0 else { return errno != EWOULDBLOCK }
    var status = stat()
    return fstat(file, &status) == 0 && status.st_nlink > 0
  }

  /// Writes everything and brings it to the disk.
  func write(_ bytes: [UInt8]) throws(FileWriteError) {
    let failure = writeAll(bytes, to: file)
    if failure != 0 { throw FileWriteError(failure) }
    guard bringToDisk(file) else { throw FileWriteError(errno) }
    #if canImport(Darwin)
      // On macOS fsync leaves the bytes in the drive's cache; not every file system can do more.
      _ = fcntl(file, F_FULLFSYNC)
    #endif
  }

  /// Takes over permissions, and the owner where that is allowed.
  func adopt(_ status: stat) throws(FileWriteError) {
    _ = fchown(file, status.st_uid, status.st_gid)
    guard fchmod(file, status.st_mode & 0o7777) == 0 else { throw FileWriteError(errno) }
    guard bringToDisk(file) else { throw FileWriteError(errno) }
  }

  func remove() { directory.remove(name) }
}
