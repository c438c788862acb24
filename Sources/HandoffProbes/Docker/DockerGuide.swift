import HandoffModel
import HandoffProject
import HandoffSystem
import HandoffText

/// How a new session gets to the same engine and containers, and how it sees that it did.
struct DockerGuide {
  let settings: DockerSettings
  let context: ProbeContext
  let compose: ComposeCommand

  /// How to configure it in a new session.
  /// - Parameters:
  ///   - endpoint: the engine that was asked, or nil.
  ///   - running: the names of the project's containers that run.
  func setup(_ endpoint: DockerEndpoint?, running: [String]) -> [GuideStep] {
    var steps = endpoint.map(choose) ?? []
    switch settings.scope.value {
    case .compose(let project, _):
      if settings.scope.source.kind == .environment {
        steps.append(GuideStep(.export(settings.scope.source.detail, project), "names the compose project"))
      }
      steps.append(GuideStep(compose.run(["up", "-d"]), "starts the services"))
    case .names, .builtHere, .all:
      if !running.isEmpty { steps.append(GuideStep(.run(["docker", "start"] + running), "starts the containers")) }
    }
    return steps
  }

  /// How to configure it in a new session, where the engine could not be asked: as the handoff recorded it, else with
  /// what the project says.
  func setup(lost endpoint: DockerEndpoint?) -> [GuideStep] {
    let commands = EndpointCommands(context: context)
    let expected = context.expected
    let shown = endpoint?.address.shown(context.shown)
    var steps: [GuideStep] = []
    if let recorded = expected?.fact("docker.endpoint"), let source = endpoint?.source ?? moved,
      recorded.value.string != shown
    {
      steps = commands.elsewhere(from: source, at: shown).map { GuideStep($0.command, $0.description) }
    } else if let endpoint {
      steps = choose(endpoint) + commands.start(endpoint).map { GuideStep($0.command, $0.description) }
    }
    let containers = (expected?.fact("docker.containers")?.value.strings ?? []).filter { name in
      ContainerSummary.isName(name)
        && expected?.fact(FactID("docker.container[\(name)].state"))?.value.string == "running"
    }
    return steps + setup(nil, running: containers)
  }

  /// Which variable chooses an endpoint that is none.
  private var moved: Source? {
    ["DOCKER_HOST", "DOCKER_CONTEXT"].first { context.host.environment[$0] != nil }.map { Source(.environment, $0) }
  }

  private func choose(_ endpoint: DockerEndpoint) -> [GuideStep] {
    let environment = context.host.environment
    var steps: [GuideStep] = []
    if let folder = environment["DOCKER_CONFIG"] {
      steps.append(
        GuideStep(EndpointCommands.export("DOCKER_CONFIG", path: context.shown(folder)), "names the settings' folder"))
    }
    if endpoint.source.kind == .dockerContext {
      let name = endpoint.source.detail
      steps.append(
        environment["DOCKER_CONTEXT"] == nil
          ? GuideStep(.run("docker", "context", "use", name), "chooses the engine")
          : GuideStep(.export("DOCKER_CONTEXT", name), "chooses the engine"))
    } else if endpoint.source.detail == "DOCKER_HOST" || endpoint.isBeyondDocker {
      steps.append(
        GuideStep(EndpointCommands.export(host: endpoint.address.shown(context.shown)), "chooses the engine"))
    }
    if endpoint.source.kind == .environment, endpoint.tls != nil {
      for name in ["DOCKER_TLS_VERIFY", "DOCKER_TLS"] where environment[name] != nil {
        steps.append(GuideStep(.export(name, "1"), "encrypts the connection"))
      }
      if let folder = environment["DOCKER_CERT_PATH"] {
        steps.append(
          GuideStep(
            EndpointCommands.export("DOCKER_CERT_PATH", path: context.shown(folder)), "names the certificates"))
      }
    }
    return steps
  }

  /// How to verify it by hand.
  var verification: [GuideStep] {
    var words = ["docker", "ps", "--all"]
    switch settings.scope.value {
    case .compose(let project, let names) where names.isEmpty:
      words += ["--filter", "label=\(ComposeLabels.projectLabel)=\(project)"]
    case .names(let patterns):
      for pattern in patterns { words += ["--filter", "name=" + Self.expression(pattern)] }
    case .compose, .builtHere, .all: break
    }
    words += ["--format", "table {{.Names}}\t{{.Status}}\t{{.Image}}".replacing("\t", with: "\\t")]
    return [
      GuideStep(.run("docker", "version", "--format", "{{.Server.Version}}"), "the engine answers"),
      GuideStep(.run(words), "the containers, with their state and health"),
    ]
  }

  /// A pattern as the regular expression of `docker ps --filter name=`.
  private static func expression(_ pattern: String) -> String {
    let parts = pattern.split(separator: "*", omittingEmptySubsequences: false).map { part in
      part.map { ".+()[]{}^$?|\\".contains($0) ? "\\\($0)" : String($0) }.joined()
    }
    return "^/?" + parts.joined(separator: ".*") + "$"
  }
}
