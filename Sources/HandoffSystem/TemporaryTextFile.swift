#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A file that only this user can read, for a program that edits it. It is removed when the value is no longer used.
public struct TemporaryTextFile: ~Copyable {
  /// It could not be made or written.
  public struct NotWritten: Error {}

  /// Its absolute path.
  public let path: String

  /// Makes the file.
  /// - Parameters:
  ///   - text: what it holds.
  ///   - folder: where it stands.
  ///   - prefix: what its name begins with.
  ///   - suffix: what its name ends with: `.md`.
  /// - Throws: ``NotWritten``; nothing is left behind then.
  public init(_ text: String, in folder: String, prefix: String, suffix: String) throws(NotWritten) {
    path = try Self.write(text, in: folder, prefix, suffix)
  }

  deinit { removeName(path) }

  /// Writes a file of the same kind that stays.
  /// - Returns: its absolute path.
  /// - Throws: ``NotWritten``; nothing is left behind then.
  public static func leave(
    _ text: String, in folder: String, prefix: String, suffix: String
  ) throws(NotWritten) -> String {
    try write(text, in: folder, prefix, suffix)
  }

  private static func write(
    _ text: String, in folder: String, _ prefix: String, _ suffix: String
  ) throws(NotWritten) -> String {
    let random = String(repeating: "X", count: 6)
    var template = Array("\(folder)/\(prefix)\(random)\(suffix)".utf8CString)
    let descriptor = mkstemps(&template, Int32(suffix.utf8.count))
    guard descriptor >= 0 else { throw NotWritten() }
    defer { close(descriptor) }
    let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { put(descriptor, $0) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        removeName(path)
        throw NotWritten()
      }
      bytes = bytes.dropFirst(count)
    }
    return path
  }
}

/// The C function, whose name a method above hides.
private func put(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
  write(descriptor, bytes.baseAddress, bytes.count)
}
