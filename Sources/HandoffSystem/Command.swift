/// A program to run with its arguments. No shell is involved.
public struct Command: Sendable {
  /// A path, or a name to be found on `PATH`.
  public var executable: String
  /// The arguments, without the program's name.
  public var arguments: [String]
  /// All variables of the process; nothing is inherited.
  public var environment: [String: String]
  /// The folder to run in; nil for this process's.
  public var workingDirectory: String?
  /// What it reads on standard input; nil for nothing.
  public var input: [UInt8]?
  /// An open descriptor to read from instead of ``input``. The program gets the same open file, so that it shares its
  /// position and its lock.
  public var inputDescriptor: Int32?
  /// How many bytes of both outputs together are kept; a program that prints more is ended.
  public var outputLimit: Int
  /// What it shares with commands that run beside it, as long as it runs: where that is used up, it has printed too much.
  public var budget: AnswerBudget?
  /// Is given what it prints and complains as it comes, from any thread; nothing is kept then, and nothing is too much.
  public var sink: (@Sendable ([UInt8]) -> Void)?
  /// Whether what it leaves running in sessions of their own stays when it has ended with success: an agent for keys,
  /// the connection that ssh shares. Otherwise all of it is ended.
  public var keepsDaemons: Bool

  /// Describes a program to run.
  public init(
    _ executable: String, _ arguments: [String] = [], environment: [String: String], workingDirectory: String? = nil,
    input: [UInt8]? = nil, inputDescriptor: Int32? = nil, outputLimit: Int = 8 << 20,
    budget: AnswerBudget? = nil, sink: (@Sendable ([UInt8]) -> Void)? = nil, keepsDaemons: Bool = false
  ) {
    self.executable = executable
    self.arguments = arguments
    self.environment = environment
    self.workingDirectory = workingDirectory
    self.input = input
    self.inputDescriptor = inputDescriptor
    self.outputLimit = outputLimit
    self.budget = budget
    self.sink = sink
    self.keepsDaemons = keepsDaemons
  }
}

/// How a program ended.
public enum CommandOutcome: Hashable, Sendable {
  /// It ended by itself, with this status.
  case exited(Int)
  /// A signal ended it.
  case signalled(Int)
  /// It had not ended at the deadline; it and what it had started were killed.
  case timedOut
  /// It printed more than the limit; it and what it had started were killed.
  case tooMuchOutput
  /// There is no such program.
  case notFound
  /// The program may not be executed.
  case notPermitted
  /// It is nothing that can be started, and why.
  case failedToStart(String)
  /// This machine could not start any program now, and why: no process, memory or file descriptor is left.
  case prevented(String)
}

/// What a program gave back.
public struct CommandResult: Sendable {
  /// How it ended.
  public let outcome: CommandOutcome
  /// What it printed, up to the limit; where it printed too much, at most its first MiB.
  public let standardOutput: [UInt8]
  /// What it complained, in the same way.
  public let standardError: [UInt8]

  /// Describes what a program gave back.
  public init(outcome: CommandOutcome, standardOutput: [UInt8], standardError: [UInt8]) {
    self.outcome = outcome
    self.standardOutput = standardOutput
    self.standardError = standardError
  }

  /// Whether it ended by itself with status 0.
  public var succeeded: Bool { outcome == .exited(0) }

  /// What it printed, as text without the line end at its end; bytes that are not UTF-8 are replaced.
  public var text: String { Self.decode(standardOutput) }

  /// What it complained, as text without the line end at its end; bytes that are not UTF-8 are replaced.
  public var errorText: String { Self.decode(standardError) }

  /// The same where a folder's path is left out of what was printed, so that what is below it is relative.
  public func hiding(_ folder: String) -> CommandResult {
    func hide(_ bytes: [UInt8]) -> [UInt8] {
      bytes.split(separator: Array((folder + "/").utf8), omittingEmptySubsequences: false).joined().map(\.self)
    }
    return CommandResult(
      outcome: outcome, standardOutput: hide(standardOutput), standardError: hide(standardError))
  }

  private static func decode(_ bytes: [UInt8]) -> String {
    var end = bytes.endIndex
    while end > 0, bytes[end - 1] == UInt8(ascii: "\n") || bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
    return String(decoding: bytes[..<end], as: UTF8.self)
  }
}

/// Runs programs under a deadline, and leaves no process of theirs behind.
public protocol CommandRunner: Sendable {
  /// Runs a program in a session of its own until it ends or the deadline comes.
  func run(_ command: Command, deadline: Deadline) async -> CommandResult
  /// Waits, where whoever asked stopped waiting for a program, until it and what it left have been ended.
  func settle(by deadline: Deadline) async
}

extension CommandRunner {
  /// Nothing is waited for by what does not run programs itself.
  public func settle(by deadline: Deadline) async {}
}
