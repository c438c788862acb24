import HandoffSystem

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// GetCallerIdentity, signed and sent by ourselves (AWS Security Token Service API Reference, version 2011-06-15).
struct STSRequest: Sendable {
  let keys: AWSKeys
  let endpoint: AWSConfiguration.Endpoint
  let authorities: String?

  /// Asks STS who the keys belong to.
  func send(_ host: Host, deadline: Deadline) async throws(AWSFailure) -> AWSIdentity {
    let request = HTTPRequest(
      method: "POST", url: endpoint.url,
      headers: [(name: "Content-Type", value: "application/x-www-form-urlencoded")],
      body: Array("Action=GetCallerIdentity&Version=2011-06-15".utf8), tls: HTTPRequest.TLS(authority: authorities),
      signature: HTTPRequest.AWSSignature(
        accessKeyID: keys.accessKeyID, secretAccessKey: keys.secretAccessKey, sessionToken: keys.sessionToken,
        region: endpoint.signingRegion, service: "sts"),
      bodyLimit: 1 << 16, usesProxy: true)
    let response: HTTPResponse
    do {
      response = try await host.http.send(request, deadline: deadline)
    } catch {
      throw Self.failure(error)
    }
    return try Self.identity(in: response, now: host.now())
  }

  /// What an answer says.
  static func identity(in response: HTTPResponse, now: Date) throws(AWSFailure) -> AWSIdentity {
    switch response.status {
    case 200:
      guard case .identity(let identity)? = STSAnswer(response.body) else { throw .unexpectedAnswer(.garbage) }
      return identity
    case 300..<400: throw .unexpectedAnswer(.redirect(response.status))
    case 400..<500:
      guard case .error(let code, let message)? = STSAnswer(response.body) else {
        throw .unexpectedAnswer(.status(response.status))
      }
      let server = response.headers["date"].flatMap(Timestamp.httpDate)
      let skew = server.map { $0 - Int(now.timeIntervalSince1970.rounded(.down)) }
      throw AWSFailure(code: code, message: message, skew: skew)
    case 500...: throw .unexpectedAnswer(.serverError(response.status))
    default: throw .unexpectedAnswer(.status(response.status))
    }
  }

  private static func failure(_ error: HTTPError) -> AWSFailure {
    switch error {
    case .nameNotResolved: .unreachable(.name)
    case .refused: .unreachable(.refused)
    case .noRoute: .unreachable(.route)
    case .noSocket, .notPermitted, .other: .unreachable(.other)
    case .timedOut: .timedOut
    case .libraryMissing: .unreachable(.library)
    case .garbage, .tooLarge: .unexpectedAnswer(.garbage)
    case .tls: .tls
    }
  }
}
