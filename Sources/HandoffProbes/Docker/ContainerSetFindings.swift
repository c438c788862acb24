import HandoffModel
import HandoffProject
import HandoffText

/// What is wrong with the project's containers as a set, and with the images they are made from.
struct ContainerSetFindings {
  let settings: DockerSettings
  let context: ProbeContext
  let compose: ComposeCommand

  /// - Parameter environmentFiles: the files of variables that compose was given for the project's containers.
  init(_ settings: DockerSettings, _ context: ProbeContext, environmentFiles: [String] = []) {
    self.settings = settings
    self.context = context
    compose = ComposeCommand(settings, context, environmentFiles: environmentFiles)
  }

  // MARK: Missing

  /// The services and the containers of the handoff that are not there.
  func missing(_ present: [ContainerSummary]) -> [Finding] {
    let names = Set(present.map(\.name))
    let recorded = context.expected?.fact("docker.containers")?.value.strings ?? []
    let gone = recorded.filter { !names.contains($0) }
    let down = servicesDown(present)
    let services = Dictionary(grouping: gone, by: recordedService)
    var findings = down.isEmpty ? [] : self.down(down, gone: services)
    var others = Dictionary(grouping: unrecorded(present, recorded), by: { $0.compose.service }).mapValues {
      $0.map(\.name).sorted()[...]
    }
    for name in gone {
      let service = recordedService(of: name)
      if let service, down.contains(service) { continue }
      findings.append(self.gone(name, service: service, other: service.flatMap { others[$0]?.popFirst() }))
    }
    return findings + fewer(present).filter { services[$0.service] == nil }.map(\.finding)
  }

  /// The services that have containers, and fewer than the compose file asks for.
  private func fewer(_ present: [ContainerSummary]) -> [(service: String, finding: Finding)] {
    guard case .compose(let project, _) = settings.scope.value, let file = settings.composeFile?.value else {
      return []
    }
    return settings.services.compactMap { service in
      let count = present.count { $0.compose.project == project && $0.compose.service == service.name }
      guard !service.optional, let replicas = service.replicas, count > 0, count < replicas else { return nil }
      let containers: Message = count == 1 ? "1 container" : "\(count) containers"
      return (
        service.name,
        Finding(
          "docker.service-changed", .warning,
          "the service \(Untrusted(service.name)) has \(containers), and \(Untrusted(file)) asks for \(replicas)",
          remedies: [
            Remedy(compose.run(["up", "-d", "--no-recreate"], service: service.name), "starts what is missing")
          ], facts: ["docker.containers"])
      )
    }
  }

  /// A container is not connected to a network, where the others find it by its service's name.
  /// - Parameter reason: why it should be.
  func disconnected(_ name: String, from network: String, _ reason: Message, service: String) -> Finding {
    Finding(
      "docker.service-changed", .warning,
      "\(Untrusted(name)) is not connected to the network \(Untrusted(network)), \(reason)",
      remedies: [
        Remedy(
          .run("docker", "network", "connect", "--alias=" + service, network, name),
          "connects it, under its service's name")
      ], facts: [FactID("docker.container[\(name)].state")])
  }

  /// The compose project's containers that the handoff does not name.
  private func unrecorded(_ present: [ContainerSummary], _ recorded: [String]) -> [ContainerSummary] {
    guard case .compose(let project, _) = settings.scope.value else { return [] }
    return present.filter { $0.compose.project == project && !recorded.contains($0.name) }
  }

  /// The services that `up` would start and that have no container.
  private func servicesDown(_ present: [ContainerSummary]) -> [String] {
    guard case .compose(let project, _) = settings.scope.value else { return [] }
    let there = Set(present.filter { $0.compose.project == project }.compactMap(\.compose.service))
    return settings.services.filter { !$0.optional && !there.contains($0.name) }.map(\.name)
  }

  private func down(_ services: [String], gone: [String?: [String]]) -> [Finding] {
    let wanted = settings.services.filter { !$0.optional }
    if services.count == wanted.count, services.count > 1 {
      return [
        Finding(
          "docker.service-down", .failure, "none of the \(services.count) services has a container",
          remedies: [
            .setup("images"),
            Remedy(compose.run(["up", "-d"] + services.flatMap(scaling)), "starts the services"),
          ], facts: ["docker.containers"])
      ]
    }
    return services.map { service in
      // The container's name tells one service's finding from another's.
      let name = gone[service]?.first ?? conventionalName(of: service)
      return Finding(
        "docker.service-down", .failure, "the service \(Untrusted(service)) has no container",
        remedies: [
          .setup("images"), Remedy(compose.run(["up", "-d"] + scaling(service), service: service), "starts it"),
        ],
        facts: [FactID("docker.container[\(name)].state"), "docker.containers"])
    }
  }

  /// - Parameters:
  ///   - service: the service that it belongs to, which has a container; or nil.
  ///   - other: a container of this service that the handoff does not name, or nil.
  private func gone(_ name: String, service: String?, other: String?) -> Finding {
    let facts = [FactID("docker.container[\(name)].state"), "docker.containers"]
    let message: Message = "the container \(Untrusted(name)) is not there any more"
    guard let service else {
      let look = Remedy(.run("docker", "ps", "--all"), "shows which containers there are: it may have another name")
      return Finding("docker.container-gone", .failure, message, remedies: [look], facts: facts)
    }
    if let other {
      return Finding(
        "docker.container-gone", .failure, "\(message); the service \(Untrusted(service)) runs as \(Untrusted(other))",
        remedies: rename(other, to: name, service: service), facts: facts)
    }
    let again = compose.run(["up", "-d", "--no-recreate"] + scaling(service), service: service)
    return Finding(
      "docker.container-gone", .failure, message, remedies: [Remedy(again, "makes it again, and leaves the others")],
      facts: facts)
  }

  /// Gives a container the name of the handoff back, unless the compose file is what gave it another one.
  private func rename(_ other: String, to name: String, service: String) -> [Remedy] {
    guard let file = settings.composeFile?.value,
      settings.services.first(where: { $0.name == service })?.containerName == other
    else {
      return ContainerSummary.isName(name) ? [Remedy(.run("docker", "rename", other, name), "names it as before")] : []
    }
    let history = ShellPath(file).command("git", "log", "-p", "-3", "--")
    return [Remedy(history, "shows what became of \(Untrusted(file)), which names it so")]
  }

  /// The options of `up` with which a service has as many containers as the handoff names, where those are several.
  private func scaling(_ service: String) -> [String] {
    let recorded = context.expected?.fact("docker.containers")?.value.strings ?? []
    let count = recorded.count { recordedService(of: $0) == service }
    return count > 1 ? ["--scale", "\(service)=\(count)"] : []
  }

  /// The service that the handoff names as the source of a container, if the compose file still has it.
  private func recordedService(of name: String) -> String? {
    let source = context.expected?.fact(FactID("docker.container[\(name)].image"))?.source
    guard let source, source.kind == .compose, let file = settings.composeFile?.value,
      source.detail.hasPrefix(file + ": ")
    else { return nil }
    let service = String(source.detail.dropFirst(file.count + 2))
    return settings.services.contains { $0.name == service } ? service : nil
  }

  /// The name that compose gives a service's first container.
  private func conventionalName(of service: String) -> String {
    guard case .compose(let project, _) = settings.scope.value else { return service }
    return "\(project)-\(service)-1"
  }

  // MARK: Otherwise than recorded

  /// The container as the compose file says, and what became of the file.
  func recreate(service: String) -> [Remedy] {
    [Remedy(compose.run(["up", "-d", "--force-recreate"], service: service), "makes the container as the file says")]
      + (settings.composeFile.map { file in
        [
          Remedy(
            ShellPath(file.value).command("git", "log", "-p", "-3", "--"),
            "shows what became of \(Untrusted(file.value))")
        ]
      } ?? [])
  }

  /// Makes what the compose file says, where a container is otherwise.
  func up(service: String) -> Remedy {
    Remedy(compose.run(["up", "-d"] + scaling(service), service: service), "makes the container as the file says")
  }

  // MARK: Images

  func imageReplaced(_ name: String, _ image: String, service: String?) -> Finding {
    let remedies = service.map {
      [
        Remedy(
          compose.run(["up", "-d", "--force-recreate"], service: $0), "makes the container from the present image")
      ]
    }
    return Finding(
      "docker.image-replaced", .warning,
      "\(Untrusted(name)) runs an older image than the one that \(Untrusted(image)) means now",
      remedies: remedies ?? [], facts: [FactID("docker.container[\(name)].imageID")])
  }

  /// - Parameters:
  ///   - service: the service that it belongs to, or nil.
  ///   - image: the image as asked for.
  func imageStale(_ name: String, _ reason: ImageFreshness.Staleness, service: String?, image: String) -> Finding {
    let own = Remedy(
      .run("handoff", "service", "update", service ?? name), "does both, and stamps the image so that its age is exact")
    let remedies =
      [own]
      + (service.map {
        [Remedy(compose.run(["up", "-d", "--build"], service: $0), "builds the image and makes the container anew")]
      } ?? [Remedy(.run("docker", "build", "--tag", image, "."), "builds the image; the container has to be made anew")])
    let degree: Message = reason.isCertain ? "out of date" : "probably out of date"
    return Finding(
      "docker.image-stale", .warning, "\(Untrusted(name)) is \(degree): \(reason.message)",
      remedies: remedies, facts: [FactID("docker.container[\(name)].source")])
  }

  /// What could be told when it was recorded, and could not be looked at now.
  /// - Parameter unreadable: the file that kept us from looking, as it is shown, or nil.
  func sourceUnseen(_ name: String, unreadable: String?) -> Finding {
    let why: Message = unreadable.map { ": \(Untrusted($0)) is not there or cannot be read" } ?? ""
    let look =
      unreadable.map { Remedy(ShellPath($0).command("ls", "-ld"), "shows what stands there, and whose it is") }
      ?? Remedy(.run("git", "status", "--short"), "shows whether git answers here")
    return Finding(
      "docker.source-unseen", .unknown,
      "whether the image of \(Untrusted(name)) is as new as its source could not be seen this time\(why)",
      remedies: [look],
      facts: ["source", "sourceDigest"].map { FactID("docker.container[\(name)].\($0)") })
  }

  // MARK: No longer defined

  /// The containers of services that the compose file no longer has. A container that was made from further files than
  /// those that were read may well be of one of those.
  func undefined(_ present: [ContainerSummary]) -> [Finding] {
    guard case .compose(let project, _) = settings.scope.value, settings.knowsAllServices,
      let file = settings.composeFile?.value
    else { return [] }
    let services = Set(settings.services.map(\.name))
    return present.compactMap { container in
      guard container.compose.project == project, let service = container.compose.service, !services.contains(service),
        container.compose.isMadeOnly(of: settings.composeFiles)
      else { return nil }
      return Finding(
        "docker.service-undefined", .warning,
        "\(Untrusted(container.name)) is of the service \(Untrusted(service)), which \(Untrusted(file)) no longer has",
        remedies: [
          Remedy(
            compose.run(["up", "-d", "--remove-orphans"]), "removes such containers, and starts the services",
            destructive: true)
        ], facts: [FactID("docker.container[\(container.name)].image")])
    }
  }
}
