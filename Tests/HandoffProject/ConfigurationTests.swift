import HandoffModel
import HandoffProject
import HandoffText
import Testing

@Suite struct ConfigurationTests {
  @Test(
    "A mistake is told with file, line, column and what to do",
    arguments: [
      ("postgres:\n  prot: 5443\n", #"handoff.yml:2:3: unknown key "prot" in postgres; did you mean "port"?"#),
      ("projcet: x\n", #"handoff.yml:1:1: unknown key "projcet"; did you mean "project"?"#),
      ("postgres: {port: 70000}\n", "handoff.yml:1:18: postgres.port must be a whole number from 1 to 65535"),
      (
        "deadline: soon\n",
        "handoff.yml:1:11: deadline must be a number of seconds above 0 and at most 60; for longer, use --timeout"
      ),
      ("shells: [bash, fish]\n", #"handoff.yml:1:9: shells are bash and powershell, not "fish""#),
      ("handoffs: ../elsewhere\n", "handoff.yml:1:11: handoffs must be a folder inside the project"),
      ("handoffs: \"../\\u0301x\"\n", "handoff.yml:1:11: handoffs must be a folder inside the project"),
      ("handoffs: \"a/../../\\u0301x\"\n", "handoff.yml:1:11: handoffs must be a folder inside the project"),
      ("handoffs: \"/\\u0301x\"\n", "handoff.yml:1:11: handoffs must be a folder inside the project"),
      ("handoffs: \"./.\"\n", "handoff.yml:1:11: handoffs must be a folder inside the project"),
      ("- a\n- b\n", "handoff.yml:1:1: the file must be a mapping of keys to values"),
      (
        "postgres:\n  - {port: 1}\n  - {port: 2}\n",
        "handoff.yml:3:5: the second and further entries of postgres need a name"
      ),
      (
        "template: ../../etc/passwd\n",
        "handoff.yml:1:11: template is a name without path and ending, as in templates/NAME.md"
      ),
      ("git: {x: 1}\n", "handoff.yml:1:6: git can only be switched off: git: off"),
    ])
  func mistakes(text: String, message: String) {
    #expect { try ConfigurationReader.read(text) } throws: { "\($0)" == message }
  }

  @Test("YAML that cannot be parsed is told with its place")
  func notYAML() {
    #expect { try ConfigurationReader.read("aws: {profile: dev\nx: [") } throws: { error in
      "\(error)".hasPrefix("handoff.yml:") && "\(error)".contains("not valid YAML")
    }
  }

  @Test("A key that stands twice is an error")
  func duplicate() {
    #expect { try ConfigurationReader.read("project: a\nproject: b\n") } throws: { "\($0)".contains("stands twice") }
  }

  @Test(
    "An empty file, a comment and null values say nothing", arguments: ["", "# only\n", "aws:\npython: ~\n", "---\n"])
  func empty(text: String) throws {
    #expect(try ConfigurationReader.read(text) == Configuration())
  }

  /// Of each key a file that gives it a good value.
  static let samples = [
    "project": "project: Story engine", "handoffs": "handoffs: docs/handoffs", "template": "template: short",
    "shells": "shells: [powershell]", "deadline": "deadline: 2.5",
    "aws.name": "aws: [{profile: dev}, {name: prod, profile: prod}]", "aws.profile": "aws: {profile: dev}",
    "aws.region": "aws: {region: eu-central-1}",
    "python.name": "python: [{environment: .venv}, {name: worker, environment: worker/.venv}]",
    "python.environment": "python: {environment: env}", "python.tools": "python: {tools: [pytest]}",
    "postgres.name": "postgres: [{port: 5433}, {name: analytics, port: 5434}]",
    "postgres.host": "postgres: {host: db}", "postgres.port": "postgres: {port: 5433}",
    "postgres.database": "postgres: {database: story}", "postgres.user": "postgres: {user: teller}",
    "postgres.service": "postgres: {service: story}", "postgres.sslmode": "postgres: {sslmode: require}",
    "postgres.migrations": "postgres: {migrations: sql}", "docker.compose": "docker: {compose: stack.yml}",
    "docker.project": "docker: {project: story}", "docker.names": "docker: {names: [aicore*]}",
    "docker.all": "docker: {all: true}", "environment.example": "environment: {example: names.env}",
    "environment.required": "environment: {required: [STORY_KEY]}",
    "checks.tcp": "checks: {cache: {tcp: \"localhost:6379\"}}",
    "checks.http": "checks: {api: {http: \"http://localhost:8000/\"}}",
    "checks.expect": "checks: {api: {http: \"http://localhost:8000/\", expect: [200, 204]}}",
    "commands.run": "commands: {schema: {run: [cat, schema.txt]}}",
    "mask": "mask: [aws.account]",
    "commands.shell": "commands: {schema: {run: 'cat schema.txt | head -1', shell: true}}",
    "commands.capture": "commands: {schema: {run: [cat, schema.txt], capture: \"v(.*)\"}}",
    "commands.class": "commands: {schema: {run: [cat, schema.txt], class: identity}}",
    "commands.fix": "commands: {schema: {run: [cat, schema.txt], fix: [make, schema]}}",
    "ignore.fact": "ignore: [{fact: \"docker.*\", reason: trials}]",
    "ignore.finding": "ignore: [{finding: \"docker.*\", reason: trials}]",
    "ignore.reason": "ignore: [{fact: \"git.*\", reason: trials}]", "git": "git: off",
    "waivers.fingerprint": "waivers: [{fingerprint: \"\(String(repeating: "0", count: 32))\", reason: trials}]",
    "waivers.reason": "waivers: [{fingerprint: \"\(String(repeating: "0", count: 32))\", reason: a manual}]",
  ]

  @Test("Every key that the reference names is read, and no other is sampled")
  func keys() throws {
    #expect(Set(Self.samples.keys) == Set(Configuration.keys.map(\.path)))
    var read: [Configuration] = []
    for (key, text) in Self.samples.sorted(by: { $0.key < $1.key }) {
      let configuration = try ConfigurationReader.read(text)
      #expect(configuration != Configuration(), "\(key) says nothing")
      // Two keys that say the same are one of them passed over.
      #expect(!read.contains(configuration), "\(key)")
      read.append(configuration)
    }
  }

  @Test("Patterns of ignore that would be held against facts without end are refused")
  func ignoreLimits() throws {
    func discover(_ entries: String) throws {
      _ = try TemporaryProject(["handoff.yml": "ignore:\n" + entries]).discover()
    }
    let entry = "  - {fact: \"a*b\", reason: x}\n"
    try discover(String(repeating: entry, count: 500))
    #expect(throws: ConfigurationError.self) { try discover(String(repeating: entry, count: 501)) }
    #expect(throws: ConfigurationError.self) { try discover("  - {fact: \"a*b*c*d*e*f*g*h*i*j\", reason: x}\n") }
  }

  @Test("What handoff.yml says of the project and its containers counts")
  func effects() throws {
    func project(_ text: String, _ files: [String: String] = [:]) throws -> Project {
      try TemporaryProject(files.merging(["handoff.yml": text]) { $1 }).discover(["COMPOSE_PROJECT_NAME": "session"])
    }
    let named = try project("{project: Story engine, handoffs: docs/./handoffs, template: short, shells: powershell}")
    #expect(named.name.value == "Story engine")
    #expect(named.handoffs.value == "docs/handoffs")
    #expect(named.template.value == "short")
    #expect(named.shells.value == ["powershell"])
    #expect(named.shells.source.message.plain == "handoff.yml, shells")
    let stack = [
      "stack.yml": "services: {web: {image: httpd}}\n", "compose.yaml": "services: {other: {image: httpd}}\n",
    ]
    let compose = try #require(project("docker: {compose: stack.yml}", stack).docker.settings)
    #expect(compose.services.map(\.name) == ["web"])
    #expect(compose.scope.value == .compose(project: "session"))
    let renamed = try #require(project("docker: {project: story, names: [aicore*]}", stack).docker.settings)
    #expect(renamed.scope.value == .compose(project: "story", names: ["aicore*"]))
    #expect(try project("docker: {all: true}", stack).docker.settings?.scope.value == .all)
    #expect(try project("docker: {names: [aicore*]}").docker.settings?.scope.value == .names(["aicore*"]))
  }
}
