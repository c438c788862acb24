import Foundation
import HandoffTestSupport
import Testing

/// A project of the lab that uses everything: AWS, a virtual environment, a database, containers, git and variables.
final class SampleProject: Sendable {
  let folder: TemporaryFolder
  let home: TemporaryFolder
  /// What its user's shell has set.
  let environment: [String: String]
  /// Its database and its compose project, of this name alone.
  let name: String

  var path: String { folder.path }

  static let requirement = Lab.needs(
    "aws docker postgres python", "AWS_ENDPOINT", "DOCKER_SOCKET", "COMPOSE", "PG_PORT", "PG_BIN", "VENV", "IMAGE")

  private init(folder: TemporaryFolder, home: TemporaryFolder, environment: [String: String], name: String) {
    self.folder = folder
    self.home = home
    self.environment = environment
    self.name = name
  }

  /// Makes one, all of it healthy.
  /// - Parameters:
  ///   - containers: whether they are started.
  ///   - isRich: whether it has a health check, an image of its own, a migration tool and a remote as well.
  ///   - usesContext: whether the engine is found by the context `lab`, beside which is one named `down`.
  static func make(
    containers: Bool = true, isRich: Bool = false, usesContext: Bool = false
  ) async throws -> SampleProject {
    let name = "sample\(UUID().uuidString.prefix(8).lowercased())"
    let home = try TemporaryFolder([".gitconfig": "[user]\n\tname = Sample\n\temail = sample@localhost\n"])
    let folder = try TemporaryFolder([
      "requirements.txt": "pytest\n", ".env.example": "STORY_KEY=fill-me-in\n", ".gitignore": ".venv/\n.env\n",
      "database/migrations/001_users\(isRich ? ".up" : "").sql": "CREATE TABLE users (id int);\n",
      "docker-compose.yml": try compose(named: name, isRich: isRich),
    ])
    if isRich {
      try folder.write("teller/Dockerfile", "FROM \(try Lab.value("IMAGE"))\nCOPY tale /tale\n")
      try folder.write("teller/tale", "Once\n")
    }
    var environment = Lab.bareEnvironment(home: home.path)
    for export in ["AWS_CLI", "DOCKER_CLI", "COMPOSE", "PYTHON"] {
      let path = try Lab.value(export)
      let name = export == "PYTHON" ? "python3" : URL(fileURLWithPath: path).lastPathComponent
      // Not a link: an interpreter takes the folder of its link for its own.
      try home.write("bin/" + name, "#!/bin/sh\nexec '\(path)' \"$@\"\n")
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: home.path + "/bin/" + name)
    }
    environment["PATH"] = [home.path + "/bin", try Lab.value("PG_BIN"), environment["PATH"] ?? ""].joined(
      separator: ":")
    // What a remedy installs comes from the lab's folder.
    environment["PIP_NO_INDEX"] = "1"
    environment["PIP_FIND_LINKS"] = try Lab.value("WHEELS")
    environment["AWS_EC2_METADATA_DISABLED"] = "true"
    environment["AWS_ACCESS_KEY_ID"] = try Lab.value("AWS_ACCESS_KEY_ID")
    environment["AWS_SECRET_ACCESS_KEY"] = try Lab.value("AWS_SECRET_ACCESS_KEY")
    environment["AWS_DEFAULT_REGION"] = "us-east-1"
    environment["AWS_ENDPOINT_URL"] = try Lab.value("AWS_ENDPOINT")
    environment["PGHOST"] = "127.0.0.1"
    environment["PGPORT"] = try Lab.value("PG_PORT")
    environment["PGUSER"] = try Lab.value("PG_USER")
    environment["PGDATABASE"] = name
    if !usesContext { environment["DOCKER_HOST"] = try Lab.value("DOCKER_HOST") }
    environment["COMPOSE_PROJECT_NAME"] = name
    environment["STORY_KEY"] = "told"
    let project = SampleProject(folder: folder, home: home, environment: environment, name: name)
    try await project.ask("createdb", name)
    try await project.psql(
      """
      CREATE TABLE users (id int primary key); CREATE SCHEMA stories;
      CREATE TABLE stories.chapters (id int, at date) PARTITION BY RANGE (at);
      CREATE TABLE stories.chapters_2025 PARTITION OF stories.chapters FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
      CREATE VIEW readers AS SELECT * FROM users; CREATE TABLE "odd ""name" (id int);
      """)
    try await project.ask("cp", "-a", try Lab.value("VENV"), folder.path + "/.venv")
    if isRich {
      try await project.psql(
        """
        CREATE TABLE schema_migrations (version bigint primary key, dirty boolean not null);
        INSERT INTO schema_migrations VALUES (1, false);
        """)
    }
    for arguments in [["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-qm", "Begin"]] {
      try await project.git(arguments)
    }
    if isRich {
      try await project.git(["init", "-q", "--bare", home.path + "/remote.git"])
      try await project.git(["remote", "add", "origin", home.path + "/remote.git"])
      try await project.git(["push", "-qu", "origin", "main"])
    }
    if usesContext {
      for (context, socket) in [("lab", try Lab.value("DOCKER_HOST")), ("down", "unix:///nonexistent/docker.sock")] {
        try await project.ask("docker", "context", "create", context, "--docker", "host=" + socket)
      }
      try await project.ask("docker", "context", "use", "lab")
    }
    if containers { try await project.ask("docker-compose", "up", "-d", changing: try engine()) }
    if isRich, containers {
      // Asks the engine until it says so, at most so many times.
      let healthy = "[ \"$(docker inspect -f '{{.State.Health.Status}}' \(name)-keeper)\" = healthy ]"
      try await project.ask("timeout", "60", "sh", "-c", "until \(healthy); do :; done")
    }
    return project
  }

  private static func engine() throws -> [String: String?] { ["DOCKER_HOST": try Lab.value("DOCKER_HOST")] }

  private static func compose(named name: String, isRich: Bool) throws -> String {
    let teller = """

        teller:
          build: ./teller
          container_name: \(name)-teller
          command: ["sleep", "100000"]
          stop_grace_period: 0s

      """
    let check = """

          healthcheck:
            test: ["CMD", "true"]
            interval: 1s

      """
    return """
      version: "3.4"
      services:
        storyteller:
          image: \(try Lab.value("IMAGE"))
          container_name: \(name)-storyteller
          command: ["sleep", "100000"]
          stop_grace_period: 0s
        keeper:
          image: \(try Lab.value("IMAGE"))
          container_name: \(name)-keeper
          command: ["sleep", "100000"]
          ports: ["127.0.0.1::8080"]
          stop_grace_period: 0s\(isRich ? check + teller : "")

      """
  }

  /// The path of a socket whose server is gone: the file is there, and nobody listens.
  func abandonedSocket() async throws -> String {
    let socket = home.path + "/abandoned.sock"
    try await ask(
      "python3", "-c", "import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])", socket)
    return socket
  }

  /// Takes away what is outside its folders.
  func remove() async throws {
    _ = try? await ask("docker-compose", "down", "-v", "-t", "0", "--rmi", "local", changing: try Self.engine())
    _ = try? await ask("dropdb", "--force", "--if-exists", name)
  }

  /// Runs a program in the project as its user would, and fails where it fails.
  @discardableResult func ask(
    _ program: String, _ arguments: String..., changing changes: [String: String?] = [:]
  ) async throws -> Witness.Answer {
    let answer = try await Witness.ask(program, arguments, environment: variables(changes), in: path)
    guard answer.status == 0 else {
      throw Failed(description: "\(program) \(arguments): \(answer.status)\n\(answer.output)\n\(answer.complaint)")
    }
    return answer
  }

  struct Failed: Error, CustomStringConvertible {
    let description: String
  }

  @discardableResult func git(_ arguments: [String]) async throws -> String {
    let answer = try await Witness.ask("git", arguments, environment: environment, in: path)
    guard answer.status == 0 else { throw Failed(description: "git \(arguments): \(answer.complaint)") }
    return answer.output
  }

  @discardableResult func psql(_ sql: String) async throws -> String {
    try await ask("psql", "-X", "-q", "-At", "-v", "ON_ERROR_STOP=1", "-c", sql).output
  }

  /// The user's variables with some changed or, where nil, not set.
  func variables(_ changes: [String: String?]) -> [String: String] {
    var variables = environment
    for (name, value) in changes { variables[name] = value }
    return variables
  }

  /// Runs the tool in the project.
  @discardableResult func handoff(
    _ arguments: [String], changing changes: [String: String?] = [:], in subfolder: String = ""
  ) async throws -> Witness.Answer {
    try await Witness.ask(Tool.path, arguments, environment: variables(changes), in: path + "/" + subfolder)
  }

  /// Writes a handoff and gives its path.
  func generate(_ arguments: String..., changing changes: [String: String?] = [:]) async throws -> String {
    let answer = try await handoff(["generate"] + arguments, changing: changes)
    guard answer.status == 0 else { throw Failed(description: "generate: \(answer.status) \(answer.complaint)") }
    return answer.output
  }

  /// Verifies the latest handoff.
  func verify(_ arguments: String..., changing changes: [String: String?] = [:]) async throws -> Report {
    try Report(try await handoff(["verify", "--format", "json"] + arguments, changing: changes))
  }
}
