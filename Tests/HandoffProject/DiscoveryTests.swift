import Foundation
import HandoffModel
import HandoffProject
import HandoffSystem
import HandoffText
import Testing

@Suite struct DiscoveryTests {
  @Test("An empty folder uses nothing, and each area says why")
  func nothing() throws {
    let project = try TemporaryProject().discover()
    #expect(project.aws.settings == nil)
    #expect(project.python.settings == nil)
    #expect(project.postgres.settings == nil)
    #expect(project.docker.settings == nil)
    #expect(project.git.settings == nil)
    #expect(project.variables.settings == nil)
  }

  @Test(
    "Each sign of an area is enough",
    arguments: [
      ("requirements-dev.txt", "flask\n", "python"), (".python-version", "3.12\n", "python"),
      ("pyproject.toml", "", "python"), ("requirements.txt", "boto3==1.0\n", "aws python"),
      ("package.json", #"{"dependencies": {"@aws-sdk/client-s3": "3"}}"#, "aws"),
      ("Dockerfile", "FROM scratch\n", "docker"), ("compose.yaml", "services: {}\n", "docker"),
      (".env.example", "DB_NAME=x\n", "postgres environment"), (".env", "AWS_PROFILE=x\n", "aws"),
      ("docker-compose.yml", "services:\n  db:\n    image: postgres:15\n    ports: ['5443:5432']\n", "postgres docker"),
    ])
  func signs(file: String, text: String, areas: String) throws {
    let project = try TemporaryProject([file: text]).discover()
    let used: [(String, Bool)] = [
      ("aws", project.aws.settings != nil), ("python", project.python.settings != nil),
      ("postgres", project.postgres.settings != nil), ("docker", project.docker.settings != nil),
      ("environment", project.variables.settings != nil),
    ]
    #expect(used.filter(\.1).map(\.0).joined(separator: " ") == areas)
  }

  @Test("Credentials in the home folder alone do not make a project use AWS")
  func homeAlone() throws {
    let project = try TemporaryProject([".aws/credentials": "[default]\n"])
    #expect(try project.discover(["HOME": project.root]).aws.settings == nil)
  }

  @Test("The first place that names a host or database wins whole; later ones fill in only user and password")
  func precedence() throws {
    let files = try TemporaryProject([
      ".env": "DB_HOST=localhost\nDB_PORT=1111\nDB_NAME=fromfile\nDB_USER=filer\nDB_PASSWORD=sesame\n",
      "compose.yaml": "services:\n  db:\n    image: postgres:15\n    ports: ['2222:5432']\n",
    ])
    let url = "postgresql://localhost:3333/fromurl"
    let settings = try #require(try files.discover(["DATABASE_URL": url, "PGPORT": "4444"]).postgres.settings?.first)
    #expect(settings.host == Setting("localhost", Source(.environment, "DATABASE_URL")))
    #expect(settings.port == Setting(3333, Source(.environment, "DATABASE_URL")))
    #expect(settings.database == Setting("fromurl", Source(.environment, "DATABASE_URL")))
    #expect(settings.user == Setting("filer", Source(.dotenv, ".env: DB_USER")))
    #expect(settings.password == Setting("sesame", Source(.dotenv, ".env: DB_PASSWORD")))
  }

  @Test("A password is not carried to another host")
  func passwordStays() throws {
    let files = try TemporaryProject([".env": "DB_HOST=db.example\nDB_NAME=x\nDB_PASSWORD=sesame\n"])
    let settings = try #require(
      try files.discover(["PGHOST": "localhost", "PGDATABASE": "y"]).postgres.settings?.first)
    #expect(settings.password == nil)
  }

  @Test("The compose file's published port and variables name the database, with interpolation")
  func compose() throws {
    let files = try TemporaryProject([
      ".env": "PG_OUT=5443\n",
      "docker-compose.yml": """
      services:
        db:
          image: postgis/postgis:15-3.3
          environment:
            - POSTGRES_DB=aicore
            - POSTGRES_USER=${DBUSER:-keeper}
          ports:
            - "127.0.0.1:${PG_OUT}:5432/tcp"
        web:
          build: ./web
          profiles: [extra]
      """,
    ])
    let project = try files.discover()
    let settings = try #require(project.postgres.settings?.first)
    #expect(settings.port == Setting(5443, Source(.compose, "docker-compose.yml: db")))
    #expect(settings.database?.value == "aicore")
    #expect(settings.user?.value == "keeper")
    let web = try #require(project.docker.settings?.services.first { $0.name == "web" })
    #expect(web.buildContext == "web")
    #expect(web.buildFile == "web/Dockerfile")
    #expect(web.optional)
  }

  @Test("A database that is not PostgreSQL is not taken for one")
  func otherDatabase() throws {
    let files = try TemporaryProject([".env": "DB_CONNECTION=mysql\nDB_HOST=localhost\nDB_PORT=3306\n"])
    #expect(try files.discover().postgres.settings == nil)
    let plain = try TemporaryProject()
    for url in ["mysql://root@localhost/x", "sqlite:///db.sqlite3", "mongodb+srv://localhost/x"] {
      #expect(try plain.discover(["DATABASE_URL": url]).postgres.settings == nil, "\(url)")
      let written = try TemporaryProject([".env": "DATABASE_URL=\(url)\n"])
      #expect(try written.discover().postgres.settings == nil, "\(url) in .env")
    }
    let example = try TemporaryProject([".env.example": "DB_CONNECTION=mysql\nDB_HOST=localhost\n"])
    #expect(try example.discover().postgres.settings == nil)
    // A second database of another kind does not hide the first.
    let both = try TemporaryProject([".env": "DATABASE_URL=mysql://root@localhost/x\nPGHOST=db\n"])
    #expect(try both.discover().postgres.settings?.first?.host?.value == "db")
  }

  @Test("A password without a host is for this machine, and goes to no host that a file of the project names")
  func passwordsStay() throws {
    let elsewhere = try TemporaryProject([
      ".env": "DB_PASSWORD=x\n", "handoff.yml": "postgres: {host: db.example, database: shop}\n",
    ])
    #expect(try elsewhere.discover().postgres.settings?.first?.password == nil)
    for host in ["localhost", "127.0.0.1", "/run/postgresql"] {
      let here = try TemporaryProject([
        ".env": "DB_PASSWORD=x\n", "handoff.yml": "postgres: {host: \(host), database: shop}\n",
      ])
      #expect(try here.discover().postgres.settings?.first?.password?.value == "x", "\(host)")
    }
    let shell = try TemporaryProject()
    let settings = try shell.discover(["PGHOST": "db.example", "PGPASSWORD": "x"]).postgres.settings?.first
    #expect(settings?.password?.value == "x")
  }

  @Test("A host that only looks like this machine's gets no password of this machine's")
  func lookalike() throws {
    for host in ["127.0.0.1.example.com", "127.evil.example", "localhost.example"] {
      let project = try TemporaryProject(["handoff.yml": "postgres: {host: \(host), database: story}\n"])
      let settings = try project.discover(["DATABASE_URL": "postgresql://user:word@localhost/story"]).postgres.settings
      #expect(settings?.first?.host?.value == host)
      #expect(settings?.first?.password == nil, "\(host)")
    }
    let here = try TemporaryProject(["handoff.yml": "postgres: {host: 127.0.0.2, database: story}\n"])
    #expect(
      try here.discover(["DATABASE_URL": "postgresql://user:word@localhost/story"]).postgres.settings?.first?.password?
        .value == "word")
  }

  @Test("Values of .env that name other variables are read as docker compose and python-dotenv read them")
  func expansion() throws {
    let project = try TemporaryProject([
      ".env": "DB_ROLE=teller\nDATABASE_URL=postgresql://${DB_ROLE}@${DB_PLACE:-localhost}:5433/story\n"
    ])
    let settings = try #require(project.discover().postgres.settings?.first)
    #expect(settings.user?.value == "teller" && settings.host?.value == "localhost")
    // A file that came with a repository gets nothing of the session.
    let leaking = try TemporaryProject([".env": "PGHOST=localhost\nPGUSER=${AWS_SECRET_ACCESS_KEY}\n"])
    let secret = "never" + "sent"
    let leaked = try #require(leaking.discover(["AWS_SECRET_ACCESS_KEY": secret]).postgres.settings?.first)
    #expect(leaked.user?.value == "${AWS_SECRET_ACCESS_KEY}")
    // Values that double with each line end.
    let doubling = (1...60).map { "A\($0)=${A\($0 - 1)}${A\($0 - 1)}\n" }.joined()
    _ = try TemporaryProject([".env": "A0=xxxxxxxxxx\n" + doubling]).discover()
  }

  @Test("A URI keeps what it means: percent escapes, IPv6, several hosts, a driver's name")
  func uris() throws {
    func settings(_ url: String) throws -> PostgresSettings {
      try #require(try TemporaryProject().discover(["DATABASE_URL": url]).postgres.settings?.first)
    }
    let escaped = try settings("postgres://us%40er:p%2Fw@localhost/my%20db?sslmode=require&evil=1")
    #expect(escaped.user?.value == "us@er")
    #expect(escaped.password?.value == "p/w")
    #expect(escaped.database?.value == "my db")
    #expect(escaped.optionValues == ["sslmode": "require"])
    #expect(try settings("postgresql+asyncpg://[::1]:5433/x").host?.value == "::1")
    let several = try settings("postgresql://a:1,b:2/x")
    #expect(several.host?.value == "a,b")
    #expect(several.port == nil)
    #expect(several.optionValues["port"] == "1,2", "each host keeps its port")
    #expect(try settings("postgresql://a:1,b/x").optionValues["port"] == "1,")
    #expect(try settings("postgresql://a:1,b:1/x").port?.value == 1)
    let query = try settings("postgresql+psycopg2://me@/x?host=a:1&host=b:2")
    #expect(query.host?.value == "a,b" && query.optionValues["port"] == "1,2")
    #expect(try settings("postgresql:///x?host=/run/pg").host?.value == "/run/pg")
    #expect(try settings("postgresql://a/x?sslmode=no-verify").optionValues == ["sslmode": "require"])
  }

  @Test("A URI of other programs for PostgreSQL leads to the same place")
  func otherSchemes() throws {
    for url in [
      "psql://me@db:7/x", "ecto://me@db:7/x", "timescale://me@db:7/x", "PostgreSQL://me@db:7/x",
      "jdbc:postgresql://db:7/x?user=me", "r2dbc:pool:postgresql://me@db:7/x",
    ] {
      let settings = try #require(try TemporaryProject().discover(["DATABASE_URL": url]).postgres.settings?.first)
      #expect(settings.host?.value == "db" && settings.port?.value == 7, "\(url)")
      #expect(settings.database?.value == "x" && settings.user?.value == "me", "\(url)")
    }
    let short = try TemporaryProject().discover(["DATABASE_URL": "jdbc:postgresql:x"]).postgres.settings?.first
    #expect(short?.host?.value == "localhost" && short?.database?.value == "x")
    for url in ["jdbc:mysql://db/x", "ecto://db:3306/x"] {
      #expect(try TemporaryProject().discover(["DATABASE_URL": url]).postgres.settings == nil, "\(url)")
    }
    // Set, and not to be read: libpq's defaults are not what is meant.
    let proxy = try TemporaryProject().discover(["DATABASE_URL": "prisma+postgres://localhost:51213/?api_key=none"])
    guard case .undecided = proxy.postgres else {
      Issue.record("\(proxy.postgres)")
      return
    }
  }

  @Test("A file of examples that is named and not there is told with its place")
  func missingExample() throws {
    let project = try TemporaryProject(["handoff.yml": "environment:\n  example: names.env\n"])
    #expect { try project.discover() } throws: {
      "\($0)" == "handoff.yml:2:12: environment.example: there is no file names.env"
    }
  }

  @Test("Every setting is listed with where it came from, secrets only as set")
  func listed() throws {
    let project = try TemporaryProject([
      "handoff.yml": "postgres: {sslmode: require}\nenvironment: {example: names.env}\n", "names.env": "STORY=\n",
      ".env": "DATABASE_URL=postgresql://user:word@localhost/story?sslrootcert=root.crt\n",
    ])
    let rows = try project.discover().listedSettings(ProcessEnvironment([:]))
    func row(_ key: String) -> String? {
      rows.first { $0.key == key }.map { "\($0.value) (\($0.source.message.plain))" }
    }
    #expect(row("postgres.sslmode") == "require (handoff.yml, postgres.sslmode)")
    #expect(row("postgres.sslrootcert") == "root.crt (.env: DATABASE_URL)")
    #expect(row("postgres.password") == "set, not shown (.env: DATABASE_URL)")
    #expect(row("environment.example") == "names.env (handoff.yml, environment.example)")
  }

  @Test("The project is found from a subfolder, and handoff.yml wins over .git")
  func root() throws {
    let files = try TemporaryProject([".git/HEAD": "", "app/handoff.yml": "", "app/src/x": "", "lib/y": ""])
    #expect(Discovery.root(of: files.root + "/app/src", files: FileSystem()) == files.root + "/app")
    #expect(Discovery.root(of: files.root + "/lib", files: FileSystem()) == files.root)
  }

  @Test("An area that is switched off stays off, also when a handoff recorded it")
  func off() throws {
    let files = try TemporaryProject(["handoff.yml": "python: off\n", "requirements.txt": "x\n"])
    let project = try files.discover()
    #expect(project.python.settings == nil)
    let fact = Fact("python.environment", .identity, ".venv", source: Source(.folder, ".venv"))
    let recorded = Snapshot(
      tool: "0", project: "p", capturedAt: .init(timeIntervalSince1970: 0),
      observations: [Observation(probe: "python", facts: [fact])])
    #expect(project.expecting(recorded).python.settings == nil)
    let bare = try TemporaryProject().discover()
    #expect(bare.expecting(recorded).python.settings?.environment?.value == ".venv")
  }

  @Test("A mistake in the compose file is Docker's alone, with its place")
  func composeMistake() throws {
    let project = try TemporaryProject(["docker-compose.yml": "services:\n  web: [\n", ".env.example": "A=1\n"])
      .discover()
    let problem = try #require(project.docker.settings?.problem)
    #expect(problem.description.hasPrefix("docker-compose.yml:"))
    #expect(project.variables.settings != nil)
  }

  @Test("A further connection that a handoff recorded is expected, also when nothing names it any more")
  func recordedConnection() throws {
    let project = try TemporaryProject(["handoff.yml": "postgres: {host: localhost, database: main}\n"]).discover()
    let facts = [
      Fact("postgres[analytics].database", .identity, "analytics", source: Source(.configuration, "x")),
      Fact("postgres[analytics].host", .identity, "localhost", source: Source(.configuration, "x")),
      Fact("postgres[analytics].port", .identity, 5444, source: Source(.configuration, "x")),
    ]
    let recorded = Snapshot(
      tool: "0", project: "p", capturedAt: .init(timeIntervalSince1970: 0),
      observations: [Observation(probe: "postgres[analytics]", facts: facts)])
    let connections = try #require(project.expecting(recorded).postgres.settings)
    #expect(connections.map(\.name) == [nil, "analytics"])
    #expect(connections[0].database?.value == "main")
    #expect(connections[1].database?.value == "analytics")
    #expect(connections[1].port?.value == 5444)
    #expect(connections[1].isRecalled)
  }

  @Test("A document names no interpreter outside of the project")
  func recordedEnvironment() throws {
    for (folder, isFollowed) in [
      (".venv", true), ("tools/env", true), ("/tmp/evil", false), ("../evil", false), ("~/evil", false),
      ("a/../../b", false), ("../\u{301}evil", false), ("a/../\u{301}/../../evil", false), ("/\u{301}evil", false),
      ("", false),
    ] {
      let project = try TemporaryProject(["requirements.txt": ""]).discover()
      let observations = ["python", "python[worker]"].map { area in
        Observation(
          probe: area,
          facts: [Fact(FactID("\(area).environment"), .identity, .string(folder), source: Source(.folder, folder))])
      }
      let expecting = project.expecting(
        Snapshot(
          tool: "0", project: "p", capturedAt: .init(timeIntervalSince1970: 0), observations: observations))
      let wanted = isFollowed ? folder : nil
      #expect(expecting.python.settings?.environment?.value == wanted, "\(folder)")
      #expect(expecting.furtherPython.map { $0.environment?.value } == [wanted], "\(folder)")
    }
  }

  @Test("A folder whose name begins with a mark is one on the way up, as any other")
  func markedFolder() throws {
    let above = try TemporaryProject()
    let (repository, folder) = (above.root + "/\u{301}repo", above.root + "/\u{301}repo/\u{301}sub")
    for path in [repository, folder, repository + "/.git"] { mkdir(path, 0o755) }
    #expect(PathText(Discovery.root(of: folder, files: FileSystem())) == PathText(repository))
  }

  @Test("A handoff.yml above a repository is not the repository's")
  func configurationAbove() throws {
    let above = try TemporaryProject([
      "handoff.yml": "project: mine\n", "repo/.git/HEAD": "", "repo/sub/x": "", "plain/x": "",
    ])
    let files = FileSystem()
    #expect(Discovery.root(of: above.root + "/repo/sub", files: files) == above.root + "/repo")
    #expect(Discovery.root(of: above.root + "/plain", files: files) == above.root)
    try above.write("repo/sub/handoff.yml", "project: sub\n")
    #expect(Discovery.root(of: above.root + "/repo/sub", files: files) == above.root + "/repo/sub")
    try above.write("repo/handoff.yml", "project: repo\n")
    #expect(Discovery.root(of: above.root + "/repo", files: files) == above.root + "/repo")
    guard geteuid() == 0 else { return }
    chown(above.root + "/handoff.yml", 65534, 65534)
    #expect(Discovery.root(of: above.root + "/plain", files: files) == above.root + "/plain")
  }

  @Test("Anchors and aliases that repeat each other hold nobody up", .timeLimit(.minutes(1)))
  func aliases() throws {
    let lines = (1...11).map { "x\($0): &x\($0) [\(Array(repeating: "*x\($0 - 1)", count: 9).joined(separator: ","))]" }
    let text = "x0: &x0 [a,a,a,a,a,a,a,a,a]\n" + lines.joined(separator: "\n") + "\n? *x11\n: v\n"
    let start = ContinuousClock.now
    #expect { try ConfigurationReader.read(text) } throws: { "\($0)".contains("anchors (&) and aliases (*)") }
    #expect(ContinuousClock.now - start < .seconds(1))
    #expect(try ConfigurationReader.read("project: &p story\ntemplate: *p\n") != Configuration())
  }

  @Test("Anchors whose aliases stand in each other deeply are told, and end nothing")
  func deepAliases() {
    let chain = (1...60_000).map { "x\($0): &x\($0) [*x\($0 - 1)]" }.joined(separator: "\n")
    #expect { try ConfigurationReader.read("x0: &x0 a\n" + chain) } throws: { "\($0)".contains("levels deep") }
    let nested = String(repeating: "[", count: 900) + String(repeating: "]", count: 900)
    #expect { try ConfigurationReader.read("x: " + nested) } throws: { "\($0)".contains("levels deep") }
  }

  @Test("A URL whose password holds a bare slash names nothing")
  func slashInPassword() throws {
    let url = "postgres://vm:7/" + "kX9vQ2mZ4@127.0.0.1:5999/prod"
    let settings = try TemporaryProject().discover(["DATABASE_URL": url]).postgres.settings?.first
    #expect(settings?.database == nil && settings?.host == nil && settings?.password == nil)
  }

  @Test("A document names no module to be run, but the tools that are known")
  func recordedTools() throws {
    let project = try TemporaryProject([".venv/pyvenv.cfg": "home = /usr/bin\n"]).discover()
    func facts(_ area: String) -> [Fact] {
      [
        Fact(FactID("\(area).environment"), .identity, ".venv", source: Source(.folder, ".venv")),
        Fact(FactID("\(area).tool[antigravity]"), .state, "1", source: Source(.measured)),
        Fact(FactID("\(area).tool[pytest]"), .state, "8", source: Source(.measured)),
      ]
    }
    let recorded = Snapshot(
      tool: "0", project: "p", capturedAt: .init(timeIntervalSince1970: 0),
      observations: ["python", "python[worker]"].map { Observation(probe: $0, facts: facts($0)) })
    let expecting = project.expecting(recorded)
    #expect(expecting.python.settings?.tools.value == ["pytest"])
    #expect(expecting.furtherPython.map(\.tools.value) == [["pytest"]])
  }
}
