import Foundation
import HandoffModel
import HandoffProject
import HandoffSystem
import HandoffTestSupport
import Testing

@testable import HandoffProbes

/// The endpoint is the one that the docker command itself would take.
@Suite struct EndpointSearchTests {
  /// The world of one home folder.
  func host(_ folder: TemporaryFolder, _ variables: [String: String]) -> HandoffSystem.Host {
    HandoffSystem.Host(
      environment: ProcessEnvironment(Lab.bareEnvironment(home: folder.path).merging(variables) { $1 }),
      workingDirectory: folder.path, commands: SubprocessRunner())
  }

  func endpoint(_ folder: TemporaryFolder, _ variables: [String: String]) throws -> DockerEndpoint {
    try EndpointSearch(host: host(folder, variables)).endpoint()
  }

  @Test(
    "Addresses are read as the docker command reads them",
    arguments: [
      ("unix:///a b/c.sock", .unix("/a b/c.sock")), ("unix://", .unix("/var/run/docker.sock")),
      (" tcp://h:1 ", .tcp(host: "h", port: 1, path: "")), ("tcp://h", .tcp(host: "h", port: 2375, path: "")),
      ("tcp://", .tcp(host: "localhost", port: 2375, path: "")), ("h:99", .tcp(host: "h", port: 99, path: "")),
      ("tcp://[::1]:2375/base", .tcp(host: "[::1]", port: 2375, path: "/base")),
      ("ssh://me@there:22", .ssh("ssh://me@there:22")), ("http://h:1", nil), ("tcp://a b:1", nil), ("tcp://h:0", nil),
      ("tcp://h:x", nil),
      ("tcp://u:p@h:1", nil), ("tcp://::1:2375", nil), ("npipe:////./pipe/docker", nil), ("", nil), ("\u{1b}[1m", nil),
    ] as [(String, EngineAddress?)])
  func addresses(text: String, address: EngineAddress?) {
    #expect(EngineAddress(parsing: text, tls: false) == address)
  }

  @Test("Without a port an encrypted connection goes to 2376")
  func encryptedPort() {
    #expect(EngineAddress(parsing: "tcp://h", tls: true) == .tcp(host: "h", port: 2376, path: ""))
  }

  @Test("An address is shown without user")
  func shown() {
    #expect(EngineAddress.ssh("ssh://me:word@there:22/run").shown { $0 } == "ssh://me@there:22")
  }

  enum Place: CaseIterable {
    case nothing, variable, contextVariable, currentContext, otherFolder, variableBeatsContext, defaultContext
  }

  @Test(
    "The endpoint is where docker context inspect says",
    Lab.needs("docker", "DOCKER_CLI"), arguments: Place.allCases)
  func witness(place: Place) async throws {
    let folder = try TemporaryFolder()
    func docker(_ arguments: [String], _ variables: [String: String] = [:]) async throws -> String {
      let environment = Lab.bareEnvironment(home: folder.path).merging(variables) { $1 }
      let answer = try await Witness.ask(try Lab.value("DOCKER_CLI"), arguments, environment: environment)
      try #require(answer.status == 0, "\(answer.complaint)")
      return answer.output
    }
    var variables: [String: String] = [:]
    if place == .otherFolder { variables["DOCKER_CONFIG"] = folder.path + "/elsewhere" }
    if place != .nothing {
      _ = try await docker(["context", "create", "near", "--docker", "host=unix:///near.sock"], variables)
      _ = try await docker(["context", "create", "far", "--docker", "host=tcp://far.example:2375"], variables)
    }
    switch place {
    case .nothing: break
    case .variable: variables["DOCKER_HOST"] = "tcp://build.example:4000"
    case .contextVariable: variables["DOCKER_CONTEXT"] = "far"
    case .currentContext, .otherFolder: _ = try await docker(["context", "use", "near"], variables)
    case .variableBeatsContext:
      _ = try await docker(["context", "use", "near"])
      variables["DOCKER_HOST"] = "unix:///own.sock"
      variables["DOCKER_CONTEXT"] = "far"
    case .defaultContext:
      _ = try await docker(["context", "use", "near"])
      variables["DOCKER_CONTEXT"] = "default"
    }
    // Shown as DOCKER_HOST has it, of the context that is in use.
    let said =
      place == .variableBeatsContext
      ? try await docker(
        ["context", "inspect", "default", "-f", "{{.Endpoints.docker.Host}}"], variables)
      : try await docker(["context", "inspect", "-f", "{{.Endpoints.docker.Host}}"], variables)
    let found = try endpoint(folder, variables)
    #expect(found.address == EngineAddress(parsing: said, tls: false))
  }

  @Test("A missing context, and one that names nothing, are told apart from an engine that is not there")
  func wrongContexts() throws {
    let folder = try TemporaryFolder([".docker/config.json": #"{"currentContext":"lost"}"#])
    #expect(throws: EndpointProblem.contextMissing("lost", Source(.dockerContext, "lost"))) {
      try endpoint(folder, [:])
    }
    #expect(throws: EndpointProblem.contextMissing("../x", Source(.environment, "DOCKER_CONTEXT"))) {
      try endpoint(folder, ["DOCKER_CONTEXT": "../x"])
    }
    try folder.write(".docker/contexts/meta/\(sha256("lost"))/meta.json", #"{"Name":"lost","Endpoints":{}}"#)
    #expect(throws: EndpointProblem.contextUnusable("lost", Source(.dockerContext, "lost"))) {
      try endpoint(folder, [:])
    }
    #expect(throws: EndpointProblem.invalidAddress("nonsense://x", Source(.environment, "DOCKER_HOST"))) {
      try endpoint(folder, ["DOCKER_HOST": "nonsense://x"])
    }
  }

  @Test("A configuration that is not JSON counts as none, as the docker command warns and goes on")
  func brokenConfiguration() throws {
    let folder = try TemporaryFolder([".docker/config.json": "{"])
    #expect(try endpoint(folder, ["DOCKER_CONTEXT": "default"]).address == .unix("/var/run/docker.sock"))
  }

  @Test("Encryption is switched on by DOCKER_TLS_VERIFY, whatever its value, and not by certificates alone")
  func encryption() throws {
    let folder = try TemporaryFolder(["certs/ca.pem": "", "certs/key.pem": ""])
    let certificates = folder.path + "/certs"
    let host = "tcp://h:1"
    #expect(try endpoint(folder, ["DOCKER_HOST": host, "DOCKER_CERT_PATH": certificates]).tls == nil)
    let verified = try endpoint(
      folder, ["DOCKER_HOST": host, "DOCKER_CERT_PATH": certificates, "DOCKER_TLS_VERIFY": "0"])
    #expect(
      verified.tls
        == HTTPRequest.TLS(
          authority: certificates + "/ca.pem", certificate: nil, key: certificates + "/key.pem", verify: true))
    let trusting = try endpoint(folder, ["DOCKER_HOST": host, "DOCKER_CERT_PATH": certificates, "DOCKER_TLS": "1"])
    #expect(trusting.tls?.verify == false)
    let alone = try endpoint(folder, ["DOCKER_TLS_VERIFY": "1"])
    #expect(alone.address == .tcp(host: "localhost", port: 2376, path: ""))
    #expect(alone.tls?.authority == folder.path + "/.docker/ca.pem")
    #expect(try endpoint(folder, ["DOCKER_HOST": "unix:///s", "DOCKER_TLS_VERIFY": "1"]).tls == nil)
  }

  @Test(
    "Where there is no default socket those of other engines are looked for",
    arguments: [
      (".colima/default/docker.sock", "Colima"), (".docker/desktop/docker.sock", "Docker Desktop"),
      ("run/docker.sock", "rootless Docker"), ("run/podman/podman.sock", "Podman"),
    ])
  func others(path: String, owner: String) throws {
    let folder = try TemporaryFolder()
    try folder.write(path + ".keep", "")
    let socket = folder.path + "/" + path
    let listener = try Listener(path: socket)
    let world = host(folder, ["XDG_RUNTIME_DIR": folder.path + "/run"])
    let found = try EndpointSearch(host: world, defaultSocket: folder.path + "/none").endpoint()
    #expect(found.address == .unix(socket))
    #expect(found.source == Source(.defaultValue, owner))
    #expect(found.isBeyondDocker)
    listener.stop()
    // An engine at the default socket is the one that the docker command speaks to.
    let usual = try EndpointSearch(host: world, defaultSocket: socket).endpoint()
    #expect(usual.source == Source(.defaultValue, "Docker"))
    #expect(!usual.isBeyondDocker)
  }
}
