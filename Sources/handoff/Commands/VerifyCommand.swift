import ArgumentParser
import HandoffModel
import HandoffProbes
import HandoffProject
import HandoffText

/// `handoff verify`.
struct VerifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Holds a handoff against the environment as it is now.",
    discussion: """
      Runs the probes again and compares. Says first what broke since, then what could not be looked at, what was \
      already so when the handoff was written, what moved on, and what is as it was. What ignore in handoff.yml names is \
      told apart and counts for nothing.

      Example:   handoff verify
                 handoff verify --wait 60       # services are still starting
                 handoff verify --write-ignore --reason "experiments"
                 handoff verify handoffs/SESSION-HANDOFF-2025-11-07-POST-CLEANUP.md --format json
      """)

  @Argument(help: ArgumentHelp("A file, REV:path, latest or latest~1. Without it: the latest.", valueName: "handoff"))
  var handoff = "latest"

  @Option(help: ArgumentHelp("Try again for so long, until all is confirmed.", valueName: "seconds"))
  var wait: Double?

  @Flag(help: "Add what is reported (failures, warnings, unknown) to ignore in handoff.yml.")
  var writeIgnore = false

  @Option(help: ArgumentHelp("Why that is no fault; with --write-ignore.", valueName: "text"))
  var reason: String?

  @OptionGroup var project: ProjectOptions
  @OptionGroup var probes: ProbeOptions
  @OptionGroup var report: ReportOptions

  mutating func validate() throws {
    if let wait, !(wait >= 0 && wait <= 86_400) {
      throw ValidationError("--wait takes a number of seconds from 0 to 86400")
    }
    if writeIgnore {
      guard let reason, reason.contains(where: { !$0.isWhitespace }), !reason.contains(where: \.isNewline) else {
        throw ValidationError("--write-ignore needs a reason in one line: --reason \"…\"")
      }
    } else if reason != nil {
      throw ValidationError("--reason goes with --write-ignore")
    }
  }

  mutating func run() async throws {
    let workspace = try Workspace(project)
    let recorded = try await workspace.recorded(handoff)
    let clock = ContinuousClock()
    let start = clock.now
    let end = start + .milliseconds(Int((wait ?? 0) * 1000))
    async let age = workspace.age(of: recorded, probes)
    var (actual, comparison, texts) = try await compare(recorded, workspace)
    // A server that is still starting is asked again, not slept for: a round takes as long as its slowest probe.
    while Self.isWorthWaiting(comparison), clock.now < end {
      let pause = min(.milliseconds(500), end - clock.now)
      try await Signals.cancelling { try await Task.sleep(for: pause) }
      (actual, comparison, texts) = try await compare(recorded, try workspace.refreshed())
    }
    if let reason, writeIgnore {
      comparison = try ignore(comparison, workspace, reason)
    } else if report.verbose {
      comparison = Self.withUnused(comparison, actual, try workspace.refreshed().project.ignore)
    }
    try workspace.show(
      ComparisonReport(
        comparison: comparison, actual: actual, purpose: .verify, options: report, style: workspace.style(report),
        duration: clock.now - start, age: try await age
      ).render(), as: report.format, keepingBack: texts)
    // Who asks for an area by name wants it held, and not that nothing was.
    if !probes.named.isEmpty, comparison.confirmed == 0, comparison.status <= .ok, comparison.changes.isEmpty {
      Console.complain(
        "the handoff recorded nothing of \(Untrusted(probes.named.joined(separator: ", ")).terminal), so that nothing was held against it"
      )
      throw CommandEnded(status: .unknown)
    }
    throw CommandEnded(status: ExitStatus(comparison.status))
  }

  private func compare(
    _ recorded: RecordedHandoff, _ workspace: Workspace
  ) async throws -> (Snapshot, Comparison, MaskedTexts) {
    let measured = try await workspace.snapshot(
      probes, expected: recorded.handoff.snapshot, showsProgress: !report.quiet)
    let (expected, actual, texts) = workspace.maskingToShow.masked(
      recorded.handoff.snapshot, measured, settled: workspace.settled(recorded.handoff.snapshot, probes))
    let comparator = Comparator(ProbeCatalog.dictionary)
    let comparison = comparator.compare(expected: expected, named: recorded.name, actual: actual, named: "now")
    return (actual, comparator.ignoring(workspace.project.ignore, in: comparison), texts)
  }

  /// Adds what is reported to `handoff.yml`.
  /// - Returns: the comparison as the new entries make it.
  private func ignore(_ comparison: Comparison, _ workspace: Workspace, _ reason: String) throws -> Comparison {
    let writing = WriteIgnore(workspace: workspace, reason: reason)
    let rules = writing.rules(for: comparison)
    let lines = try writing.write(rules)
    guard !lines.isEmpty else {
      Console.complain("nothing is reported, so nothing was added to \(Configuration.fileName)")
      return comparison
    }
    // At once, so that what was written is told as a whole or not at all.
    Console.complain(
      (["added to ignore in \(Configuration.fileName):"] + lines.map { "  - " + $0 }).joined(separator: "\n"))
    return Comparator(ProbeCatalog.dictionary).ignoring(rules, in: comparison)
  }

  /// The comparison with a warning for each entry of `ignore` that nothing fits.
  private static func withUnused(_ comparison: Comparison, _ actual: Snapshot, _ rules: [IgnoreRule]) -> Comparison {
    Comparator.unused(rules, in: comparison, of: actual).reduce(comparison) { comparison, rule in
      let named = [("finding", rule.finding), ("fact", rule.fact)].compactMap { $0.1 }.joined(separator: ", ")
      return comparison.adding(
        Finding(
          IgnoreFindings.unused, .warning,
          "nothing fits the entry \(Untrusted(named)) of ignore in handoff.yml; remove it"))
    }
  }

  /// What was already wrong when the handoff was written does not come right by waiting.
  private static func isWorthWaiting(_ comparison: Comparison) -> Bool {
    comparison.withoutOldFindings.status >= .unknown
  }
}
