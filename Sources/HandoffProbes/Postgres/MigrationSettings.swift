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

  private mutating func add(_ folder: String?) {
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
    if let locations = options["version_locations"], !locations.isEmpty {
      for part in options.split(locations) { found.add(options.folder(part)) }
    } else if let script = options["script_location"], !script.isEmpty {
      found.add(options.folder(script).map { MigrationReader.join($0, "versions") })
    }
    return found
  }

  /// What `env.py` calls Alembic's table; nil where it says nothing, or what cannot be read.
  /// - Parameter home: the folder of `alembic.ini`; nil where it is to be looked for.
  static func alembicTable(in home: String?, _ reader: MigrationReader) -> String? {
    let home = home ?? reader.home(of: ["alembic.ini"]) ?? "."
    guard let options = try? AlembicOptions(home, reader),
      let folder = options["script_location"].flatMap(options.folder),
      let text = try? reader.textIfPresent(MigrationReader.join(folder, "env.py"))
    else { return nil }
    return AlembicOptions.versionTable(text)
  }

  /// What `FLYWAY_LOCATIONS`, `flyway.conf`, `flyway.toml` or Spring's configuration says
  /// (https://documentation.red-gate.com/flyway/reference/configuration/flyway-namespace/flyway-locations-setting).
  /// - Parameter home: the folder of the file.
  static func flyway(_ home: String, _ reader: MigrationReader) throws(MigrationsUnread) -> MigrationLocations {
    var found = MigrationLocations()
    let conf = try reader.textIfPresent(MigrationReader.join(home, "flyway.conf"))
    let toml = try reader.textIfPresent(MigrationReader.join(home, "flyway.toml"))
    let isOwn = conf != nil || toml != nil
    let spring = isOwn ? nil : try SpringSettings(home, "flyway", reader)
    guard
      let said = reader.context.host.environment["FLYWAY_LOCATIONS"]
        ?? conf.flatMap({ value(of: "flyway.locations", in: $0) })
        ?? toml.flatMap({ toml in
          section("flyway", of: toml).flatMap { value(of: "locations", in: $0) }
            ?? value(of: "flyway.locations", in: toml)
        })
        ?? spring?.value(of: "locations")
    else {
      found.isWhole = spring?.isAmbiguous != true
      return found
    }
    found.isWhole = spring?.isAmbiguous != true
    for part in said.split(whereSeparator: { ",[]\"'".contains($0) || $0.isNewline }) {
      let name = String(part.trimmed)
      guard !name.isEmpty else { continue }
      found.add(flywayFolder(name, home, reader))
    }
    return found
  }

  /// Folders of a class path with those beside them whose classes are migrations, too.
  static func withClasses(_ folders: [String], _ reader: MigrationReader) -> [String] {
    folders.flatMap { folder -> [String] in
      guard folder.contains("src/main/resources/") else { return [folder] }
      return [folder]
        + ["java", "kotlin", "groovy"].map { folder.replacing("src/main/resources/", with: "src/main/\($0)/") }
        .filter { reader.kind($0) == .folder }
    }
  }

  private static func flywayFolder(_ name: String, _ home: String, _ reader: MigrationReader) -> String? {
    var path = name
    if name.hasPrefix("filesystem:") { path = String(name.dropFirst("filesystem:".count)) }
    if name.hasPrefix("classpath:") { path = "src/main/resources/" + name.dropFirst("classpath:".count) }
    path = path.replacing("{vendor}", with: "postgresql")
    guard !path.contains(where: { ":*?${".contains($0) }) else { return nil }
    let folder = reader.normalized(path.hasPrefix("/") ? path : MigrationReader.join(home, path))
    // A folder of classes may be made by anything.
    if name.hasPrefix("classpath:"),
      folder.map({ withClasses([$0], reader).filter { reader.kind($0) == .folder } }) == []
    {
      return nil
    }
    return folder
  }

  /// What `sqitch.conf` names as its `top_dir`.
  static func sqitch(_ home: String, _ reader: MigrationReader) throws(MigrationsUnread) -> MigrationLocations {
    var found = MigrationLocations()
    let text = try reader.textIfPresent(MigrationReader.join(home, "sqitch.conf"))
    if let folder = text.flatMap({ section("core", of: $0) }).flatMap({ value(of: "top_dir", in: $0) }), !folder.isEmpty
    {
      found.add(reader.normalized(MigrationReader.join(home, folder)))
    }
    return found
  }

  /// The lines of a section of an INI or TOML file; nil where there is none.
  static func section(_ name: String, of text: String) -> String? {
    var lines: [Substring]?
    var isInside = false
    for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
      if let header = header(line) {
        isInside = header == name
        if isInside, lines == nil { lines = [] }
      } else if isInside {
        lines?.append(line)
      }
    }
    return lines?.joined(separator: "\n")
  }

  /// The name of the section that a line begins, or nil.
  static func header(_ line: Substring) -> String? {
    guard line.first == "[", let end = line.firstIndex(of: "]") else { return nil }
    let after = line[line.index(after: end)...].drop(while: \.isWhitespace)
    guard after.isEmpty || "#;".contains(after.first ?? "#") else { return nil }
    return String(line[..<end].dropFirst().trimmed)
  }

  /// The value of a key of an INI, TOML or properties file: to the end of its line, of its brackets, or of the lines
  /// after it that are indented; nil where it is not set.
  static func value(of name: String, in text: String) -> String? {
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    for (index, line) in lines.enumerated() {
      let start = line.drop(while: \.isWhitespace)
      guard start.hasPrefix(name) else { continue }
      let after = start.dropFirst(name.count).drop(while: \.isWhitespace)
      guard after.first == "=" else { continue }
      var value = String(after.dropFirst().trimmed)
      for next in lines[(index + 1)...] {
        let isOpen = value.contains("[") && !value.contains("]")
        guard isOpen || next.first?.isWhitespace == true else { break }
        let content = next.trimmed
        if content.first == "#" || content.first == ";" { continue }
        guard !content.isEmpty, isOpen || !content.contains(" = ") else { break }
        value += "\n" + content
      }
      return value
    }
    return nil
  }
}
