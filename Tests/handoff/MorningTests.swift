import Foundation
import HandoffModel
import HandoffTestSupport
import Testing

/// The morning of the document that asked for this tool: everything had worked the evening before, it said.
@Suite(
  "a morning",
  Lab.needs(
    "aws docker postgres python", "AWS_ENDPOINT", "DOCKER_SOCKET", "COMPOSE", "PG_PORT", "PG_BIN", "PYTHON", "IMAGE"))
struct MorningTests {
  private static let works = "#!/bin/sh\nexec sleep 100000\n"
  private static let loops = "#!/bin/sh\nexit 1\n"
  private static let collides = "CREATE TABLE chapters (id int);\nCREATE TABLE t2 (id int);\n"
  private static let mended = "CREATE TABLE chapters (id int);\n"
  private static let seventh = "database/migrations/007_chapters.sql"

  private static func files() throws -> [String: String] {
    SetupProject.migrations(6).merging([
      seventh: mended, "requirements.txt": "pytest\n", ".gitignore": ".venv/\n.env\n",
      ".env.example": "AWS_REGION=us-east-1\n",
      "teller/Dockerfile": "FROM \(try Lab.value("IMAGE"))\nCOPY tell /tell\nCMD [\"/tell\"]\n", "teller/tell": works,
      "docker-compose.yml":
        "version: \"3.4\"\nservices:\n  teller:\n    build: ./teller\n    restart: always\n    stop_grace_period: 0s\n",
    ]) { $1 }
  }

  @Test("preflight names what is wrong, setup brings up what it can, and verify holds it against the evening")
  func morning() async throws {
    let project = try SetupProject(Self.files())
    let outcome: Result<Void, any Error>
    do { outcome = .success(try await Self.run(project)) } catch { outcome = .failure(error) }
    _ = try? await project.ask(
      "docker-compose", "down", "-v", "-t", "0", "--rmi", "local", changing: Self.engine(project))
    try await project.remove()
    try outcome.get()
  }

  private static func engine(_ project: SetupProject) -> [String: String?] {
    [
      "DOCKER_HOST": try? Lab.value("DOCKER_HOST"), "COMPOSE_PROJECT_NAME": project.name,
      "AWS_ENDPOINT_URL": try? Lab.value("AWS_ENDPOINT"), "AWS_EC2_METADATA_DISABLED": "true",
    ]
  }

  private static func run(_ project: SetupProject) async throws {
    for export in ["AWS_CLI", "DOCKER_CLI", "COMPOSE"] {
      let path = try Lab.value(export)
      try project.program("bin/" + URL(fileURLWithPath: path).lastPathComponent, running: path)
    }
    let shell = engine(project)
    let signedIn = shell.merging([
      "AWS_ACCESS_KEY_ID": try Lab.value("AWS_ACCESS_KEY_ID"),
      "AWS_SECRET_ACCESS_KEY": try Lab.value("AWS_SECRET_ACCESS_KEY"), "AWS_REGION": "us-east-1",
    ]) { $1 }
    for file in ["teller/tell"] {
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: project.path + "/" + file)
    }
    try await git(project, ["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-qm", "Begin"])
    // The evening: all of it works, and is recorded.
    let evening = try await project.handoff("setup", "--yes", changing: signedIn)
    try #require(evening.status == 0, "\(evening.output)\(evening.complaint)")
    let recorded = try await project.handoff("generate", "--title", "Evening", changing: signedIn)
    try #require(recorded.status == 0, "\(recorded.complaint)")
    try await breakAll(project, shell)

    // `preflight` names each.
    let report = try Report(try await project.handoff("preflight", "--format", "json", changing: shell))
    let all = (report.json["probes"]?.array ?? []).flatMap { $0["findings"]?.array ?? [] }
    let ids = Set(all.compactMap { $0["id"]?.string })
    for id in [
      "aws.no-credentials", "postgres.database-missing", "python.no-environment", "python.base-broken",
      "docker.container-restarting", "docker.image-stale",
    ] { #expect(ids.contains(id), "\(id) among \(ids)") }
    let base = all.first { $0["id"] == "python.base-broken" }?["message"]?.string ?? ""
    #expect(base.contains("encodings"), "\(base)")

    // `setup --yes` brings up what it can, and applies nothing of the file that collides.
    let first = try await project.handoff("setup", "--yes", changing: shell)
    #expect(first.status == 1)
    #expect(first.complaint.contains("\(seventh):2: relation \"t2\" already exists (42P07)"), "\(first.complaint)")
    #expect(try await project.psql("SELECT count(*) FROM pg_class WHERE relname = 'chapters'") == "0")
    #expect(try await project.psql("SELECT count(*) FROM handoff_migrations") == "6")
    #expect(try await project.ask(project.path + "/.venv/bin/python", "-m", "pytest", "--version").status == 0)
    let state = try await project.ask(
      "docker", "ps", "--filter", "label=com.docker.compose.project=\(project.name)", "--format", "{{.Status}}",
      changing: shell)
    #expect(state.output.hasPrefix("Up "), "\(state.output)")

    // After the file is mended it finishes.
    try project.folder.write(seventh, mended)
    let second = try await project.handoff("setup", "--yes", changing: shell)
    #expect(second.output.contains("Setup took "), "\(second.output)\(second.complaint)")
    #expect(try await project.psql("SELECT count(*) FROM handoff_migrations") == "7")
    let rest = try await project.handoff("setup", "--dry-run", changing: shell)
    #expect(rest.output.hasPrefix("There is nothing here that setup would do."), "\(rest.output)")

    // Held against the evening, all is as it was but for AWS, and with credentials all of it.
    let verified = try Report(try await project.handoff("verify", "--format", "json", changing: shell))
    #expect(verified.status == 1)
    #expect(verified.findings == ["aws.no-credentials"], "\(verified.findings) \(verified.changes)")
    #expect(verified.changes == ["aws.account gone failure"])
    #expect(!verified.harmlessRemedies(of: "aws.no-credentials").isEmpty)
    let well = try Report(try await project.handoff("verify", "--format", "json", changing: signedIn))
    #expect(well.status == 0, "\(well.changes) \(well.findings)")
  }

  /// What the night did: no credentials, no database, a file of migrations that collides, a system Python that cannot
  /// import its encodings beside a good one, no environment, and a service whose image is older than its source and loops.
  private static func breakAll(_ project: SetupProject, _ shell: [String: String?]) async throws {
    try await project.remove()
    try project.folder.remove(".venv")
    try project.folder.write(seventh, collides)
    try project.program("tools/python3", running: try Lab.value("PYTHON"))
    try project.program("bin/python3", running: try Lab.value("PYTHON"), with: "PYTHONHOME=/nonexistent")
    try project.folder.write("teller/tell", loops)
    let built = try await project.ask("docker-compose", "up", "-d", "--build", changing: shell)
    try #require(built.status == 0, "\(built.complaint)")
    try project.folder.write("teller/tell", works + "# and mended\n")
    // Asks the engine until it has started it again, at most so many times.
    let restarted = """
      until [ "$(docker inspect -f '{{.RestartCount}}' "$(docker ps -aqf label=com.docker.compose.project=\(project.name))")" -ge 2 ]; do :; done
      """
    let looped = try await project.ask("timeout", "60", "sh", "-c", restarted, changing: shell)
    try #require(looped.status == 0)
  }

  private static func git(_ project: SetupProject, _ commands: [String]...) async throws {
    for words in commands {
      let identity = ["-c", "user.name=Sample", "-c", "user.email=sample@localhost"]
      let answer = try await Witness.ask(
        "git", identity + words, environment: project.variables(), in: project.path)
      try #require(answer.status == 0, "\(answer.complaint)")
    }
  }
}
