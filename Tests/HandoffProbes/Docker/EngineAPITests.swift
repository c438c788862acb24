import HandoffModel
import HandoffSystem
import Testing

@testable import HandoffProbes

/// How much of an engine's answers is taken, and how much is kept.
@Suite struct EngineAPITests {
  /// An engine whose containers are all alike.
  private struct Engine: HTTPTransport {
    /// Stands in a part of each answer that nobody reads.
    var ballast = 0
    /// Stands in a part that is kept.
    var kept = 0
    var status = 200

    private func text(_ count: Int, _ letter: String) -> String { String(repeating: letter, count: count) }

    private var container: String {
      #"{"Id":"i","State":{"Status":"running"},"Image":"sha256:0","RestartCount":2,"HostConfig":{},"Path":""#
        + text(ballast, "x") + #"","Config":{"Image":""# + text(kept, "y") + #""}}"#
    }

    func send(_ request: HTTPRequest, deadline: Deadline) async throws(HTTPError) -> HTTPResponse {
      if request.url.hasSuffix("/version") {
        return HTTPResponse(status: 200, headers: [:], body: Array(#"{"Version":"20.10","ApiVersion":"1.41"}"#.utf8))
      }
      let body = Array((status == 200 ? container : #"{"message":""# + text(kept, "z") + #""}"#).utf8)
      guard body.count <= request.bodyLimit else { throw .tooLarge }
      return HTTPResponse(status: status, headers: [:], body: body)
    }
  }

  /// What became of asking about so many containers: how many were read, and why the first of the others was not.
  private func read(_ count: Int, _ engine: Engine) async throws -> (read: Int, reason: EngineFailure?) {
    let endpoint = DockerEndpoint(address: .unix("/nowhere"), tls: nil, source: Source(.measured))
    let deadline = Deadline.after(.seconds(60))
    let api = try await EngineAPI.connect(to: endpoint, engine, deadline: deadline).api
    let containers = (0..<count).map { number in
      ContainerSummary(
        id: "i\(number)", name: "c\(number)", image: "i",
        compose: ComposeLabels(project: nil, service: nil, isOneOff: false, workingDirectory: nil))
    }
    let details = await api.details(of: containers, deadline: deadline)
    #expect(details.map(\.0) == containers)
    var reasons: [EngineFailure] = []
    for case (_, .failure(let reason)) in details { reasons.append(reason) }
    return (count - reasons.count, reasons.first)
  }

  @Test("As many containers as there are listed at most are read, of 1 KiB each")
  func many() async throws {
    let all = try await read(EngineAnswer.maximumContainers, Engine(ballast: 1 << 10))
    #expect(all.read == EngineAnswer.maximumContainers)
  }

  @Test("What is taken in all grows with the number of containers, and has an end")
  func taken() async throws {
    let size = 200 << 10
    for count in [100, 200] {
      let some = try await read(count, Engine(ballast: size))
      #expect(some.read > 0)
      #expect(some.read * size <= (8 << 20) + count * EngineAnswer.usualSize)
      #expect(some.reason == .transport(.tooLarge))
    }
  }

  @Test("What is kept has an end, however many containers there are")
  func kept() async throws {
    let size = 8 << 10
    let some = try await read(2_000, Engine(kept: size))
    #expect(some.read > 0)
    #expect(some.read * size <= 1 << 20)
    #expect(some.reason == .transport(.tooLarge))
  }

  @Test("Of what an engine says in refusing, only the beginning is kept")
  func refusals() async throws {
    let some = try await read(20, Engine(kept: 100_000, status: 500))
    #expect(some.reason == .refused(status: 500, message: String(repeating: "z", count: 300)))
  }
}
