import Foundation
import HandoffTestSupport
import Testing

/// Services are rebuilt as compose would have them, and nothing else is touched: held against docker and compose.
@Suite(.serialized, ServiceProject.requirement) struct ServiceTests {
  static let files = [
    "web/Dockerfile": "FROM IMAGE\nCOPY tale /tale\n", "web/tale": "once\n",
    "docker-compose.yml": """
    version: "3.4"
    services:
      web:
        build: ./web
        container_name: NAME-web
        command: ["sh", "-c", "i=0; while [ $$i -lt 12 ]; do i=$$((i + 1)); echo line $$i; done; exec sleep 100000"]
        depends_on: [keeper]
        stop_grace_period: 0s
      keeper:
        image: IMAGE
        container_name: NAME-keeper
        command: ["sleep", "100000"]
        ports: ["127.0.0.1::8080"]
        stop_grace_period: 0s

    """,
  ]

  @Test("An updated service bears its source's digest, and compose takes image and container for its own")
  func update() async throws {
    try await ServiceProject.with(Self.files) { project in
      try await project.ask("docker-compose", "up", "-d")
      #expect(try await project.listed("web")["exact"] == "false")
      let (web, keeper) = (try await project.id("\(project.name)-web"), try await project.id("\(project.name)-keeper"))
      let answer = try await project.handoff("service", "update", "web")
      #expect(answer.status == 0, "\(answer.output)\(answer.complaint)")
      let updated = try await project.id("\(project.name)-web")
      #expect(updated != web)
      #expect(try await project.id("\(project.name)-keeper") == keeper)
      let label = try await project.inspect(
        "\(project.name)-web", "{{index .Config.Labels \"handoff.source-digest\"}}")
      #expect(label.wholeMatch(of: /v1:sha256:[0-9a-f]{64}/) != nil)
      // The last ten of twelve lines.
      #expect(answer.output.contains("| line 3\n") && answer.output.hasSuffix("| line 12"))
      #expect(!answer.output.contains("| line 2\n"))
      #expect(try project.log().contains("COPY tale /tale"))
      // Compose sees nothing to do.
      try await project.ask("docker-compose", "up", "-d")
      #expect(try await project.id("\(project.name)-web") == updated)
      #expect(
        try await project.inspect(
          "\(project.name)-web", "{{index .Config.Labels \"com.docker.compose.project.config_files\"}}"
        ).hasSuffix("docker-compose.yml"))

      let current = try await project.listed("web")
      #expect(current["source"] == "current" && current["exact"] == "true" && current["state"] == "running")
      try project.folder.write("web/tale", "twice\n")
      let stale = try await project.listed("web")
      #expect(stale["source"] == "stale" && stale["exact"] == "true")
      #expect(stale["reason"]?.contains("digest") == true)
      let again = try await project.handoff("service", "update", "--stale")
      #expect(again.status == 0, "\(again.output)\(again.complaint)")
      #expect(try await project.ask("docker", "exec", "\(project.name)-web", "cat", "/tale") == "twice")
      #expect(try await project.listed("web")["source"] == "current")
      #expect(try await project.id("\(project.name)-keeper") == keeper)
    }
  }

  @Test("The commands that are shown can be pasted as they are")
  func pasted() async throws {
    try await ServiceProject.with(Self.files) { project in
      try await project.ask("docker-compose", "up", "-d")
      let web = try await project.id("\(project.name)-web")
      let dry = try await project.handoff("service", "update", "web", "--dry-run")
      #expect(dry.complaint.contains("the label handoff.source-digest"))
      let lines = dry.output.split(separator: "\n").map { $0.dropFirst(2) }
      #expect(lines.count == 2, "\(dry.output)")
      try await project.ask("bash", "-euc", lines.joined(separator: "\n"))
      #expect(try await project.id("\(project.name)-web") != web)
      let update = try await project.handoff("service", "update", "web")
      #expect(!(update.output + update.complaint).contains("HANDOFF_STAMP") && update.output.contains("$ \(lines[0])"))
    }
  }

  @Test("The list says what docker says: state, image, ports")
  func list() async throws {
    try await ServiceProject.with(Self.files) { project in
      try await project.ask("docker-compose", "up", "-d", "keeper")
      let keeper = try await project.listed("keeper")
      #expect(keeper["container"] == "\(project.name)-keeper" && keeper["state"] == "running")
      #expect(keeper["imageID"] == (try await project.inspect("\(project.name)-keeper", "{{.Image}}")))
      #expect(keeper["ports"] == "127.0.0.1::8080/tcp" && keeper["built"] == "false" && keeper["source"] == nil)
      let web = try await project.listed("web")
      #expect(web["container"] == nil && web["state"] == nil && web["built"] == "true")
      let shown = try await project.handoff("service", "list").output
      #expect(shown.split(separator: "\n").contains { $0.hasPrefix("web ") && $0.contains("not there") })
    }
  }

  @Test("What has no build, or no such name, is refused by name, and nothing is done; nor where nothing is out of date")
  func refusals() async throws {
    try await ServiceProject.with(Self.files) { project in
      try await project.ask("docker-compose", "up", "-d")
      let before = try await project.lines("docker", "ps", "-q", "--no-trunc")
      for (names, words) in [
        (["web", "keeper"], "keeper: it has no build"),
        (["web", "kepeer"], "no service kepeer in this project; did you mean keeper?"),
      ] {
        let answer = try await Witness.ask(
          Tool.path, ["service", "update"] + names, environment: project.environment, in: project.folder.path)
        #expect(answer.status == 2)
        #expect(answer.complaint.contains(words), "\(answer.complaint)")
      }
      #expect(try await project.handoff("service", "update").status == 64)
      #expect(try await project.handoff("service", "update", "web").status == 0)
      let nothing = try await project.handoff("service", "update", "--stale")
      #expect(nothing.status == 0 && nothing.output.contains("no image is known to be out of date"))
      // Of all those runs, one had something to say.
      let logs = try FileManager.default.contentsOfDirectory(
        atPath: project.home.path + "/.local/state/handoff/logs")
      #expect(logs.count == 1, "\(logs)")
      let after = try await project.lines("docker", "ps", "-q", "--no-trunc")
      #expect(Set(before).subtracting(after).count == 1)
    }
  }

  @Test("A build that fails touches no container; a container that gets not healthy is told, with its last lines")
  func failures() async throws {
    try await ServiceProject.with(Self.files) { project in
      try await project.ask("docker-compose", "up", "-d")
      let web = try await project.id("\(project.name)-web")
      try project.folder.write("web/Dockerfile", "FROM \(try Lab.value("IMAGE"))\nCOPY nowhere /\n")
      let failed = try await project.handoff("service", "update", "web")
      #expect(failed.status == 1)
      #expect(failed.complaint.contains("no container was touched") && failed.complaint.contains(".log"))
      #expect(try await project.id("\(project.name)-web") == web)

      let check = "HEALTHCHECK --interval=1s --retries=1 CMD false\n"
      try project.folder.write("web/Dockerfile", "FROM \(try Lab.value("IMAGE"))\nCOPY tale /tale\n" + check)
      let sick = try await project.handoff("service", "update", "web")
      #expect(sick.status == 1, "\(sick.output)")
      #expect(sick.complaint.contains("health check fails") && sick.output.hasSuffix("| line 12"))

      try project.folder.write(
        "web/Dockerfile", "FROM \(try Lab.value("IMAGE"))\nCOPY tale /tale\n" + check.replacing("1s", with: "1h"))
      let late = try await project.handoff("service", "update", "web", "--wait", "1")
      #expect(late.status == 1 && late.complaint.contains("is not healthy after 1 s"), "\(late.complaint)")
    }
  }

  @Test("The compose plugin of docker is used where it is there")
  func plugin() async throws {
    try await ServiceProject.with(Self.files) { project in
      let plugin = ".docker/cli-plugins/docker-compose"
      // What docker asks a plugin for (https://docs.docker.com/engine/extend/cli_plugins/), before a real compose.
      try project.home.write(
        plugin,
        """
        #!/bin/sh
        if [ "$1" = docker-cli-plugin-metadata ]; then
          echo '{"SchemaVersion":"0.1.0","Vendor":"Test","Version":"2.0"}'; exit
        fi
        shift; exec \(try Lab.value("COMPOSE")) "$@"

        """)
      try FileManager.default.setAttributes(
        [.posixPermissions: 0o755], ofItemAtPath: project.home.path + "/" + plugin)
      let answer = try await project.handoff("service", "update", "web")
      #expect(answer.status == 0, "\(answer.output)\(answer.complaint)")
      #expect(answer.output.contains("$ docker compose ") && !answer.output.contains("$ docker-compose "))
      #expect(try await project.listed("web")["source"] == "current")
    }
  }

  @Test("A file of the project leads compose to no other engine than the one that was looked at")
  func otherEngine() async throws {
    try await ServiceProject.with(Self.files.merging([".env": "DOCKER_HOST=tcp://127.0.0.1:9\n"]) { $1 }) { project in
      var environment = project.environment
      environment["DOCKER_HOST"] = nil
      try await project.ask(
        "docker", "context", "create", "lab", "--docker", "host=" + (try Lab.value("DOCKER_HOST")))
      environment["DOCKER_CONTEXT"] = "lab"
      let answer = try await Witness.ask(
        Tool.path, ["service", "update", "web"], environment: environment, in: project.folder.path)
      #expect(answer.status == 0, "\(answer.output)\(answer.complaint)")
      #expect(try await project.listed("web")["source"] == "current")
    }
  }

  @Test("Interrupted while it builds, it says what stands, and no container was touched")
  func interrupted() async throws {
    try await ServiceProject.with(Self.files) { project in
      try await project.ask("docker-compose", "up", "-d")
      let web = try await project.id("\(project.name)-web")
      try project.folder.write("web/Dockerfile", "FROM \(try Lab.value("IMAGE"))\nRUN sleep 98765\n")
      // The build's own container tells that it has begun.
      let script = """
        "$0" service update web & tool=$!
        until docker ps --no-trunc --format '{{.Command}}' | grep -q 'sleep 98765'; do :; done
        kill -INT $tool; wait $tool
        """
      let answer = try await Witness.ask(
        "timeout", ["60", "bash", "-mc", script, Tool.path], environment: project.environment, in: project.folder.path)
      #expect(answer.status == 130, "\(answer.output)\(answer.complaint)")
      #expect(answer.complaint.contains("build web was interrupted; no container was touched"), "\(answer.complaint)")
      #expect(answer.complaint.contains("all that was printed: "))
      #expect(try await project.id("\(project.name)-web") == web)
      let left = "while docker ps --no-trunc --format '{{.Command}}' | grep -q 'sleep 98765'; do :; done"
      try await project.ask("timeout", "30", "sh", "-c", left)
    }
  }
}
