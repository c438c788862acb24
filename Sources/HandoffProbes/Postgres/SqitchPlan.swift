/// A plan of sqitch's: `%project=NAME`, then a change or a `@tag` a line
/// (https://sqitch.org/docs/manual/sqitchchanges/, `sqitch.plan`).
enum SqitchPlan {
  /// Reads the plan of a folder, and looks for the deploy script of each change.
  static func read(_ folder: String, _ reader: MigrationReader) throws(MigrationsUnread) -> MigrationFiles {
    let text = try reader.text(MigrationReader.join(folder, "sqitch.plan"))
    var project: String?
    var changes: [(name: String, tags: [String])] = []
    for line in text.split(separator: "\n") {
      let line = line.prefix { $0 != "#" }.drop { $0 == " " || $0 == "\t" || $0 == "+" }
      let word = String(line.prefix { !$0.isWhitespace })
      if word.hasPrefix("%project=") {
        project = String(word.dropFirst("%project=".count))
      } else if word.hasPrefix("@") {
        // A tag belongs to the change before it, and to all that were not tagged yet.
        if !changes.isEmpty { changes[changes.count - 1].tags.append(word) }
      } else if !word.isEmpty, !word.hasPrefix("%") {
        changes.append((word, []))
      }
    }
    var times: [String: Int] = [:]
    var entries: [MigrationFiles.Entry] = []
    for (index, change) in changes.enumerated() {
      times[change.name, default: 0] += 1
      let again = changes[(index + 1)...].firstIndex { $0.name == change.name }
      // The script of a change that was reworked later bears the name of a tag between the two.
      let tags = again.map { changes[index..<$0].flatMap(\.tags) } ?? []
      let scripts = again == nil ? ["deploy/\(change.name).sql"] : tags.map { "deploy/\(change.name)\($0).sql" }
      var script: String?
      for name in scripts where script == nil {
        if try reader.isFile(MigrationReader.join(folder, name)) { script = name }
      }
      entries.append(
        MigrationFiles.Entry(
          version: MigrationRecord.occurrence(change.name, times[change.name] ?? 1), name: change.name,
          script: script, isGone: script == nil))
    }
    return MigrationFiles(entries: entries, project: project)
  }
}
