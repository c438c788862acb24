import HandoffSystem
import HandoffText
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The only place that prints.
enum Console {
  /// Whether standard input is a terminal.
  static var inputIsTerminal: Bool { isatty(STDIN_FILENO) == 1 }
  /// Whether standard output is a terminal.
  static var outputIsTerminal: Bool { isatty(STDOUT_FILENO) == 1 }
  /// Whether standard error is a terminal.
  static var errorIsTerminal: Bool { isatty(STDERR_FILENO) == 1 }

  /// Opens what the caller closed of the standard descriptors, so that no file or pipe of ours gets their numbers. They
  /// are opened the wrong way round: using them still fails.
  static func openClosedDescriptors() {
    for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO]
    where fcntl(descriptor, F_GETFD) < 0 && errno == EBADF {
      _ = open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
    }
  }

  private static let outputFailed = Mutex(false)
  private static let readerIsGone = Mutex(false)

  /// Whether all that was printed to standard output was taken.
  static var wasAllTaken: Bool { !outputFailed.withLock { $0 } && !readerIsGone.withLock { $0 } }

  /// Prints text to standard output, with a line end after it; nothing where there is nothing to say.
  /// - Returns: false when it could not be written, which ends the process with a failure of the tool.
  @discardableResult static func show(_ text: String) -> Bool {
    if text.isEmpty || write(text.hasSuffix("\n") ? text : text + "\n", to: STDOUT_FILENO) { return true }
    outputFailed.withLock { $0 = true }
    return false
  }

  /// Prints a diff to standard output: byte by byte for a program or a file, so that it fits; escaped on a terminal.
  static func show(diff: [UInt8]) {
    let bytes = outputIsTerminal ? Array(escaped(String(decoding: diff, as: UTF8.self)).utf8) : diff
    let failure = writeAll(bytes, to: STDOUT_FILENO)
    if failure != 0, failure != EPIPE { outputFailed.withLock { $0 = true } }
  }

  /// Prints a line, or several, to standard error. What would steer the terminal is escaped, whoever put it there.
  static func complain(_ text: String) {
    write("handoff: \(escaped(text))\n", to: STDERR_FILENO)
  }

  /// Text in its lines, each of which holds nothing that a reader could not see.
  static func escaped(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { Untrusted(String($0)).terminal }
      .joined(separator: "\n")
  }

  /// Prints to standard error as it is, for progress.
  static func tell(_ text: String) {
    write(text, to: STDERR_FILENO)
  }

  /// Ends the process. Output that could not be written (a full disk) is a failure of the tool; a reader that has gone
  /// away is not.
  static func finish(_ status: ExitStatus) -> Never { finish(exitStatus: status.rawValue) }

  /// Ends the process with a status of its own.
  static func finish(exitStatus: Int32) -> Never {
    let failed = outputFailed.withLock { $0 }
    if failed { complain("the output could not be written") }
    // Threads that still wait for a dead peer must not hold the exit up.
    _exit(failed ? ExitStatus.unknown.rawValue : exitStatus)
  }

  /// - Returns: whether all was written, or its reader has gone away.
  @discardableResult private static func write(_ text: String, to descriptor: Int32) -> Bool {
    let failure = writeAll(Array(text.utf8), to: descriptor)
    if failure == EPIPE, descriptor == STDOUT_FILENO { readerIsGone.withLock { $0 = true } }
    return failure == 0 || failure == EPIPE
  }
}
