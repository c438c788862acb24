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
  /// Applied ones whose file is gone; nil when there are no files to compare with.
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
    let records = records.filter { record in
      // Other projects' changes in the same registry.
      guard tool.kind == .sqitch, let project = files?.project else { return true }
      return record.scope == project
    }
    var applied = records.filter { $0.state == .applied }.map(\.version)
    let failed = records.filter { $0.state == .failed }.map(\.version)
    var done = Set((applied + failed).map(MigrationFiles.normalized))
    var missing = applied
    switch tool.kind {
    case .golangMigrate:
      // The table holds the last version alone.
      if let last = records.first?.version, let files {
        let reached = files.versions.filter { MigrationFiles.isOrdered($0, last) }
        done.formUnion(reached)
        // No version at all is kept as -1.
        missing = (applied + failed).filter { $0 != "-1" }
        applied = reached.filter { !failed.map(MigrationFiles.normalized).contains($0) }
      }
    case .alembic:
      if let files {
        done = Self.ancestors(of: applied, files.parents)
        let known = files.versions.filter(done.contains)
        applied = known + applied.filter { !known.contains($0) }
      }
    case .django:
      if let files {
        // A squashed migration is applied when all that it stands for are.
        for (version, replaced) in files.replaced where !replaced.isEmpty && done.isSuperset(of: replaced) {
          done.insert(version)
        }
        for (version, replaced) in files.replaced where done.contains(version) { done.formUnion(replaced) }
        let apps = files.apps.union(
          files.entries.compactMap { $0.version.split(separator: ".").first.map(String.init) })
        let replaced = Set(files.replaced.values.joined())
        missing = records.filter { $0.scope.map(apps.contains) == true && !replaced.contains($0.version) }.map(
          \.version)
      }
    case .flyway:
      if let baseline = records.last(where: { $0.state == .baseline })?.version {
        // Repeatable migrations have no version, and are not part of a baseline.
        let versions = (files?.entries ?? []).map(\.version).filter { !$0.contains("__") }
        done.formUnion(versions.filter { MigrationFiles.isOrdered($0, baseline) })
      }
      missing = records.filter { $0.state == .applied && $0.file != nil }.map(\.version)
    case .handoff:
      // A name can be kept with or without what files are called after.
      done.formUnion(applied.map { $0 + ".sql" })
    default:
      break
    }
    self.failed = tool.recordsFailure ? failed : nil
    guard let files else {
      (self.applied, pending, self.missing, changed, isBlocked) = (applied, nil, nil, nil, false)
      return
    }
    let present = Set(files.entries.filter { !$0.isGone }.flatMap { [$0.version, $0.version.strippingSQL] })
    missing = missing.filter { version in
      !present.contains(version) && !present.contains(MigrationFiles.normalized(version))
    }
    isBlocked =
      tool.kind.refusesMissing
      && missing.contains { version in
        // To Flyway, what is newer than all files comes from the future, and is let be.
        tool.kind != .flyway || version.contains("__")
          || files.versions.contains { MigrationFiles.isOrdered(version, $0) }
      }
    var pending = files.entries.filter { !done.contains($0.version) }
    if tool.keepsChecksums {
      let different = Self.different(records, files, isSame)
      // A repeatable migration that is not what was applied is applied again.
      let again = different.filter { tool.kind == .flyway && $0.isRepeatable }
      pending = files.entries.filter { pending.contains($0) || again.contains($0) }
      applied.removeAll { again.map(\.version).contains($0) }
      changed = different.filter { !again.contains($0) }.map(\.name)
    } else {
      changed = nil
    }
    self.applied = applied
    self.missing = files.hasOtherPlaces && !missing.isEmpty ? nil : missing
    // Alembic knows of the past only by the files: those of an unknown revision cannot be told.
    self.pending = tool.kind == .alembic && !missing.isEmpty ? nil : pending.map(\.name)
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

  /// Revisions with all that they follow.
  private static func ancestors(of heads: [String], _ parents: [String: [String]]) -> Set<String> {
    var found: Set<String> = []
    var waiting = heads
    while let next = waiting.popLast() {
      if found.insert(next).inserted { waiting += parents[next] ?? [] }
    }
    return found
  }
}

extension String {
  fileprivate var strippingSQL: String { hasSuffix(".sql") ? String(dropLast(4)) : self }
}
