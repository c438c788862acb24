import HandoffModel

/// Who STS says that we are.
struct AWSIdentity: Hashable, Sendable {
  /// Twelve digits.
  let account: String
  /// The ARN; of an assumed role without its session's name, which is another one each time.
  let principal: String

  /// Takes an account and an ARN; nil when they are not such.
  init?(account: String, arn: String) {
    guard account.utf8.count == 12, account.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    guard arn.hasPrefix("arn:"), arn.utf8.count <= 2048,
      arn.unicodeScalars.allSatisfy({ $0.value > 0x20 && $0.value != 0x7f })
    else { return nil }
    self.account = account
    let parts = arn.split(separator: "/", omittingEmptySubsequences: false)
    let isAssumed = parts[0].hasSuffix(":assumed-role") && parts.count > 2
    principal = isAssumed ? parts.dropLast().joined(separator: "/") : arn
  }
}

/// The answer to GetCallerIdentity, as XML or as JSON, also as the AWS CLI prints it.
enum STSAnswer: Hashable, Sendable {
  /// Who we are.
  case identity(AWSIdentity)
  /// An error, by its code; its message is for classifying alone.
  case error(code: String, message: String)

  /// Reads an answer; nil when it is none.
  init?(_ body: [UInt8]) {
    let first = body.first { ![0x20, 0x09, 0x0a, 0x0d].contains($0) }
    switch first {
    case UInt8(ascii: "<"):
      guard let leaves = XMLLeaves.read(body) else { return nil }
      self.init { leaves[$0.joined(separator: "/")] }
    case UInt8(ascii: "{"):
      guard let value = try? JSONValue(parsing: body) else { return nil }
      self.init { path in path.reduce(value) { value, name in value?[name] }?.string }
    default: return nil
    }
  }

  private init?(_ leaf: ([String]) -> String?) {
    for path in [["GetCallerIdentityResponse", "GetCallerIdentityResult"], []] {
      if let account = leaf(path + ["Account"]), let arn = leaf(path + ["Arn"]),
        let identity = AWSIdentity(account: account, arn: arn)
      {
        self = .identity(identity)
        return
      }
    }
    // The query protocol's two forms of an error, as botocore's parser takes them, and JSON's.
    for path in [["ErrorResponse", "Error"], ["ErrorResponse", "Errors", "Error"], ["Error"]] {
      if let code = leaf(path + ["Code"]) {
        self = .error(code: code, message: leaf(path + ["Message"]) ?? "")
        return
      }
    }
    return nil
  }
}
