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
      let candidates = try await PostgresCatalog.candidates(
        named: MigrationTool.tables, reading.session, deadline: deadline)
      let owners = Self.owners(of: candidates)
      guard let (tool, table, folder) = chosen(of: owners, findings: &findings) else {
        if let tables { untracked(tables, facts: &facts, findings: &findings) }
        return nil
      }
      facts.append(fact("tool", .identity, .string(tool.name)))
      let records: [MigrationRecord]
      do throws(PostgresError) {
        records = try await Self.records(of: tool, in: table, reading.session, deadline: deadline)
      } catch {
        findings.append(advice.unread("the migrations", error, Array(all.dropFirst())))
        return nil
      }
      let status = MigrationStatus(tool: tool, records: records, files: folder?.files) { entry, record in
        folder.flatMap { isSame(entry, record, tool.kind, $0) }
      }
      add(status, tool, table, folder, facts: &facts, findings: &findings)
      return status
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

  private static func owners(of candidates: [PostgresCatalog.Candidate]) -> [Owner] {
    MigrationTool.all.compactMap { tool in
      candidates.first { tool.owns($0, among: candidates) }.map { (tool, $0) }
    }
  }

  /// Of several tools that left a table the one whose migrations the project has.
  private func chosen(
    of owners: [Owner], findings: inout [Finding]
  ) -> (MigrationTool, PostgresCatalog.Candidate, MigrationFolder?)? {
    var unread: Finding?
    for owner in owners {
      let folder: MigrationFolder?
      do throws(FileError) {
        folder = try find(owner.tool.kind)
      } catch {
        unread = unread ?? advice.migrationsFolder(reading.target.settings.migrations?.value ?? "migrations", error)
        continue
      }
      if owners.count == 1 || folder?.files.entries.isEmpty == false { return (owner.tool, owner.table, folder) }
    }
    if let unread { findings.append(unread) }
    return owners.first.map { ($0.tool, $0.table, nil) }
  }

  private func find(_ kind: MigrationKind?) throws(FileError) -> MigrationFolder? {
    try MigrationFolder.find(
      kind, said: reading.target.settings.migrations,
      recorded: reading.context.expected?.fact(reading.id("migrations.pending")), reading.context)
  }

  // MARK: What is said

  private func fact(_ name: String, _ factClass: FactClass, _ value: JSONValue, source: Source? = nil) -> Fact {
    Fact(reading.id("migrations.\(name)"), factClass, value, source: source ?? Source(.measured, "the server"))
  }

  private func add(
    _ status: MigrationStatus, _ tool: MigrationTool, _ table: PostgresCatalog.Candidate, _ folder: MigrationFolder?,
    facts: inout [Fact], findings: inout [Finding]
  ) {
    facts.append(fact("applied", .progress, .strings(status.applied)))
    if let failed = status.failed {
      facts.append(fact("failed", .state, .strings(failed)))
      if !failed.isEmpty { findings.append(advice.migrationsFailed(failed, tool: tool, table: table, folder?.path)) }
    }
    guard let folder else { return }
    let source = folder.source
    if let changed = status.changed {
      facts.append(fact("changed", .state, .strings(changed), source: source))
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
      facts.append(fact("pending", .progress, .strings(pending), source: source))
      if !pending.isEmpty {
        let total = pending.count + status.applied.count
        findings.append(advice.migrationsPending(pending, of: total, kind: tool.kind, folder))
      }
    }
  }

  private func isSame(
    _ entry: MigrationFiles.Entry, _ record: MigrationRecord, _ kind: MigrationKind, _ folder: MigrationFolder
  ) -> Bool? {
    let context = reading.context
    // Characters that are left out of its checksums.
    let leavesOut =
      kind == .sqlx
      && (try? context.host.files.readText(context.path("sqlx.toml")))?.contains("ignored-chars") == true
    guard !leavesOut, let script = entry.script else { return nil }
    let path = context.path("\(folder.path)/\(script)")
    guard let bytes = try? context.host.files.read(path, limit: 16 << 20) else { return nil }
    return MigrationChecksum.isSame(bytes, name: entry.name, record, kind: kind)
  }

  /// No tracking table: in an empty database none of the files is applied, whoever is to do it; in another one nobody
  /// knows, however many tables are there.
  private func untracked(_ tables: [PostgresCatalog.Table], facts: inout [Fact], findings: inout [Finding]) {
    let kind = MigrationFolder.claimant(reading.context)
    let folder: MigrationFolder
    do throws(FileError) {
      guard let found = try find(kind) else { return }
      folder = found
    } catch {
      let said = reading.target.settings.migrations?.value ?? "migrations"
      findings.append(advice.migrationsFolder(said, error))
      return
    }
    let names = folder.files.entries.map(\.name)
    guard !names.isEmpty else { return }
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
