import HandoffSystem
import HandoffText

/// What the configuration of a Spring application says of one of its parts
/// (https://docs.spring.io/spring-boot/how-to/data-initialization.html#howto.data-initialization.migration-tool.flyway).
/// Which profiles are active, and what the surroundings say, is not known here.
struct SpringSettings {
  private let part: String
  private let properties: String
  private let yaml: String
  /// Whether a profile, or a form that is not read here, may say otherwise.
  private(set) var isAmbiguous = false

  private static let folder = "src/main/resources"

  /// - Parameter home: the folder of the application.
  init(_ home: String, _ part: String, _ reader: MigrationReader) throws(MigrationsUnread) {
    self.part = part
    var texts: [String: String] = [:]
    for place in [Self.folder, Self.folder + "/config"].map({ MigrationReader.join(home, $0) }) {
      for name in (try? reader.list(place)) ?? [] where name.hasPrefix("application") {
        guard let end = name.lastIndex(of: "."), ["properties", "yml", "yaml"].contains(name[end...].dropFirst()),
          let text = try reader.textIfPresent(MigrationReader.join(place, name))
        else { continue }
        if name[..<end] == "application" {
          texts[name.hasSuffix(".properties") ? "properties" : "yaml", default: ""] += text + "\n"
        } else if text.contains("locations"), text.contains(part) {
          isAmbiguous = true
        }
      }
    }
    properties = texts["properties"] ?? ""
    yaml = texts["yaml"] ?? ""
    let variable = "SPRING_\(part.uppercased())_LOCATIONS"
    if reader.context.host.environment[variable] != nil || yaml.contains("spring.\(part)") { isAmbiguous = true }
    // Several documents in one file are for several profiles.
    if yaml.contains("\n---") || properties.contains("\n#---"), yaml.contains(part) || properties.contains(part) {
      isAmbiguous = true
    }
  }

  /// The value of a key of the part; a list with commas between its members.
  func value(of key: String) -> String? {
    if let value = MigrationLocations.value(of: "spring.\(part).\(key)", in: properties) {
      return value.replacing("\\\n", with: "")
    }
    let lines = yaml.split(whereSeparator: \.isNewline).filter { !$0.trimmed.hasPrefix("#") }
    guard let start = lines.firstIndex(where: { $0.trimmed == "\(part):" }) else { return nil }
    let depth = Self.depth(lines[start])
    let own = lines[(start + 1)...].prefix { Self.depth($0) > depth }
    guard let index = own.firstIndex(where: { $0.trimmed.hasPrefix("\(key):") }) else { return nil }
    let inline = own[index].trimmed.dropFirst(key.count + 1).trimmed
    if !inline.isEmpty { return String(inline) }
    let members = own[(index + 1)...].prefix { $0.trimmed.hasPrefix("-") }
    return members.map { String($0.trimmed.dropFirst().trimmed) }.joined(separator: ",")
  }

  private static func depth(_ line: Substring) -> Int { line.prefix(while: \.isWhitespace).count }
}
