public import HandoffSystem
public import HandoffText
import Synchronization

/// Runs the commands of a setup where their user would: in the project's folder, with the session's variables, for as long
/// as they take. What they print is passed on line by line, and kept in a log.
public struct SetupShell: Sendable {
  /// A command did not end well.
  public struct Failure: Error, Hashable, Sendable {
    /// The command.
    public let command: ShellCommand
    /// How it ended.
    public let outcome: CommandOutcome
    /// The last lines that it printed.
    public let lastLines: [String]

    /// How it ended, behind its name: its user alone ends it before its time.
    var ending: Message { outcome == .timedOut ? "was interrupted" : outcome.ending }
  }

  /// The door to the world.
  public let host: Host
  /// The folder that commands are run in.
  public let root: String
  /// Where all that is printed is kept.
  public let log: LogFile?
  /// What the programs hold while they run.
  private let lock: FileLock?
  /// Whether each command is passed on before what it prints.
  private let showsCommands: Bool
  private let output: @Sendable (String) -> Void

  /// Prepares.
  /// - Parameters:
  ///   - root: the project's folder.
  ///   - log: where all that is printed is kept.
  ///   - lock: what the programs hold while they run, also where this process was killed.
  ///   - showsCommands: whether each command is passed on before what it prints.
  ///   - output: is given each line that is printed, from any thread; it holds what the program wrote, also what would
  ///     steer a terminal.
  public init(
    _ host: Host, root: String, log: LogFile? = nil, lock: FileLock? = nil, showsCommands: Bool = false,
    output: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    self.host = host
    self.root = root
    self.log = log
    self.lock = lock
    self.showsCommands = showsCommands
    self.output = output
  }

  /// Tells a line of ours, which is kept in the log, too.
  func say(_ line: String) {
    log?.append(line: line)
    output(line)
  }

  /// Runs a command by `sh -c`.
  /// - Parameters:
  ///   - command: one of ours, whose words are quoted.
  ///   - shown: what a person would run instead, where the command leads to something that is there only meanwhile.
  ///   - variables: what is set beside the session's variables; nil takes a variable away.
  /// - Throws: ``Failure`` where it does not end with status 0, also when the task is cancelled.
  public func run(
    _ command: ShellCommand, shown: ShellCommand? = nil, variables: [String: String?] = [:]
  ) async throws(Failure) {
    let shown = shown ?? command
    log?.append(line: "$ " + command.bash)
    if showsCommands { output("$ " + shown.bash) }
    let lines = Mutex(OutputLines())
    let take: @Sendable ([UInt8]) -> Void = { [log, output] bytes in
      log?.append(bytes)
      for line in lines.withLock({ $0.take(bytes) }) { output(line) }
    }
    var environment = host.environment.variables
    for (name, value) in variables { environment[name] = value }
    let result = await host.commands.run(
      Command(
        "/bin/sh", ["-c", command.bash], environment: environment, workingDirectory: root,
        inputDescriptor: lock?.descriptor, sink: take,
        keepsDaemons: true),
      deadline: .after(.seconds(7 * 24 * 3600)))
    if let rest = lines.withLock({ $0.end() }) { output(rest) }
    guard result.outcome != .exited(0) else { return }
    throw Failure(command: shown, outcome: result.outcome, lastLines: lines.withLock(\.last))
  }
}

/// What a program printed, in lines; a carriage return begins one anew, as on a terminal.
struct OutputLines {
  private var rest: [UInt8] = []
  private var isToBeginAnew = false
  private(set) var last: [String] = []
  private static let longest = 4096

  /// - Returns: the lines that are whole now.
  mutating func take(_ bytes: [UInt8]) -> [String] {
    var whole: [String] = []
    for byte in bytes {
      switch byte {
      case UInt8(ascii: "\n"): whole.append(finish())
      case UInt8(ascii: "\r"): isToBeginAnew = true
      default:
        if isToBeginAnew { rest = [] }
        isToBeginAnew = false
        if rest.count < Self.longest { rest.append(byte) }
      }
    }
    return whole
  }

  /// - Returns: what stands behind the last line end, or nil.
  mutating func end() -> String? { rest.isEmpty ? nil : finish() }

  private mutating func finish() -> String {
    let line = String(decoding: rest, as: UTF8.self)
    rest = []
    isToBeginAnew = false
    last = last.suffix(19) + [line]
    return line
  }
}
