import ArgumentParser
import HandoffModel
import HandoffProject
import HandoffSystem

/// `handoff preflight`.
struct PreflightCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "preflight",
    abstract: "Measures the environment now: AWS, Python, PostgreSQL, Docker, git, variables.",
    discussion: """
      Runs every probe that the project uses, at once, and changes nothing.

      Example:   handoff preflight --skip aws
      In CI:     handoff preflight --format json | jq '.probes[] | select(.status != "ok")'
      """)

  @OptionGroup var project: ProjectOptions
  @OptionGroup var probes: ProbeOptions
  @OptionGroup var report: ReportOptions

  mutating func run() async throws {
    let workspace = try Workspace(project)
    let clock = ContinuousClock()
    let start = clock.now
    let measured = try await workspace.snapshot(probes, showsProgress: !report.quiet)
    // A terminal shows one's own values; the other formats are kept and passed on.
    let masked = workspace.maskingToShow.masked(measured, settled: workspace.settled(nil, probes))
    let shown = report.format == .terminal ? measured : masked.snapshot
    let snapshot = shown.ignoring(workspace.project.ignore)
    try workspace.show(
      SnapshotReport(
        snapshot: snapshot, project: workspace.project, environment: workspace.host.environment, options: report,
        style: Style(report.color, environment: workspace.host.environment), duration: clock.now - start
      ).render(), as: report.format, keepingBack: masked.texts)
    throw CommandEnded(status: ExitStatus(snapshot.status))
  }
}
