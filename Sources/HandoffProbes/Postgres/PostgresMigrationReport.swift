import HandoffModel
import HandoffProject
import HandoffSystem

/// What is said of the migrations of a tool whose tracking table was read.
extension PostgresMigrations {
  func fact(_ name: String, _ factClass: FactClass, _ value: JSONValue, source: Source? = nil) -> Fact {
    Fact(reading.id("migrations.\(name)"), factClass, value, source: source ?? Source(.measured, "the server"))
  }

  /// What cannot be read.
  /// - Parameter names: the last parts of the facts that are not known for that.
  func unreadFinding(_ unread: MigrationsUnread, _ names: [String]) -> Finding {
    let kind = reading.context.host.files.kind(of: reading.context.path(unread.path))
    // What stands where nobody may look is called by its name.
    let isFolder = kind.map { $0 == .folder } ?? !PathText(unread.path).name.utf8.contains(UInt8(ascii: "."))
    return advice.migrationsUnread(unread, isFolder: isFolder, names)
  }

  /// Holds records against files, and adds what was found.
  func add(
    _ records: [MigrationRecord], _ tracking: Tracking, facts: inout [Fact], findings: inout [Finding]
  ) -> MigrationStatus {
    let tool = tracking.tool
    var folder = tracking.folder
    var unread = tracking.unread
    if let hidden = folder?.files.settle(records) {
      unread = MigrationsUnread(path: hidden, error: .notPermitted)
      folder = nil
    }
    if let files = folder?.files, files.entries.isEmpty, !files.hidden.isEmpty { folder = nil }
    // Where more may stand than was found, nothing is said of what is.
    let isPartial = folder?.files.isPartial == true
    if isPartial { folder = nil }
    var uncompared: [Uncompared] = []
    let status = MigrationStatus(tool: tool, records: records, files: folder?.files) { entry, record in
      guard let folder else { return nil }
      switch isSame(entry, record, tool.kind, folder) {
      case .told(let isSame): return isSame
      case .unread(let unread):
        uncompared.append(Uncompared(entry: entry, unread: unread))
        return nil
      }
    }
    // The table of these holds the last versions alone: what came before them is known by the files.
    let isByFiles = unread != nil && [.alembic, .golangMigrate].contains(tool.kind)
    if let unread { findings.append(unreadFinding(unread, (isByFiles ? ["applied"] : []) + Self.byFiles)) }
    let isRepeated = tool.kind == .flyway && uncompared.contains(where: \.entry.isRepeatable)
    if let first = uncompared.first {
      findings.append(unreadFinding(first.unread, ["changed"] + (isRepeated ? ["applied", "pending"] : [])))
    }
    if !isRepeated, !isByFiles { facts.append(fact("applied", .progress, .strings(status.applied))) }
    addFailed(status, tracking, facts: &facts, findings: &findings)
    if let folder {
      let doubt = Doubt(isCompared: uncompared.isEmpty, isCounted: !isRepeated)
      add(status, tool, folder, doubt, facts: &facts, findings: &findings)
    } else if isPartial {
      findings.append(advice.migrationsElsewhere(tool.kind, Self.byFiles))
    } else if unread == nil, !records.isEmpty {
      findings.append(advice.migrationsUnplaced(tool.kind))
    }
    return status
  }

  /// The last parts of the facts that only the files tell.
  static let byFiles = ["pending", "missing", "changed"]

  private func addFailed(
    _ status: MigrationStatus, _ tracking: Tracking, facts: inout [Fact], findings: inout [Finding]
  ) {
    guard let failed = status.failed else { return }
    facts.append(fact("failed", .state, .strings(failed)))
    if !failed.isEmpty {
      findings.append(
        advice.migrationsFailed(failed, tool: tracking.tool, table: tracking.table, tracking.folder?.path))
    }
  }

  /// What holding files against their checksums leaves open.
  private struct Doubt {
    /// Whether each file could be held against its checksum.
    let isCompared: Bool
    /// Whether there is no doubt of what is to be applied.
    let isCounted: Bool
  }

  /// Adds what the files tell.
  private func add(
    _ status: MigrationStatus, _ tool: MigrationTool, _ folder: MigrationFolder, _ doubt: Doubt, facts: inout [Fact],
    findings: inout [Finding]
  ) {
    let source = folder.source
    if let changed = status.changed {
      if doubt.isCompared { facts.append(fact("changed", .state, .strings(changed), source: source)) }
      if !changed.isEmpty { findings.append(advice.migrationsChanged(changed, tool.kind, folder)) }
    }
    if let missing = status.missing {
      facts.append(fact("missing", .progress, .strings(missing), source: source))
      if !missing.isEmpty {
        findings.append(advice.migrationsMissing(missing, tool.kind, folder, isBlocked: status.isBlocked))
      }
    } else {
      findings.append(advice.migrationsElsewhere(tool.kind, ["missing"]))
    }
    let duplicates = folder.files.duplicates(tool.kind)
    if !duplicates.isEmpty { findings.append(advice.migrationsDuplicate(duplicates, tool.kind, folder)) }
    let heads = folder.files.heads
    if !heads.isEmpty { findings.append(advice.migrationsHeads(heads, tool.kind, folder)) }
    if let pending = status.pending {
      if doubt.isCounted { facts.append(fact("pending", .progress, .strings(pending), source: source)) }
      if !pending.isEmpty {
        let total = pending.count + status.applied.count
        findings.append(advice.migrationsPending(pending, of: total, kind: tool.kind, folder))
      }
    }
  }

  // MARK: Checksums

  /// A file that could not be held against its checksum.
  private struct Uncompared {
    let entry: MigrationFiles.Entry
    let unread: MigrationsUnread
  }

  /// What holding a file against its checksum gave.
  private enum Comparison {
    /// Whether it is the same; nil where that does not follow from the file.
    case told(Bool?)
    /// It cannot be read, or what would tell how its checksum is made.
    case unread(MigrationsUnread)
  }

  private func isSame(
    _ entry: MigrationFiles.Entry, _ record: MigrationRecord, _ kind: MigrationKind, _ folder: MigrationFolder
  ) -> Comparison {
    guard let script = entry.script, record.checksum?.isEmpty == false else { return .told(nil) }
    let reader = MigrationReader(context: reading.context)
    do throws(MigrationsUnread) {
      if kind == .sqlx, let settings = try reader.textIfPresent("sqlx.toml") {
        // Characters that are left out of its checksums.
        let toml = TOMLReader(settings)
        guard toml.isWhole, toml.value("migrate", "ignored-chars") == nil else { return .told(nil) }
      }
      let path = MigrationReader.join(folder.path, script)
      return .told(MigrationChecksum.isSame(try reader.bytes(path), name: entry.name, record, kind: kind))
    } catch {
      return error.error == .missing ? .told(nil) : .unread(error)
    }
  }
}
