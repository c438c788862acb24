import HandoffModel
import HandoffProject
import HandoffSystem
import HandoffText

/// What is wrong, with what mends it.
struct AWSFindings: Sendable {
  /// How it should be: as recorded, else as it is.
  let setup: AWSSetup
  /// How it is; nil when the files could not be read.
  let configuration: AWSConfiguration?
  /// What stands here of a path.
  let shown: @Sendable (String) -> String
  /// The door to the world.
  let host: Host

  static let identity: [FactID] = ["aws.account", "aws.principal"]
  static let everything: [FactID] = identity + ["aws.credentials", "aws.profile", "aws.region"]

  var profile: Untrusted { Untrusted(configuration?.profileName ?? "default") }
  var endpoint: Untrusted { Untrusted(configuration?.endpoint?.shown ?? "") }
  var kind: AWSCredentialKind? { configuration?.credentials.kind }

  /// Who is asked: the endpoint, or whomever the AWS CLI asks.
  var server: Message {
    if case .keys? = configuration?.credentials { "\(endpoint)" } else { "AWS" }
  }

  /// A path as this process finds it.
  func absolute(_ path: String) -> String { path.hasPrefix("/") ? path : "\(host.workingDirectory)/\(path)" }

  var check: Remedy { Remedy(setup.check, "check") }

  func finding(
    _ id: String, _ severity: Status, _ message: Message, _ remedies: [Remedy], facts: [FactID] = identity
  ) -> Finding {
    var seen: Set<ShellCommand> = []
    return Finding(
      id, severity, message, remedies: (remedies + [check]).filter { seen.insert($0.command).inserted }, facts: facts)
  }

  // MARK: Warnings

  /// Two variables name different regions.
  func regionConflict(_ first: String, _ second: String) -> Finding {
    let words: Message =
      """
      AWS_REGION is \(Untrusted(first)) and AWS_DEFAULT_REGION is \(Untrusted(second)); the AWS CLI 1 uses the second, \
      the AWS CLI 2 and the SDKs the first
      """
    let meant = setup.region?.value
    let variables = AWSRegion.variables
    let fix: Remedy =
      if let meant, meant == second, meant != first {
        Remedy(.export(variables[0], second), "make both the same")
      } else {
        Remedy(.export(variables[1], first), "make both the same")
      }
    return Finding("aws.region-conflict", .warning, words, remedies: [fix], facts: ["aws.region"])
  }

  /// Two variables name different profiles.
  func profileConflict(_ first: String, _ second: String) -> Finding {
    let words: Message =
      """
      AWS_PROFILE is \(Untrusted(first)) and AWS_DEFAULT_PROFILE is \(Untrusted(second)); the AWS CLI 1 and boto3 use the \
      second, the AWS CLI 2 and the other SDKs the first
      """
    let meant = setup.profile?.value ?? configuration?.profileName
    let fix =
      meant == second
      ? Remedy(.unset("AWS_PROFILE"), "use profile \(Untrusted(second)) everywhere")
      : Remedy(.unset("AWS_DEFAULT_PROFILE"), "use profile \(Untrusted(first)) everywhere")
    return Finding("aws.profile-conflict", .warning, words, remedies: [fix], facts: ["aws.profile"])
  }

  /// Keys in the environment go before the profile that AWS_PROFILE names.
  func shadowedProfile() -> Finding {
    var unset = ShellVariables()
    unset.unset = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN"].filter {
      configuration?.environment.variables[$0] != nil
    }
    let variable =
      configuration?.profile?.source.detail == "AWS_DEFAULT_PROFILE" ? "AWS_DEFAULT_PROFILE" : "AWS_PROFILE"
    let useProfile = unset.command.map { Remedy($0, "use the profile") }
    let useKeys = Remedy(.unset(variable), "use the keys")
    if let configuration, configuration.assumesWithKeys(configuration.profileName) {
      return finding(
        "aws.shadowed-profile", .warning,
        """
        AWS_ACCESS_KEY_ID is set, so the role of profile \(profile) is not assumed: it is assumed with those keys, and \
        only where \(Untrusted("--profile")) names the profile
        """, [useKeys], facts: ["aws.credentials", "aws.profile"])
    }
    return finding(
      "aws.shadowed-profile", .warning,
      "AWS_ACCESS_KEY_ID is set, so the credentials of profile \(profile) are not used",
      setup.isRecorded && setup.kind == .environment
        ? [useKeys] + [useProfile].compactMap(\.self) : [useProfile].compactMap(\.self) + [useKeys],
      facts: ["aws.credentials", "aws.profile"])
  }

  /// A file that may not be read, which the AWS CLI passes over.
  /// - Parameter facts: what can therefore not be known; empty where everything was found elsewhere.
  func unreadable(_ path: String, facts: [FactID]) -> Finding {
    let shown = ShellPath(shown(path))
    return finding(
      "aws.unreadable-config", facts.isEmpty ? .warning : .unknown,
      "\(Untrusted(self.shown(path))) cannot be read by this user, or is too long",
      [
        Remedy(.makeReadable(shown), "makes it yours to read"),
        Remedy(shown.command("ls", "-ld"), "shows what it is and who may read it"),
      ], facts: facts.isEmpty ? ["aws.credentials"] : facts)
  }

  /// It works, and is another account, principal, region, profile or source than recorded.
  func notAsRecorded(_ facts: [FactID]) -> Finding? {
    guard !facts.isEmpty else { return nil }
    let recorded = setup.source.map { " (with credentials from \($0.message))" } ?? Message()
    var parts: AWSSetup.Parts = []
    if facts.contains("aws.region") { parts.insert(.region) }
    if facts.contains(where: { $0 != "aws.region" }) { parts.insert(.profile) }
    if facts.contains(where: { $0 != "aws.region" && $0 != "aws.profile" }) { parts.insert(.keys) }
    return finding(
      "aws.not-as-recorded", .warning, "AWS is configured otherwise than the handoff recorded it\(recorded)",
      setup.restore(parts) + (parts.contains(.region) ? regionOfProfile : []), facts: facts)
  }

  /// Writes the recorded region into the profile where it was.
  private var regionOfProfile: [Remedy] {
    guard let configuration, setup.isRecorded, let region = setup.region, region.source.kind == .awsConfigFile,
      let profile = configuration.files.profiles[region.source.detail], profile.credentials?["region"] == nil,
      profile["region"] != region.value
    else { return [] }
    let words = ["aws", "configure", "set", "region", region.value]
    let named = region.source.detail == "default" ? [] : ["--profile", region.source.detail]
    return [Remedy(.run(words + named), "write the region into the profile")]
  }

  // MARK: Configuration

  /// A file that cannot be parsed.
  static func malformed(_ mistake: AWSFiles.Mistake, shown: String, check: ShellCommand) -> Finding {
    let path = ShellPath(shown)
    let reason: Message =
      switch mistake.mistake.reason {
      case .noSection: "an option stands before any [section]"
      case .notAnOption: "is neither a [section] nor an option"
      case .sectionTwice: "this section stands twice in the file"
      case .optionTwice: "this option stands twice in its section"
      case .notUTF8: "is not UTF-8"
      case .notNested: "an indented line below is not name = value"
      }
    return Finding(
      "aws.malformed-config", .failure, "\(Untrusted(shown)), line \(mistake.mistake.line): \(reason)",
      remedies: [Remedy(.edit(path, line: mistake.mistake.line), "mend the line"), Remedy(check, "check")],
      facts: everything)
  }

  /// The region is no region's name.
  func invalidRegion(_ region: Setting<String>) -> Finding {
    let again: Remedy =
      if region.source.kind == .environment {
        Remedy(.export(region.source.detail, "..."), "name a region")
      } else {
        Remedy(.run(["aws", "configure", "set", "region", "..."] + setup.profileWords), "name a region")
      }
    let restore = setup.isRecorded ? setup.restore(.region) + regionOfProfile : []
    return finding(
      "aws.invalid-region", .failure,
      "\(Untrusted(region.value)) is no name of a region; it is from \(region.source.message)",
      restore.isEmpty ? [again] : restore, facts: Self.everything)
  }

  /// The endpoint is no URL.
  func invalidEndpoint() -> Finding {
    finding(
      "aws.invalid-endpoint", .failure, "the endpoint that is configured for AWS is no http or https URL",
      [Remedy(.unset("AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL"), "use AWS's own endpoint")])
  }
}
