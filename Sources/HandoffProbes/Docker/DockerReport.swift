import HandoffModel
import HandoffProject
import HandoffSystem
import HandoffText

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Gathers what the engine said: facts, findings, and the line for a glance.
struct DockerReport {
  let settings: DockerSettings
  let context: ProbeContext
  let endpoint: DockerEndpoint
  private(set) var facts: [Fact] = []
  private(set) var findings: [Finding] = []
  private(set) var summary = Message()
  /// What makes containers anew as the compose file says.
  private(set) var wayBack: [FactID: [Remedy]] = [:]
  /// The names of the containers that run.
  private(set) var running: [String] = []

  private static let engine = Source(.measured, "the engine")
  private var advice: ContainerSetFindings { ContainerSetFindings(settings: settings, context: context) }

  init(settings: DockerSettings, context: ProbeContext, endpoint: DockerEndpoint) {
    self.settings = settings
    self.context = context
    self.endpoint = endpoint
  }

  /// Adds the engine itself.
  mutating func add(_ version: EngineVersion) {
    let address = endpoint.address.shown(context.shown)
    facts.append(Fact("docker.engine", .state, .string(version.server), source: Self.engine))
    facts.append(Fact("docker.endpoint", .state, .string(address), source: endpoint.source))
    let commands = EndpointCommands(context: context)
    if let recorded = context.expected?.fact("docker.endpoint")?.value.string, recorded != address {
      findings.append(
        Finding(
          "docker.other-endpoint", .warning,
          "Docker is asked at \(Untrusted(address)) (\(endpoint.source.message)), not where it was",
          remedies: commands.elsewhere(from: endpoint.source, at: address), facts: ["docker.endpoint"]))
    }
    if endpoint.isBeyondDocker {
      findings.append(
        Finding(
          "docker.other-socket", .warning,
          "the docker command looks at \(Untrusted(EngineAddress.defaultSocket)), and the engine is at \(Untrusted(address))",
          remedies: [Remedy(EndpointCommands.export(host: address), "shows it the way")], facts: ["docker.endpoint"]))
    }
  }

  /// Adds what compose refuses its file for: the containers are as they were, and no command of it does anything to them.
  /// Containers that were made with `--env-file` say that it is called otherwise than we know.
  mutating func addRefusals(_ present: [ContainerSummary]) {
    guard let file = settings.composeFile?.value, !settings.refusals.isEmpty,
      !present.contains(where: \.compose.hasOwnVariables)
    else { return }
    let reasons = Message.joined(settings.refusals.map { "\(Untrusted($0.description))" }, separator: "; ")
    findings.append(
      Finding(
        "docker.compose-invalid", .failure, "compose refuses \(Untrusted(file)): \(reasons)",
        remedies: [
          Remedy(ComposeCommand(settings, context).run(["config", "-q"]), "shows what is wrong with it")
        ]))
  }

  /// The containers could not be listed.
  mutating func addUnlisted(_ reason: EngineFailure) {
    findings.append(
      EngineFindings(context: context).partial(
        reason, endpoint, facts: ["docker.containers", "docker.container[*].*"]))
  }

  /// Adds the containers; one that went away meanwhile is none of them.
  mutating func add(
    _ details: [(ContainerSummary, Result<Container?, EngineFailure>)], _ images: [String: EngineImage],
    _ sources: [String: ImageFreshness.Verdict]
  ) {
    var present: [ContainerSummary] = []
    var hidden: [(name: String, reason: EngineFailure)] = []
    var trouble: [Finding] = []
    for (summary, result) in details.sorted(by: { $0.0.name < $1.0.name }) {
      switch result {
      case .success(nil): continue
      case .success(let container?):
        present.append(summary)
        trouble += add(summary, container, images, sources[summary.name])
      case .failure(let reason):
        present.append(summary)
        hidden.append((summary.name, reason))
      }
    }
    let names = present.map(\.name)
    facts.append(Fact("docker.containers", .set, .strings(names), source: settings.scope.source))
    findings += advice.missing(present) + trouble + advice.undefined(present)
    if let reason = hidden.first?.reason {
      findings.append(
        EngineFindings(context: context).partial(
          reason, endpoint, facts: hidden.map { FactID("docker.container[\($0.name)].*") }))
    }
    summary = .joined(
      [DockerSummary.count(names.count, running: running.count + hidden.count)] + troubleSummary, separator: "; ")
  }

  private var troubleSummary: [Message] { DockerSummary.trouble(findings) }

  /// Adds one container, and gives what is wrong with it.
  private mutating func add(
    _ summary: ContainerSummary, _ container: Container, _ images: [String: EngineImage],
    _ source: ImageFreshness.Verdict?
  ) -> [Finding] {
    let name = summary.name
    let settled = settings.service(of: summary)
    let service = settled?.name
    let asked = service.flatMap { service in
      settings.composeFile.map { Source(.compose, "\($0.value): \(service)") }
    }
    let verdict = ContainerVerdict(
      name: name, container: container, service: service, compose: ComposeCommand(settings, context),
      expectedState: context.expected?.fact(FactID("docker.container[\(name)].state"))?.value.string,
      serviceEnding: settled?.ending ?? .unsaid, now: context.host.now().timeIntervalSince1970)
    if verdict.state == "running" { running.append(name) }
    func add(_ attribute: String, _ factClass: FactClass, _ value: JSONValue, _ source: Source = Self.engine) {
      facts.append(Fact(FactID("docker.container[\(name)].\(attribute)"), factClass, value, source: source))
    }
    add("image", .identity, .string(container.image), asked ?? Self.engine)
    add("ports", .state, .strings(container.ports(ephemeral: settled?.ephemeralPorts ?? [])), asked ?? Self.engine)
    if let service {
      for attribute in ["image", "ports"] {
        wayBack[FactID("docker.container[\(name)].\(attribute)")] = advice.recreate(service: service)
      }
    }
    add("state", .state, .string(verdict.state))
    if let health = container.health { add("health", .state, .string(health)) }
    let recordedSource = context.expected?.fact(FactID("docker.container[\(name)].source"))?.value.string
    // What could be told when it was recorded, and cannot now, is not seen rather than changed.
    let isUnseen = source?.answer == .unknown && ["current", "stale"].contains(recordedSource)
    if let source, !isUnseen {
      add("source", .state, .string(source.answer.rawValue), Source(.measured, source.isExact ? "its label" : "git"))
      if let digest = source.digest { add("sourceDigest", .volatile, .string(digest), Source(.measured, "its files")) }
    }
    add("imageID", .volatile, .string(container.imageID))
    add("restarts", .volatile, .int(container.restartCount))
    var findings = verdict.finding.map { [$0] } ?? []
    if isUnseen { findings.append(advice.sourceUnseen(name, unreadable: source?.unreadable)) }
    if let settled, let file = settings.composeFile?.value,
      let change = ServiceChange(settled, summary, container, settings, images)
    {
      findings.append(change.finding(name, file: file, up: advice.up(service: settled.name)))
    }
    if let service, let network = container.lostNetwork {
      findings.append(advice.disconnected(name, from: network, service: service))
    }
    if let tagged = images[container.image], tagged.id != container.imageID,
      !container.imageID.hasSuffix(container.image),
      images[container.imageID].map({ tagged.isRebuild(of: $0, isSourceOld: source?.answer == .current) }) != true
    {
      findings.append(advice.imageReplaced(name, container.image, service: service))
    }
    if case .stale(let reason) = source?.answer {
      findings.append(advice.imageStale(name, reason, service: service, image: container.image))
    }
    return findings
  }
}

/// The project's containers in one line: "10 containers; storyteller restarts in a loop".
enum DockerSummary {
  static func count(_ count: Int, running: Int) -> Message {
    if count == 0 { return "no containers" }
    let all: Message = count == 1 ? "1 container" : "\(count) containers"
    return running == count ? all : "\(all), \(running) running"
  }

  /// What is wrong with containers, the first two of them named.
  static func trouble(_ findings: [Finding]) -> [Message] {
    var told: [Message] = []
    for finding in findings {
      guard let name = finding.facts.first?.member, let words = words[finding.id] else { continue }
      told.append("\(Untrusted(name)) \(words)")
    }
    return told.count <= 2 ? told : Array(told.prefix(2)) + ["\(told.count - 2) more"]
  }

  private static let words: [String: Message] = [
    "docker.container-exited": "is stopped", "docker.container-not-started": "was never started",
    "docker.container-paused": "is paused", "docker.container-restarting": "restarts in a loop",
    "docker.container-unhealthy": "is unhealthy", "docker.container-starting": "is starting",
    "docker.container-gone": "is gone", "docker.image-stale": "is probably out of date",
    "docker.image-replaced": "runs an older image", "docker.port-taken": "has no port",
    "docker.service-undefined": "is no longer defined", "docker.service-changed": "is not as the file says",
  ]
}
