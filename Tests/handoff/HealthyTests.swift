import Foundation
import HandoffModel
import HandoffTestSupport
import Testing

/// A healthy environment, held against witnesses that know nothing of the tool.
@Suite(.serialized, SampleProject.requirement)
struct HealthyTests {
  @Test("Every identity, state and set fact equals what an independent witness says")
  func witnesses() async throws {
    let project = try await SampleProject.make(isRich: true)
    let report = try Report(try await project.handoff(["preflight", "--format", "json"]))
    #expect(report.status == 0)
    #expect(report.findings == [])
    var witnesses: [String: JSONValue] = [:]
    for witness in [aws, python, postgres, docker, git, variables] {
      witnesses.merge(try await witness(project)) { $1 }
    }
    // What is not ordered is held as sorted.
    func sorted(_ value: JSONValue?) -> JSONValue? { value?.strings.map { .strings($0.sorted()) } ?? value }
    for (id, value) in witnesses { #expect(sorted(report.fact(id)) == sorted(value), "\(id)") }
    // And nothing is told that nobody was asked about.
    let told = report.facts.filter { ["identity", "state", "set"].contains($0["class"]?.string) }
      .compactMap { $0["id"]?.string }
    #expect(Set(told).subtracting(witnesses.keys).sorted() == [])
    try await project.remove()
  }

  private typealias Witnesses = [String: JSONValue]

  private func aws(_ project: SampleProject) async throws -> Witnesses {
    let caller = try JSONValue(
      parsing: Array(try await project.ask("aws", "sts", "get-caller-identity", "--output", "json").output.utf8))
    // Lines such as `region   us-east-1   env   ['AWS_REGION', …]`, of which version 2 has colons.
    let lines = try await project.ask("aws", "configure", "list").output.replacing(":", with: " ").split(
      separator: "\n")
    func column(_ name: String, _ number: Int) throws -> String {
      let words = try #require(lines.map { $0.split(separator: " ") }.first { $0.first == Substring(name) })
      return String(words[number])
    }
    #expect(try column("access_key", 2) == "env")
    #expect(try column("profile", 1) == "<not")
    return [
      "aws.account": try #require(caller["Account"]), "aws.principal": try #require(caller["Arn"]),
      "aws.region": .string(try column("region", 1)), "aws.credentials": "environment",
    ]
  }

  private func python(_ project: SampleProject) async throws -> Witnesses {
    func ask(_ arguments: String...) async throws -> String {
      try await Witness.ask(project.path + "/.venv/bin/python", arguments, environment: project.environment).output
    }
    let prefix = try await ask("-c", "import sys; print(sys.prefix)")
    let tool = try await ask("-m", "pytest", "--version")
    return [
      "python.environment": .string(String(prefix.dropFirst(project.path.count + 1))),
      "python.version": .string(try await ask("-c", "import platform; print(platform.python_version())")),
      "python.base": .string(
        try await ask("-c", "import os, sys; print(os.path.dirname(sys._base_executable))")),
      "python.tool[pytest]": .string(tool.replacing("pytest ", with: "")),
    ]
  }

  private func postgres(_ project: SampleProject) async throws -> Witnesses {
    let tables = try await project.psql(
      """
      SELECT table_schema || '.' || table_name FROM information_schema.tables t
      WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')
      AND NOT EXISTS (SELECT FROM pg_inherits i WHERE i.inhrelid = format('%I.%I', table_schema, table_name)::regclass)
      """)
    let names = tables.split(separator: "\n").map { String($0).replacing("odd \"name", with: "\"odd \"\"name\"") }
    let server = try await project.psql("SHOW server_version").split(separator: " ").first.map(String.init)
    let port = try #require(Int(try await project.psql("SHOW port")))
    // `dirty` stands in the tracking table of golang-migrate alone.
    let tool = try await project.psql(
      "SELECT DISTINCT 'golang-migrate' FROM information_schema.columns WHERE column_name = 'dirty'")
    let failed = try await project.psql("SELECT version FROM schema_migrations WHERE dirty")
    return [
      "postgres.tables": .strings(names),
      "postgres.database": .string(try await project.psql("SELECT current_database()")),
      "postgres.mode": .string(
        try await project.psql(
          """
          SELECT CASE WHEN pg_is_in_recovery() THEN 'standby'
            WHEN current_setting('default_transaction_read_only') = 'on' THEN 'read-only' ELSE 'primary' END
          """)),
      "postgres.host": .string(try await project.psql("SELECT host(inet_server_addr())")),
      "postgres.user": .string(try await project.psql("SELECT current_user")), "postgres.port": .int(port),
      "postgres.server": .string(try #require(server)), "postgres.migrations.tool": .string(tool),
      "postgres.migrations.failed": .strings(failed.split(separator: "\n").map(String.init)),
    ]
  }

  private func docker(_ project: SampleProject) async throws -> Witnesses {
    let names = try await project.ask(
      "docker", "ps", "-a", "--filter", "label=com.docker.compose.project=\(project.name)", "--format", "{{.Names}}"
    ).output.split(separator: "\n").map(String.init)
    #expect(names.count == 3)
    let host = try await project.ask("docker", "context", "inspect", "-f", "{{.Endpoints.docker.Host}}").output
    var witnesses: Witnesses = [
      "docker.engine": .string(try await project.ask("docker", "version", "-f", "{{.Server.Version}}").output),
      "docker.endpoint": .string(host.replacing("unix://", with: "")), "docker.containers": .strings(names),
    ]
    for name in names {
      func inspect(_ format: String) async throws -> String {
        try await project.ask("docker", "inspect", "-f", format, name).output
      }
      let id = "docker.container[\(name)]."
      witnesses[id + "image"] = .string(try await inspect("{{.Config.Image}}"))
      witnesses[id + "imageID"] = .string(try await inspect("{{.Image}}"))
      witnesses[id + "state"] = .string(try await inspect("{{.State.Status}}"))
      let ports = try await inspect(
        "{{range $port, $all := .HostConfig.PortBindings}}{{range $all}}{{.HostIp}}:{{.HostPort}}:{{$port}} {{end}}{{end}}"
      )
      witnesses[id + "ports"] = .strings(ports.split(separator: " ").map(String.init))
      let health = try await inspect("{{if .State.Health}}{{.State.Health.Status}}{{end}}")
      if !health.isEmpty { witnesses[id + "health"] = .string(health) }
      if name.hasSuffix("-teller") {
        let built = try await project.ask(
          "docker", "image", "inspect", "-f", "{{.Created}}", try await inspect("{{.Image}}"))
        let newer = try await project.ask("find", "teller", "-newermt", built.output).output
        witnesses[id + "source"] = newer.isEmpty ? "current" : "stale"
      }
    }
    #expect(witnesses["docker.container[\(project.name)-keeper].health"] == "healthy")
    #expect(witnesses["docker.container[\(project.name)-keeper].ports"] == ["127.0.0.1::8080/tcp"])
    return witnesses
  }

  private func git(_ project: SampleProject) async throws -> Witnesses {
    // What git keeps while it rebases, merges, picks or bisects.
    let begun = try await project.ask(
      "find", ".git", "-name", "rebase-*", "-o", "-name", "*_HEAD", "-not", "-name", "FETCH_HEAD", "-o", "-name",
      "BISECT_*")
    #expect(begun.output.isEmpty)
    return [
      "git.branch": .string(try await project.git(["branch", "--show-current"])),
      "git.head": .string(try await project.git(["rev-parse", "HEAD"])),
      "git.upstream": .string(try await project.git(["rev-parse", "--abbrev-ref", "@{upstream}"])),
      "git.operation": .null,
    ]
  }

  private func variables(_ project: SampleProject) async throws -> Witnesses {
    let names = try await project.ask("sed", "s/=.*//", ".env.example").output.split(separator: "\n").map(String.init)
    var missing: [String] = []
    for name in names where try await Witness.ask("printenv", [name], environment: project.environment).status != 0 {
      missing.append(name)
    }
    return ["environment.required": .strings(names), "environment.missing": .strings(missing)]
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
    // Few machines have other locales than C: these are made here.
    let locales = project.home.path + "/locales"
    let make = """
      mkdir -p "$0" && for name in tr_TR ja_JP; do
        localedef -i $name -f UTF-8 "$0/$name.UTF-8" >/dev/null 2>&1 || [ -e "$0/$name.UTF-8/LC_TIME" ] || exit 1
        [ "$(LOCPATH=$0 LC_ALL=$name.UTF-8 locale charmap)" = UTF-8 ] || exit 1
      done
      """
    #if os(Linux)
      try await project.ask("sh", "-c", make, locales)
    #endif
    for (changes, subfolder) in [
      ([:], ""), ([:], "database/migrations"), (["LC_ALL": "tr_TR.UTF-8", "LOCPATH": locales], ""),
      (["LANG": "ja_JP.UTF-8", "LC_ALL": nil, "LOCPATH": locales], ""),
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

extension Report {
  /// All facts of a snapshot.
  var facts: [JSONValue] { (json["probes"]?.array ?? []).flatMap { $0["facts"]?.array ?? [] } }
}
