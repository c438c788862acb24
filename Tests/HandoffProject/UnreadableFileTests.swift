import Foundation
import HandoffModel
import HandoffProject
import HandoffSystem
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A file that is there and cannot be read might say anything: what it decides is unknown, neither used nor unused.
@Suite struct UnreadableFileTests {
  enum Kind: CaseIterable {
    case folder, pipe, tooLong, linkToNothing, linkToItself

    func make(_ path: String) throws {
      switch self {
      case .folder: try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      case .pipe: try #require(mkfifo(path, 0o600) == 0)
      case .tooLong: try Data(repeating: UInt8(ascii: "#"), count: 2 << 20).write(to: URL(fileURLWithPath: path))
      case .linkToNothing:
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "/nonexistent/x")
      case .linkToItself: try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: path)
      }
    }
  }

  func undecided<Settings>(_ use: AreaUse<Settings>) -> [String] {
    if case .undecided(let files) = use { files.map(\.path) } else { [] }
  }

  @Test("A .env that cannot be read leaves AWS and PostgreSQL open", arguments: Kind.allCases)
  func dotenv(kind: Kind) throws {
    let files = try TemporaryProject()
    try kind.make(files.root + "/.env")
    let project = try files.discover()
    #expect(undecided(project.aws) == [".env"])
    #expect(undecided(project.postgres) == [".env"])
    // What the shell says goes before the file.
    let set = try files.discover(["AWS_PROFILE": "dev", "PGDATABASE": "x"])
    #expect(set.aws.settings != nil)
    #expect(set.postgres.settings?.first?.isUndecided == false)
  }

  @Test("So does a file of examples, and which variables are required is not known", arguments: Kind.allCases)
  func example(kind: Kind) throws {
    let files = try TemporaryProject()
    try kind.make(files.root + "/.env.example")
    let project = try files.discover()
    #expect(undecided(project.aws) == [".env.example"])
    #expect(undecided(project.postgres) == [".env.example"])
    #expect(project.variables.settings?.unreadableExample?.path == ".env.example")
  }

  @Test(
    "A compose file that cannot be read leaves PostgreSQL and the project's containers open", arguments: Kind.allCases)
  func compose(kind: Kind) throws {
    let files = try TemporaryProject()
    try kind.make(files.root + "/compose.yaml")
    let project = try files.discover()
    #expect(project.docker.settings?.unreadable.map(\.path) == ["compose.yaml"])
    #expect(undecided(project.postgres) == ["compose.yaml"])
    #expect(project.aws.settings == nil && undecided(project.aws).isEmpty)
    #expect(try files.discover(["PGHOST": "localhost"]).postgres.settings != nil)
  }

  @Test("What lies over a compose file counts like the file")
  func override() throws {
    let files = try TemporaryProject(["compose.yaml": "services: {}\n"])
    try Kind.folder.make(files.root + "/compose.override.yaml")
    #expect(try files.discover().docker.settings?.unreadable.map(\.path) == ["compose.override.yaml"])
  }

  @Test("The compose project may be named in a .env that cannot be read, unless the shell names it")
  func projectName() throws {
    let files = try TemporaryProject(["compose.yaml": "services: {}\n"])
    try Kind.pipe.make(files.root + "/.env")
    #expect(try files.discover().docker.settings?.unreadable.map(\.path) == [".env"])
    #expect(try files.discover(["COMPOSE_PROJECT_NAME": "x"]).docker.settings?.unreadable == [])
  }

  @Test("A .env that is a virtual environment is no dotenv file")
  func environment() throws {
    let project = try TemporaryProject([".env/pyvenv.cfg": "home = /usr/bin\n"]).discover()
    #expect(undecided(project.aws).isEmpty)
    #expect(project.python.settings?.environment?.value == ".env")
  }

  @Test("A connection that handoff.yml names only in part is open where .env cannot be read")
  func part() throws {
    let files = try TemporaryProject(["handoff.yml": "postgres: {migrations: db}\n"])
    try Kind.folder.make(files.root + "/.env")
    #expect(try files.discover().postgres.settings?.map(\.isUndecided) == [true])
    let whole = try TemporaryProject(["handoff.yml": "postgres: {host: localhost, database: x}\n"])
    try Kind.folder.make(whole.root + "/.env")
    #expect(try whole.discover().postgres.settings?.map(\.isUndecided) == [false])
  }

  @Test("What a handoff recorded is not looked for where a file of now might name another place")
  func recorded() throws {
    let files = try TemporaryProject()
    try Kind.folder.make(files.root + "/.env")
    func fact(_ id: String, _ value: JSONValue) -> Fact {
      Fact(FactID(id), .identity, value, source: Source(.dotenv, ".env: DB_HOST"))
    }
    let recorded = Snapshot(
      tool: "0", project: "p", capturedAt: .init(timeIntervalSince1970: 0),
      observations: [
        Observation(probe: "aws", facts: [fact("aws.account", "1")]),
        Observation(probe: "postgres", facts: [fact("postgres.host", "localhost"), fact("postgres.database", "x")]),
        Observation(probe: "postgres[more]", facts: [fact("postgres[more].database", "y")]),
      ])
    let project = try files.discover().expecting(recorded)
    #expect(undecided(project.aws) == [".env"])
    #expect(project.postgres.settings?.map(\.isUndecided) == [true, false])
    #expect(project.postgres.settings?[1].database?.value == "y")
  }

  @Test("A handoff.yml that cannot be read is a mistake, and marks its project all the same", arguments: Kind.allCases)
  func configuration(kind: Kind) throws {
    let files = try TemporaryProject([".git/HEAD": "", "app/src/x": ""])
    try kind.make(files.root + "/app/handoff.yml")
    let root = Discovery.root(of: files.root + "/app/src", files: FileSystem())
    #expect(root == files.root + "/app")
    let error = #expect(throws: ConfigurationError.self) {
      try Discovery.project(
        at: root, host: Host(environment: ProcessEnvironment([:]), workingDirectory: root))
    }
    #expect(error?.file == "handoff.yml")
  }
}
