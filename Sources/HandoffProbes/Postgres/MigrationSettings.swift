import HandoffSystem
import HandoffText

/// Which folders a tool's own configuration names for its migrations.
struct MigrationLocations: Hashable {
  /// Relative to the project; of several the tool takes all together.
  var folders: [String] = []
  /// Whether no other is named, in a form that is not read here: in a bucket, with wildcards, outside of the project.
  var isWhole = true
  /// Whether their subfolders are looked into, where the tool does that only if it is told to.
  var isRecursive = false

  mutating func add(_ folder: String?) {
    guard let folder else {
      isWhole = false
      return
    }
    if !folders.contains(folder) { folders.append(folder) }
  }

  /// What `alembic.ini` says: `version_locations`, else the folder `versions` of `script_location`
  /// (https://alembic.sqlalchemy.org/en/latest/branches.html#setting-up-multiple-version-directories); what it does not
  /// say, `pyproject.toml` may.
  /// - Parameter home: the folder of `alembic.ini`.
  static func alembic(_ home: String, _ reader: MigrationReader) throws(MigrationsUnread) -> MigrationLocations {
    var found = MigrationLocations()
    let options = try AlembicOptions(home, reader)
    found.isWhole = !options.isAmbiguous
    found.isRecursive = options["recursive_version_locations"]?.lowercased() == "true"
    let locations = options.list("version_locations")
    for location in locations { found.add(options.folder(location)) }
    if locations.isEmpty, let script = options["script_location"], !script.isEmpty {
      found.add(options.folder(script).map { MigrationReader.join($0, "versions") })
    }
    return found
  }

  /// What `env.py` calls Alembic's table; nil where it says nothing.
  /// - Parameter home: the folder of `alembic.ini`; nil where it is to be looked for.
  static func alembicTable(in home: String?, _ reader: MigrationReader) throws(MigrationsUnread) -> String? {
    let home = home ?? reader.home(of: ["alembic.ini"]) ?? "."
    let options = try AlembicOptions(home, reader)
    guard let folder = options["script_location"].flatMap(options.folder) else { return nil }
    return try reader.textIfPresent(MigrationReader.join(folder, "env.py")).flatMap(AlembicOptions.versionTable)
  }

  /// What `sqitch.conf` names as its `top_dir`: that of the engine, else that of all
  /// (https://sqitch.org/docs/manual/sqitch-config/#configuration-file).
  static func sqitch(_ home: String, _ reader: MigrationReader) throws(MigrationsUnread) -> MigrationLocations {
    var found = MigrationLocations()
    guard let text = try reader.textIfPresent(MigrationReader.join(home, "sqitch.conf")) else { return found }
    let file = SettingsText(text, .git)
    func place(_ path: String) -> String? { reader.normalized(MigrationReader.join(home, path)) }
    let folder = file["engine.pg", "top_dir"] ?? file["core", "top_dir"] ?? ""
    if !folder.isEmpty { found.add(place(folder)) }
    // A target is chosen by the command line; and plan and scripts can stand in places of their own.
    let top = folder.isEmpty ? "." : folder
    let own = file.sections.filter { $0 == "core" || $0 == "engine.pg" || $0.hasPrefix("target.") }
    func isElsewhere(_ section: String, _ key: String, than usual: String) -> Bool {
      file[section, key].map { place($0) != place(usual) } ?? false
    }
    let isMoved = own.contains { section in
      isElsewhere(section, "plan_file", than: top + "/sqitch.plan")
        || isElsewhere(section, "deploy_dir", than: top + "/deploy")
        || section.hasPrefix("target.") && isElsewhere(section, "top_dir", than: top)
    }
    if isMoved { found.isWhole = false }
    return found
  }
}
