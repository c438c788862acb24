/// How far a database's migrations are: its tracking table held against the files.
struct MigrationStatus: Hashable {
  /// Whose tracking table it is.
  let tool: String
  /// Names or versions, as the tool has them.
  let applied: [String]
  /// Those that the tool knows to have failed; nil where it does not record that.
  let failed: [String]?
  /// Files that are not applied; nil when there are no files of this tool to compare with.
  let pending: [String]?

  /// Compares.
  /// - Parameter files: nil when there is no folder of migrations.
  init(tool: MigrationTool, records: [MigrationRecord], files: MigrationFiles?) {
    self.tool = tool.name
    let files = files.flatMap { $0.entries.isEmpty ? nil : $0 }
    var applied = records.filter { $0.state == .applied }.map(\.version)
    let failed = records.filter { $0.state == .failed }.map(\.version)
    var done = Set((applied + failed).map(MigrationFiles.normalized))
    switch tool.name {
    case "golang-migrate":
      // The table holds the last version alone.
      if let last = records.first?.version, let files {
        let reached = files.entries.map(\.version).filter { MigrationFiles.isOrdered($0, last) }
        done.formUnion(reached)
        applied = reached.filter { !failed.map(MigrationFiles.normalized).contains($0) }
      }
    case "alembic":
      if let files {
        done = Self.ancestors(of: applied, files.parents)
        let known = files.entries.map(\.version).filter(done.contains)
        applied = known + applied.filter { !known.contains($0) }
      }
    case "flyway":
      if let baseline = records.last(where: { $0.state == .baseline })?.version {
        // Repeatable migrations have no version, and are not part of a baseline.
        let versions = (files?.entries ?? []).map(\.version).filter { !$0.contains("__") }
        done.formUnion(versions.filter { MigrationFiles.isOrdered($0, baseline) })
      }
    case "handoff":
      // A name can be kept with or without what files are called after.
      done.formUnion(applied.map { $0 + ".sql" })
    default:
      break
    }
    self.applied = applied
    self.failed = tool.recordsFailure ? failed : nil
    pending = files?.entries.filter { !done.contains($0.version) }.map(\.name)
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
