#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Writes files so that at every moment the old bytes or the new ones are there, whole, also when the machine stops.
///
/// The bytes go to an exclusive temporary file beside the target, which is synchronised, put in place by one operation,
/// and followed by synchronising the folder. Foundation's atomic write does neither of these and loses the mode.
enum AtomicFile {
  private static let temporaryPrefix = ".handoff-"
  private static let temporaryEnding = ".tmp"

  /// Writes a file that must not exist.
  /// - Returns: false when there is one already; nothing was written.
  static func create(_ bytes: [UInt8], folder: String, name: String) throws(StoreError) -> Bool {
    let target = folder + "/" + name
    let temporary = try writeTemporary(bytes, folder: folder, mode: nil)
    // Unlike a rename, a link never takes the place of a file that is there.
    let linked = link(temporary, target) == 0
    let number = errno
    unlink(temporary)
    if !linked {
      if number == EEXIST { return false }
      throw failure(target, "written", number)
    }
    try synchronize(folder)
    return true
  }

  /// Replaces the bytes of a file, whose mode is kept.
  static func replace(_ path: String, with bytes: [UInt8]) throws(StoreError) {
    var status = stat()
    guard lstat(path, &status) == 0 else { throw failure(path, "replaced", errno) }
    if status.st_mode & S_IFMT == S_IFLNK { throw .symbolicLink(path) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw .system(path: path, action: "replaced", reason: "it is not a file")
    }
    let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    let temporary = try writeTemporary(bytes, folder: folder, mode: status.st_mode & 0o7777)
    guard rename(temporary, path) == 0 else {
      let number = errno
      unlink(temporary)
      throw failure(path, "replaced", number)
    }
    try synchronize(folder)
  }

  /// Makes a folder and those above it.
  static func makeFolder(_ path: String) throws(StoreError) {
    if mkdir(path, 0o777) == 0 { return }
    switch errno {
    case EEXIST: return
    case ENOENT:
      guard let slash = path.lastIndex(of: "/"), slash > path.startIndex else { fallthrough }
      try makeFolder(String(path[..<slash]))
      if mkdir(path, 0o777) != 0, errno != EEXIST { throw failure(path, "made", errno) }
    default: throw failure(path, "made", errno)
    }
  }

  private static func writeTemporary(_ bytes: [UInt8], folder: String, mode: mode_t?) throws(StoreError) -> String {
    reapStale(in: folder)
    let path = "\(folder)/\(temporaryPrefix)\(getpid())-\(UInt32.random(in: 0 ... .max))\(temporaryEnding)"
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw failure(folder, "written to", errno) }
    var number = write(bytes, to: descriptor)
    if number == 0, let mode, fchmod(descriptor, mode) != 0 { number = errno }
    if number == 0, fsync(descriptor) != 0 { number = errno }
    if close(descriptor) != 0, number == 0 { number = errno }
    if number != 0 {
      unlink(path)
      throw failure(path, "written", number)
    }
    return path
  }

  /// Writes all bytes; the error number, or 0.
  private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Int32 {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { put(descriptor, $0) }
      if count > 0 { rest = rest.dropFirst(count) } else if errno != EINTR { return errno }
    }
    return 0
  }

  private static func synchronize(_ folder: String) throws(StoreError) {
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(folder, "synchronised", errno) }
    defer { close(descriptor) }
    // Some file systems do not synchronise folders, and say so.
    if fsync(descriptor) != 0, errno != EINVAL, errno != ENOTSUP { throw failure(folder, "synchronised", errno) }
  }

  /// Removes temporaries of processes that are no more.
  private static func reapStale(in folder: String) {
    guard let stream = opendir(folder) else { return }
    defer { closedir(stream) }
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
      }
      guard name.hasPrefix(temporaryPrefix), name.hasSuffix(temporaryEnding),
        let process = Int32(name.dropFirst(temporaryPrefix.count).prefix { $0 != "-" }), process > 0
      else { continue }
      if kill(process, 0) != 0, errno == ESRCH { unlink("\(folder)/\(name)") }
    }
  }

  private static func failure(_ path: String, _ action: String, _ number: Int32) -> StoreError {
    .system(path: path, action: action, reason: String(cString: strerror(number)))
  }
}

/// The C function, whose name the method above hides.
private func put(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
  write(descriptor, bytes.baseAddress, bytes.count)
}
