import ArgumentParser
import HandoffModel
import HandoffProbes
import HandoffProject
import HandoffSetup
import HandoffSystem
import HandoffText

/// `handoff setup`.
struct SetupCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "setup",
    abstract: "Brings the environment up: .env, virtual environment, images, database, migrations.",
    discussion: """
      Measures first, shows what it would do and why, asks, does it, and looks at each step by its probe. What needs a \
      step that failed is not begun. Run again, it does what is left. What programs print is kept in a log file.

      Example:   handoff setup
                 handoff setup --dry-run      # only shows the plan
                 handoff setup --yes          # without asking, for scripts
                 handoff setup --only database,migrations

      Migrations are those of a project that only has a folder of SQL files. Each is applied once, in one transaction \
      with its record in the table handoff_migrations; `-- handoff: no-transaction` in a file's first comment runs it \
      without one.
                 handoff setup --only migrations --status
                 handoff setup --only migrations --baseline 007   # the tables up to this file are there already
                 handoff setup --only migrations --rebless        # a file that was applied may have changed

      Exit status: 0 every step is done, and what was looked at is well; 1 a step failed, or something is still broken; 2 \
      something could not be looked at; 3 nobody said yes, and nothing was done.
      """)

  @Flag(name: [.short, .long], help: "Do not ask.")
  var yes = false

  @Flag(help: "Show the plan, and do nothing.")
  var dryRun = false

  @Option(
    help: ArgumentHelp("Only these parts: env, venv, images, database, migrations. Repeatable.", valueName: "parts"),
    transform: SetupParts.init)
  var only: [SetupParts] = []

  @Flag(help: "With --only migrations: show how each file stands to the database.")
  var status = false

  @Option(
    help: ArgumentHelp(
      "With --only migrations: take the files up to this one for applied, without running them.", valueName: "version"))
  var baseline: String?

  @Flag(help: "With --only migrations: accept that files were changed after they had been applied.")
  var rebless = false

  @Option(help: ArgumentHelp("With those three: the name of the database in handoff.yml, for a further one."))
  var database: String?

  @Option(help: ArgumentHelp("Seconds that a probe may take (default 5, or handoff.yml).", valueName: "seconds"))
  var timeout: Double?

  @Option(help: "Colours: auto (on a terminal, unless NO_COLOR is set), always or never.")
  var color: ColorChoice = .auto

  @OptionGroup var project: ProjectOptions

  /// The parts that were asked for.
  private var parts: Set<SetupPart> { only.isEmpty ? Set(SetupPart.allCases) : Set(only.flatMap(\.parts)) }

  mutating func validate() throws {
    let verbs = [status, baseline != nil, rebless].count { $0 }
    if verbs > 1 { throw ValidationError("--status, --baseline and --rebless go one at a time") }
    if verbs == 1, parts != [.migrations] {
      throw ValidationError("--status, --baseline and --rebless go with --only migrations")
    }
    if verbs == 0, database != nil {
      throw ValidationError("--database goes with --status, --baseline or --rebless")
    }
    if dryRun, yes || verbs == 1 { throw ValidationError("--dry-run goes alone") }
    if let timeout, !(timeout > 0 && timeout <= 3600) {
      throw ValidationError("--timeout takes a number of seconds above 0 and at most 3600")
    }
  }

  func run() async throws {
    let workspace = try Workspace(project)
    if status || baseline != nil || rebless {
      let records = MigrationRecords(workspace: workspace, database: database, isSure: yes)
      if status { return try await records.show() }
      if let baseline { return try await records.baseline(baseline) }
      return try await records.rebless()
    }
    // What another one is doing changes what there is to do.
    let lock = dryRun ? nil : try await workspace.setupLock()
    let clock = ContinuousClock()
    let start = clock.now
    let style = Style(color, environment: workspace.host.environment)
    let survey = try await survey(workspace)
    let plan = await SetupPlanner(workspace.host, parts: parts).plan(survey)
    try workspace.show(
      PlanReport(plan: plan, style: style, isWhole: only.isEmpty).render(), as: .terminal, keepingBack: MaskedTexts())
    if dryRun { return }
    if !plan.steps.isEmpty, !yes { try Question.ask(otherwise: "handoff setup --yes") }
    let isDone = plan.steps.isEmpty ? true : try await carryOut(plan, workspace, lock, style)
    let snapshot = plan.steps.isEmpty ? survey : try await self.survey(workspace)
    try show(snapshot, after: plan, workspace, style, since: start, clock)
    let verdict = ExitStatus(snapshot.snapshot.ignoring(snapshot.project.ignore).status)
    throw CommandEnded(status: isDone ? verdict : .failure)
  }

  /// Measures the areas of the parts that were asked for, and all of them where none was.
  private func survey(_ workspace: Workspace) async throws -> SetupSurvey {
    try await survey(workspace, areas: only.isEmpty ? [] : Set(parts.map(\.area)).sorted())
  }

  private func survey(_ workspace: Workspace, areas: [String]) async throws -> SetupSurvey {
    var options = ProbeOptions()
    options.only = try areas.map(AreaList.init)
    options.skip = []
    options.timeout = timeout
    let now = try workspace.refreshed()
    let snapshot = try await now.snapshot(options, showsProgress: true)
    return SetupSurvey(project: now.project, snapshot: snapshot.ignoring(now.project.ignore))
  }

  private func carryOut(
    _ plan: SetupPlan, _ workspace: Workspace, _ lock: FileLock?, _ style: Style
  ) async throws -> Bool {
    let output = SetupOutput(workspace, named: "setup", lock: lock, showsCommands: true) {
      Console.tell("  \($0)\n")
    }
    let progress = SetupProgress(plan: plan, output: output, style: style, home: workspace.host.environment.home)
    let run = SetupRun(output.shell) { [self] areas in
      try await survey(workspace, areas: areas)
    } progress: {
      progress.note($0)
    }
    // A container that was put aside is put back, and the server says how a statement ended.
    Signals.giveTime(milliseconds: 20_000)
    return try await Signals.cancelling { try await run.carryOut(plan) }
  }

  private func show(
    _ survey: SetupSurvey, after plan: SetupPlan, _ workspace: Workspace, _ style: Style,
    since start: ContinuousClock.Instant,
    _ clock: ContinuousClock
  ) throws {
    let report = SnapshotReport(
      snapshot: survey.snapshot, project: survey.project, environment: workspace.host.environment,
      options: try ReportOptions.parse([]), style: style, duration: clock.now - start)
    let took = plan.steps.isEmpty ? "" : "\nSetup took \((clock.now - start).shownMinutes).\n"
    try workspace.show("\n" + report.render() + took, as: .terminal, keepingBack: MaskedTexts())
  }
}

/// A list of parts with commas between them.
struct SetupParts {
  let parts: [SetupPart]

  init(_ text: String) throws {
    parts = try text.split(separator: ",").map { name in
      guard let part = SetupPart(rawValue: String(name)) else {
        let all = SetupPart.allCases.map(\.rawValue).joined(separator: ", ")
        throw ValidationError("there is no part \"\(name)\"; the parts are \(all)")
      }
      return part
    }
    if parts.isEmpty { throw ValidationError("name at least one part") }
  }
}
