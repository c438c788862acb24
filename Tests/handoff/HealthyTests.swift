import Foundation
import HandoffModel
import HandoffTestSupport
import Testing

/// A healthy environment, held against witnesses that know nothing of the tool.
@Suite(.serialized, SampleProject.requirement)
struct HealthyTests {
  @Test("Every identity, state and set fact equals what an independent witness says")
  func witnesses() async throws {
    let project = try await SampleProject.make()
    try await check(project)
    try await project.remove()
  }

  private func check(_ project: SampleProject) async throws {
    let answer = try await project.handoff(["preflight", "--format", "json"])
    let report = try Report(answer)
    #expect(report.status == 0, "\(report.findings) \(answer.output)")
    #expect(report.findings == [])

    let caller = try JSONValue(
      parsing: Array(try await project.ask("aws", "sts", "get-caller-identity", "--output", "json").output.utf8))
    #expect(report.fact("aws.account") == caller["Account"])
    #expect(report.fact("aws.principal") == caller["Arn"])
    let region = try await project.ask("aws", "configure", "list").output.split(separator: "\n")
      .first { $0.contains("region") }
    #expect(region?.contains(report.fact("aws.region")?.string ?? "?") == true)
    #expect(report.fact("aws.credentials") == "environment")

    let tables = try await project.psql(
      """
      SELECT table_schema || '.' || table_name FROM information_schema.tables t
      WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')
      AND NOT EXISTS (SELECT FROM pg_inherits i WHERE i.inhrelid = format('%I.%I', table_schema, table_name)::regclass)
      """)
    let expected = Set(
      tables.split(separator: "\n").map { String($0).replacing("odd \"name", with: "\"odd \"\"name\"") })
    #expect(Set(report.fact("postgres.tables")?.strings ?? []) == expected)
    #expect(report.fact("postgres.database")?.string == (try await project.psql("SELECT current_database()")))
    #expect(report.fact("postgres.user")?.string == (try await project.psql("SELECT current_user")))
    #expect(report.fact("postgres.port")?.int.map(String.init) == (try await project.psql("SHOW port")))
    let server = try await project.psql("SHOW server_version")
    #expect(report.fact("postgres.server")?.string == server.split(separator: " ").first.map(String.init))

    let names = try await project.ask(
      "docker", "ps", "-a", "--filter", "label=com.docker.compose.project=\(project.name)", "--format", "{{.Names}}")
    #expect(
      Set(report.fact("docker.containers")?.strings ?? []) == Set(names.output.split(separator: "\n").map(String.init)))
    for name in names.output.split(separator: "\n").map(String.init) {
      let inspected = try await project.ask(
        "docker", "inspect", "-f", "{{.Config.Image}} {{.State.Status}} {{.Image}}", name)
      let parts = ["image", "state", "imageID"].map { report.fact("docker.container[\(name)].\($0)")?.string ?? "" }
      #expect(parts.joined(separator: " ") == inspected.output)
    }
    let engine = try await project.ask("docker", "version", "-f", "{{.Server.Version}}")
    #expect(report.fact("docker.engine")?.string == engine.output)

    #expect(report.fact("git.branch")?.string == (try await project.git(["branch", "--show-current"])))
    #expect(report.fact("git.head")?.string == (try await project.git(["rev-parse", "HEAD"])))
    #expect(report.fact("git.upstream") == .null)
    #expect(report.fact("git.operation") == .null)

    let python = try await Witness.ask(
      project.path + "/.venv/bin/python", ["-c", "import platform; print(platform.python_version())"],
      environment: project.environment)
    #expect(report.fact("python.version")?.string == python.output)
    #expect(report.fact("python.environment") == ".venv")
    #expect(report.fact("environment.required") == ["STORY_KEY"])
    #expect(report.fact("environment.missing") == [])
  }

  @Test(
    "A handoff that was just written is confirmed, also after its commit, from a subfolder, in another locale and zone")
  func atOnce() async throws {
    let project = try await SampleProject.make()
    let path = try await project.generate("--title", "Story engine", "--commit")
    #expect(path.hasPrefix("handoffs/SESSION-HANDOFF-"))
    #expect(path.hasSuffix("-STORY-ENGINE.md"))
    #expect(try await project.git(["show", "--name-only", "--format=", "HEAD"]) == path)
    #expect(try await project.git(["status", "--porcelain"]).isEmpty)
    for (changes, subfolder) in [
      ([:], ""), ([:], "database/migrations"), (["LC_ALL": "tr_TR.UTF-8"], ""),
      (["LANG": "ja_JP.UTF-8", "LC_ALL": nil], ""),
      (["TZ": "Pacific/Kiritimati"], ""), (["TZ": "America/Adak"], ""),
    ] as [([String: String?], String)] {
      let answer = try await project.handoff(["verify", "--format", "json"], changing: changes, in: subfolder)
      let report = try Report(answer)
      #expect(report.status == 0, "\(changes) \(subfolder) \(report.allChanges) \(report.findings)")
      #expect(report.allChanges == [])
      #expect((report.json["confirmed"]?.int ?? 0) > 20)
    }
    try await project.remove()
  }
}
