import HandoffModel
import HandoffProject
import HandoffSystem
import HandoffText

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
  private var advice: ContainerSetFindings

  init(settings: DockerSettings, context: ProbeContext, endpoint: DockerEndpoint) {
    self.settings = settings
    self.context = context
    self.endpoint = endpoint
    advice = ContainerSetFindings(settings, context)
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
  /// Containers that were made with `--env-file` say that it is given other variables than we know, and which file.
  mutating func addCompose(_ present: [ContainerSummary]) {
    let given = Set(present.filter { settings.service(of: $0) != nil }.map(\.compose.environmentFiles))
    if given.count == 1, let files = given.first {
      advice = ContainerSetFindings(settings, context, environmentFiles: files)
    }
    let hasOwnVariables = given.contains { !$0.isEmpty }
    // Containers that were made of more files say that ours are not all, and what ours lack may stand in the others.
    guard present.allSatisfy({ $0.compose.isMadeOnly(of: settings.composeFiles) }) else { return }
    let refusals = settings.refusals.filter { !hasOwnVariables || !$0.dependsOnVariables }
    if let finding = advice.refused(refusals) { findings.append(finding) }
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
    let seen = ContainerSeen(
      summary: summary, container: container, service: settings.service(of: summary), source: source,
      advice: advice)
    let verdict = seen.verdict
    if verdict.state == "running" { running.append(summary.name) }
    facts += seen.facts(state: verdict.state)
    if let service = seen.service {
      for attribute in ["image", "ports"] { wayBack[seen.id(attribute)] = advice.recreate(service: service.name) }
    }
    return [verdict.finding].compactMap(\.self) + seen.findings(images)
  }
}
