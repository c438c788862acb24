#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// What a command's executable turned out to be, before it is started.
enum ExecutableSearch: Hashable {
  /// A regular file that may be executed.
  case found(String)
  /// There is nothing of that name.
  case notFound
  /// There is something, but it is a folder or may not be executed.
  case notPermitted

  /// Looks for a command's executable.
  ///
  /// A name is looked for in the absolute folders of the command's own `PATH`, and where that has none, in the system's
  /// standard ones; never in this process's `PATH`, nor in the folder the command runs in. A path is taken relative to
  /// the folder the command runs in.
  static func look(for command: Command) -> ExecutableSearch {
    let name = command.executable
    if name.isEmpty { return .notFound }
    if PathText(name).hasSlash {
      guard !PathText(name).isAbsolute, let folder = command.workingDirectory else { return examine(name) ?? .notFound }
      // Executed as it is seen from the folder, so that the answer is about the same file.
      return examine(folder + "/" + name) ?? .notFound
    }
    var result = ExecutableSearch.notFound
    for folder in PathText.absoluteFolders(in: command.environment["PATH"] ?? "/usr/bin:/bin") {
      switch examine(folder + "/" + name) {
      case .found(let path): return .found(path)
      case .notPermitted: result = .notPermitted
      case .notFound, nil: continue
      }
    }
    return result
  }

  private static func examine(_ path: String) -> ExecutableSearch? {
    var status = stat()
    guard stat(path, &status) == 0 else { return errno == EACCES ? .notPermitted : nil }
    guard status.st_mode & S_IFMT == S_IFREG, access(path, X_OK) == 0 else { return .notPermitted }
    return .found(path)
  }
}
