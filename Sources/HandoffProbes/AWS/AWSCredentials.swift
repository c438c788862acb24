import HandoffModel
import HandoffSystem

/// Where credentials come from: the value of `aws.credentials`.
enum AWSCredentialKind: String, Sendable, CaseIterable {
  case environment
  case sharedCredentialsFile = "shared-credentials-file"
  case configFile = "config-file"
  case sso
  case login
  case assumeRole = "assume-role"
  case webIdentity = "web-identity"
  case process
  case container
  case instance
}

/// An access key. It is signed with and shown nowhere, not even by a debugger's description.
struct AWSKeys: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  let accessKeyID: String
  let secretAccessKey: String
  let sessionToken: String?

  var description: String { "AWS access key" }
  var debugDescription: String { description }
  var customMirror: Mirror { Mirror(self, children: []) }

  /// Whether it can stand in a header field.
  var isSendable: Bool {
    [accessKeyID, secretAccessKey, sessionToken ?? ""].allSatisfy { $0.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f } }
  }

  /// Whether it is one of temporary credentials, which are of no use without their token.
  var lacksToken: Bool { sessionToken == nil && accessKeyID.hasPrefix("ASIA") }
}

/// The credentials that the AWS CLI would use.
enum AWSCredentials: Sendable {
  /// An access key that we can sign with.
  case keys(AWSKeys, AWSCredentialKind, Source)
  /// Credentials that the AWS CLI has to get.
  case viaCommandLine(AWSCredentialKind, Source)
  /// An access key without its secret, or a role without the credentials to assume it with; and what is missing.
  case partial(AWSCredentialKind, Source, missing: String)
  /// The profile whose credentials a role is assumed with does not exist.
  case noSourceProfile(String, Source)
  /// None at all.
  case none

  var kind: AWSCredentialKind? {
    switch self {
    case .keys(_, let kind, _), .viaCommandLine(let kind, _), .partial(let kind, _, _): kind
    case .noSourceProfile: .assumeRole
    case .none: nil
    }
  }

  var source: Source? {
    switch self {
    case .keys(_, _, let source), .viaCommandLine(_, let source), .partial(_, let source, _),
      .noSourceProfile(_, let source):
      source
    case .none: nil
    }
  }

  /// Finds the credentials in the order of botocore's `create_credential_resolver`.
  /// - Parameters:
  ///   - name: the profile.
  ///   - isExplicit: whether it was named as `--profile` does, so that the variables of the environment are passed over;
  ///     one that AWS_PROFILE names is not.
  static func find(
    _ environment: ProcessEnvironment, _ configuration: AWSFiles, profile name: String, isExplicit: Bool,
    isOnInstance: () -> Bool
  ) -> AWSCredentials {
    if !isExplicit, let found = inEnvironment(environment) { return found }
    let profile = configuration.profiles[name] ?? AWSFiles.Profile()
    if profile.has("role_arn"), !profile.has("web_identity_token_file") {
      return assumedRole(profile, name, configuration)
    }
    if !isExplicit, environment["AWS_WEB_IDENTITY_TOKEN_FILE"] != nil {
      return .viaCommandLine(.webIdentity, Source(.environment, "AWS_WEB_IDENTITY_TOKEN_FILE"))
    }
    func viaCommandLine(_ kind: AWSCredentialKind, _ options: String...) -> AWSCredentials? {
      guard let option = options.first(where: { profile.has($0) }) else { return nil }
      return .viaCommandLine(kind, profile.source(of: option, profile: name))
    }
    if let found = viaCommandLine(.webIdentity, "web_identity_token_file") { return found }
    if let found = viaCommandLine(.sso, "sso_account_id", "sso_role_name") { return found }
    if let section = profile.credentials, section["aws_access_key_id"] != nil {
      return keys(section, .sharedCredentialsFile, Source(.awsCredentialsFile, name))
    }
    if let found = viaCommandLine(.login, "login_session") { return found }
    if let found = viaCommandLine(.process, "credential_process") { return found }
    if let section = profile.config, section["aws_access_key_id"] != nil {
      return keys(section, .configFile, Source(.awsConfigFile, name))
    }
    for variable in ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI"]
    where environment.variables[variable] != nil {
      return .viaCommandLine(.container, Source(.environment, variable))
    }
    if environment["AWS_EC2_METADATA_DISABLED"]?.lowercased() != "true" {
      if environment["AWS_EC2_METADATA_SERVICE_ENDPOINT"] != nil || profile.has("ec2_metadata_service_endpoint")
        || isOnInstance()
      {
        return .viaCommandLine(.instance, Source(.measured, "the instance metadata service"))
      }
    }
    return .none
  }

  private static func inEnvironment(_ environment: ProcessEnvironment) -> AWSCredentials? {
    guard let id = environment["AWS_ACCESS_KEY_ID"] else { return nil }
    let source = Source(.environment, "AWS_ACCESS_KEY_ID")
    guard let secret = environment["AWS_SECRET_ACCESS_KEY"] else {
      return .partial(.environment, source, missing: "AWS_SECRET_ACCESS_KEY")
    }
    // In botocore's order: the old name goes before the common one.
    let token = environment["AWS_SECURITY_TOKEN"] ?? environment["AWS_SESSION_TOKEN"]
    return .keys(AWSKeys(accessKeyID: id, secretAccessKey: secret, sessionToken: token), .environment, source)
  }

  private static func keys(
    _ section: AWSFiles.Section, _ kind: AWSCredentialKind, _ source: Source
  ) -> AWSCredentials {
    guard let id = section["aws_access_key_id"]?.text, !id.isEmpty else {
      return .partial(kind, source, missing: "aws_access_key_id")
    }
    guard let secret = section["aws_secret_access_key"]?.text, !secret.isEmpty else {
      return .partial(kind, source, missing: "aws_secret_access_key")
    }
    let token = (section["aws_security_token"] ?? section["aws_session_token"])?.text
    let usable = token?.isEmpty == true ? nil : token
    return .keys(AWSKeys(accessKeyID: id, secretAccessKey: secret, sessionToken: usable), kind, source)
  }

  private static func assumedRole(
    _ profile: AWSFiles.Profile, _ name: String, _ configuration: AWSFiles
  ) -> AWSCredentials {
    let source = profile.source(of: "role_arn", profile: name)
    if !profile.has("credential_source") {
      guard let other = profile["source_profile"] else {
        return .partial(.assumeRole, source, missing: "source_profile")
      }
      if configuration.profiles[other] == nil { return .noSourceProfile(other, source) }
    }
    return .viaCommandLine(.assumeRole, source)
  }
}
