import HandoffText
import Yams

/// What the tool reads of a compose file (https://github.com/compose-spec/compose-spec): its services by name, how each
/// is built, and the database that a PostgreSQL service publishes. No variable's value is kept beside those.
struct ComposeFile {
  /// The top-level `name`.
  var name: String?
  /// The services by name.
  var services: [String: Service] = [:]
  /// The services of the files before it that it takes away (`!reset`).
  private(set) var removed: Set<String> = []
  /// The networks and volumes that are declared.
  private(set) var networks = Declarations()
  private(set) var volumes = Declarations()
  /// Whether other files are taken in (`include`).
  var includesOthers = false
  /// Whether services may stand where they are not looked for.
  private(set) var isOldest = false
  /// What compose refuses the file for.
  var refusals: [ComposeRefusal] = []

  /// Those of one file, nothing else of which is known.
  init(services: [String: Service]) { self.services = services }

  /// Reads the text of a compose file.
  /// - Parameters:
  ///   - variables: what `${NAME}` stands for.
  ///   - beside: a path that the file gives, relative to the root or absolute.
  ///   - look: reads a file of `env_file`, by such a path.
  init(
    _ text: String, file: String, variables: @escaping (String) -> String?,
    beside: @escaping (String) -> String = { $0 }, look: @escaping (String) -> FileLook = { _ in .absent }
  ) throws(ConfigurationError) {
    guard let root = try YAMLReader.parse(text, file: file) else { return }
    guard root.isMapping else { throw root.error("a compose file must be a mapping of keys to values") }
    let reading = ComposeReading(file: file, variables: variables, beside: beside, look: look)
    name = reading.text(root.node["name"])
    includesOthers = root.node["include"] != nil
    networks = Declarations(root.node["networks"], reading)
    volumes = Declarations(root.node["volumes"], reading)
    if root.node["version"] != nil || root.node["services"] != nil {
      refusals += ComposeRefusal.unknownKeys(of: root.node.mapping ?? [:], ofService: false, in: file)
    }
    // The oldest format has its services at the top.
    isOldest = root.node["version"] == nil && root.node["services"] == nil
    guard let declared = root.node["services"]?.mapping else { return }
    for (key, node) in declared {
      guard let serviceName = key.string else { continue }
      if Self.isReset(node) {
        removed.insert(serviceName)
      } else if let mapping = node.mapping {
        services[serviceName] = Service(mapping, reading)
        refusals += ComposeRefusal.unknownKeys(of: mapping, ofService: true, in: file)
      }
    }
    refusals += ComposeRefusal.unsetVariables(root, variables)
  }

  /// Takes the services of these profiles for such as `up` starts by itself; `*` stands for all of them.
  mutating func activate(_ profiles: Set<String>) {
    for (name, service) in services {
      if profiles.contains("*") || !service.profiles.isDisjoint(with: profiles) { services[name]?.hasProfiles = false }
    }
  }

  /// Lays an override file over this one: what it says of a service counts.
  mutating func override(with other: ComposeFile) {
    if let name = other.name { self.name = name }
    includesOthers = includesOthers || other.includesOthers
    refusals += other.refusals
    networks.override(with: other.networks)
    volumes.override(with: other.volumes)
    for name in other.removed { services[name] = nil }
    for (name, service) in other.services {
      services[name, default: Service()].override(with: service)
    }
  }

  /// The first PostgreSQL service by name that publishes its port.
  var database: (service: String, port: Int, variables: [String: String], unreadable: [UnreadableFile])? {
    for (name, service) in services.sorted(by: { $0.key < $1.key }) where service.isPostgres {
      if let port = service.ports.first(where: { $0.container == 5432 })?.host {
        return (name, port, service.variables, service.unreadable)
      }
    }
    return nil
  }
}
