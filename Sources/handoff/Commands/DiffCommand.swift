import ArgumentParser
import HandoffModel
import HandoffProbes
import HandoffProject

/// `handoff diff`.
struct DiffCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff",
    abstract: "Shows what differs between a handoff and now, or between two handoffs.",
    discussion: """
      Expected is the first handoff, actual the second or, without it, the environment as it is now. What was already \
      wrong in the first is not counted.

      Example:   handoff diff latest~1 latest
                 handoff diff main:handoffs/SESSION-HANDOFF-2025-11-07-POST-CLEANUP.md
      """)

  @Argument(help: ArgumentHelp("A file, REV:path, latest or latest~1.", valueName: "expected"))
  var expected: String

  @Argument(help: ArgumentHelp("Another one; without it: now.", valueName: "actual"))
  var actual: String?

  @OptionGroup var project: ProjectOptions
  @OptionGroup var probes: ProbeOptions
  @OptionGroup var report: ReportOptions

  mutating func run() async throws {
    let workspace = try Workspace(project)
    let recorded = try await workspace.recorded(expected)
    let clock = ContinuousClock()
    let start = clock.now
    async let age = workspace.age(of: recorded, probes)
    let other: (snapshot: Snapshot, name: String)
    if let actual {
      let second = try await workspace.recorded(actual)
      other = (second.handoff.snapshot.selecting(probes.selection), second.name)
    } else {
      other = (
        try await workspace.snapshot(
          probes, expected: recorded.handoff.snapshot, showsProgress: !report.quiet), "now"
      )
    }
    let masked = workspace.maskingToShow.masked(
      recorded.handoff.snapshot, other.snapshot, settled: workspace.settled(recorded.handoff.snapshot, probes))
    let comparator = Comparator(ProbeCatalog.dictionary)
    let comparison = comparator.ignoring(
      workspace.project.ignore,
      in: comparator.compare(
        expected: masked.expected, named: recorded.name, actual: masked.actual, named: other.name
      ).withoutOldFindings)
    try workspace.show(
      ComparisonReport(
        comparison: comparison, actual: actual == nil ? masked.actual : nil, purpose: .diff, options: report,
        style: workspace.style(report), duration: clock.now - start, age: try await age
      ).render(), as: report.format, keepingBack: masked.texts)
    throw CommandEnded(status: ExitStatus(comparison.status))
  }
}

extension Snapshot {
  /// The snapshot with the areas that were asked for.
  func selecting(_ selection: AreaSelection) -> Snapshot {
    Snapshot(
      tool: tool, project: project, capturedAt: capturedAt,
      observations: observations.filter { selection.contains($0.probe) })
  }
}
