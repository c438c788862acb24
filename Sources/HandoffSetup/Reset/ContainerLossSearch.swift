import HandoffModel
import HandoffProbes
import HandoffProject
import HandoffSystem
import HandoffText

/// Finds out what is the project's, and refuses what might be another's.
struct ContainerLossSearch {
  private static let projectLabel = "com.docker.compose.project"
  private static let folderLabel = "com.docker.compose.project.working_dir"

  private let context: ProbeContext
  private let services: ProjectServices
  private let docker: Docker

  /// - Throws: ``ResetProblem`` where there is no engine of this machine.
  init(_ context: ProbeContext) throws(ResetProblem) {
    self.context = context
    do throws(ProjectServices.Trouble) {
      services = try ProjectServices(context)
    } catch {
      throw ResetProblem(error.message)
    }
    let engine = services.engine
    guard engine.isLocal else {
      throw ResetProblem("the Docker engine at \(Untrusted(engine.shown)) is not on this machine")
    }
    docker = Docker(context.host, services.variables)
  }

  /// The name of its compose project; nil where it has none.
  private var project: String? {
    if case .compose(let project, _) = services.settings.scope.value { project } else { nil }
  }

  /// Looks at what is there.
  func look() async throws(ResetProblem) -> ContainerLoss {
    guard let project else {
      throw ResetProblem(
        "the project has no compose file: which containers are its own is a guess, or a pattern of names, and so none is removed"
      )
    }
    let label = "label=\(Self.projectLabel)=\(project)"
    let ids = try await lines("ps", "--all", "--quiet", "--no-trunc", "--filter", label)
    var containers: [ContainerLoss.Container] = []
    var anonymous: Set<String> = []
    for id in ids {
      let json = try await inspect("container", id)
      let name = Self.name(json, id)
      try check(json, name)
      containers.append(
        .init(
          id: id, name: name, image: json["Config"]?["Image"]?.string ?? "",
          state: json["State"]?["Status"]?.string ?? "", ports: Self.ports(json)))
      anonymous.formUnion(Self.anonymousVolumes(json))
    }
    let named = try await lines("volume", "ls", "--quiet", "--filter", label)
    let connected = try await lines("network", "ls", "--quiet", "--no-trunc", "--filter", label)
    var kept: [Message] = []
    let chosen = await tellingFile()
    var volumes: [ContainerLoss.Volume] = []
    let sizes = await sizes()
    for name in named.sorted() + anonymous.subtracting(named).sorted() {
      let users = try await users(ofVolume: name)
      let isAnonymous = !named.contains(name)
      if !isAnonymous, let reason = reasonToKeep(name, services.settings.volumes, users.keys, ids, chosen) {
        kept.append("volume \(Untrusted(name)) stays: \(reason)")
        continue
      }
      if let user = users.first(where: { !ids.contains($0.key) })?.value {
        throw ResetProblem(
          "the volume \(Untrusted(name)) is used by \(Untrusted(user)) as well, a container that is not the project's")
      }
      let json = try await inspect("volume", name)
      let folder = json["Mountpoint"]?.string ?? ""
      volumes.append(
        .init(
          name: name, created: json["CreatedAt"]?.string ?? "", folder: context.host.files.realPath(folder) ?? folder,
          size: sizes[name], isAnonymous: isAnonymous, users: Set(users.keys)))
    }
    var networks: [ContainerLoss.Network] = []
    for id in connected {
      let (name, users) = try await users(ofNetwork: id)
      if let reason = reasonToKeep(name, services.settings.networks, users.keys, ids, chosen) {
        kept.append("network \(Untrusted(name)) stays: \(reason)")
        continue
      }
      if let user = users.first(where: { !ids.contains($0.key) })?.value {
        throw ResetProblem(
          "\(Untrusted(user)), a container that is not the project's, is connected to the network \(Untrusted(name))")
      }
      networks.append(.init(id: id, name: name, users: Set(users.keys)))
    }
    return ContainerLoss(
      project: project, engine: services.engine.shown, variables: services.variables,
      containers: containers.sorted { $0.name < $1.name }, volumes: volumes,
      networks: networks.sorted { $0.name < $1.name }, kept: kept)
  }

  // MARK: What is the project's

  /// A container of the same compose project that was made from another folder is another project's.
  private func check(_ json: JSONValue, _ name: String) throws(ResetProblem) {
    guard let folder = json["Config"]?["Labels"]?[Self.folderLabel]?.string else {
      throw ResetProblem("\(Untrusted(name)) bears the project's name, and does not tell from which folder it was made")
    }
    let real = context.host.files.realPath(folder) ?? folder
    guard PathText(real).isInside(context.project.root) else {
      throw ResetProblem(
        "\(Untrusted(name)) bears the project's name, and was made from \(Untrusted(folder)), which is another project")
    }
  }

  /// Volumes and networks tell a name alone. Where a file that came with the repository chose it, and no container of the
  /// project uses them, they may be another project's.
  /// - Returns: that file.
  private func tellingFile() async -> String? {
    let source = services.settings.scope.source
    let file: String
    switch source.kind {
    case .configuration: file = Configuration.fileName
    case .dotenv, .compose, .file: file = String(source.detail.prefix { $0 != ":" })
    default: return nil
    }
    return await context.isTracked(context.path(file)) == false ? nil : file
  }

  /// Another checkout may bear the same name, and its volumes the same label. The project's own are those that its file
  /// says it makes, and those that its containers use and that are not said to be made elsewhere.
  /// - Returns: nil where it is the project's.
  private func reasonToKeep(
    _ name: String, _ declared: DockerSettings.Declared, _ users: some Sequence<String>, _ own: [String],
    _ chosen: String?
  ) -> Message? {
    if declared.external?.contains(name) == true { return "the compose file declares it to be made elsewhere" }
    let isUsed = users.contains(where: own.contains)
    if declared.own.contains(name) {
      guard let chosen, !isUsed else { return nil }
      return
        "\(Untrusted(chosen)), a file that git tracks, chose the project's name, and no container tells that it is this project's; where it is: export COMPOSE_PROJECT_NAME=\(Untrusted(ShellWord.bash(project ?? "")))"
    }
    guard isUsed else {
      return "the compose file does not declare it, and no container of the project uses it"
    }
    return declared.external == nil
      ? "the compose file does not declare it for certain: what it says to be made elsewhere is not all known" : nil
  }

  /// - Returns: the names of the containers that use it, by their ids.
  private func users(ofVolume name: String) async throws(ResetProblem) -> [String: String] {
    var users: [String: String] = [:]
    // The filter takes parts of names, too.
    for id in try await lines("ps", "--all", "--quiet", "--no-trunc", "--filter", "volume=" + name) {
      let json = try await inspect("container", id)
      guard (json["Mounts"]?.array ?? []).contains(where: { $0["Name"]?.string == name }) else { continue }
      users[id] = Self.name(json, id)
    }
    return users
  }

  /// - Returns: the network's name, and the names of the containers that are in it, by their ids.
  private func users(ofNetwork id: String) async throws(ResetProblem) -> (name: String, users: [String: String]) {
    let json = try await inspect("network", id)
    let name = json["Name"]?.string ?? id
    var users = (json["Containers"]?.object ?? [:]).reduce(into: [:]) { users, entry in
      users[entry.key] = entry.value["Name"]?.string ?? entry.key
    }
    // The network itself knows those alone that run; the others could not be started without it. One that was never started
    // knows it by its name.
    for user in try await lines("ps", "--all", "--quiet", "--no-trunc", "--filter", "network=" + name)
    where users[user] == nil {
      users[user] = Self.name(try await inspect("container", user), user)
    }
    return (name, users)
  }

  private static func name(_ json: JSONValue, _ id: String) -> String {
    String((json["Name"]?.string ?? id).drop { $0 == "/" })
  }

  /// The volumes that the engine made for a container: their names are 64 digits, and no label speaks of compose.
  private static func anonymousVolumes(_ json: JSONValue) -> [String] {
    (json["Mounts"]?.array ?? []).compactMap { mount in
      guard mount["Type"] == "volume", let name = mount["Name"]?.string, name.utf8.count == 64,
        name.utf8.allSatisfy({ "0123456789abcdef".utf8.contains($0) })
      else { return nil }
      return name
    }
  }

  /// Those that are published now, and those that were asked for.
  private static func ports(_ json: JSONValue) -> Set<String> {
    [json["NetworkSettings"]?["Ports"], json["HostConfig"]?["PortBindings"]].reduce(into: []) { ports, bindings in
      for binding in (bindings?.object ?? [:]).values.flatMap({ $0.array ?? [] }) {
        if let port = binding["HostPort"]?.string { ports.insert(port) }
      }
    }
  }

  // MARK: Asking

  private func sizes() async -> [String: String] {
    let result = await docker.ask(["system", "df", "--verbose", "--format", "{{json .Volumes}}"], seconds: 15)
    guard result.succeeded, let list = (try? JSONValue(parsing: result.standardOutput))?.array else { return [:] }
    return list.reduce(into: [:]) { sizes, volume in
      if let name = volume["Name"]?.string, let size = volume["Size"]?.string, size != "N/A" { sizes[name] = size }
    }
  }

  private func lines(_ arguments: String...) async throws(ResetProblem) -> [String] {
    let result = await docker.ask(arguments, seconds: 20)
    guard result.succeeded else {
      let said = result.errorText.split(separator: "\n").last.map(String.init) ?? ""
      throw ResetProblem("docker \(Untrusted(arguments[0])) \(result.outcome.ending): \(Untrusted(said))")
    }
    return result.text.split(separator: "\n").map(String.init)
  }

  private func inspect(_ kind: String, _ id: String) async throws(ResetProblem) -> JSONValue {
    do throws(ServiceProblem) {
      return try await docker.inspect(kind, id)
    } catch {
      throw ResetProblem(error.message)
    }
  }
}
