import HandoffModel
import HandoffSystem
import HandoffText

/// Which containers the project means.
enum DiscoverDocker {
  static func discover(
    _ said: Configuration.Area<Configuration.Docker>, _ files: ProjectFiles, _ look: ComposeLook
  ) -> AreaUse<DockerSettings> {
    if said == .off { return .unused(switchedOff) }
    guard let scope = scope(said.value, files, look) else { return .unused("no compose file and no Dockerfile") }
    var settings = DockerSettings(scope: scope)
    settings.problem = look.problem
    settings.unreadable = look.unreadable
    if let dotenv = files.unreadableDotenv, case .compose = scope.value,
      ![.configuration, .environment].contains(scope.source.kind)
    {
      // It goes before the compose file in naming the project.
      settings.unreadable.append(dotenv)
    }
    if let compose = look.project { add(compose, to: &settings) }
    return .used(settings)
  }

  /// Whose containers are meant; nil where nothing speaks of containers.
  private static func scope(
    _ said: Configuration.Docker?, _ files: ProjectFiles, _ look: ComposeLook
  ) -> Setting<DockerSettings.Scope>? {
    let names = said?.names ?? []
    if said?.all == true { return Setting(.all, Source(.configuration, "docker.all")) }
    if let compose = look.project {
      return Setting(.compose(project: compose.name.value, names: names), compose.name.source)
    }
    if let project = said?.project {
      return Setting(.compose(project: project, names: names), Source(.configuration, "docker.project"))
    }
    if !names.isEmpty { return Setting(.names(names), Source(.configuration, "docker.names")) }
    let file = files.names.first(where: isDockerfile)
    guard said != nil || !look.hidden.isEmpty || file != nil else { return nil }
    return Setting(.builtHere, file.map { Source(.file, $0) } ?? Source(.configuration, "docker"))
  }

  /// What the compose file says.
  private static func add(_ compose: ComposeProject, to settings: inout DockerSettings) {
    settings.composeFile = Setting(compose.path, compose.source)
    settings.composeFiles = compose.paths
    let isMisspelt = compose.file.refusals.contains { $0.reason == .unknownKey }
    settings.knowsAllServices = !compose.file.includesOthers && !compose.file.isOldest && !isMisspelt
    settings.refusals = compose.file.refusals
    let project = compose.name.value
    settings.volumes = compose.file.volumes.made(by: project)
    settings.networks = compose.file.networks.made(by: project)
    if !compose.file.networks.names.keys.contains("default") { settings.networks.own.insert("\(project)_default") }
    if !settings.knowsAllServices {
      settings.volumes.external = nil
      settings.networks.external = nil
    }
    let base = PathText(compose.path).folder.text
    let awaited = compose.file.services.values.reduce(into: Set<String>()) { $0.formUnion($1.awaited) }
    settings.services = compose.file.services.map { name, said in
      var service = service(named: name, said, base: base)
      service.isAwaited = awaited.contains(name)
      service.networks = networks(of: said, compose)
      service.replicas = said.replicas.flatMap { Int($0) }
      return service
    }.sorted { $0.name < $1.name }
  }

  /// What the engine calls the networks that a service names, sorted; those that cannot be told are left out.
  private static func networks(of service: ComposeFile.Service, _ compose: ComposeProject) -> [String] {
    guard service.hasNetworks, !service.lacksParent else { return [] }
    return Set(
      service.references.filter { $0.section == .networks }
        .compactMap { compose.file.networks.name(of: $0.name, project: compose.name.value) }
    ).sorted()
  }

  private static func isDockerfile(_ name: String) -> Bool {
    name == "Dockerfile" || name == "Containerfile" || name.hasPrefix("Dockerfile.")
  }

  private static func service(named name: String, _ service: ComposeFile.Service, base: String)
    -> DockerSettings.Service
  {
    func relative(_ path: String, to folder: String) -> String {
      let whole = PathText(folder).appending(path)
      if PathText(path).isAbsolute { return path }
      let text = (whole.isAbsolute ? "/" : "") + whole.components.map(\.text).joined(separator: "/")
      return text.isEmpty ? "." : text
    }
    let context = service.isBuilt ? relative(service.context ?? ".", to: base) : nil
    return DockerSettings.Service(
      name: name, buildContext: context,
      buildFile: service.inlineDockerfile == nil
        ? context.map { relative(service.dockerfile ?? "Dockerfile", to: $0) } : nil,
      inlineBuildFile: context == nil ? nil : service.inlineDockerfile, buildArguments: service.arguments,
      buildTarget: service.target, ephemeralPorts: service.ephemeralPorts,
      publishedPorts: service.lacksParent ? nil : service.published.all, image: service.image,
      isImageCertain: service.isImageCertain && !service.lacksParent, containerName: service.containerName,
      optional: service.isOptional)
  }
}
