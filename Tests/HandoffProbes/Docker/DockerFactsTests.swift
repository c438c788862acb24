import Foundation
import HandoffModel
import HandoffProject
import HandoffSystem
import HandoffTestSupport
import HandoffText
import Testing

@testable import HandoffProbes

/// The facts, as `docker inspect` sees them too, by every way to the engine.
@Suite(Lab.needs("docker", "DOCKER_HOST", "DOCKER_TLS_HOST", "IMAGE", "COMPOSE", "DOCKER_CLI"))
struct DockerFactsTests {
  static let files = [
    "docker-compose.yml": """
    version: "2.4"
    services:
      web:
        image: IMAGE
        command: sleep 1000
        ports: ["80", "127.0.0.1::81/udp"]
        healthcheck: {test: ["CMD", "true"], interval: 1s}
      worker: {image: IMAGE, command: sleep 1000, labels: {a: "b,c=d"}}
      tools: {image: IMAGE, profiles: [debug]}
    """
  ]

  enum Way: String, CaseIterable {
    case socket, encrypted, encryptedContext, overSSH
  }

  /// The variables that lead to the lab's engine by another way.
  func changes(_ way: Way, _ fixture: DockerFixture) async throws -> [String: String?] {
    let certificates = try Lab.value("DOCKER_CERTS")
    switch way {
    case .socket: return [:]
    case .encrypted:
      return [
        "DOCKER_HOST": try Lab.value("DOCKER_TLS_HOST"), "DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": certificates,
      ]
    case .encryptedContext:
      let host = try Lab.value("DOCKER_TLS_HOST")
      try await fixture.docker(
        "context", "create", "far+away", "--docker",
        "host=\(host),ca=\(certificates)/ca.pem,cert=\(certificates)/cert.pem,key=\(certificates)/key.pem")
      return ["DOCKER_HOST": nil, "DOCKER_CONTEXT": "far+away"]
    case .overSSH:
      // What the docker command calls ssh for is to reach another docker command; here both are on one machine.
      let (docker, socket) = (try Lab.value("DOCKER_CLI"), try Lab.value("DOCKER_HOST"))
      try fixture.folder.write("bin/ssh", "#!/bin/sh\nexec \(docker) -H \(socket) system dial-stdio\n")
      chmod(fixture.folder.path + "/bin/ssh", 0o755)
      return [
        "DOCKER_HOST": "ssh://somebody@far.away",
        "PATH": fixture.folder.path + "/bin:" + (fixture.variables["PATH"] ?? ""),
      ]
    }
  }

  @Test("The facts are what docker inspect says, by whichever way the engine is reached", arguments: Way.allCases)
  func facts(way: Way) async throws {
    try await DockerFixture.with(Self.files) { fixture in
      try await fixture.compose("up", "-d")
      try await fixture.run(
        "fixed", ["-p", "127.0.0.1:0:7000", "-P", "--expose", "9000"], command: "sleep", "1000")
      try await fixture.docker(
        "run", "-d", "--name", fixture.name + "-once", "--label", "com.docker.compose.project=\(fixture.name)",
        "--label",
        "com.docker.compose.oneoff=True", try Lab.value("IMAGE"), "sleep", "1000")
      let names = try await fixture.docker(
        "ps", "-a", "--filter", "label=com.docker.compose.project=\(fixture.name)", "--format", "{{.Names}}"
      ).split(separator: "\n").map(String.init).filter { !$0.hasSuffix("-once") }.sorted()
      let web = try #require(names.first { $0.contains("web") })
      try await fixture.wait(web, "{{.State.Health.Status}}") { $0 == "healthy" }

      let observation = try await fixture.observe(changing: try await changes(way, fixture))
      #expect(observation.verdicts == [])
      #expect(names.count == 3)
      #expect(observation.fact("docker.containers")?.value == .strings(names))
      for name in names {
        func fact(_ attribute: String) -> JSONValue? {
          observation.fact(FactID("docker.container[\(name)].\(attribute)"))?.value
        }
        #expect(fact("image")?.string == (try await fixture.inspect(name, "{{.Config.Image}}")))
        #expect(fact("imageID")?.string == (try await fixture.inspect(name, "{{.Image}}")))
        #expect(fact("state")?.string == (try await fixture.inspect(name, "{{.State.Status}}")))
        #expect(fact("restarts") == .int(0))
        let health = try await fixture.inspect(name, "{{if .State.Health}}{{.State.Health.Status}}{{end}}")
        #expect(fact("health")?.string ?? "" == health)
      }
      #expect(observation.fact(FactID("docker.container[\(web)].ports"))?.value == ["127.0.0.1::81/udp", "80/tcp"])
      #expect(
        observation.fact(FactID("docker.container[\(fixture.name)-fixed].ports"))?.value
          == ["127.0.0.1::7000/tcp", "9000/tcp"])
      #expect(
        observation.fact(FactID("docker.container[\(web)].image"))?.source
          == Source(.compose, "docker-compose.yml: web"))
      let server = try await fixture.docker("version", "--format", "{{.Server.Version}}")
      #expect(observation.fact("docker.engine")?.value.string == server)
      let endpoint = try #require(observation.fact("docker.endpoint"))
      switch way {
      case .socket: #expect(endpoint.value.string == (try Lab.value("DOCKER_SOCKET")))
      case .encrypted: #expect(endpoint.value.string == (try Lab.value("DOCKER_TLS_HOST")))
      case .encryptedContext: #expect(endpoint.source == Source(.dockerContext, "far+away"))
      case .overSSH: #expect(endpoint.value == "ssh://somebody@far.away")
      }
      #expect(observation.summary.plain == "3 containers")
    }
  }

  @Test("A scope of names takes the containers whose names match, whoever started them")
  func names() async throws {
    try await DockerFixture.with(Self.files) { fixture in
      for name in ["aicore-api", "aicore-db", "other"] {
        try await fixture.docker("create", "--name", "\(fixture.name)-\(name)", try Lab.value("IMAGE"))
      }
      let observation = try await fixture.observe(scope: .names(["\(fixture.name)-aicore*"]))
      #expect(
        observation.fact("docker.containers")?.value
          == .strings(["\(fixture.name)-aicore-api", "\(fixture.name)-aicore-db"]))
    }
  }

  @Test("Without a compose file the containers of images named after the project are its own")
  func builtHere() async throws {
    try await DockerFixture.with(["Dockerfile": "FROM IMAGE\n"]) { fixture in
      let folder = try #require(fixture.folder.path.split(separator: "/").last).lowercased()
      try await fixture.docker("tag", try Lab.value("IMAGE"), folder + "-api:1")
      try await fixture.docker("create", "--name", fixture.name + "-mine", folder + "-api:1")
      try await fixture.docker("create", "--name", fixture.name + "-other", try Lab.value("IMAGE"))
      let observation = try await fixture.observe()
      #expect(observation.fact("docker.containers")?.value == .strings([fixture.name + "-mine"]))
      try await fixture.docker("rm", fixture.name + "-mine")
      try await fixture.docker("rmi", folder + "-api:1")
    }
  }

  @Test("The verification command shows exactly the containers of the facts, and the set-up brings them back")
  func guide() async throws {
    try await DockerFixture.with(Self.files) { fixture in
      try await fixture.compose("up", "-d")
      let before = try await fixture.observe()
      let listing = try #require(before.verification.last).command.bash
      let answer = try await Witness.ask(
        "/bin/sh", ["-c", listing], environment: fixture.variables, in: fixture.folder.path)
      let shown = answer.output.split(separator: "\n").dropFirst().map { String($0.prefix { $0 != " " }) }
      #expect(before.fact("docker.containers")?.value == .strings(shown.sorted()))
      try await fixture.compose("down")
      #expect(try await fixture.observe().verdicts == ["docker.service-down failure"])
      for step in before.setup { try await fixture.apply(Remedy(step.command, step.description)) }
      let after = try await fixture.observe()
      #expect(fixture.changes(before, after).filter { !$0.hasPrefix("docker.container[") } == [])
      #expect(after.fact("docker.containers") == before.fact("docker.containers"))
    }
  }
}
