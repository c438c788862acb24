/// An HTTP/1.1 request.
public struct HTTPRequest: Sendable {
  /// Where the server listens.
  public enum Endpoint: Hashable, Sendable {
    /// Over TCP, at the host and port of the URL.
    case tcp
    /// On a unix socket, at this path.
    case unix(String)
  }

  /// Files of a TLS connection in PEM form; nil for the system's own authorities and no client certificate.
  public struct TLS: Hashable, Sendable {
    /// The authorities that the server's certificate is checked against.
    public var authority: String?
    /// The client's certificate.
    public var certificate: String?
    /// The client's key.
    public var key: String?
    /// Whether the server's certificate and name are checked.
    public var verify: Bool

    /// Names the files.
    public init(authority: String? = nil, certificate: String? = nil, key: String? = nil, verify: Bool = true) {
      self.authority = authority
      self.certificate = certificate
      self.key = key
      self.verify = verify
    }
  }

  /// What signs a request with AWS Signature Version 4.
  public struct AWSSignature: Sendable {
    /// The id of the access key.
    public var accessKeyID: String
    /// The secret of the access key.
    public var secretAccessKey: String
    /// The token of temporary credentials, or nil.
    public var sessionToken: String?
    /// The region that is signed for.
    public var region: String
    /// The service that is signed for: `sts`.
    public var service: String

    /// Gathers what signs.
    public init(
      accessKeyID: String, secretAccessKey: String, sessionToken: String?, region: String, service: String
    ) {
      self.accessKeyID = accessKeyID
      self.secretAccessKey = secretAccessKey
      self.sessionToken = sessionToken
      self.region = region
      self.service = service
    }
  }

  /// The method: GET or POST.
  public var method: String
  /// The URL; of a request on a unix socket the host is only a name.
  public var url: String
  /// Header fields.
  public var headers: [(name: String, value: String)]
  /// The body, or nil.
  public var body: [UInt8]?
  /// Where the server listens.
  public var endpoint: Endpoint
  /// The files of a TLS connection.
  public var tls: TLS
  /// What signs the request, or nil.
  public var signature: AWSSignature?
  /// How many bytes of the answer's body are taken; more is an error.
  public var bodyLimit: Int
  /// Whether the proxies are used that the environment names which the transport was given.
  public var usesProxy: Bool

  /// Describes a request.
  public init(
    method: String = "GET", url: String, headers: [(name: String, value: String)] = [], body: [UInt8]? = nil,
    endpoint: Endpoint = .tcp, tls: TLS = TLS(), signature: AWSSignature? = nil, bodyLimit: Int = 8 << 20,
    usesProxy: Bool = false
  ) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
    self.endpoint = endpoint
    self.tls = tls
    self.signature = signature
    self.bodyLimit = bodyLimit
    self.usesProxy = usesProxy
  }
}

/// The answer to an HTTP request. Redirects are answers and are not followed.
public struct HTTPResponse: Sendable {
  /// The status code.
  public let status: Int
  /// The header fields, names in lower case; of two with one name the last.
  public let headers: [String: String]
  /// The body.
  public let body: [UInt8]

  /// Describes an answer.
  public init(status: Int, headers: [String: String], body: [UInt8]) {
    self.status = status
    self.headers = headers
    self.body = body
  }
}

/// Why there is no answer to an HTTP request.
public enum HTTPError: Error, Hashable, Sendable {
  /// The host's name could not be resolved.
  case nameNotResolved
  /// Nobody listens there: ECONNREFUSED.
  case refused
  /// There is no socket at the path: ENOENT.
  case noSocket
  /// The socket may not be used: EACCES, EPERM.
  case notPermitted
  /// There is no way to the host: ENETUNREACH, EHOSTUNREACH.
  case noRoute
  /// There was no answer, or not all of it, by the deadline, or by the moment the task was cancelled.
  case timedOut
  /// The connection ended in the middle, or what came is not HTTP.
  case garbage
  /// The answer is longer than the limit.
  case tooLarge
  /// The TLS handshake failed, or the server's certificate is not to be trusted; libcurl's words.
  case tls(String)
  /// libcurl is not on this machine, or cannot be used.
  case libraryMissing
  /// Anything else; libcurl's words.
  case other(String)
}

extension HTTPError {
  /// What to say of ``libraryMissing``.
  public static let libraryAdvice = "libcurl is not on this machine: apt-get install libcurl4"
}

/// Speaks HTTP under a deadline.
public protocol HTTPTransport: Sendable {
  /// Sends a request and takes the whole answer. Connections to one endpoint are kept and used again.
  func send(_ request: HTTPRequest, deadline: Deadline) async throws(HTTPError) -> HTTPResponse

  /// Sends many requests, a few at once, each as soon as an earlier one was taken.
  /// - Parameters:
  ///   - count: how many there are.
  ///   - atOnce: how many are under way at the same time.
  ///   - deadline: of all together. What was not sent by then is not given.
  ///   - request: makes a request by its number; one that is nil is passed over.
  ///   - take: is given what came of it, on any thread, before the next one is sent. What comes after the deadline may be
  ///     given when the call has returned.
  func send(
    _ count: Int, atOnce: Int, deadline: Deadline, request: @escaping @Sendable (Int) -> HTTPRequest?,
    take: @escaping @Sendable (Int, HTTPRequest, Result<HTTPResponse, HTTPError>) -> Void
  ) async
}

extension HTTPTransport {
  /// Sends many requests, each by itself.
  public func send(
    _ count: Int, atOnce: Int, deadline: Deadline, request: @escaping @Sendable (Int) -> HTTPRequest?,
    take: @escaping @Sendable (Int, HTTPRequest, Result<HTTPResponse, HTTPError>) -> Void
  ) async {
    for index in 0..<count {
      guard let request = request(index) else { continue }
      do throws(HTTPError) {
        take(index, request, .success(try await send(request, deadline: deadline)))
      } catch {
        take(index, request, .failure(error))
      }
    }
  }
}
