import Foundation
import HandoffModel
import HandoffTestSupport
import Testing

/// Whoever was kept from reading a file is told of that file, and not that something is gone or not used.
@Suite struct UnreadableTests {
  @Test("A .env that this user may not read leaves its areas unknown, with the file, the reason and a remedy")
  func permission() async throws {
    let folder = try TemporaryFolder([
      ".env": "DB_HOST=localhost\n", "docker-compose.yml": "services: {}\n", ".env.example": "STORY=x\n",
    ])
    let environment = Lab.bareEnvironment(home: folder.path)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.path)
    try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: folder.path + "/.env")
    // The superuser reads everything.
    let user = getuid() == 0 ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] : ["env"]
    let answer = try await Witness.ask(
      user[0], user.dropFirst() + [Tool.path, "preflight", "--only", "aws,postgres,environment", "--format", "json"],
      environment: environment, in: folder.path)
    let report = try Report(answer)
    #expect(report.status == 2)
    #expect(
      report.findings == ["aws.file-unreadable", "postgres.file-unreadable", "environment.dotenv-unreadable"])
    for finding in (report.json["probes"]?.array ?? []).flatMap({ $0["findings"]?.array ?? [] }) {
      #expect(finding["message"]?.string?.hasPrefix(".env may not be read by this user, so ") == true)
    }
    // Its first remedy is enough for its owner.
    let remedy = try #require(report.json["probes"]?.array?.first?["findings"]?.array?.first?["remedies"]?.array?.first)
    let bash = try #require(remedy["command"]?["bash"]?.string)
    #expect(try await Witness.ask("bash", ["-c", bash], environment: environment, in: folder.path).status == 0)
    let mended = try Report(
      try await Tool.run("preflight", "--format", "json", environment: environment, in: folder.path))
    #expect(!mended.findings.contains { $0.hasSuffix("unreadable") })
  }

  @Test("A link in the place of handoff.yml that leads nowhere is exit status 2, by its name")
  func configuration() async throws {
    let folder = try TemporaryFolder()
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + "/handoff.yml", withDestinationPath: "shared/handoff.yml")
    let answer = try await Tool.run("preflight", environment: Lab.bareEnvironment(home: folder.path), in: folder.path)
    #expect(answer.status == 2)
    #expect(answer.output.isEmpty)
    #expect(answer.complaint.hasPrefix("handoff: handoff.yml: is a link to where there is nothing to be read"))
  }

  @Test("A pipe in the place of .env and of the compose file is not waited for")
  func pipes() async throws {
    let folder = try TemporaryFolder([".env.example": "STORY=x\n"])
    let environment = Lab.bareEnvironment(home: folder.path)
    try #require(mkfifo(folder.path + "/.env", 0o600) == 0)
    try #require(mkfifo(folder.path + "/compose.yaml", 0o600) == 0)
    let answer = try await Tool.run(
      "preflight", "--skip", "docker", "--format", "json", environment: environment, in: folder.path)
    let report = try Report(answer)
    #expect(report.status == 2)
    #expect(
      report.findings == ["aws.file-unreadable", "postgres.file-unreadable", "environment.dotenv-unreadable"])
  }
}
