import HandoffProject
import HandoffSystem
import HandoffText

/// Where Flyway looks for migrations
/// (https://documentation.red-gate.com/flyway/reference/configuration/flyway-namespace/flyway-locations-setting).
extension MigrationLocations {
  /// What `FLYWAY_LOCATIONS`, `flyway.toml`, beside which Flyway reads no `flyway.conf`, or Spring's configuration says.
  /// - Parameter home: the folder of the file.
  static func flyway(_ home: String, _ reader: MigrationReader) throws(MigrationsUnread) -> MigrationLocations {
    var found = MigrationLocations()
    let (own, isClear) = try flywayFile(home, reader)
    var said = reader.context.host.environment["FLYWAY_LOCATIONS"].map { [$0] } ?? own
    found.isWhole = isClear
    if own == nil {
      let spring = try SpringSettings(home, reader)
      said = said ?? spring.locations.map { [$0] }
      found.isWhole = !spring.isAmbiguous
    }
    for part in (said ?? []).flatMap({ $0.split(separator: ",") }) {
      let name = String(part.trimmed)
      if !name.isEmpty { found.add(try flywayFolder(name, home, reader)) }
    }
    return found
  }

  /// What Flyway's own files name, an empty list where they name none; nil where there are no such files.
  /// - Returns: with it, whether they leave no doubt.
  private static func flywayFile(
    _ home: String, _ reader: MigrationReader
  ) throws(MigrationsUnread) -> (locations: [String]?, isClear: Bool) {
    var locations: [String]?
    var isClear = true
    // What a user keeps for himself goes over what the project says.
    for name in ["flyway.toml", "flyway.user.toml"] {
      guard let text = try reader.textIfPresent(MigrationReader.join(home, name)) else { continue }
      let toml = TOMLReader(text)
      let own = toml.value("flyway", "locations")
      locations = own?.texts ?? locations ?? []
      // Which environment is meant, the command line may say.
      let others = (toml.value("environments")?.table ?? [:]).values
      let isOther = others.contains { $0.table?["flyway"]?.table?["locations"] != nil }
      isClear = isClear && toml.isWhole && !isOther && (own == nil || own?.texts != nil)
    }
    guard locations == nil, let text = try reader.textIfPresent(MigrationReader.join(home, "flyway.conf")) else {
      return (locations, isClear)
    }
    return (SettingsText(text, .java)["", "flyway.locations"].map { [$0] } ?? [], true)
  }

  /// Folders of a class path with those beside them whose classes are migrations, too.
  static func withClasses(_ folders: [String], _ reader: MigrationReader) throws(MigrationsUnread) -> [String] {
    var all: [String] = []
    for folder in folders {
      all.append(folder)
      guard folder.contains("src/main/resources/") else { continue }
      for language in ["java", "kotlin", "groovy"] {
        let classes = folder.replacing("src/main/resources/", with: "src/main/\(language)/")
        if try reader.isFolder(classes) { all.append(classes) }
      }
    }
    return all
  }

  private static func flywayFolder(
    _ name: String, _ home: String, _ reader: MigrationReader
  ) throws(MigrationsUnread) -> String? {
    var path = name
    let isClassPath = name.hasPrefix("classpath:")
    if name.hasPrefix("filesystem:") { path = String(name.dropFirst("filesystem:".count)) }
    if isClassPath { path = "src/main/resources/" + name.dropFirst("classpath:".count) }
    path = path.replacing("{vendor}", with: "postgresql")
    guard !path.contains(where: { ":*?${".contains($0) }) else { return nil }
    guard let folder = reader.normalized(PathText(path).isAbsolute ? path : MigrationReader.join(home, path)) else {
      return nil
    }
    guard isClassPath, try !reader.isFolder(folder) else { return folder }
    // A folder of classes may be made by anything.
    return try withClasses([folder], reader).count > 1 ? folder : nil
  }
}
