import HandoffModel
import HandoffProject
import HandoffSystem

/// A database without a tracking table.
extension PostgresMigrations {
  /// No tracking table: in an empty database none of the files is applied, whoever is to do it; in another one nobody
  /// knows, however many tables are there.
  func untracked(_ tables: [PostgresCatalog.Table], facts: inout [Fact], findings: inout [Finding]) {
    let kind: MigrationKind?
    var folder: MigrationFolder
    do throws(MigrationsUnread) {
      var unread: MigrationsUnread?
      kind = try MigrationFolder.claimant(reading.target.settings.migrations?.value, reading.context, &unread)
      let place = try find(kind)
      // Whose files they are, and whether those that were recorded are gone, only what may not be read tells.
      let isTold = place != nil || reading.context.expected?.fact(reading.id("migrations.pending")) != nil
      if kind == nil, isTold, let unread { throw unread }
      guard var found = place, !found.files.isPartial else { return }
      _ = found.files.settle([])
      folder = found
    } catch {
      findings.append(unreadFinding(error, ["pending", "missing", "changed"]))
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
