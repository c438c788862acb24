import HandoffModel
import HandoffProject
import HandoffSystem
import HandoffText

/// Reads whose tracking table the database has, and holds it against the project's migrations.
struct PostgresMigrations {
  let reading: PostgresReading
  let advice: PostgresAdvice

  /// Reads, and adds what was found.
  /// - Parameter tables: those of the database; nil when they could not be read. Where there is none, every migration
  ///   is pending.
  /// - Returns: how far the migrations are; nil when no tool's table was found or could be read.
  func observe(
    tables: [PostgresCatalog.Table]?, deadline: Deadline, facts: inout [Fact], findings: inout [Finding]
  ) async -> MigrationStatus? {
    let names = ["tool", "applied", "pending", "failed", "missing", "changed"]
    let all = names.map { reading.id("migrations.\($0)") }
    do throws(PostgresError) {
      let owners = try await owners(deadline: deadline)
      guard let owner = chosen(of: owners.found) else {
        if let tables, !owners.isUnclear { untracked(tables, facts: &facts, findings: &findings) }
        return nil
      }
      let tool = owner.tool
      facts.append(fact("tool", .identity, .string(tool.name)))
      let records: [MigrationRecord]
      do throws(PostgresError) {
        if owner.table.hidesRows { throw .server(sqlState: "42501", message: "row-level security", routine: nil) }
        records = try await Self.records(of: tool, in: owner.table, reading.session, deadline: deadline)
      } catch {
        findings.append(advice.unread("the migrations", error, Array(all.dropFirst())))
        return nil
      }
      return add(records, owner, facts: &facts, findings: &findings)
    } catch {
      findings.append(advice.unread("the migrations", error, all))
      return nil
    }
  }

  private static func records(
    of tool: MigrationTool, in table: PostgresCatalog.Candidate, _ session: any PostgresSession, deadline: Deadline
  ) async throws(PostgresError) -> [MigrationRecord] {
    let schema = SQLName.quoted(table.schema)
    let query = tool.query(schema + "." + SQLName.quoted(table.name), schema)
    let rows = try await session.query(
      """
      SELECT version::text, state, file::text, checksum::text, scope::text
      FROM (\(query)) AS record (version, state, file, checksum, scope)
      """, parameters: [], deadline: deadline)
    return MigrationRecord.latest(of: rows, isRepeated: tool.kind == .sqitch)
  }

  // MARK: Whose table it is

  private typealias Owner = (tool: MigrationTool, table: PostgresCatalog.Candidate)

  /// Finds tracking tables by their names; where there is none, the one table that has the columns of one.
  /// - Returns: those that were found, and whether there are several of which nobody knows whose they are.
  private func owners(deadline: Deadline) async throws(PostgresError) -> (found: [Owner], isUnclear: Bool) {
    let named = MigrationLocations.alembicTable(in: nil, MigrationReader(context: reading.context))
    // It is put into a query as a part of a list.
    let alembic = named.flatMap { name in name.allSatisfy { $0 == "_" || $0.isLetter || $0.isNumber } ? name : nil }
    let candidates = try await PostgresCatalog.candidates(
      named: MigrationTool.tables + [alembic].compactMap(\.self), reading.session, deadline: deadline)
    let tools = MigrationTool.all(alembic: alembic)
    let found = tools.compactMap { tool in
      candidates.first { tool.owns($0, among: candidates) }.map { (tool, $0) }
    }
    guard found.isEmpty else { return (found, false) }
    let others = try await PostgresCatalog.candidates(
      withColumns: MigrationTool.distinctive, reading.session, deadline: deadline)
    let renamed = tools.flatMap { tool in others.filter(tool.isRenamed).map { (tool, $0) } }
    return renamed.count == 1 ? (renamed, false) : ([], !renamed.isEmpty)
  }

  /// A tool's tracking table, and its migrations in the project.
  private struct Tracking {
    let tool: MigrationTool
    let table: PostgresCatalog.Candidate
    var folder: MigrationFolder?
    /// What kept them from being read.
    var unread: MigrationsUnread?
  }

  /// Of several tools that left a table the one whose migrations the project has.
  private func chosen(of owners: [Owner]) -> Tracking? {
    var unread: Tracking?
    for owner in owners {
      var tracking = Tracking(tool: owner.tool, table: owner.table)
      do throws(MigrationsUnread) {
        tracking.folder = try find(owner.tool.kind)
      } catch {
        tracking.unread = error
        unread = unread ?? tracking
        continue
      }
      if owners.count == 1 || tracking.folder?.files.entries.isEmpty == false { return tracking }
    }
    return unread ?? owners.first.map { Tracking(tool: $0.tool, table: $0.table) }
  }

  private func find(_ kind: MigrationKind?) throws(MigrationsUnread) -> MigrationFolder? {
    try MigrationFolder.find(
      kind, said: reading.target.settings.migrations,
      recorded: reading.context.expected?.fact(reading.id("migrations.pending")), reading.context)
  }

  // MARK: What is said

  private func fact(_ name: String, _ factClass: FactClass, _ value: JSONValue, source: Source? = nil) -> Fact {
    Fact(reading.id("migrations.\(name)"), factClass, value, source: source ?? Source(.measured, "the server"))
  }

  /// Holds records against files, and adds what was found.
  private func add(
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
    var forbidden: [MigrationFiles.Entry] = []
    let status = MigrationStatus(tool: tool, records: records, files: folder?.files) { entry, record in
      guard let folder else { return nil }
      switch isSame(entry, record, tool.kind, folder) {
      case .told(let isSame): return isSame
      case .forbidden:
        forbidden.append(entry)
        return nil
      }
    }
    if let unread {
      // The table of these holds the last versions alone: what came before them is known by the files.
      let isByFiles = [.alembic, .golangMigrate].contains(tool.kind)
      let names = (isByFiles ? ["applied"] : []) + ["pending", "missing", "changed"]
      let isFolder = reading.context.host.files.kind(of: reading.context.path(unread.path)) != .regular
      findings.append(advice.migrationsUnread(unread, isFolder: isFolder, names))
      if !isByFiles { facts.append(fact("applied", .progress, .strings(status.applied))) }
      addFailed(status, tracking, facts: &facts, findings: &findings)
      return status
    }
    let isRepeated = tool.kind == .flyway && forbidden.contains(where: \.isRepeatable)
    if let folder, let first = forbidden.first {
      let path = MigrationReader.join(folder.path, first.script ?? first.name)
      findings.append(
        advice.migrationsUnread(
          MigrationsUnread(path: path, error: .notPermitted), isFolder: false,
          ["changed"] + (isRepeated ? ["applied", "pending"] : [])))
    }
    if !isRepeated { facts.append(fact("applied", .progress, .strings(status.applied))) }
    addFailed(status, tracking, facts: &facts, findings: &findings)
    if let folder {
      add(
        status, tool, folder, isCompared: forbidden.isEmpty, isCounted: !isRepeated, facts: &facts,
        findings: &findings)
    } else if isPartial {
      findings.append(advice.migrationsElsewhere(tool.kind))
    } else if !records.isEmpty {
      findings.append(advice.migrationsUnplaced(tool.kind))
    }
    return status
  }

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

  /// Adds what the files tell.
  /// - Parameters:
  ///   - isCompared: whether each file could be held against its checksum.
  ///   - isCounted: whether that leaves no doubt of what is to be applied.
  private func add(
    _ status: MigrationStatus, _ tool: MigrationTool, _ folder: MigrationFolder, isCompared: Bool, isCounted: Bool,
    facts: inout [Fact], findings: inout [Finding]
  ) {
    let source = folder.source
    if let changed = status.changed {
      if isCompared { facts.append(fact("changed", .state, .strings(changed), source: source)) }
      if !changed.isEmpty { findings.append(advice.migrationsChanged(changed, tool.kind, folder)) }
    }
    if let missing = status.missing {
      facts.append(fact("missing", .progress, .strings(missing), source: source))
      if !missing.isEmpty {
        findings.append(advice.migrationsMissing(missing, tool.kind, folder, isBlocked: status.isBlocked))
      }
    }
    let duplicates = folder.files.duplicates(tool.kind)
    if !duplicates.isEmpty { findings.append(advice.migrationsDuplicate(duplicates, tool.kind, folder)) }
    let heads = folder.files.heads
    if !heads.isEmpty { findings.append(advice.migrationsHeads(heads, tool.kind, folder)) }
    if let pending = status.pending {
      if isCounted { facts.append(fact("pending", .progress, .strings(pending), source: source)) }
      if !pending.isEmpty {
        let total = pending.count + status.applied.count
        findings.append(advice.migrationsPending(pending, of: total, kind: tool.kind, folder))
      }
    }
  }

  /// What holding a file against its checksum gave.
  private enum Comparison {
    /// Whether it is the same; nil where that does not follow from the file.
    case told(Bool?)
    /// This user may not read it.
    case forbidden
  }

  private func isSame(
    _ entry: MigrationFiles.Entry, _ record: MigrationRecord, _ kind: MigrationKind, _ folder: MigrationFolder
  ) -> Comparison {
    let context = reading.context
    // Characters that are left out of its checksums.
    let leavesOut =
      kind == .sqlx
      && (try? context.host.files.readText(context.path("sqlx.toml")))?.contains("ignored-chars") == true
    guard !leavesOut, let script = entry.script, record.checksum?.isEmpty == false else { return .told(nil) }
    do throws(FileError) {
      let bytes = try context.host.files.read(
        context.path(MigrationReader.join(folder.path, script)), limit: 8 << 20)
      return .told(MigrationChecksum.isSame(bytes, name: entry.name, record, kind: kind))
    } catch {
      return error == .notPermitted ? .forbidden : .told(nil)
    }
  }

  /// No tracking table: in an empty database none of the files is applied, whoever is to do it; in another one nobody
  /// knows, however many tables are there.
  private func untracked(_ tables: [PostgresCatalog.Table], facts: inout [Fact], findings: inout [Finding]) {
    let kind = MigrationFolder.claimant(reading.target.settings.migrations?.value, reading.context)
    var folder: MigrationFolder
    do throws(MigrationsUnread) {
      guard var found = try find(kind), !found.files.isPartial else { return }
      _ = found.files.settle([])
      folder = found
    } catch {
      let isFolder = reading.context.host.files.kind(of: reading.context.path(error.path)) != .regular
      findings.append(advice.migrationsUnread(error, isFolder: isFolder))
      return
    }
    let names = folder.files.entries.map(\.name)
    guard !names.isEmpty else { return }
    if kind == nil {
      folder.foreigner = MigrationForeigner.of(folder.path, names, MigrationReader(context: reading.context))
    }
    if tables.isEmpty {
      facts.append(fact("pending", .progress, .strings(names), source: folder.source))
      findings.append(advice.migrationsPending(names, of: names.count, kind: kind, folder))
    } else if !tables.contains(where: { Self.isTracking($0.name) }) {
      findings.append(advice.migrationsUntracked(names.count, folder))
    }
  }

  /// Whether a table may be that of a tool that is not known here: Liquibase's, Supabase's, Atlas's …
  private static func isTracking(_ name: String) -> Bool {
    let name = name.lowercased()
    return ["migration", "version", "schema_history", "changelog", "revision"].contains { name.contains($0) }
  }
}
