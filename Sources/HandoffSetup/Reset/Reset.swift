import HandoffProbes
public import HandoffProject
import HandoffSystem
public import HandoffText

/// Brings a project's environment back to nothing, by parts. What it destroys stands on this machine, belongs to the
/// project, and was named before; in doubt it destroys nothing at all.
///
/// A database is dumped first, dropped, and not made again: making it is what a setup does.
public struct Reset: Sendable {
  /// What happens, for showing progress.
  public enum Event: Sendable {
    /// A command is run now.
    case running(ShellCommand)
    /// Something is gone, or was kept.
    case done(Message)
    /// A database is gone, and this brings it back.
    case wayBack(ShellCommand)
  }

  private let project: Project
  private let parts: Set<ResetPart>
  private let shell: SetupShell
  private let dumpFolder: String?
  private let disconnects: Bool
  private let progress: @Sendable (Event) -> Void

  /// Prepares.
  /// - Parameters:
  ///   - dumpFolder: where the dump of a database goes, an absolute path; nil for the user's state folder.
  ///   - disconnects: whether sessions of others in the database are ended.
  public init(
    _ project: Project, _ parts: Set<ResetPart>, shell: SetupShell, dumpFolder: String? = nil,
    disconnects: Bool = false, progress: @escaping @Sendable (Event) -> Void = { _ in }
  ) {
    self.project = project
    self.parts = parts
    self.shell = shell
    self.dumpFolder = dumpFolder
    self.disconnects = disconnects
    self.progress = progress
  }

  private var context: ProbeContext {
    ProbeContext(host: shell.host, project: project, deadline: .after(.seconds(60)))
  }

  // MARK: Planning

  /// Looks at every single thing that would be lost; nothing is changed.
  public func plan() async -> ResetPlan {
    var plan = ResetPlan(project: project.name.value)
    func refuse(_ part: ResetPart, _ problem: ResetProblem) { plan.refusals.append((part, problem.message)) }
    if parts.contains(.database) {
      do throws(ResetProblem) {
        plan.database = try await database(&plan.notes)
      } catch {
        refuse(.database, error)
      }
    }
    if parts.contains(.containers) {
      do throws(ResetProblem) {
        plan.containers = try await containers(&plan.notes)
      } catch {
        refuse(.containers, error)
      }
    }
    if parts.contains(.environment) {
      do throws(ResetProblem) {
        plan.environments = try await environments(&plan.notes)
      } catch {
        refuse(.environment, error)
      }
    }
    if let folder = plan.database?.dumpFolder, let place = removedPlace(of: folder, plan) {
      refuse(.database, ResetProblem("\(Untrusted(folder)), for the dump, stands in \(place)"))
    }
    return plan
  }

  /// What holds a folder and is removed, or may be by the next reset.
  private func removedPlace(of folder: String, _ plan: ResetPlan) -> Message? {
    let paths = environmentPaths + plan.environments.map(\.folder)
    let environments = paths.map { PathText(project.root).appending($0).shortened.text }
    if environments.contains(where: PathText(folder).isInside) { return "the virtual environment" }
    let volume = plan.containers?.volumes.first { !$0.folder.isEmpty && PathText(folder).isInside($0.folder) }
    return volume.map { "the volume \(Untrusted($0.name))" }
  }

  private func database(_ notes: inout [Message]) async throws(ResetProblem) -> DatabaseLoss? {
    let settings: PostgresSettings
    switch project.postgres {
    case .unused(let reason):
      notes.append("no database: \(reason)")
      return nil
    case .undecided(let files): throw ResetProblem("which database is meant is not known: \(files.message)")
    case .used(let all):
      guard let first = all.first else { return nil }
      settings = first
      for other in all.dropFirst() {
        notes.append("the further database \(Untrusted(other.name ?? "")) stays: only the first one is dropped")
      }
    }
    if settings.isUndecided {
      throw ResetProblem("which database is meant is not known: \(settings.unreadable.message)")
    }
    let folder = try dumpTarget()
    let search = DatabaseLossSearch(
      context: context, place: DatabasePlace(settings, context), disconnects: disconnects, dumpFolder: folder)
    guard let loss = try await search.look() else {
      notes.append("no database: \(Untrusted(search.place.database ?? "")) is not there")
      return nil
    }
    return loss
  }

  /// Where a dump goes, without links.
  private func dumpTarget() throws(ResetProblem) -> String {
    let files = shell.host.files
    if let dumpFolder {
      guard files.kind(of: dumpFolder) == .folder, let real = files.realPath(dumpFolder) else {
        throw ResetProblem("\(Untrusted(dumpFolder)), for the dump, is no folder")
      }
      return real
    }
    guard let state = StateFolder.path(shell.host) else {
      throw ResetProblem("there is no place for a dump, since HOME is not set; name one with --dump-to")
    }
    // The last parts of it may not be there yet.
    var there = PathText(state + "/dumps").shortened
    var missing: [String] = []
    while !there.components.isEmpty {
      if let real = files.realPath(there.text) {
        return missing.reversed().reduce(PathText(real)) { $0.appending($1) }.text
      }
      if files.kind(of: there.text, followLinks: false) != nil { break }
      missing.append(there.name)
      there = there.folder
    }
    throw ResetProblem("\(Untrusted(state)), for the dump, cannot be looked at; name a folder with --dump-to")
  }

  private func containers(_ notes: inout [Message]) async throws(ResetProblem) -> ContainerLoss? {
    if case .unused(let reason) = project.docker {
      notes.append("no containers: \(reason)")
      return nil
    }
    let loss = try await ContainerLossSearch(context).look()
    notes += loss.kept
    if let settings = project.postgres.settings?.first, !parts.contains(.database) {
      let place = DatabasePlace(settings, context)
      if place.isLocal, let container = loss.containers.first(where: { $0.ports.contains(place.ports) }) {
        notes.append(
          "the database at \(place.address) is in \(Untrusted(container.name)): its rows go with that, without a dump; --database dumps them first"
        )
      }
    }
    if loss.isEmpty {
      let others: Message = loss.kept.isEmpty ? "" : " but what stays"
      notes.append("no containers: there is none of the project's, and no volume or network\(others)")
      return nil
    }
    return loss
  }

  private var environmentPaths: [String] {
    ([project.python.settings].compactMap(\.self) + project.furtherPython).compactMap { $0.environment?.value }
  }

  private func environments(_ notes: inout [Message]) async throws(ResetProblem) -> [EnvironmentLoss] {
    if case .undecided(let files) = project.python {
      throw ResetProblem("which virtual environment is meant is not known: \(files.message)")
    }
    var losses: [EnvironmentLoss] = []
    for path in environmentPaths {
      if let loss = try await EnvironmentLoss.look(path, context) { losses.append(loss) }
    }
    for path in Set(environmentPaths + [EnvironmentLoss.usualFolder]).sorted() {
      losses += try await EnvironmentLoss.remains(of: path, context)
    }
    if losses.isEmpty { notes.append("no virtual environment: there is none") }
    return losses
  }

  // MARK: Destroying

  /// Destroys what a plan names: first the database, then the containers, then the virtual environments.
  /// - Throws: ``ResetProblem`` with what is gone by then, also where the task is cancelled; what comes after it stays.
  public func run(_ plan: ResetPlan) async throws(ResetProblem) {
    var gone: [Message] = []
    var left = plan.things
    do throws(ResetProblem) {
      if !plan.refusals.isEmpty { throw ResetProblem("nothing is destroyed that was refused") }
      if let database = plan.database {
        try proceed()
        let (dump, wayBack) = try await database.drop(shell.host, say)
        gone.append(left.removeFirst())
        progress(.done("dropped \(Untrusted(database.name)); its dump: \(Untrusted(dump))"))
        progress(.wayBack(wayBack))
      }
      if let containers = plan.containers {
        try proceed()
        try await remove(containers, &gone)
        left.removeFirst()
        progress(.done("removed the containers, volumes and networks of \(Untrusted(containers.project))"))
      }
      for environment in plan.environments {
        try proceed()
        try await environment.remove(context)
        gone.append(left.removeFirst())
        progress(.done("removed \(Untrusted(environment.folder))"))
      }
    } catch {
      var problem = error
      problem.gone = gone
      problem.left = left
      throw problem
    }
  }

  private func proceed() throws(ResetProblem) {
    if Task.isCancelled { throw ResetProblem("the reset was ended from outside before it was done") }
  }

  /// Removes what is there now and was shown.
  private func remove(_ shown: ContainerLoss, _ gone: inout [Message]) async throws(ResetProblem) {
    let (loss, others) = shown.unchanged(try await ContainerLossSearch(context).look())
    for other in others { progress(.done(other)) }
    do throws(ResetProblem) {
      for command in loss.commands {
        try proceed()
        try await say(command, loss.variables)
        gone.append("what was named to: \(Untrusted(command.bash))")
      }
    } catch {
      guard let left = await left() else { throw error }
      throw ResetProblem("\(error.message); \(left)")
    }
    if let left = await left() { throw ResetProblem(left) }
  }

  /// Asks the engine once more, also where this was ended from outside.
  /// - Returns: what is still there, or why that is not known; nil where there is nothing.
  private func left() async -> Message? {
    let look = await Task { [context] () -> Result<ContainerLoss, ResetProblem> in
      do throws(ResetProblem) {
        return .success(try await ContainerLossSearch(context).look())
      } catch {
        return .failure(error)
      }
    }.value
    switch look {
    case .success(let loss) where loss.isEmpty: return nil
    case .success(let loss): return "this is still there: \(Message.joined(loss.lines, separator: "; "))"
    case .failure(let problem): return "what is still there is not known: \(problem.message)"
    }
  }

  private func say(_ command: ShellCommand, _ variables: [String: String?]) async throws(ResetProblem) {
    progress(.running(command))
    do throws(SetupShell.Failure) {
      try await shell.run(command, variables: variables)
    } catch {
      let ending = Task.isCancelled ? "was ended from outside, as this reset was" : error.outcome.ending
      let last: Message = error.lastLines.last.map { ": \(Untrusted($0))" } ?? ""
      throw ResetProblem("\(Untrusted(command.bash)) \(ending)\(last)")
    }
  }
}
