import Foundation
import HandoffSystem
import HandoffTestSupport
import Testing

/// The deadline is the client's: no peer and no file can hold it up.
@Suite struct CurlDeadlineTests {
  let http = CurlTransport(environment: ProcessEnvironment([:]))

  enum Peer: CaseIterable {
    case silent, silentAfterRequest, dripping, drippingHeader, silentTLS, fullQueue, pipeAsAuthority
  }

  /// Starts a peer, and gives what keeps it alive with the request that it will not let end.
  func start(_ peer: Peer, _ folder: TemporaryFolder) throws -> (server: LoopbackServer, request: HTTPRequest) {
    switch peer {
    case .silent:
      let server = try LoopbackServer { $0.drain() }
      return (server, HTTPRequest(url: server.url()))
    case .silentAfterRequest:
      let server = try LoopbackServer(unix: folder.path + "/s") { $0.drain() }
      return (server, HTTPRequest(url: "http://docker/", endpoint: .unix(folder.path + "/s")))
    case .dripping, .drippingHeader:
      let server = try LoopbackServer { connection in
        if peer == .dripping { connection.send("HTTP/1.1 200 OK\r\n\r\n") }
        while connection.send(peer == .dripping ? "x" : "HTTP/1.1 100 Continue\r\n\r\n") { usleep(50_000) }
      }
      return (server, HTTPRequest(url: server.url()))
    case .silentTLS:
      let server = try LoopbackServer { $0.drain() }
      return (server, HTTPRequest(url: server.url(scheme: "https")))
    case .fullQueue:
      let server = try LoopbackServer(mode: .queueing) { _ in }
      return (server, HTTPRequest(url: server.url()))
    case .pipeAsAuthority:
      // Opening it waits for a writer: nothing that libcurl itself could end.
      mkfifo(folder.path + "/ca.pem", 0o600)
      let server = try LoopbackServer { $0.drain() }
      return (server, HTTPRequest(url: server.url(scheme: "https"), tls: .init(authority: folder.path + "/ca.pem")))
    }
  }

  func time(_ request: HTTPRequest, seconds: Double) async -> (error: HTTPError?, took: Duration) {
    let start = ContinuousClock.now
    do {
      _ = try await http.send(request, deadline: .after(.seconds(seconds)))
      return (nil, ContinuousClock.now - start)
    } catch {
      return (error, ContinuousClock.now - start)
    }
  }

  @Test func hangingPeersAllAtOnceEndTogether() async throws {
    let folder = try TemporaryFolder()
    let peers = try Peer.allCases.map { try start($0, folder) }
    await withTaskGroup(of: (Peer, HTTPError?, Duration).self) { group in
      for (peer, started) in zip(Peer.allCases, peers) {
        let request = started.request
        group.addTask {
          let result = await time(request, seconds: 1)
          return (peer, result.error, result.took)
        }
      }
      for await (peer, error, took) in group {
        #expect(error == .timedOut, "\(peer)")
        #expect(took >= .milliseconds(990) && took < .seconds(2), "\(peer) took \(took)")
      }
    }
    withExtendedLifetime(peers) {}
    // Lets the thread go that still waits for the pipe.
    let pipe = open(folder.path + "/ca.pem", O_RDWR | O_NONBLOCK)
    close(pipe)
  }

  @Test func aDeadlineThatHasPassedSendsNothing() async throws {
    let server = try LoopbackServer { $0.drain() }
    #expect(await time(HTTPRequest(url: server.url()), seconds: 0).error == .timedOut)
    #expect(server.connectionCount == 0)
  }

  @Test func aCancelledTaskGoesOnAtOnce() async throws {
    let (arrivals, arrival) = AsyncStream<Void>.makeStream()
    let server = try LoopbackServer { connection in
      guard connection.request() != nil else { return }
      arrival.yield()
      connection.drain()
    }
    let request = HTTPRequest(url: server.url())
    let task = Task { await time(request, seconds: 30) }
    for await _ in arrivals { break }
    task.cancel()
    let result = await task.value
    #expect(result.error == .timedOut)
    #expect(result.took < .seconds(5))
  }

  @Test func anEndpointThatHungIsUsableAgain() async throws {
    let calls = Counter()
    let server = try LoopbackServer { connection in
      while connection.request() != nil {
        if calls.next() > 1 { connection.answer("200 OK", "again") }
      }
    }
    let request = HTTPRequest(url: server.url())
    #expect(await time(request, seconds: 0.3).error == .timedOut)
    #expect(try await http.send(request, deadline: .after(.seconds(5))).status == 200)
  }
}

/// Counts from 1, on any thread.
final class Counter: @unchecked Sendable {
  private let lock = NSLock()
  private var count = 0

  func next() -> Int {
    lock.withLock {
      count += 1
      return count
    }
  }
}
