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
}
