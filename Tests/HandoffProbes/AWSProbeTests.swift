import Foundation
import HandoffModel
import HandoffProject
import HandoffSystem
import HandoffText
import Testing

@testable import HandoffProbes

/// Against the lab's server, which checks signatures, with the AWS CLI as the witness.
@Suite(.needsAWSLab) struct AWSProbeTests {
  private static let region = "us-east-1"

  /// Holds an observation against what the AWS CLI says of the same shell.
  private func expect(
    _ observed: Observation, asSaidBy witness: (account: String, arn: String), _ kind: AWSCredentialKind,
    from source: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    #expect(observed.findings.isEmpty, "\(observed.everything)", sourceLocation: sourceLocation)
    #expect(observed.value("aws.account") == witness.account, sourceLocation: sourceLocation)
    let principal = try #require(observed.value("aws.principal"), sourceLocation: sourceLocation)
    let isSession = witness.arn.contains(":assumed-role/")
    let expected =
      isSession ? String(witness.arn[..<(witness.arn.lastIndex(of: "/") ?? witness.arn.endIndex)]) : witness.arn
    #expect(principal == expected, sourceLocation: sourceLocation)
    #expect(observed.value("aws.credentials") == kind.rawValue, sourceLocation: sourceLocation)
    #expect(observed.source("aws.credentials") == source, sourceLocation: sourceLocation)
    #expect(observed.source("aws.account") == source, sourceLocation: sourceLocation)
  }

  @Test func takesKeysFromTheEnvironment() async throws {
    let home = try AWSHome(region: Self.region)
    home.variables.merge(try AWSLab.user().variables) { $1 }
    let observed = await home.observe()
    try expect(observed, asSaidBy: await home.witness(), .environment, from: "environment: AWS_ACCESS_KEY_ID")
    #expect(observed.value("aws.region") == Self.region)
    #expect(observed.source("aws.region") == "environment: AWS_DEFAULT_REGION")
    #expect(observed.value("aws.profile") == nil)
    #expect(
      observed.summary.plain == "account \(try AWSLab.value("AWS_ACCOUNT")) · us-east-1 · credentials from environment")
  }

  @Test func takesASessionFromTheEnvironment() async throws {
    let home = try AWSHome(region: Self.region)
    home.variables.merge(try AWSLab.session().variables) { $1 }
    let end = try AWSLab.value("AWS_SESSION_EXPIRATION")
    home.variables["AWS_CREDENTIAL_EXPIRATION"] = end
    let observed = await home.observe()
    try expect(observed, asSaidBy: await home.witness(), .environment, from: "environment: AWS_ACCESS_KEY_ID")
    #expect(observed.value("aws.expires") == end)
    #expect(observed.setup.map(\.command.bash).contains("export AWS_SESSION_TOKEN=..."))
  }

  @Test func takesAProfileOfTheCredentialsFile() async throws {
    let home = try AWSHome(region: nil)
    try home.write(".aws/credentials", try AWSLab.user().section("dev", "region = eu-west-1"))
    home.variables["AWS_PROFILE"] = "dev"
    let observed = await home.observe()
    try expect(observed, asSaidBy: await home.witness(), .sharedCredentialsFile, from: "shared-credentials-file: dev")
    #expect(observed.value("aws.profile") == "dev")
    #expect(observed.source("aws.profile") == "environment: AWS_PROFILE")
    #expect(observed.source("aws.region") == "shared-credentials-file: dev")
    #expect(observed.summary.plain == "account \(try AWSLab.value("AWS_ACCOUNT")) · eu-west-1 · profile dev")
    #expect(observed.setup.map(\.command.bash).first == "export AWS_PROFILE=dev")
    #expect(observed.setup.map(\.command.powershell).first == "$env:AWS_PROFILE = 'dev'")
    #expect(observed.verification.map(\.command.bash) == ["aws sts get-caller-identity"])
  }

  @Test func takesTheDefaultProfile() async throws {
    let home = try AWSHome(region: Self.region)
    try home.write(".aws/credentials", try AWSLab.session().section("default"))
    let observed = await home.observe()
    try expect(
      observed, asSaidBy: await home.witness(), .sharedCredentialsFile, from: "shared-credentials-file: default")
    #expect(observed.source("aws.profile") == "default: the AWS CLI")
  }

  @Test func takesTheProfileOfTheConfigurationBeforeTheEnvironment() async throws {
    let home = try AWSHome(region: Self.region)
    try home.write(
      ".aws/config", try AWSLab.session().section("profile my dev") + AWSLab.user().section("profile \"my dev\""))
    home.variables.merge(AWSKeys.invented.variables) { $1 }
    let settings = AWSSettings(profile: Setting("my dev", Source(.configuration, "aws.profile")))
    let observed = await home.observe(settings)
    let witness = try await home.witness("--profile", "my dev")
    try expect(observed, asSaidBy: witness, .configFile, from: "config-file: my dev")
    #expect(observed.verification.map(\.command.bash) == ["aws sts get-caller-identity --profile 'my dev'"])
  }

  @Test func assumesARole() async throws {
    let home = try AWSHome(region: Self.region)
    let role = try
      "[profile role]\nrole_arn = \(AWSLab.value("AWS_ROLE_ARN"))\nsource_profile = base\nexternal_id = a\"b\n"
    try home.write(".aws/config", role)
    try home.write(".aws/credentials", try AWSLab.user().section("base"))
    home.variables["AWS_PROFILE"] = "role"
    let observed = await home.observe()
    try expect(observed, asSaidBy: await home.witness(), .assumeRole, from: "config-file: role")
    #expect(observed.value("aws.principal")?.hasSuffix(":assumed-role/handoff-lab-role") == true)
    // When the session ends is what the AWS CLI wrote into its cache.
    let folder = home.path + "/.aws/cli/cache/"
    let file = try #require(try FileManager.default.contentsOfDirectory(atPath: folder).first)
    let cache = try JSONValue(parsing: Data(contentsOf: URL(fileURLWithPath: folder + file)))
    let end = try #require(cache["Credentials"]?["Expiration"]?.string)
    #expect(observed.value("aws.expires").map { String($0.dropLast()) } == String(end.prefix(19)))
  }

  @Test func runsACredentialProcess() async throws {
    let home = try AWSHome(region: Self.region)
    let keys = try AWSLab.session()
    let json = JSONValue.object([
      "Version": 1, "AccessKeyId": .string(keys.accessKeyID), "SecretAccessKey": .string(keys.secretAccessKey),
      "SessionToken": .optional(keys.sessionToken),
    ])
    try home.write("give", "#!/bin/sh\ncat <<'END'\n\(json.canonical)\nEND\n", executable: true)
    try home.write(".aws/config", "[default]\ncredential_process = \(home.path)/give\n")
    let observed = await home.observe()
    try expect(observed, asSaidBy: await home.witness(), .process, from: "config-file: default")
  }

  // MARK: What AWS refuses

  @Test(arguments: [false, true]) func tellsAnUnknownKey(viaRole: Bool) async throws {
    let observed = try await refused(.invented, viaRole: viaRole)
    #expect(observed.findingNames == ["aws.unknown-key"])
    #expect(observed.status == .failure)
  }

  @Test(arguments: [false, true]) func tellsAWrongSecret(viaRole: Bool) async throws {
    let user = try AWSLab.user()
    let wrong = AWSKeys(
      accessKeyID: user.accessKeyID, secretAccessKey: String(user.secretAccessKey.reversed()), sessionToken: nil)
    let observed = try await refused(wrong, viaRole: viaRole)
    #expect(observed.findingNames == ["aws.wrong-secret"])
    #expect(observed.status == .failure)
  }

  @Test func tellsAMissingSessionToken() async throws {
    let session = try AWSLab.session()
    let keys = AWSKeys(accessKeyID: session.accessKeyID, secretAccessKey: session.secretAccessKey, sessionToken: nil)
    let observed = try await refused(keys, viaRole: false)
    #expect(observed.status == .failure)
    #expect(
      observed.findings.first?.message.plain.contains("session token is missing") == true, "\(observed.everything)")
  }

  /// What is observed with keys that do not work, none of which may be in it.
  private func refused(_ keys: AWSKeys, viaRole: Bool) async throws -> Observation {
    let home = try AWSHome(region: Self.region)
    try home.write(".aws/credentials", keys.section("dev"))
    let role = try "[profile role]\nrole_arn = \(AWSLab.value("AWS_ROLE_ARN"))\nsource_profile = dev\n"
    try home.write(".aws/config", role)
    home.variables["AWS_PROFILE"] = viaRole ? "role" : "dev"
    let observed = await home.observe()
    #expect(observed.fact("aws.account") == nil)
    #expect(observed.value("aws.credentials") == (viaRole ? "assume-role" : "shared-credentials-file"))
    let text = observed.everything
    #expect(!text.contains(keys.accessKeyID) && !text.contains(keys.secretAccessKey), "\(text)")
    #expect(observed.findings.first?.remedies.last?.command.bash == "aws sts get-caller-identity")
    #expect(text.contains("aws configure --profile dev"), "\(text)")
    return observed
  }

  // MARK: Servers that hang or lie

  @Test(arguments: [
    ("EXPIRED", "aws.expired", Status.failure), ("ERROR500", "aws.unexpected-answer", .unknown),
    ("REDIRECT", "aws.unexpected-answer", .unknown), ("GARBAGE", "aws.unexpected-answer", .unknown),
    ("NOTJSON", "aws.unexpected-answer", .unknown), ("THROTTLED", "aws.unexpected-answer", .unknown),
    ("CUT", "aws.unexpected-answer", .unknown), ("CLOSE", "aws.unexpected-answer", .unknown),
    ("SILENT", "aws.timeout", .unknown), ("DRIP", "aws.timeout", .unknown),
  ])
  func tellsAServerThatLies(kind: String, id: String, status: Status) async throws {
    let home = try AWSHome(region: Self.region)
    home.variables.merge(try AWSLab.user().variables) { $1 }
    home.variables["AWS_ENDPOINT_URL"] = "http://" + (try AWSLab.value("LIAR_" + kind))
    let clock = ContinuousClock()
    let start = clock.now
    let hangs = id == "aws.timeout"
    let observed = await home.observe(seconds: hangs ? 1 : 20)
    #expect(!hangs || clock.now - start < .seconds(2))
    #expect(observed.findingNames == [id], "\(observed.everything)")
    #expect(observed.status == status)
    #expect(observed.fact("aws.account") == nil)
    #expect(observed.findings.first?.facts.contains("aws.account") == true)
  }

  /// The AWS CLI meets the same servers, and its complaints mean the same.
  @Test(arguments: [
    ("EXPIRED", "aws.expired", Status.failure), ("NOTJSON", "aws.unexpected-answer", .unknown),
    ("CLOSE", "aws.unexpected-answer", .unknown),
  ])
  func tellsTheSameThroughTheCommandLine(kind: String, id: String, status: Status) async throws {
    let home = try AWSHome(region: Self.region)
    try home.write(".aws/config", "[default]\nrole_arn = \(try AWSLab.value("AWS_ROLE_ARN"))\nsource_profile = base\n")
    try home.write(".aws/credentials", AWSKeys.invented.section("base"))
    home.variables["AWS_ENDPOINT_URL"] = "http://" + (try AWSLab.value("LIAR_" + kind))
    let observed = await home.observe()
    #expect(observed.findingNames == [id], "\(observed.everything)")
    #expect(observed.status == status)
  }

  @Test func tellsARefusedConnection() async throws {
    let home = try AWSHome(region: Self.region)
    home.variables.merge(AWSKeys.invented.variables) { $1 }
    home.variables["AWS_ENDPOINT_URL"] = "http://127.0.0.1:1"
    let native = await home.observe()
    #expect(native.findingNames == ["aws.unreachable"])
    #expect(native.status == .failure)
    #expect(native.findings.first?.message.plain == "127.0.0.1:1 could not be asked: the connection is refused")
    home.variables["AWS_ACCESS_KEY_ID"] = nil
    try home.write(".aws/config", "[default]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = base\n")
    try home.write(".aws/credentials", AWSKeys.invented.section("base"))
    let viaCommandLine = await home.observe()
    #expect(viaCommandLine.findingNames == ["aws.unreachable"], "\(viaCommandLine.everything)")
    #expect(viaCommandLine.status == .failure)
  }

  @Test func endsACommandLineThatHangs() async throws {
    let home = try AWSHome(region: Self.region)
    try home.write("bin/aws", "#!/bin/sh\ntrap '' TERM\nwhile :; do read line < /dev/zero; done\n", executable: true)
    home.variables["PATH"] = home.path + "/bin:/usr/bin:/bin"
    try home.write(".aws/config", "[default]\ncredential_process = /bin/echo\n")
    let clock = ContinuousClock()
    let start = clock.now
    let observed = await home.observe(seconds: 1)
    #expect(clock.now - start < .seconds(2))
    #expect(observed.findingNames == ["aws.timeout"])
    #expect(observed.status == .unknown)
  }

  @Test func tellsAContainersEndpointThatFails() async throws {
    let home = try AWSHome(region: Self.region)
    home.variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "http://" + (try AWSLab.value("LIAR_ERROR500")) + "/"
    let observed = await home.observe()
    #expect(observed.findingNames == ["aws.helper-failed"], "\(observed.everything)")
    #expect(observed.status == .unknown)
    #expect(observed.value("aws.credentials") == "container")
  }

  @Test func tellsAProfileThatAsksForACode() async throws {
    let home = try AWSHome(region: Self.region)
    let role = try
      "[default]\nrole_arn = \(AWSLab.value("AWS_ROLE_ARN"))\nsource_profile = base\nmfa_serial = arn:aws:iam::1:mfa/me\n"
    try home.write(".aws/config", role)
    try home.write(".aws/credentials", try AWSLab.user().section("base"))
    let observed = await home.observe()
    #expect(observed.findingNames == ["aws.needs-code"], "\(observed.everything)")
    #expect(observed.status == .unknown)
  }

  @Test func tellsALoginThatNobodyMade() async throws {
    let home = try AWSHome(region: Self.region)
    let profile = """
      [profile corp]
      sso_session = corp
      sso_account_id = 123456789012
      sso_role_name = dev
      [sso-session corp]
      sso_region = us-east-1
      sso_start_url = https://corp.example/start

      """
    try home.write(".aws/config", profile)
    home.variables["AWS_PROFILE"] = "corp"
    let observed = await home.observe()
    #expect(observed.findingNames == ["aws.no-credentials"], "\(observed.everything)")
    #expect(observed.findings.first?.remedies.first?.command.bash == "aws sso login --profile corp")
  }

  // MARK: Remedies that work

  @Test func recoversWithTheRecordedProfile() async throws {
    let home = try AWSHome(region: nil)
    try home.write("project/.keep", "")
    try home.write(".aws/credentials", try AWSLab.user().section("dev"))
    home.variables["AWS_PROFILE"] = "dev"
    home.variables["AWS_REGION"] = "eu-west-1"
    let recorded = await home.observe()
    home.variables["AWS_PROFILE"] = nil
    home.variables["AWS_REGION"] = nil
    let lost = await home.observe(expected: recorded)
    #expect(lost.findingNames == ["aws.no-credentials"])
    let remedy = try #require(lost.findings.first?.remedies.first)
    #expect(remedy.command.bash == "export AWS_PROFILE=dev AWS_REGION=eu-west-1")
    #expect(remedy.command.powershell == "$env:AWS_PROFILE = 'dev'; $env:AWS_REGION = 'eu-west-1'")
    try await home.paste(remedy.command.bash)
    let again = await home.observe(expected: recorded)
    #expect(again.facts == recorded.facts)
    #expect(again.findings.isEmpty)
  }

  @Test func recoversFromKeysThatShadowTheRecordedProfile() async throws {
    let home = try AWSHome(region: Self.region)
    try home.write("project/.keep", "")
    try home.write(".aws/credentials", try AWSLab.user().section("dev"))
    home.variables["AWS_PROFILE"] = "dev"
    let recorded = await home.observe()
    home.variables.merge(AWSKeys.invented.variables) { $1 }
    let lost = await home.observe(expected: recorded)
    #expect(lost.findingNames == ["aws.unknown-key", "aws.shadowed-profile"])
    try await home.paste(try #require(lost.findings.first?.remedies.first).command.bash)
    #expect(await home.observe(expected: recorded).facts == recorded.facts)
  }

  @Test func recoversWithADotenvFile() async throws {
    let home = try AWSHome(region: nil)
    let keys = try AWSLab.user()
    let lines = keys.variables.map { "\($0.key)=\($0.value)" } + ["AWS_REGION=eu-west-1"]
    try home.write("project/.env", lines.joined(separator: "\n") + "\n")
    try await home.paste("set -a; . ./.env; set +a")
    let settings = AWSSettings(dotenvFiles: [".env"])
    let recorded = await home.observe(settings)
    #expect(recorded.setup.first?.command.bash == "set -a; . ./.env; set +a")
    for name in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"] { home.variables[name] = nil }
    let lost = await home.observe(settings, expected: recorded)
    #expect(lost.findingNames == ["aws.no-credentials"])
    try await home.paste(try #require(lost.findings.first?.remedies.first).command.bash)
    #expect(await home.observe(settings, expected: recorded).facts == recorded.facts)
  }

  @Test func offersWhatWasRecordedWhenItIsAnotherPrincipal() async throws {
    let home = try AWSHome(region: Self.region)
    try home.write("project/.keep", "")
    try home.write(".aws/credentials", try AWSLab.user().section("dev") + AWSLab.session().section("other"))
    home.variables["AWS_PROFILE"] = "dev"
    let recorded = await home.observe()
    home.variables["AWS_PROFILE"] = "other"
    let observed = await home.observe(expected: recorded)
    let finding = try #require(observed.findings.first)
    #expect(observed.findingNames == ["aws.not-as-recorded"])
    #expect(Set(finding.facts) == ["aws.principal", "aws.profile"])
    try await home.paste(try #require(finding.remedies.first).command.bash)
    #expect(await home.observe(expected: recorded).findings.isEmpty)
  }
}
