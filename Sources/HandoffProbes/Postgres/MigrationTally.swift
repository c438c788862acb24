/// What the records of a tracking table mean, first by themselves, then beside the files, by the rules of each tool.
struct MigrationTally {
  /// The records that are the project's.
  let records: [MigrationRecord]
  let failed: [String]
  private let kind: MigrationKind
  /// Names or versions, as the tool has them.
  var applied: [String]
  /// All versions that are not to be applied any more, in the one form in which they are compared.
  private(set) var done: Set<String>
  /// Applied ones whose file is gone, once they were held against the files.
  private(set) var missing: [String]

  /// - Parameter project: the project that a registry of several is looked at for.
  init(_ records: [MigrationRecord], _ kind: MigrationKind, project: String?) {
    self.kind = kind
    self.records = records.filter { record in
      // Other projects' changes in the same registry.
      guard kind == .sqitch, let project else { return true }
      return record.scope == project
    }
    applied = self.records.filter { $0.state == .applied }.map(\.version)
    failed = self.records.filter { $0.state == .failed }.map(\.version)
    done = Set((applied + failed).map(MigrationFiles.normalized))
    missing = applied
  }

  /// Takes from the files what the table does not say.
  mutating func hold(against files: MigrationFiles) {
    switch kind {
    case .golangMigrate: reach(files)
    case .alembic: follow(files)
    case .django: squash(files)
    case .flyway: begin(files)
    case .handoff:
      // A name can be kept with or without what files are called after.
      done.formUnion(applied.map { $0 + ".sql" })
    case .dbmate, .rails, .prisma, .sqlx, .refinery, .goose, .sqitch: break
    }
    let present = Set(files.entries.filter { !$0.isGone }.flatMap { [$0.version, $0.version.strippingSQL] })
    missing = missing.filter { version in
      !present.contains(version) && !present.contains(MigrationFiles.normalized(version))
    }
  }

  /// Whether the tool refuses to go on because of those whose file is gone.
  func isBlocked(_ files: MigrationFiles) -> Bool {
    kind.refusesMissing
      && missing.contains { version in
        // To Flyway, what is newer than all files comes from the future, and is let be.
        kind != .flyway || version.contains("__")
          || files.versions.contains { MigrationFiles.isOrdered(version, $0) }
      }
  }

  /// golang-migrate's table holds the last version alone: all up to it are applied.
  private mutating func reach(_ files: MigrationFiles) {
    guard let last = records.first?.version else { return }
    let reached = files.versions.filter { MigrationFiles.isOrdered($0, last) }
    done.formUnion(reached)
    // No version at all is kept as -1.
    missing = (applied + failed).filter { $0 != "-1" }
    let failed = failed.map(MigrationFiles.normalized)
    applied = reached.filter { !failed.contains($0) }
  }

  /// Alembic's holds the heads: they and all that they follow are applied.
  private mutating func follow(_ files: MigrationFiles) {
    var found: Set<String> = []
    var waiting = applied
    while let next = waiting.popLast() {
      if found.insert(next).inserted { waiting += files.parents[next] ?? [] }
    }
    done = found
    let known = files.versions.filter(found.contains)
    applied = known + applied.filter { !known.contains($0) }
  }

  /// A squashed migration of Django's is applied when all that it stands for are, and the reverse.
  private mutating func squash(_ files: MigrationFiles) {
    for (version, replaced) in files.replaced where !replaced.isEmpty && done.isSuperset(of: replaced) {
      done.insert(version)
    }
    for (version, replaced) in files.replaced where done.contains(version) { done.formUnion(replaced) }
    let apps = files.apps.union(
      files.entries.compactMap { $0.version.split(separator: ".").first.map(String.init) })
    let replaced = Set(files.replaced.values.joined())
    missing = records.filter { $0.scope.map(apps.contains) == true && !replaced.contains($0.version) }.map(\.version)
  }

  /// Flyway applies nothing up to its baseline.
  private mutating func begin(_ files: MigrationFiles) {
    if let baseline = records.last(where: { $0.state == .baseline })?.version {
      // Repeatable migrations have no version, and are not part of a baseline.
      let versions = files.entries.map(\.version).filter { !$0.contains("__") }
      done.formUnion(versions.filter { MigrationFiles.isOrdered($0, baseline) })
    }
    missing = records.filter { $0.state == .applied && $0.file != nil }.map(\.version)
  }
}

extension String {
  fileprivate var strippingSQL: String { hasSuffix(".sql") ? String(dropLast(4)) : self }
}
