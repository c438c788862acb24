import HandoffModel
import HandoffSystem
import HandoffText

/// How a container was made, as `docker inspect` tells it, in the words of `docker create`: what it has beside what its
/// image gives it. https://docs.docker.com/reference/cli/docker/container/create/
///
/// What is not known here is not passed on, and is found by ``differences(from:)``, held against a container that was made
/// of these words: so nothing gets lost in silence.
struct ContainerSettings: Sendable {
  private let json: JSONValue
  private let image: JSONValue
  private var config: JSONValue { json["Config"] ?? .null }
  private var host: JSONValue { json["HostConfig"] ?? .null }
  private var imageConfig: JSONValue { image["Config"] ?? .null }

  /// - Parameters:
  ///   - json: what inspecting the container says.
  ///   - image: what inspecting its image says.
  init(_ json: JSONValue, image: JSONValue) {
    self.json = json
    self.image = image
  }

  var configObject: [String: JSONValue] { config.object ?? [:] }
  var hostObject: [String: JSONValue] { host.object ?? [:] }
  var networks: [String: JSONValue] { json["NetworkSettings"]?["Networks"]?.object ?? [:] }
  var id: String { json["Id"]?.string ?? "" }
  /// The image as it was asked for.
  var imageName: String { config["Image"]?.string ?? "" }
  var imageID: String { json["Image"]?.string ?? "" }
  var runs: Bool { json["State"]?["Running"]?.bool == true }
  /// Whether the engine removes it as soon as it ends, so that nothing could be put back.
  var removesItself: Bool { host["AutoRemove"]?.bool == true }

  /// Its own variables, `NAME=VALUE`, which may hold secrets and go through a file.
  var variables: [String] {
    let given = Set(imageConfig["Env"]?.strings ?? [])
    return (config["Env"]?.strings ?? []).filter { !given.contains($0) }
  }

  /// Its own labels, `NAME=VALUE`, which go through a file, too.
  var labels: [String] {
    let given = imageConfig["Labels"]
    return (config["Labels"]?.object ?? [:]).sorted { $0.key < $1.key }
      .filter { given?[$0.key] != $0.value }.map { "\($0.key)=\($0.value.string ?? "")" }
  }

  /// A line of a file of variables or labels ends where the line does.
  var hasLines: Bool { (variables + labels).contains { $0.contains { $0.isNewline } } }

  // MARK: Options

  /// The options, without variables and labels.
  var options: [String] {
    configOptions + mountOptions + portOptions + hostOptions + listOptions + firstNetwork
  }

  /// What stands behind the image.
  var words: [String] {
    let own = config["Cmd"]?.strings ?? []
    guard differs("Entrypoint") else { return differs("Cmd") ? own : [] }
    return (config["Entrypoint"]?.strings ?? []).dropFirst() + own
  }

  private func differs(_ key: String) -> Bool {
    Self.normal(config[key] ?? .null) != Self.normal(imageConfig[key] ?? .null)
  }

  private var configOptions: [String] {
    var options: [String] = []
    if differs("Entrypoint") { options += ["--entrypoint", config["Entrypoint"]?.strings?.first ?? ""] }
    for (key, option) in [
      ("User", "--user"), ("WorkingDir", "--workdir"), ("StopSignal", "--stop-signal"), ("Domainname", "--domainname"),
    ] where differs(key) {
      if let value = config[key]?.string { options += [option, value] }
    }
    if let name = config["Hostname"]?.string, !name.isEmpty, !id.hasPrefix(name), network != "host" {
      options += ["--hostname", name]
    }
    if let seconds = config["StopTimeout"]?.int { options += ["--stop-timeout", "\(seconds)"] }
    if config["Tty"]?.bool == true { options.append("--tty") }
    if config["OpenStdin"]?.bool == true { options.append("--interactive") }
    if differs("Healthcheck") { options += healthOptions }
    let bound = Set(host["PortBindings"]?.object?.keys.map(\.self) ?? [])
    let given = Set(imageConfig["ExposedPorts"]?.object?.keys.map(\.self) ?? [])
    let exposed = (config["ExposedPorts"]?.object ?? [:]).keys.filter { !bound.contains($0) && !given.contains($0) }
    return options + exposed.sorted().flatMap { ["--expose", $0] }
  }

  /// A check that is not a line for the shell cannot be said.
  private var healthOptions: [String] {
    guard let check = config["Healthcheck"], let test = check["Test"]?.strings, let kind = test.first else { return [] }
    if kind == "NONE" { return ["--no-healthcheck"] }
    guard kind == "CMD-SHELL", test.count == 2 else { return [] }
    var options = ["--health-cmd", test[1]]
    for (key, option) in [
      ("Interval", "--health-interval"), ("Timeout", "--health-timeout"), ("StartPeriod", "--health-start-period"),
    ] {
      if let nanoseconds = check[key]?.int, nanoseconds > 0 { options += [option, "\(nanoseconds)ns"] }
    }
    if let retries = check["Retries"]?.int, retries > 0 { options += ["--health-retries", "\(retries)"] }
    return options
  }

  private var mountOptions: [String] {
    (host["Binds"]?.strings ?? []).flatMap { ["--volume", $0] }
      + (host["Mounts"]?.array ?? []).flatMap { mount -> [String] in
        var fields = ["type=\(mount["Type"]?.string ?? "")"]
        if let source = mount["Source"]?.string, !source.isEmpty { fields.append("source=\(source)") }
        fields.append("target=\(mount["Target"]?.string ?? "")")
        if mount["ReadOnly"]?.bool == true { fields.append("readonly") }
        return ["--mount", fields.map(Self.csv).joined(separator: ",")]
      }
      + anonymousVolumes.flatMap { ["--volume", "\($0.name):\($0.destination)"] }
  }

  /// `--mount` reads fields as CSV has them.
  private static func csv(_ field: String) -> String {
    field.contains { ",\"\n".contains($0) } ? "\"" + field.replacing("\"", with: "\"\"") + "\"" : field
  }

  /// The volumes that the engine made for it, whose data is kept by their names.
  var anonymousVolumes: [(name: String, destination: String)] {
    let named =
      (host["Binds"]?.strings ?? []).compactMap { bind in
        bind.split(separator: ":", omittingEmptySubsequences: false).dropFirst().first.map(String.init)
      } + (host["Mounts"]?.array ?? []).compactMap { $0["Target"]?.string }
    return (json["Mounts"]?.array ?? []).compactMap { mount in
      guard mount["Type"] == "volume", let name = mount["Name"]?.string, let place = mount["Destination"]?.string,
        !named.contains(place)
      else { return nil }
      return (name, place)
    }
  }

  private var portOptions: [String] {
    var options = host["PublishAllPorts"]?.bool == true ? ["--publish-all"] : []
    for (port, hosts) in (host["PortBindings"]?.object ?? [:]).sorted(by: { $0.key < $1.key }) {
      for binding in hosts.array ?? [] {
        let address = binding["HostIp"]?.string ?? ""
        let hostPort = binding["HostPort"]?.string ?? ""
        let shown = address.contains(":") ? "[\(address)]" : address
        options += ["--publish", (address.isEmpty ? "" : shown + ":") + "\(hostPort):\(port)"]
      }
    }
    return options
  }

  private var hostOptions: [String] {
    var options: [String] = []
    let policy = host["RestartPolicy"]
    if let name = policy?["Name"]?.string, !name.isEmpty, name != "no" {
      let most = policy?["MaximumRetryCount"]?.int ?? 0
      options += ["--restart", most > 0 ? "\(name):\(most)" : name]
    }
    for (key, option) in [
      ("Memory", "--memory"), ("MemoryReservation", "--memory-reservation"), ("MemorySwap", "--memory-swap"),
      ("CpuShares", "--cpu-shares"), ("PidsLimit", "--pids-limit"), ("ShmSize", "--shm-size"),
    ] {
      if let number = host[key]?.int, number != 0 { options += [option, "\(number)"] }
    }
    if let nano = host["NanoCpus"]?.int, nano > 0 {
      let digits = String(nano % 1_000_000_000)
      options += ["--cpus", "\(nano / 1_000_000_000).\(String(repeating: "0", count: 9 - digits.count))\(digits)"]
    }
    for (key, option) in [
      ("Privileged", "--privileged"), ("ReadonlyRootfs", "--read-only"), ("Init", "--init"),
    ] where host[key]?.bool == true {
      options.append(option)
    }
    for (key, option) in [("PidMode", "--pid"), ("UTSMode", "--uts"), ("CpusetCpus", "--cpuset-cpus")] {
      if let value = host[key]?.string, !value.isEmpty { options += [option, value] }
    }
    if let log = host["LogConfig"]?["Type"]?.string, !log.isEmpty {
      options += ["--log-driver", log]
      for (name, value) in (host["LogConfig"]?["Config"]?.object ?? [:]).sorted(by: { $0.key < $1.key }) {
        options += ["--log-opt", "\(name)=\(value.string ?? "")"]
      }
    }
    return options
  }

  private var listOptions: [String] {
    var options: [String] = []
    for (key, option) in [
      ("CapAdd", "--cap-add"), ("CapDrop", "--cap-drop"), ("ExtraHosts", "--add-host"), ("Dns", "--dns"),
      ("DnsSearch", "--dns-search"), ("DnsOptions", "--dns-option"), ("GroupAdd", "--group-add"),
      ("SecurityOpt", "--security-opt"),
    ] {
      options += (host[key]?.strings ?? []).flatMap { [option, $0] }
    }
    for (place, said) in (host["Tmpfs"]?.object ?? [:]).sorted(by: { $0.key < $1.key }) {
      let more = said.string ?? ""
      options += ["--tmpfs", more.isEmpty ? place : "\(place):\(more)"]
    }
    for (name, value) in (host["Sysctls"]?.object ?? [:]).sorted(by: { $0.key < $1.key }) {
      options += ["--sysctl", "\(name)=\(value.string ?? "")"]
    }
    return options
  }

  // MARK: Networks

  private var network: String { host["NetworkMode"]?.string ?? "default" }

  private var firstNetwork: [String] {
    if ["default", "bridge"].contains(network) { return [] }
    return ["--network", network] + endpoint(network, alias: "--network-alias")
  }

  private func endpoint(_ name: String, alias: String) -> [String] {
    let settings = networks[name]
    var options = (settings?["Aliases"]?.strings ?? []).filter { !id.hasPrefix($0) }.flatMap { [alias, $0] }
    for (key, option) in [("IPv4Address", "--ip"), ("IPv6Address", "--ip6")] {
      if let address = settings?["IPAMConfig"]?[key]?.string, !address.isEmpty { options += [option, address] }
    }
    return options
  }

  /// The arguments of `docker network connect` for the networks that it was connected to later, without its own name.
  var furtherNetworks: [[String]] {
    let first = network == "default" ? "bridge" : network
    return networks.keys.sorted().filter { $0 != first }
      .map { endpoint($0, alias: "--alias") + [$0] }
  }
}
