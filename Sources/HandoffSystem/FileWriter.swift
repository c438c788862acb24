#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Why a file could not be written.
public enum FileWriteError: Error, Hashable, Sendable {
  /// There is something of this name.
  case exists
  /// There is nothing of this name, or no folder for it.
  case missing
  /// A symbolic link stands there, which is not written through.
  case symbolicLink
  /// A folder, pipe, socket or device stands there.
  case notRegular
  /// The file is not any more what its caller read.
  case changedMeanwhile
  /// The folder may not be written to.
  case notPermitted
  /// The file system takes no writes.
  case readOnly
  /// The disk, or the user's share of it, is full.
  case noSpace
  /// The file would be larger than the file system, or a limit of the shell, allows.
  case tooLarge
  /// The new content has its name, and the disk did not confirm that this outlives a crash: the system's error number.
  case notConfirmed(Int32)
  /// Anything else: the system's error number.
  case system(Int32)
}

/// Writes files so that at every moment, also after a crash, there is either the old content or the new one.
///
/// The bytes go to an exclusive temporary file beside the target, are brought to the disk, and get the target's name in
/// one step; then the folder is brought to the disk. A temporary file that a killed process left behind is removed by
/// the next write in the folder.
public struct FileWriter: Sendable {
  /// Makes one.
  public init() {}

  /// Writes a new file. What exists is never replaced.
  /// - Parameters:
  ///   - bytes: the whole content.
  ///   - name: the name in the folder.
  ///   - folder: an existing folder; symbolic links on its path are followed.
  ///   - mode: its permissions, before the umask.
  /// - Throws: ``FileWriteError/exists`` when the name is taken. After an error there is no file.
  public func create(
    _ bytes: [UInt8], named name: String, in folder: String, mode: UInt16 = 0o644
  ) throws(FileWriteError) {
    let directory = try Directory(folder)
    directory.reapTemporaries()
    let temporary = try directory.makeTemporary(mode: mode_t(mode))
    do throws(FileWriteError) {
      try temporary.write(bytes)
      try directory.link(temporary.name, to: name)
    } catch {
      temporary.remove()
      throw error
    }
    temporary.remove()
    do throws(FileWriteError) {
      try directory.synchronize()
    } catch {
      directory.remove(name)
      throw error
    }
  }

  /// Writes a file, whatever had its name; a symbolic link there is replaced, and not followed.
  /// - Parameters:
  ///   - bytes: the whole content.
  ///   - name: the name in the folder.
  ///   - folder: an existing folder; symbolic links on its path are followed.
  ///   - mode: its permissions, before the umask.
  /// - Throws: ``FileWriteError/notConfirmed(_:)`` when the new content is there already; after any other error the old
  ///   one is.
  public func put(
    _ bytes: [UInt8], named name: String, in folder: String, mode: UInt16 = 0o644
  ) throws(FileWriteError) {
    let directory = try Directory(folder)
    directory.reapTemporaries()
    let temporary = try directory.makeTemporary(mode: mode_t(mode))
    do throws(FileWriteError) {
      try temporary.write(bytes)
      try directory.rename(temporary.name, to: name)
    } catch {
      temporary.remove()
      throw error
    }
    try directory.confirm()
  }

  /// Writes an existing regular file anew; its permissions and, where that is allowed, its owner stay.
  /// - Parameters:
  ///   - bytes: the whole new content.
  ///   - old: what the caller read; when the file holds anything else by now, nothing is written.
  ///   - name: the name in the folder.
  ///   - folder: an existing folder; symbolic links on its path are followed.
  /// - Throws: ``FileWriteError/notConfirmed(_:)`` when the new content is there already; after any other error the old
  ///   one is.
  public func replace(
    _ bytes: [UInt8], over old: [UInt8], named name: String, in folder: String
  ) throws(FileWriteError) {
    let directory = try Directory(folder)
    directory.reapTemporaries()
    let status = try directory.status(name)
    let temporary = try directory.makeTemporary(mode: 0o600)
    do throws(FileWriteError) {
      try temporary.write(bytes)
      try temporary.adopt(status)
      guard try directory.read(name, limit: old.count) == old else { throw .changedMeanwhile }
      try directory.rename(temporary.name, to: name)
    } catch {
      temporary.remove()
      throw error
    }
    try directory.confirm()
  }

  /// Removes a file, if it is there.
  /// - Throws: ``FileWriteError`` when it stays.
  public func remove(_ path: String) throws(FileWriteError) {
    guard removeName(path) else { throw FileWriteError(errno) }
  }

  /// Removes the temporary files that killed processes left behind in a folder which may not be written to for long.
  public func reap(in folder: String) {
    (try? Directory(folder))?.reapTemporaries()
  }

  /// Takes a folder of this user from all others.
  public func close(_ folder: String) throws(FileWriteError) {
    guard chmod(folder, 0o700) == 0 else { throw FileWriteError(errno) }
  }

  /// Removes folders that are empty.
  /// - Parameter folders: those on the way first, as ``makeFolder(_:)`` gives them.
  public func removeEmpty(_ folders: [String]) {
    for folder in folders.reversed() { removeName(folder, flags: AT_REMOVEDIR) }
  }

  /// Makes a folder and those on the way to it; what is there stays. When it cannot be made, none is left.
  /// - Parameters:
  ///   - path: an absolute path.
  ///   - mode: the permissions of folders that are made.
  /// - Returns: the folders that were made.
  @discardableResult public func makeFolder(_ path: String, mode: UInt16 = 0o755) throws(FileWriteError) -> [String] {
    var made: [String] = []
    do throws(FileWriteError) {
      var folder = ""
      for part in path.split(separator: "/") {
        let parent = folder.isEmpty ? "/" : folder
        folder += "/" + part
        var status = stat()
        if stat(folder, &status) == 0 {
          guard status.st_mode & S_IFMT == S_IFDIR else { throw .notRegular }
          continue
        }
        if mkdir(folder, mode_t(mode)) == 0 {
          made.append(folder)
        } else if errno != EEXIST {
          throw FileWriteError(errno)
        }
        try Directory(parent).synchronize()
      }
    } catch {
      removeEmpty(made)
      throw error
    }
    return made
  }
}

extension FileWriteError {
  /// What a system call's error number means for a file that is written.
  init(_ number: Int32) {
    self =
      switch number {
      case EEXIST, ENOTEMPTY: .exists
      case ENOENT, ENOTDIR: .missing
      case ELOOP: .symbolicLink
      case EISDIR: .notRegular
      case EACCES, EPERM: .notPermitted
      case EROFS: .readOnly
      case ENOSPC, EDQUOT: .noSpace
      case EFBIG: .tooLarge
      default: .system(number)
      }
  }
}

/// An open folder, in which files are named without their path.
private final class Directory {
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

  func makeTemporary(mode: mode_t) throws(FileWriteError) -> Temporary {
    for _ in 0..<100 {
      let name = Self.prefix + String(UInt64.random(in: .min ... .max), radix: 36) + Self.suffix
      let file = openat(descriptor, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)
      if file < 0, errno == EEXIST { continue }
      guard file >= 0 else { throw FileWriteError(errno) }
      let temporary = Temporary(name: name, file: file, directory: self)
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

/// A file that is not yet what it will be.
private final class Temporary {
  let name: String
  private let file: Int32
  private let directory: Directory

  init(name: String, file: Int32, directory: Directory) {
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
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { writeSome(file, $0) }
      if count > 0 {
        rest = rest.dropFirst(count)
      } else if errno != EINTR {
        throw FileWriteError(errno)
      }
    }
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

/// Takes a name away. A file system that refuses for a moment, as one of a network may, is asked again.
/// - Returns: whether nothing has the name any more; `errno` says why not.
@discardableResult func removeName(_ name: String, in folder: Int32 = AT_FDCWD, flags: Int32 = 0) -> Bool {
  for _ in 0..<3 {
    if unlinkat(folder, name, flags) == 0 || errno == ENOENT { return true }
  }
  return false
}

/// Whether a file or folder could be brought to the disk.
private func bringToDisk(_ file: Int32) -> Bool {
  while true {
    if fsync(file) == 0 { return true }
    if errno != EINTR { return false }
  }
}

/// The C functions, whose names the methods above hide.
private func readSome(_ file: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
  read(file, buffer.baseAddress, buffer.count)
}

private func writeSome(_ file: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
  write(file, bytes.baseAddress, bytes.count)
}

extension FileWriteError: CustomStringConvertible {
  /// Why, in words that follow "cannot be written:".
  public var description: String {
    switch self {
    case .exists: "the name is taken"
    case .missing: "it or its folder is not there"
    case .symbolicLink: "it is a symbolic link, which is not written through"
    case .notRegular: "it is not a regular file"
    case .changedMeanwhile: "it was changed while the handoff was made; try again"
    case .notPermitted: "permission denied"
    case .readOnly: "the file system takes no writes"
    case .noSpace: "no space is left"
    case .tooLarge: "it would be larger than the file system or a limit of the shell (ulimit -f) allows"
    case .notConfirmed(let number):
      "the disk did not confirm it (system error \(number)): a crash of the machine may bring back what was there before"
    case .system(let number): "system error \(number)"
    }
  }
}
