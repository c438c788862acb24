public import HandoffModel
public import HandoffProject
import HandoffSystem
import HandoffText

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Which AWS account and principal the credentials here belong to, and where they come from.
///
/// The credentials are those that the AWS CLI would use. Keys are signed with by ourselves; for every other source the
/// AWS CLI is asked. No credential, and no text of an answer's error, gets into what is returned.
public struct AWSProbe: Probe {
  /// `aws`.
  public let area = "aws"
  private let settings: AWSSettings

  /// Takes what the project says about AWS.
  public init(_ settings: AWSSettings) {
    self.settings = settings
  }

  /// What it is called in documents.
  public static let title: StaticString = "AWS"

  /// One, where the project uses AWS.
  public static func probes(for project: Project) -> [ProbeUse] {
    project.aws.probes("aws") { [AWSProbe($0)] }
      + project.furtherAWS.compactMap { further in
        further.name.map { .used(NamedProbe(base: AWSProbe(further), name: $0)) }
      }
  }

  /// What the settings and the user's files name: profile, region, and the account of the role to take.
  public func settled(_ context: ProbeContext) -> [SettledValue] {
    guard let configuration = try? AWSConfiguration.read(settings, host: context.host) else { return [] }
    let profile = configuration.files.profiles[configuration.profileName]
    let roles = [profile?["role_arn"], configuration.environment["AWS_ROLE_ARN"]].compactMap(\.self)
    // arn:aws:iam::ACCOUNT:role/NAME
    let accounts = roles.compactMap { role in
      let parts = role.split(separator: ":", omittingEmptySubsequences: false)
      return parts.count > 4 ? String(parts[4]) : nil
    }
    let named: [(FactID, [String?])] = [
      ("aws.profile", [configuration.profile?.value]), ("aws.region", [configuration.region?.value]),
      ("aws.account", accounts + [profile?["sso_account_id"]]), ("aws.principal", roles),
    ]
    return named.flatMap { fact, texts in texts.compactMap(\.self).map { SettledValue(fact, $0) } }
  }

  /// Measures.
  public func observe(_ context: ProbeContext) async -> Observation {
    let present = AWSSetup.Present(
      variables: context.host.environment.variables.filter { $0.key.hasPrefix("AWS_") && !$0.value.isEmpty },
      explicitProfile: settings.profile.flatMap { $0.source.kind == .environment ? nil : $0.value },
      surroundings: Self.surroundings(context))
    do throws(AWSFiles.Mistake) {
      let configuration = try await read(context.host, deadline: context.deadline)
      return await measure(configuration, present, context)
    } catch {
      let setup =
        AWSSetup(recorded: context.expected?.observation(area), settings, present)
        ?? AWSSetup(facts: [], kind: nil, source: nil, settings, present)
      let finding = AWSFindings.malformed(error, shown: context.shown(error.path), check: setup.check)
      return observation([], [finding], Message(), setup)
    }
  }

  /// What the files and the variables say. Where the two variables that name a profile disagree, the version of the AWS
  /// CLI decides.
  private func read(_ host: Host, deadline: Deadline) async throws(AWSFiles.Mistake) -> AWSConfiguration {
    var defaultGoesFirst = false
    if AWSConfiguration.conflictingProfiles(settings, host.environment) != nil {
      defaultGoesFirst = await AWSCommandLine.isVersionOne(host, deadline: deadline)
    }
    return try AWSConfiguration.read(settings, host: host, defaultGoesFirst: defaultGoesFirst)
  }

  /// What is known of a configuration, and who AWS says that we are.
  private func measure(
    _ configuration: AWSConfiguration, _ present: AWSSetup.Present, _ context: ProbeContext
  ) async -> Observation {
    let host = context.host
    var present = present
    present.profilesWithKeys = Set(configuration.files.profiles.keys.filter(configuration.assumesWithKeys))
    let recorded = AWSSetup(recorded: context.expected?.observation(area), settings, present)
    var facts = Self.facts(of: configuration, AWSCaches(configuration: configuration, host: host))
    func setup() -> AWSSetup {
      let credentials = configuration.credentials
      return AWSSetup(facts: facts, kind: credentials.kind, source: credentials.source, settings, present)
    }
    func findings() -> AWSFindings {
      AWSFindings(setup: recorded ?? setup(), configuration: configuration, shown: { context.shown($0) }, host: host)
    }
    let warnings = warnings(configuration, findings())
    var found: [Finding] = []
    var isLost = false
    switch await identity(configuration, findings(), context) {
    case .success(let identity):
      facts += Self.facts(of: identity, configuration)
      // The AWS CLI may have written its cache just now.
      facts.removeAll { $0.id == "aws.expires" }
      facts += Self.expiry(AWSCaches(configuration: configuration, host: host))
      let unknown = warnings.filter { $0.severity == .unknown }
      let different = Self.differences(context.expected?.observation(area), facts).filter { id in
        !unknown.contains { $0.names(id) }
      }
      if recorded != nil, let finding = findings().notAsRecorded(different) { found.append(finding) }
    case .failure(let lost):
      found.append(lost.finding)
      isLost = true
    }
    found += warnings.filter { warning in !found.contains { $0.id == warning.id } }
    return observation(facts, found, Self.summary(facts, configuration), isLost ? recorded ?? setup() : setup())
  }

  private func observation(
    _ facts: [Fact], _ findings: [Finding], _ summary: Message, _ setup: AWSSetup
  ) -> Observation {
    Observation(
      probe: area, facts: facts, findings: findings, summary: summary, setup: setup.steps,
      verification: [GuideStep(setup.check, "asks AWS who you are")])
  }

  /// Why there is no identity.
  private struct Lost: Error {
    let finding: Finding
  }

  private func identity(
    _ configuration: AWSConfiguration, _ findings: AWSFindings, _ context: ProbeContext
  ) async -> Result<AWSIdentity, Lost> {
    if let path = configuration.decisiveUnreadable {
      return .failure(Lost(finding: findings.unreadable(path, facts: AWSFindings.everything)))
    }
    if configuration.profileIsMissing { return .failure(Lost(finding: findings.failure(.profileMissing))) }
    if let region = configuration.region, !AWSRegion.isValid(region.value) {
      return .failure(Lost(finding: findings.invalidRegion(region)))
    }
    if configuration.servicesAreMissing { return .failure(Lost(finding: findings.failure(.invalidConfiguration))) }
    guard let endpoint = configuration.endpoint else { return .failure(Lost(finding: findings.invalidEndpoint())) }
    let caches = AWSCaches(configuration: configuration, host: context.host)
    do {
      switch configuration.credentials {
      case .none: throw AWSFailure.noCredentials
      case .partial(_, _, let missing): return .failure(Lost(finding: findings.partial(missing: missing)))
      case .noSourceProfile(let name, _): return .failure(Lost(finding: findings.sourceProfileMissing(name)))
      case .keys(let keys, let kind, _):
        if !keys.isSendable { return .failure(Lost(finding: findings.unsendable())) }
        let now = Int(context.host.now().timeIntervalSince1970)
        // The AWS CLI does not even try keys that the environment says have ended.
        if kind == .environment, let end = caches.expiry?.time, end <= now { throw AWSFailure.expired }
        if configuration.wantsOtherEndpoint, !endpoint.isCustom {
          return .success(
            try await AWSCommandLine(configuration: configuration).ask(context.host, deadline: context.deadline))
        }
        let request = STSRequest(keys: keys, endpoint: endpoint, authorities: configuration.authorities)
        return .success(try await request.send(context.host, deadline: context.deadline))
      case .viaCommandLine:
        if let finding = findings.withoutAsking(caches) { return .failure(Lost(finding: finding)) }
        return .success(
          try await AWSCommandLine(configuration: configuration).ask(context.host, deadline: context.deadline))
      }
    } catch let failure as AWSFailure {
      return .failure(Lost(finding: findings.failure(await endpoint.explained(caches.explained(failure), context))))
    } catch {
      return .failure(Lost(finding: findings.failure(.unexpectedAnswer(.garbage))))
    }
  }

  private func warnings(_ configuration: AWSConfiguration, _ findings: AWSFindings) -> [Finding] {
    // The region may be named there.
    let region: [FactID] = configuration.region == nil ? ["aws.region"] : []
    var found = configuration.files.unreadable.map { findings.unreadable($0, facts: region) }
    if let (first, second) = configuration.conflictingRegions { found.append(findings.regionConflict(first, second)) }
    if let (first, second) = AWSConfiguration.conflictingProfiles(settings, configuration.environment) {
      found.append(findings.profileConflict(first, second))
    }
    if configuration.isShadowed, !configuration.profileIsMissing { found.append(findings.shadowedProfile()) }
    return found
  }

  /// Sets the variables that say where AWS and its files are, as they are set now. Of a URL with a user, a password or
  /// a query, only the name is told.
  private static func surroundings(_ context: ProbeContext) -> [GuideStep] {
    let environment = context.host.environment
    let files = ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_CA_BUNDLE"].compactMap { name in
      environment[name].map { GuideStep(.export(name, path: context.shown($0)), "name the file") }
    }
    let places = ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_STS", "AWS_EC2_METADATA_SERVICE_ENDPOINT"].compactMap { name in
      environment[name].map { url in
        GuideStep(.export(name, url.contains { "@?#".contains($0) } ? "..." : url), "name the endpoint")
      }
    }
    return files + places
  }

  // MARK: Facts

  private static func facts(of configuration: AWSConfiguration, _ caches: AWSCaches) -> [Fact] {
    var facts = expiry(caches)
    if let region = configuration.region, AWSRegion.isValid(region.value) {
      facts.append(Fact("aws.region", .identity, .string(region.value), source: region.source))
    }
    if let kind = configuration.credentials.kind, let source = configuration.credentials.source {
      facts.append(Fact("aws.credentials", .state, .string(kind.rawValue), source: source))
    }
    if let profile = configuration.profile, !configuration.profileIsMissing {
      facts.append(Fact("aws.profile", .state, .string(profile.value), source: profile.source))
    } else if configuration.profile == nil, configuration.usesDefaultProfile {
      facts.append(Fact("aws.profile", .state, "default", source: Source(.defaultValue, "the AWS CLI")))
    }
    return facts
  }

  private static func facts(of identity: AWSIdentity, _ configuration: AWSConfiguration) -> [Fact] {
    let source = configuration.credentials.source ?? Source(.unknown)
    return [
      Fact("aws.account", .identity, .string(identity.account), source: source),
      Fact("aws.principal", .identity, .string(identity.principal), source: source),
    ]
  }

  private static func expiry(_ caches: AWSCaches) -> [Fact] {
    guard let (time, source) = caches.expiry else { return [] }
    return [Fact("aws.expires", .volatile, .string(Timestamp.format(time)), source: source)]
  }

  /// The facts that are there and were recorded with another value.
  private static func differences(_ recorded: Observation?, _ facts: [Fact]) -> [FactID] {
    guard let recorded else { return [] }
    let compared = Self.facts.filter { $0.factClass != .volatile }.map { FactID($0.pattern) }
    return compared.filter { id in
      guard let before = recorded.fact(id) else { return false }
      return facts.first { $0.id == id }?.value != before.value
    }
  }

  /// `account 695353648052 · us-east-1 · profile dev`.
  private static func summary(_ facts: [Fact], _ configuration: AWSConfiguration) -> Message {
    func value(_ id: FactID) -> Untrusted? {
      facts.first { $0.id == id }?.value.string.map(Untrusted.init)
    }
    guard let account = value("aws.account") else { return Message() }
    var parts: [Message] = ["account \(account)"]
    if let region = value("aws.region") { parts.append("\(region)") }
    if !configuration.isShadowed, let profile = value("aws.profile") {
      parts.append("profile \(profile)")
    } else if let kind = value("aws.credentials") {
      parts.append("credentials from \(kind)")
    }
    return .joined(parts, separator: " · ")
  }
}
