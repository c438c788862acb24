import CLibcurl
import Foundation
import HandoffTestSupport
import Testing

@testable import HandoffSystem

@Suite struct CurlFailureTests {
  @Test(arguments: [
    (ECONNREFUSED, HTTPError.refused), (ENOENT, .noSocket), (ENOTDIR, .noSocket), (EACCES, .notPermitted),
    (EPERM, .notPermitted), (ENETUNREACH, .noRoute), (EHOSTUNREACH, .noRoute), (ETIMEDOUT, .timedOut),
  ])
  func theSystemsNumberTellsWhyThereIsNoConnection(number: Int32, error: HTTPError) {
    let failure = CurlFailure(
      code: CURLE_COULDNT_CONNECT, systemError: Int(number), text: "", isTLS: false, hasAnswer: false, isUnix: true)
    #expect(failure.error == error)
  }

  @Test(arguments: [CURLE_RECV_ERROR, CURLE_SEND_ERROR]) func aRefusedClientCertificateIsAFailureOfTLS(code: CURLcode) {
    // The alert that says so is lost when the server closes first.
    for text in ["OpenSSL SSL_read: tlsv13 alert certificate required, errno 0", "Connection reset by peer"] {
      func error(hasAnswer: Bool, isTLS: Bool = true) -> HTTPError {
        CurlFailure(
          code: code, systemError: 0, text: text, isTLS: isTLS, hasAnswer: hasAnswer, isUnix: false
        ).error
      }
      #expect(error(hasAnswer: false) == .tls(text))
      #expect(error(hasAnswer: true) == .garbage)
      #expect(error(hasAnswer: false, isTLS: false) == .garbage)
    }
  }

  @Test func aSocketOfSomebodyElseIsNotPermitted() async throws {
    let folder = try TemporaryFolder()
    let server = try LoopbackServer(unix: folder.path + "/s") { $0.drain() }
    chmod(folder.path + "/s", 0)
    let request = HTTPRequest(url: "http://docker/", endpoint: .unix(folder.path + "/s"))
    let error = await withCheckedContinuation { (continuation: CheckedContinuation<HTTPError?, Never>) in
      Thread.detachNewThread {
        #if os(Linux)
          // Root may use every socket: this thread alone becomes somebody else for files. (fsuid is per thread)
          if geteuid() == 0, let symbol = dlsym(nil, "setfsuid") {
            _ = unsafeBitCast(symbol, to: (@convention(c) (UInt32) -> Int32).self)(65534)
          }
        #endif
        do throws(HTTPError) {
          _ = try CurlHandle()?.perform(request, proxy: .direct, deadline: .after(.seconds(5))) { false }
          continuation.resume(returning: nil)
        } catch {
          continuation.resume(returning: error)
        }
      }
    }
    #expect(error == .notPermitted)
    withExtendedLifetime(server) {}
  }
}
