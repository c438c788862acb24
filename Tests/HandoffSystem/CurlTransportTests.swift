import Foundation
import HandoffSystem
import HandoffTestSupport
import Testing

/// What came of requests, by their numbers.
private final class Answers: @unchecked Sendable {
  private let lock = NSLock()
  private var found: [Int: [String?]] = [:]

  var all: [Int: [String?]] { lock.withLock { found } }

  func add(_ number: Int, _ answer: String?) { lock.withLock { found[number, default: []].append(answer) } }
}

@Suite struct CurlTransportTests {
  let http = CurlTransport(environment: ProcessEnvironment([:]))

  func error(_ request: HTTPRequest, seconds: Double = 5) async -> HTTPError? {
    do {
      _ = try await http.send(request, deadline: .after(.seconds(seconds)))
      return nil
    } catch {
      return error
    }
  }

  @Test func anAnswerHasStatusHeadersAndBody() async throws {
    let server = try LoopbackServer { connection in
      guard connection.request() != nil else { return }
      connection.answer("404 Not Found", headers: ["X-First: a", "x-first:  b ", "Docker-Version: 1"], "gone")
    }
    let response = try await http.send(HTTPRequest(url: server.url()), deadline: .after(.seconds(5)))
    #expect(response.status == 404)
    #expect(response.headers["x-first"] == "b")
    #expect(response.headers["docker-version"] == "1")
    #expect(String(decoding: response.body, as: UTF8.self) == "gone")
  }

  @Test("Many requests go over a few connections, and each is answered once")
  func manyRequests() async throws {
    let server = try LoopbackServer { connection in
      while let request = connection.request() { connection.answer("200 OK", request.head) }
    }
    let url = server.url("/")
    let answers = Answers()
    await http.send(500, atOnce: 3, deadline: .after(.seconds(30))) { number in
      number == 7 ? nil : HTTPRequest(url: number == 8 ? "ftp://x" : url + "n\(number)")
    } take: { number, _, result in
      answers.add(number, (try? result.get()).map { String(decoding: $0.body, as: UTF8.self) })
    }
    let found = answers.all
    #expect(found.count == 499)
    for number in 0..<500 where number != 7 {
      let answer = try #require(found[number])
      #expect(number == 8 ? answer == [nil] : answer.map { $0?.hasPrefix("GET /n\(number) ") } == [true])
    }
    #expect((1...3).contains(server.connectionCount))
  }

  @Test("Many requests to a server that hangs end by the deadline, and those that were not sent are not told")
  func manyRequestsHang() async throws {
    let server = try LoopbackServer { $0.drain() }
    let url = server.url()
    let answers = Answers()
    let start = ContinuousClock.now
    await http.send(100, atOnce: 4, deadline: .after(.seconds(1))) { _ in
      HTTPRequest(url: url)
    } take: { number, _, result in
      if case .failure(.timedOut) = result { answers.add(number, nil) }
    }
    #expect(ContinuousClock.now - start < .seconds(2))
    #expect(Set(answers.all.keys) == [0, 1, 2, 3])
  }

  @Test(arguments: [200, 400, 403, 500, 503]) func anyStatusIsAnAnswer(status: Int) async throws {
    let server = try LoopbackServer { connection in
      guard connection.request() != nil else { return }
      connection.answer("\(status) Whatever")
    }
    #expect(try await http.send(HTTPRequest(url: server.url()), deadline: .after(.seconds(5))).status == status)
  }

  @Test func aRedirectIsAnAnswerAndNotFollowed() async throws {
    let target = try LoopbackServer { $0.drain() }
    let elsewhere = target.url()
    let server = try LoopbackServer { connection in
      guard connection.request() != nil else { return }
      connection.answer("302 Found", headers: ["Location: \(elsewhere)"])
    }
    let response = try await http.send(HTTPRequest(url: server.url()), deadline: .after(.seconds(5)))
    #expect(response.status == 302)
    #expect(target.connectionCount == 0)
  }

  @Test func methodHeadersAndBodyArrive() async throws {
    let server = try LoopbackServer { connection in
      guard let request = connection.request() else { return }
      connection.answer("200 OK", request.head + "\n" + request.body)
    }
    let request = HTTPRequest(
      method: "POST", url: server.url("/a?b=c"), headers: [("Content-Type", "text/plain"), ("X-Empty", "")],
      body: Array("x=\u{0}1&y".utf8))
    let echo = String(
      decoding: try await http.send(request, deadline: .after(.seconds(5))).body, as: UTF8.self)
    #expect(echo.hasPrefix("POST /a?b=c HTTP/1.1\r\n"))
    #expect(echo.contains("Content-Type: text/plain\r\n"))
    #expect(echo.contains("X-Empty:"))
    #expect(!echo.contains("Expect:"))
    #expect(echo.hasSuffix("x=\u{0}1&y"))
  }

  @Test func aUnixSocketIsSpokenToAndItsConnectionUsedAgain() async throws {
    let folder = try TemporaryFolder()
    let server = try LoopbackServer(unix: folder.path + "/s") { connection in
      while connection.request() != nil { connection.answer("200 OK", "here") }
    }
    let request = HTTPRequest(url: "http://docker/version", endpoint: .unix(folder.path + "/s"))
    for _ in 1...3 {
      #expect(try await http.send(request, deadline: .after(.seconds(5))).status == 200)
    }
    #expect(server.connectionCount == 1)
  }

  @Test func nobodyListensIsRefused() async throws {
    let nobody = try LoopbackServer(mode: .refusing) { _ in }
    #expect(await error(HTTPRequest(url: nobody.url())) == .refused)
  }

  @Test func anAbandonedSocketIsRefusedAndAMissingOneIsMissing() async throws {
    let folder = try TemporaryFolder()
    try Data().write(to: URL(fileURLWithPath: folder.path + "/plain"))
    let plain = HTTPRequest(url: "http://docker/", endpoint: .unix(folder.path + "/plain"))
    #expect(await error(plain) == .refused)
    let absent = HTTPRequest(url: "http://docker/", endpoint: .unix(folder.path + "/absent"))
    #expect(await error(absent) == .noSocket)
    let below = HTTPRequest(url: "http://docker/", endpoint: .unix(folder.path + "/plain/below"))
    #expect(await error(below) == .noSocket)
  }

  @Test func aNameThatCannotBeIsNotResolved() async {
    #expect(await error(HTTPRequest(url: "http://two..dots/")) == .nameNotResolved)
  }

  @Test(arguments: [
    "", "SSH-2.0-OpenSSH_9.2\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort", "\u{1}\u{2}{}",
  ])
  func whatIsNotHTTPIsGarbage(answer: String) async throws {
    let server = try LoopbackServer { connection in
      guard connection.request() != nil else { return }
      connection.send(answer)
    }
    #expect(await error(HTTPRequest(url: server.url())) == .garbage)
  }

  @Test(arguments: ["HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nX-Padding: ", "HTTP/1.1 200 OK\r\n", ""])
  func anEndlessAnswerIsCutAtTheLimit(start: String) async throws {
    let server = try LoopbackServer { connection in
      guard connection.request() != nil else { return }
      connection.send(start)
      let more =
        start.hasSuffix("\r\n\r\n") || start.hasSuffix(": ")
        ? String(repeating: "x", count: 1000)
        : start.isEmpty ? "HTTP/1.1 100 Continue\r\nX-Padding: y\r\n\r\n" : "X-Padding: " + "x\r\n"
      while connection.send(more) {}
    }
    let failure = await error(HTTPRequest(url: server.url(), bodyLimit: 100_000))
    // A single line without end is where libcurl itself gives up.
    #expect(failure == .tooLarge || (start.hasSuffix(": ") && failure != nil && failure != .timedOut))
  }

  @Test func anAnswerOfExactlyTheLimitIsTaken() async throws {
    let server = try LoopbackServer { connection in
      while connection.request() != nil { connection.answer("200 OK", "12345678") }
    }
    let exact = try await http.send(HTTPRequest(url: server.url(), bodyLimit: 8), deadline: .after(.seconds(5)))
    #expect(exact.body.count == 8)
    #expect(await error(HTTPRequest(url: server.url(), bodyLimit: 7)) == .tooLarge)
  }

  @Test func encryptionThatFailsIsToldApart() async throws {
    let server = try LoopbackServer { connection in
      connection.send("HTTP/1.1 400 Bad Request\r\n\r\n")
      connection.drain()
    }
    guard case .tls = await error(HTTPRequest(url: server.url(scheme: "https"))) else {
      Issue.record("a server without TLS is a failure of TLS")
      return
    }
    let request = HTTPRequest(url: server.url(scheme: "https"), tls: .init(authority: "/nonexistent/ca.pem"))
    guard case .tls = await error(request) else {
      Issue.record("a missing file of authorities is a failure of TLS")
      return
    }
  }

  @Test(arguments: ["file:///etc/hostname", "ftp://127.0.0.1/", "127.0.0.1/", ""])
  func onlyHTTPIsSpoken(url: String) async {
    #expect(await error(HTTPRequest(url: url)) == .other("only http and https are spoken"))
  }

  @Test func aValueCannotAddAHeaderField() async throws {
    let server = try LoopbackServer { $0.drain() }
    for (name, value) in [("X-A", "1\r\nX-B: 2"), ("X-A: 1\r\nX-B", "2"), ("X-A", "1\u{0}")] {
      let failure = await error(HTTPRequest(url: server.url(), headers: [(name, value)]))
      guard case .other = failure else {
        Issue.record("sent \(name.debugDescription): \(value.debugDescription)")
        continue
      }
    }
    #expect(server.connectionCount == 0)
  }

  @Test func proxiesAreUsedOnlyWhereAskedForAndNeverForThisMachine() async throws {
    let proxy = try LoopbackServer { connection in
      while let request = connection.request() { connection.answer("200 OK", request.head) }
    }
    let proxied = CurlTransport(environment: ProcessEnvironment(["http_proxy": proxy.url()]))
    let request = HTTPRequest(url: "http://handoff.test/a", usesProxy: true)
    let response = try await proxied.send(request, deadline: .after(.seconds(5)))
    #expect(String(decoding: response.body, as: UTF8.self).hasPrefix("GET http://handoff.test/a HTTP/1.1"))
    let server = try LoopbackServer { connection in
      while let request = connection.request() { connection.answer("200 OK", request.head) }
    }
    let direct = try await proxied.send(
      HTTPRequest(url: server.url("/b"), usesProxy: true), deadline: .after(.seconds(5)))
    #expect(String(decoding: direct.body, as: UTF8.self).hasPrefix("GET /b HTTP/1.1"))
    #expect(proxy.connectionCount == 1)
  }
}
