import HandoffModel
import HandoffProject
import HandoffSystem

/// How AWS is configured here: all that is known before anybody is asked.
struct AWSConfiguration: Sendable {
  /// The two files.
  let files: AWSFiles
  /// The profile that was named, or nil; then the AWS CLI takes `default` if it is there.
  let profile: Setting<String>?
  /// Whether the profile was named as `--profile` does.
  let isExplicit: Bool
  /// The region, or nil.
  let region: Setting<String>?
  /// The credentials.
  let credentials: AWSCredentials
  /// The variables.
  let environment: ProcessEnvironment

  /// The profile that options are looked up in.
  var profileName: String { profile?.value ?? "default" }

  /// Whether a profile was named that is in neither file. The AWS CLI then refuses to work, whatever else is set.
  var profileIsMissing: Bool { profile.map { files.profiles[$0.value] == nil } ?? false }

  /// Whether the variables of the environment keep the profile that AWS_PROFILE names from being used.
  var isShadowed: Bool {
    guard !isExplicit, profile != nil, case .environment? = credentials.kind else { return false }
    return true
  }

  /// Whether something is taken from the profile `default` that nobody named.
  var usesDefaultProfile: Bool {
    guard profile == nil, files.profiles["default"] != nil else { return false }
    return credentials.source?.kind == .awsCredentialsFile || credentials.source?.kind == .awsConfigFile
  }

  /// A file that may not be read and may hold the credentials or the profile, of which nothing was found elsewhere.
  var decisiveUnreadable: String? {
    switch credentials {
    case .none, .noSourceProfile: files.unreadable.first
    case .keys, .viaCommandLine, .partial: profileIsMissing ? files.unreadable.first : nil
    }
  }

  /// The file with the web identity token, or nil where there is none.
  var webIdentityFile: String? {
    guard case .webIdentity? = credentials.kind else { return nil }
    if !isExplicit, let path = environment["AWS_WEB_IDENTITY_TOKEN_FILE"] { return path }
    return files.profiles[profileName]?["web_identity_token_file"]
  }

  /// The program that credential_process names; nil where the credentials come from elsewhere, or where it cannot be told.
  var credentialProgram: String? {
    guard case .process? = credentials.kind, let line = files.profiles[profileName]?["credential_process"] else {
      return nil
    }
    return ShellSplit.words(line)?.first
  }

  /// Whether a profile assumes its role with the keys of the environment, itself or through its source_profile. That
  /// works only where the profile is named as `--profile` does: beside AWS_PROFILE, the keys themselves are used.
  func assumesWithKeys(_ name: String) -> Bool {
    var name = name
    for _ in 0..<8 {
      guard let profile = files.profiles[name], profile.has("role_arn") else { return false }
      if let source = profile["credential_source"] { return source == "Environment" }
      guard let next = profile["source_profile"] else { return false }
      name = next
    }
    return false
  }

  /// The variables that name different regions, or nil.
  var conflictingRegions: (first: String, second: String)? {
    guard let first = environment[AWSRegion.variables[0]], let second = environment[AWSRegion.variables[1]],
      first != second
    else { return nil }
    return (first, second)
  }

  /// The profiles that AWS_PROFILE and AWS_DEFAULT_PROFILE name, where they name different ones and one is used.
  static func conflictingProfiles(
    _ settings: AWSSettings, _ environment: ProcessEnvironment
  ) -> (first: String, second: String)? {
    guard settings.profile.map({ $0.source.kind == .environment }) ?? true,
      let first = environment.variables[profileVariables[0]], let second = environment.variables[profileVariables[1]],
      first != second
    else { return nil }
    return (first, second)
  }

  /// Reads the files and puts together what they and the variables say.
  /// - Parameter defaultGoesFirst: whether AWS_DEFAULT_PROFILE goes before AWS_PROFILE, as in the AWS CLI 1.
  static func read(
    _ settings: AWSSettings, host: Host, defaultGoesFirst: Bool = false
  ) throws(AWSFiles.Mistake) -> AWSConfiguration {
    let files = try AWSFiles.read(host.environment, files: host.files)
    let isExplicit = settings.profile.map { $0.source.kind != .environment } ?? false
    let profile = isExplicit ? settings.profile : profileOfVariables(host.environment, defaultGoesFirst)
    let name = profile?.value ?? "default"
    return AWSConfiguration(
      files: files, profile: profile, isExplicit: isExplicit,
      region: AWSRegion.find(settings.region, host.environment, files.profiles[name], named: name),
      credentials: AWSCredentials.find(
        host.environment, files, profile: name, isExplicit: isExplicit,
        isOnInstance: { isOnInstance(host.files) }),
      environment: host.environment)
  }

  /// The variables that name a profile, in the order of the AWS CLI 2 and the SDKs.
  static let profileVariables = ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"]

  /// A variable that is set and empty names a profile without a name, which nobody has: the AWS CLI then refuses to
  /// work.
  private static func profileOfVariables(
    _ environment: ProcessEnvironment, _ defaultGoesFirst: Bool
  ) -> Setting<String>? {
    for variable in defaultGoesFirst ? profileVariables.reversed() : profileVariables {
      if let value = environment.variables[variable] { return Setting(value, Source(.environment, variable)) }
    }
    return nil
  }

  /// Whether this machine is an EC2 instance, by what its firmware or hypervisor says. Anywhere else the metadata
  /// service's address would only be waited for.
  private static func isOnInstance(_ files: FileSystem) -> Bool {
    let names = ["/sys/class/dmi/id/sys_vendor", "/sys/class/dmi/id/bios_vendor"]
    if names.contains(where: { (try? files.readText($0, limit: 4096))?.hasPrefix("Amazon EC2") == true }) {
      return true
    }
    return (try? files.readText("/sys/hypervisor/uuid", limit: 4096))?.lowercased().hasPrefix("ec2") == true
  }

  // MARK: STS

  /// A URL that requests are sent to, with the parts of it that may be shown.
  struct Endpoint: Hashable, Sendable {
    /// The URL with everything in it.
    var url: String
    /// Host and port alone: a URL may hold a password.
    var shown: String
    /// The region to sign for.
    var signingRegion: String
    /// Whether somebody configured it.
    var isCustom: Bool
  }

  /// Where STS is asked, or nil when what is configured is no URL.
  var endpoint: Endpoint? {
    if let url = configuredEndpoint {
      guard let host = Self.authority(url) else { return nil }
      return Endpoint(url: url, shown: host, signingRegion: region?.value ?? "us-east-1", isCustom: true)
    }
    let option = environment["AWS_STS_REGIONAL_ENDPOINTS"] ?? files.profiles[profileName]?["sts_regional_endpoints"]
    let standard = AWSRegion.endpoint(region?.value, isLegacy: option == "legacy")
    let host = String(standard.url.dropFirst("https://".count))
    return Endpoint(
      url: standard.url + "/", shown: host, signingRegion: standard.signingRegion, isCustom: false)
  }

  /// Whether the profile names a section `services` that is not there; the AWS CLI then refuses to work.
  var servicesAreMissing: Bool {
    guard let name = files.profiles[profileName]?["services"], !ignoresEndpoints, endpointOfVariables == nil else {
      return false
    }
    return files.services[name]?.isEmpty ?? true
  }

  /// Whether only the AWS CLI knows the endpoint: FIPS and dual-stack ones.
  var wantsOtherEndpoint: Bool {
    let profile = files.profiles[profileName]
    return ["USE_FIPS_ENDPOINT", "USE_DUALSTACK_ENDPOINT"].contains {
      (environment["AWS_" + $0] ?? profile?[$0.lowercased()])?.lowercased() == "true"
    }
  }

  /// A file of certificate authorities, or nil for the system's.
  var authorities: String? {
    if let path = environment["AWS_CA_BUNDLE"] { return path }
    guard let path = files.profiles[profileName]?["ca_bundle"], !path.isEmpty else { return nil }
    return path
  }

  private var ignoresEndpoints: Bool {
    let option = "ignore_configured_endpoint_urls"
    let value = environment["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] ?? files.profiles[profileName]?[option]
    return value?.lowercased() == "true"
  }

  private var endpointOfVariables: String? { environment["AWS_ENDPOINT_URL_STS"] ?? environment["AWS_ENDPOINT_URL"] }

  private var configuredEndpoint: String? {
    if ignoresEndpoints { return nil }
    if let url = endpointOfVariables { return url }
    let profile = files.profiles[profileName]
    if let name = profile?["services"], case .block(let options)? = files.services[name]?["sts"],
      let url = options["endpoint_url"], !url.isEmpty
    {
      return url
    }
    guard let url = profile?["endpoint_url"], !url.isEmpty else { return nil }
    return url
  }

  /// Host and port of a URL with the scheme http or https, without user, password, path and query.
  static func authority(_ url: String) -> String? {
    guard let scheme = ["https://", "http://"].first(where: { url.lowercased().hasPrefix($0) }) else { return nil }
    let rest = url.dropFirst(scheme.count).prefix { !"/?#\\".contains($0) }
    let host = rest.lastIndex(of: "@").map { rest[rest.index(after: $0)...] } ?? rest
    return host.isEmpty ? nil : String(host)
  }
}
