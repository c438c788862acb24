import HandoffModel
import HandoffProject
import HandoffSystem
import HandoffText

/// Commands that choose an endpoint, start an engine, and undo a choice.
struct EndpointCommands {
  let context: ProbeContext

  private var environment: ProcessEnvironment { context.host.environment }

  // MARK: Choosing

  /// Sets DOCKER_HOST to a socket or an address as ``EngineAddress/shown(_:)`` wrote it, with `~` and project-relative
  /// paths put in full by the shell.
  static func export(host shown: String) -> ShellCommand {
    if shown.contains("://") { return .export("DOCKER_HOST", shown) }
    let (variable, rest): (String, Substring) =
      shown.hasPrefix("/")
      ? ("", shown[...]) : shown.hasPrefix("~/") ? ("$HOME", shown.dropFirst()) : ("$PWD", "/" + shown)
    if variable.isEmpty { return .export("DOCKER_HOST", "unix://" + shown) }
    return ShellCommand(
      bash: "export DOCKER_HOST=\"unix://\(variable)\"\(ShellWord.bash(String(rest)))",
      powershell: ShellWord.powershell(String(rest), quoted: true).map {
        "$env:DOCKER_HOST = \"unix://\(variable)\" + \($0)"
      })
  }

  /// Sets a variable to a path of a document.
  static func export(_ name: String, path shown: String) -> ShellCommand {
    guard !shown.hasPrefix("/") else { return .export(name, shown) }
    let (variable, rest) = shown.hasPrefix("~/") ? ("$HOME", shown.dropFirst()) : ("$PWD", "/" + shown)
    return ShellCommand(
      bash: "export \(name)=\"\(variable)\"\(ShellWord.bash(String(rest)))",
      powershell: ShellWord.powershell(String(rest), quoted: true).map { "$env:\(name) = \"\(variable)\" + \($0)" })
  }

  /// What goes back to the endpoint that the handoff recorded, or else to the default one.
  /// - Parameters:
  ///   - source: where the present choice is made.
  ///   - address: the present choice as the fact would tell it, or nil where there is none.
  func elsewhere(from source: Source, at address: String?) -> [Remedy] {
    guard let recorded = context.expected?.fact("docker.endpoint"), let value = recorded.value.string,
      value != address || recorded.source != source
    else { return undo(source, "looks at the default endpoint again") }
    switch recorded.source.kind {
    case .dockerContext: return use(context: recorded.source.detail)
    case .defaultValue where recorded.source.detail == "Docker":
      return undo(source, "goes back to the default endpoint, as in the handoff")
    default:
      guard isLocal(value) else { return [] }
      return [Remedy(Self.export(host: value), "goes back to the endpoint of the handoff")]
    }
  }

  /// Goes back to a context of the handoff, if it still exists.
  private func use(context name: String) -> [Remedy] {
    guard ContainerSummary.isName(name.replacing("+", with: "_")), name == "default" || exists(context: name) else {
      return []
    }
    var remedies: [Remedy] = []
    if environment["DOCKER_HOST"] != nil {
      remedies.append(Remedy(.unset("DOCKER_HOST"), "lets the context count"))
    }
    if environment["DOCKER_CONTEXT"] != nil {
      remedies.append(Remedy(.export("DOCKER_CONTEXT", name), "goes back to the context of the handoff"))
    } else {
      remedies.append(Remedy(Self.use(name), "goes back to the context of the handoff"))
    }
    return remedies
  }

  /// Makes a context the current one, also where the current one does not exist, with which the command would do nothing
  /// without the option.
  private static func use(_ name: String) -> ShellCommand { .run("docker", "--context", name, "context", "use", name) }

  private func undo(_ source: Source, _ description: Message) -> [Remedy] {
    if environment["DOCKER_HOST"] != nil { return [Remedy(.unset("DOCKER_HOST"), description)] }
    if environment["DOCKER_CONTEXT"] != nil { return [Remedy(.unset("DOCKER_CONTEXT"), description)] }
    if source.kind == .dockerContext { return [Remedy(Self.use("default"), description)] }
    return []
  }

  private func exists(context name: String) -> Bool {
    guard let folder = EndpointSearch(host: context.host).configurationFolder else { return false }
    return context.host.files.kind(of: "\(folder)/contexts/meta/\(sha256(name))/meta.json") == .regular
  }

  /// Whether an address that a document carries is on this machine: advice must not lead anywhere else.
  private func isLocal(_ shown: String) -> Bool {
    guard shown.contains("://") else { return true }
    guard case .tcp(let host, _, _) = EngineAddress(parsing: shown, tls: false) else { return false }
    return Self.isLoopback(host)
  }

  /// - Parameter host: an IPv6 address in brackets.
  static func isLoopback(_ host: String) -> Bool {
    LoopbackHost.contains(host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host)
  }

  // MARK: Starting

  /// What starts the engine behind a socket or a port of this machine.
  func start(_ endpoint: DockerEndpoint) -> [Remedy] {
    let words: [String]
    switch endpoint.address {
    case .ssh: return []
    case .tcp(let host, _, _):
      guard Self.isLoopback(host) else { return [] }
      words = Self.systemEngine
    case .unix(let path): words = Self.starter(path, runtime: environment["XDG_RUNTIME_DIR"])
    }
    return [Remedy(.run(words), "starts the engine")]
  }

  private static var systemEngine: [String] {
    #if os(macOS)
      ["open", "-a", "Docker"]
    #else
      ["sudo", "systemctl", "start", "docker"]
    #endif
  }

  private static func starter(_ path: String, runtime: String?) -> [String] {
    if path.contains("/.colima/") || path.contains("/colima/") { return ["colima", "start"] }
    if path.contains("/.rd/") { return ["rdctl", "start"] }
    #if os(macOS)
      if path.contains("/.orbstack/") { return ["open", "-a", "OrbStack"] }
      if path.contains("podman") { return ["podman", "machine", "start"] }
    #else
      let isOwn = path.hasPrefix("/run/user/") || runtime.map { path.hasPrefix($0 + "/") } == true
      let manager = isOwn ? ["systemctl", "--user"] : ["sudo", "systemctl"]
      if path.contains("podman") { return manager + ["start", "podman.socket"] }
      if path.contains("/.docker/desktop/") { return ["systemctl", "--user", "start", "docker-desktop"] }
      if isOwn { return manager + ["start", "docker"] }
    #endif
    return systemEngine
  }
}
