import HandoffSystem
import HandoffText

/// Which folders a tool's own configuration names for its migrations.
struct MigrationLocations: Hashable {
  /// Relative to the project; of several the tool takes all together.
  var folders: [String] = []
  /// Whether no other is named, in a form that is not read here: in a bucket, with wildcards, outside of the project.
  var isWhole = true

  private mutating func add(_ folder: String?) {
    guard let folder else {
      isWhole = false
      return
    }
    if !folders.contains(folder) { folders.append(folder) }
  }

  /// What `alembic.ini` says: `version_locations`, else the folder `versions` of `script_location`
  /// (https://alembic.sqlalchemy.org/en/latest/branches.html#setting-up-multiple-version-directories).
  /// - Parameter home: the folder of `alembic.ini`.
  static func alembic(_ home: String, _ reader: MigrationReader) throws(MigrationsUnread) -> MigrationLocations {
    var found = MigrationLocations()
    let file = MigrationReader.join(home, "alembic.ini")
    guard let text = try reader.textIfPresent(file) else { return found }
    func folder(_ value: String) -> String? {
      let value = value.replacing("%(here)s", with: ".")
      guard !value.contains("%") else { return nil }
      // `package:folder` stands for the folder of a package.
      return reader.normalized(
        value.hasPrefix("/") ? value : MigrationReader.join(home, value.replacing(":", with: "/")))
    }
    if let locations = value(of: "version_locations", in: text), !locations.isEmpty {
      let separator = value(of: "path_separator", in: text) ?? value(of: "version_path_separator", in: text)
      for part in split(locations, by: separator) { found.add(folder(part)) }
    } else if let script = value(of: "script_location", in: text), !script.isEmpty {
      found.add(folder(script).map { MigrationReader.join($0, "versions") })
    }
    return found
  }

  /// Takes apart what `version_path_separator` keeps apart.
  private static func split(_ text: String, by separator: String?) -> [String] {
    let parts =
      switch separator {
      case "os", ":": text.split { $0 == ":" || $0.isNewline }
      case ";": text.split { $0 == ";" || $0.isNewline }
      case "newline": text.split(whereSeparator: \.isNewline)
      case "space": text.split(whereSeparator: \.isWhitespace)
      default: text.split { $0 == "," || $0 == ":" || $0.isWhitespace }
      }
    return parts.map { String($0.trimmed) }.filter { !$0.isEmpty }
  }

  /// What `FLYWAY_LOCATIONS`, `flyway.conf` or `flyway.toml` says
  /// (https://documentation.red-gate.com/flyway/reference/configuration/flyway-namespace/flyway-locations-setting).
  /// - Parameter home: the folder of the file.
  static func flyway(_ home: String, _ reader: MigrationReader) throws(MigrationsUnread) -> MigrationLocations {
    var found = MigrationLocations()
    let conf = try reader.textIfPresent(MigrationReader.join(home, "flyway.conf"))
    let toml = try reader.textIfPresent(MigrationReader.join(home, "flyway.toml"))
    guard
      let said = reader.context.host.environment["FLYWAY_LOCATIONS"]
        ?? conf.flatMap({ value(of: "flyway.locations", in: $0) })
        ?? toml.flatMap({ value(of: "locations", in: $0) ?? value(of: "flyway.locations", in: $0) })
    else { return found }
    for part in said.split(whereSeparator: { ",[]\"'".contains($0) || $0.isNewline }) {
      let name = String(part.trimmed)
      guard !name.isEmpty else { continue }
      found.add(flywayFolder(name, home, reader))
    }
    return found
  }

  private static func flywayFolder(_ name: String, _ home: String, _ reader: MigrationReader) -> String? {
    var path = name
    if name.hasPrefix("filesystem:") { path = String(name.dropFirst("filesystem:".count)) }
    if name.hasPrefix("classpath:") { path = "src/main/resources/" + name.dropFirst("classpath:".count) }
    guard !path.contains(where: { ":*?$".contains($0) }) else { return nil }
    let folder = reader.normalized(path.hasPrefix("/") ? path : MigrationReader.join(home, path))
    // A folder of classes may be made by anything.
    if name.hasPrefix("classpath:"), folder.map({ reader.kind($0) != .folder }) == true { return nil }
    return folder
  }

  /// What `sqitch.conf` names as its `top_dir`.
  static func sqitch(_ home: String, _ reader: MigrationReader) throws(MigrationsUnread) -> MigrationLocations {
    var found = MigrationLocations()
    let text = try reader.textIfPresent(MigrationReader.join(home, "sqitch.conf"))
    if let folder = text.flatMap({ value(of: "top_dir", in: $0) }), !folder.isEmpty {
      found.add(reader.normalized(MigrationReader.join(home, folder)))
    }
    return found
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
