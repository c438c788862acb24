import Foundation
import HandoffModel
import HandoffProject
import HandoffSystem
import HandoffTestSupport
import HandoffText
import Testing

@testable import HandoffProbes

/// Each thing that can be wrong with a container is told apart, and what mends it mends it.
@Suite(Lab.needs("docker", "DOCKER_HOST", "IMAGE", "COMPOSE", "DOCKER_CLI"))
struct DockerTroubleTests {
  static let compose = [
    "docker-compose.yml": """
    version: "2.4"
    services:
      api: {image: IMAGE, command: sleep 1000, healthcheck: {test: ["CMD", "true"], interval: 1s}}
      worker: {image: IMAGE, command: sleep 1000}
    """
  ]
  static let bare = ["docker-compose.yml": "services: {}\n"]

  @Test("A stopped container is one change, of its state, and docker start mends it")
  func stopped() async throws {
    try await DockerFixture.with(Self.compose) { fixture in
      try await fixture.compose("up", "-d")
      let all = try await fixture.observe().fact("docker.containers")?.value.strings
      let name = try #require(all?.first { $0.contains("api") })
      try await fixture.wait(name, "{{.State.Health.Status}}") { $0 == "healthy" }
      let healthy = try await fixture.observe()
      #expect(healthy.verdicts == [])
      try await fixture.docker("stop", "-t", "0", name)
      let stopped = try await fixture.observe(expected: healthy)
      #expect(stopped.verdicts == ["docker.container-exited failure"])
      #expect(fixture.changes(healthy, stopped) == ["docker.container[\(name)].state changed failure"])
      #expect(stopped.summary.plain == "2 containers, 1 running; \(name) is stopped")
      let remedy = try #require(stopped.findings.first?.byHand.first)
      #expect(remedy.command.bash == "docker start \(name)")
      try await fixture.apply(remedy)
      try await fixture.wait(name, "{{.State.Health.Status}}") { $0 == "healthy" }
      #expect(fixture.changes(healthy, try await fixture.observe(expected: healthy)) == [])
    }
  }

  @Test("A one-shot that ended well is well; one that failed, and a service that ended, are not")
  func exited() async throws {
    try await DockerFixture.with(Self.bare) { fixture in
      try await fixture.run("good", command: "true")
      try await fixture.run("bad", command: "sh", "-c", "exit 3")
      try await fixture.run("service", ["--restart", "on-failure:1", "-p", "127.0.0.1:0:80"], command: "true")
      for name in ["good", "bad", "service"] { try await fixture.docker("wait", "\(fixture.name)-\(name)") }
      let observation = try await fixture.observe()
      let subjects = observation.findings.map { "\($0.id) \($0.facts.first?.member ?? "")" }
      #expect(
        subjects == [
          "docker.container-exited \(fixture.name)-bad", "docker.container-exited \(fixture.name)-service",
        ])
      #expect(observation.findings.first?.message.plain.contains("status 3") == true)
      #expect(observation.fact(FactID("docker.container[\(fixture.name)-good].state"))?.value == "exited")
    }
  }

  @Test("A one-shot that the handoff saw running is missed")
  func expectedRunning() async throws {
    try await DockerFixture.with(Self.bare) { fixture in
      try await fixture.run("job", command: "sh", "-c", "trap 'exit 0' TERM; while :; do sleep 0.1; done")
      let before = try await fixture.observe()
      try await fixture.docker("stop", fixture.name + "-job")
      #expect(try await fixture.inspect(fixture.name + "-job", "{{.State.ExitCode}}") == "0")
      #expect(try await fixture.observe().verdicts == [])
      let after = try await fixture.observe(expected: before)
      #expect(after.verdicts == ["docker.container-exited failure"])
      #expect(fixture.changes(before, after) == ["docker.container[\(fixture.name)-job].state changed failure"])
    }
  }

  @Test("A restart loop is a loop at every moment of it")
  func restarting() async throws {
    try await DockerFixture.with(Self.bare) { fixture in
      try await fixture.run("storyteller", ["--restart", "always"], command: "sh", "-c", "sleep 0.2; exit 7")
      let name = fixture.name + "-storyteller"
      try await fixture.wait(name, "{{.RestartCount}}") { Int($0) ?? 0 >= 3 }
      for status in ["running", "restarting"] {
        try await fixture.wait(name, "{{.State.Status}}") { $0 == status }
        let observation = try await fixture.observe()
        #expect(observation.verdicts == ["docker.container-restarting failure"])
        #expect(observation.fact(FactID("docker.container[\(name)].state"))?.value == "restarting")
        #expect(observation.summary.plain == "1 container, 0 running; \(name) restarts in a loop")
      }
      let told = try await fixture.observe().trouble("docker.container-restarting")
      #expect(told.message.plain.contains("status 7") || told.message.plain.contains("status 0"))
    }
  }

  @Test("Unhealthy, not healthy yet and paused are told apart, and unpause mends the last")
  func health() async throws {
    try await DockerFixture.with(Self.bare) { fixture in
      let check = ["--health-interval", "1s", "--health-retries", "1", "--health-cmd"]
      try await fixture.run("ill", check + ["false"], command: "sleep", "1000")
      try await fixture.run("new", ["--health-interval", "1h", "--health-cmd", "true"], command: "sleep", "1000")
      try await fixture.run("still", command: "sleep", "1000")
      try await fixture.docker("pause", fixture.name + "-still")
      try await fixture.wait(fixture.name + "-ill", "{{.State.Health.Status}}") { $0 == "unhealthy" }
      let observation = try await fixture.observe()
      #expect(
        observation.verdicts == [
          "docker.container-unhealthy failure", "docker.container-starting warning", "docker.container-paused warning",
        ])
      try await fixture.apply(try #require(try observation.trouble("docker.container-paused").byHand.first))
      #expect(try await fixture.inspect(fixture.name + "-still", "{{.State.Status}}") == "running")
    }
  }

  @Test("A container that was never started is told from one that could not be")
  func created() async throws {
    try await DockerFixture.with(Self.bare) { fixture in
      let image = try Lab.value("IMAGE")
      let label = "com.docker.compose.project=\(fixture.name)"
      try await fixture.docker("create", "--label", label, "--name", fixture.name + "-fresh", image, "true")
      try await fixture.docker("create", "--label", label, "--name", fixture.name + "-wrong", image, "/no/such/program")
      _ = try await Witness.ask(
        try Lab.value("DOCKER_CLI"), ["start", fixture.name + "-wrong"], environment: fixture.variables)
      let observation = try await fixture.observe()
      #expect(
        observation.verdicts == ["docker.container-not-started warning", "docker.container-not-started failure"])
      #expect(observation.findings.last?.message.plain.contains("/no/such/program") == true)
    }
  }

  @Test("A service without a container, and containers that are gone, are one change with a remedy that mends it")
  func down() async throws {
    try await DockerFixture.with(Self.compose) { fixture in
      try await fixture.compose("up", "-d")
      let before = try await fixture.observe()
      let names = try #require(before.fact("docker.containers")?.value.strings)
      let worker = try #require(names.first { $0.contains("worker") })
      try await fixture.docker("rm", "-f", worker)
      let after = try await fixture.observe(expected: before)
      #expect(after.verdicts.filter { !$0.contains("starting") } == ["docker.service-down failure"])
      #expect(try after.trouble("docker.service-down").facts.contains(FactID("docker.container[\(worker)].state")))
      #expect(fixture.changes(before, after).filter { !$0.contains(".health") } == ["docker.containers gone failure"])
      try await fixture.apply(try #require(try after.trouble("docker.service-down").byHand.first))
      #expect(try await fixture.observe().fact("docker.containers") == before.fact("docker.containers"))
      try await fixture.compose("down")
      let none = try await fixture.observe(expected: before)
      #expect(none.verdicts == ["docker.service-down failure"])
      #expect(none.summary.plain == "no containers")
      try await fixture.apply(try #require(none.findings.first?.byHand.first))
      #expect(try await fixture.observe().fact("docker.containers") == before.fact("docker.containers"))
    }
  }

  @Test("A container that compose does not know is gone, without advice that nobody could give")
  func gone() async throws {
    try await DockerFixture.with(Self.bare) { fixture in
      try await fixture.run("cache", command: "sleep", "1000")
      let before = try await fixture.observe()
      try await fixture.docker("rm", "-f", fixture.name + "-cache")
      let after = try await fixture.observe(expected: before)
      #expect(after.verdicts == ["docker.container-gone failure"])
      #expect(after.findings.first?.byHand.map(\.command.bash) == ["docker ps --all"])
      #expect(fixture.changes(before, after) == ["docker.containers gone failure"])
    }
  }
}
