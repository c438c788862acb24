import HandoffModel
import HandoffProbes
import HandoffProject
import HandoffSystem
import HandoffText

/// The containers, volumes and networks of the project's compose project that a reset would remove.
struct ContainerLoss: Sendable {
  struct Container: Sendable {
    let id: String
    let name: String
    let image: String
    let state: String
    /// The ports of this machine at which it is published.
    let ports: Set<String>
  }

  struct Volume: Sendable {
    let name: String
    /// As docker says it, or nil.
    let size: String?
    /// Whether the engine made it for a container, without a name of its own.
    let isAnonymous: Bool
  }

  let project: String
  let engine: String
  let variables: [String: String?]
  let containers: [Container]
  let volumes: [Volume]
  let networks: [(id: String, name: String)]

  var isEmpty: Bool { containers.isEmpty && volumes.isEmpty && networks.isEmpty }

  var lines: [Message] {
    let heading: Message = "compose project \(Untrusted(project)), on the engine at \(Untrusted(engine)):"
    let each =
      containers.map { "  container \(Untrusted($0.name)) (\(Untrusted($0.image)), \(Untrusted($0.state)))" as Message }
      + volumes.map { volume in
        let kind: Message = volume.isAnonymous ? "volume without a name" : "volume"
        let size: Message = volume.size.map { "\(Untrusted($0))" } ?? "size unknown"
        return "  \(kind) \(Untrusted(volume.name)) with all that is in it (\(size))"
      } + networks.map { "  network \(Untrusted($0.name))" }
    return [heading] + each
  }

  /// The commands that remove them.
  var commands: [ShellCommand] {
    var commands: [ShellCommand] = []
    if !containers.isEmpty { commands.append(.run(["docker", "rm", "--force"] + containers.map(\.id))) }
    if !volumes.isEmpty { commands.append(.run(["docker", "volume", "rm"] + volumes.map(\.name))) }
    if !networks.isEmpty { commands.append(.run(["docker", "network", "rm"] + networks.map(\.id))) }
    return commands
  }
}

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

  /// - Returns: nil where there is nothing.
  func look() async throws(ResetProblem) -> ContainerLoss? {
    guard case .compose(let project, _) = services.settings.scope.value else {
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
      let name = String((json["Name"]?.string ?? id).drop { $0 == "/" })
      try check(json, name)
      containers.append(
        .init(
          id: id, name: name, image: json["Config"]?["Image"]?.string ?? "",
          state: json["State"]?["Status"]?.string ?? "", ports: Self.ports(json)))
      anonymous.formUnion(Self.anonymousVolumes(json))
    }
    let named = try await lines("volume", "ls", "--quiet", "--filter", label)
    let networks = try await lines("network", "ls", "--quiet", "--no-trunc", "--filter", label)
    if containers.isEmpty, !(named.isEmpty && networks.isEmpty) { try await checkName(project) }
    for volume in named + anonymous.sorted() { try await checkUse(ofVolume: volume, by: ids) }
    let sizes = await sizes()
    var known: [(id: String, name: String)] = []
    for network in networks { known.append((network, try await checkUse(ofNetwork: network, by: ids))) }
    let loss = ContainerLoss(
      project: project, engine: services.engine.shown, variables: services.variables,
      containers: containers.sorted { $0.name < $1.name },
      volumes: named.sorted().map { .init(name: $0, size: sizes[$0], isAnonymous: false) }
        + anonymous.subtracting(named).sorted().map { .init(name: $0, size: sizes[$0], isAnonymous: true) },
      networks: known.sorted { $0.name < $1.name })
    return loss.isEmpty ? nil : loss
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

  /// Volumes and networks tell a name alone. Where no container tells more, and a file that came with the repository
  /// chose the name, it may be another project's.
  private func checkName(_ project: String) async throws(ResetProblem) {
    let source = services.settings.scope.source
    let file: String
    switch source.kind {
    case .configuration: file = Configuration.fileName
    case .dotenv, .compose, .file: file = String(source.detail.prefix { $0 != ":" })
    default: return
    }
    if await context.isTracked(context.path(file)) == false { return }
    throw ResetProblem(
      "volumes or networks bear the name \(Untrusted(project)), which \(Untrusted(file)) chose, a file that git tracks, and no container tells that they are this project's; where they are: export COMPOSE_PROJECT_NAME=\(Untrusted(ShellWord.bash(project)))"
    )
  }

  private func checkUse(ofVolume name: String, by own: [String]) async throws(ResetProblem) {
    let users = try await lines("ps", "--all", "--quiet", "--no-trunc", "--filter", "volume=" + name)
    // The filter takes parts of names, too.
    for id in users where !own.contains(id) {
      let json = try await inspect("container", id)
      guard (json["Mounts"]?.array ?? []).contains(where: { $0["Name"]?.string == name }) else { continue }
      let user = String((json["Name"]?.string ?? id).drop { $0 == "/" })
      throw ResetProblem(
        "the volume \(Untrusted(name)) is used by \(Untrusted(user)) as well, a container that is not the project's")
    }
  }

  /// - Returns: the network's name.
  private func checkUse(ofNetwork id: String, by own: [String]) async throws(ResetProblem) -> String {
    let json = try await inspect("network", id)
    let name = json["Name"]?.string ?? id
    func refuse(_ user: String) -> ResetProblem {
      ResetProblem(
        "\(Untrusted(user)), a container that is not the project's, is connected to the network \(Untrusted(name))")
    }
    for (user, said) in json["Containers"]?.object ?? [:] where !own.contains(user) {
      throw refuse(said["Name"]?.string ?? user)
    }
    // The network itself knows those alone that run; the others could not be started without it. One that was never started
    // knows it by its name.
    for user in try await lines("ps", "--all", "--quiet", "--no-trunc", "--filter", "network=" + name)
    where !own.contains(user) {
      let json = try await inspect("container", user)
      throw refuse(String((json["Name"]?.string ?? user).drop { $0 == "/" }))
    }
    return name
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
