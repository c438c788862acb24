import Foundation
import HandoffTestSupport
import Testing

/// Containers that were started from a local build without compose.
@Suite(.serialized, ServiceProject.requirement) struct PlainServiceTests {
  private static let files = [
    "Dockerfile": """
    FROM IMAGE
    VOLUME /data
    ENV GIVEN=image
    COPY tale /tale
    CMD ["sh", "-c", "echo begun; exec sleep 100000"]

    """,
    "tale": "once\n", "handoff.yml": "project: NAME\n",
  ]
  /// No secret; a word that would be found.
  private static let token = "tomato-\(UInt32.random(in: 0 ... .max))"

  /// Builds, and starts a container with many settings.
  private func start(_ project: ServiceProject, _ more: String...) async throws -> String {
    let image = project.name
    try await project.ask("docker", "build", "-q", "-t", image, ".")
    try await project.ask("docker", "network", "create", image + "-net")
    try await project.ask("docker", "network", "create", image + "-second")
    let name = image + "-one"
    try await project.ask(
      "docker",
      [
        "run", "-d", "--name", name, "--env", "TOKEN=" + Self.token, "--label", "team=story", "--publish",
        "127.0.0.1::8080", "--restart", "on-failure:3", "--memory", "64m", "--cap-add", "NET_ADMIN", "--workdir",
        "/data",
        "--hostname", "teller", "--network", image + "-net", "--network-alias", "stories", "--stop-timeout", "0",
        "--volume", "\(project.folder.path):/project:ro", "--mount", "type=tmpfs,target=/cache", "--add-host",
        "other:127.0.0.1", "--user", "0",
      ] + more + [image])
    try await project.ask("docker", "network", "connect", "--alias", "far", image + "-second", name)
    try await project.ask("docker", "exec", name, "sh", "-c", "echo kept > /data/kept")
    return name
  }

  private func settings(_ project: ServiceProject, _ name: String) async throws -> [String] {
    try await [
      "{{json .HostConfig.PortBindings}}", "{{json .HostConfig.RestartPolicy}}", "{{.HostConfig.Memory}}",
      "{{json .HostConfig.CapAdd}}", "{{.Config.WorkingDir}} {{.Config.User}} {{.Config.Hostname}}",
      "{{json .Config.Cmd}}", "{{index .Config.Labels \"team\"}}", "{{json .HostConfig.Mounts}}",
      "{{json .HostConfig.ExtraHosts}}", "{{range .Config.Env}}{{println .}}{{end}}", "{{.Config.StopTimeout}}",
      "{{range $name, $it := .NetworkSettings.Networks}}{{$name}} {{end}}",
      "{{range .Mounts}}{{println .Type .Destination .RW}}{{end}}",
    ].asyncMap { template in
      // Docker tells mounts and variables in no order.
      try await project.inspect(name, template).split(separator: "\n").sorted().joined(separator: "\n")
    }
  }

  @Test("Made anew with all of its settings and the data of its volumes, and with no variable in sight")
  func update() async throws {
    try await ServiceProject.with(Self.files, isComposed: false) { project in
      let name = try await start(project)
      let (before, id) = (try await settings(project, name), try await project.id(name))
      try project.folder.write("tale", "twice\n")
      let answer = try await project.handoff("service", "update", name)
      #expect(answer.status == 0, "\(answer.output)\(answer.complaint)")
      #expect(try await project.id(name) != id)
      #expect(try await settings(project, name) == before)
      #expect(try await project.ask("docker", "exec", name, "cat", "/data/kept", "/tale") == "kept\ntwice")
      #expect(try await project.ask("docker", "exec", name, "cat", "/project/tale") == "twice")
      #expect(answer.output.contains("| begun"))
      #expect(!answer.output.contains(Self.token) && !answer.complaint.contains(Self.token))
      #expect(try !project.log().contains(Self.token))
      #expect(try await project.listed(name)["source"] == "current")
      #expect(try await project.lines("docker", "ps", "-aq", "--filter", "name=\(name)").count == 1)
    }
  }

  @Test("Where the new one does not run, the old one is put back, with its name, image and data")
  func putBack() async throws {
    try await ServiceProject.with(Self.files, isComposed: false) { project in
      let name = try await start(project)
      let (id, image) = (try await project.id(name), try await project.inspect(name, "{{.Image}}"))
      try project.folder.write(
        "Dockerfile", "FROM \(try Lab.value("IMAGE"))\nVOLUME /data\nCMD [\"sh\", \"-c\", \"echo broken; exit 7\"]\n")
      let answer = try await project.handoff("service", "update", name)
      #expect(answer.status == 1, "\(answer.output)\(answer.complaint)")
      #expect(answer.output.contains("| broken") && answer.complaint.contains("the old \(name) is back"))
      #expect(try await project.id(name) == id)
      #expect(try await project.inspect(name, "{{.State.Running}}") == "true")
      #expect(try await project.ask("docker", "exec", name, "cat", "/data/kept") == "kept")
      #expect(try await project.inspect(project.name, "{{.Id}}") == image)
      #expect(try await project.lines("docker", "ps", "-aq", "--filter", "name=\(name)").count == 1)
    }
  }

  @Test("Interrupted while the new one is waited for, the old one is put back")
  func interrupted() async throws {
    try await ServiceProject.with(Self.files, isComposed: false) { project in
      let name = try await start(project)
      let id = try await project.id(name)
      try project.folder.write(
        "Dockerfile",
        "FROM \(try Lab.value("IMAGE"))\nVOLUME /data\nHEALTHCHECK --interval=1h CMD true\nCMD [\"sleep\", \"100000\"]\n"
      )
      let script = """
        "$0" service update "$1" & tool=$!
        until docker ps --filter health=starting --filter "name=$1" -q | grep -q .; do :; done
        kill -INT $tool; wait $tool
        """
      let answer = try await Witness.ask(
        "timeout", ["60", "bash", "-mc", script, Tool.path, name], environment: project.environment,
        in: project.folder.path)
      #expect(answer.status == 130, "\(answer.output)\(answer.complaint)")
      #expect(answer.complaint.contains("the old \(name) is back"), "\(answer.complaint)")
      #expect(try await project.id(name) == id)
      #expect(try await project.inspect(name, "{{.State.Running}}") == "true")
      #expect(try await project.lines("docker", "ps", "-aq", "--filter", "name=\(name)").count == 1)
    }
  }

  @Test("An image of which nobody knows the Dockerfile is refused, though it is taken for the project's")
  func otherImage() async throws {
    try await ServiceProject.with(Self.files, isComposed: false) { project in
      let image = project.name + "-worker"
      try await project.ask("docker", "build", "-q", "-t", image, ".")
      try await project.ask("docker", "run", "-d", "--name", image, "--stop-timeout", "0", image)
      let id = try await project.id(image)
      let answer = try await project.handoff("service", "update", image)
      #expect(answer.status == 2 && answer.complaint.contains("which Dockerfile its image \(image) is built from"))
      #expect(try await project.id(image) == id)
    }
  }

  @Test("A setting that cannot be carried over is named, and nothing is done")
  func refused() async throws {
    try await ServiceProject.with(Self.files, isComposed: false) { project in
      let name = try await start(project, "--device-cgroup-rule", "c 1:3 r")
      let id = try await project.id(name)
      let image = try await project.inspect(project.name, "{{.Id}}")
      let answer = try await project.handoff("service", "update", name)
      #expect(answer.status == 2)
      #expect(answer.complaint.contains("HostConfig.DeviceCgroupRules"), "\(answer.complaint)")
      #expect(try await project.id(name) == id)
      #expect(try await project.inspect(project.name, "{{.Id}}") == image)
      #expect(try await project.lines("docker", "ps", "-aq", "--filter", "name=\(name)").count == 1)
    }
  }
}

extension Sequence where Element == String {
  func asyncMap(_ transform: (String) async throws -> String) async rethrows -> [String] {
    var result: [String] = []
    for element in self { result.append(try await transform(element)) }
    return result
  }
}
