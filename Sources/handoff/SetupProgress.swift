import HandoffModel
import HandoffProject
import HandoffSetup
import HandoffSystem
import HandoffText
import Synchronization

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Tells on standard error what a setup is doing.
final class SetupProgress: Sendable {
  private let plan: SetupPlan
  private let log: LogFile?
  private let style: Style
  private let home: String?
  private let state = Mutex<(number: Int, start: ContinuousClock.Instant)>((0, ContinuousClock.now))

  init(plan: SetupPlan, log: LogFile?, style: Style, home: String?) {
    self.plan = plan
    self.log = log
    self.style = style
    self.home = home
  }

  /// The file in the user's state folder in which all is kept; nil, after a warning, where it cannot be made.
  static func log(_ workspace: Workspace) -> LogFile? {
    guard let folder = StateFolder.path(workspace.host) else { return nil }
    let time = workspace.host.now().formatted(.iso8601.dateSeparator(.dash).timeSeparator(.omitted))
    do {
      return try LogFile(named: "setup-\(time)", in: folder + "/logs")
    } catch {
      Console.complain("warning: no log is kept: \(folder)/logs cannot be written to (\(error))")
      return nil
    }
  }

  /// A line that a program printed.
  static func tell(line: String) { Console.tell("    \(Untrusted(line).terminal)\n") }

  /// What happens to migrations.
  static func tell(_ event: MigrationRunner.Event) {
    switch event {
    case .waiting: tell(line: "another run is applying migrations; waiting for it …")
    case .applying(let name): tell(line: "applying \(name) …")
    case .applied(let name, let milliseconds): tell(line: "applied \(name) in \(milliseconds) ms")
    }
  }

  func note(_ event: SetupRun.Event) {
    switch event {
    case .began(let step):
      let number = state.withLock { state in
        state = (state.number + 1, ContinuousClock.now)
        return state.number
      }
      let line = "[\(number)/\(plan.steps.count)] \(step.part.rawValue): \(step.what.terminal)"
      log?.append(line: "\n\(line)")
      Console.tell("\n\(style.bold(line))\n")
    case .ended(let step, let outcome): tell(step, outcome)
    }
  }

  private func tell(_ step: SetupStep, _ outcome: SetupRun.Outcome) {
    switch outcome {
    case .done:
      let time = (ContinuousClock.now - state.withLock(\.start)).shownSeconds
      log?.append(line: "done in \(time)")
      Console.tell("  \(style.mark(Status.ok)) done in \(time)\n")
    case .skipped(let cause):
      let number = state.withLock { state in
        state.number += 1
        return state.number
      }
      log?.append(line: "\nnot begun: \(step.what.terminal)")
      Console.tell(
        "\n[\(number)/\(plan.steps.count)] \(step.part.rawValue): not begun, since it needs \(cause.rawValue); after that: \(step.again)\n"
      )
    case .failed(let failure):
      for line in failure.lines { log?.append(line: line.terminal) }
      let lines = failure.lines.map(\.terminal)
      Console.tell("  \(style.mark(Status.failure)) \(lines.first ?? "it was not done")\n")
      for line in lines.dropFirst() { Console.tell("    \(line)\n") }
      for remedy in failure.remedies.prefix(3) {
        Console.tell("    → \(remedy.command.bash.onOneLine)  \(style.faint(remedy.description.terminal))\n")
      }
      Console.tell("    go on with: \(step.again)\n")
      if let log { Console.tell("    all that was printed: \(shown(log.path))\n") }
    }
  }

  private func shown(_ path: String) -> String {
    let text = home.flatMap { home in PathText(path).text(behind: home).map { "~/" + $0 } } ?? path
    return Untrusted(text).terminal
  }
}
