import HandoffText
import Yams

extension ComposeFile {
  /// What is read of a service.
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
    /// Files of `env_file` that have to be there and are not.
    var missingFiles: [ComposeRefusal] = []
    /// What it names that has to be declared.
    var references: [ComposeReference] = []
    /// Whether it has networks of its own.
    var hasNetworks = true
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
    /// The keys for which it counts alone, whatever the files before it say (`!reset`, `!override`).
    private var alone: Set<String> = []

    init() {}

    /// Reads a service.
    init(_ mapping: Node.Mapping, _ reading: ComposeReading) {
      func value(_ name: String) -> Node? {
        guard let node = ComposeFile.member(name, of: mapping) else { return nil }
        if ComposeFile.isTagged(node) { alone.insert(name) }
        return ComposeFile.isReset(node) && !["image", "ports"].contains(name) ? nil : node
      }
      image = reading.text(value("image"))
      isImageCertain = value("image").map { reading.certain($0) != nil } ?? true
      containerName = reading.text(value("container_name"))
      if let build = value("build") { read(build, reading.text) }
      parent = value("extends").flatMap { Parent($0, reading.text) }
      profiles = Set((value("profiles")?.sequence ?? []).compactMap(reading.text))
      hasProfiles = value("profiles")?.sequence?.isEmpty == false
      awaited = Self.awaited(value("depends_on"))
      replicas = reading.text(value("deploy")?["replicas"]) ?? reading.text(value("scale"))
      references = ComposeReference.all(of: value, reading)
      hasNetworks = value("network_mode") == nil
      readPorts(value("ports"), hasNetworkMode: !hasNetworks, reading)
      readVariables(value("environment"), files: value("env_file"), reading)
    }

    /// The services that have to end well before another one is started, of its `depends_on`.
    private static func awaited(_ node: Node?) -> Set<String> {
      Set(
        (node?.mapping ?? [:]).compactMap { key, value in
          value["condition"]?.string == "service_completed_successfully" ? key.string : nil
        })
    }

    private mutating func readPorts(_ node: Node?, hasNetworkMode: Bool, _ reading: ComposeReading) {
      published = ComposePorts(node, hasNetworkMode: hasNetworkMode, reading.certain)
      for port in node?.sequence ?? [] {
        if let pair = ComposePorts.pair(port, reading.text) { ports.append(pair) }
        if let name = ComposePorts.ephemeral(port, reading.text) { ephemeralPorts.insert(name) }
      }
    }

    private mutating func readVariables(_ node: Node?, files: Node?, _ reading: ComposeReading) {
      (variables, unreadable) = ComposeFile.files(files, reading)
      variables.merge(ComposeFile.environment(node, reading.text, passing: reading.variables)) { $1 }
      missingFiles = ComposeRefusal.missingFiles(files, reading)
    }

    /// Lays what a further file says of it over this.
    mutating func override(with other: Service) {
      forget(other.alone)
      image = other.image ?? image
      isImageCertain = other.isImageCertain && (other.image != nil || isImageCertain)
      containerName = other.containerName ?? containerName
      isBuilt = other.isBuilt || isBuilt
      context = other.context ?? context
      dockerfile = other.dockerfile ?? dockerfile
      inlineDockerfile = other.inlineDockerfile ?? inlineDockerfile
      arguments.merge(other.arguments) { $1 }
      target = other.target ?? target
      lacksParent = other.lacksParent || lacksParent
      hasProfiles = other.hasProfiles || hasProfiles
      profiles.formUnion(other.profiles)
      awaited.formUnion(other.awaited)
      missingFiles += other.missingFiles
      references += other.references
      hasNetworks = hasNetworks && other.hasNetworks
      replicas = other.replicas ?? replicas
      published.add(other.published)
      ports += other.ports
      ephemeralPorts.formUnion(other.ephemeralPorts)
      variables.merge(other.variables) { $1 }
      unreadable += other.unreadable
    }

    /// Takes back what was said of these keys. What an image and ports are then stays in doubt (``isImageCertain``,
    /// ``ComposePorts``).
    /// https://github.com/compose-spec/compose-spec/blob/main/13-merge.md#reset-value
    private mutating func forget(_ keys: Set<String>) {
      if keys.contains("build") {
        (isBuilt, context, dockerfile, inlineDockerfile, arguments, target) = (false, nil, nil, nil, [:], nil)
      }
      if keys.contains("container_name") { containerName = nil }
      if keys.contains("profiles") { (hasProfiles, profiles) = (false, []) }
      if keys.contains("depends_on") {
        awaited = []
        references.removeAll { $0.section == .services }
      }
      for section in [ComposeReference.Section.networks, .volumes] where keys.contains(section.rawValue) {
        references.removeAll { $0.section == section }
      }
      if !keys.isDisjoint(with: ["deploy", "scale"]) { replicas = nil }
      if keys.contains("env_file") { (missingFiles, unreadable) = ([], []) }
    }
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
