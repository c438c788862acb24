import HandoffModel
import HandoffProject
import HandoffSystem
import HandoffText

/// Why an engine, or a part of what it knows, could not be looked at; with what mends it.
struct EngineFindings {
  let context: ProbeContext

  private var commands: EndpointCommands { EndpointCommands(context: context) }

  // MARK: No endpoint

  /// There is no endpoint to speak to.
  func problem(_ problem: EndpointProblem) -> Finding {
    switch problem {
    case .contextMissing(let name, let source):
      return failure(
        "wrong-context", "there is no Docker context \(Untrusted(name)), which \(asked(source)) names",
        commands.elsewhere(from: source, at: nil) + [list])
    case .contextUnusable(let name, let source):
      return failure(
        "wrong-context", "the Docker context \(Untrusted(name)) names no engine",
        commands.elsewhere(from: source, at: nil) + [list])
    case .invalidAddress(let text, let source):
      return failure(
        "invalid-host", "\(source.message) is not an address: \(Untrusted(withoutCredentials(text)))",
        commands.elsewhere(from: source, at: nil))
    case .unreadable(let path, let error): return unreadable(path, error)
    }
  }

  /// What says where the engine is cannot be read. The docker command goes on without its settings, to an engine that
  /// may be another one.
  private func unreadable(_ path: String, _ error: FileError) -> Finding {
    let closed = closedFolder(above: path)
    let place = ShellPath(context.shown(closed ?? path))
    let owned = Remedy(.makeReadable(place), "makes it yours to read")
    return Finding(
      "docker.settings-unreadable", .unknown,
      "which engine is meant is not known: \(Untrusted(context.shown(path))) cannot be read (\(Untrusted("\(error)")))",
      remedies: (error == .notPermitted && closed == nil ? [owned] : [])
        + [Remedy(place.command("ls", "-ld"), "shows what it is and who may read it")],
      facts: ["docker.*"])
  }

  /// The folder above a file that this user may not look into, or nil.
  private func closedFolder(above path: String) -> String? {
    var place = path
    while case .failure(.notPermitted) = Result(catching: { () throws(FileError) in
      try context.host.files.examine(place)
    }),
      let slash = place.lastIndex(of: "/"), slash > place.startIndex
    {
      place = String(place[..<slash])
    }
    return place == path ? nil : place
  }

  private func asked(_ source: Source) -> Message {
    source.kind == .environment ? source.message : "the docker command's configuration"
  }

  /// The option is for a current context that does not exist, with which the command would do nothing at all.
  private var list: Remedy {
    Remedy(.run("docker", "--context", "default", "context", "ls"), "shows the contexts that there are")
  }

  // MARK: No engine

  /// The engine could not be asked at all.
  func lost(_ reason: EngineFailure, _ endpoint: DockerEndpoint) -> Finding {
    let place = place(endpoint)
    let elsewhere = commands.elsewhere(from: endpoint.source, at: endpoint.address.shown(context.shown))
    switch reason {
    case .transport(.refused):
      return failure(
        "no-engine", "no Docker engine listens at \(place)", start(endpoint, elsewhere))
    case .transport(.noSocket):
      if endpoint.source.kind == .dockerContext {
        return failure(
          "wrong-context", "there is no socket at \(place), where the Docker context points",
          elsewhere + commands.start(endpoint))
      }
      return failure("no-engine", "there is no Docker socket at \(place)", start(endpoint, elsewhere))
    case .transport(.tls(let words)):
      if let file = certificates(endpoint).first(where: context.host.files.isForbidden) {
        let shown = context.shown(file)
        return Finding(
          "docker.tls", .unknown, "this user may not read \(Untrusted(shown)), which the connection to \(place) needs",
          remedies: [Remedy(ShellPath(shown).command("ls", "-ld"), "shows whose it is")] + elsewhere,
          facts: ["docker.*"])
      }
      return failure("tls", "\(encryption(endpoint, words, place))", elsewhere)
    case .refused(400, let said) where said.contains("HTTPS server"):
      return failure(
        "tls", "the engine at \(place) wants an encrypted connection",
        [Remedy(.export("DOCKER_TLS_VERIFY", "1"), "encrypts the connection, with the files of DOCKER_CERT_PATH")]
          + elsewhere)
    default:
      return unknown(reason, at: place, facts: ["docker.*"], extra: elsewhere)
    }
  }

  /// First what was chosen here and can be undone, where the handoff knows better; else what starts the engine.
  private func start(_ endpoint: DockerEndpoint, _ elsewhere: [Remedy]) -> [Remedy] {
    let isMoved = context.expected?.fact("docker.endpoint").map {
      $0.value.string != endpoint.address.shown(context.shown)
    }
    return isMoved == true ? elsewhere + commands.start(endpoint) : commands.start(endpoint) + elsewhere
  }

  private func encryption(_ endpoint: DockerEndpoint, _ words: String, _ place: Message) -> Message {
    if let missing = certificates(endpoint).first(where: { context.host.files.kind(of: $0) != .regular }) {
      return "there is no \(Untrusted(context.shown(missing))), which the connection to \(place) needs"
    }
    return "the encrypted connection to \(place) failed: \(Untrusted(words))"
  }

  private func certificates(_ endpoint: DockerEndpoint) -> [String] {
    [endpoint.tls?.authority, endpoint.tls?.certificate, endpoint.tls?.key].compactMap(\.self)
  }

  private func place(_ endpoint: DockerEndpoint) -> Message {
    "\(Untrusted(endpoint.address.shown(context.shown))) (\(endpoint.source.message))"
  }

  private func failure(_ id: String, _ message: Message, _ remedies: [Remedy]) -> Finding {
    Finding(
      "docker." + id, .failure, message, remedies: remedies.isEmpty ? [list] : remedies, facts: ["docker.engine"])
  }

  // MARK: Unknown

  /// A part of what the engine knows could not be had.
  func partial(_ reason: EngineFailure, _ endpoint: DockerEndpoint, facts: [FactID]) -> Finding {
    unknown(reason, at: place(endpoint), facts: facts, extra: [])
  }

  private func unknown(
    _ reason: EngineFailure, at place: Message, facts: [FactID], extra: [Remedy]
  ) -> Finding {
    func finding(_ id: String, _ message: Message, _ remedies: [Remedy] = []) -> Finding {
      let mends = remedies + extra
      return Finding("docker." + id, .unknown, message, remedies: mends.isEmpty ? [ask] : mends, facts: facts)
    }
    switch reason {
    case .transport(.timedOut), .command(.timedOut, _):
      return finding("timeout", "no answer from \(place) by the deadline")
    case .transport(.notPermitted):
      return finding("not-permitted", "\(place) may not be used by this user", [joinGroup])
    case .transport(.nameNotResolved):
      return finding("unreachable", "the name in \(place) could not be resolved")
    case .transport(.noRoute): return finding("unreachable", "there is no way to \(place)")
    case .transport(.refused), .transport(.noSocket):
      return finding("unexpected-answer", "the engine at \(place) went away")
    case .transport(.garbage): return finding("unexpected-answer", "the answer from \(place) is not HTTP")
    case .transport(.tooLarge): return finding("unexpected-answer", "the answer from \(place) is longer than is taken")
    case .transport(.tls(let words)), .transport(.other(let words)):
      return finding("unexpected-answer", "\(place) could not be asked: \(Untrusted(words))")
    case .transport(.libraryMissing):
      return finding("unreachable", "\(place) could not be asked: \(Untrusted(HTTPError.libraryAdvice))")
    case .refused(let status, _) where [401, 403, 407].contains(status):
      return finding("not-permitted", "\(place) refused to answer (HTTP status \(status))")
    case .refused(let status, _):
      return finding("unexpected-answer", "the answer from \(place) is HTTP status \(status)")
    case .senseless(let question):
      return finding("unexpected-answer", "the answer from \(place) to \(Untrusted(question)) makes no sense")
    case .command(.notFound, _), .command(.notPermitted, _):
      return finding(
        "unreachable", "\(place) is reached through the docker command, which is not installed",
        Installation.remedies(of: .docker, context.host))
    case .command(_, let said):
      // Of a command that it ran itself, the docker command says last what that complained.
      let complaint = said.firstRange(of: "stderr=").map { said[$0.upperBound...] } ?? said[...]
      let lines = complaint.split(whereSeparator: \.isNewline)
      let line = withoutCredentials(
        (lines.first ?? said[...].split(whereSeparator: \.isNewline).first).map(String.init) ?? "no reason given")
      return finding("unreachable", "\(place) was not reached: \(Untrusted(String(line.prefix(300))))")
    }
  }

  private var ask: Remedy { Remedy(.run("docker", "version"), "asks the engine by hand, without a deadline") }

  private var joinGroup: Remedy {
    #if os(macOS)
      Remedy(.run("open", "-a", "Docker"), "starts Docker Desktop, which makes a socket of this user's")
    #else
      Remedy(
        ShellCommand(bash: #"sudo usermod -aG docker "$USER" && newgrp docker"#, powershell: nil),
        "lets this user use Docker, which is as much as being root")
    #endif
  }
}
