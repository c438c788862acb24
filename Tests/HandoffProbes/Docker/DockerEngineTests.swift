import Foundation
import HandoffModel
import HandoffProject
import HandoffSystem
import HandoffTestSupport
import HandoffText
import Testing

@testable import HandoffProbes

/// Each reason why an engine cannot be asked is told apart: what the world refused is a failure, what kept us from
/// looking is unknown.
@Suite(Lab.needs("docker", "DOCKER_HOST", "DOCKER_TLS_HOST", "IMAGE", "COMPOSE", "DOCKER_CLI"))
struct DockerEngineTests {
  static let files = [
    "docker-compose.yml": "version: \"2.4\"\nservices:\n  worker: {image: IMAGE, command: sleep 1000}\n"
  ]

  /// Observes a lost engine: no facts, one finding, about the head.
  func lost(
    _ fixture: DockerFixture, _ changes: [String: String?], expected: Observation? = nil, seconds: Double = 20,
    http: (any HTTPTransport)? = nil
  ) async throws -> Finding {
    let observation = try await fixture.observe(changing: changes, expected: expected, seconds: seconds, http: http)
    #expect(observation.facts == [])
    #expect(observation.findings.count == 1)
    let finding = try #require(observation.findings.first)
    #expect(finding.facts == [finding.severity == .failure ? "docker.engine" : "docker.*"])
    return finding
  }

  func told(_ finding: Finding) -> String { "\(finding.id) \(finding.severity)" }

  @Test("No socket, nobody behind the socket and nobody at the port are an engine that is not there")
  func noEngine() async throws {
    try await DockerFixture.with(Self.files) { fixture in
      let path = fixture.folder.path
      let listener = try Listener(path: path + "/stale.sock")
      listener.stop()
      let port = try Listener()
      port.stop()
      for (host, words) in [
        ("unix://\(path)/absent.sock", "there is no Docker socket at absent.sock"),
        ("unix://\(path)/stale.sock", "no Docker engine listens at stale.sock"),
        ("tcp://127.0.0.1:\(port.port)", "no Docker engine listens at tcp://127.0.0.1:\(port.port)"),
      ] {
        let finding = try await lost(fixture, ["DOCKER_HOST": host])
        #expect(told(finding) == "docker.no-engine failure")
        #expect(finding.message.plain == words + " (environment variable DOCKER_HOST)")
        #expect(finding.remedies.map(\.command.bash).contains("unset DOCKER_HOST"))
      }
    }
  }

  @Test("A lost engine is one change of the head fact, and the remedy goes back to the handoff's endpoint")
  func goesBack() async throws {
    try await DockerFixture.with(Self.files) { fixture in
      try await fixture.compose("up", "-d")
      let before = try await fixture.observe()
      #expect(before.verdicts == [])
      let broken: [String: String?] = ["DOCKER_HOST": "unix:///nonexistent/docker.sock"]
      let after = try await fixture.observe(changing: broken, expected: before)
      #expect(fixture.changes(before, after) == ["docker.engine gone failure"])
      let remedy = try #require(after.findings.first?.remedies.first)
      // What the shell then exports leads to the same facts again.
      let answer = try await Witness.ask(
        "/bin/sh", ["-c", remedy.command.bash + "; printf %s \"$DOCKER_HOST\""], environment: fixture.variables)
      let mended = try await fixture.observe(changing: ["DOCKER_HOST": answer.output], expected: before)
      #expect(fixture.changes(before, mended) == [])
      #expect(mended.verdicts == [])
    }
  }

  @Test("A context that is missing or points nowhere is wrong, and docker context use mends it")
  func wrongContext() async throws {
    try await DockerFixture.with(Self.files) { fixture in
      try await fixture.compose("up", "-d")
      try await fixture.docker("context", "create", "lab", "--docker", "host=\(try Lab.value("DOCKER_HOST"))")
      try await fixture.docker("context", "create", "nowhere", "--docker", "host=unix:///nonexistent/docker.sock")
      try await fixture.docker("context", "use", "lab")
      let byContext: [String: String?] = ["DOCKER_HOST": nil]
      let before = try await fixture.observe(changing: byContext)
      #expect(before.fact("docker.endpoint")?.source == Source(.dockerContext, "lab"))
      try await fixture.docker("context", "use", "nowhere")
      let nowhere = try await lost(fixture, byContext, expected: before)
      #expect(told(nowhere) == "docker.wrong-context failure")
      let remedy = try #require(nowhere.remedies.first)
      #expect(remedy.command.bash == "docker --context lab context use lab")
      try await fixture.apply(remedy)
      #expect(fixture.changes(before, try await fixture.observe(changing: byContext, expected: before)) == [])

      let missing = try await lost(fixture, ["DOCKER_HOST": nil, "DOCKER_CONTEXT": "gone"], expected: before)
      #expect(told(missing) == "docker.wrong-context failure")
      #expect(missing.remedies.first?.command.bash == "export DOCKER_CONTEXT=lab")
      let invalid = try await lost(fixture, ["DOCKER_HOST": "nonsense://engine"], expected: before)
      #expect(told(invalid) == "docker.invalid-host failure")
      #expect(invalid.remedies.first?.command.bash == "unset DOCKER_HOST")
    }
  }

  @Test("Another engine than the handoff's is one change, with the way back")
  func otherEngine() async throws {
    try await DockerFixture.with(Self.files) { fixture in
      try await fixture.compose("up", "-d")
      let before = try await fixture.observe()
      let encrypted: [String: String?] = [
        "DOCKER_HOST": try Lab.value("DOCKER_TLS_HOST"), "DOCKER_TLS_VERIFY": "1",
        "DOCKER_CERT_PATH": try Lab.value("DOCKER_CERTS"),
      ]
      let after = try await fixture.observe(changing: encrypted, expected: before)
      #expect(after.verdicts == ["docker.other-endpoint warning"])
      #expect(fixture.changes(before, after) == ["docker.endpoint changed failure"])
      #expect(
        after.findings.first?.remedies.first?.command.bash == "export DOCKER_HOST=\(try Lab.value("DOCKER_HOST"))")
    }
  }

  @Test("Encryption that is missing, or of strangers, is told apart from an engine that is not there")
  func encryption() async throws {
    try await DockerFixture.with(Self.files) { fixture in
      let host = try Lab.value("DOCKER_TLS_HOST")
      let plain = try await lost(fixture, ["DOCKER_HOST": host])
      #expect(told(plain) == "docker.tls failure")
      #expect(plain.remedies.first?.command.bash == "export DOCKER_TLS_VERIFY=1")
      let stranger = try Lab.value("DOCKER_STRANGER_CERTS")
      for (folder, words) in [
        (stranger, "the encrypted connection to"), (fixture.folder.path + "/none", "there is no none/ca.pem"),
      ] {
        let finding = try await lost(
          fixture, ["DOCKER_HOST": host, "DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": folder])
        #expect(told(finding) == "docker.tls failure")
        #expect(finding.message.plain.hasPrefix(words))
      }
    }
  }

  @Test("A socket that may not be used is unknown, not absent")
  func notPermitted() async throws {
    struct Refusing: HTTPTransport {
      func send(_ request: HTTPRequest, deadline: Deadline) async throws(HTTPError) -> HTTPResponse {
        throw .notPermitted
      }
    }
    try await DockerFixture.with(Self.files) { fixture in
      let finding = try await lost(fixture, [:], http: Refusing())
      #expect(told(finding) == "docker.not-permitted unknown")
      #expect(finding.remedies.first?.command.bash.contains("usermod -aG docker") == true)
    }
  }

  @Test(
    "Engines that hang, lie or never end are unknown, by the deadline",
    Lab.needs("liars", "LIAR_SOCKET_SILENT", "LIAR_SILENT", "LIAR_SOCKET_FLOOD"),
    arguments: [
      ("SILENT", "docker.timeout"), ("DRIP", "docker.timeout"), ("GARBAGE", "docker.unexpected-answer"),
      ("FLOOD", "docker.unexpected-answer"), ("ENDLESS_HEADERS", "docker.unexpected-answer"),
      ("CLOSE", "docker.unexpected-answer"), ("CUT", "docker.unexpected-answer"),
      ("REDIRECT", "docker.unexpected-answer"), ("ERROR500", "docker.unexpected-answer"),
      ("NOTJSON", "docker.unexpected-answer"), ("EXPIRED", "docker.not-permitted"),
    ])
  func liars(kind: String, id: String) async throws {
    try await DockerFixture.with(Self.files) { fixture in
      for host in ["unix://" + (try Lab.value("LIAR_SOCKET_" + kind)), "tcp://" + (try Lab.value("LIAR_" + kind))] {
        let start = ContinuousClock.now
        let finding = try await lost(fixture, ["DOCKER_HOST": host], seconds: 2)
        #expect(told(finding) == "\(id) unknown", "\(host)")
        #expect(ContinuousClock.now - start < .seconds(3), "\(host)")
      }
    }
  }

  @Test("An engine that hangs over ssh, and a docker command that is not there, are unknown")
  func ssh() async throws {
    try await DockerFixture.with(Self.files) { fixture in
      try fixture.folder.write("bin/ssh", "#!/bin/sh\nexec sleep 1000\n")
      chmod(fixture.folder.path + "/bin/ssh", 0o755)
      let path = fixture.folder.path + "/bin:" + (fixture.variables["PATH"] ?? "")
      let hung = try await lost(fixture, ["DOCKER_HOST": "ssh://me@away", "PATH": path], seconds: 1.5)
      #expect(told(hung) == "docker.timeout unknown")
      let without = try await lost(fixture, ["DOCKER_HOST": "ssh://me@away", "PATH": fixture.folder.path + "/bin"])
      #expect(told(without) == "docker.unreachable unknown")
      try fixture.folder.write("bin/ssh", "#!/bin/sh\necho 'no route for you' >&2; exit 255\n")
      let refused = try await lost(fixture, ["DOCKER_HOST": "ssh://me@away", "PATH": path])
      #expect(told(refused) == "docker.unreachable unknown")
      #expect(refused.message.plain.hasPrefix("ssh://me@away (environment variable DOCKER_HOST) was not reached"))
    }
  }

  @Test("An engine that answers only in part leaves unknown what it kept to itself, and nothing else")
  func partly() async throws {
    /// The lab's engine, except for some questions.
    struct Partial: HTTPTransport {
      let real: CurlTransport
      let silent: @Sendable (String) -> Bool

      func send(_ request: HTTPRequest, deadline: Deadline) async throws(HTTPError) -> HTTPResponse {
        if silent(request.url) { throw .timedOut }
        return try await real.send(request, deadline: deadline)
      }
    }
    try await DockerFixture.with(Self.files) { fixture in
      try await fixture.compose("up", "-d")
      try await fixture.run("second", command: "sleep", "1000")
      let before = try await fixture.observe()
      let id = try await fixture.inspect(fixture.name + "-second", "{{.Id}}")
      let real = CurlTransport(environment: ProcessEnvironment([:]))
      let one = try await fixture.observe(expected: before, http: Partial(real: real) { $0.contains(id) })
      #expect(one.verdicts == ["docker.timeout unknown"])
      #expect(one.fact("docker.containers") == before.fact("docker.containers"))
      #expect(
        Set(fixture.changes(before, one))
          == Set(["image", "ports", "state"].map { "docker.container[\(fixture.name)-second].\($0) unknown unknown" }))
      let none = try await fixture.observe(
        expected: before, http: Partial(real: real) { $0.contains("/containers/json") })
      #expect(none.verdicts == ["docker.timeout unknown"])
      #expect(none.fact("docker.engine") != nil)
      #expect(fixture.changes(before, none).allSatisfy { $0.hasSuffix("unknown unknown") })
    }
  }
}
