import HandoffModel
import HandoffProject
import HandoffSystem
import Testing

@testable import HandoffProbes

/// What is told of a container without asking an engine.
@Suite struct ContainerVerdictTests {
  /// The verdict on a container that ran when the handoff was written, and ended.
  func verdict(
    isAwaited: Bool = false, status: Int = 0, recorded: String? = "running", config: JSONValue = [:]
  ) throws -> ContainerVerdict {
    let environment = ProcessEnvironment([:])
    let host = Host(
      environment: environment, workingDirectory: "/", commands: SubprocessRunner(),
      http: CurlTransport(environment: environment))
    var configuration = config.object ?? [:]
    configuration["Image"] = "a"
    let inspected: JSONValue = [
      "State": ["Status": "exited", "ExitCode": .int(status)], "Image": "sha256:1", "Config": .object(configuration),
      "HostConfig": ["RestartPolicy": ["Name": "no"]],
    ]
    return ContainerVerdict(
      name: "job", container: try #require(Container(inspected: inspected)), service: "job",
      compose: ComposeCommand(file: nil, host), expectedState: recorded, isAwaited: isAwaited, now: 0)
  }

  @Test("Only what another service waits for, or was completed before, is completed once it ended well")
  func completed() throws {
    let check: JSONValue = ["Healthcheck": ["Test": ["CMD", "true"]]]
    for done in [
      try verdict(isAwaited: true, config: check), try verdict(isAwaited: true, recorded: nil),
      try verdict(recorded: "completed", config: check),
    ] {
      #expect(done.state == "completed")
      #expect(done.finding == nil)
    }
    for done in [try verdict(recorded: "exited"), try verdict(recorded: nil)] {
      #expect(done.state == "exited")
      #expect(done.finding == nil)
    }
    for other in [
      try verdict(), try verdict(recorded: "restarting"), try verdict(isAwaited: true, status: 1),
      try verdict(status: 1, recorded: "completed"), try verdict(recorded: nil, config: check),
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
