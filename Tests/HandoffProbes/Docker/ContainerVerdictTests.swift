import HandoffModel
import HandoffProject
import HandoffSystem
import Testing

@testable import HandoffProbes

/// What is told of a container without asking an engine.
@Suite struct ContainerVerdictTests {
  /// The verdict on a container that ran when the handoff was written, and ended.
  func verdict(_ ending: DockerSettings.Ending, status: Int = 0, policy: String = "no", config: JSONValue = [:]) throws
    -> ContainerVerdict
  {
    let environment = ProcessEnvironment([:])
    let host = Host(
      environment: environment, workingDirectory: "/", commands: SubprocessRunner(),
      http: CurlTransport(environment: environment))
    var configuration = config.object ?? [:]
    configuration["Image"] = "a"
    let inspected: JSONValue = [
      "State": ["Status": "exited", "ExitCode": .int(status)], "Image": "sha256:1", "Config": .object(configuration),
      "HostConfig": ["RestartPolicy": ["Name": .string(policy)]],
    ]
    return ContainerVerdict(
      name: "job", container: try #require(Container(inspected: inspected)), service: "job",
      compose: ComposeCommand(file: nil, host), expectedState: "running", serviceEnding: ending, now: 0)
  }

  @Test("Only a service that is meant to end, and ended well, is completed")
  func completed() throws {
    let check: JSONValue = ["Healthcheck": ["Test": ["CMD", "true"]]]
    #expect(try verdict(.awaited, config: check).state == "completed")
    #expect(try verdict(.awaited, config: check).finding == nil)
    #expect(try verdict(.final).finding == nil)
    for other in [
      try verdict(.unsaid), try verdict(.awaited, status: 1), try verdict(.final, config: check),
      try verdict(.final, policy: "always"),
    ] {
      #expect(other.state == "exited")
      #expect(other.finding?.id == "docker.container-exited")
    }
  }

  @Test(
    "A running container is held against the network that it was made with",
    arguments: [
      ("p_default", ["p_default"], nil), ("p_default", [], "p_default"), ("p_default", ["other"], "p_default"),
      ("0123", ["p_default"], nil), ("bridge", [], nil), ("host", [], nil), ("container:x", [], nil),
    ] as [(String, [String], String?)])
  func network(mode: String, connected: [String], lost: String?) throws {
    let networks = Dictionary(uniqueKeysWithValues: connected.map { ($0, ["NetworkID": "0123"] as JSONValue) })
    let inspected: JSONValue = [
      "State": ["Status": "running"], "Image": "sha256:1", "Config": ["Image": "a"],
      "HostConfig": ["NetworkMode": .string(mode)], "NetworkSettings": ["Networks": .object(networks)],
    ]
    #expect(try #require(Container(inspected: inspected)).lostNetwork == lost)
  }
}
