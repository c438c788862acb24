import HandoffProject
import HandoffSystem
import HandoffText

/// What the configuration of an application for Java says of Flyway's folders, of Spring's
/// (https://docs.spring.io/spring-boot/how-to/data-initialization.html#howto.data-initialization.migration-tool.flyway),
/// of Quarkus' and of Micronaut's. Which profiles are active, and what the surroundings say, is not known here.
struct SpringSettings {
  /// What is said in the end; nil where nothing is.
  private(set) var locations: String?
  /// Whether a profile, or a form that is not read here, may say otherwise.
  private(set) var isAmbiguous = false

  private static let folder = "src/main/resources"

  /// - Parameter home: the folder of the application.
  init(_ home: String, _ reader: MigrationReader) throws(MigrationsUnread) {
    isAmbiguous = reader.context.host.environment["SPRING_FLYWAY_LOCATIONS"] != nil
    // Of two files the one that comes later goes over the other.
    for place in [Self.folder, Self.folder + "/config"].map({ MigrationReader.join(home, $0) }) {
      let names = try reader.listIfPresent(place) ?? []
      for ending in [".yaml", ".yml", ".properties"] {
        for name in names where name.hasPrefix("application") && name.hasSuffix(ending) {
          guard let text = try reader.textIfPresent(MigrationReader.join(place, name)) else { continue }
          take(text, ending == ".properties", ofProfile: name.dropLast(ending.count) != "application")
        }
      }
    }
  }

  private mutating func take(_ text: String, _ isProperties: Bool, ofProfile: Bool) {
    guard let documents = isProperties ? Self.properties(text) : Self.yaml(text) else {
      isAmbiguous = isAmbiguous || text.contains("flyway")
      return
    }
    for settings in documents {
      let said = Set(settings.filter { Self.isLocations($0.key) }.values)
      guard let one = said.first else { continue }
      let isProfile = settings.keys.contains { $0.hasPrefix("spring.config.activate.") || $0 == "spring.profiles" }
      // Of several data sources each has folders of its own.
      if ofProfile || isProfile || said.count > 1 {
        isAmbiguous = true
      } else {
        locations = one
      }
    }
  }

  private static func isLocations(_ key: String) -> Bool {
    key == "spring.flyway.locations"
      || key.hasSuffix(".locations")
        && (key.hasPrefix("quarkus.flyway.") || key.hasPrefix("flyway.datasources."))
  }

  /// The settings of each document of a properties file: several are set apart by `#---`.
  private static func properties(_ text: String) -> [[String: String]]? {
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    return lines.split { $0 == "#---" || $0 == "!---" }.map { lines in
      var settings: [String: String] = [:]
      let values = SettingsText(lines.joined(separator: "\n"), .java).all(in: "")
      // `locations[0]` and so on are the members of a list.
      for (key, value) in values.sorted(by: { ($0.key.utf8.count, $0.key) < ($1.key.utf8.count, $1.key) }) {
        let name = relaxed(key.prefix { $0 != "[" })
        settings[name] = settings[name].map { $0 + "," + value } ?? value
      }
      return settings
    }
  }

  /// The same of a YAML file, in which Maven may have left `@names@` to be filled in.
  private static func yaml(_ text: String) -> [[String: String]]? {
    let parts = text.split(separator: "@", omittingEmptySubsequences: false)
    let isFilled = parts.count > 2 && YAMLTree.documents(in: text) == nil
    return YAMLTree.documents(in: isFilled ? parts.joined() : text)?.map { document in
      var settings: [String: String] = [:]
      flatten(document, "", &settings)
      return settings
    }
  }

  private static func flatten(_ tree: YAMLTree, _ path: String, _ settings: inout [String: String]) {
    for (name, value) in tree.members {
      let path = path.isEmpty ? relaxed(name) : path + "." + relaxed(name)
      if value.isMapping {
        flatten(value, path, &settings)
      } else {
        settings[path] = value.texts?.joined(separator: ",")
      }
    }
  }

  /// A name in the one form in which Spring compares them: small letters without dashes.
  private static func relaxed(_ name: some StringProtocol) -> String { name.lowercased().filter { $0 != "-" } }
}
