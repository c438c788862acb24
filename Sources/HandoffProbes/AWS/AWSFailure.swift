import HandoffText

/// Why there is no identity. No case carries text of an answer: an error of STS can hold key ids and tokens.
enum AWSFailure: Error, Hashable, Sendable {
  /// Why the endpoint could not be reached.
  enum Unreachable: Hashable, Sendable {
    case name, refused, route, library, other
  }

  /// What was wrong with an answer.
  enum Oddity: Hashable, Sendable {
    /// A redirection, which is not followed.
    case redirect(Int)
    /// An error of the server's own.
    case serverError(Int)
    /// The server asks for less requests.
    case throttled
    /// An error with a code that says nothing about the credentials.
    case code(String)
    /// An answer without a code that can be read.
    case status(Int)
    /// It is not what STS or the AWS CLI answers.
    case garbage
    /// The AWS CLI ended in a way that is not known.
    case commandLine(String)
  }

  /// Nothing gives credentials.
  case noCredentials
  /// The key is not known, or the token that belongs to it is missing or not its.
  case unknownKey
  /// The secret is not the key's.
  case wrongSecret
  /// The credentials or the session have expired.
  case expired
  /// Nobody has logged in to this single sign-on session yet.
  case notLoggedIn
  /// The clock is wrong, by so many seconds where the server told its time.
  case clockSkew(seconds: Int?)
  /// AWS knows the caller and says no.
  case accessDenied(operation: String?)
  /// The profile is in neither file.
  case profileMissing
  /// The configuration is one that the AWS CLI refuses.
  case invalidConfiguration
  /// The file cannot be parsed.
  case malformedConfiguration
  /// A key without its secret.
  case partialCredentials
  case unreachable(Unreachable)
  case timedOut
  /// The TLS connection was not trusted or failed.
  case tls
  case unexpectedAnswer(Oddity)
  /// The AWS CLI is not installed, or may not be run.
  case commandLineMissing
  /// The program, container endpoint or metadata service that gives the credentials failed.
  case helperFailed
  /// Only a person can type the code of the second factor.
  case needsCode

  /// The cause that an error's code tells.
  /// - Parameters:
  ///   - code: as in `<Code>`, or in the AWS CLI's "An error occurred (CODE)".
  ///   - message: the words beside it, read for the time and not passed on.
  ///   - skew: how many seconds the server's clock is ahead of ours, or nil.
  ///   - operation: the call that failed when it is not GetCallerIdentity.
  init(code: String, message: String, skew: Int?, operation: String? = nil) {
    let isLate = message.contains("Signature expired") || message.contains("Signature not yet current")
    let isSkewed = isLate || skew.map { abs($0) > Self.toleratedSkew } ?? false
    switch code {
    case "InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId":
      self = .unknownKey
    case "SignatureDoesNotMatch", "InvalidSignatureException":
      self = isSkewed ? .clockSkew(seconds: skew) : .wrongSecret
    case "RequestTimeTooSkewed":
      self = .clockSkew(seconds: skew)
    case "RequestExpired":
      self = isSkewed ? .clockSkew(seconds: skew) : .expired
    case "ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired", "UnauthorizedException":
      self = .expired
    case "AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "ForbiddenException",
      "RegionDisabledException", "InvalidIdentityToken", "OptInRequired":
      self = .accessDenied(operation: operation)
    case "Throttling", "ThrottlingException", "RequestLimitExceeded", "TooManyRequestsException":
      self = .unexpectedAnswer(.throttled)
    default:
      self = .unexpectedAnswer(Self.isCode(code) ? .code(code) : .garbage)
    }
  }

  /// How far clocks may be apart, in seconds, before AWS refuses a signature.
  static let toleratedSkew = 300

  /// Whether text can only be an error's code: letters, as no key or token is made of.
  private static func isCode(_ text: String) -> Bool {
    text.utf8.count <= 48 && text.utf8.first.map { (0x41...0x5a).contains($0) } == true
      && text.utf8.allSatisfy { (0x61...0x7a).contains($0 | 0x20) } && text.utf8.contains { $0 >= 0x61 }
  }
}
