import HandoffModel
import HandoffProject
import HandoffText

/// How AWS was or is configured, and the commands that configure it so. Values of credentials never stand in them: what
/// only the user knows is `...`.
struct AWSSetup: Sendable {
  /// A named value, and where it was named.
  struct Named: Hashable, Sendable {
    var value: String
    var source: Source
  }

  /// Whether a handoff recorded it.
  private(set) var isRecorded = false
  /// Where credentials come from, or nil when nobody knows.
  var kind: AWSCredentialKind?
  /// Where exactly.
  var source: Source?
  /// The profile.
  var profile: Named?
  /// The region.
  var region: Named?
  /// Whether the credentials have a session token.
  var isTemporary = false
  /// Dotenv files that name credentials, relative to the root.
  var dotenvFiles: [String] = []
  /// Whether it is a further profile, which is named in each command and never selected for the session.
  private var isFurther = false
  /// The folders and variables of now, which a command has to undo.
  var present: Present

  /// What is set now.
  struct Present: Hashable, Sendable {
    /// Variables that are set, of those that name a profile, a region or credentials.
    var variables: [String: String] = [:]
    /// The profile that was named as `--profile` does, or nil.
    var explicitProfile: String?
    /// The profiles that assume a role with the keys of the environment.
    var profilesWithKeys: Set<String> = []
    /// Sets the other variables that say where AWS and its files are.
    var surroundings: [GuideStep] = []
  }

  /// How it was when a handoff recorded it, or nil when that recorded no AWS.
  init?(recorded: Observation?, _ settings: AWSSettings, _ present: Present) {
    guard let recorded, let credentials = recorded.fact("aws.credentials"),
      let kind = credentials.value.string.flatMap(AWSCredentialKind.init)
    else { return nil }
    self.init(facts: recorded.facts, kind: kind, source: credentials.source, settings, present)
    isRecorded = true
  }

  /// How it is now, by its facts.
  init(
    facts: [Fact], kind: AWSCredentialKind?, source: Source?, _ settings: AWSSettings, _ present: Present
  ) {
    func named(_ id: FactID) -> Named? {
      guard let fact = facts.first(where: { $0.id == id }), let text = fact.value.string, !text.isEmpty else {
        return nil
      }
      return Named(value: text, source: fact.source)
    }
    self.kind = kind
    self.source = source
    self.present = present
    isFurther = settings.name != nil
    profile = named("aws.profile")
    region = named("aws.region")
    dotenvFiles = kind == nil || usesKeys ? settings.dotenvFiles : []
    let principal = named("aws.principal")?.value ?? ""
    isTemporary =
      kind == .assumeRole
      ? present.variables["AWS_SESSION_TOKEN"] != nil
      : principal.contains(":assumed-role/") || principal.contains(":federated-user/")
  }

  /// Whether keys in the environment are needed: for themselves, or to assume the role with.
  private var usesKeys: Bool {
    kind == .environment
      || (kind == .assumeRole && profile.map { present.profilesWithKeys.contains($0.value) } ?? false)
  }

  // MARK: Commands

  /// The profile to name after `--profile`, or nil where a variable or the default does.
  private var explicitProfile: String? { present.explicitProfile }

  /// Asks the AWS CLI who we are.
  var check: ShellCommand {
    .run(["aws", "sts", "get-caller-identity"] + (explicitProfile.map { ["--profile", $0] } ?? []))
  }

  /// The words that name the profile to the AWS CLI, where they are needed.
  var profileWords: [String] {
    guard let name = explicitProfile ?? profile?.value, name != "default" || explicitProfile != nil else { return [] }
    return ["--profile", name]
  }

  /// Logs in to single sign-on, or to the console's sign-in.
  var login: ShellCommand {
    .run(["aws"] + (kind == .login ? ["login"] : ["sso", "login"]) + profileWords)
  }

  /// Writes a profile's credentials, asking for each.
  var configure: ShellCommand {
    .run(["aws", "configure"] + (kind == .sso ? ["sso"] : []) + profileWords)
  }

  private static let keys = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"]

  /// What of a configuration is to be set up again.
  struct Parts: OptionSet, Sendable {
    let rawValue: Int
    /// The credentials that are given by variables.
    static let keys = Parts(rawValue: 1)
    /// Which profile is used, and that nothing goes before it.
    static let profile = Parts(rawValue: 2)
    /// The region.
    static let region = Parts(rawValue: 4)
    static let all: Parts = [.keys, .profile, .region]
  }

  /// The variables that have to be set and removed for this configuration.
  /// - Parameters:
  ///   - parts: for these parts of it.
  ///   - regardless: whatever is set now; otherwise only what is not set so.
  private func changes(_ parts: Parts = .all, regardless: Bool) -> ShellVariables {
    var result = ShellVariables()
    if isFurther { return result }
    if parts.contains(.keys) { result.set += keyVariables.map { ($0, "...") } }
    if parts.contains(.profile) { addProfile(&result, regardless) }
    if parts.contains(.region) { addRegion(&result, regardless) }
    return result
  }

  /// The variables that give the credentials or say where they are; what they hold only the user knows.
  private var keyVariables: [String] {
    switch kind {
    case _ where usesKeys: isTemporary ? Self.keys : Array(Self.keys.dropLast())
    case .webIdentity where source?.kind == .environment: ["AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE"]
    case .container:
      ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI"].filter { $0 == source?.detail }
    default: []
    }
  }

  private func addProfile(_ result: inout ShellVariables, _ regardless: Bool) {
    // Beside AWS_PROFILE, the keys would be used and not the role.
    if usesKeys, kind == .assumeRole { return }
    if kind != nil, !usesKeys, explicitProfile == nil {
      // Keys in the environment go before every profile that is not named by an option.
      result.unset += (Self.keys + ["AWS_SECURITY_TOKEN"]).filter { present.variables[$0] != nil }
    }
    if kind == .instance { result.unset += ["AWS_EC2_METADATA_DISABLED"].filter { present.variables[$0] != nil } }
    let profileVariables = AWSConfiguration.profileVariables
    let isNamed = profile?.source.kind == .environment || profile?.source.kind == .configuration
    if let profile, isNamed, regardless || explicitProfile == nil {
      let name = profileVariables.first { $0 == profile.source.detail } ?? profileVariables[0]
      if regardless || present.variables[name] != profile.value { result.set.append((name, profile.value)) }
      // Which of the two goes first depends on the program.
      result.unset += profileVariables.filter { other in
        other != name && present.variables[other].map { $0 != profile.value } ?? false
      }
    } else if kind != nil, explicitProfile == nil {
      result.unset += profileVariables.filter { present.variables[$0] != nil && !regardless }
    }
  }

  private func addRegion(_ result: inout ShellVariables, _ regardless: Bool) {
    let regionIsConfigured = region?.source.kind == .configuration
    if let region, region.source.kind == .environment || (regionIsConfigured && regardless) {
      let name = AWSRegion.variables.first { $0 == region.source.detail } ?? AWSRegion.variables[0]
      // Some programs read the one, some the other; the AWS CLI 1 reads only the latter.
      for name in regionIsConfigured ? AWSRegion.variables : [name]
      where regardless || present.variables[name] != region.value {
        result.set.append((name, region.value))
      }
      if name != AWSRegion.variables[0], let other = present.variables[AWSRegion.variables[0]], other != region.value {
        result.unset.append(AWSRegion.variables[0])
      }
    } else if region != nil, !regardless, !regionIsConfigured {
      result.unset += AWSRegion.variables.filter { present.variables[$0] != nil }
    }
  }

  /// The commands that configure it again, best first; without the check.
  var restore: [Remedy] { restore(.all) }

  /// The commands that configure parts of it again, best first; without the check.
  ///
  /// Variables whose values only the user knows are set for `.keys` alone: elsewhere that would overwrite good ones.
  func restore(_ parts: Parts) -> [Remedy] {
    var remedies: [Remedy] = []
    if parts.contains(.keys) {
      remedies += dotenvFiles.map { Remedy(ShellCommand.load(dotenv: $0), "load the variables of \(Untrusted($0))") }
    }
    if let command = changes(parts, regardless: false).command {
      let setsKeys = parts.contains(.keys) && usesKeys
      remedies.append(Remedy(command, setsKeys ? "set the credentials again" : "configure it as recorded"))
    }
    if !parts.contains(.keys) { return remedies }
    switch kind {
    case .sso, .login: remedies.append(Remedy(login, "log in again"))
    case .sharedCredentialsFile, .configFile: remedies.append(Remedy(configure, "write the profile's credentials"))
    case nil:
      remedies.append(Remedy(ShellCommand.export("AWS_PROFILE", "..."), "select a profile"))
      remedies.append(Remedy(configure, "make a profile"))
    default: break
    }
    return remedies
  }

  /// How to configure it in a new session.
  var steps: [GuideStep] {
    var steps = dotenvFiles.map { GuideStep(ShellCommand.load(dotenv: $0), "load the variables of \(Untrusted($0))") }
    let changes = changes(regardless: true)
    for (name, value) in changes.set where dotenvFiles.isEmpty || !Self.keys.contains(name) {
      let description: Message =
        switch name {
        case "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI":
          "the container sets it"
        case "AWS_PROFILE", "AWS_DEFAULT_PROFILE": "select the profile"
        case "AWS_REGION", "AWS_DEFAULT_REGION": "select the region"
        default: "fill in your own"
        }
      steps.append(GuideStep(.export(name, value), description))
    }
    if kind != nil { steps += present.surroundings }
    switch kind {
    case .sso, .login: steps.append(GuideStep(login.unless(check), "log in, once the session has expired"))
    case .sharedCredentialsFile, .configFile:
      let known = ShellCommand.run(["aws", "configure", "get", "aws_access_key_id"] + profileWords)
      steps.append(GuideStep(configure.unless(known), "only on a machine where the profile does not exist yet"))
    case nil where steps.isEmpty:
      steps.append(GuideStep(configure, "make a profile, which asks for its keys; or:"))
      steps.append(GuideStep(.run("aws", "sso", "login", "--profile", "..."), "log in to single sign-on; or:"))
      steps += Self.keys.dropLast().map { GuideStep(.export($0, "..."), "fill in your own") }
    default: break
    }
    return steps
  }
}
