#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A file that is written while something goes on, so that all of it until then is there when that ends badly. Where
/// nothing was written, it is removed at the end.
public final class LogFile: Sendable {
  /// Where it stands.
  public let path: String
  private let descriptor: Int32

  /// Makes a new file that this user alone may read.
  /// - Parameters:
  ///   - name: its name; taken, it gets a number.
  ///   - folder: its folder, which is made where there is none, for this user alone.
  public init(named name: String, in folder: String) throws(FileWriteError) {
    try FileWriter().makeFolder(folder, mode: 0o700)
    for number in 1...100 {
      let path = "\(folder)/\(name)\(number == 1 ? "" : "-\(number)").log"
      let opened = open(path, O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
      if opened >= 0 {
        self.path = path
        descriptor = opened
        return
      }
      guard errno == EEXIST else { throw FileWriteError(errno) }
    }
    throw .exists
  }

  deinit {
    if isEmpty { unlink(path) }
    close(descriptor)
  }

  /// Whether nothing was written.
  public var isEmpty: Bool {
    var status = stat()
    return fstat(descriptor, &status) == 0 && status.st_size == 0
  }

  /// Adds bytes at the end. What a full disk does not take is missing.
  public func append(_ bytes: [UInt8]) { _ = writeAll(bytes, to: descriptor) }

  /// Adds a line.
  public func append(line: String) { append(Array((line + "\n").utf8)) }
}
