import HandoffModel
import HandoffProject
import HandoffSystem
import HandoffText

/// What is wrong with migrations, in words.
extension PostgresAdvice {
  private func finding(_ id: String, _ severity: Status, _ message: Message, _ remedies: [Remedy], _ fact: String)
    -> Finding
  {
    Finding(
      "postgres.migrations-\(id)", severity, message, remedies: remedies, facts: [FactID("\(area).migrations.\(fact)")])
  }

  private func list(_ names: [String]) -> Message { ValueText.message(.strings(names)) }

  func migrationsPending(_ pending: [String], of total: Int, kind: MigrationKind?, _ folder: MigrationFolder) -> Finding
  {
    let verb: Message = pending.count == 1 ? "is" : "are"
    let name = kind?.rawValue ?? folder.foreigner?.rawValue ?? ""
    let tool: Message = name.isEmpty ? "" : "\(Untrusted(name)) "
    return finding(
      "pending", .warning,
      "\(pending.count) of \(total) \(tool)migrations in \(folder.shown) \(verb) not applied: \(list(pending))",
      remedies.migrate(kind, folder, pending: pending, connection), "pending")
  }

  func migrationsFailed(
    _ failed: [String], tool: MigrationTool, table: PostgresCatalog.Candidate, _ folder: String?
  ) -> Finding {
    finding(
      "failed", .failure, "\(Untrusted(tool.name)) has failed half-way in \(list(failed))",
      remedies.repair(tool.kind, failed: failed, table: table, folder: folder, connection), "failed")
  }

  func migrationsMissing(
    _ missing: [String], _ kind: MigrationKind, _ folder: MigrationFolder, isBlocked: Bool
  ) -> Finding {
    let many: Message =
      missing.count == 1 ? "an applied migration has" : "\(missing.count) applied migrations have"
    let effect: Message = isBlocked ? ", and \(Untrusted(kind.rawValue)) refuses to go on" : ""
    return finding(
      "missing", isBlocked ? .failure : .warning,
      "\(many) no file in \(folder.shown)\(effect): \(list(missing))",
      remedies.history(of: [folder.path], "shows which commits, of all branches, have the files"), "missing")
  }

  func migrationsChanged(_ changed: [String], _ kind: MigrationKind, _ folder: MigrationFolder) -> Finding {
    let paths = folder.files.entries.filter { changed.contains($0.name) }.compactMap(\.script).map {
      "\(folder.path)/\($0)"
    }
    let verb: Message = changed.count == 1 ? "was" : "were"
    return finding(
      "changed", .failure,
      "\(list(changed)) in \(folder.shown) \(verb) changed after \(Untrusted(kind.rawValue)) had applied it",
      remedies.restore(paths)
        + (kind != .handoff
          ? []
          : [
            Remedy(
              .run("handoff", "setup", "--only", "migrations", "--rebless"),
              "accepts them as they are now; nothing is run")
          ]),
      "changed")
  }

  func migrationsDuplicate(_ groups: [[String]], _ kind: MigrationKind, _ folder: MigrationFolder) -> Finding {
    let all: [Message] = groups.map { "\(list($0))" }
    let paths = groups.joined().map { "\(folder.path)/\($0)" }
    return finding(
      "duplicate", .failure,
      "\(Untrusted(kind.rawValue)) takes one file for a version, and in \(folder.shown) more have the same: \(.joined(all, separator: "; "))",
      remedies.history(of: paths, "shows which came later; that one wants a new version"), "pending")
  }

  func migrationsHeads(_ heads: [String], _ kind: MigrationKind, _ folder: MigrationFolder) -> Finding {
    finding(
      "heads", .failure,
      "the migrations in \(folder.shown) end in more than one, and \(Untrusted(kind.rawValue)) cannot choose: \(list(heads))",
      remedies.merge(kind), "pending")
  }

  func migrationsUntracked(_ count: Int, _ folder: MigrationFolder) -> Finding {
    finding(
      "untracked", .warning,
      "nobody keeps track of which of the \(count) migrations in \(folder.shown) are applied",
      folder.foreigner != nil
        ? []
        : [
          Remedy(
            .run("handoff", "setup", "--only", "migrations", "--baseline", "..."),
            "takes the files up to the one that you name for applied, and keeps track from then on")
        ], "applied")
  }

  /// What may not be read, and so what is not known.
  /// - Parameters:
  ///   - unread: the file or folder, and why.
  ///   - names: the last parts of the facts that could not be measured.
  func migrationsUnread(
    _ unread: MigrationsUnread, isFolder: Bool, _ names: [String]
  ) -> Finding {
    let reason: Message =
      switch unread.error {
      case .missing: "it does not exist"
      case .notPermitted: "permission denied"
      default: isFolder ? "it is no folder that can be listed" : "\(Untrusted(unread.error.description))"
      }
    let path = ShellPath(unread.path)
    let what: Message = isFolder ? "the folder of migrations " : "of the migrations, "
    return Finding(
      "postgres.migrations-folder", .unknown, "\(what)\(Untrusted(unread.path)) cannot be read: \(reason)",
      remedies: (unread.error == .notPermitted ? [Remedy(.makeReadable(path), "makes it yours to read")] : [])
        + [Remedy(path.command("ls", "-ld"), "shows what it is and who may read it")],
      facts: names.map { FactID("\(area).migrations.\($0)") })
  }

  /// A tracking table of a tool whose migrations are nowhere to be found.
  func migrationsUnplaced(_ kind: MigrationKind) -> Finding {
    finding(
      "unplaced", .warning,
      "\(Untrusted(kind.rawValue)) keeps track of migrations in the database, and where they stand in the project is not known",
      [nameFolder], "pending")
  }

  /// Migrations of which a part stands where nobody looks: in a store, on a class path, behind a variable.
  /// - Parameter names: the last parts of the facts that are not known for that.
  func migrationsElsewhere(_ kind: MigrationKind, _ names: [String]) -> Finding {
    Finding(
      "postgres.migrations-unplaced", .unknown,
      "\(Untrusted(kind.rawValue)) is told to look for migrations where they cannot be looked for from here",
      remedies: [nameFolder],
      facts: names.map { FactID("\(area).migrations.\($0)") })
  }

  private var nameFolder: Remedy {
    Remedy(.edit(ShellPath(Configuration.fileName)), "name their folder: postgres: {migrations: FOLDER}")
  }
}
