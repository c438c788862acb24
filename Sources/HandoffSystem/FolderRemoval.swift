#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Removes a folder with all that is in it, and nothing else: no link is followed, not even one that is put in the place of
/// a folder meanwhile, and no other file system is entered.
public enum FolderRemoval {
  /// What is in a folder.
  public struct Content: Sendable, Hashable {
    /// How many bytes its files have; a file with several names counts for each.
    public internal(set) var bytes: Int
    /// How many files, links and folders there are.
    public internal(set) var entries: Int

    /// Describes one.
    public init(bytes: Int = 0, entries: Int = 0) {
      self.bytes = bytes
      self.entries = entries
    }
  }

  /// A path of `/proc/self/mountinfo`, in which white space and backslashes are `\040` and their like
  /// (proc_pid_mountinfo(5)).
  static func unescaped(_ text: Substring) -> String {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      let digits = rest.prefix(3)
      guard byte == UInt8(ascii: "\\"), digits.count == 3,
        let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 8)
      else {
        bytes.append(byte)
        continue
      }
      bytes.append(value)
      rest = rest.dropFirst(3)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Counts what would be removed.
  /// - Parameter path: absolute.
  /// - Throws: ``FileWriteError``; ``FileWriteError/notRegular`` where another file system is mounted in it.
  public static func measure(_ path: String) throws(FileWriteError) -> Content {
    // A folder that is bound in from the same file system looks like any other.
    let mounts = (try? FileSystem().readText("/proc/self/mountinfo", limit: 16 << 20)) ?? ""
    for line in mounts.split(separator: "\n") {
      let fields = line.split(separator: " ")
      if fields.count > 4, PathText(Self.unescaped(fields[4])).isInside(path) { throw .notRegular }
    }
    let (descriptor, device) = try open(path, in: AT_FDCWD)
    defer { close(descriptor) }
    var content = Content()
    try walk(descriptor, device) { (_, _, status) throws(FileWriteError) in
      content.entries += 1
      if status.st_mode & S_IFMT == S_IFREG { content.bytes += Int(status.st_size) }
    }
    return content
  }

  /// Removes a folder. It gets another name first, so that nobody takes what is left of it, where this ends half-way, for
  /// the whole.
  /// - Parameters:
  ///   - name: its name.
  ///   - parent: the folder that it stands in, an absolute path without links.
  ///   - isRemains: whether it is one of the ``remains(of:in:)``, and so keeps its name.
  /// - Throws: ``FileWriteError``; some of it may be gone then, and the rest stands beside it: `.NAME.removed-…`.
  public static func remove(_ name: String, in parent: String, isRemains: Bool = false) throws(FileWriteError) {
    _ = try measure(parent + "/" + name)
    let (directory, _) = try open(parent, in: AT_FDCWD)
    defer { close(directory) }
    let other = isRemains ? name : prefix(name) + String(UInt32.random(in: 0 ... .max), radix: 36)
    guard isRemains || renameat(directory, name, directory, other) == 0 else { throw FileWriteError(errno) }
    let (descriptor, device) = try open(other, in: directory)
    defer { close(descriptor) }
    try walk(descriptor, device) { (folder, name, status) throws(FileWriteError) in
      let isFolder = status.st_mode & S_IFMT == S_IFDIR
      guard unlinkat(folder, name, isFolder ? AT_REMOVEDIR : 0) == 0 else { throw FileWriteError(errno) }
    }
    guard unlinkat(directory, other, AT_REMOVEDIR) == 0 else { throw FileWriteError(errno) }
  }

  /// The names of what removals of a folder left that ended half-way.
  /// - Parameter parent: the folder that it stood in.
  public static func remains(of name: String, in parent: String) -> [String] {
    let prefix = prefix(name)
    return ((try? FileSystem().list(parent)) ?? []).filter { other in
      let number = other.utf8.dropFirst(prefix.utf8.count)
      return other.utf8.starts(with: prefix.utf8) && UInt32(String(Substring(number)), radix: 36) != nil
    }
  }

  private static func prefix(_ name: String) -> String { ".\(name).removed-" }

  private static func open(
    _ path: UnsafePointer<CChar>, in folder: Int32
  ) throws(FileWriteError) -> (Int32, dev_t) {
    let descriptor = openat(folder, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileWriteError(errno) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      close(descriptor)
      throw FileWriteError(errno)
    }
    return (descriptor, status.st_dev)
  }

  /// Visits all that is in a folder, what is in a folder before it. Names are bytes: they need not be text.
  private static func walk(
    _ descriptor: Int32, _ device: dev_t,
    _ visit: (_ folder: Int32, _ name: [CChar], _ status: stat) throws(FileWriteError) -> Void
  ) throws(FileWriteError) {
    for name in try names(in: descriptor) {
      var status = stat()
      guard fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { throw FileWriteError(errno) }
      if status.st_mode & S_IFMT == S_IFDIR {
        let (inner, innerDevice) = try open(name, in: descriptor)
        defer { close(inner) }
        guard innerDevice == device else { throw .notRegular }
        try walk(inner, device, visit)
      }
      try visit(descriptor, name, status)
    }
  }

  private static func names(in descriptor: Int32) throws(FileWriteError) -> [[CChar]] {
    // A copy of the descriptor is closed with the list, and would share its position.
    let copy = openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard copy >= 0, let folder = fdopendir(copy) else { throw FileWriteError(errno) }
    defer { closedir(folder) }
    var names: [[CChar]] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) {
          Array(UnsafeBufferPointer(start: $0, count: strlen($0) + 1))
        }
      }
      let dot = CChar(bitPattern: UInt8(ascii: "."))
      if name != [dot, 0], name != [dot, dot, 0] { names.append(name) }
    }
    return names
  }
}
