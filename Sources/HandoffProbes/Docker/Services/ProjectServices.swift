public import HandoffModel
public import HandoffProject
import HandoffSystem
public import HandoffText

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The services of a project and its containers, read as the Docker probe reads them, with what is needed to make them
/// anew: the command of compose, the digest of what a service is built from, and the engine that is meant.
///
/// Nothing here changes anything.
public struct ProjectServices: Sendable {
  /// Why they cannot be looked at.
  public struct Trouble: Error, Hashable, Sendable {
    /// The reason.
    public let message: Message
    /// What mends it.
    public let remedies: [Remedy]

    init(_ message: Message, _ remedies: [Remedy] = []) {
      self.message = message
      self.remedies = remedies
    }

    init(_ finding: Finding) { self.init(finding.message, finding.remedies) }
  }

  /// Which containers the project means.
  public let settings: DockerSettings
  let context: ProbeContext
  let endpoint: DockerEndpoint
  private var probe: DockerProbe { DockerProbe(settings: settings) }

  /// Finds the engine that the project's docker commands speak to.
  /// - Throws: ``Trouble`` where the project uses no Docker, its files cannot be understood, or no engine is named.
  public init(_ context: ProbeContext) throws(Trouble) {
    self.context = context
    switch context.project.docker {
    case .unused(let reason): throw Trouble("the project uses no Docker: \(reason)")
    case .undecided(let files):
      throw Trouble("whether the project uses Docker is not known, since \(files.message)")
    case .used(let used): settings = used
    }
    if let hidden = DockerProbe(settings: settings).hidden { throw Trouble(hidden) }
    do throws(EndpointProblem) {
      endpoint = try EndpointSearch(host: context.host).endpoint()
    } catch {
      throw Trouble(EngineFindings(context: context).problem(error))
    }
  }

  // MARK: What is there

  /// The services in the order of their names, each with its containers, then the containers of the project that no
  /// service stands for.
  /// - Parameter withSources: whether it is told how new their images are, for which files are read.
  /// - Throws: ``Trouble`` where the engine does not answer by the context's deadline.
  public func list(withSources: Bool = true) async throws(Trouble) -> [ServiceStatus] {
    let deadline = context.deadline
    let client = try await connect()
    let details: [(ContainerSummary, Result<Container?, EngineFailure>)]
    do throws(EngineFailure) {
      let found = try await client.containers(labelled: scope.label, deadline: deadline).filter(scope.contains)
      details = await client.details(of: found, deadline: deadline)
    } catch {
      throw Trouble(EngineFindings(context: context).lost(error, endpoint))
    }
    var present: [(summary: ContainerSummary, container: Container)] = []
    for (summary, result) in details.sorted(by: { $0.0.name < $1.0.name }) {
      switch result {
      case .success(let container?): present.append((summary, container))
      case .success(nil): continue
      case .failure(let reason):
        throw Trouble(EngineFindings(context: context).partial(reason, endpoint, facts: []))
      }
    }
    var images: [String: EngineImage] = [:]
    var verdicts: [String: ImageFreshness.Verdict] = [:]
    if withSources {
      let builds = await Builds(settings, details, context, deadline: deadline)
      images = await client.images(probe.references(details, builds), deadline: deadline)
      verdicts = await builds.verdicts(images)
    }
    return listed(present, images, verdicts)
  }

  private var scope: ContainerScope {
    ContainerScope(
      scope: settings.scope.value, root: context.project.root, projectName: context.project.name.value)
  }

  func connect() async throws(Trouble) -> any EngineClient {
    do throws(EngineFailure) {
      return try await probe.connect(to: endpoint, context.host, deadline: context.deadline).0
    } catch {
      throw Trouble(EngineFindings(context: context).lost(error, endpoint))
    }
  }

  private func listed(
    _ present: [(summary: ContainerSummary, container: Container)], _ images: [String: EngineImage],
    _ verdicts: [String: ImageFreshness.Verdict]
  ) -> [ServiceStatus] {
    var rows: [ServiceStatus] = []
    let compose = ComposeCommand(settings, context)
    var left = present
    for service in settings.services {
      var base = ServiceStatus(name: service.name, isComposed: true)
      base.isOptional = service.optional
      base.isAwaited = service.isAwaited
      base.isBuilt = service.buildContext != nil
      base.image = service.image
      let own = left.filter { settings.service(of: $0.summary)?.name == service.name }
      left.removeAll { settings.service(of: $0.summary)?.name == service.name }
      rows += own.isEmpty ? [base] : own.map { filled(base, $0.summary, $0.container, compose, images, verdicts) }
    }
    for (summary, container) in left {
      var base = ServiceStatus(name: summary.name, isComposed: false)
      base.isBuilt = Builds.service(of: summary, settings, context) != nil
      rows.append(filled(base, summary, container, compose, images, verdicts))
    }
    return rows
  }

  private func filled(
    _ base: ServiceStatus, _ summary: ContainerSummary, _ container: Container, _ compose: ComposeCommand,
    _ images: [String: EngineImage], _ verdicts: [String: ImageFreshness.Verdict]
  ) -> ServiceStatus {
    let service = settings.service(of: summary)
    var row = base
    row.container = summary.name
    row.environmentFiles = service == nil ? [] : summary.compose.environmentFiles
    row.containerID = summary.id
    row.state =
      ContainerVerdict(
        name: summary.name, container: container, service: service?.name, compose: compose,
        expectedState: nil, isAwaited: base.isAwaited, now: context.host.now().timeIntervalSince1970
      ).state
    row.health = container.health
    row.hasHealthCheck = container.hasHealthCheck
    row.startedAt = container.startedAt
    row.exitCode = container.exitCode
    row.restarts = container.restartCount
    row.image = container.image
    row.imageID = container.imageID
    row.imageCreatedAt = images[container.imageID]?.createdAt
    row.ports = container.ports(ephemeral: service?.ephemeralPorts ?? [])
    if let verdict = verdicts[summary.name] {
      row.isExact = verdict.isExact
      row.freshness =
        switch verdict.answer {
        case .current: .current
        case .stale(let reason): .stale(reason.message)
        case .unknown:
          .unknown(
            verdict.unreadable.map { "\(Untrusted($0)) cannot be read" }
              ?? "its image bears no digest, and git does not tell what changed since it was built")
        }
    }
    return row
  }
}
