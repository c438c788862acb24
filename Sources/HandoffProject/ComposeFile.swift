import HandoffText
import Yams

/// What the tool reads of a compose file (https://github.com/compose-spec/compose-spec): its services by name, how each
/// is built, and the database that a PostgreSQL service publishes. No variable's value is kept beside those.
struct ComposeFile {
  struct Service {
    var image: String?
    /// Whether there is no doubt what the image is: no variable that is not set, and no tag such as `!reset`.
    var isImageCertain = true
    /// The name that its container is given.
    var containerName: String?
    var isBuilt = false
    /// The build context; nil stands for the folder that paths are relative to.
    var context: String?
    var dockerfile: String?
    /// The text that stands for a Dockerfile.
    var inlineDockerfile: String?
    var arguments: [String: String] = [:]
    var target: String?
    /// The service that it extends, until that was put in.
    var parent: Parent?
    /// Whether it extends one that was not found, so that not all that it says is known.
    var lacksParent = false
    var hasProfiles = false
    /// The profiles that it belongs to.
    var profiles: Set<String> = []
    /// The services that it waits for to end well.
    var awaited: Set<String> = []
    /// The restart policy that stands in the file, or nil.
    var restart: String?
    /// Files of `env_file` that have to be there and are not.
    var missingFiles: [ConfigurationError] = []
    /// How many containers it is to have.
    var replicas: String?
    /// Whether `up` alone starts none of it: it belongs to a profile, or is to have no container. Also where that is not
    /// known.
    var isOptional: Bool { hasProfiles || replicas == "0" || lacksParent }
    var published = ComposePorts()
    var ports: [(host: Int, container: Int)] = []
    /// Ports of the container, `8080/tcp`, that are published at any port of the host.
    var ephemeralPorts: Set<String> = []
    var variables: [String: String] = [:]
    /// Files of `env_file` that could not be read, and that might set its variables.
    var unreadable: [UnreadableFile] = []
  }

  /// The top-level `name`.
  var name: String?
  /// The services by name.
  var services: [String: Service] = [:]
  /// Whether other files are taken in (`include`).
  var includesOthers = false
  /// What compose refuses the file for.
  var refusals: [ConfigurationError] = []

  /// Reads the text of a compose file.
  /// - Parameters:
  ///   - variables: what `${NAME}` stands for.
  ///   - look: reads a file of `env_file`, by its path as the compose file gives it.
  init(
    _ text: String, file: String, variables: (String) -> String?, look: (String) -> FileLook = { _ in .absent }
  ) throws(ConfigurationError) {
    guard let root = try YAMLReader.parse(text, file: file) else { return }
    guard root.isMapping else { throw root.error("a compose file must be a mapping of keys to values") }
    let interpolation = Interpolation()
    func interpolated(_ node: Node?) -> String? { node?.scalar.map { interpolation.filled($0.string, variables) } }
    /// The text, where all of its variables are set.
    func certain(_ node: Node?) -> String? {
      guard let node, let scalar = node.scalar, !Self.isTagged(node) else { return nil }
      var isUnset = false
      let text = interpolation.filled(scalar.string) { name in
        let value = variables(name)
        isUnset = isUnset || value == nil
        return value
      }
      return isUnset ? nil : text
    }
    // A file is read as often as it is named.
    var room = 16 << 20
    func bounded(_ path: String) -> FileLook {
      guard room > 0 else { return .unreadable(UnreadableFile(path: path, .other, "is one of too many of `env_file`")) }
      let found = look(path)
      room -= found.text?.utf8.count ?? 0
      return found
    }
    name = interpolated(root.node["name"])
    includesOthers = root.node["include"] != nil
    guard let declared = root.node["services"]?.mapping else { return }
    for (key, node) in declared {
      guard let serviceName = key.string, let mapping = node.mapping else { continue }
      var service = Service()
      let value = { (name: String) -> Node? in Self.member(name, of: mapping) }
      service.image = interpolated(value("image"))
      service.isImageCertain = value("image").map { certain($0) != nil } ?? true
      service.containerName = interpolated(value("container_name"))
      if let build = value("build") { service.read(build, interpolated) }
      service.parent = value("extends").flatMap { Service.Parent($0, interpolated) }
      service.profiles = Set((value("profiles")?.sequence ?? []).compactMap(interpolated))
      service.hasProfiles = value("profiles")?.sequence?.isEmpty == false
      service.awaited = Self.awaited(value("depends_on"))
      service.restart = interpolated(value("restart"))
      service.replicas = interpolated(value("deploy")?["replicas"]) ?? interpolated(value("scale"))
      service.published = ComposePorts(value("ports"), hasNetworkMode: value("network_mode") != nil, certain)
      for port in value("ports")?.sequence ?? [] {
        if let pair = Self.port(port, interpolated) { service.ports.append(pair) }
        if let name = Self.ephemeralPort(port, interpolated) { service.ephemeralPorts.insert(name) }
      }
      (service.variables, service.unreadable) = Self.files(
        value("env_file"), interpolated, { interpolation.filled($0, variables) }, bounded)
      service.variables.merge(Self.environment(value("environment"), interpolated, passing: variables)) { $1 }
      service.missingFiles = ComposeRefusal.missingFiles(value("env_file"), in: file, certain, look)
      refusals += ComposeRefusal.unknownKeys(of: mapping, in: file)
      services[serviceName] = service
    }
    refusals += ComposeRefusal.unsetVariables(root, variables)
  }

  /// The services that have to end well before another one is started, of its `depends_on`.
  private static func awaited(_ node: Node?) -> Set<String> {
    Set(
      (node?.mapping ?? [:]).compactMap { key, value in
        value["condition"]?.string == "service_completed_successfully" ? key.string : nil
      })
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
    for (name, service) in other.services {
      var merged = services[name] ?? Service()
      merged.image = service.image ?? merged.image
      merged.isImageCertain = service.isImageCertain && (service.image != nil || merged.isImageCertain)
      merged.containerName = service.containerName ?? merged.containerName
      merged.isBuilt = service.isBuilt || merged.isBuilt
      merged.context = service.context ?? merged.context
      merged.dockerfile = service.dockerfile ?? merged.dockerfile
      merged.inlineDockerfile = service.inlineDockerfile ?? merged.inlineDockerfile
      merged.arguments.merge(service.arguments) { $1 }
      merged.target = service.target ?? merged.target
      merged.lacksParent = service.lacksParent || merged.lacksParent
      merged.hasProfiles = service.hasProfiles || merged.hasProfiles
      merged.profiles.formUnion(service.profiles)
      merged.awaited.formUnion(service.awaited)
      merged.restart = service.restart ?? merged.restart
      merged.missingFiles += service.missingFiles
      merged.replicas = service.replicas ?? merged.replicas
      merged.published.add(service.published)
      merged.ports += service.ports
      merged.ephemeralPorts.formUnion(service.ephemeralPorts)
      merged.variables.merge(service.variables) { $1 }
      merged.unreadable += service.unreadable
      services[name] = merged
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

  /// The variables of a mapping or a list.
  /// - Parameter passing: what a name without a value is given.
  static func environment(
    _ node: Node?, _ text: (Node?) -> String?, passing: (String) -> String? = { _ in nil }
  ) -> [String: String] {
    var variables: [String: String] = [:]
    if let mapping = node?.mapping {
      for (key, value) in mapping {
        guard let name = key.string else { continue }
        variables[name] = value.null == nil ? text(value) : passing(name)
      }
    }
    for entry in node?.sequence ?? [] {
      guard let assignment = text(entry) else { continue }
      guard let equals = assignment.firstIndex(of: "=") else {
        variables[assignment] = passing(assignment)
        continue
      }
      variables[String(assignment[..<equals])] = String(assignment[assignment.index(after: equals)...])
    }
    return variables
  }

  /// The variables of the files that `env_file` names: a path, or a list of paths or of `{path: …}`, the last of which
  /// counts (https://docs.docker.com/reference/compose-file/services/#env_file).
  private static func files(
    _ node: Node?, _ text: (Node?) -> String?, _ filled: (String) -> String, _ look: (String) -> FileLook
  ) -> ([String: String], [UnreadableFile]) {
    var found: [String: String] = [:]
    var unreadable: [UnreadableFile] = []
    let entries = node?.sequence.map(Array.init) ?? [node].compactMap(\.self)
    for path in entries.compactMap({ text($0.mapping == nil ? $0 : $0["path"]) }) {
      switch look(path) {
      case .absent: continue
      case .unreadable(let file): unreadable.append(file)
      case .text(let content):
        let file = Dotenv(content)
        for name in file.names { found[name] = file[name].map(filled) ?? "" }
      }
    }
    return (found, unreadable)
  }

  /// `"5443:5432"`, `"127.0.0.1:5443:5432/tcp"` or `{target: 5432, published: 5443}`.
  private static func port(_ node: Node, _ text: (Node?) -> String?) -> (host: Int, container: Int)? {
    if let mapping = node.mapping {
      guard let target = text(mapping["target"]).flatMap({ Int($0) }),
        let published = text(mapping["published"]).flatMap({ Int($0) })
      else { return nil }
      return (published, target)
    }
    guard let entry = text(node)?.split(separator: "/").first else { return nil }
    let parts = entry.split(separator: ":")
    guard parts.count >= 2, let container = Int(parts[parts.count - 1]), let host = Int(parts[parts.count - 2]) else {
      return nil
    }
    return (host, container)
  }

  /// The port of the container, `8080/tcp`, where any port of the host will do: `"8080"`, `"127.0.0.1::8080"`,
  /// `{target: 8080}`.
  private static func ephemeralPort(_ node: Node, _ text: (Node?) -> String?) -> String? {
    if let mapping = node.mapping {
      guard let target = text(mapping["target"]), ["", "0"].contains(text(mapping["published"]) ?? "") else {
        return nil
      }
      return "\(target)/\(text(mapping["protocol"]) ?? "tcp")"
    }
    guard let parts = text(node)?.split(separator: "/"), let entry = parts.first else { return nil }
    let numbers = entry.split(separator: ":", omittingEmptySubsequences: false)
    guard let container = numbers.last, numbers.count == 1 || ["", "0"].contains(numbers[numbers.count - 2]) else {
      return nil
    }
    return "\(container)/\(parts.count > 1 ? String(parts[1]) : "tcp")"
  }
}

extension ComposeFile.Service {
  /// Whether its image is one of PostgreSQL.
  var isPostgres: Bool {
    guard let image else { return false }
    let name = image.split(separator: "/").last.map { $0.prefix(while: { $0 != ":" && $0 != "@" }) } ?? ""
    return ["postgres", "postgis", "pgvector", "timescaledb", "postgresql"].contains(String(name))
  }
}
