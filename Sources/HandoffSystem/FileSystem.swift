#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Why a file could not be read.
public enum FileError: Error, Hashable, Sendable, CustomStringConvertible {
  /// There is nothing at the path.
  case missing
  /// It may not be read.
  case notPermitted
  /// It is a folder, a pipe, a socket or a device.
  case notRegular
  /// Its name is not UTF-8, and cannot be asked for.
  case nameNotText
  /// It is longer than the limit.
  case tooLarge(limit: Int)
  /// Anything else: the system's error number.
  case system(Int32)

  /// Why, in words that follow "cannot be read:".
  public var description: String {
    switch self {
    case .missing: "there is nothing of this name"
    case .notPermitted: "this user may not read it"
    case .notRegular: "it is no regular file"
    case .nameNotText: "its name is not UTF-8 text"
    case .tooLarge(let limit): "it is longer than \(limit) bytes"
    case .system(let number): "system error \(number)"
    }
  }
}

/// What stands at a path.
public enum FileKind: Hashable, Sendable {
  case regular, folder, symbolicLink, socket, other
}

/// Files, read with limits. Nothing here writes.
public struct FileSystem: Sendable {
  /// Makes one.
  public init() {}

  /// The bytes of a regular file.
  /// - Parameters:
  ///   - path: a path; symbolic links are followed.
  ///   - limit: how many bytes are taken at most.
  /// - Throws: ``FileError``. A pipe or device is refused and never waited for.
  public func read(_ path: String, limit: Int = 1 << 20) throws(FileError) -> [UInt8] {
    var bytes: [UInt8] = []
    try read(path, limit: limit) { piece, size in
      if bytes.isEmpty { bytes.reserveCapacity(size) }
      bytes += piece
      return true
    }
    return bytes
  }

  /// Reads a regular file piece by piece, so that no more than one is held.
  /// - Parameters:
  ///   - path: a path; symbolic links are followed.
  ///   - limit: how many bytes are taken at most.
  ///   - take: is given each piece, and the size that the file had; says whether to go on.
  /// - Throws: ``FileError``. A pipe or device is refused and never waited for.
  public func read(
    _ path: String, limit: Int, _ take: (_ piece: ArraySlice<UInt8>, _ size: Int) -> Bool
  ) throws(FileError) {
    let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)
    guard descriptor >= 0 else { throw Self.error(errno) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw Self.error(errno) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .notRegular }
    guard Int(status.st_size) <= limit else { throw .tooLarge(limit: limit) }
    var taken = 0
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = buffer.withUnsafeMutableBytes { readSome(descriptor, $0) }
      if count == 0 { return }
      guard count > 0 else {
        if errno == EINTR { continue }
        throw Self.error(errno)
      }
      taken += count
      guard taken <= limit else { throw .tooLarge(limit: limit) }
      if !take(buffer[..<count], Int(status.st_size)) { return }
    }
  }

  /// The text of a regular file; bytes that are not UTF-8 are replaced, a byte order mark is dropped.
  public func readText(_ path: String, limit: Int = 1 << 20) throws(FileError) -> String {
    Self.text(try read(path, limit: limit))
  }

  /// The text of a file's bytes, as ``readText(_:limit:)`` gives it.
  public static func text(_ bytes: [UInt8]) -> String {
    String(decoding: bytes.starts(with: [0xef, 0xbb, 0xbf]) ? bytes[3...] : bytes[...], as: UTF8.self)
  }

  /// What stands at a path, or nil when there is nothing or it cannot be seen.
  /// - Parameter followLinks: whether a symbolic link is looked through.
  public func kind(of path: String, followLinks: Bool = true) -> FileKind? {
    guard let mode = status(path, followLinks: followLinks)?.st_mode else { return nil }
    return switch mode & S_IFMT {
    case S_IFREG: .regular
    case S_IFDIR: .folder
    case S_IFLNK: .symbolicLink
    case S_IFSOCK: .socket
    default: .other
    }
  }

  /// Whether a file, a link itself, belongs to this user, or to root.
  public func isOwn(_ path: String) -> Bool {
    guard let owner = status(path, followLinks: false)?.st_uid else { return false }
    return owner == geteuid() || owner == 0
  }

  /// The nearest folder upwards, the folder itself first, in which something of a name stands.
  /// - Parameters:
  ///   - folder: an absolute path.
  ///   - name: a name such as `.git`.
  ///   - followLinks: whether a symbolic link to nothing counts as nothing.
  /// - Returns: its path, or nil when there is none.
  public func nearestFolder(from folder: String, holding name: String, followLinks: Bool = true) -> String? {
    var candidate = PathText(folder)
    while true {
      if kind(of: candidate.appending(name).text, followLinks: followLinks) != nil { return candidate.text }
      guard !candidate.components.isEmpty else { return nil }
      candidate = candidate.folder
    }
  }

  /// What stands at a path.
  /// - Parameter followLinks: whether a symbolic link is looked through.
  /// - Throws: ``FileError``, which tells what is not there from what may not be seen.
  public func examine(_ path: String, followLinks: Bool = true) throws(FileError) -> FileKind {
    if let kind = kind(of: path, followLinks: followLinks) { return kind }
    var result = stat()
    guard (followLinks ? stat(path, &result) : lstat(path, &result)) != 0 else { return .other }
    throw Self.error(errno)
  }

  /// When a file's content was last changed, in seconds since 1970, or nil.
  public func modificationTime(_ path: String) -> Int? {
    guard let status = status(path, followLinks: true) else { return nil }
    #if canImport(Darwin)
      return Int(status.st_mtimespec.tv_sec)
    #else
      return Int(status.st_mtim.tv_sec)
    #endif
  }

  /// Whether others than its owner may do anything with the file; nil where there is none.
  public func isOpenToOthers(_ path: String) -> Bool? {
    status(path, followLinks: true).map { $0.st_mode & 0o077 != 0 }
  }

  /// Whether anybody but its owner may write to what stands at a path; nil where nothing can be examined there.
  public func isWritableByOthers(_ path: String) -> Bool? {
    status(path, followLinks: true).map { $0.st_mode & 0o022 != 0 }
  }

  /// When the content of what stands at a path was last changed, in seconds since 1970 as exact as the system keeps it,
  /// or nil; of a symbolic link, its own.
  public func exactModificationTime(_ path: String) -> Double? {
    guard let status = status(path, followLinks: false) else { return nil }
    #if canImport(Darwin)
      let time = status.st_mtimespec
    #else
      let time = status.st_mtim
    #endif
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// Whether the owner of a file may execute it, whoever that is.
  public func isExecutableByOwner(_ path: String) -> Bool {
    status(path, followLinks: true).map { $0.st_mode & S_IXUSR != 0 } ?? false
  }

  /// Whether this process may execute the file.
  public func isExecutable(_ path: String) -> Bool { access(path, X_OK) == 0 }

  /// Whether something stands at a path, or may, and this process is not permitted to read it or to go there.
  public func isForbidden(_ path: String) -> Bool {
    let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)
    if descriptor < 0 { return errno == EACCES || errno == EPERM }
    close(descriptor)
    return false
  }

  /// The names in a folder, sorted, without `.` and `..`.
  public func list(_ path: String) throws(FileError) -> [String] {
    guard let folder = opendir(path) else { throw Self.error(errno) }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    names.sort()
    return names
  }

  /// What a symbolic link points to, or nil.
  public func destination(ofLink path: String) -> String? {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = readlink(path, &buffer, buffer.count - 1)
    guard count >= 0 else { return nil }
    return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// The path without symbolic links, or nil when there is nothing at it or it is no UTF-8.
  public func realPath(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(validatingCString: resolved)
  }

  /// The folder that this process works in, of any length; Foundation cuts it off at 1024 bytes.
  /// - Throws: ``FileError/missing`` when it was removed, ``FileError/system(_:)`` with EILSEQ when its path is no UTF-8.
  public static func workingFolder() throws(FileError) -> String {
    guard let folder = getcwd(nil, 0) else { throw error(errno) }
    defer { free(folder) }
    guard let path = String(validatingCString: folder) else { throw .system(EILSEQ) }
    return path
  }

  private func status(_ path: String, followLinks: Bool) -> stat? {
    var result = stat()
    return (followLinks ? stat(path, &result) : lstat(path, &result)) == 0 ? result : nil
  }

  private static func error(_ number: Int32) -> FileError {
    switch number {
    case ENOENT, ENOTDIR: .missing
    case EACCES, EPERM: .notPermitted
    case EISDIR, ENXIO: .notRegular
    default: .system(number)
    }
  }
}

/// The C function, whose name the method above hides.
private func readSome(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
  read(descriptor, buffer.baseAddress, buffer.count)
}
