import Foundation
import HandoffModel
import HandoffProject
import HandoffSystem
import HandoffText
import Testing

@testable import HandoffProbes

/// Causes that are told apart without a server, or that no server here can make.
@Suite struct AWSFindingTests {
  private static let date = "Sun, 22 Nov 2026 16:10:47 GMT"

  private func error(_ code: String, _ message: String = "", status: Int = 403, date: String? = nil) -> FixedTransport {
    FixedTransport(
      status, "<ErrorResponse><Error><Code>\(code)</Code><Message>\(message)</Message></Error></ErrorResponse>",
      headers: date.map { ["date": $0] } ?? [:])
  }

  private func homeWithKeys() throws -> AWSHome {
    let home = try AWSHome()
    home.variables.merge(AWSKeys.invented.variables) { $1 }
    home.variables["AWS_REGION"] = "us-east-1"
    return home
  }

  @Test(arguments: [
    ("InvalidClientTokenId", "aws.unknown-key", Status.failure),
    ("SignatureDoesNotMatch", "aws.wrong-secret", .failure),
    ("ExpiredToken", "aws.expired", .failure), ("ExpiredTokenException", "aws.expired", .failure),
    ("RequestExpired", "aws.expired", .failure), ("AccessDenied", "aws.access-denied", .failure),
    ("Throttling", "aws.unexpected-answer", .unknown), ("SomethingNew", "aws.unexpected-answer", .unknown),
    ("AK" + "IAZZZZZZZZZZZZZZZZ", "aws.unexpected-answer", .unknown),
  ])
  func tellsTheCauseOfACode(code: String, id: String, status: Status) async throws {
    let home = try homeWithKeys()
    let text = "the token " + String(repeating: "q", count: 30) + " of " + AWSKeys.invented.accessKeyID
    let observed = await home.observe(host: home.host(error(code, text)))
    #expect(observed.findingNames == [id])
    #expect(observed.status == status)
    // No word of the answer's message gets out, nor a code that could be a key.
    #expect(!observed.everything.contains("qqq") && !observed.everything.contains(AWSKeys.invented.accessKeyID))
  }

  @Test(arguments: [(-3600, "is 3600 s behind that of"), (3600, "is 3600 s ahead of that of")])
  func tellsAWrongClock(offset: Int, words: String) async throws {
    let home = try homeWithKeys()
    var host = home.host(error("SignatureDoesNotMatch", date: Self.date))
    let now = Date(timeIntervalSince1970: TimeInterval(1_795_363_847 + offset))
    host.now = { now }
    let observed = await home.observe(host: host)
    #expect(observed.findingNames == ["aws.clock-skew"])
    #expect(observed.status == .failure)
    #expect(observed.findings.first?.message.plain.contains(words) == true, "\(observed.everything)")
    // A second's difference is no reason.
    host.now = { Date(timeIntervalSince1970: 1_795_363_848) }
    #expect(await home.observe(host: host).findingNames == ["aws.wrong-secret"])
  }

  @Test(arguments: ["Signature expired: 1 is now earlier than 2", "Signature not yet current: 1"])
  func tellsAWrongClockByTheWords(message: String) async throws {
    let home = try homeWithKeys()
    #expect(
      await home.observe(host: home.host(error("SignatureDoesNotMatch", message))).findingNames == ["aws.clock-skew"])
  }

  @Test(arguments: [
    (HTTPError.nameNotResolved, "aws.unreachable"), (.noRoute, "aws.unreachable"),
    (.other("secret words"), "aws.unreachable"), (.timedOut, "aws.timeout"), (.garbage, "aws.unexpected-answer"),
    (.tooLarge, "aws.unexpected-answer"), (.tls("secret words"), "aws.tls"),
  ])
  func tellsWhatKeptUsFromAsking(error: HTTPError, id: String) async throws {
    let home = try homeWithKeys()
    let observed = await home.observe(host: home.host(FixedTransport(error)))
    #expect(observed.findingNames == [id])
    #expect(observed.status == .unknown)
    #expect(!observed.everything.contains("secret words"))
  }

  /// Complaints as the AWS CLI 1.45 and 2 print them.
  @Test(arguments: [
    ("An error occurred (ExpiredToken) when calling the AssumeRole operation: x", "aws.expired", Status.failure),
    ("An error occurred (AccessDenied) when calling the AssumeRole operation: x", "aws.access-denied", .failure),
    ("An error occurred (InvalidClientTokenId) when calling the AssumeRole operation: x", "aws.unknown-key", .failure),
    (
      "An error occurred (SignatureDoesNotMatch) when calling the AssumeRole operation: Signature expired: 1",
      "aws.clock-skew", .failure
    ),
    (
      "An error occurred (ForbiddenException) when calling the GetRoleCredentials operation: No access",
      "aws.access-denied", .failure
    ),
    ("The SSO session associated with this profile has expired or is otherwise invalid.", "aws.expired", .failure),
    ("Error when retrieving token from sso: Token has expired and refresh failed", "aws.expired", .failure),
    ("Error loading SSO Token: Token for x does not exist", "aws.no-credentials", .failure),
    (
      "Unable to locate credentials. You can configure credentials by running \"aws configure\".", "aws.no-credentials",
      .failure
    ),
    ("The config profile (x) could not be found", "aws.profile-missing", .failure),
    ("Partial credentials found in assume-role, missing: x", "aws.partial-credentials", .failure),
    ("Infinite loop in credential configuration detected. Attempting", "aws.invalid-config", .failure),
    (
      "Error when retrieving credentials from custom-process: Unable to locate credentials", "aws.helper-failed",
      .unknown
    ),
    (
      "Error when retrieving credentials from Environment: No credentials found in credential_source referenced in x",
      "aws.no-credentials", .failure
    ),
    ("Could not connect to the endpoint URL: \"http://x\"", "aws.unreachable", .unknown),
    ("Read timeout on endpoint URL: \"http://x\"", "aws.timeout", .unknown),
    ("SSL validation failed for https://x", "aws.tls", .unknown),
    ("Traceback (most recent call last):\nModuleNotFoundError: qqq", "aws.unexpected-answer", .unknown),
    ("", "aws.unexpected-answer", .unknown),
  ])
  func tellsTheCauseOfAComplaint(text: String, id: String, status: Status) async throws {
    let home = try AWSHome()
    try home.write(".aws/config", "[default]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = base\n")
    try home.write(".aws/credentials", AWSKeys.invented.section("base"))
    let complaint = FixedCommand(outcome: .exited(255), error: "\n" + text + "\n")
    let observed = await home.observe(host: home.host(UnavailableWorld(), complaint))
    #expect(observed.findingNames == [id], "\(observed.everything)")
    #expect(observed.status == status)
    #expect(!observed.everything.contains("qqq"))
  }

  @Test func tellsThatTheCommandLineIsMissing() async throws {
    let home = try AWSHome()
    try home.write(".aws/config", "[default]\ncredential_process = /bin/echo\n")
    let observed = await home.observe(host: home.host(UnavailableWorld()))
    home.variables["PATH"] = home.path
    #expect(await home.observe(host: home.host(UnavailableWorld())).findingNames == ["aws.cli-missing"])
    #expect(observed.status == .unknown)
  }

  @Test func tellsThatTheCredentialProcessIsMissing() async throws {
    let home = try AWSHome()
    for program in ["give-credentials --now", "~/give-credentials", "'/nonexistent/give credentials'"] {
      try home.write(".aws/config", "[default]\ncredential_process = \(program)\n")
      let observed = await home.observe(host: home.host(UnavailableWorld(), UnavailableWorld()))
      #expect(observed.findingNames == ["aws.helper-failed"])
      #expect(observed.findings.first?.message.plain.contains("is not installed here") == true)
      #expect(observed.status == .unknown)
    }
    // What it printed is told apart from an AWS CLI that does not start.
    try home.write(".aws/config", "[default]\ncredential_process = /bin/echo\n")
    let garbage = FixedCommand(outcome: .exited(255), error: "Expecting value: line 1 column 1 (char 0)")
    #expect(await home.observe(host: home.host(UnavailableWorld(), garbage)).findingNames == ["aws.helper-failed"])
    let broken = FixedCommand(outcome: .exited(1), error: "ModuleNotFoundError: No module named 'awscli'")
    #expect(await home.observe(host: home.host(UnavailableWorld(), broken)).findingNames == ["aws.unexpected-answer"])
  }

  @Test func overwritesNoKeysToMendSomethingElse() async throws {
    let home = try homeWithKeys()
    var good: HandoffSystem.Host { home.host(FixedTransport(200, AWSAnswerTests.good)) }
    let recorded = await home.observe(host: good)
    home.variables["AWS_REGION"] = "eu-west-1"
    let moved = await home.observe(expected: recorded, host: good)
    #expect(moved.findingNames == ["aws.not-as-recorded"])
    home.variables["AWS_REGION"] = "us-east-1"
    home.variables["AWS_PROFILE"] = "gone"
    let missing = await home.observe(expected: recorded, host: good)
    #expect(missing.findingNames == ["aws.profile-missing"])
    for finding in moved.findings + missing.findings {
      for remedy in finding.remedies { #expect(!remedy.command.bash.contains("AWS_SECRET_ACCESS_KEY")) }
    }
    #expect(moved.findings.first?.remedies.first?.command.bash == "export AWS_REGION=us-east-1")
    #expect(missing.findings.first?.remedies.first?.command.bash == "unset AWS_PROFILE")
  }

  @Test func setsTheKeysThatARoleIsAssumedWith() async throws {
    let home = try AWSHome()
    try home.write(
      ".aws/config",
      "[profile r]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = s\n"
        + "[profile s]\nrole_arn = arn:aws:iam::1:role/s\ncredential_source = Environment\n")
    home.variables["AWS_PROFILE"] = "r"
    let complaint = "Error when retrieving credentials from Environment: No credentials found in credential_source"
    let failing = FixedCommand(outcome: .exited(253), error: complaint)
    let observed = await home.observe(host: home.host(UnavailableWorld(), failing))
    #expect(observed.findingNames == ["aws.no-credentials"])
    #expect(
      observed.findings.first?.remedies.first?.command.bash
        == "export AWS_ACCESS_KEY_ID=... AWS_SECRET_ACCESS_KEY=...")
    #expect(observed.setup.contains { $0.command.bash == "export AWS_ACCESS_KEY_ID=..." })
    home.variables["AWS_ACCESS_KEY_ID"] = "AKIAQ"
    home.variables["AWS_SECRET_ACCESS_KEY"] = "qqq"
    let shadowed = await home.observe(host: home.host(FixedTransport(200, AWSAnswerTests.good)))
    #expect(shadowed.findingNames == ["aws.shadowed-profile"])
    #expect(shadowed.findings.first?.remedies.first?.command.bash == "unset AWS_PROFILE")
  }

  @Test func setsUpWhereAWSAndItsFilesAre() async throws {
    let home = try homeWithKeys()
    try home.write("else where/config", "")
    home.variables["AWS_CONFIG_FILE"] = home.path + "/else where/config"
    home.variables["AWS_ENDPOINT_URL"] = "http://localhost:4566"
    let observed = await home.observe(host: home.host(FixedTransport(200, AWSAnswerTests.good)))
    let setup = observed.setup.map(\.command.bash)
    #expect(setup.contains("export AWS_CONFIG_FILE=\"$HOME\"'/else where/config'"), "\(setup)")
    #expect(setup.contains("export AWS_ENDPOINT_URL=http://localhost:4566"))
    home.variables["AWS_ENDPOINT_URL"] = "http://me:pass@localhost:4566"
    let hidden = await home.observe(host: home.host(FixedTransport(200, AWSAnswerTests.good)))
    #expect(hidden.setup.map(\.command.bash).contains("export AWS_ENDPOINT_URL=..."))
  }

  @Test func tellsAnExpiredLoginWithoutTheCommandLine() async throws {
    let home = try AWSHome()
    let profile =
      "[profile corp]\nsso_account_id = 1\nsso_role_name = r\nsso_region = x\nsso_start_url = https://corp.example/start\n"
    try home.write(".aws/config", profile)
    home.variables["AWS_PROFILE"] = "corp"
    // The file's name is `printf https://corp.example/start | sha1sum`.
    let cache = ".aws/sso/cache/f7c9b39d0b4c7a7d82c79307585f77e1c5e74378.json"
    try home.write(cache, #"{"accessToken": "x", "expiresAt": "2020-01-01T00:00:00Z"}"#)
    let missing = FixedCommand(outcome: .notFound)
    let observed = await home.observe(host: home.host(UnavailableWorld(), missing))
    #expect(observed.findingNames == ["aws.expired"])
    #expect(observed.value("aws.expires") == "2020-01-01T00:00:00Z")
    #expect(observed.findings.first?.remedies.first?.command.bash == "aws sso login --profile corp")
    try home.write(cache, #"{"accessToken": "x", "expiresAt": "2100-01-01T00:00:00Z"}"#)
    #expect(await home.observe(host: home.host(UnavailableWorld(), missing)).findingNames == ["aws.cli-missing"])
  }

  @Test func tellsNoCredentials() async throws {
    let home = try AWSHome()
    let observed = await home.observe(AWSSettings(dotenvFiles: [".env"]))
    #expect(observed.findingNames == ["aws.no-credentials"])
    #expect(observed.status == .failure)
    #expect(
      observed.findings.first?.remedies.map(\.command.bash) == [
        "set -a; . ./.env; set +a", "export AWS_PROFILE=...", "aws configure", "aws sts get-caller-identity",
      ])
  }

  @Test func tellsAMissingProfile() async throws {
    let home = try homeWithKeys()
    home.variables["AWS_PROFILE"] = "it's gone"
    let observed = await home.observe()
    #expect(observed.findingNames == ["aws.profile-missing"])
    #expect(observed.status == .failure)
    #expect(observed.findings.first?.remedies.first?.command.bash == #"aws configure --profile 'it'\''s gone'"#)
    home.variables["AWS_PROFILE"] = ""
    #expect(await home.observe().findingNames == ["aws.profile-missing"])
  }

  @Test func tellsAMissingSourceProfile() async throws {
    let home = try AWSHome()
    try home.write(".aws/config", "[default]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = gone\n")
    let observed = await home.observe()
    #expect(observed.findingNames == ["aws.profile-missing"])
    #expect(observed.findings.first?.remedies.first?.command.bash == "aws configure --profile gone")
  }

  @Test func tellsPartialCredentials() async throws {
    let home = try AWSHome()
    home.variables["AWS_ACCESS_KEY_ID"] = AWSKeys.invented.accessKeyID
    let inEnvironment = await home.observe()
    #expect(inEnvironment.findingNames == ["aws.partial-credentials"])
    #expect(inEnvironment.status == .failure)
    #expect(!inEnvironment.everything.contains(AWSKeys.invented.accessKeyID))
    home.variables["AWS_ACCESS_KEY_ID"] = nil
    try home.write(".aws/credentials", "[default]\naws_access_key_id = x\n")
    #expect(await home.observe().findingNames == ["aws.partial-credentials"])
    try home.write(".aws/credentials", "[default]\nrole_arn = x\n")
    #expect(await home.observe().findingNames == ["aws.partial-credentials"])
  }

  @Test func tellsKeysThatTheEnvironmentSaysHaveEnded() async throws {
    let home = try homeWithKeys()
    home.variables["AWS_CREDENTIAL_EXPIRATION"] = "2020-01-01T00:00:00Z"
    #expect(await home.observe(host: home.host(UnavailableWorld())).findingNames == ["aws.expired"])
  }

  @Test func tellsAMalformedFile() async throws {
    let home = try homeWithKeys()
    try home.write(".aws/config", "[default]\nregion = a\nregion = b\n")
    let observed = await home.observe()
    #expect(observed.findingNames == ["aws.malformed-config"])
    #expect(observed.status == .failure)
    #expect(observed.findings.first?.message.plain == "~/.aws/config, line 3: this option stands twice in its section")
    #expect(observed.findings.first?.facts.contains("aws.account") == true)
    let remedy = try #require(observed.findings.first?.remedies.first)
    #expect(remedy.command.bash == "${EDITOR:-vi} +3 ~/.aws/config")
    #expect(remedy.command.powershell == "notepad (Join-Path $HOME '.aws/config')")
  }

  @Test(arguments: ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"])
  func tellsALineEndInCredentials(variable: String) async throws {
    let home = try homeWithKeys()
    home.variables[variable, default: "x"] += "\r"
    let observed = await home.observe(host: home.host(FixedTransport(200, AWSAnswerTests.good)))
    #expect(observed.findingNames == ["aws.malformed-credentials"])
    #expect(observed.status == .failure)
  }

  @Test func namesTheAuthoritiesThatDoNotTrust() async throws {
    let home = try homeWithKeys()
    home.variables["AWS_CA_BUNDLE"] = home.path + "/own.pem"
    let absent = await home.observe(host: home.host(FixedTransport(.tls(""))))
    #expect(absent.findings.first?.message.plain.hasSuffix("AWS_CA_BUNDLE names ~/own.pem, which is not there") == true)
    #expect(absent.findings.first?.remedies.first?.command.bash == "unset AWS_CA_BUNDLE")
    try home.write("own.pem", "")
    let observed = await home.observe(host: home.host(FixedTransport(.tls(""))))
    #expect(observed.findings.first?.message.plain.hasSuffix("is not trusted by the authorities in ~/own.pem") == true)
  }

  @Test func warnsOfWhatIsAmbiguous() async throws {
    let home = try homeWithKeys()
    try home.write(".aws/config", "[profile dev]\n")
    home.variables["AWS_PROFILE"] = "dev"
    home.variables["AWS_DEFAULT_REGION"] = "eu-west-1"
    let observed = await home.observe(host: home.host(FixedTransport(200, AWSAnswerTests.good)))
    #expect(observed.findingNames == ["aws.region-conflict", "aws.shadowed-profile"])
    #expect(observed.status == .warning)
    #expect(observed.value("aws.account") == "123456789012")
    #expect(observed.value("aws.region") == "us-east-1")
    #expect(observed.findings.last?.remedies.first?.command.bash == "unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY")
    home.variables["AWS_DEFAULT_REGION"] = "us-east-1"
    home.variables["AWS_PROFILE"] = nil
    #expect(await home.observe(host: home.host(FixedTransport(200, AWSAnswerTests.good))).findings.isEmpty)
  }

  @Test func refusesARegionThatWouldBeAnotherHost() async throws {
    let home = try homeWithKeys()
    home.variables["AWS_REGION"] = "evil.example/#"
    let observed = await home.observe(host: home.host(FixedTransport(200, AWSAnswerTests.good)))
    #expect(observed.findingNames == ["aws.invalid-region"])
    #expect(observed.fact("aws.account") == nil)
  }

  @Test func everyFindingIsDefined() throws {
    let home = try AWSHome()
    let configuration = try AWSConfiguration.read(AWSSettings(), host: home.host(UnavailableWorld()))
    let setup = AWSSetup(facts: [], kind: nil, source: nil, AWSSettings(), AWSSetup.Present())
    let findings = AWSFindings(
      setup: setup, configuration: configuration, shown: { $0 }, host: home.host(UnavailableWorld()))
    let all: [AWSFailure] = [
      .noCredentials, .unknownKey, .wrongSecret, .expired, .notLoggedIn, .clockSkew(seconds: nil),
      .accessDenied(operation: nil), .profileMissing, .invalidConfiguration, .malformedConfiguration,
      .partialCredentials, .unreachable(.name), .timedOut, .tls, .unexpectedAnswer(.garbage), .commandLineMissing,
      .helperFailed, .needsCode,
    ]
    let defined = Set(AWSProbe.findings.map(\.id))
    for failure in all {
      let finding = findings.failure(failure)
      #expect(defined.contains(finding.id))
      #expect(finding.facts.contains("aws.account"))
      #expect(!finding.message.isEmpty)
    }
  }
}
