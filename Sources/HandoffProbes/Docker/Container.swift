import HandoffModel

/// What a list of containers says of one.
struct ContainerSummary: Hashable, Sendable {
  /// Its id.
  let id: String
  /// Its name, without the slash that the API writes before it.
  let name: String
  /// The image as asked for.
  let image: String
  /// What compose says of it.
  let compose: ComposeLabels

  init(id: String, name: String, image: String, compose: ComposeLabels) {
    self.id = id
    self.name = name
    self.image = image
    self.compose = compose
  }

  /// What is read of an entry of `GET /containers/json`.
  static let fields: JSONSelection = ["Id": .whole, "Names": .whole, "Image": .whole, "Labels": ComposeLabels.fields]

  /// Reads an entry of `GET /containers/json`, or nil when it is not one. A name with a further slash is an alias that
  /// another container gave it.
  init?(listed json: JSONValue) {
    let names = (json["Names"]?.strings ?? []).map { $0.hasPrefix("/") ? String($0.dropFirst()) : $0 }
    guard let id = json["Id"]?.string, !id.isEmpty, let name = names.first(where: { !$0.contains("/") }),
      Self.isName(name)
    else { return nil }
    self.init(
      id: id, name: name, image: json["Image"]?.string ?? "", compose: ComposeLabels(json["Labels"] ?? .null))
  }

  /// Whether a text can be a container's name: it can then stand in a command as it is.
  static func isName(_ text: String) -> Bool {
    guard let first = text.utf8.first, first != UInt8(ascii: "-"), first != UInt8(ascii: ".") else { return false }
    return text.utf8.count <= 1024
      && text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "-"):
          true
        default: false
        }
      }
  }
}

/// The labels that compose gives its containers.
/// https://github.com/docker/compose/blob/main/pkg/api/labels.go
struct ComposeLabels: Hashable, Sendable {
  static let projectLabel = "com.docker.compose.project"
  static let filesLabel = "com.docker.compose.project.config_files"
  static let serviceLabel = "com.docker.compose.service"
  static let oneOffLabel = "com.docker.compose.oneoff"
  static let folderLabel = "com.docker.compose.project.working_dir"
  private static let environmentLabel = "com.docker.compose.project.environment_file"

  /// The labels that are read.
  static let fields: JSONSelection = [
    projectLabel: .whole, filesLabel: .whole, serviceLabel: .whole, oneOffLabel: .whole, folderLabel: .whole,
    environmentLabel: .whole,
  ]

  /// The files that a label names.
  static func files(_ label: String?) -> [String] { label?.split(separator: ",").map(String.init) ?? [] }

  let project: String?
  let service: String?
  /// A container of `docker compose run`.
  let isOneOff: Bool
  /// The files of variables that compose was given (`--env-file`) when it made the container.
  private(set) var environmentFiles: [String] = []
  /// The folder of the compose file, an absolute path.
  let workingDirectory: String?
  /// The compose files that it was made from; absolute paths, or as they were given to older versions of compose.
  let files: [String]

  init(project: String?, service: String?, isOneOff: Bool, workingDirectory: String?, files: [String] = []) {
    self.project = project
    self.service = service
    self.isOneOff = isOneOff
    self.workingDirectory = workingDirectory
    self.files = files
  }

  /// Whether a container was made of no other files than these, by the last parts of their names.
  func isMadeOnly(of files: [String]) -> Bool {
    func name(_ path: String) -> Substring { path.split(separator: "/").last ?? "" }
    let names = Set(files.map(name))
    return self.files.allSatisfy { names.contains(name($0)) }
  }

  /// Reads an object of labels.
  init(_ labels: JSONValue) {
    self.init(
      project: labels[Self.projectLabel]?.string, service: labels[Self.serviceLabel]?.string,
      isOneOff: labels[Self.oneOffLabel]?.string?.lowercased() == "true",
      workingDirectory: labels[Self.folderLabel]?.string,
      files: Self.files(labels[Self.filesLabel]?.string))
    environmentFiles = Self.files(labels[Self.environmentLabel]?.string)
  }
}

/// What inspecting a container says: an allow-list, in which no variable, command or output of it is.
struct Container: Hashable, Sendable {
  let image: String
  let imageID: String
  /// `created`, `running`, `paused`, `restarting`, `removing`, `exited`, `dead`.
  let status: String
  let exitCode: Int
  let wasOutOfMemory: Bool
  /// Whether the engine itself could not start it; its words.
  let startError: String?
  /// Seconds since 1970.
  let startedAt: Double?
  /// `starting`, `healthy`, `unhealthy`; nil without a check, and of a container that does not run.
  let health: String?
  let failingStreak: Int
  let hasHealthCheck: Bool
  let restartCount: Int
  /// `no`, `on-failure`, `always`, `unless-stopped`.
  let restartPolicy: String
  /// The network that it was made with and, while it runs, is not connected to.
  let lostNetwork: String?
  /// The networks that it is connected to; nil while it does not run.
  let connected: Set<String>?
  /// The bindings that were asked for.
  private let bindings: Set<PortBinding>

  /// What is read of the answer to `GET /containers/ID/json`.
  static let fields: JSONSelection = [
    "Image": .whole, "RestartCount": .whole,
    "State": [
      "Status": .whole, "ExitCode": .whole, "OOMKilled": .whole, "Error": .whole, "StartedAt": .whole,
      "Health": ["Status": .whole, "FailingStreak": .whole],
      "Healthcheck": ["Status": .whole, "FailingStreak": .whole],
    ],
    "Config": ["Image": .whole, "Healthcheck": ["Test": .whole], "ExposedPorts": .whole],
    "HostConfig": [
      "RestartPolicy": ["Name": .whole], "PortBindings": .whole, "PublishAllPorts": .whole, "NetworkMode": .whole,
    ],
    "NetworkSettings": ["Networks": .each(["NetworkID": .whole])],
  ]

  /// What is kept of it, in bytes: its texts stand in facts and in reports, too, and what a port takes beside its text.
  var size: Int {
    let texts =
      [image, imageID, status, startError ?? "", restartPolicy, lostNetwork ?? ""] + (connected ?? [])
      + bindings.flatMap { [$0.port, $0.address, $0.hostPort ?? ""] }
    return texts.reduce(64 * bindings.count) { $0 + 3 * $1.utf8.count }
  }

  /// Reads the answer to `GET /containers/ID/json`, or nil when it is not one.
  init?(inspected json: JSONValue) {
    guard let state = json["State"], let status = state["Status"]?.string, let config = json["Config"],
      let image = config["Image"]?.string, let imageID = json["Image"]?.string
    else { return nil }
    self.image = image
    self.imageID = Self.imageID(imageID)
    self.status = status
    exitCode = state["ExitCode"]?.int ?? 0
    wasOutOfMemory = state["OOMKilled"]?.bool == true
    startError = state["Error"]?.string.flatMap { $0.isEmpty ? nil : $0 }
    startedAt = state["StartedAt"]?.string.flatMap(secondsSince1970)
    let runs = ["running", "paused"].contains(status)
    let word = (state["Health"] ?? state["Healthcheck"])?["Status"]?.string
    health = runs && word.map { ["starting", "healthy", "unhealthy"].contains($0) } == true ? word : nil
    failingStreak = (state["Health"] ?? state["Healthcheck"])?["FailingStreak"]?.int ?? 0
    hasHealthCheck = (config["Healthcheck"]?["Test"]?.strings ?? []).first.map { $0 != "NONE" } ?? (health != nil)
    restartCount = json["RestartCount"]?.int ?? 0
    let hostConfig = json["HostConfig"]
    restartPolicy = hostConfig?["RestartPolicy"]?["Name"]?.string ?? "no"
    lostNetwork = status == "running" ? Self.lostNetwork(json) : nil
    connected = status == "running" ? json["NetworkSettings"]?["Networks"]?.object.map { Set($0.keys) } : nil
    bindings = PortBinding.all(
      hostConfig?["PortBindings"]?.object ?? [:],
      exposed: hostConfig?["PublishAllPorts"]?.bool == true ? config["ExposedPorts"]?.object ?? [:] : [:])
  }

  /// - Returns: nil also for what is no network's name, but a kind of network.
  private static func lostNetwork(_ json: JSONValue) -> String? {
    guard let network = json["HostConfig"]?["NetworkMode"]?.string, ContainerSummary.isName(network),
      !["bridge", "default", "host", "none", "pasta", "private", "slirp4netns"].contains(network),
      let connected = json["NetworkSettings"]?["Networks"]?.object
    else { return nil }
    let ids = connected.values.compactMap { $0["NetworkID"]?.string }
    return connected[network] != nil || ids.contains(network) ? nil : network
  }

  /// The bindings that were asked for, sorted: `127.0.0.1:8080:80/tcp`, or `80/tcp` where any port will do.
  /// - Parameter ephemeral: ports of the container for which any port of the host will do. Podman tells the one that it
  ///   chose as if it had been asked for.
  func ports(ephemeral: Set<String> = []) -> [String] {
    Set(bindings.map { $0.text(isEphemeral: ephemeral.contains($0.port)) }).sorted()
  }

  /// Whether it publishes ports.
  var publishesPorts: Bool { !bindings.isEmpty }

  /// The ports of the host that were asked for.
  var hostPorts: [String] { bindings.compactMap(\.hostPort).sorted() }

  /// An image's id as Docker writes it; Podman leaves the algorithm out.
  static func imageID(_ text: String) -> String { text.contains(":") ? text : "sha256:" + text }
}
