import ArgumentParser
import HandoffSetup
import HandoffSystem
import HandoffText

/// `handoff reset`.
struct ResetCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reset",
    abstract: "Brings the environment back to nothing, by parts, after naming every single thing that will be lost.",
    discussion: """
      The plan names what will be lost: the virtual environment with its size and packages, containers, volumes and networks \
      of the compose project, tables with their rows, and what else is in the database. Then the project's name has to be \
      typed, or given with --yes-destroy. If one part is refused, nothing at all is destroyed.

      Refused is what is not on this machine (the host of the database, the Docker engine, a port that may be forwarded from \
      elsewhere), and what may not be the project's: a folder outside it, behind a link, tracked by git, or no virtual \
      environment; containers that were made from another folder; volumes and networks that others use; PostgreSQL's own \
      databases, and one in which others are connected, or that this role could not make again. Volumes and networks that \
      the compose file does not declare, or declares to be made elsewhere, stay, as do those that no container uses where a \
      tracked file chose the project's name. A database gets another name, so that nobody writes into it, and is dumped \
      (pg_dump); the dump is read, and then the database is dropped. It is not made again: that is for handoff setup.

      Example:   handoff reset --venv --dry-run
                 handoff reset --all
                 handoff reset --database --yes-destroy story-engine --dump-to ~/dumps

      Exit status: 0 all of it is gone, or there was nothing; 1 something went wrong half-way, and what is gone is told; 3 \
      refused, or the name was not given: nothing is lost.
      """)

  @Flag(help: "The virtual environments.")
  var venv = false

  @Flag(help: "The containers, volumes and networks of the compose project; images stay.")
  var containers = false

  @Flag(help: "The database: the first one, where there are several.")
  var database = false

  @Flag(help: "All three.")
  var all = false

  @Flag(name: .customLong("dry-run"), help: "Show what would be lost, and destroy nothing.")
  var dryRun = false

  @Option(
    name: .customLong("yes-destroy"),
    help: ArgumentHelp("Destroy without asking; the project's name.", valueName: "name"))
  var yesDestroy: String?

  @Option(
    name: .customLong("dump-to"),
    help: ArgumentHelp("Folder for the dump; without it, dumps in your state folder.", valueName: "dir"))
  var dumpTo: String?

  @Flag(help: "End the sessions of others in the database.")
  var disconnect = false

  @OptionGroup var project: ProjectOptions

  private var parts: Set<ResetPart> {
    if all { return Set(ResetPart.allCases) }
    return Set(
      [(venv, ResetPart.environment), (containers, .containers), (database, .database)].filter(\.0).map(\.1))
  }

  mutating func validate() throws {
    if parts.isEmpty { throw ValidationError("say what to destroy: --venv, --containers, --database or --all") }
  }

  mutating func run() async throws {
    let workspace = try Workspace(project)
    let lock = dryRun ? nil : try await workspace.setupLock()
    var output = SetupOutput(workspace, named: nil)
    let folder = dumpTo.map { PathText(workspace.host.workingDirectory).appending($0).text }
    func reset(_ output: SetupOutput) -> Reset {
      Reset(
        workspace.project, parts, shell: output.shell, dumpFolder: folder, disconnects: disconnect,
        progress: output.show)
    }
    let plan = await reset(output).plan()
    show(plan, output)
    guard plan.refusals.isEmpty else {
      for (part, reason) in plan.refusals { Console.complain("refused: \(part.title.terminal): \(reason.terminal)") }
      throw NotTrusted("nothing was destroyed")
    }
    if plan.isEmpty {
      Console.show("there is nothing to destroy")
      return
    }
    if dryRun { return }
    guard Console.wasAllTaken else { throw NotTrusted("what will be lost could not be shown; nothing was destroyed") }
    try confirm(plan.project)
    output = SetupOutput(workspace, named: "reset", lock: lock)
    // A database that was put aside is put back.
    Signals.giveTime(milliseconds: 20_000)
    do throws(ResetProblem) {
      try await reset(output).run(plan)
    } catch {
      output.complain(error.message)
      func list(_ things: [Message]) -> Message { things.isEmpty ? "nothing" : .joined(things, separator: ", ") }
      let rest: Message = "gone by now: \(list(error.gone)); not gone, or not whole: \(list(error.left))"
      Console.complain(output.redacted(rest.terminal))
      throw CommandEnded(status: .failure)
    }
  }

  private func show(_ plan: ResetPlan, _ output: SetupOutput) {
    for note in plan.notes { output.show(note) }
    if plan.isEmpty { return }
    output.show("This will be lost:")
    for line in plan.lines { output.show(line) }
  }

  /// - Throws: ``NotTrusted`` where the project's name was not given.
  private func confirm(_ name: String) throws {
    if let yesDestroy {
      guard yesDestroy == name else {
        throw NotTrusted(
          "--yes-destroy \(yesDestroy) is not the project's name, which is \(name); nothing was destroyed")
      }
      return
    }
    guard Console.inputIsTerminal else {
      throw NotTrusted(
        "there is no terminal to ask on; nothing was destroyed; look at what is shown, then add: --yes-destroy "
          + ShellCommand.run(name).bash)
    }
    Console.tell("\nType the project's name, \(Untrusted(name).terminal), to lose all of this: ")
    guard let typed = readLine(), typed.trimmed == name else {
      throw NotTrusted("that is not the project's name; nothing was destroyed")
    }
  }
}

extension SetupOutput {
  /// Shows what happens in a reset.
  func show(_ event: Reset.Event) {
    switch event {
    case .running(let command): show(command)
    case .done(let message): show(message)
    // Over several lines where a name has a line end, so that it can be pasted.
    case .wayBack(let command): Console.show(redacted("it comes back with: " + command.bash))
    }
  }
}
