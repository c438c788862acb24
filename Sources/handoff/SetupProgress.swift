import HandoffModel
import HandoffSetup
import HandoffSystem
import HandoffText
import Synchronization

/// Tells on standard error what a setup is doing.
final class SetupProgress: Sendable {
  private let plan: SetupPlan
  private let output: SetupOutput
  private let style: Style
  private let home: String?
  private let state = Mutex<(number: Int, start: ContinuousClock.Instant)>((0, ContinuousClock.now))

  init(plan: SetupPlan, output: SetupOutput, style: Style, home: String?) {
    self.plan = plan
    self.output = output
    self.style = style
    self.home = home
  }

  func note(_ event: SetupRun.Event) {
    switch event {
    case .began(let step):
      let line = "\(place()) \(step.part.rawValue): \(step.what.terminal)"
      output.shell.log?.append(line: "\n\(line)")
      tell("\n" + style.bold(line))
    case .ended(let step, let outcome): tell(step, outcome)
    }
  }

  /// `[2/4]` of the next step.
  private func place() -> String {
    let number = state.withLock { state in
      state = (state.number + 1, ContinuousClock.now)
      return state.number
    }
    return "[\(number)/\(plan.steps.count)]"
  }

  private func tell(_ text: String) { Console.tell(output.redacted(text) + "\n") }

  private func tell(_ step: SetupStep, _ outcome: SetupRun.Outcome) {
    let log = output.shell.log
    switch outcome {
    case .done:
      let time = (ContinuousClock.now - state.withLock(\.start)).shownSeconds
      log?.append(line: "done in \(time)")
      tell("  \(style.mark(Status.ok)) done in \(time)")
    case .skipped(let cause):
      log?.append(line: "\nnot begun: \(step.what.terminal)")
      tell(
        "\n\(place()) \(step.part.rawValue): not begun, since it needs \(cause.rawValue); after that: \(step.again)")
    case .failed(let failure):
      tell(failure)
      for remedy in failure.remedies.prefix(3) {
        tell("    → \(remedy.command.bash.onOneLine)  \(style.faint(remedy.description.terminal))")
      }
      tell("    go on with: \(step.again)")
      tellOfLog()
    case .interrupted(let failure):
      log?.append(line: "interrupted")
      tell("")
      tell(failure)
      tell("    what it had started was ended; to go on, run: \(step.again)")
      tellOfLog()
    }
  }

  private func tell(_ failure: SetupFailure) {
    let lines = failure.lines.map(\.terminal)
    for line in lines { output.shell.log?.append(line: line) }
    tell("  \(style.mark(Status.failure)) \(lines.first ?? "it was not done")")
    for line in lines.dropFirst() { tell("    \(line)") }
  }

  private func tellOfLog() {
    if let log = output.shell.log { tell("    all that was printed: \(shown(log.path))") }
  }

  private func shown(_ path: String) -> String {
    let text = home.flatMap { home in PathText(path).text(behind: home).map { "~/" + $0 } } ?? path
    return Untrusted(text).terminal
  }
}
