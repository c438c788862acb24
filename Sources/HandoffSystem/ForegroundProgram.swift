#if os(Linux)
  import CLinux
#endif
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A program of the user's own that takes over this terminal: an editor.
public enum ForegroundProgram {
  /// The program could not be started.
  public struct NotStarted: Error {}

  /// Runs a program on this terminal and waits for it, however long that takes. It stays in this process's group, so that
  /// it gets the terminal's signals; the caller ignores them meanwhile.
  /// - Parameters:
  ///   - arguments: the program's absolute path and its arguments.
  ///   - environment: the variables that it gets.
  /// - Returns: its exit status, or the signal that ended it as a negative number.
  /// - Throws: ``NotStarted``.
  public static func run(_ arguments: [String], environment: ProcessEnvironment) throws(NotStarted) -> Int32 {
    // What an editor leaves running (a server of its own, a first window) is the user's, and none of ours to end.
    #if os(Linux)
      let adopts = handoff_adopts_orphans()
      if adopts == 1 { _ = handoff_adopt_orphans(0) }
      defer { if adopts == 1 { _ = handoff_adopt_orphans(1) } }
    #endif
    let process = try spawn(arguments, environment)
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0 {
      guard errno == EINTR else { return -1 }
    }
    return status & 0x7f == 0 ? (status >> 8) & 0xff : -(status & 0x7f)
  }

  private static func spawn(_ arguments: [String], _ environment: ProcessEnvironment) throws(NotStarted) -> pid_t {
    let variables = environment.variables.map { "\($0.key)=\($0.value)" }
    var words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
    var settings: [UnsafeMutablePointer<CChar>?] = variables.map { strdup($0) } + [nil]
    defer { for word in words + settings { free(word) } }
    #if canImport(Darwin)
      var attributes: posix_spawnattr_t?
    #else
      var attributes = posix_spawnattr_t()
    #endif
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // What this process ignores, the program must not.
    var defaults = sigset_t()
    sigemptyset(&defaults)
    for number in [SIGINT, SIGQUIT, SIGPIPE, SIGXFSZ] { sigaddset(&defaults, number) }
    posix_spawnattr_setsigdefault(&attributes, &defaults)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF))
    var process: pid_t = 0
    guard posix_spawn(&process, arguments[0], nil, &attributes, &words, &settings) == 0 else { throw NotStarted() }
    return process
  }
}
