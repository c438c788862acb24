import HandoffModel
import HandoffSystem

/// The engine that a project's docker commands speak to, and where that is configured.
struct DockerEndpoint: Hashable, Sendable {
  /// Where it listens.
  let address: EngineAddress
  /// The files of an encrypted connection, or nil for a plain one.
  let tls: HTTPRequest.TLS?
  /// Where the address is configured.
  let source: Source
  /// Whether it was found at a place that the docker command does not look at by itself.
  var isBeyondDocker = false
}

/// Why there is no endpoint to speak to.
enum EndpointProblem: Error, Hashable {
  /// The context is not in the store.
  case contextMissing(String, Source)
  /// The context is in the store and names no address that could be used.
  case contextUnusable(String, Source)
  /// A variable holds something that is no address.
  case invalidAddress(String, Source)
  /// A file that would say where the engine is, or how to speak to it, is there and cannot be read; its path.
  case unreadable(String, FileError)
}

/// Finds the endpoint as the docker command does.
///
/// DOCKER_HOST, then the context of DOCKER_CONTEXT, then the current context of `config.json`, then the default socket
/// (https://docs.docker.com/engine/manage-resources/contexts/ and
/// https://docs.docker.com/reference/cli/docker/#environment-variables); where there is no default socket, those of
/// rootless Docker, Docker Desktop, Colima, Rancher Desktop, OrbStack and Podman.
struct EndpointSearch {
  let host: Host
  /// The socket that the docker command asks when nothing names another.
  var defaultSocket = EngineAddress.defaultSocket
  /// Whether a context is known to be meant: then settings that may not be read are not passed over.
  var expectsContext = false

  private var environment: ProcessEnvironment { host.environment }

  /// The folder of the docker command's configuration, or nil without a home.
  var configurationFolder: String? {
    environment["DOCKER_CONFIG"] ?? environment.home.map { $0 + "/.docker" }
  }

  /// Finds it.
  func endpoint() throws(EndpointProblem) -> DockerEndpoint {
    if let text = environment["DOCKER_HOST"] {
      let source = Source(.environment, "DOCKER_HOST")
      guard let address = EngineAddress(parsing: text, tls: variablesWantTLS) else {
        throw .invalidAddress(text, source)
      }
      return DockerEndpoint(address: address, tls: try tlsOfVariables(for: address), source: source)
    }
    let contextName = try contextName()
    if let (name, source) = contextName, name != "default" { return try context(name, source) }
    if variablesWantTLS {
      let address = EngineAddress.tcp(host: "localhost", port: 2376, path: "")
      let name = environment["DOCKER_TLS_VERIFY"] == nil ? "DOCKER_TLS" : "DOCKER_TLS_VERIFY"
      let tls = try tlsOfVariables(for: address)
      return DockerEndpoint(address: address, tls: tls, source: Source(.environment, name))
    }
    let isDefaultAsked = contextName != nil
    if !isDefaultAsked, host.files.kind(of: defaultSocket) == nil {
      for (owner, socket) in otherSockets where host.files.kind(of: socket) == .socket {
        return DockerEndpoint(
          address: .unix(socket), tls: nil, source: Source(.defaultValue, owner), isBeyondDocker: true)
      }
    }
    return DockerEndpoint(
      address: .unix(defaultSocket), tls: nil, source: Source(.defaultValue, "Docker"))
  }

  // MARK: Variables

  /// Any value switches it on, also `0`.
  private var variablesWantTLS: Bool {
    environment["DOCKER_TLS_VERIFY"] != nil || environment["DOCKER_TLS"] != nil
  }

  private func tlsOfVariables(for address: EngineAddress) throws(EndpointProblem) -> HTTPRequest.TLS? {
    guard variablesWantTLS, case .tcp = address else { return nil }
    let verify = environment["DOCKER_TLS_VERIFY"] != nil
    let folder = environment["DOCKER_CERT_PATH"] ?? configurationFolder ?? ""
    return HTTPRequest.TLS(
      authority: verify ? folder + "/ca.pem" : nil, certificate: try existing(folder + "/cert.pem"),
      key: try existing(folder + "/key.pem"), verify: verify)
  }

  /// The path of a file, or nil where there is none.
  /// - Throws: ``EndpointProblem/unreadable(_:_:)`` where that may not be seen.
  private func existing(_ path: String) throws(EndpointProblem) -> String? {
    do throws(FileError) {
      return try host.files.examine(path) == .regular ? path : nil
    } catch {
      if error == .missing { return nil }
      throw .unreadable(path, error)
    }
  }

  // MARK: Contexts

  /// The context that is asked for, and where. Settings that are no JSON are passed over, as the docker command does.
  private func contextName() throws(EndpointProblem) -> (String, Source)? {
    if let name = environment["DOCKER_CONTEXT"] { return (name, Source(.environment, "DOCKER_CONTEXT")) }
    guard let file = configurationFolder.map({ $0 + "/config.json" }) else { return nil }
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try host.files.read(file)
    } catch {
      if error == .missing { return nil }
      // The docker command warns, and asks the engine that is there.
      if error == .notPermitted, !expectsContext, host.files.kind(of: defaultSocket) == .socket { return nil }
      throw .unreadable(file, error)
    }
    guard let name = (try? JSONValue(parsing: bytes))?["currentContext"]?.string, !name.isEmpty else { return nil }
    return (name, Source(.dockerContext, name))
  }

  /// Reads a context of the store: `contexts/meta/DIGEST/meta.json` and `contexts/tls/DIGEST/docker/*.pem`, the digest
  /// being the SHA-256 of the name. https://pkg.go.dev/github.com/docker/cli/cli/context/store
  private func context(_ name: String, _ asked: Source) throws(EndpointProblem) -> DockerEndpoint {
    guard let folder = configurationFolder.map({ $0 + "/contexts" }) else { throw .contextMissing(name, asked) }
    let digest = sha256(name)
    let file = "\(folder)/meta/\(digest)/meta.json"
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try host.files.read(file)
    } catch {
      if error == .missing { throw .contextMissing(name, asked) }
      throw .unreadable(file, error)
    }
    guard let endpoint = (try? JSONValue(parsing: bytes))?["Endpoints"]?["docker"],
      let text = endpoint["Host"]?.string
    else { throw .contextUnusable(name, asked) }
    let files = "\(folder)/tls/\(digest)/docker/"
    let authority = try existing(files + "ca.pem")
    let certificate = try existing(files + "cert.pem")
    let key = try existing(files + "key.pem")
    let skipsVerification = endpoint["SkipTLSVerify"]?.bool == true
    let hasTLS = authority != nil || certificate != nil || key != nil || skipsVerification
    guard let address = EngineAddress(parsing: text, tls: hasTLS) else { throw .contextUnusable(name, asked) }
    var tls: HTTPRequest.TLS?
    if hasTLS, case .tcp = address {
      tls = HTTPRequest.TLS(
        authority: skipsVerification ? nil : authority, certificate: certificate, key: key, verify: !skipsVerification)
    }
    return DockerEndpoint(address: address, tls: tls, source: Source(.dockerContext, name))
  }

  // MARK: Other sockets

  /// Sockets of engines that the docker command finds only with a context or DOCKER_HOST, with whose they are.
  private var otherSockets: [(owner: String, path: String)] {
    var sockets: [(String, String)] = []
    let runtime = environment["XDG_RUNTIME_DIR"]
    if let runtime { sockets.append(("rootless Docker", runtime + "/docker.sock")) }
    if let home = environment.home {
      sockets += [
        ("Docker Desktop", home + "/.docker/desktop/docker.sock"),
        ("Docker Desktop", home + "/.docker/run/docker.sock"),
        ("Colima", home + "/.colima/default/docker.sock"), ("Colima", home + "/.config/colima/default/docker.sock"),
        ("Rancher Desktop", home + "/.rd/docker.sock"), ("OrbStack", home + "/.orbstack/run/docker.sock"),
      ]
    }
    if let runtime { sockets.append(("Podman", runtime + "/podman/podman.sock")) }
    sockets.append(("Podman", "/run/podman/podman.sock"))
    return sockets
  }
}
