#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A folder that is removed with everything in it when the test ends.
final class TemporaryFolder {
  /// Its path without symbolic links.
  let path: String

  init() throws {
    var template = Array("/tmp/handoff-test-XXXXXX".utf8CString)
    guard let made = mkdtemp(&template), let real = realpath(made, nil) else { throw Failure() }
    path = String(cString: real)
    free(real)
  }

  struct Failure: Error {}

  /// Writes a file into it.
  func write(_ name: String, _ text: String, mode: mode_t = 0o644) {
    let descriptor = open(path + "/" + name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
    _ = text.utf8CString.withUnsafeBytes { writeBytes(descriptor, $0.baseAddress, $0.count - 1) }
    close(descriptor)
  }

  deinit { remove(path) }

  private func remove(_ path: String) {
    var status = stat()
    guard lstat(path, &status) == 0 else { return }
    if status.st_mode & S_IFMT == S_IFDIR {
      if let folder = opendir(path) {
        var names: [String] = []
        while let entry = readdir(folder) {
          names.append(
            withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) })
        }
        closedir(folder)
        for name in names where name != "." && name != ".." { remove(path + "/" + name) }
      }
      rmdir(path)
    } else {
      unlink(path)
    }
  }
}

/// The C function, whose name the method above hides.
private func writeBytes(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
  write(descriptor, bytes, count)
}
