import Subprocess
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif
#if canImport(System)
  import System
#else
  import SystemPackage
#endif

/// Runs programs with swift-subprocess, each in a session of its own that is killed as a whole when the program ends.
///
/// What swift-subprocess leaves to its caller and is done here: the deadline; the kill of the process group also after
/// the program itself has ended (its teardown stops at the direct child); the search of the command's own `PATH` alone;
/// "not found" told apart from "not permitted"; and returning at the deadline even where the kernel cannot end the
/// program, because it is stuck in a system call.
public struct SubprocessRunner: CommandRunner {
  /// How long a program may take to end after SIGTERM before SIGKILL follows.
  private let grace: Duration
  /// How long after SIGKILL the program is waited for.
  private static let patience = Duration.milliseconds(500)

  /// Ends what leaves its session; nil where this process may have children that are not the runner's.
  private let orphans: Orphans?

  /// Makes one.
  /// - Parameter ownsChildren: whether all programs of this process are started by this runner, so that it also ends what
  ///   they leave in sessions of their own. One runner of a process may be told so.
  public init(ownsChildren: Bool = false) {
    self.init(grace: .milliseconds(250), orphans: ownsChildren ? Orphans() : nil)
  }

  init(grace: Duration, orphans: Orphans? = nil) {
    self.grace = grace
    self.orphans = orphans
  }

  /// Runs a program in a session of its own until it ends or the deadline comes. When the task is cancelled, the
  /// deadline has come.
  public func run(_ command: Command, deadline: Deadline) async -> CommandResult {
    if deadline.hasPassed || Task.isCancelled { return Self.unstarted(.timedOut) }
    let path: String
    switch ExecutableSearch.look(for: command) {
    case .found(let found): path = found
    case .notFound: return Self.unstarted(.notFound)
    case .notPermitted: return Self.unstarted(.notPermitted)
    }
    let capture = CommandCapture(limit: command.outputLimit, budget: command.budget, sink: command.sink)
    let answer = Exchange<CommandOutcome>()
    return await withTaskCancellationHandler {
      let work = Task { answer.answer(await execute(command, path: path, deadline: deadline, into: capture)) }
      let guardian = Task {
        try? await Task.sleep(until: deadline.instant + grace + Self.patience, clock: .continuous)
        if !Task.isCancelled { answer.answer(.timedOut) }
      }
      let outcome = await withCheckedContinuation { answer.wait($0) }
      guardian.cancel()
      work.cancel()
      var output = capture.finish()
      if outcome == .tooMuchOutput {
        // Nobody reads all of what is too much, and each text made of it would take as much again.
        output.standard = Array(output.standard.prefix(Self.excerpt))
        output.error = Array(output.error.prefix(Self.excerpt))
      }
      return CommandResult(outcome: outcome, standardOutput: output.standard, standardError: output.error)
    } onCancel: {
      capture.events.continuation.yield(.deadline)
    }
  }

  /// Waits until no program runs and what all have left is ended.
  public func settle(by deadline: Deadline) async {
    while let orphans, orphans.areExpected, !deadline.hasPassed { try? await Task.sleep(for: .milliseconds(2)) }
  }

  /// How many bytes are given back of each output where a program printed too much.
  private static let excerpt = 1 << 20

  private static func unstarted(_ outcome: CommandOutcome) -> CommandResult {
    CommandResult(outcome: outcome, standardOutput: [], standardError: [])
  }

  private func execute(
    _ command: Command, path: String, deadline: Deadline, into capture: CommandCapture
  ) async -> CommandOutcome {
    guard let input = openCommandInput(of: command, deadline: deadline) else {
      return .prevented("no file descriptor is left")
    }
    // Names that no shell could set are refused by swift-subprocess, and one of them must not keep all commands away.
    var environment: [Environment.Key: String] = [:]
    for (name, value) in command.environment where Self.isVariable(name) && !value.utf8.contains(0) {
      if let key = Environment.Key(rawValue: name) { environment[key] = value }
    }
    let run = orphans?.prepare()
    if let run, let key = Environment.Key(rawValue: Orphans.variable) { environment[key] = run.mark }
    let outcome = await execute(command, path: path, environment, input: input, deadline: deadline, run, into: capture)
    if let orphans, let run {
      await orphans.ended(run, keepsDaemons: command.keepsDaemons && outcome == .exited(0))
    }
    return outcome
  }

  private func execute(
    _ command: Command, path: String, _ environment: [Environment.Key: String], input: Int32, deadline: Deadline,
    _ run: Orphans.Run?, into capture: CommandCapture
  ) async -> CommandOutcome {
    var options = PlatformOptions()
    options.createSession = true
    options.teardownSequence = [.gracefulShutDown(toProcessGroup: true, allowedDurationToNextStep: grace)]
    let configuration = Configuration(
      executable: .path(FilePath(path)),
      arguments: Arguments(executablePathOverride: command.executable, remainingValues: command.arguments),
      environment: .custom(environment), workingDirectory: command.workingDirectory.map { FilePath($0) },
      platformOptions: options)
    do {
      let result = try await Subprocess.run(
        configuration,
        input: .fileDescriptor(FileDescriptor(rawValue: input), closeAfterSpawningProcess: true),
        output: .sequence, error: .sequence
      ) { execution in
        if let run { orphans?.started(run, execution.processIdentifier.value) }
        return await supervise(execution, deadline: deadline, capture: capture)
      }
      if let verdict = result.closureResult { return verdict }
      return switch result.terminationStatus {
      case .exited(let status): .exited(Int(status))
      case .signaled(let signal): .signalled(Int(signal))
      }
    } catch let error as SubprocessError {
      return Self.outcome(of: error)
    } catch {
      return .prevented("unexpected error")
    }
  }

  private static func isVariable(_ name: String) -> Bool {
    guard let first = name.utf8.first else { return false }
    return !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first)
      && !name.utf8.contains { $0 == 0 || $0 == UInt8(ascii: "=") }
  }

  /// Reads what the program prints and ends its process group when it has ended or must end.
  /// - Returns: why it was ended, or nil when it ended by itself.
  private func supervise(
    _ execution: Execution<FileDescriptorInput, SequenceOutput, SequenceOutput>, deadline: Deadline,
    capture: CommandCapture
  ) async -> CommandOutcome? {
    let group = -execution.processIdentifier.value
    let events = capture.events
    guard Self.waitForExit(of: execution.processIdentifier.value, then: { events.continuation.yield(.exit) }) else {
      kill(group, SIGKILL)
      return .prevented("no thread is left")
    }
    let timer = Task {
      try? await Task.sleep(until: deadline.instant, clock: .continuous)
      events.continuation.yield(.deadline)
    }
    let readers = [(execution.standardOutput, true), (execution.standardError, false)].map { stream, isOutput in
      Task {
        do {
          for try await buffer in stream {
            let fits = buffer.withUnsafeBytes { capture.append($0, toOutput: isOutput) }
            if !fits {
              events.continuation.yield(.tooMuchOutput)
              return
            }
          }
        } catch {
          // The stream ends with the process; what was read stands.
        }
      }
    }
    var verdict: CommandOutcome?
    var killer: Task<Void, Never>?
    for await event in events.stream {
      if event == .exit { break }
      if event == .killTime {
        kill(group, SIGKILL)
      } else if verdict == nil {
        verdict = event == .deadline ? .timedOut : .tooMuchOutput
        kill(group, SIGTERM)
        killer = Task {
          try? await Task.sleep(for: grace)
          events.continuation.yield(.killTime)
        }
      }
    }
    // The program is a zombie until this function returns, so its number still names its group. Whoever of the group
    // is left would keep the pipes open; swift-subprocess stops reading once the pipes are drained.
    kill(group, SIGKILL)
    timer.cancel()
    killer?.cancel()
    for reader in readers { await reader.value }
    return verdict
  }

  /// Waits for the end of a child without reaping it.
  /// - Returns: whether it can be waited for.
  private static func waitForExit(of process: pid_t, then report: @escaping @Sendable () -> Void) -> Bool {
    onOwnThread {
      var information = siginfo_t()
      while waitid(P_PID, id_t(process), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
      report()
    }
  }

  /// The words of swift-subprocess are not passed on: they can hold values of variables.
  private static func outcome(of error: SubprocessError) -> CommandOutcome {
    switch error.code {
    case .executableNotFound:
      // The file was there and executable a moment ago.
      return .failedToStart("the interpreter that its first line names does not exist")
    case .failedToChangeWorkingDirectory:
      return .failedToStart("the folder to run it in does not exist or may not be entered")
    default:
      guard let number = error.underlyingError?.rawValue else { return .prevented("it could not be started") }
      let words = String(cString: strerror(number))
      return switch number {
      case EACCES, EPERM: .notPermitted
      case EAGAIN, ENOMEM, EMFILE, ENFILE, ETXTBSY, EINTR, EIO: .prevented(words)
      default: .failedToStart(words)
      }
    }
  }
}

extension CommandOutcome {
  /// The program's file is open for writing somewhere.
  public static let busy = CommandOutcome.prevented(String(cString: strerror(ETXTBSY)))
}

/// What a command printed so far, and what happened to it.
final class CommandCapture: Sendable {
  enum Event { case exit, deadline, tooMuchOutput, killTime }

  let events = AsyncStream<Event>.makeStream()
  private let limit: Int
  private let budget: AnswerBudget?
  private let sink: (@Sendable ([UInt8]) -> Void)?
  private let content = Mutex((standard: [UInt8](), error: [UInt8](), isOpen: true))

  init(limit: Int, budget: AnswerBudget? = nil, sink: (@Sendable ([UInt8]) -> Void)? = nil) {
    self.limit = limit
    self.budget = budget
    self.sink = sink
  }

  /// Keeps bytes up to the limit.
  /// - Returns: whether all of them fitted.
  func append(_ bytes: UnsafeRawBufferPointer, toOutput: Bool) -> Bool {
    content.withLock { content in
      guard content.isOpen else { return false }
      if let sink {
        sink(Array(bytes))
        return true
      }
      let wanted = min(bytes.count, limit - content.standard.count - content.error.count)
      let room = budget.map { $0.reserve(wanted) } ?? wanted
      // Room is made once: growing by copies would take more than the limit.
      if content.standard.isEmpty, toOutput { content.standard.reserveCapacity(limit) }
      if content.error.isEmpty, !toOutput { content.error.reserveCapacity(limit) }
      if toOutput { content.standard += bytes.prefix(room) } else { content.error += bytes.prefix(room) }
      return bytes.count <= room
    }
  }

  /// Takes what was kept; from then on nothing is.
  func finish() -> (standard: [UInt8], error: [UInt8]) {
    content.withLock { content in
      if content.isOpen { budget?.giveBack(content.standard.count + content.error.count) }
      content.isOpen = false
      return (content.standard, content.error)
    }
  }
}
