import Foundation
import HandoffDocument
import HandoffModel
import HandoffProject
import HandoffSecrets
import HandoffStore
import HandoffSystem
import HandoffTestSupport
import HandoffText
import Testing

@Suite struct KnownSecretsTests {
  /// A value without any shape.
  private func value(_ name: String) -> String { "zq-\(name)-" + String(name.reversed()) }

  private func finds(_ text: String, _ secrets: [KnownSecret]) -> [String] {
    SecretScanner(known: secrets).scan("says \(text) here").filter { $0.rule == "known-value" }.compactMap {
      $0.subject?.raw
    }
  }

  @Test func whatThisMachineHoldsIsFound() throws {
    let fixture = try StoreFixture()
    let encoded = Data(("user:" + value("docker")).utf8).base64EncodedString()
    try fixture.write(".env", "API_SECRET=\(value("dotenv"))\nDATABASE_URL=postgres://u:\(value("url"))@h/d\n")
    try fixture.write(".env.local", "export OTHER_TOKEN='\(value("local"))'\n")
    try fixture.write(".envrc", "export DIRENV_TOKEN=\(value("direnv"))\n")
    try fixture.write(".env-prod", "PROD_TOKEN=\(value("prod"))\n")
    try fixture.write(".env_sample", "API_SECRET=\(value("sample-of"))\n")
    try fixture.write(".env.example", "API_SECRET=\(value("sample-of"))\n")
    try fixture.scratch.write("home/.pgpass", "# x\nlocalhost:5432:*:me:\(value("pgpass"))\\:x\n")
    try fixture.scratch.write("home/.pg_service.conf", "[s]\nhost=x\npassword=\(value("service"))\n")
    try fixture.scratch.write(
      "home/.aws/credentials", "[dev]\naws_access_key_id = AKX\naws_secret_access_key = \(value("aws"))\n")
    try fixture.scratch.write("home/.docker/config.json", "{\"auths\":{\"r\":{\"auth\":\"\(encoded)\"}}}")
    try fixture.scratch.write("home/.npmrc", "//registry.example.org/:_authToken=\(value("npm"))\n")
    try fixture.scratch.write("home/.netrc", "machine x login y password \(value("netrc"))\n")
    try fixture.scratch.write("home/.git-credentials", "https://u:\(value("git"))@example.org\n")
    let host = fixture.scratch.host(with: [
      "MY_PASSWORD": value("variable"), "HTTPS_PROXY": "http://u:\(value("proxy"))@p:1",
    ])
    let secrets = KnownSecrets.gather(host: host, projectRoot: fixture.root, connections: [])
    for (name, subject) in [
      ("variable", "MY_PASSWORD"), ("proxy", "HTTPS_PROXY"), ("dotenv", "API_SECRET in .env"),
      ("url", "DATABASE_URL in .env"),
      ("local", "OTHER_TOKEN in .env.local"), ("direnv", "DIRENV_TOKEN in .envrc"), ("prod", "PROD_TOKEN in .env-prod"),
      ("service", "password in ~/.pg_service.conf"),
      ("aws", "aws_secret_access_key in ~/.aws/credentials"), ("docker", "docker login of r"),
      ("npm", "_authToken in ~/.npmrc"), ("netrc", "~/.netrc"), ("git", "~/.git-credentials"),
    ] {
      #expect(finds(value(name), secrets) == [subject], "\(name)")
    }
    #expect(finds(value("pgpass") + ":x", secrets) == ["~/.pgpass"])
    #expect(finds(encoded, secrets) == ["docker login of r"])
    #expect(finds(value("sample-of"), secrets).isEmpty)
  }

  @Test("What the tool itself would connect with is found, however a dotenv file puts it together")
  func whatIsPutTogether() throws {
    for (text, secret) in [
      ("PW1=\(value("one"))\nPW2=\(value("two"))\nDB_PASSWORD=${PW1}${PW2}\n", value("one") + value("two")),
      ("DB_PASSWORD=${NOPE:-\(value("default"))}\n", value("default")),
      ("PART=\(value("part"))\nDATABASE_URL=postgres://app:${PART}@localhost/prod\n", value("part")),
      ("DATABASE_URL=postgres://h/db?user=u&password=\(value("query"))\n", value("query")),
      ("DATABASE_URL=postgres://u:\(value("pi|pe"))@h/db\n", value("pi|pe")),
    ] {
      let fixture = try StoreFixture()
      try fixture.write(".env", text)
      let host = fixture.scratch.host(with: [:])
      let secrets = KnownSecrets.gather(
        host: host, projectRoot: fixture.root,
        connections: try Discovery.project(at: fixture.root, host: host).postgres.settings ?? [])
      #expect(!finds(secret, secrets).isEmpty, "\(text)")
    }
  }

  @Test func whatStandsInTheOpenIsNotLookedFor() throws {
    let fixture = try StoreFixture()
    try fixture.write(".env", "DB_USER=aicore\nDB_NAME=aicore\nDB_PASSWORD=aicore\nSSH_KEY_PATH=/home/x/.ssh/id\n")
    let host = fixture.scratch.host(with: [
      "SSH_AUTH_SOCK": "/tmp/agent.1", "TOKEN_FILE": "/run/secrets/token",
      "GPG_KEY": "A035C8C19219BA821ECEA86B64E628F8D684696D",
    ])
    #expect(
      finds(
        "aicore /tmp/agent.1 /run/secrets/token /home/x/.ssh/id",
        KnownSecrets.gather(host: host, projectRoot: fixture.root, connections: [])
      ).isEmpty)
  }

  @Test func aDeviceInThePlaceOfAFileIsPassedOver() async throws {
    let fixture = try StoreFixture()
    try await fixture.scratch.run("mkfifo", "project/.env", "home/.pgpass")
    #expect(KnownSecrets.gather(host: fixture.scratch.host(), projectRoot: fixture.root, connections: []).isEmpty)
  }

  @Test("A variable's name may say at its end of which place it is, and its value may look like a path or a name")
  func whatNamesAndValuesHide() throws {
    let fixture = try StoreFixture()
    let slash = "/" + ["x8Kd92mQ", "pL0aZt7v", "B3nW5yRc", "1Ee4UfG"].joined()
    let shared = ["Summer", "2026", "!x9"].joined()
    // A file that came with the repository cannot make a secret ordinary by its guess.
    try fixture.write(".env.words", "A=\(shared)\n")
    try fixture.scratch.write("home/keys", "[x]\naws_secret_access_key = \(value("elsewhere"))\n")
    try fixture.scratch.write(
      "home/.aws/cli/cache/a.json", "{\"Credentials\":{\"SessionToken\":\"\(value("cached"))\"}}")
    try fixture.scratch.write("home/.aws/sso/cache/b.json", "{\"accessToken\":\"\(value("single"))\"}")
    let host = fixture.scratch.host(with: [
      "GITHUB_TOKEN_PROD": value("suffix"), "DB_PASSWORD2": value("number"), "API_KEY_2_EU": value("both"),
      "REDIS_PASSWORD": slash, "ADMIN_PASSWORD": shared, "ADMIN_PW": shared, "PASSWORD_FILE_PROD": "/run/secrets/x-y",
      "AWS_SHARED_CREDENTIALS_FILE": "~/keys",
    ])
    let secrets = KnownSecrets.gather(host: host, projectRoot: fixture.root, connections: [], ordinary: [shared])
    for (text, subject) in [
      (value("suffix"), "GITHUB_TOKEN_PROD"), (value("number"), "DB_PASSWORD2"), (value("both"), "API_KEY_2_EU"),
      (slash, "REDIS_PASSWORD"), (shared, "ADMIN_PASSWORD"),
      (value("elsewhere"), "aws_secret_access_key in AWS_SHARED_CREDENTIALS_FILE"),
      (value("cached"), "SessionToken in ~/.aws/cli/cache"), (value("single"), "accessToken in ~/.aws/sso/cache"),
    ] {
      #expect(finds(text, secrets) == [subject], "\(subject)")
    }
    #expect(finds("/run/secrets/x-y", secrets).isEmpty)
  }

  @Test("A secret is found as JavaScript, Python and forms write it in a URL")
  func percentEncodings() throws {
    let secret = KnownSecret(exactly: "Pa!s@s/9#x 1", name: "X")
    for text in ["Pa!s%40s%2F9%23x%201", "Pa%21s%40s/9%23x%201", "Pa%21s%40s%2f9%23x%201", "Pa%21s%40s%2F9%23x+1"] {
      #expect(finds(text, [secret]) == ["X"], "\(text)")
    }
  }

  @Test("Of dotenv files without number and end some are read, and the others named", .timeLimit(.minutes(1)))
  func dotenvLimits() throws {
    let fixture = try StoreFixture()
    let line = String(repeating: "X", count: 62) + "\n"
    for number in 0..<70 { try fixture.write(".env.n\(number)", "A=1\n") }
    try fixture.write(".env.long", String(repeating: line, count: 40_000))
    var passedOver: [String] = []
    _ = KnownSecrets.gather(host: fixture.scratch.host(), projectRoot: fixture.root, connections: []) {
      passedOver.append($0)
    }
    #expect(passedOver.contains(".env.long") && passedOver.count >= 6, "\(passedOver)")
  }
}
