public import HandoffModel
public import HandoffProject
import HandoffSystem
import HandoffText

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Asks the Docker engine that the project's docker commands speak to for the project's containers.
public struct DockerProbe: Probe {
  /// Which containers the project means.
  let settings: DockerSettings

  /// What it is called in documents.
  public static let title: StaticString = "Docker"

  /// The area.
  public var area: String { "docker" }

  /// One for a project that uses Docker.
  public static func probes(for project: Project) -> [ProbeUse] {
    project.docker.probes("docker") { [DockerProbe(settings: $0)] }
  }

  /// Where the engine is asked, and the images that the compose file names.
  public func settled(_ context: ProbeContext) -> [SettledValue] {
    let endpoint = try? EndpointSearch(host: context.host).endpoint().address.shown(context.shown)
    let images = settings.services.compactMap { service in
      service.image.map { SettledValue(FactID("docker.container[\(service.containerName ?? service.name)].image"), $0) }
    }
    return (endpoint.map { [SettledValue("docker.endpoint", $0)] } ?? []) + images
  }

  /// Measures.
  public func observe(_ context: ProbeContext) async -> Observation {
    // What is left to do after the last answer needs a moment of its own.
    let deadline = Deadline(instant: context.deadline.instant - .milliseconds(100))
    let findings = EngineFindings(context: context)
    let guide = DockerGuide(settings: settings, context: context, compose: ComposeCommand(settings, context))
    let endpoint: DockerEndpoint
    do throws(EndpointProblem) {
      let recorded = context.expected?.fact("docker.endpoint")?.source.kind
      endpoint = try EndpointSearch(host: context.host, expectsContext: recorded == .dockerContext).endpoint()
    } catch {
      return lost(findings.problem(error), guide, nil)
    }
    do throws(EngineFailure) {
      let (client, version) = try await connect(to: endpoint, context.host, deadline: deadline)
      return await measure(client, version, endpoint, guide, context, deadline)
    } catch {
      return lost(findings.lost(error, endpoint), guide, endpoint)
    }
  }

  private func lost(_ finding: Finding, _ guide: DockerGuide, _ endpoint: DockerEndpoint?) -> Observation {
    Observation(
      probe: area, facts: [], findings: [finding] + [hidden].compactMap(\.self), setup: guide.setup(lost: endpoint),
      verification: guide.verification)
  }

  func connect(
    to endpoint: DockerEndpoint, _ host: Host, deadline: Deadline
  ) async throws(EngineFailure) -> (any EngineClient, EngineVersion) {
    if case .ssh(let address) = endpoint.address {
      return try await EngineCommand.connect(to: address, host, deadline: deadline)
    }
    return try await EngineAPI.connect(to: endpoint, host.http, deadline: deadline)
  }

  private func measure(
    _ client: any EngineClient, _ version: EngineVersion, _ endpoint: DockerEndpoint, _ guide: DockerGuide,
    _ context: ProbeContext, _ deadline: Deadline
  ) async -> Observation {
    var report = DockerReport(settings: settings, context: context, endpoint: endpoint)
    report.add(version)
    if let hidden {
      return Observation(
        probe: area, facts: report.facts, findings: report.findings + [hidden],
        summary: report.summary, setup: guide.setup(endpoint, running: []), verification: guide.verification)
    }
    let scope = ContainerScope(
      scope: settings.scope.value, root: context.project.root, projectName: context.project.name.value)
    do throws(EngineFailure) {
      let listed = try await client.containers(labelled: scope.label, deadline: deadline).filter(scope.contains)
      report.addCompose(listed)
      let details = await client.details(of: listed, deadline: deadline)
      let builds = await Builds(settings, details, context, deadline: deadline)
      let images = await client.images(references(details, builds), deadline: deadline)
      let sources = await builds.verdicts(images)
      report.add(details, images, sources)
    } catch {
      report.addUnlisted(error)
    }
    return Observation(
      probe: area, facts: report.facts, findings: report.findings, summary: report.summary,
      setup: guide.setup(endpoint, running: report.running), verification: guide.verification,
      wayBack: report.wayBack)
  }

  /// Which containers are the project's cannot be told without the files that say so.
  var hidden: Finding? {
    if let problem = settings.problem { return Self.mistakenCompose(problem) }
    guard !settings.unreadable.isEmpty else { return nil }
    return settings.unreadable.finding(
      "docker.file-unreadable", "which containers are the project's is not known",
      facts: ["docker.containers", "docker.container[*].*"])
  }

  private static func mistakenCompose(_ problem: ConfigurationError) -> Finding {
    Finding(
      "docker.compose-invalid", .unknown,
      "which containers are the project's is not known, since its compose file cannot be understood: \(Untrusted(problem.description))",
      remedies: [Remedy(.run("docker", "compose", "config", "-q"), "shows what is wrong with it")],
      facts: ["docker.containers", "docker.container[*].*"])
  }

  /// The images to ask for: what each container's tag means now, what each is made from, and what those that were built
  /// here start from.
  func references(
    _ details: [(ContainerSummary, Result<Container?, EngineFailure>)], _ builds: Builds
  ) -> Set<String> {
    var references = builds.bases
    for case (let summary, .success(let container?)) in details {
      if let asked = settings.service(of: summary).flatMap(ServiceChange.image) { references.insert(asked) }
      if !container.image.isEmpty { references.insert(container.image) }
      references.insert(container.imageID)
    }
    return references
  }
}

extension DockerSettings {
  /// The service of the compose file that a container belongs to, or nil.
  func service(of summary: ContainerSummary) -> Service? {
    guard case .compose(let project, _) = scope.value, summary.compose.project == project else { return nil }
    return services.first { $0.name == summary.compose.service }
  }
}
