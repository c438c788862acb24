import Foundation
import HandoffTestSupport
import Testing

/// The containers, volumes and networks of one compose project, and of no other.
@Suite(.serialized, ServiceProject.requirement) struct ResetContainersTests {
  private static let files = [
    "handoff.yml": "project: story-engine\n",
    "Dockerfile": "FROM IMAGE\nVOLUME /anonymous\n",
    "docker-compose.yml": """
    version: "3.4"
    services:
      web:
        build: .
        container_name: NAME-web
        command: ["sleep", "100000"]
        volumes: ["tales:/tales"]
        stop_grace_period: 0s
      shut:
        image: IMAGE
        container_name: NAME-shut
        command: ["true"]
    volumes:
      tales:

    """,
  ]

  /// All that is on the engine.
  private func all(_ project: ServiceProject) async throws -> [String] {
    try await project.lines("docker", "ps", "-aq", "--no-trunc").sorted()
      + project.lines("docker", "volume", "ls", "-q").sorted()
      + project.lines("docker", "network", "ls", "-q", "--no-trunc").sorted()
  }

  private func with(
    up: Bool = true, _ more: [String: String] = [:], _ body: (ServiceProject) async throws -> Void
  ) async throws {
    try await ServiceProject.with(Self.files.merging(more) { $1 }) { project in
      if up { try await project.ask("docker-compose", "up", "-d") }
      try await body(project)
    }
  }

  @Test("The plan names each, all of them go, and what is another's stays, images too")
  func removed() async throws {
    try await with { project in
      let name = project.name
      try await project.ask("docker", "volume", "create", name + "-other")
      try await project.ask(
        "docker", "run", "-d", "--name", name + "-other", "--label", "com.docker.compose.project=\(name)x", "--volume",
        name + "-other:/x", try Lab.value("IMAGE"), "sleep", "100000")
      let anonymous = try await project.inspect(
        name + "-web", "{{range .Mounts}}{{if eq .Destination \"/anonymous\"}}{{.Name}}{{end}}{{end}}")
      let before = try await all(project)
      let plan = try await project.handoff("reset", "--containers", "--dry-run")
      #expect(plan.status == 0, "\(plan.complaint)")
      for line in [
        "container \(name)-web (\(name)_web, running)", "container \(name)-shut (", "volume \(name)_tales with all",
        "volume without a name \(anonymous) with all", "network \(name)_default",
      ] { #expect(plan.output.contains(line), "\(line) is not in \(plan.output)") }
      #expect(!plan.output.contains("-other"))
      #expect(try await project.handoff("reset", "--containers").status == 3)
      #expect(try await project.handoff("reset", "--containers", "--yes-destroy", name).status == 3)
      #expect(try await all(project) == before)
      let answer = try await project.handoff("reset", "--containers", "--yes-destroy", "story-engine")
      #expect(answer.status == 0, "\(answer.output)\(answer.complaint)")
      let after = try await all(project)
      // Two containers, two volumes, one network.
      #expect(Set(after).isSubset(of: before) && before.count - after.count == 5)
      for label in [["ps", "-aq"], ["volume", "ls", "-q"], ["network", "ls", "-q"]] {
        #expect(
          try await project.ask("docker", label + ["--filter", "label=com.docker.compose.project=\(name)"]) == "")
      }
      #expect(try await project.inspect(name + "-other", "{{.State.Running}}") == "true")
      #expect(try await project.ask("docker", "images", "-q", name + "_web") != "")
      #expect(try await project.handoff("reset", "--containers").output.contains("nothing to destroy"))
    }
  }

  @Test(
    "What bears the project's name and is not declared by its file, or to be made elsewhere, stays, with the reason")
  func undeclared() async throws {
    try await with { project in
      let name = project.name
      let label = "com.docker.compose.project=\(name)"
      let compose = try String(contentsOfFile: project.folder.path + "/docker-compose.yml", encoding: .utf8)
      // The container that is there uses one of them, too.
      try project.folder.write("docker-compose.yml", compose + "  far: {external: true, name: \(name)_far}\n")
      for volume in ["other", "far"] {
        try await project.ask(
          "docker", "volume", "create", "--label", label, "--label", "com.docker.compose.volume=\(volume)",
          "\(name)_\(volume)")
      }
      try await project.ask("docker", "network", "create", "--label", label, name + "_elsewhere")
      try await project.ask(
        "docker", "run", "-d", "--name", name + "-own", "--label", label, "--label",
        "com.docker.compose.project.working_dir=\(project.folder.path)", "--volume", name + "_far:/far", "--volume",
        name + "_lost:/lost", try Lab.value("IMAGE"), "sleep", "100000")
      let answer = try await project.handoff("reset", "--containers", "--yes-destroy", "story-engine")
      #expect(answer.status == 0, "\(answer.output)\(answer.complaint)")
      for line in [
        "volume \(name)_other stays: the compose file does not declare it, and no container of the project uses it",
        "volume \(name)_far stays: the compose file declares it to be made elsewhere",
        "network \(name)_elsewhere stays: the compose file does not declare it, and no container of the project uses it",
      ] { #expect(answer.output.contains(line), "\(line) is not in \(answer.output)") }
      let volumes = try await project.lines("docker", "volume", "ls", "-q", "--filter", "name=" + name)
      #expect(volumes.sorted() == ["\(name)_far", "\(name)_lost", "\(name)_other"])
      let networks = try await project.lines(
        "docker", "network", "ls", "--format", "{{.Name}}", "--filter", "label=" + label)
      #expect(networks == [name + "_elsewhere"])
      #expect(try await project.ask("docker", "ps", "-aq", "--filter", "label=" + label) == "")
    }
  }

  @Test("What no container uses stays where a file that git tracks chose the project's name", arguments: [true, false])
  func chosen(up: Bool) async throws {
    try await with(up: up) { project in
      let name = project.name
      let compose = try String(contentsOfFile: project.folder.path + "/docker-compose.yml", encoding: .utf8)
      try project.folder.write("docker-compose.yml", compose + "  spare:\n")
      let script = """
        git init -q .; echo COMPOSE_PROJECT_NAME=$0 >.env; git add -A; git commit -qm x
        docker volume create --label com.docker.compose.project=$0 $0_spare
        """
      try await project.ask("sh", "-ec", script, name)
      let answer = try await Witness.ask(
        Tool.path, ["reset", "--containers", "--yes-destroy", "story-engine"],
        environment: project.environment.filter { $0.key != "COMPOSE_PROJECT_NAME" }, in: project.folder.path)
      #expect(answer.status == 0, "\(answer.output)\(answer.complaint)")
      #expect(
        answer.output.contains("volume \(name)_spare stays: .env, a file that git tracks, chose"), "\(answer.output)")
      let volumes = try await project.lines("docker", "volume", "ls", "-q", "--filter", "name=" + name)
      #expect(volumes == [name + "_spare"])
      #expect(try await project.ask("docker", "ps", "-aq", "--filter", "name=" + name) == "")
    }
  }

  @Test("A container that was made anew after the plan was shown stays, with what it uses, and is told")
  func later() async throws {
    try await with { project in
      let name = project.name
      let before = try await project.id(name + "-web")
      let answer = try await Typed.ask(
        "story-engine", after: "docker-compose up -d --force-recreate web", ["reset", "--containers"],
        environment: project.environment, in: project.folder.path)
      #expect(answer.status == 1, "\(answer.output)")
      for line in [
        "container \(name)-web stays: it was made after what was shown",
        "volume \(name)_tales stays: a container uses it that was made after what was shown",
        "this is still there: ", "not gone, or not whole: what compose made for \(name)",
      ] { #expect(answer.output.contains(line), "\(line) is not in \(answer.output)") }
      #expect(try await project.id(name + "-web") != before)
      #expect(try await project.inspect(name + "-web", "{{.State.Running}}") == "true")
      #expect(try await project.ask("docker", "ps", "-aq", "--filter", "name=\(name)-shut") == "")
    }
  }

  @Test(
    "An engine that is not on this machine is refused, whoever names it",
    arguments: ["tcp://192.0.2.1:2375", "ssh://somebody@localhost", "tcp://docker.example.org:2376"])
  func elsewhere(address: String) async throws {
    try await with { project in
      let before = try await all(project)
      let answer = try await project.handoff(
        "reset", "--containers", "--yes-destroy", "story-engine", extra: ["DOCKER_HOST": address])
      #expect(answer.status == 3 && answer.complaint.contains("not on this machine"), "\(answer.complaint)")
      try await project.ask("docker", "context", "create", "far", "--docker", "host=" + address)
      var environment = project.environment
      environment["DOCKER_HOST"] = nil
      environment["DOCKER_CONTEXT"] = "far"
      let context = try await Witness.ask(
        Tool.path, ["reset", "--containers", "--yes-destroy", "story-engine"], environment: environment,
        in: project.folder.path)
      #expect(context.status == 3 && context.complaint.contains("not on this machine"), "\(context.complaint)")
      #expect(try await all(project) == before)
    }
  }

  /// What else is on the engine, and in which words all is refused.
  static let refusals: [(what: String, script: String, words: String)] = [
    (
      "a container of the same name from another folder",
      "docker run -d --name $0-far --label com.docker.compose.project=$0 --label com.docker.compose.project.working_dir=/srv $1 sleep 9999",
      "which is another project"
    ),
    (
      "a container of the same name from nowhere",
      "docker run -d --name $0-far --label com.docker.compose.project=$0 $1 sleep 9999", "from which folder"
    ),
    ("a volume that others use", "docker run -d --name $0-far -v $0_tales:/x $1 sleep 9999", "is used by"),
    ("a volume that others use, stopped", "docker create --name $0-far -v $0_tales:/x $1 true", "is used by"),
    (
      "an anonymous volume that others use", "docker run -d --name $0-far --volumes-from $0-web $1 sleep 9999",
      "is used by"
    ),
    (
      "a network that others are in, stopped", "docker create --name $0-far --network $0_default $1 true",
      "is connected to the network"
    ),
    (
      "a network that others are in", "docker run -d --name $0-far --network $0_default $1 sleep 9999",
      "is connected to the network"
    ),
    ("no compose file", "rm docker-compose.yml", "no compose file"),
    (
      "patterns of names", "rm docker-compose.yml; echo 'docker: {names: [\"*\"]}' >> handoff.yml",
      "no compose file"
    ),
    ("all containers", "rm docker-compose.yml; echo 'docker: {all: true}' >> handoff.yml", "no compose file"),
  ]

  @Test("What may be another's is refused, and nothing at all goes", arguments: refusals.map(\.what))
  func refused(what: String) async throws {
    let refusal = try #require(Self.refusals.first { $0.what == what })
    try await with { project in
      try await project.ask("sh", "-ec", refusal.script, project.name, try Lab.value("IMAGE"))
      let before = try await all(project)
      let answer = try await project.handoff("reset", "--containers", "--yes-destroy", "story-engine")
      #expect(answer.status == 3 && answer.complaint.contains(refusal.words), "\(answer.output)\(answer.complaint)")
      #expect(try await all(project) == before)
    }
  }
}
