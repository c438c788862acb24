import HandoffSecrets
import HandoffText
import Testing

@Suite struct ShapeTests {
  /// The ways in which a token stands in a document.
  static let places: [@Sendable (String) -> String] = [
    { $0 }, { "token `\($0)` was used" }, { "| name | `\($0)` |\n|---|---|" }, { "```\n\($0)\n```" },
    { "key: \($0)\r\n" }, { "{\"value\": \"\($0)\"}" }, { "It is \($0)." }, { "curl -H 'X: \($0)' localhost" },
  ]

  @Test func everyProvidersTokensAreFoundInEveryPlace() {
    for seed in UInt64(1)...20 {
      for (rule, text) in Material.tokens(seed: seed) {
        for place in Self.places {
          let hits = SecretScanner().scan("first line\n" + place(text))
          #expect(hits.contains { $0.rule == rule && $0.line >= 2 }, "\(rule) in \(place("…"))")
        }
      }
    }
  }

  @Test func aTokenIsFoundBehindAnUnderscoreAndLeftOutOfAReport() throws {
    for (rule, text) in Material.tokens(seed: 5) where rule == "github-token" {
      let name = "migrations/001_\(text).sql"
      #expect(SecretScanner().scan(name).map(\.rule) == [rule])
      let redacted = SecretScanner().redacted("--password=Sunn1day7 and\n\(name)\n")
      #expect(redacted == "--password=*** and\nmigrations/001_***.sql\n")
      #expect(SecretScanner().scan(redacted).isEmpty)
    }
  }

  @Test func aPreviewRevealsTwoCharactersAtMost() {
    for (_, text) in Material.tokens(seed: 3) {
      for hit in SecretScanner().scan(text) {
        let shown = hit.preview.prefix { $0 != "…" }
        #expect(shown.count <= 2)
        #expect(hit.message.terminal.firstRange(of: String(text.dropFirst(2).prefix(6))) == nil)
      }
    }
  }

  @Test(arguments: [
    "postgres://app:%@localhost:5443/db", "https://deploy:%@git.example.org/x.git", "redis://:%@cache:6379/0",
    "amqp://guest2:%@[::1]:5672", "DATABASE_URL=postgresql+psycopg://u:%@h/d?sslmode=require",
  ])
  func passwordsInURLsAreFound(form: String) {
    for seed in UInt64(1)...48 {
      let text = form.replacing("%", with: Material.password(seed))
      #expect(SecretScanner().scan("see \(text) there").map(\.rule) == ["password-in-url"], "\(form)")
    }
  }

  @Test func aTokenIsFoundBehindCharactersOfItsAlphabet() {
    let some = { Material.random($0, of: Material.alphanumeric, seed: 11) }
    let slack = "xo" + "xb-" + Material.random(12, of: Material.digits) + "-" + some(24)
    let cases = [
      ("slack-token", "slack_", slack), ("slack-token", "-", slack),
      ("google-access-token", "-", "ya" + "29." + some(68)),
      ("pypi-token", "x-", "py" + "pi-AgEIcHlwaS5vcmc" + some(150)),
      ("atlassian-token", "key-", "AT" + "ATT3" + some(180)),
      ("aws-session-token", "session/", "IQo" + "Jb3JpZ2lu" + some(1200)),
    ]
    for (rule, before, token) in cases {
      let places = SecretScanner().places(in: Array((before + token).utf8))
      #expect(places.map(\.hit.rule) == [rule], "\(rule) behind \(before)")
      #expect(places.first?.range.lowerBound == before.utf8.count, "\(rule) behind \(before)")
    }
  }

  @Test(arguments: [200, 1_500, 3_000])
  func aLongPasswordOfAURLIsFound(count: Int) {
    let password = "db.example.org%3A5432%2F%3FAction%3Dconnect%26" + Material.random(count, of: Material.alphanumeric)
    let url = "postgres://app:\(password)@db.example.org:5432/story"
    #expect(SecretScanner().redacted(url) == "postgres://app:***@db.example.org:5432/story")
  }

  @Test("Many passwords on one line cost no more than on many", .timeLimit(.minutes(1)))
  func manyPasswordsOnOneLine() {
    let count = 40_000
    let line = String(repeating: "redis://u:Tu7lipQz9@db.example.org:6379/0 token=\"x\" ", count: count)
    #expect(SecretScanner().scan(line).count == count)
  }

  @Test func lookAlikesAreNotFound() {
    let hex = Material.random(40, of: Material.hex)
    let digest = Material.random(64, of: Material.hex)
    let lines = [
      hex, "commit \(hex)", "sha256:\(digest)", "image sha256:\(digest) of 2 weeks ago",
      "secret-service@sha256:\(digest)",
      "\"integrity\": \"sha512-\(Material.random(86, of: Material.base64))==\"",
      "6f1c1d3e-2f66-4b0a-9d55-0a8f6a4b7c11", "arn:aws:iam::695353648052:user/deploy",
      "arn:aws:sts::695353648052:assumed-role/Secret-Reader", "AROA" + Material.random(17, of: Material.upper),
      "SHA256:\(Material.random(43, of: Material.base64)) key (ED25519)",
      "MD5:16:27:ac:a5:76:28:2d:36:63:1b:56:4d:eb:df:a6:48",
      "AKIA" + "IOSFODNN7" + "EXAMPLE", "AKIA" + "XXXXXXXXXXXXXXXX", "ghp_" + String(repeating: "x", count: 36),
      "sk-learn-model-selection-with-cross-validation", "task-force-of-nineteen-people-and-a-dog",
      "postgres://app@localhost/db", "postgres://app:${DB_PASSWORD}@localhost/db", "postgres://user:password@host/db",
      "https://user:<password>@example.org", "git@github.com:org/repo.git", "http://localhost:8080/a@b",
      "docker run -p 8080:80 -p 127.0.0.1:5443:5432/tcp postgres:15", "psql -h localhost -U postgres -p 5443 -l",
      "0.0.0.0:5443->5432/tcp, :::5443->5432/tcp", "-----BEGIN CERTIFICATE-----", "-----BEGIN PUBLIC KEY-----",
      "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI\(Material.random(43, of: Material.base64)) me@host",
      "2025-11-07T23:15:00Z", "at 12:30:45:100:200", "key-value-store",
      "https://hooks.slack.com/services/T000/B000/XXXX",
    ]
    for line in lines {
      let hits = SecretScanner().scan(line)
      #expect(hits.isEmpty, "\(line): \(hits.map(\.rule))")
    }
  }
}
