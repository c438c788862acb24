import HandoffModel
import HandoffProject
import Testing

@testable import HandoffProbes

/// A container is held against its service only where there is no doubt.
@Suite struct ServiceChangeTests {
  /// What differs between the service `web` of `compose.yaml` and a container of it.
  func change(
    _ service: DockerSettings.Service, image: String = "a", ports: JSONValue = .object([:]),
    files: [String] = ["/home/sample/compose.yaml"], variables: String? = nil
  ) throws -> ServiceChange? {
    let inspected = JSONValue.object([
      "State": .object(["Status": .string("running")]), "Image": .string("sha256:1"),
      "Config": .object(["Image": .string(image)]), "HostConfig": .object(["PortBindings": ports]),
    ])
    let prefix = "com.docker.compose."
    let labels = ComposeLabels(
      .object([
        prefix + "project": .string("p"), prefix + "service": .string("web"),
        prefix + "project.config_files": .string(files.joined(separator: ",")),
        prefix + "project.environment_file": variables.map { .string($0) } ?? .null,
      ]))
    let settings = DockerSettings(
      scope: Setting(.compose(project: "p"), Source(.folder, "p")), composeFiles: ["compose.yaml"], services: [service])
    return ServiceChange(
      service, ContainerSummary(id: "1", name: "web", image: image, compose: labels),
      try #require(Container(inspected: inspected)), settings, [:])
  }

  @Test(
    "Two ways to write one image are no difference",
    arguments: [
      ("a", "a:latest", false), ("a", "docker.io/library/a:latest", false), ("a", "localhost/a:latest", false),
      ("docker.io/b/a:1", "b/a:1", false), ("a", "sha256:0123", false), ("a:1", "a:2", true), ("a", "b", true),
      ("r.example:5000/a", "r.example:5000/a:latest", false), ("r.example:5000/a", "a", true),
    ])
  func images(asked: String, present: String, differs: Bool) throws {
    let change = try change(DockerSettings.Service(name: "web", publishedPorts: [], image: asked), image: present)
    #expect((change?.image != nil) == differs)
  }

  @Test("What the file does not tell for certain, and a container made from other files, are not held against it")
  func doubt() throws {
    var service = DockerSettings.Service(name: "web", publishedPorts: ["80/tcp"], image: "b")
    #expect(try change(service, files: ["compose.yaml", "more.yaml"]) == nil)
    #expect(try change(service, files: []) == nil)
    #expect(try change(service, variables: "/home/sample/other.env") == nil)
    #expect(try change(service)?.ports?.asked == ["80/tcp"])
    service.isImageCertain = false
    service.publishedPorts = nil
    #expect(try change(service) == nil)
  }

  @Test("An address that stands for all of them may be written or not")
  func anyAddress() throws {
    let ports = JSONValue.object([
      "80/tcp": .array([.object(["HostIp": .string("0.0.0.0"), "HostPort": .string("8080")])])
    ])
    let service = DockerSettings.Service(name: "web", publishedPorts: ["8080:80/tcp"], image: "a")
    #expect(try change(service, ports: ports) == nil)
    #expect(try change(service)?.ports?.present == [])
  }
}
