/// Secrets made at run time, so that none stands in this repository.
enum Material {
  /// Characters chosen by a fixed sequence of numbers.
  static func random(_ count: Int, of alphabet: String, seed: UInt64 = 7) -> String {
    let letters = Array(alphabet)
    var state = seed &* 0x9e37_79b9_7f4a_7c15 | 1
    return String(
      (0..<count).map { _ in
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return letters[Int(state % UInt64(letters.count))]
      })
  }

  static let upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
  static let lower = "abcdefghijklmnopqrstuvwxyz"
  static let digits = "0123456789"
  static let alphanumeric = upper + lower + digits
  static let word = alphanumeric + "_"
  static let hex = "0123456789abcdef"
  static let base64 = alphanumeric + "+/"

  /// Tokens in the forms of their providers, each with the rule that must find it.
  static func tokens(seed: UInt64) -> [(rule: String, text: String)] {
    func some(_ count: Int, _ alphabet: String) -> String { random(count, of: alphabet, seed: seed) }
    let header = "ey" + "J" + some(30, alphanumeric)
    return [
      ("aws-access-key-id", "AK" + "IA" + some(16, upper + "234567")),
      ("aws-access-key-id", "AS" + "IA" + some(16, upper + "234567")),
      ("github-token", "gh" + "p_" + some(36, alphanumeric)),
      ("github-token", "github" + "_pat_" + some(22, alphanumeric) + "_" + some(59, alphanumeric)),
      ("gitlab-token", "gl" + "pat-" + some(20, word)),
      ("slack-token", "xo" + "xb-" + some(12, digits) + "-" + some(24, alphanumeric)),
      (
        "slack-webhook",
        "https://hooks." + "slack.com/services/T" + some(8, upper) + "/B" + some(8, upper) + "/"
          + some(24, alphanumeric)
      ),
      ("stripe-key", "sk" + "_live_" + some(24, alphanumeric)),
      ("openai-key", "sk" + "-" + some(20, alphanumeric) + "T3" + "BlbkFJ" + some(20, alphanumeric)),
      ("openai-key", "sk" + "-proj-" + some(64, word)),
      ("anthropic-key", "sk" + "-ant-api03-" + some(80, word)),
      ("google-api-key", "AI" + "za" + some(35, word)),
      ("google-oauth-secret", "GOC" + "SPX-" + some(28, word)),
      ("npm-token", "np" + "m_" + some(36, alphanumeric)),
      ("pypi-token", "py" + "pi-AgEIcHlwaS5vcmc" + some(70, word)),
      ("json-web-token", header + "." + "ey" + "J" + some(40, alphanumeric) + "." + some(43, word)),
      ("private-key", "-----BEGIN " + "RSA PRIVATE" + " KEY-----"),
      ("private-key", "-----BEGIN " + "PRIVATE" + " KEY-----"),
      ("private-key", "-----BEGIN " + "OPENSSH PRIVATE" + " KEY-----"),
      ("sendgrid-key", "SG" + "." + some(22, word) + "." + some(43, word)),
      ("hugging-face-token", "h" + "f_" + some(34, alphanumeric)),
      ("docker-hub-token", "dckr" + "_pat_" + some(27, word)),
      ("vault-token", "hv" + "s." + some(24, word)),
      ("digitalocean-token", "dop" + "_v1_" + some(64, hex)),
      ("telegram-token", some(9, "123456789") + ":A" + "A" + some(33, word)),
    ]
  }

  /// A short password of the kind that people choose.
  static func password(_ seed: UInt64) -> String {
    let words = ["Sunny", "Winter", "dragon", "Coffee", "hunter", "Monday", "kitten", "Berlin"]
    let ends = ["1!", "2024", "99", "#7", "123", "42!"]
    return words[Int(seed % 8)] + ["day", "", "time"][Int(seed % 3)] + ends[Int(seed % 6)]
  }
}
