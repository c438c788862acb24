import Foundation
import HandoffModel
import HandoffTestSupport
import Testing

/// Breaks a healthy environment in each way that the probes tell apart. Each row names what must be reported, and that
/// nothing else is; where a remedy loses nothing, it is run as a user would paste it, and then all is well again.
@Suite(.serialized, SampleProject.requirement)
struct BreakingTests {
  /// One way to break an environment.
  struct Break {
    let name: String
    /// What the shell has set otherwise; nil is not set.
    var changes: [String: String?] = [:]
    /// What else is done, and what takes it back.
    var act: (SampleProject) async throws -> Void = { _ in }
    var undo: (SampleProject) async throws -> Void = { _ in }
    /// `fact kind severity` of every change that is not a note.
    let reported: [String]
    let finding: String
    var status = 1
    /// The remedies of this fact are pasted, in their order, before the tool is run again.
    var mend: String?
  }

  static func check(_ rows: [Break], _ project: SampleProject) async throws {
    for row in rows {
      let note = Comment(rawValue: row.name)
      let healthy = try await project.verify()
      #expect(healthy.status == 0, "before \(row.name): \(healthy.allChanges) \(healthy.findings)")
      try await row.act(project)
      let report = try await project.verify(changing: row.changes)
      #expect(report.status == row.status, note)
      #expect(report.changes == row.reported, note)
      if !row.finding.isEmpty { #expect(report.findings.contains(row.finding), "\(row.name): \(report.findings)") }
      if let fact = row.mend {
        // What would start a service of the machine itself is left out: the machine is not the tests' to change.
        let remedies = report.harmlessRemedies(of: fact).filter { !$0.hasPrefix("sudo ") }
        #expect(!remedies.isEmpty, note)
        let script = (remedies + ["exec \"$0\" verify --format json"])
          .joined(separator: "\n")
        let answer = try await Witness.ask(
          "bash", ["-e", "-c", script, Tool.path],
          environment: project.variables(row.changes), in: project.path)
        let lines = answer.output.firstIndex(of: "{").map { String(answer.output[$0...]) } ?? answer.output
        let mended = try Report(Witness.Answer(status: answer.status, output: lines, complaint: answer.complaint))
        #expect(mended.status == 0, "\(row.name) after \(remedies): \(mended.changes) \(mended.findings)")
      }
      try await row.undo(project)
    }
  }

  @Test("AWS: no credentials, unknown key, wrong secret, expired, no network")
  func aws() async throws {
    let project = try await SampleProject.make()
    _ = try await project.generate("--title", "Healthy")
    let gone = ["aws.account gone failure"]
    let expired = "http://" + (try Lab.value("LIAR_EXPIRED"))
    try await Self.check(
      [
        Break(
          name: "no credentials", changes: ["AWS_ACCESS_KEY_ID": nil, "AWS_SECRET_ACCESS_KEY": nil], reported: gone,
          finding: "aws.no-credentials"),
        Break(
          name: "unknown key", changes: ["AWS_ACCESS_KEY_ID": "AKIA" + String(repeating: "X", count: 16)],
          reported: gone, finding: "aws.unknown-key"),
        Break(
          name: "wrong secret", changes: ["AWS_SECRET_ACCESS_KEY": String(repeating: "wrong", count: 8)],
          reported: gone, finding: "aws.wrong-secret"),
        Break(name: "expired", changes: ["AWS_ENDPOINT_URL": expired], reported: gone, finding: "aws.expired"),
        Break(
          name: "nobody listens at the endpoint", changes: ["AWS_ENDPOINT_URL": "http://127.0.0.1:9"], reported: gone,
          finding: "aws.unreachable"),
        Break(
          name: "no network", changes: ["AWS_ENDPOINT_URL": "http://sts.invalid"],
          reported: ["aws.account unknown unknown"], finding: "aws.unreachable", status: 2),
      ], project)
    try await project.remove()
  }

  @Test("Python: no environment, dangling, PYTHONHOME, PYTHONPATH, pytest missing")
  func python() async throws {
    let project = try await SampleProject.make()
    _ = try await project.generate("--title", "Healthy")
    let bad = try TemporaryFolder(["encodings/__init__.py": "raise ImportError('bad')\n"])
    let gone = ["python.environment gone failure"]
    func keep(_ project: SampleProject) async throws { try await project.ask("cp", "-a", ".venv", "kept") }
    func restore(_ project: SampleProject) async throws {
      try await project.ask("rm", "-rf", ".venv")
      try await project.ask("mv", "kept", ".venv")
    }
    try await Self.check(
      [
        Break(
          name: "no environment", act: { try await $0.ask("mv", ".venv", "kept") }, undo: restore, reported: gone,
          finding: "python.no-environment", mend: "python.environment"),
        Break(
          name: "dangling",
          act: { project in
            try await keep(project)
            try await project.ask(
              "sh", "-c", "ln -sf /nonexistent/python3 .venv/bin/python && rm -f .venv/bin/python3*")
          }, undo: restore, reported: gone, finding: "python.interpreter-dangling", mend: "python.environment"),
        Break(
          name: "encodings broken",
          act: { project in
            try await keep(project)
            // A copy of the interpreter beside a library that holds no more than what it is found by.
            try await project.ask(
              "sh", "-c",
              """
              set -e
              real=$(.venv/bin/python -c 'import os, sys; print(os.path.realpath(sys.executable))')
              name=$("$real" -c 'import sys; print("python%d.%d" % sys.version_info[:2])')
              mkdir -p lost/bin lost/lib/$name/lib-dynload
              : > lost/lib/$name/os.py
              cp "$real" lost/bin/python3
              rm .venv/bin/python*
              ln -s "$PWD/lost/bin/python3" .venv/bin/python
              printf 'home = %s\\n' "$PWD/lost/bin" > .venv/pyvenv.cfg
              ! .venv/bin/python -c 'import encodings' 2>/dev/null
              """)
          },
          undo: { project in
            try await project.ask("rm", "-rf", "lost")
            try await restore(project)
          }, reported: gone, finding: "python.encodings-broken"),
        Break(
          name: "PYTHONHOME", changes: ["PYTHONHOME": "/nonexistent"], reported: gone, finding: "python.home-set",
          mend: "python.environment"),
        Break(
          name: "PYTHONPATH", changes: ["PYTHONPATH": bad.path], reported: gone, finding: "python.path-breaks",
          mend: "python.environment"),
        Break(
          name: "pytest missing",
          act: { project in
            try await keep(project)
            try await project.ask(".venv/bin/python", "-m", "pip", "uninstall", "-qy", "pytest")
          }, undo: restore,
          reported: ["python.packages gone failure", "python.tool[pytest] gone failure"],
          finding: "python.tool-missing", mend: "python.tool[pytest]"),
      ], project)
    try await project.remove()
  }

  @Test("PostgreSQL: no server, starting, database missing, role missing, and tables gone")
  func postgres() async throws {
    let project = try await SampleProject.make()
    _ = try await project.generate("--title", "Healthy")
    let gone = ["postgres.database gone failure"]
    let starting = try Lab.port("LIAR_PG_STARTING")
    try await Self.check(
      [
        // Its remedy leads back to the recorded port. Those that start a server are `docker compose up`, for which the
        // lab has no image of PostgreSQL, and `pg_ctl` and `sudo pg_ctlcluster`, which would act on the machine's own.
        Break(
          name: "no server", changes: ["PGPORT": "9"], reported: gone, finding: "postgres.no-server",
          mend: "postgres.database"),
        Break(
          name: "starting", changes: ["PGPORT": "\(starting)"], reported: ["postgres.database unknown unknown"],
          finding: "postgres.starting", status: 2),
        Break(
          name: "role missing", changes: ["PGUSER": "nobody_\(project.name)"],
          undo: { try await $0.ask("dropuser", "nobody_\($0.name)") }, reported: gone,
          finding: "postgres.role-missing", mend: "postgres.database"),
        Break(
          name: "database missing",
          act: { project in
            try await project.ask(
              "sh", "-c", "pg_dump -Fc -f ../\(project.name).dump && dropdb --force \(project.name)")
          },
          undo: { project in
            try await project.ask(
              "sh", "-c",
              "(createdb \(project.name) 2>/dev/null; true) && pg_restore -d \(project.name) ../\(project.name).dump && rm ../\(project.name).dump"
            )
          }, reported: gone, finding: "postgres.database-missing"),
        Break(
          name: "table gone", act: { try await $0.psql("ALTER TABLE users RENAME TO people") },
          undo: { try await $0.psql("ALTER TABLE people RENAME TO users") },
          reported: ["postgres.tables gone failure"], finding: ""),
      ], project)
    // The remedy for a missing database makes it: what is left to report is what stood in it.
    try await project.ask("dropdb", "--force", project.name)
    let missing = try await project.verify()
    let remedy = try #require(missing.harmlessRemedies(of: "postgres.database").first)
    try await project.ask("bash", "-c", remedy)
    let made = try await project.verify()
    #expect(made.changes == ["postgres.tables gone failure"])
    #expect(made.findings == [])
    try await project.remove()
  }

  @Test("PostgreSQL: a wrong password, and no permission to connect")
  func postgresAccess() async throws {
    let project = try await SampleProject.make()
    let role = "reader_\(project.name)"
    let password = UUID().uuidString
    let asUser: [String: String?] = [
      "PGPORT": try Lab.value("PGSCRAM_PORT"), "PGUSER": role, "PGPASSWORD": password, "PGDATABASE": project.name,
    ]
    var asOwner: [String: String?] = asUser
    asOwner["PGUSER"] = try Lab.value("PGSCRAM_USER")
    asOwner["PGPASSWORD"] = try Lab.value("PGSCRAM_PASSWORD")
    asOwner["PGDATABASE"] = "postgres"
    func owner(_ sql: String) async throws {
      try await project.ask("psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-c", sql, changing: asOwner)
    }
    try await owner("CREATE ROLE \(role) LOGIN PASSWORD '\(password)'")
    try await owner("CREATE DATABASE \(project.name)")
    _ = try await project.generate("--title", "Healthy", changing: asUser)
    #expect(try await project.verify(changing: asUser).status == 0)
    var wrong = asUser
    wrong["PGPASSWORD"] = "not it"
    let refused = try await project.verify(changing: wrong)
    #expect(refused.changes == ["postgres.database gone failure"])
    #expect(refused.findings == ["postgres.password"])
    try await owner("REVOKE CONNECT ON DATABASE \(project.name) FROM PUBLIC")
    let forbidden = try await project.verify(changing: asUser)
    #expect(forbidden.status == 1)
    #expect(forbidden.changes == ["postgres.database gone failure"])
    #expect(forbidden.findings == ["postgres.permission"])
    try await owner("DROP DATABASE \(project.name)")
    try await owner("DROP ROLE \(role)")
    try await project.remove()
  }

  @Test("Docker: no socket, no engine behind it, wrong context, a container stopped and one removed")
  func docker() async throws {
    let project = try await SampleProject.make()
    _ = try await project.generate("--title", "Healthy")
    let gone = ["docker.engine gone failure"]
    let abandoned = try await project.abandonedSocket()
    let keeper = "\(project.name)-keeper"
    try await Self.check(
      [
        Break(
          name: "no socket", changes: ["DOCKER_HOST": "unix:///nonexistent/docker.sock"], reported: gone,
          finding: "docker.no-engine", mend: "docker.engine"),
        Break(
          name: "no engine", changes: ["DOCKER_HOST": "unix://\(abandoned)"], reported: gone,
          finding: "docker.no-engine", mend: "docker.engine"),
        Break(
          name: "wrong context", changes: ["DOCKER_HOST": nil, "DOCKER_CONTEXT": "nowhere"], reported: gone,
          finding: "docker.wrong-context", mend: "docker.engine"),
        Break(
          name: "stopped", act: { try await $0.ask("docker", "stop", "-t", "0", keeper) },
          undo: { try await $0.ask("docker", "start", keeper) },
          reported: ["docker.container[\(keeper)].state changed failure"], finding: "docker.container-exited",
          mend: "docker.container[\(keeper)].state"),
        Break(
          name: "removed", act: { try await $0.ask("docker", "rm", "-f", keeper) },
          undo: { try await $0.ask("docker-compose", "up", "-d") },
          reported: ["docker.containers gone failure"], finding: "docker.service-down", mend: "docker.containers"),
      ], project)
    try await project.remove()
  }

  @Test("Docker: a context that is missing, or whose engine is down, where the handoff was written in another")
  func dockerContext() async throws {
    let project = try await SampleProject.make(usesContext: true)
    _ = try await project.generate("--title", "Healthy")
    let gone = ["docker.engine gone failure"]
    try await Self.check(
      [
        Break(
          name: "another context is used", act: { try await $0.ask("docker", "context", "use", "down") },
          undo: { try await $0.ask("docker", "context", "use", "lab") }, reported: gone,
          finding: "docker.wrong-context",
          mend: "docker.engine"),
        Break(
          name: "a context is used that was removed",
          act: { project in
            try await project.ask("sed", "-i", "s/\"lab\"/\"removed\"/", project.home.path + "/.docker/config.json")
          },
          undo: { try await $0.ask("docker", "--context", "lab", "context", "use", "lab") }, reported: gone,
          finding: "docker.wrong-context", mend: "docker.engine"),
        Break(
          name: "DOCKER_CONTEXT names none", changes: ["DOCKER_CONTEXT": "removed"], reported: gone,
          finding: "docker.wrong-context", mend: "docker.engine"),
        Break(
          name: "DOCKER_HOST goes before the context", changes: ["DOCKER_HOST": "unix:///nonexistent/docker.sock"],
          reported: gone, finding: "docker.no-engine", mend: "docker.engine"),
      ], project)
    try await project.remove()
  }

  @Test("Docker: a socket that may not be used is unknown, not gone")
  func dockerPermission() async throws {
    let project = try await SampleProject.make()
    _ = try await project.generate("--title", "Healthy")
    // As a user who may read the project and not the socket. Of Docker alone, as git and PostgreSQL tell users apart too.
    try await project.ask("chmod", "-R", "a+rX", project.path, project.home.path)
    let socket = try Lab.value("DOCKER_SOCKET")
    let mode = try await project.ask("stat", "-c", "%a", socket).output
    try await project.ask("chmod", "600", socket)
    let answer = try await Witness.ask(
      "setpriv",
      [
        "--reuid=65534", "--regid=65534", "--clear-groups", Tool.path, "verify", "--only", "docker", "--format", "json",
      ],
      environment: project.environment, in: project.path)
    try await project.ask("chmod", mode, socket)
    let report = try Report(answer)
    #expect(report.status == 2)
    #expect(report.changes == ["docker.engine unknown unknown"])
    #expect(report.findings == ["docker.not-permitted"])
    try await project.remove()
  }

  @Test("git and variables: another branch, no repository, a variable lost")
  func gitAndVariables() async throws {
    let project = try await SampleProject.make()
    _ = try await project.generate("--title", "Healthy")
    try await Self.check(
      [
        Break(
          name: "another branch", act: { _ = try await $0.git(["switch", "-qc", "other"]) },
          undo: { _ = try await $0.git(["branch", "-D", "other"]) }, reported: ["git.branch changed failure"],
          finding: "", mend: "git.branch"),
        Break(
          name: "no repository", act: { try await $0.ask("mv", ".git", "../\($0.name).git") },
          undo: { try await $0.ask("mv", "../\($0.name).git", ".git") }, reported: ["git.head gone failure"],
          finding: "git.not-a-repository"),
        Break(
          name: "variable lost", changes: ["STORY_KEY": nil], undo: { try await $0.ask("rm", ".env") },
          reported: ["environment.missing changed failure"], finding: "", mend: "environment.missing"),
      ], project)
    try await project.remove()
  }
}
