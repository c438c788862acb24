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

  @Test("What a service takes from another one counts, wherever that stands")
  func extended() throws {
    let files = [
      "compose.yaml": """
      services:
        spare: {extends: none, image: a}
        none: {image: b, scale: 0}
        kept: {extends: {service: none}, scale: 1}
        built: {extends: {file: more/common.yml, service: app}}
        debug: {extends: {file: more/common.yml, service: debug}}
        lost: {extends: {service: nowhere}, image: a}
        round: {extends: trip}
        trip: {extends: round}
      """,
      "more/common.yml": """
      services:
        base: {build: {context: app, args: {TAG: 2}}, ports: ['80:80']}
        app: {extends: base, build: {target: run}}
        debug: {image: a, profiles: [debug]}
      """,
    ]
    let services = try #require(try TemporaryProject(files).discover().docker.settings?.services)
    #expect(services.filter(\.optional).map(\.name) == ["debug", "lost", "none", "spare"])
    let built = try #require(services.first { $0.name == "built" })
    #expect(built.buildContext == "more/app")
    #expect(built.buildFile == "more/app/Dockerfile")
    #expect(built.buildArguments == ["TAG": "2"])
    #expect(built.buildTarget == "run")
    #expect(built.publishedPorts == ["80:80/tcp"])
    #expect(services.first { $0.name == "lost" }?.publishedPorts == nil)
  }

  @Test("A file that a service takes another one from is missed where it is not there")
  func extendedFileMissing() throws {
    let text = "services: {web: {extends: {file: more.yml, service: web}}}\n"
    let settings = try #require(try TemporaryProject(["compose.yaml": text]).discover().docker.settings)
    #expect(settings.unreadable.map(\.path) == ["compose.yaml"])
    #expect(settings.unreadable.map(\.reason.plain) == ["takes services from more.yml, which is not there"])
  }

  @Test("A build is read through merge keys, and a Dockerfile may stand in the compose file")
  func build() throws {
    let text = """
      x-rest: &rest {context: app}
      x-build: &build {<<: *rest, dockerfile: own.Dockerfile}
      services:
        merged: {build: {<<: [*build], args: {A: b}}}
        inline: {build: {context: app, dockerfile_inline: "FROM a\\n"}}
      """
    let services = try #require(try TemporaryProject(["compose.yaml": text]).discover().docker.settings?.services)
    #expect(services.map(\.buildContext) == ["app", "app"])
    #expect(services.map(\.buildFile) == [nil, "app/own.Dockerfile"])
    #expect(services.map(\.inlineBuildFile) == ["FROM a\n", nil])
  }

  @Test(
    "Ports are read as a container has them, and not where there is a doubt",
    arguments: [
      ("['80']", ["80/tcp"]), ("['8080:80']", ["8080:80/tcp"]), ("['127.0.0.1::80']", ["127.0.0.1::80/tcp"]),
      ("['0.0.0.0:8080:80/UDP', 80]", ["8080:80/udp", "80/tcp"].sorted()), ("[]", []),
      ("[{target: 80, published: 8080, host_ip: 127.0.0.1, mode: host}]", ["127.0.0.1:8080:80/tcp"]),
      ("['${SET}:80']", ["8081:80/tcp"]), ("['${UNSET:-8080}:80']", nil), ("['8080-8081:80-81']", nil),
      ("!override ['80']", nil), ("[{target: '${UNSET}'}]", nil), ("['[::1]:80:80']", nil),
    ] as [(String, [String]?)])
  func ports(text: String, ports: [String]?) throws {
    let files = ["compose.yaml": "services: {web: {image: a, ports: \(text)}}\n"]
    let settings = try TemporaryProject(files).discover(["SET": "8081"]).docker.settings
    #expect(settings?.services.first?.publishedPorts == ports)
  }

  @Test("An image is certain where no variable in it is unset")
  func image() throws {
    let text =
      "services: {a: {image: 'x:${SET}'}, b: {image: 'x:${UNSET:-1}'}, c: {image: !reset null}, d: {build: .}}\n"
    let settings = try TemporaryProject(["compose.yaml": text]).discover(["SET": "1"]).docker.settings
    #expect(settings?.services.map(\.isImageCertain) == [true, false, false, true])
  }
}
