import HandoffModel
import HandoffProject
import HandoffSystem
import HandoffText

/// Reads whose tracking table the database has, and holds it against the folder of migrations.
struct PostgresMigrations {
  let reading: PostgresReading
  let advice: PostgresAdvice

  private var folder: String? { reading.target.settings.migrations?.value }

  /// Reads, and adds what was found.
  /// - Parameter isEmpty: whether the database has no table at all, so that every migration is pending.
  /// - Returns: how far the migrations are; nil when no tool's table was found or could be read.
  func observe(
    isEmpty: Bool, deadline: Deadline, facts: inout [Fact], findings: inout [Finding]
  ) async -> MigrationStatus? {
    let all = ["tool", "applied", "pending", "failed"].map { reading.id("migrations.\($0)") }
    do throws(PostgresError) {
      let candidates = try await PostgresCatalog.candidates(
        named: MigrationTool.tables, reading.session, deadline: deadline)
      guard let (tool, table) = Self.owner(of: candidates) else {
        if isEmpty { untracked(facts: &facts, findings: &findings) }
        return nil
      }
      facts.append(fact(all[0], .identity, .string(tool.name)))
      let records: [MigrationRecord]
      do throws(PostgresError) {
        let name = SQLName.quoted(table.schema) + "." + SQLName.quoted(table.name)
        let rows = try await reading.session.query(
          "SELECT version::text, state FROM (\(tool.query(name))) AS record (version, state)", parameters: [],
          deadline: deadline)
        records = MigrationRecord.latest(of: rows)
      } catch {
        findings.append(advice.unread("the migrations", error, Array(all.dropFirst())))
        return nil
      }
      let files = files(of: tool.name, findings: &findings)
      let status = MigrationStatus(tool: tool, records: records, files: files)
      facts.append(fact(all[1], .progress, .strings(status.applied)))
      if let failed = status.failed {
        facts.append(fact(all[3], .state, .strings(failed)))
        if !failed.isEmpty { findings.append(advice.migrationsFailed(failed, tool: tool, table: table)) }
      }
      addPending(
        status.pending, of: status.pending.map { $0.count + status.applied.count }, tool.name, &facts, &findings)
      return status
    } catch {
      findings.append(advice.unread("the migrations", error, all))
      return nil
    }
  }

  private func fact(_ id: FactID, _ factClass: FactClass, _ value: JSONValue) -> Fact {
    Fact(id, factClass, value, source: Source(.measured, "the server"))
  }

  private static func owner(
    of candidates: [PostgresCatalog.Candidate]
  ) -> (MigrationTool, PostgresCatalog.Candidate)? {
    for tool in MigrationTool.all {
      if let table = candidates.first(where: { tool.owns($0, among: candidates) }) { return (tool, table) }
    }
    return nil
  }

  /// An empty database, beside a folder of migrations: none of them is applied, whoever is to do it.
  private func untracked(facts: inout [Fact], findings: inout [Finding]) {
    guard let files = files(of: nil, findings: &findings), !files.entries.isEmpty else { return }
    addPending(files.entries.map(\.name), of: files.entries.count, nil, &facts, &findings)
  }

  private func addPending(
    _ pending: [String]?, of total: Int?, _ tool: String?, _ facts: inout [Fact], _ findings: inout [Finding]
  ) {
    guard let pending, let folder, let source = reading.target.settings.migrations?.source else { return }
    facts.append(Fact(reading.id("migrations.pending"), .progress, .strings(pending), source: source))
    if !pending.isEmpty {
      findings.append(advice.migrationsPending(pending, of: total ?? pending.count, tool: tool, folder: folder))
    }
  }

  private func files(of tool: String?, findings: inout [Finding]) -> MigrationFiles? {
    guard let folder else { return nil }
    do throws(FileError) {
      return try MigrationFiles.read(reading.context.path(folder), tool: tool, files: reading.context.host.files)
    } catch {
      findings.append(advice.migrationsFolder(folder, error))
      return nil
    }
  }
}
