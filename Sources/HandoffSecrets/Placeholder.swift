/// Values that stand where a secret would stand and are none.
enum Placeholder {
  /// Whether a value is a stand-in: `your_key_here`, `...`, `${VAR}`, `<password>`, `changeme`, `********`.
  /// - Parameter name: what the value is assigned to; a value that only repeats it is a stand-in.
  static func isOne(_ value: String, name: String) -> Bool {
    let lowered = value.lowercased()
    let bytes = Array(lowered.utf8)
    guard let first = bytes.first, let last = bytes.last else { return true }
    if Set(bytes).count == 1 || !bytes.contains(where: { $0.isAlphanumeric || $0 >= 0x80 }) { return true }
    if isReference(value, first: first, last: last) { return true }
    if words.contains(lowered) || lowered == name.lowercased() { return true }
    // Among very many random characters any short word can occur.
    guard bytes.count <= 64 else { return false }
    if fragments.contains(where: { lowered.contains($0) }) || beginnings.contains(where: { lowered.hasPrefix($0) }) {
      return true
    }
    // A mask: one sign again and again, with or without a beginning that tells whose key it would be.
    return hasLongRun(bytes)
  }

  /// Whether a value that this machine holds was never filled in. Real passwords have odd parts too, so that only what
  /// is nothing else counts: a common word, a reference, plain words around one that says so, a mask.
  static func isHeldStandIn(_ value: String) -> Bool {
    let lowered = value.lowercased()
    if words.contains(lowered) { return true }
    if value.hasPrefix("${"), value.hasSuffix("}") { return true }
    if value.hasPrefix("$("), value.hasSuffix(")") { return true }
    if value.hasPrefix("<"), value.hasSuffix(">") { return true }
    if value.hasPrefix("{{"), value.hasSuffix("}}") { return true }
    if value.utf8.allSatisfy({ $0.isLower || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-") }) {
      return isOne(value, name: "")
    }
    return Set(lowered.utf8).isSubset(of: Set("x*.-_ ".utf8))
  }

  /// A variable, a command, a template's tag, a call.
  private static func isReference(_ value: String, first: UInt8, last: UInt8) -> Bool {
    if first == UInt8(ascii: "$") {
      let next = value.utf8.dropFirst().first ?? 0
      return next == UInt8(ascii: "{") || next == UInt8(ascii: "(") || next.isUpper || value.hasPrefix("$env:")
        || value.utf8.dropFirst().allSatisfy { $0.isWord }
    }
    if first == UInt8(ascii: "%"), last == UInt8(ascii: "%"), value.utf8.count > 2 { return true }
    if first == UInt8(ascii: "<"), value.contains(">") { return true }
    if first == UInt8(ascii: "["), last == UInt8(ascii: "]") { return true }
    if value.hasPrefix("{{") || value.hasPrefix("{%") || value.hasPrefix("!Ref") || value.hasPrefix("arn:") {
      return true
    }
    let calls = [
      "process.env", "os.environ", "os.getenv", "getenv(", "env(", "getpass", "ENV[", "System.getenv", "import.meta",
    ]
    if calls.contains(where: { value.hasPrefix($0) }) { return true }
    return last == UInt8(ascii: ")") && value.contains("(") && value.utf8.first.map { $0.isLetter } == true
  }

  private static func hasLongRun(_ bytes: [UInt8]) -> Bool {
    var run = 0
    var previous: UInt8 = 0
    for byte in bytes {
      run = byte == previous ? run + 1 : 1
      previous = byte
      if run >= 6 || (run >= 4 && (byte == UInt8(ascii: "x") || byte == UInt8(ascii: "*"))) { return true }
    }
    return false
  }

  private static let fragments = [
    "your", "example", "placeholder", "changeme", "change_me", "change-me", "replaceme", "replace_", "replace-",
    "insert_", "insert-", "dummy", "fixme", "_here", "-here", "redacted", "…", "...", "•", "not-a-real", "fake",
    "sample",
  ]

  private static let beginnings = ["my_", "my-", "some_", "some-", "the_", "the-", "test_", "test-"]

  /// Words that say something about a secret, or stand for any.
  static let words: Set<String> = [
    "password", "passwd", "pass", "pwd", "secret", "token", "key", "apikey", "api_key", "api-key", "credential",
    "credentials", "test", "testing", "foo", "bar", "baz", "value", "string", "str", "text", "int", "bool", "boolean",
    "none", "null", "nil", "undefined", "true", "false", "yes", "no", "on", "off", "empty", "todo", "tbd", "n/a", "na",
    "required", "optional", "missing", "wrong", "expired", "invalid", "valid", "set", "unset", "unknown", "ok",
    "configured", "see", "ask", "hidden", "masked", "changed", "rotated", "environment", "env", "default", "here",
    "enabled", "disabled", "prompt", "stdin", "file", "vault", "keychain", "keyring", "any", "same", "and", "or", "the",
    "a", "an", "is", "was", "for", "in", "from", "of", "to", "not", "with", "by", "bearer", "basic", "oauth", "sso",
    "running", "exited", "healthy", "unhealthy", "stopped", "failure", "failed", "warning", "skipped", "accepted",
    "refused", "rejected", "revoked", "denied", "confirmed", "gone", "added", "works", "good", "broken", "current",
    "unchanged", "updated", "reset", "removed", "deleted", "stored", "saved", "shared", "sent", "encrypted", "hashed",
    "generated", "provided", "needed", "mandatory", "correct", "incorrect", "yesterday", "today", "tomorrow", "above",
    "below", "forgotten", "private", "confidential",
    "scram-sha-256", "md5", "trust", "peer", "external", "self", "this", "that", "it",
  ]
}
