import Foundation
import HandoffModel
import HandoffProject
import HandoffSystem
import Testing

@testable import HandoffProbes

/// With each of its ways to the world cut off, at each step, the probe claims nothing about the world.
@Suite struct AWSUnknownTests {
  /// Ways to configure AWS, by the steps to it from keys in the environment.
  private static let ways: [String] = [
    "environment", "shared-credentials-file", "assume-role", "sso", "process", "web-identity", "container", "instance",
  ]

  private func home(_ way: String) throws -> AWSHome {
    let home = try AWSHome()
    home.variables["AWS_REGION"] = "us-east-1"
    switch way {
    case "environment": home.variables.merge(AWSKeys.invented.variables) { $1 }
    case "shared-credentials-file": try home.write(".aws/credentials", AWSKeys.invented.section("default"))
    case "assume-role":
      try home.write(".aws/config", "[default]\nrole_arn = arn:aws:iam::123456789012:role/r\nsource_profile = base\n")
      try home.write(".aws/credentials", AWSKeys.invented.section("base"))
    case "sso":
      let session = "[sso-session corp]\nsso_region = us-east-1\nsso_start_url = https://corp.example/start\n"
      try home.write(
        ".aws/config", "[default]\nsso_session = corp\nsso_account_id = 1\nsso_role_name = r\n" + session)
      // `printf corp | sha1sum`
      try home.write(
        ".aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json",
        #"{"accessToken": "x", "expiresAt": "2100-01-01T00:00:00Z"}"#)
    case "process": try home.write(".aws/config", "[default]\ncredential_process = /bin/echo\n")
    case "web-identity":
      try home.write("token", "xxxx")
      home.variables["AWS_ROLE_ARN"] = "arn:aws:iam::123456789012:role/r"
      home.variables["AWS_WEB_IDENTITY_TOKEN_FILE"] = home.path + "/token"
    case "container": home.variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "http://127.0.0.1:1/"
    default:
      home.variables["AWS_EC2_METADATA_DISABLED"] = nil
      home.variables["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = "http://127.0.0.1:1/"
    }
    return home
  }

  /// What kept us from asking, in each way that a request or a program can fail.
  private func cuts(_ home: AWSHome) -> [HandoffSystem.Host] {
    let transports: [FixedTransport] =
      [.nameNotResolved, .noSocket, .notPermitted, .noRoute, .timedOut, .garbage, .tooLarge, .tls("x")].map {
        FixedTransport($0)
      } + [
        FixedTransport(.other("x")), FixedTransport(500, ""), FixedTransport(503, "<html>"), FixedTransport(302, ""),
      ]
      + [FixedTransport(200, ""), FixedTransport(200, "<html>"), FixedTransport(403, "proxy"), FixedTransport(407, "")]
    let outcomes: [CommandOutcome] = [
      .notFound, .notPermitted, .timedOut, .tooMuchOutput, .failedToStart("x"), .signalled(9), .exited(1), .exited(127),
      .exited(255),
    ]
    let complaints = [
      "Could not connect to the endpoint URL: \"http://x\"", "Connect timeout on endpoint URL: \"http://x\"",
      "SSL validation failed for x", "An error occurred (InternalFailure) when calling the AssumeRole operation: x",
      "An error occurred (500) when calling the GetRoleCredentials operation (reached max retries: 0): x",
      "Error when retrieving credentials from container-role: x", "Unable to parse response (x), invalid XML received",
    ]
    let commands =
      outcomes.map { FixedCommand(outcome: $0) } + complaints.map { FixedCommand(outcome: .exited(255), error: $0) }
      + ["", "{}", "<html>", #"{"Account": "1", "Arn": "x"}"#].map { FixedCommand(outcome: .exited(0), output: $0) }
    return transports.map { home.host($0, UnavailableWorld()) } + commands.map { home.host(UnavailableWorld(), $0) }
  }

  /// Who we were when the handoff was written.
  private func healthy(_ home: AWSHome) async -> Observation {
    let answer = #"{"Account": "123456789012", "Arn": "arn:aws:iam::123456789012:user/me"}"#
    return await home.observe(
      host: home.host(
        FixedTransport(200, AWSAnswerTests.good), FixedCommand(outcome: .exited(0), output: answer)))
  }

  @Test(arguments: ways) func claimsNothingThatItWasKeptFromSeeing(way: String) async throws {
    let home = try home(way)
    let recorded = await healthy(home)
    #expect(recorded.fact("aws.account") != nil, "\(recorded.everything)")
    #expect(recorded.value("aws.credentials") == way)
    for host in cuts(home) {
      let observed = await home.observe(expected: recorded, host: host)
      #expect(observed.fact("aws.account") == nil && observed.fact("aws.principal") == nil)
      #expect(observed.status == .unknown, "\(observed.everything)")
      func snapshot(_ observation: Observation) -> Snapshot {
        Snapshot(tool: "test", project: "sample", capturedAt: Date(), observations: [observation])
      }
      let comparison = Comparator(FactDictionary(facts: AWSProbe.facts, findings: AWSProbe.findings)).compare(
        expected: snapshot(recorded.recorded), named: "old", actual: snapshot(observed), named: "now")
      #expect(comparison.confirmed == 0)
      #expect(comparison.changes.map(\.fact) == ["aws.account"])
      #expect(comparison.changes.allSatisfy { $0.kind == .unknown && $0.severity == .unknown })
    }
  }

  /// The AWS CLI 2 keeps the credentials of a role that a login gave, and needs the login only when they end.
  @Test func asksWhileCredentialsOfAnExpiredLoginAreHeld() async throws {
    let home = try home("sso")
    try home.write(
      ".aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json",
      #"{"accessToken": "x", "expiresAt": "2020-01-01T00:00:00Z"}"#)
    let answer = #"{"Account": "123456789012", "Arn": "arn:aws:sts::123456789012:assumed-role/r/me"}"#
    let works = home.host(UnavailableWorld(), FixedCommand(outcome: .exited(0), output: answer))
    // Nobody is asked where it is over.
    #expect(await home.observe(host: works).findingNames == ["aws.expired"])
    // `printf '{"accountId":"1","roleName":"r","sessionName":"corp"}' | sha1sum`
    let held = ".aws/cli/cache/a2ba207a205a333a989977de586e24a14321ce68.json"
    try home.write(held, #"{"Credentials": {"Expiration": "2100-01-01T00:00:00Z"}}"#)
    #expect(await home.observe(host: works).findingNames == [])
    try home.write(held, #"{"Credentials": {"Expiration": "2020-01-01T00:00:00Z"}}"#)
    #expect(await home.observe(host: works).findingNames == ["aws.expired"])
  }
}
