import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// HTTP/1.1 by libcurl.
///
/// What is sent runs on a thread of its own; libcurl ends it at the deadline (`CURLOPT_TIMEOUT_MS`), and should even
/// libcurl be stuck, in a file or in the resolver, the caller goes on a moment later without it. A cancelled task gets
/// ``HTTPError/timedOut`` at once. Nothing is taken from the process's own environment.
public final class CurlTransport: HTTPTransport {
  /// How long after the deadline libcurl is still trusted to end by itself.
  private static let grace = Duration.milliseconds(250)
  /// How many connections to one endpoint are kept.
  private static let idleLimit = 8

  private let environment: ProcessEnvironment
  private let idle = Mutex<[Origin: [CurlHandle]]>([:])

  /// Makes a transport.
  /// - Parameter environment: where a request that uses proxies finds them.
  public init(environment: ProcessEnvironment) {
    self.environment = environment
  }

  /// Sends a request and takes the whole answer; an answer of any status is an answer.
  public func send(_ request: HTTPRequest, deadline: Deadline) async throws(HTTPError) -> HTTPResponse {
    guard !deadline.hasPassed, !Task.isCancelled else { throw .timedOut }
    return try await aside(deadline) { [self] isAbandoned in perform(request, deadline: deadline, isAbandoned) }.get()
  }

  /// Sends many requests, those of one connection from one thread.
  public func send(
    _ count: Int, atOnce: Int, deadline: Deadline, request: @escaping @Sendable (Int) -> HTTPRequest?,
    take: @escaping @Sendable (Int, HTTPRequest, Result<HTTPResponse, HTTPError>) -> Void
  ) async {
    let numbers = Numbers(count)
    await withTaskGroup { group in
      for _ in 0..<min(count, atOnce) {
        group.addTask { [self] in
          _ = await aside(deadline) { [self] isAbandoned in
            while !isAbandoned(), !deadline.hasPassed, let number = numbers.next() {
              guard let request = request(number) else { continue }
              take(number, request, perform(request, deadline: deadline, isAbandoned))
            }
            return .success(())
          }
        }
      }
    }
  }

  /// Does what blocks on a thread of its own, and goes on without it once the task is cancelled, or a moment after the
  /// deadline.
  private func aside<Value: Sendable>(
    _ deadline: Deadline, _ work: @escaping @Sendable (_ isAbandoned: @escaping () -> Bool) -> Result<Value, HTTPError>
  ) async -> Result<Value, HTTPError> {
    let exchange = Exchange<Result<Value, HTTPError>>()
    let guardian = Task {
      try? await Task.sleep(until: deadline.instant + Self.grace, clock: .continuous)
      exchange.answer(.failure(.timedOut))
    }
    defer { guardian.cancel() }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        exchange.wait(continuation)
        let isAsked = onOwnThread {
          blockBrokenPipeSignal()
          exchange.answer(work { exchange.isAnswered })
        }
        if !isAsked { exchange.answer(.failure(.other("this machine has no thread left"))) }
      }
    } onCancel: {
      exchange.answer(.failure(.timedOut))
    }
  }

  private func perform(
    _ request: HTTPRequest, deadline: Deadline, _ isAbandoned: @escaping () -> Bool
  ) -> Result<HTTPResponse, HTTPError> {
    if let flaw = request.flaw { return .failure(.other(flaw)) }
    let origin = Origin(request)
    guard let handle = idle.withLock({ $0[origin]?.popLast() }) ?? CurlHandle() else {
      return .failure(.libraryMissing)
    }
    defer {
      idle.withLock { if $0[origin, default: []].count < Self.idleLimit { $0[origin, default: []].append(handle) } }
    }
    let proxy = request.usesProxy ? ProxyChoice(for: request, in: environment) : .direct
    do throws(HTTPError) {
      return .success(try handle.perform(request, proxy: proxy, deadline: deadline, isAbandoned: isAbandoned))
    } catch {
      return .failure(error)
    }
  }
}

/// Gives each number once, to whoever asks.
private final class Numbers: Sendable {
  private let left: Mutex<Range<Int>>

  init(_ count: Int) { left = Mutex(0..<count) }

  func next() -> Int? { left.withLock { $0.popFirst() } }
}

/// What connections are kept apart by. libcurl itself decides whether one can be used again.
private struct Origin: Hashable {
  let endpoint: HTTPRequest.Endpoint
  let authority: String
  let tls: HTTPRequest.TLS

  init(_ request: HTTPRequest) {
    endpoint = request.endpoint
    authority = request.origin
    tls = request.tls
  }
}

extension HTTPRequest {
  /// `https`, or `http`, or what else stands before `://`, in lower case.
  var scheme: String { url.firstRange(of: "://").map { url[..<$0.lowerBound].lowercased() } ?? "" }

  /// Scheme, host and port: the URL up to its path.
  var origin: String {
    guard let start = url.firstRange(of: "://")?.upperBound else { return "" }
    return String(url[..<(url[start...].firstIndex { "/?#".contains($0) } ?? url.endIndex)])
  }

  /// The host as it stands in the URL, in lower case and without brackets.
  var hostName: String {
    let authority = origin.dropFirst(scheme.count + 3)
    if authority.first == "[", let end = authority.firstIndex(of: "]") {
      return authority[authority.index(after: authority.startIndex)..<end].lowercased()
    }
    return authority.prefix { $0 != ":" }.lowercased()
  }

  /// Why a request is not sent, or nil: what libcurl would cut off at a NUL or send as a second header field.
  fileprivate var flaw: String? {
    guard ["http", "https"].contains(scheme) else { return "only http and https are spoken" }
    guard ["GET", "POST"].contains(method) else { return "only GET and POST are spoken" }
    var texts = [url, tls.authority, tls.certificate, tls.key].compactMap(\.self) + headers.map(\.value)
    if case .unix(let path) = endpoint { texts.append(path) }
    if let signature {
      texts += [signature.accessKeyID, signature.secretAccessKey, signature.sessionToken ?? ""]
      let words = [signature.region, signature.service]
      guard words.allSatisfy({ $0.utf8.allSatisfy(isToken) && !$0.isEmpty }) else {
        return "the region or service is not a plain word"
      }
    }
    guard texts.allSatisfy({ !$0.utf8.contains { $0 < 0x20 || $0 == 0x7f } }) else {
      return "a value of the request holds a control character"
    }
    guard headers.allSatisfy({ !$0.name.isEmpty && $0.name.utf8.allSatisfy(isToken) }) else {
      return "the name of a header field is not a plain word"
    }
    return nil
  }

  private func isToken(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
      true
    default: false
    }
  }
}

/// Makes writing to a closed connection an error on this thread: with `CURLOPT_NOSIGNAL`, libcurl leaves the signal alone.
private func blockBrokenPipeSignal() {
  var brokenPipe = sigset_t()
  sigemptyset(&brokenPipe)
  sigaddset(&brokenPipe, SIGPIPE)
  pthread_sigmask(SIG_BLOCK, &brokenPipe, nil)
}
