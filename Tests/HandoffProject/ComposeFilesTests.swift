import HandoffModel
import HandoffSystem
import HandoffText
import Testing

@testable import HandoffProject

/// The compose files of a project.
@Suite struct ComposeFilesTests {
  static let files = [
    "a.yml": "name: one\nservices:\n  web: {image: a, ports: ['8080', '127.0.0.1::81/udp', '9000:90']}\n",
    "more/b.yml": """
    services:
      web: {image: b, ports: [{target: 82}, {target: 83, published: 8083}]}
      job: {build: {context: .., args: [TAG=2], target: run}}
    """,
  ]

  @Test(
    "All files of COMPOSE_FILE count, the later ones over the earlier, wherever it is set",
    arguments: [
      ["COMPOSE_FILE": "a.yml:more/b.yml"], ["COMPOSE_FILE": "a.yml;more/b.yml", "COMPOSE_PATH_SEPARATOR": ";"], [:],
    ])
  func several(_ variables: [String: String]) throws {
    var files = Self.files
    if variables.isEmpty { files[".env"] = "COMPOSE_FILE=a.yml:more/b.yml\n" }
    let settings = try #require(try TemporaryProject(files).discover(variables).docker.settings)
    #expect(settings.composeFiles == ["a.yml", "more/b.yml"])
    #expect(settings.scope.value == .compose(project: "one"))
    #expect(settings.services.map(\.name) == ["job", "web"])
    let (job, web) = (settings.services[0], settings.services[1])
    #expect(web.image == "b")
    #expect(web.ephemeralPorts == ["8080/tcp", "81/udp", "82/tcp"])
    #expect(job.buildArguments == ["TAG": "2"])
    #expect(job.buildTarget == "run")
  }

  @Test("A further file that is not there is told, and what is there is read")
  func missing() throws {
    let project = try TemporaryProject(Self.files).discover(["COMPOSE_FILE": "a.yml:gone.yml"])
    #expect(project.docker.settings?.services.map(\.name) == ["web"])
    #expect(project.docker.settings?.composeFiles == ["a.yml", "gone.yml"])
  }

  @Test("A compose file that handoff.yml names and that is not there is told with line and column")
  func missingByConfiguration() throws {
    let files = Self.files.merging(["handoff.yml": "docker:\n  compose: stack.yml\n"]) { $1 }
    let unreadable = try #require(TemporaryProject(files).discover().docker.settings?.unreadable)
    #expect(unreadable.map(\.path) == ["stack.yml"])
    #expect(
      unreadable.map(\.reason.plain) == ["is not there, and handoff.yml:2:12 names it as the compose file"])
  }

  @Test("What `up` alone does not start is not missed")
  func optional() throws {
    let text = """
      services:
        web: {image: a}
        debug: {image: a, profiles: [debug]}
        spare: {image: a, deploy: {replicas: 0}}
        other: {image: a, scale: 0}
      """
    let settings = try TemporaryProject(["compose.yaml": text]).discover().docker.settings
    #expect(settings?.services.filter { !$0.optional }.map(\.name) == ["web"])
  }

  @Test("A file that includes others does not tell of all services")
  func includes() throws {
    func knows(_ text: String) throws -> Bool? {
      try TemporaryProject(["compose.yaml": text]).discover().docker.settings?.knowsAllServices
    }
    #expect(try knows("services: {web: {image: a}}\n") == true)
    #expect(try knows("include: [other.yaml]\nservices: {web: {image: a}}\n") == false)
  }
}
