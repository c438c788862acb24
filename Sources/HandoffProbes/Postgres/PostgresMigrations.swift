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
      guard let owner = chosen(of: owners.found, owners.unread) else {
        if let unread = owners.unread {
          findings.append(unreadFinding(unread, names))
        } else if let tables, !owners.isUnclear {
          untracked(tables, facts: &facts, findings: &findings)
        }
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

  /// The tracking tables of a database.
  private struct Owners {
    var found: [Owner] = []
    /// Whether there are several of which nobody knows whose they are.
    var isUnclear = false
    /// What would tell the name of Alembic's table, and cannot be read.
    var unread: MigrationsUnread?
  }

  /// Finds tracking tables by their names; where there is none, the one table that has the columns of one.
  private func owners(deadline: Deadline) async throws(PostgresError) -> Owners {
    var named: String?
    var unread: MigrationsUnread?
    do throws(MigrationsUnread) {
      named = try MigrationLocations.alembicTable(in: nil, MigrationReader(context: reading.context))
    } catch {
      unread = error
    }
    // It is put into a query as a part of a list.
    let alembic = named.flatMap { name in name.allSatisfy { $0 == "_" || $0.isLetter || $0.isNumber } ? name : nil }
    let candidates = try await PostgresCatalog.candidates(
      named: MigrationTool.tables + [alembic].compactMap(\.self), reading.session, deadline: deadline)
    let tools = MigrationTool.all(alembic: alembic)
    let found = tools.compactMap { tool in
      candidates.first { tool.owns($0, among: candidates) }.map { (tool, $0) }
    }
    guard found.isEmpty else { return Owners(found: found, unread: unread) }
    let others = try await PostgresCatalog.candidates(
      withColumns: MigrationTool.distinctive, reading.session, deadline: deadline)
    let renamed = tools.flatMap { tool in others.filter(tool.isRenamed).map { (tool, $0) } }
    return renamed.count == 1
      ? Owners(found: renamed, unread: unread) : Owners(isUnclear: !renamed.isEmpty, unread: unread)
  }

  /// A tool's tracking table, and its migrations in the project.
  struct Tracking {
    let tool: MigrationTool
    let table: PostgresCatalog.Candidate
    var folder: MigrationFolder?
    /// What kept them from being read.
    var unread: MigrationsUnread?
  }

  /// Of several tools that left a table the one whose migrations the project has.
  /// - Parameter alembic: what would tell whether a table is Alembic's, and cannot be read.
  private func chosen(of owners: [Owner], _ alembic: MigrationsUnread?) -> Tracking? {
    var unread: Tracking?
    for owner in owners {
      var tracking = Tracking(tool: owner.tool, table: owner.table)
      if owner.tool.kind == .alembic, let alembic {
        tracking.unread = alembic
        unread = unread ?? tracking
        continue
      }
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

  func find(_ kind: MigrationKind?) throws(MigrationsUnread) -> MigrationFolder? {
    try MigrationFolder.find(
      kind, said: reading.target.settings.migrations,
      recorded: reading.context.expected?.fact(reading.id("migrations.pending")),
      database: reading.session.connection.database, reading.context)
  }
}
