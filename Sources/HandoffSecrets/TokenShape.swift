/// The form that a provider gives its tokens: a prefix and so many characters of an alphabet.
struct TokenShape: Sendable {
  enum Alphabet: Sendable {
    case alphanumeric, word, wordDash, upperBase32, hex, base64

    func holds(_ byte: UInt8) -> Bool {
      switch self {
      case .alphanumeric: byte.isAlphanumeric
      case .word: byte.isWord
      case .wordDash: byte.isWord || byte == 0x2d
      case .upperBase32: byte.isUpper || (byte >= 0x32 && byte <= 0x37)
      case .hex: byte.isDigit || (byte >= 0x61 && byte <= 0x66)
      case .base64: byte.isAlphanumeric || byte == 0x2b || byte == 0x2f || byte == 0x2d || byte == 0x5f
      }
    }
  }

  let rule: String
  let prefix: [UInt8]
  let alphabet: Alphabet
  let length: ClosedRange<Int>
  /// Whether the characters must hold a digit and letters of both cases, because words of a text have this form too.
  let isMixed: Bool

  init(_ rule: String, _ prefix: String, _ alphabet: Alphabet, _ length: ClosedRange<Int>, isMixed: Bool = false) {
    self.rule = rule
    self.prefix = Array(prefix.utf8)
    self.alphabet = alphabet
    self.length = length
    self.isMixed = isMixed
  }

  /// The ends of runs of characters in a line, so that each is walked once, however many prefixes stand in it.
  struct Runs {
    private let line: ArraySlice<UInt8>
    private var known: [Alphabet: Range<Int>] = [:]

    init(_ line: ArraySlice<UInt8>) {
      self.line = line
    }

    /// The end of the characters of an alphabet from an index on.
    mutating func end(from start: Int, _ alphabet: Alphabet) -> Int {
      if let run = known[alphabet], run.lowerBound <= start, start <= run.upperBound { return run.upperBound }
      let end = line.end(from: start) { alphabet.holds($0) }
      known[alphabet] = start..<end
      return end
    }
  }

  /// The end of a token of this shape that begins at an index, or nil. It may stand behind other characters of its alphabet:
  /// `name-xoxb-…`.
  func end(in line: ArraySlice<UInt8>, at index: Int, _ runs: inout Runs) -> Int? {
    guard line.has(prefix, at: index) else { return nil }
    let start = index + prefix.count
    let end = runs.end(from: start, alphabet)
    guard length.contains(end - start) else { return nil }
    if end < line.endIndex, line[end].isWord { return nil }
    let body = line[start..<end]
    if isMixed {
      guard body.contains(where: \.isDigit), body.contains(where: \.isUpper), body.contains(where: \.isLower) else {
        return nil
      }
    }
    return Placeholder.isOne(body.text, name: "") ? nil : end
  }

  /// The shapes by the first byte of their prefix.
  static let byFirstByte: [[TokenShape]?] = {
    var table = [[TokenShape]?](repeating: nil, count: 256)
    for (byte, shapes) in Dictionary(grouping: all, by: { $0.prefix[0] }) { table[Int(byte)] = shapes }
    return table
  }()

  static let all: [TokenShape] =
    ["AKIA", "ASIA", "ABIA", "ACCA"].map { TokenShape("aws-access-key-id", $0, .upperBase32, 16...16) }
    + ["ghp_", "gho_", "ghu_", "ghs_", "ghr_"].map { TokenShape("github-token", $0, .word, 36...251) }
    + ["glpat-", "glptt-", "gldt-", "glrt-", "glcbt-", "glft-", "glsoat-", "gloas-", "glimt-", "glagent-", "glffct-"]
    .map { TokenShape("gitlab-token", $0, .wordDash, 20...300) }
    + ["sk_live_", "sk_test_", "rk_live_", "rk_test_", "whsec_"].map { TokenShape("stripe-key", $0, .word, 16...250) }
    + ["sk-proj-", "sk-svcacct-", "sk-admin-", "sk-or-v1-"].map { TokenShape("openai-key", $0, .wordDash, 20...300) }
    + ["dop_v1_", "doo_v1_", "dor_v1_"].map { TokenShape("digitalocean-token", $0, .hex, 64...64) }
    + ["shpat_", "shpca_", "shppa_", "shpss_"].map { TokenShape("shopify-token", $0, .hex, 32...32) }
    + ["hvs.", "hvb.", "hvr."].map { TokenShape("vault-token", $0, .wordDash, 24...300) }
    + ["xoxb-", "xoxp-", "xoxa-", "xoxe-", "xoxo-", "xoxr-", "xoxs-", "xapp-"].map {
      TokenShape("slack-token", $0, .wordDash, 20...400)
    } + [
      TokenShape("github-token", "github_pat_", .word, 60...255),
      TokenShape("gitlab-token", "GR1348941", .wordDash, 20...60),
      TokenShape("anthropic-key", "sk-ant-", .wordDash, 20...300),
      TokenShape("openai-key", "sk-", .alphanumeric, 32...64, isMixed: true),
      TokenShape("google-api-key", "AIza", .wordDash, 35...35),
      TokenShape("google-oauth-secret", "GOCSPX-", .wordDash, 28...28),
      TokenShape("google-access-token", "ya29.", .wordDash, 20...1000),
      TokenShape("npm-token", "npm_", .alphanumeric, 36...36),
      TokenShape("pypi-token", "pypi-AgEI", .wordDash, 50...600),
      TokenShape("pypi-token", "pypi-AgEN", .wordDash, 50...600),
      TokenShape("docker-hub-token", "dckr_pat_", .wordDash, 24...64),
      TokenShape("hugging-face-token", "hf_", .alphanumeric, 30...64),
      TokenShape("databricks-token", "dapi", .hex, 32...32),
      TokenShape("twilio-key", "SK", .hex, 32...32),
      TokenShape("rubygems-token", "rubygems_", .hex, 48...48),
      TokenShape("linear-key", "lin_api_", .alphanumeric, 32...64),
      TokenShape("postman-key", "PMAK-", .wordDash, 40...80),
      TokenShape("atlassian-token", "ATATT3", .base64, 60...400),
      TokenShape("grafana-token", "glsa_", .word, 32...64),
      TokenShape("notion-token", "ntn_", .alphanumeric, 40...60),
      TokenShape("planetscale-token", "pscale_tkn_", .wordDash, 32...64),
      TokenShape("supabase-token", "sbp_", .hex, 40...40),
      TokenShape("age-key", "AGE-SECRET-KEY-1", .alphanumeric, 50...70),
      TokenShape("aws-session-token", "IQoJb3JpZ2lu", .base64, 80...4000),
      TokenShape("aws-session-token", "FwoGZXIvYXdz", .base64, 80...4000),
      TokenShape("mailgun-key", "key-", .hex, 32...32),
    ]
}
