/// How far a database's migrations are: its tracking table held against the files.
struct MigrationStatus: Hashable {
  /// Whose tracking table it is.
  let kind: MigrationKind
  /// Names or versions, as the tool has them.
  let applied: [String]
  /// Those that the tool knows to have failed; nil where it does not record that.
  let failed: [String]?
  /// Files that are not applied; nil when there are no files of this tool to compare with, or when the files do not
  /// know what the database is at.
  let pending: [String]?
  /// Applied ones whose file is gone; nil when there are no files to compare with, or when they may stand elsewhere.
  let missing: [String]?
  /// Whether the tool refuses to go on because of those whose file is gone.
  let isBlocked: Bool
  /// Files that are not any more what was applied; nil where that cannot be told.
  let changed: [String]?

  /// Compares.
  /// - Parameters:
  ///   - files: nil when there is no folder of migrations.
  ///   - isSame: whether a file is still what a record's checksum was made of; nil where that cannot be told.
  init(
    tool: MigrationTool, records: [MigrationRecord], files: MigrationFiles?,
    isSame: (MigrationFiles.Entry, MigrationRecord) -> Bool?
  ) {
    kind = tool.kind
    var tally = MigrationTally(records, tool.kind, project: files?.project)
    failed = tool.recordsFailure ? tally.failed : nil
    guard let files else {
      (applied, pending, missing, changed, isBlocked) = (tally.applied, nil, nil, nil, false)
      return
    }
    tally.hold(against: files)
    var pending = files.entries.filter { !tally.done.contains($0.version) }
    if tool.keepsChecksums {
      let different = Self.different(tally.records, files, isSame)
      // A repeatable migration that is not what was applied is applied again.
      let again = different.filter { tool.kind == .flyway && $0.isRepeatable }
      pending = files.entries.filter { pending.contains($0) || again.contains($0) }
      tally.applied.removeAll { again.map(\.version).contains($0) }
      changed = different.filter { !again.contains($0) }.map(\.name)
    } else {
      changed = nil
    }
    applied = tally.applied
    isBlocked = tally.isBlocked(files)
    missing = files.hasOtherPlaces && !tally.missing.isEmpty ? nil : tally.missing
    // Alembic knows of the past only by the files: those of an unknown revision cannot be told.
    self.pending = tool.kind == .alembic && !tally.missing.isEmpty ? nil : pending.map(\.name)
  }

  /// The files of applied migrations that are not what was applied.
  private static func different(
    _ records: [MigrationRecord], _ files: MigrationFiles, _ isSame: (MigrationFiles.Entry, MigrationRecord) -> Bool?
  ) -> [MigrationFiles.Entry] {
    var byVersion: [String: MigrationRecord] = [:]
    for record in records where record.state == .applied {
      byVersion[MigrationFiles.normalized(record.version)] = record
      byVersion[record.version + ".sql"] = record
    }
    let versions = Dictionary(grouping: files.entries, by: \.version)
    return files.entries.filter { entry in
      guard let record = byVersion[entry.version], !entry.isGone else { return false }
      // Of two files with one version one is told to be too many.
      return versions[entry.version]?.count == 1 && isSame(entry, record) == false
    }
  }
}
