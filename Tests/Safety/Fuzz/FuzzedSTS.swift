import HandoffSystem

@testable import HandoffProbes

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What STS, or the AWS CLI, answers.
enum FuzzedSTS: FuzzedParser {
  static func parse(_ input: [UInt8]) {
    if case .identity(let identity)? = STSAnswer(input) {
      hold(identity.account.utf8.count == 12, "an account has twelve digits")
      hold(isOneLine(identity.principal) && !identity.principal.contains(" "), "a principal is one word")
      hold(identity.principal.hasPrefix("arn:"), "a principal is an ARN")
    }
    let date = String(decoding: input.suffix(29), as: UTF8.self)
    _ = (Timestamp.httpDate(date), secondsSince1970(date))
    for status in [200, 403] {
      _ = try? STSRequest.identity(
        in: HTTPResponse(status: status, headers: ["date": date], body: input), now: Date(timeIntervalSince1970: 0))
    }
  }
}
