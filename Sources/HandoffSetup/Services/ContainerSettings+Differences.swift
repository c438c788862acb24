import HandoffModel

extension ContainerSettings {
  /// In which settings a container differs that was made from the same image with these options: those that no option
  /// here says. Values are not told, since they may be secrets.
  func differences(from json: JSONValue) -> [String] {
    let other = ContainerSettings(json, image: .null)
    return Self.differences("Config", comparable(config: self), comparable(config: other))
      + Self.differences("HostConfig", comparable(host: self), comparable(host: other))
      + endpointDifferences
  }

  private static func differences(
    _ part: String, _ one: [String: JSONValue], _ other: [String: JSONValue]
  ) -> [String] {
    Set(one.keys).union(other.keys).sorted().filter { key in
      normal(one[key] ?? .null) != normal(other[key] ?? .null)
    }.map { "\(part).\($0)" }
  }

  /// What is the container's alone (its id as the name of its host), how it was attached when it was made, and the size of
  /// the terminal at which somebody sat then, are no settings.
  private func comparable(config settings: ContainerSettings) -> [String: JSONValue] {
    var config = settings.configObject
    for key in ["AttachStdin", "AttachStdout", "AttachStderr", "StdinOnce", "Image", "OnBuild"] { config[key] = nil }
    if let name = config["Hostname"]?.string, settings.id.hasPrefix(name) { config["Hostname"] = nil }
    if let variables = config["Env"]?.strings { config["Env"] = .strings(variables.sorted()) }
    // Volumes that the engine made bear their names now, and are bound.
    let places = Set(anonymousVolumes.map(\.destination))
    if let volumes = config["Volumes"]?.object {
      config["Volumes"] = .object(volumes.filter { !places.contains($0.key) })
    }
    return config
  }

  private func comparable(host settings: ContainerSettings) -> [String: JSONValue] {
    var host = settings.hostObject
    for key in ["ConsoleSize", "ContainerIDFile"] { host[key] = nil }
    if host["NetworkMode"] == "default" { host["NetworkMode"] = "bridge" }
    let carried = Set(anonymousVolumes.map { "\($0.name):\($0.destination)" })
    if let binds = host["Binds"]?.strings { host["Binds"] = .strings(binds.filter { !carried.contains($0) }.sorted()) }
    if let policy = host["RestartPolicy"]?["Name"]?.string, policy.isEmpty || policy == "no" {
      host["RestartPolicy"] = nil
    }
    return host
  }

  /// What is said of a network beside names and addresses.
  private var endpointDifferences: [String] {
    networks.sorted { $0.key < $1.key }.flatMap { name, endpoint in
      ["Links", "DriverOpts"].filter { Self.normal(endpoint[$0] ?? .null) != .null }
        .map { "NetworkSettings.Networks.\(name).\($0)" }
    }
  }

  /// Nothing, said in one way.
  static func normal(_ value: JSONValue) -> JSONValue {
    switch value {
    case "", 0, false, [], [:]: .null
    case .object(let members):
      {
        let left = members.mapValues(normal).filter { $0.value != .null }
        return left.isEmpty ? .null : .object(left)
      }()
    default: value
    }
  }
}
