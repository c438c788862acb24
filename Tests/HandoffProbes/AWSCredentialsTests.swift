import Foundation
import HandoffModel
import HandoffProject
import HandoffSystem
import HandoffText
import Testing

@testable import HandoffProbes

/// Which credentials are chosen, and what is told of a configuration; nobody is asked.
@Suite struct AWSCredentialsTests {
  private func read(
    _ home: AWSHome, explicit profile: String? = nil, region: String? = nil
  ) throws -> AWSConfiguration {
    try AWSConfiguration.read(
      AWSSettings(
        profile: profile.map { Setting($0, Source(.configuration, "aws.profile")) },
        region: region.map { Setting($0, Source(.configuration, "aws.region")) }),
      host: home.host(UnavailableWorld(), UnavailableWorld()))
  }

  @Test func goesThroughTheSourcesInBotocoresOrder() throws {
    let home = try AWSHome()
    let role = "role_arn = arn:aws:iam::123456789012:role/r\nsource_profile = default\n"
    // Each step adds a source that goes before all those added until then.
    let steps: [(AWSCredentialKind, String, () throws -> Void)] = [
      (
        .container, "environment: AWS_CONTAINER_CREDENTIALS_FULL_URI",
        { home.variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "http://127.0.0.1:1/" }
      ),
      (.configFile, "config-file: dev", { try home.write(".aws/config", AWSKeys.invented.section("profile dev")) }),
      (
        .process, "config-file: dev",
        { try home.write(".aws/config", AWSKeys.invented.section("profile dev", "credential_process = x")) }
      ),
      (
        .sharedCredentialsFile, "shared-credentials-file: dev",
        { try home.write(".aws/credentials", AWSKeys.invented.section("dev") + AWSKeys.invented.section("default")) }
      ),
      (
        .sso, "config-file: dev",
        { try home.write(".aws/config", AWSKeys.invented.section("profile dev", "sso_account_id = 123456789012")) }
      ),
      (
        .webIdentity, "environment: AWS_WEB_IDENTITY_TOKEN_FILE",
        { home.variables["AWS_WEB_IDENTITY_TOKEN_FILE"] = "/token" }
      ),
      (.assumeRole, "config-file: dev", { try home.write(".aws/config", "[profile dev]\n" + role) }),
      (
        .environment, "environment: AWS_ACCESS_KEY_ID",
        { home.variables.merge(AWSKeys.invented.variables) { $1 } }
      ),
    ]
    home.variables["AWS_PROFILE"] = "dev"
    for (kind, source, add) in steps {
      try add()
      let found = try read(home).credentials
      #expect(found.kind == kind)
      #expect(found.source?.description == source)
    }
    // A profile that is named as `--profile` does goes before the variables.
    #expect(try read(home, explicit: "dev").credentials.kind == .assumeRole)
    try home.write(".aws/config", "")
    #expect(try read(home, explicit: "dev").credentials.kind == .sharedCredentialsFile)
  }

  @Test func findsNone() throws {
    let home = try AWSHome()
    home.variables["AWS_SECRET_ACCESS_KEY"] = "x"
    #expect(try read(home).credentials.kind == nil)
  }

  @Test func takesAnOptionFromTheCredentialsFileFirst() throws {
    let home = try AWSHome()
    try home.write(".aws/config", "[default]\nregion = a\noutput = json\n")
    try home.write(".aws/credentials", "[default]\nregion = b\n")
    let region = try read(home).region
    #expect(region?.value == "b")
    #expect(region?.source.description == "shared-credentials-file: default")
  }

  @Test func findsTheRegion() throws {
    let home = try AWSHome()
    try home.write(".aws/config", "[default]\nregion = of-default\n[profile dev]\nregion = of-dev\n")
    #expect(try read(home).region?.value == "of-default")
    home.variables["AWS_PROFILE"] = "dev"
    #expect(try read(home).region == Setting("of-dev", Source(.awsConfigFile, "dev")))
    home.variables["AWS_DEFAULT_REGION"] = "second"
    #expect(try read(home).region == Setting("second", Source(.environment, "AWS_DEFAULT_REGION")))
    home.variables["AWS_REGION"] = "first"
    #expect(try read(home).region == Setting("first", Source(.environment, "AWS_REGION")))
    #expect(try read(home, region: "own").region == Setting("own", Source(.configuration, "aws.region")))
  }

  /// The hosts are those of botocore's endpoint rules.
  @Test(
    arguments: [
      (nil, false, "https://sts.amazonaws.com/", "us-east-1"),
      ("eu-west-1", false, "https://sts.eu-west-1.amazonaws.com/", "eu-west-1"),
      ("eu-west-1", true, "https://sts.amazonaws.com/", "us-east-1"),
      ("eu-south-1", true, "https://sts.eu-south-1.amazonaws.com/", "eu-south-1"),
      ("cn-north-1", false, "https://sts.cn-north-1.amazonaws.com.cn/", "cn-north-1"),
      ("us-gov-west-1", false, "https://sts.us-gov-west-1.amazonaws.com/", "us-gov-west-1"),
      ("us-iso-east-1", false, "https://sts.us-iso-east-1.c2s.ic.gov/", "us-iso-east-1"),
      ("us-isob-east-1", false, "https://sts.us-isob-east-1.sc2s.sgov.gov/", "us-isob-east-1"),
    ] as [(String?, Bool, String, String)])
  func findsTheEndpointOfARegion(region: String?, isLegacy: Bool, url: String, signing: String) throws {
    let home = try AWSHome()
    home.variables["AWS_REGION"] = region
    if isLegacy { home.variables["AWS_STS_REGIONAL_ENDPOINTS"] = "legacy" }
    let endpoint = try read(home).endpoint
    #expect(endpoint?.url == url)
    #expect(endpoint?.signingRegion == signing)
  }

  @Test func findsAConfiguredEndpoint() throws {
    let home = try AWSHome()
    let profile = "[default]\nendpoint_url = http://profile\nservices = here\n"
    try home.write(".aws/config", profile)
    #expect(try read(home).servicesAreMissing)
    try home.write(".aws/config", profile + "[services here]\nsts =\n  endpoint_url = http://services\n")
    #expect(try !read(home).servicesAreMissing)
    #expect(try read(home).endpoint?.url == "http://services")
    try home.write(".aws/config", profile + "[services here]\ns3 =\n  endpoint_url = http://services\n")
    #expect(try read(home).endpoint?.url == "http://profile")
    home.variables["AWS_ENDPOINT_URL"] = "http://all"
    #expect(try read(home).endpoint?.url == "http://all")
    home.variables["AWS_ENDPOINT_URL_STS"] = "http://sts"
    #expect(try read(home).endpoint?.url == "http://sts")
    home.variables["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] = "True"
    #expect(try read(home).endpoint?.url == "https://sts.amazonaws.com/")
  }

  @Test func showsNoPasswordOfAnEndpoint() throws {
    let home = try AWSHome()
    home.variables["AWS_ENDPOINT_URL"] = "https://me:pass@word@host.example:8443/path?q=1"
    #expect(try read(home).endpoint?.shown == "host.example:8443")
    home.variables["AWS_ENDPOINT_URL"] = "localhost:4566"
    #expect(try read(home).endpoint == nil)
  }

  @Test(arguments: ["us-east-1", "eusc-de-east-1", "Local1"])
  func acceptsARegion(name: String) { #expect(AWSRegion.isValid(name)) }

  @Test(arguments: [
    "", "a.b", "evil.example/#", "-a", "a-", "123", "a b", "ä", String(repeating: "a", count: 64), "a@b",
  ])
  func refusesWhatIsNoRegion(name: String) { #expect(!AWSRegion.isValid(name)) }

  @Test func findsTheAuthorities() throws {
    let home = try AWSHome()
    try home.write(".aws/config", "[default]\nca_bundle = /profile.pem\n")
    #expect(try read(home).authorities == "/profile.pem")
    home.variables["AWS_CA_BUNDLE"] = "/variable.pem"
    #expect(try read(home).authorities == "/variable.pem")
  }

  @Test func givesTheCommandLineOneProfileAndNothingOfPythons() throws {
    let home = try AWSHome()
    try home.write(".aws/config", "[profile one]\n[profile two]\n")
    home.variables.merge([
      "AWS_PROFILE": "one", "AWS_DEFAULT_PROFILE": "two", "PYTHONHOME": "/nonexistent", "PYTHONPATH": "/x", "KEPT": "y",
    ]) { $1 }
    let byVariable = AWSCommandLine(configuration: try read(home))
    #expect(byVariable.environment["AWS_PROFILE"] == "one")
    #expect(byVariable.environment["AWS_DEFAULT_PROFILE"] == nil)
    #expect(byVariable.environment["PYTHONHOME"] == nil && byVariable.environment["PYTHONPATH"] == nil)
    #expect(byVariable.environment["KEPT"] == "y")
    #expect(!byVariable.arguments.contains("--profile"))
    let byOption = AWSCommandLine(configuration: try read(home, explicit: "two", region: "r"))
    #expect(byOption.environment["AWS_PROFILE"] == nil)
    #expect(
      byOption.arguments == ["sts", "get-caller-identity", "--output", "json", "--profile", "two", "--region", "r"])
  }

  @Test(
    arguments: [
      ("a b\tc\n", ["a", "b", "c"]), ("profile \"my dev\"", ["profile", "my dev"]),
      ("profile my\\ dev", ["profile", "my dev"]),
      ("'a\\b'\"c\\\"d\\e\"", ["a\\bc\"d\\e"]), ("''", [""]), ("", []), ("\"open", nil), ("end\\", nil),
    ] as [(String, [String]?)])
  func splitsWordsAsAShell(text: String, words: [String]?) { #expect(ShellSplit.words(text) == words) }
}
