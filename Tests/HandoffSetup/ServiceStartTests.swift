import Foundation
import HandoffProbes
import HandoffProject
import HandoffSystem
import HandoffTestSupport
import HandoffText
import Testing

@testable import HandoffSetup

/// Services that are down are started as a setup does it, and what would be run is told before.
@Suite(.serialized, Lab.needs("docker", "DOCKER_SOCKET", "COMPOSE", "DOCKER_CLI", "IMAGE")) struct ServiceStartTests {
  private let folder: TemporaryFolder
  private let host: HandoffSystem.Host
  private let name = "hu" + UUID().uuidString.prefix(8).lowercased()

  init() throws {
    folder = try TemporaryFolder([
      "home/.keep": "", "web/Dockerfile": "FROM \(try Lab.value("IMAGE"))\n",
      "compose.yaml": """
      services:
        web:
          build: ./web
          command: ["sleep", "100000"]
          depends_on: [keeper]
          stop_grace_period: 0s
        keeper:
          image: \(try Lab.value("IMAGE"))
          command: ["sleep", "100000"]
          stop_grace_period: 0s

      """,
    ])
    var variables = Lab.bareEnvironment(home: folder.path + "/home")
    variables["DOCKER_HOST"] = try Lab.value("DOCKER_HOST")
    variables["DOCKER_BUILDKIT"] = "0"
    variables["COMPOSE_PROJECT_NAME"] = name
    let places = [try Lab.value("DOCKER_CLI"), try Lab.value("COMPOSE")]
      .map { URL(fileURLWithPath: String($0.prefix { $0 != " " })).deletingLastPathComponent().path }
    variables["PATH"] = (places + ["/usr/bin", "/bin"]).joined(separator: ":")
    let environment = ProcessEnvironment(variables)
    host = HandoffSystem.Host(
      environment: environment, workingDirectory: folder.path, commands: SubprocessRunner(),
      http: CurlTransport(environment: environment))
  }

  private func update() throws -> ServiceUpdate {
    let project = try Discovery.project(at: folder.path, host: host)
    return ServiceUpdate(project, shell: SetupShell(host, root: folder.path), wait: .seconds(30))
  }

  @discardableResult private func docker(_ arguments: String...) async throws -> [String] {
    let answer = try await Witness.ask(
      try Lab.value("DOCKER_CLI"), arguments, environment: host.environment.variables, in: folder.path)
    try #require(answer.status == 0, "\(answer.complaint)")
    return answer.output.split(separator: "\n").map(String.init)
  }

  @Test(
    "The image that is missing is built with a stamp, the service runs and what it depends on; once more is nothing")
  func start() async throws {
    let program = try Lab.value("COMPOSE").hasSuffix(" compose") ? "docker compose" : "docker-compose"
    let update = try update()
    let plan = try await update.planStart(["web"]).map(\.bash)
    #expect(
      plan == [
        "\(program) -p \(name) build web", "\(program) -p \(name) up -d web",
      ])
    #expect(try await docker("ps", "-aq", "--filter", "label=com.docker.compose.project=\(name)") == [])
    try await update.start(["web"])
    let running = try await docker(
      "ps", "--format", "{{.Label \"com.docker.compose.service\"}}", "--filter",
      "label=com.docker.compose.project=\(name)")
    #expect(running.sorted() == ["keeper", "web"])
    let row = try #require(try await update.list().first { $0.name == "web" })
    #expect(row.isExact && row.freshness == .current)
    #expect(try await update.planStart(["web"]).map(\.bash) == ["\(program) -p \(name) up -d web"])
    await #expect(throws: ServiceProblem.unknown("wbe", nearest: "web")) { try await update.planStart(["wbe"]) }
    _ = try await Witness.ask(
      "sh", ["-c", "\(try Lab.value("COMPOSE")) down -v -t 0 --rmi local"],
      environment: host.environment.variables, in: folder.path)
  }

  @Test("The file with the digests is one that compose reads, whatever a service is called")
  func stamp() throws {
    let text = ServiceUpdate.stampFile(["a.b-c_1": "v1:sha256:0"])
    #expect(
      text == #"{"services":{"a.b-c_1":{"build":{"labels":{"handoff.source-digest":"v1:sha256:0"}}}}}"#)
  }
}
