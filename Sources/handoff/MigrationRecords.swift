import HandoffProbes
import HandoffProject
import HandoffSetup
import HandoffSystem
import HandoffText

/// What `handoff setup --only migrations` shows and says of the table in which it keeps account.
struct MigrationRecords {
  let workspace: Workspace
  /// The database's name in `handoff.yml`; nil for the first.
  let database: String?
  /// Whether nobody is asked.
  let isSure: Bool

  /// Shows how each file stands to the database.
  func show() async throws {
    let (runner, place) = try await runner()
    let found = try await status(runner)
    Console.show("\(place.terminal)\n")
    let width = found.map { Untrusted($0.name).terminal.count }.max() ?? 0
    for status in found {
      let name = Untrusted(status.name).terminal
      Console.show(
        "  \(name)\(String(repeating: " ", count: width - name.count))  \(Self.words(status.state).terminal)")
    }
    let pending = found.count { $0.state == .pending }
    let changed = found.count { if case .changed = $0.state { true } else { false } }
    let more = changed == 0 ? "" : ", \(changed) of them changed since"
    Console.show("\n\(found.count - pending) of \(found.count) applied\(more)")
    throw CommandEnded(status: changed > 0 ? .failure : .confirmed)
  }

  private func status(_ runner: MigrationRunner) async throws -> [MigrationRunner.Status] {
    do throws(MigrationProblem) { return try await runner.status() } catch { throw Self.told(error) }
  }

  private static func words(_ state: MigrationRunner.Status.State) -> Message {
    switch state {
    case .pending: "pending"
    case .applied(let time, let role):
      role.hasPrefix("baseline by ")
        ? "taken for applied \(Untrusted(time)) by \(Untrusted(String(role.dropFirst(12))))"
        : "applied \(Untrusted(time)) by \(Untrusted(role))"
    case .changed(let time, let role): "changed since it was applied \(Untrusted(time)) by \(Untrusted(role))"
    case .missing(let time, let role): "applied \(Untrusted(time)) by \(Untrusted(role)); the file is gone"
    }
  }

  /// Takes files for applied, once its user has seen which.
  func baseline(_ version: String) async throws {
    let (runner, place) = try await runner()
    let wanted: [String]
    do throws(MigrationProblem) { wanted = try runner.names(upTo: version) } catch { throw Self.told(error) }
    let pending = try await status(runner).filter { $0.state == .pending }.map(\.name).filter(wanted.contains)
    try ask(
      pending, "take these files for applied in \(place), and run none of them", "--baseline \(ShellWord.bash(version))"
    )
    let names: [String]
    do throws(MigrationProblem) { names = try await runner.baseline(version) } catch { throw Self.told(error) }
    tell(names, "taken for applied in", place, none: "all of them were recorded already in")
  }

  /// Accepts changes, once its user has seen of which files.
  func rebless() async throws {
    let (runner, place) = try await runner()
    let changed = try await status(runner).compactMap { if case .changed = $0.state { $0.name } else { nil } }
    try ask(changed, "take these files, which were changed, for what was applied to \(place)", "--rebless")
    let names: [String]
    do throws(MigrationProblem) { names = try await runner.rebless(changed) } catch { throw Self.told(error) }
    tell(names, "accepted as it is now in", place, none: "no applied file was changed in")
  }

  /// Shows what would be recorded and waits for a yes; where there is nothing, nobody is asked.
  private func ask(_ names: [String], _ what: Message, _ option: String) throws {
    guard !names.isEmpty, !isSure else { return }
    Console.show("handoff setup will \(what.terminal):\n")
    for name in names { Console.show("  \(Untrusted(name).terminal)") }
    try Question.ask(otherwise: "handoff setup --only migrations \(option) --yes")
  }

  private func tell(_ names: [String], _ what: String, _ place: Message, none: String) {
    for name in names { Console.show("\(Untrusted(name).terminal)  \(what) \(place.terminal)") }
    if names.isEmpty { Console.show("\(none) \(place.terminal)") }
  }

  private static func told(_ problem: MigrationProblem) -> UsageProblem {
    UsageProblem(problem.lines.map(\.terminal).joined(separator: "\n"))
  }

  private func runner() async throws -> (MigrationRunner, Message) {
    let all = workspace.project.postgres.settings ?? []
    guard let settings = all.first(where: { $0.name == database }) else {
      let names = all.compactMap(\.name)
      throw UsageProblem(
        database == nil
          ? "the project names no database"
          : "there is no database \(database ?? "") in handoff.yml\(names.isEmpty ? "" : "; there are \(names.joined(separator: ", "))")"
      )
    }
    guard let destination = await PostgresDestination(settings, in: workspace.project, workspace.host) else {
      throw NotTrusted(
        "where the database is, only a file of the repository says, and it is on another machine; look at it: handoff trust"
      )
    }
    let migrations: SQLMigrations
    do {
      guard let found = try SQLMigrations.find(of: settings, in: workspace.project, workspace.host),
        !found.names.isEmpty
      else {
        throw UsageProblem(
          "there is no folder of SQL files here; name it in handoff.yml: postgres: {migrations: FOLDER}")
      }
      migrations = found
    } catch let error as SQLMigrations.Unread {
      throw UsageProblem("\(Untrusted(error.path).terminal) cannot be read: \(error.error)")
    }
    if let claimant = migrations.claimant {
      throw UsageProblem(
        "the migrations in \(Untrusted(migrations.folder).terminal) are for \(claimant.isEmpty ? "another tool" : claimant) to apply; this keeps no account of them"
      )
    }
    let runner = MigrationRunner(
      migrations, root: workspace.project.root, workspace.host, destination.parameters
    ) { Console.tell("  \($0.line.terminal)\n") }
    return (runner, "\(Untrusted(destination.database)) at \(destination.place)")
  }
}
