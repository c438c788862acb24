import ArgumentParser
import HandoffModel
import HandoffProbes

/// `handoff verify`.
struct VerifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Holds a handoff against the environment as it is now.",
    discussion: """
      Runs the probes again and compares. Says first what broke since, then what could not be looked at, what was \
      already so when the handoff was written, what moved on, and what is as it was.

      Example:   handoff verify
                 handoff verify --wait 60       # services are still starting
                 handoff verify handoffs/SESSION-HANDOFF-2025-11-07-POST-CLEANUP.md --format json
      """)

  @Argument(help: ArgumentHelp("A file, REV:path, latest or latest~1. Without it: the latest.", valueName: "handoff"))
  var handoff = "latest"

  @Option(help: ArgumentHelp("Try again for so long, until all is confirmed.", valueName: "seconds"))
  var wait: Double?

  @OptionGroup var project: ProjectOptions
  @OptionGroup var probes: ProbeOptions
  @OptionGroup var report: ReportOptions

  mutating func validate() throws {
    if let wait, !(wait >= 0 && wait <= 86_400) {
      throw ValidationError("--wait takes a number of seconds from 0 to 86400")
    }
  }

  mutating func run() async throws {
    let workspace = try Workspace(project)
    let recorded = try await workspace.recorded(handoff)
    let clock = ContinuousClock()
    let start = clock.now
    let end = start + .milliseconds(Int((wait ?? 0) * 1000))
    var (actual, comparison) = try await compare(recorded, workspace)
    // A server that is still starting is asked again, not slept for: a round takes as long as its slowest probe.
    while Self.isWorthWaiting(comparison), clock.now < end {
      let pause = min(.milliseconds(500), end - clock.now)
      try await Signals.cancelling { try await Task.sleep(for: pause) }
      (actual, comparison) = try await compare(recorded, try workspace.refreshed())
    }
    Console.show(
      ComparisonReport(
        comparison: comparison, actual: actual, purpose: .verify, options: report, style: workspace.style(report),
        duration: clock.now - start, age: try await workspace.age(of: recorded)
      ).render())
    throw CommandEnded(status: ExitStatus(comparison.status))
  }

  private func compare(
    _ recorded: RecordedHandoff, _ workspace: Workspace
  ) async throws -> (Snapshot, Comparison) {
    let actual = try await workspace.snapshot(
      probes, expected: recorded.handoff.snapshot, showsProgress: !report.quiet)
    let comparison = Comparator(ProbeCatalog.dictionary).compare(
      expected: recorded.handoff.snapshot, named: recorded.name, actual: actual, named: "now")
    return (actual, comparison)
  }

  /// What was already wrong when the handoff was written does not come right by waiting.
  private static func isWorthWaiting(_ comparison: Comparison) -> Bool {
    comparison.withoutOldFindings.status >= .unknown
  }
}
