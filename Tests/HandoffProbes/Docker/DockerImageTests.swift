import Foundation
import HandoffModel
import HandoffProject
import HandoffSystem
import HandoffTestSupport
import HandoffText
import Testing

@testable import HandoffProbes

/// Whether a container runs what its image and its sources now are.
@Suite(Lab.needs("docker", "DOCKER_HOST", "IMAGE", "COMPOSE", "DOCKER_CLI"))
struct DockerImageTests {
  static let files = [
    "docker-compose.yml": """
    version: "2.4"
    services:
      app: {build: ./app, command: sleep 1000}
      other: {build: {context: ., dockerfile: other.Dockerfile}, command: sleep 1000}
    """,
    "app/Dockerfile": "FROM IMAGE\nCOPY code /code\n", "app/code": "1", "app/.dockerignore": "# notes\n*.md\nlogs\n",
    "other.Dockerfile": "FROM IMAGE\n", ".dockerignore": "home\napp\n",
  ]

  @discardableResult func git(_ fixture: DockerFixture, _ arguments: String...) async throws -> String {
    let identity = ["-c", "user.name=Test", "-c", "user.email=test@example.org"]
    let answer = try await Witness.ask(
      "git", identity + arguments, environment: fixture.variables, in: fixture.folder.path)
    try #require(answer.status == 0, "\(arguments): \(answer.complaint)")
    return answer.output
  }

  /// Writes a file as if an hour from now, since times of files are compared in whole seconds.
  func writeLater(_ fixture: DockerFixture, _ name: String, _ text: String) throws {
    try fixture.folder.write(name, text)
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSinceNow: 3600)], ofItemAtPath: fixture.folder.path + "/" + name)
  }

  func sources(_ observation: Observation) -> [String] {
    observation.facts.filter { $0.id.pattern == "docker.container[*].source" }
      .map { "\($0.id.member?.contains("app") == true ? "app" : "other") \($0.value.string ?? "")" }.sorted()
  }

  @Test("Without a repository nobody knows whether a build is as new as its sources")
  func noRepository() async throws {
    try await DockerFixture.with(Self.files) { fixture in
      try await fixture.compose("up", "-d")
      let observation = try await fixture.observe()
      #expect(sources(observation) == ["app unknown", "other unknown"])
      #expect(observation.verdicts == [])
    }
  }

  @Test("A build is stale once a file of its context changed after it, and a new build mends it")
  func stale() async throws {
    try await DockerFixture.with(Self.files) { fixture in
      try await git(fixture, "init", "-q")
      try await git(fixture, "add", "-A")
      try await git(fixture, "commit", "-qm", "first")
      try await fixture.compose("up", "-d")
      let before = try await fixture.observe()
      #expect(sources(before) == ["app current", "other current"])
      #expect(before.verdicts == [])

      // A commit of what was built, a handoff, and what the build leaves out, change nothing.
      try writeLater(fixture, "handoffs/SESSION-HANDOFF-2025-11-07-X.md", "x")
      try writeLater(fixture, "app/notes.md", "x")
      try writeLater(fixture, "app/logs/today", "x")
      try await git(fixture, "add", "-A")
      try await git(fixture, "commit", "-qm", "second")
      #expect(sources(try await fixture.observe()) == ["app current", "other current"])

      try writeLater(fixture, "app/code", "2")
      let modified = try await fixture.observe(expected: before)
      #expect(sources(modified) == ["app stale", "other current"])
      #expect(modified.verdicts == ["docker.image-stale warning"])
      #expect(try modified.trouble("docker.image-stale").message.plain.contains("probably"))
      #expect(fixture.changes(before, modified).map { $0.contains(".source changed failure") } == [true])
      try await git(fixture, "commit", "-qam", "third")
      let committed = try await fixture.observe()
      #expect(sources(committed) == ["app stale", "other current"])
      let id = try await git(fixture, "rev-parse", "--short", "HEAD").trimmed
      #expect(try committed.trouble("docker.image-stale").message.plain.contains("commit \(id)"))

      try FileManager.default.setAttributes(
        [.modificationDate: Date(timeIntervalSinceNow: -5)], ofItemAtPath: fixture.folder.path + "/app/code")
      try await fixture.apply(try #require(try modified.trouble("docker.image-stale").byHand.first))
      let after = try await fixture.observe(expected: before)
      #expect(sources(after) == ["app current", "other current"])
      #expect(fixture.changes(before, after) == [])
    }
  }

  @Test("Of a base that is not here nobody knows whether it takes files by itself")
  func baseNotHere() async throws {
    let files = [
      "docker-compose.yml": "version: \"2.4\"\nservices: {app: {build: ./app, command: sleep 1000}}\n",
      "base/Dockerfile": "FROM IMAGE\nONBUILD COPY . /code/\n", "app/code": "1",
    ]
    try await DockerFixture.with(files) { fixture in
      try fixture.folder.write("app/Dockerfile", "FROM \(fixture.name)-base\n")
      try await fixture.docker("build", "-q", "-t", fixture.name + "-base", "base")
      try await fixture.compose("up", "-d")
      try await git(fixture, "init", "-q")
      try await git(fixture, "add", "-A")
      try await git(fixture, "commit", "-qm", "first")
      #expect(sources(try await fixture.observe()) == ["app current"])
      try await fixture.docker("rmi", fixture.name + "-base")
      try writeLater(fixture, "app/code", "2")
      let observation = try await fixture.observe()
      #expect(sources(observation) == ["app unknown"])
      #expect(observation.verdicts == [])
    }
  }

  @Test("Only a digest of this version counts as one")
  func digestVersion() {
    let hexadecimal = String(repeating: "0a", count: 32)
    #expect(SourceDigest.isDigest("v1:sha256:" + hexadecimal))
    for other in ["sha256:", "v2:sha256:", "v1:sha256:0"] { #expect(!SourceDigest.isDigest(other + hexadecimal)) }
  }

  @Test("A container whose tag means another image now is told, and making it anew mends it")
  func replaced() async throws {
    try await DockerFixture.with(Self.files) { fixture in
      try await fixture.compose("up", "-d")
      try fixture.folder.write("app/code", "3")
      try await fixture.compose("build", "app")
      let observation = try await fixture.observe()
      #expect(observation.verdicts == ["docker.image-replaced warning"])
      #expect(try observation.trouble("docker.image-replaced").facts.first?.member?.contains("app") == true)
      try await fixture.apply(try #require(try observation.trouble("docker.image-replaced").byHand.first))
      #expect(try await fixture.observe().verdicts == [])
    }
  }
}
