import HandoffProbes
import HandoffSystem
import HandoffText

extension ServiceUpdate {
  /// A build over whose compose files a file with digests is laid, and the same without it, which can be pasted.
  struct StampedBuild {
    let command: ShellCommand
    let shown: ShellCommand

    init(_ services: ProjectServices, of names: [String], present: [ServiceStatus]) {
      command = services.compose(["build"], services: names, present: present, over: ServiceUpdate.stamp)
      shown = services.compose(["build"], services: names, present: present)
    }
  }

  /// What an update is going to do.
  struct Work {
    let services: ProjectServices
    /// The services of the compose file, each once.
    let composed: [ServiceStatus]
    /// What they are built from, by their names.
    let sources: [String: ProjectServices.Source]
    let build: StampedBuild
    let up: ShellCommand
    let plain: [PlainUpdate]
  }

  /// What a start is going to do.
  struct StartWork {
    let services: ProjectServices
    /// All that is to be started.
    let chosen: [ServiceStatus]
    /// Those whose images are not there yet, and what they are built from.
    let unbuilt: [ServiceStatus]
    let sources: [String: ProjectServices.Source]
    let build: StampedBuild
    let start: [ShellCommand]
  }

  /// Finds what is meant, and refuses all of it where one cannot be made anew.
  func prepared(_ names: [String]) async throws(ServiceProblem) -> Work {
    do {
      let services = try services()
      let rows = try await services.list(withSources: false)
      let chosen = try choose(names, rows)
      let unbuilt = chosen.filter { !$0.isBuilt }
      if !unbuilt.isEmpty {
        throw ServiceProblem.refused(unbuilt.map { .init(name: $0.name, reason: Self.withoutBuild($0)) })
      }
      let composed = chosen.filter(\.isComposed)
      var sources: [String: ProjectServices.Source] = [:]
      for service in chosen {
        sources[service.name] = try await services.source(of: service, deadline: .after(.seconds(60)))
      }
      var plain: [PlainUpdate] = []
      for container in chosen where !container.isComposed {
        guard let source = sources[container.name] else { continue }
        plain.append(try await PlainUpdate(container, source, services, self))
      }
      let composedNames = composed.map(\.name)
      return Work(
        services: services, composed: composed, sources: sources.filter { composedNames.contains($0.key) },
        build: StampedBuild(services, of: composedNames, present: rows),
        up: services.compose(
          ["up", "-d", "--no-deps", "--no-build", "--force-recreate"] + scales(composedNames, rows),
          services: composedNames, present: rows),
        plain: plain)
    } catch {
      throw ServiceProblem(of: error)
    }
  }

  /// Finds what is to be started.
  func preparedStart(_ names: [String]) async throws(ServiceProblem) -> StartWork {
    do {
      let services = try services()
      let rows = try await services.list(withSources: false)
      let chosen = try choose(names, rows)
      let composed = chosen.filter(\.isComposed)
      let unbuilt = try await services.withoutImage(composed)
      var sources: [String: ProjectServices.Source] = [:]
      for service in unbuilt {
        sources[service.name] = try await services.source(of: service, deadline: .after(.seconds(60)))
      }
      let up = services.compose(["up", "-d"], services: composed.map(\.name), present: rows)
      let plain = chosen.compactMap { $0.isComposed ? nil : $0.container }
      return StartWork(
        services: services, chosen: chosen, unbuilt: unbuilt, sources: sources,
        build: StampedBuild(services, of: unbuilt.map(\.name), present: rows),
        start: (composed.isEmpty ? [] : [up]) + (plain.isEmpty ? [] : [.run(["docker", "start"] + plain)]))
    } catch {
      throw ServiceProblem(of: error)
    }
  }

  /// The services and containers of these names, each service once.
  private func choose(_ names: [String], _ rows: [ServiceStatus]) throws(ServiceProblem) -> [ServiceStatus] {
    var chosen: [ServiceStatus] = []
    for name in names {
      guard let row = rows.first(where: { $0.name == name }) ?? rows.first(where: { $0.container == name }) else {
        throw .unknown(name, nearest: NearestName.of(name, among: rows.map(\.name)))
      }
      if !chosen.contains(where: { $0.name == row.name && $0.isComposed == row.isComposed }) { chosen.append(row) }
    }
    return chosen
  }

  private static func withoutBuild(_ row: ServiceStatus) -> Message {
    if row.isComposed {
      return "it has no build in the compose file, and takes the image \(Untrusted(row.image ?? "of another service"))"
    }
    return "it was not made by compose, and what its image \(Untrusted(row.image ?? "")) is built from is not known"
  }

  /// Compose would take a service that has more containers than its file asks for back to that number.
  private func scales(_ names: [String], _ rows: [ServiceStatus]) -> [String] {
    names.flatMap { name -> [String] in
      let count = rows.count { $0.isComposed && $0.name == name && $0.container != nil }
      return count > 1 ? ["--scale", "\(name)=\(count)"] : []
    }
  }
}
