import ArgumentParser
import HandoffModel
import HandoffProject
import HandoffSecrets
import HandoffSetup
import HandoffStore
import HandoffSystem
import HandoffText

/// `handoff init`.
struct InitCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init",
    abstract: "Looks at the project, shows what it found, and writes the files that a project needs for handoffs.",
    discussion: """
      It writes handoff.yml (comments that say what cannot be found out), .env.example (every variable that the project \
      uses, with placeholders; those with a default as comments), lines of .gitignore, and the folder of handoffs. What is there already is left alone; \
      with --force a file is given what it lacks, at its end, and nothing of it is taken away. No value of a variable is \
      ever copied.

      Exit status: 0 it is written, shown, or there already; 2 a file or folder is left alone since it is not what it \
      should be, or cannot be read or written.

      Example:   handoff init --dry-run              # what would be written, as a diff on standard output
                 handoff init --dry-run | git apply  # the same files, but for the empty folder
                 handoff init
      """)

  @Flag(help: "Put what files that are there lack at their ends; nothing of them is taken away.")
  var force = false

  @Flag(help: "Write nothing; show the files as a diff that git apply and patch -p1 take.")
  var dryRun = false

  @OptionGroup var project: ProjectOptions

  func run() async throws {
    let workspace = try Workspace(project)
    let (project, host) = (workspace.project, workspace.host)
    let scan = await VariableScan(project, host: host, deadline: .after(.seconds(20)))
    let scanner = workspace.scannerThatOnlyReads
    let plan = await InitPlan(
      project, scan: scan, addsToExisting: force, host: host, deadline: .after(.seconds(20)),
      isClean: { scanner.scan($0).isEmpty })
    for change in plan.items.compactMap(\.change) {
      let hits = scanner.scan(change.added)
      if !hits.isEmpty { throw StoreError.secrets(hits, in: change.path) }
    }
    let summary = InitSummary(
      project: project, environment: host.environment, scan: scan, plan: plan, isDryRun: dryRun,
      isElsewhere: host.files.realPath(host.workingDirectory) != host.files.realPath(project.root))
    let text = scanner.redacted(summary.text)
    if dryRun {
      // Standard output is the diff alone.
      Console.tell(text)
      for change in plan.items.compactMap(\.change) { Console.show(diff: change.diff) }
    } else {
      do {
        try plan.write(root: project.root)
      } catch {
        let before = error.written.map { Untrusted($0).terminal }.joined(separator: ", ")
        throw UsageProblem(
          "\(Untrusted(error.path).terminal) cannot be written: \(error.error)"
            + (before.isEmpty ? "" : "; written before: \(before)"))
      }
      Console.show(text)
    }
    if plan.items.contains(where: \.isProblem) { throw CommandEnded(status: .unknown) }
  }
}

/// What `init` found, and what becomes of each file.
struct InitSummary {
  let project: Project
  let environment: ProcessEnvironment
  let scan: VariableScan
  let plan: InitPlan
  let isDryRun: Bool
  /// Whether it was started in another folder than the project's.
  let isElsewhere: Bool

  /// In its lines, each of which ends with a line end.
  var text: String {
    var lines = ["Found in \(Untrusted(project.root).terminal)"]
    let settings = project.listedSettings(environment).filter { $0.key != "environment.required" }
    lines += Self.table(
      settings.map { row in
        (row.key, "\(Untrusted(row.value)) (\(row.source.message))")
      })
    for (area, why) in unused { lines.append("  \(area) is not used: \(why.terminal)") }
    lines += ["", variablesTitle]
    lines += Self.table(scan.variables.map { ($0.name, $0.summary) })
    if scan.filesLeftOut > 0 {
      lines.append("  Not all files were looked through: some are too long, too many, or may not be read.")
    }
    lines += ["", isDryRun ? "Would be written" : "Files"]
    lines += Self.table(plan.items.map { ($0.path, $0.words) })
    let leftOut = plan.items.map(\.leftOut).reduce(0, +)
    if leftOut > 0 { lines.append("  \(leftOut) names look like secrets themselves, and are left out.") }
    for note in plan.notes { lines += ["", "! " + note.terminal] }
    // Its paths are those of the project's folder, and git would take them from where it is run.
    if isDryRun, isElsewhere { lines += ["", "Take the diff in \(Untrusted(project.root).terminal)"] }
    if !isDryRun {
      lines += ["", "Next: handoff preflight measures what is configured; handoff env sets up a new session."]
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private var variablesTitle: String {
    let files = scan.filesRead == 1 ? "1 file" : "\(scan.filesRead) files"
    switch scan.variables.count {
    case 0: return "No variable is used in the \(files) that were looked through"
    case 1: return "1 variable, in \(files) that were looked through"
    case let count: return "\(count) variables, in \(files) that were looked through"
    }
  }

  private var unused: [(area: String, why: Message)] {
    func reason<Settings>(_ use: AreaUse<Settings>) -> Message? {
      switch use {
      case .used: nil
      case .unused(let why): why
      case .undecided(let files): "nobody knows, since \(files.message)"
      }
    }
    return [
      ("aws", reason(project.aws)), ("python", reason(project.python)), ("postgres", reason(project.postgres)),
      ("docker", reason(project.docker)), ("git", reason(project.git)),
    ].compactMap { area, why in why.map { (area, $0) } }
  }

  private static func table(_ rows: [(key: String, words: Message)]) -> [String] {
    let keys = rows.map { Untrusted($0.key).terminal }
    let width = min(32, keys.map(\.count).max() ?? 0)
    return zip(keys, rows).map { key, row in "  \(key.padded(width))  \(row.words.terminal)" }
  }
}
