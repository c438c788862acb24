/// A plan of sqitch's: `%project=NAME`, then a change or a `@tag` a line
/// (https://sqitch.org/docs/manual/sqitchchanges/, `sqitch.plan`).
enum SqitchPlan {
  /// Reads the plan of a folder, and looks for the deploy script of each change.
  static func read(_ folder: String, _ reader: MigrationReader) throws(MigrationsUnread) -> MigrationFiles {
    let (project, changes) = changes(in: try reader.text(MigrationReader.join(folder, "sqitch.plan")))
    var entries: [MigrationFiles.Entry] = []
    for change in changes {
      var script: String?
      for name in change.scripts where script == nil {
        if try reader.isFile(MigrationReader.join(folder, name)) { script = name }
      }
      entries.append(
        MigrationFiles.Entry(
          version: MigrationRecord.occurrence(change.name, change.time), name: change.name, script: script,
          isGone: script == nil))
    }
    return MigrationFiles(entries: entries, project: project)
  }

  /// A change of the plan.
  struct Change: Hashable {
    let name: String
    /// Which time it stands there, from 1.
    let time: Int
    /// The deploy scripts that can be its own. That of a change that was reworked later bears the name of a tag that
    /// stands between the two.
    let scripts: [String]
  }

  /// The name of the project, and the changes of a plan's text in their order.
  static func changes(in text: String) -> (project: String?, changes: [Change]) {
    var project: String?
    var names: [String] = []
    var tags: [(name: String, after: Int)] = []
    for line in text.split(separator: "\n") {
      let line = line.prefix { $0 != "#" }.drop { $0 == " " || $0 == "\t" || $0 == "+" }
      let word = String(line.prefix { !$0.isWhitespace })
      if word.hasPrefix("%project=") {
        project = String(word.dropFirst("%project=".count))
      } else if word.hasPrefix("@") {
        // A tag belongs to the change before it, and to all that were not tagged yet.
        if !names.isEmpty { tags.append((word, names.count - 1)) }
      } else if !word.isEmpty, !word.hasPrefix("%") {
        names.append(word)
      }
    }
    // From the last one on, so that it is known where the tags of the next one of its name begin.
    var nextTag: [String: Int] = [:]
    var scripts: [[String]] = []
    var firstTag = tags.count
    for (index, name) in names.enumerated().reversed() {
      while firstTag > 0, tags[firstTag - 1].after >= index { firstTag -= 1 }
      // They are looked for in the folder, one by one: of thousands the first and the last ones.
      let between = nextTag[name].map { next in
        let all = tags[firstTag..<next]
        return all.prefix(tagLimit) + all.dropFirst(tagLimit).suffix(tagLimit)
      }
      scripts.append(between.map { $0.map { "deploy/\(name)\($0.name).sql" } } ?? ["deploy/\(name).sql"])
      nextTag[name] = firstTag
    }
    var times: [String: Int] = [:]
    let changes = zip(names, scripts.reversed()).map { name, scripts in
      times[name, default: 0] += 1
      return Change(name: name, time: times[name] ?? 1, scripts: scripts)
    }
    return (project, changes)
  }

  /// How many tags at either end a script's name is tried with.
  private static let tagLimit = 50
}
