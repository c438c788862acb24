import HandoffModel
import HandoffProject
import HandoffSystem
import HandoffText

/// What is wrong with one container, and what mends it.
struct ContainerVerdict {
  let name: String
  let container: Container
  /// The service of the project's compose file that it belongs to, or nil.
  let service: String?
  let compose: ComposeCommand
  /// The state that the handoff recorded, or nil.
  let expectedState: String?
  /// Whether another service waits for its service's end.
  let isAwaited: Bool
  /// The time of day in seconds since 1970.
  let now: Double

  /// From how many restarts, and how short after the last one, a container that runs is taken to be in a loop.
  private static let loop = (restarts: 3, seconds: 60.0)

  /// Whether its restart policy keeps starting it: in a loop it is seen running now and then, too.
  var isLooping: Bool {
    if container.status == "restarting" { return true }
    guard container.status == "running", container.restartCount >= Self.loop.restarts, let started = container.startedAt
    else { return false }
    return abs(now - started) < Self.loop.seconds
  }

  /// Its state, the same at every moment of a restart loop.
  var state: String { isLooping ? "restarting" : isCompleted ? "completed" : container.status }

  /// Whether it was meant to end, and ended well: another service waits for its end, or the handoff has it so. That a file
  /// says `restart: "no"` does not tell, as this is what holds without a word, and a worker that is stopped ends well, too.
  private var isCompleted: Bool {
    container.status == "exited" && container.exitCode == 0 && container.startError == nil
      && (isAwaited || expectedState == "completed")
  }

  /// Whether somebody counts on it running: a one-shot that did its work and ended well is as it should be.
  private var shouldRun: Bool {
    isMeantToRun || expectedState.map { !["exited", "completed", "dead", "created"].contains($0) } == true
  }

  /// Whether its settings say so, whatever a handoff recorded.
  private var isMeantToRun: Bool {
    ["always", "unless-stopped"].contains(container.restartPolicy) || container.publishesPorts
      || container.hasHealthCheck
  }

  /// `handoff setup` holds nothing against a handoff: it starts what is amiss by itself.
  private var offer: [Remedy] {
    isMeantToRun || container.exitCode != 0 || container.startError != nil || container.status == "created"
      ? [.setup("images")] : []
  }

  /// What is wrong, or nil.
  var finding: Finding? {
    if isLooping { return restarting }
    if container.status != "running", let error = container.startError, let taken = portTaken(error) { return taken }
    switch container.status {
    case "running":
      switch container.health {
      case "unhealthy": return unhealthy
      case "starting": return starting
      default: return nil
      }
    case "paused":
      return finding(
        "paused", .warning, "\(subject) is paused", [Remedy(.run("docker", "unpause", name), "lets it go on")])
    case "created": return notStarted
    case "exited": return isCompleted || (container.exitCode == 0 && !shouldRun) ? nil : exited
    case "dead":
      return finding(
        "exited", .failure, "\(subject) is dead: the engine could not remove it",
        recreate.isEmpty
          ? [Remedy(.run("docker", "rm", "--force", name), "removes what is left of it", destructive: true)] : recreate)
    default:
      return finding("exited", .failure, "\(subject) is \(Untrusted(container.status))", [start])
    }
  }

  private var subject: Message { "\(Untrusted(name))" }

  private func finding(_ id: String, _ severity: Status, _ message: Message, _ remedies: [Remedy]) -> Finding {
    let fact: FactID = FactID(
      "docker.container[\(name)]" + (id == "unhealthy" || id == "starting" ? ".health" : ".state"))
    return Finding("docker.container-" + id, severity, message, remedies: remedies, facts: [fact])
  }

  // MARK: Findings

  private var restarting: Finding {
    finding(
      "restarting", .failure,
      "\(subject) restarts in a loop: \(container.restartCount) restarts, \(ending)", [logs] + recreate)
  }

  private var exited: Finding {
    let message: Message =
      if let error = container.startError {
        "\(subject) could not be started: \(Untrusted(withoutCredentials(error)))"
      } else {
        "\(subject) is stopped; \(ending)"
      }
    return finding("exited", .failure, message, offer + [start, logs])
  }

  private var notStarted: Finding {
    guard let error = container.startError else {
      return finding(
        "not-started", shouldRun ? .failure : .warning, "\(subject) was created and never started",
        offer + [start])
    }
    return finding(
      "not-started", .failure, "\(subject) could not be started: \(Untrusted(withoutCredentials(error)))",
      offer + [start] + recreate)
  }

  /// The engine could not start it, as something else has its port.
  private func portTaken(_ error: String) -> Finding? {
    let isOfContainer = error.contains("port is already allocated")
    guard isOfContainer || error.contains("address already in use") else { return nil }
    // "Bind for 127.0.0.1:8080 failed", "listen tcp4 127.0.0.1:8080: bind: address already in use"
    let port = container.hostPorts.first { port in
      error.firstRange(of: ":\(port)").map { error[$0.upperBound...].first?.isNumber != true } == true
    }
    let name: Message = port.map { "port \(Untrusted($0))" } ?? "its port"
    let look =
      isOfContainer || port == nil
      ? ShellCommand.run(["docker", "ps"] + (port.map { ["--filter", "publish=" + $0] } ?? []))
      : Self.listeners(port ?? "")
    return Finding(
      "docker.port-taken", .failure,
      "\(subject) could not be started: \(name) is taken by another \(isOfContainer ? "container" : "program")",
      remedies: [
        Remedy(look, "shows which"), Remedy(.run("docker", "start", self.name), "starts it once the port is free"),
      ],
      facts: [FactID("docker.container[\(self.name)].state")])
  }

  private static func listeners(_ port: String) -> ShellCommand {
    #if os(macOS)
      .run("lsof", "-nP", "-iTCP:" + port, "-sTCP:LISTEN")
    #else
      .run("ss", "-lntp", "sport = :" + port)
    #endif
  }

  private var unhealthy: Finding {
    let times: Message = container.failingStreak > 0 ? ", \(container.failingStreak) times in a row" : ""
    return finding(
      "unhealthy", .failure, "\(subject) runs, but its health check fails\(times)",
      [
        Remedy(.run("docker", "restart", name), "starts it again"),
        Remedy(
          .run("docker", "inspect", "--format", "{{json .State.Health}}", name), "shows what the health check said"),
      ])
  }

  private var starting: Finding {
    finding(
      "starting", .warning, "\(subject) runs; its health check has not passed yet",
      [Remedy(.run("handoff", "verify", "--wait", "60"), "waits for it")])
  }

  private var ending: Message {
    // The engine keeps the mark over later starts.
    if container.wasOutOfMemory, container.exitCode == 137 { return "it was killed for want of memory" }
    return switch container.exitCode {
    case 137: "it was killed (status 137)"
    case 143: "it was ended from outside (status 143)"
    default: "it ended with status \(container.exitCode)"
    }
  }

  // MARK: Remedies

  private var start: Remedy { Remedy(.run("docker", "start", name), "starts it") }

  private var logs: Remedy {
    Remedy(.run("docker", "logs", "--tail", "50", name), "shows why it ended")
  }

  /// Made anew by compose, volumes kept; without compose nobody knows with which options.
  private var recreate: [Remedy] {
    guard let service else { return [] }
    return [
      Remedy(compose.run(["up", "-d", "--force-recreate"], service: service), "makes the container anew")
    ]
  }
}
