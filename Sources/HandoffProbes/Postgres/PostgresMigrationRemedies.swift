import HandoffModel
import HandoffProject
import HandoffSystem
import HandoffText

/// The commands that mend migrations: those of the tool whose tracking table it is.
extension PostgresRemedies {
  /// Applies what is pending.
  func migrate(
    _ kind: MigrationKind?, _ folder: MigrationFolder, pending: [String], _ connection: PostgresConnection?
  ) -> [Remedy] {
    func remedy(_ words: String...) -> [Remedy] { [Remedy(.run(words), "apply them")] }
    func remedyAtHome(_ words: String...) -> [Remedy] { [Remedy(.run(words).within(folder.home), "apply them")] }
    let path = folder.path
    switch kind {
    case .dbmate:
      return path == "db/migrations" ? remedy("dbmate", "up") : remedy("dbmate", "--migrations-dir", path, "up")
    case .rails: return remedyAtHome("bin/rails", "db:migrate")
    case .golangMigrate: return [Remedy(withURL("migrate -path", path, "-database", "up"), "apply them")]
    case .goose: return [Remedy(withURL("goose -dir", path, "postgres", "up"), "apply them")]
    case .flyway: return [Remedy(flyway(folder).within(folder.home), "apply them")]
    case .alembic where isFlask: return remedy("flask", "db", "upgrade")
    case .alembic: return remedyAtHome("alembic", "upgrade", "head")
    case .django: return remedy("python", MigrationFolder.manage(context) ?? "manage.py", "migrate")
    case .prisma: return remedyAtHome("npx", "prisma", "migrate", "deploy")
    case .sqlx: return remedy("sqlx", "migrate", "run", "--source", path)
    case .refinery: return remedy("refinery", "migrate", "-p", path)
    case .sqitch: return path == "." ? remedy("sqitch", "deploy") : remedy("sqitch", "--chdir", path, "deploy")
    case nil where folder.foreigner != nil:
      if folder.foreigner == .atlas {
        return [Remedy(withURL("atlas migrate apply --dir", "file://" + path, "--url"), "apply them")]
      }
      return (folder.foreigner?.command(path)).map { [Remedy($0, "apply them")] } ?? []
    case .handoff, nil:
      let words = [
        "-d", PostgresTarget.argument(database: connection?.database ?? target.database ?? ""), "-v", "ON_ERROR_STOP=1",
        "--single-transaction",
      ]
      let files = pending.flatMap { ["-f", path + "/" + $0] }
      let command = target.run("psql", user: connection?.user ?? target.place.user, words + files)
      // What psql applies by itself, the record of handoff's own would not know.
      return [.setup("migrations")] + (kind == nil ? [Remedy(command, "apply them in this order, all or none")] : [])
    }
  }

  /// Flyway's command line knows the folders by its own configuration alone, and not by that of Spring.
  private func flyway(_ folder: MigrationFolder) -> ShellCommand {
    let isKnown = ["flyway.conf", "flyway.toml"].contains { name in
      context.host.files.kind(of: context.path(MigrationReader.join(folder.home, name))) != nil
    }
    if isKnown || context.host.environment["FLYWAY_LOCATIONS"] != nil { return .run("flyway", "migrate") }
    let places = folder.folders.map { "filesystem:" + $0 }.joined(separator: ",")
    return .run("flyway", "-locations=" + places, "migrate")
  }

  /// What clears a failure, once its cause is mended by hand.
  func repair(
    _ kind: MigrationKind, failed: [String], table: PostgresCatalog.Candidate, folder: String?,
    _ connection: PostgresConnection?
  ) -> [Remedy] {
    let first = failed.first ?? ""
    switch kind {
    case .flyway:
      return [Remedy(.run("flyway", "repair"), "forget the failure, once what it left behind is mended")]
    case .prisma:
      return [
        Remedy(
          .run("npx", "prisma", "migrate", "resolve", "--rolled-back", first),
          "take it for rolled back, once what it left behind is mended")
      ]
    case .golangMigrate:
      return [
        Remedy(
          withURL("migrate -path", folder ?? "migrations", "-database", "force", first),
          "take it for applied, once what it left behind is mended", destructive: true)
      ]
    case .sqlx:
      let name = SQLName.quoted(table.schema) + "." + SQLName.quoted(table.name)
      let versions = failed.filter { Int($0) != nil }.joined(separator: ", ")
      let user = connection?.user ?? target.place.user
      let sql = "DELETE FROM \(name) WHERE NOT success AND version IN (\(versions))"
      return [
        Remedy(
          target.psql(user: user, database: connection?.database ?? target.database, sql),
          "forget the failure, once what it left behind is mended", destructive: true)
      ]
    case .sqitch:
      return [
        Remedy(.run("sqitch", "log", "--event", "fail"), "shows when it failed"),
        Remedy(.run("sqitch", "deploy"), "try again, once the script is mended"),
      ]
    case .handoff, .dbmate, .rails, .alembic, .django, .refinery, .goose:
      return []
    }
  }

  /// Joins the heads.
  func merge(_ kind: MigrationKind) -> [Remedy] {
    switch kind {
    case .alembic where isFlask: [Remedy(.run("flask", "db", "merge", "heads"), "join them by a new revision")]
    case .alembic: [Remedy(.run("alembic", "merge", "-m", "merge", "heads"), "join them by a new revision")]
    case .django:
      [
        Remedy(
          .run("python", MigrationFolder.manage(context) ?? "manage.py", "makemigrations", "--merge", "--noinput"),
          "join them by a new migration")
      ]
    default: []
    }
  }

  /// What the repository knows of some files.
  func history(of paths: [String], _ description: Message) -> [Remedy] {
    guard isInRepository else { return [] }
    return [Remedy(.run(["git", "log", "--all", "--oneline", "--name-status", "--"] + paths), description)]
  }

  /// What leads back to files as they were.
  func restore(_ paths: [String]) -> [Remedy] {
    guard isInRepository, !paths.isEmpty else { return [] }
    return [
      Remedy(.run(["git", "log", "-p", "--"] + paths), "shows how they changed"),
      Remedy(
        .run(["git", "checkout", "HEAD", "--"] + paths), "takes back what is not committed of it", destructive: true),
    ]
  }

  private var isInRepository: Bool {
    context.host.files.nearestFolder(from: context.project.root, holding: ".git") != nil
  }

  /// Whether Alembic is run by Flask-Migrate.
  private var isFlask: Bool {
    context.host.files.kind(of: context.path("alembic.ini")) == nil
      && context.host.files.kind(of: context.path("migrations/alembic.ini")) == .regular
  }

  /// A command that is given the connection's URL by the variable that holds it, since it can hold a password.
  private func withURL(_ program: String, _ folder: String, _ option: String, _ rest: String...) -> ShellCommand {
    let words = rest.map { " " + ShellWord.bash($0) }.joined()
    let windows = ([folder] + rest).map { ShellWord.powershell($0) }
    return ShellCommand(
      bash: "\(program) \(ShellWord.bash(folder)) \(option) \"$DATABASE_URL\"\(words)",
      powershell: windows.contains(nil)
        ? nil
        : "\(program) \(windows[0] ?? "") \(option) \"$env:DATABASE_URL\""
          + windows.dropFirst().compactMap(\.self).map { " " + $0 }.joined())
  }
}

extension ShellCommand {
  /// This command, run in a folder of the project, which the shell does not stay in.
  fileprivate func within(_ folder: String) -> ShellCommand {
    guard folder != "." else { return self }
    let place = ShellPath(folder)
    return ShellCommand(
      bash: "(cd \(place.bash) && \(bash))",
      powershell: powershell.flatMap { command in
        place.powershell.map { "Push-Location \($0); \(command); Pop-Location" }
      })
  }
}
