import HandoffModel
import HandoffProbes
import HandoffProject
import HandoffSystem
public import HandoffText

/// SQL files of a project that only has a folder of them. Where another tool keeps account of them, its own command is
/// what preflight offers, and nothing is run.
extension SetupPlanner {
  func migrationSteps(
    _ survey: SetupSurvey, _ before: [SetupStep], _ notes: inout [Message]
  ) async -> [SetupStep] {
    var steps: [SetupStep] = []
    for (settings, area, findings) in survey.databases {
      let why = findings.filter(Self.isMigration)
      let comes = before.contains { $0.part == .database && $0.area == area }
      guard !why.isEmpty || comes else { continue }
      if let tool = survey.snapshot.fact(FactID("\(area).migrations.tool"))?.value.string, tool != "handoff" {
        if let own = why.first?.remedies.first {
          notes.append(
            "\(Untrusted(tool)) keeps track of the migrations, and applies them: \(Untrusted(own.command.bash))")
        }
        continue
      }
      let migrations: SQLMigrations
      do throws(SQLMigrations.Unread) {
        guard let found = try SQLMigrations.find(of: settings, in: survey.project, host), !found.names.isEmpty else {
          continue
        }
        migrations = found
      } catch {
        notes.append("\(Untrusted(error.path)) cannot be read: \(Untrusted(error.error.description))")
        continue
      }
      if let claimant = migrations.claimant {
        let whose: Message = claimant.isEmpty ? "another tool" : "\(Untrusted(claimant))"
        notes.append(
          "the migrations in \(Untrusted(migrations.folder)) are for \(whose) to apply; nothing of them is run here")
        continue
      }
      guard let destination = await PostgresDestination(settings, in: survey.project, host) else { continue }
      if why.contains(where: { $0.id == "postgres.migrations-untracked" }) {
        notes.append(
          """
          database \(Untrusted(destination.database)) has tables, and no record of which files made them; if these files \
          did, up to one of them, say so first: handoff setup --only migrations --baseline VERSION
          """)
        // A file that was run before may add its rows once more: only who asks for migrations by name has them run.
        if parts != [.migrations] {
          notes.append("if none of them did, have them applied: handoff setup --only migrations")
          continue
        }
      }
      let pending = survey.snapshot.fact(FactID("\(area).migrations.pending"))?.value.strings
      steps.append(
        step(migrations, pending ?? migrations.names, destination, area, why, survey.project, before))
    }
    return steps
  }

  private func step(
    _ migrations: SQLMigrations, _ pending: [String], _ destination: PostgresDestination, _ area: String,
    _ why: [Finding], _ project: Project, _ before: [SetupStep]
  ) -> SetupStep {
    let count = migrations.names.count
    let files: Message = pending.count == 1 ? "1 SQL file" : "\(pending.count) SQL files"
    let shown = pending.prefix(12).map { migrations.folder + "/" + $0 }
    let rest = pending.count > shown.count ? ["… and \(pending.count - shown.count) more"] : []
    return SetupStep(
      part: .migrations, area: area,
      what:
        "apply \(files) of \(Untrusted(migrations.folder)) to \(Untrusted(destination.database)), each once and whole",
      why: why.isEmpty ? ["the database is new"] : why.map(\.message), commands: shown + rest, loses: nil,
      waitsForServices: before.contains { $0.part == .database && $0.area == area && $0.waitsForServices },
      mends: Self.isMigration
    ) { [host] shell throws(SetupFailure) in
      let runner = MigrationRunner(migrations, root: project.root, host, destination.parameters) { event in
        shell.say(event.line.terminal)
      }
      do throws(MigrationProblem) {
        let names = try await runner.apply()
        shell.say(
          names.isEmpty ? "nothing was pending" : "applied \(names.count) of \(count) \(count == 1 ? "file" : "files")")
      } catch {
        throw SetupFailure(error.lines)
      }
    }
  }

  private static func isMigration(_ finding: Finding) -> Bool {
    ["postgres.migrations-pending", "postgres.migrations-untracked"].contains(finding.id)
  }
}

extension MigrationRunner.Event {
  /// What happened, for a person.
  public var line: Message {
    switch self {
    case .waiting: "another run is applying migrations; waiting for it …"
    case .applying(let name): "applying \(Untrusted(name)) …"
    case .applied(let name, let milliseconds): "applied \(Untrusted(name)) in \(milliseconds) ms"
    }
  }
}

extension MigrationProblem {
  /// What happened and what to do, in lines.
  public var lines: [Message] {
    switch self {
    case .unread(let path, let error): return ["\(Untrusted(path)) cannot be read: \(Untrusted(error.description))"]
    case .refused(let path, let line, let why): return ["\(Untrusted(path)):\(line): \(why)"]
    case .failed(let failure): return failure.lines
    case .interrupted(let path, let line, let kept, let isCertain, let isLost):
      let ended: Message =
        isLost
        ? "the connection to the server ended at the statement of line \(line) of \(Untrusted(path))"
        : "\(Untrusted(path)) was ended at the statement of line \(line)"
      let unsaid: Message = "the server did not say how it ended; look at it: handoff setup --only migrations --status"
      let stays: Message? =
        switch kept {
        case 0: isCertain ? "nothing of this file was applied, and those after it were not begun" : nil
        default: Self.stay(kept)
        }
      return [ended] + (isCertain ? [] : [unsaid]) + (stays.map { [$0] } ?? [])
    case .stopped: return ["no file was begun"]
    case .unrecorded(let path, let failure):
      return ["\(Untrusted(path)) was run whole and stays, since it asks for no transaction, and is not recorded"]
        + SetupFailure(failure, doing: "keep the record of migrations (\(Untrusted("handoff_migrations")))").lines
    case .changed(let names):
      return names.map { "\(Untrusted($0)) was changed after it had been applied" } + [
        "take the change back and write a new file, or say that it is right: handoff setup --only migrations --rebless"
      ]
    case .unknownVersion(let version, let known):
      let versions = known.map { Untrusted($0) }
      return [
        "no file has the version \(Untrusted(version)); there are \(Message.joined(versions.map { "\($0)" }, separator: ", "))"
      ]
    case .busy(let who):
      let whose: Message = who.map { " (\(Untrusted($0)))" } ?? ""
      return ["another run is applying migrations to this database\(whose); nothing was done; wait for it"]
    case .connection(let failure): return SetupFailure(failure, doing: "let us in").lines
    case .tracking(let failure):
      return SetupFailure(failure, doing: "keep the record of migrations (\(Untrusted("handoff_migrations")))").lines
    }
  }
}

extension MigrationProblem {
  /// What stays of a file that asks for no transaction.
  fileprivate static func stay(_ kept: Int) -> Message {
    "\(kept) \(kept == 1 ? "statement" : "statements") of this file ran before it and stay, since it asks for no transaction"
  }
}

extension MigrationFailure {
  /// What the server said, of which file, line and statement, and what stays of it.
  var lines: [Message] {
    var said: Message = "the server refused it"
    if case .server(let state, let message, _) = failure.error { said = "\(Untrusted(message)) (\(Untrusted(state)))" }
    var lines: [Message] = ["\(Untrusted(path)):\(line): \(said)"]
    if let detail = failure.detail { lines.append("detail: \(Untrusted(detail))") }
    if let hint = failure.hint { lines.append("hint: \(Untrusted(hint))") }
    let shown = statement.split(separator: "\n", omittingEmptySubsequences: false).prefix(6)
    lines += shown.enumerated().map { index, text in
      index == 0
        ? "statement: \(Untrusted(String(text.prefix(200))))" : "           \(Untrusted(String(text.prefix(200))))"
    }
    let stays: Message =
      kept == 0
      ? "nothing of this file was kept, and those after it were not begun"
      : MigrationProblem.stay(kept)
    return lines + [stays]
  }
}
