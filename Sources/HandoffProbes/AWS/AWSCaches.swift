import Crypto
import HandoffModel
import HandoffProject
import HandoffSystem
import HandoffText

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What the AWS CLI remembers of logins and assumed roles: `~/.aws/sso/cache` and `~/.aws/cli/cache`. Only points in
/// time are taken from there.
struct AWSCaches: Sendable {
  /// A login to a single sign-on session.
  enum Login: Hashable, Sendable {
    /// Nobody has logged in.
    case absent
    /// It is over at this time; whether the AWS CLI can renew it by itself.
    case until(Int, renewable: Bool)
  }

  let configuration: AWSConfiguration
  let host: Host

  /// When the credentials end, and where that is known from; seconds since 1970.
  var expiry: (time: Int, source: Source)? {
    switch configuration.credentials.kind {
    case .environment:
      let name = "AWS_CREDENTIAL_EXPIRATION"
      return configuration.environment[name].flatMap(Self.seconds).map { ($0, Source(.environment, name)) }
    case .assumeRole, .webIdentity:
      return roleKey.flatMap(expiration).map { ($0, Source(.measured, "the AWS CLI's cache")) }
    case .sso:
      guard case .until(let time, _)? = login else { return nil }
      return (time, Source(.measured, "the AWS CLI's cache"))
    default: return nil
    }
  }

  /// The login that the profile uses, or nil when it uses none, or what is remembered of it cannot be read.
  var login: Login? {
    guard let name = loginName, let profile = configuration.files.profiles[configuration.profileName] else {
      return nil
    }
    guard let found = try? read("sso", Self.digest(name)) else { return nil }
    guard case .entry(let entry) = found else { return .absent }
    guard let time = entry["expiresAt"]?.string.flatMap(Self.seconds) else { return nil }
    let registered = entry["registrationExpiresAt"]?.string.flatMap(Self.seconds) ?? 0
    let isRenewable =
      profile.has("sso_session") && entry["refreshToken"]?.string != nil && registered > now
    return .until(time, renewable: isRenewable)
  }

  /// The file of the login, where it is there and cannot be read.
  var unreadableLogin: String? {
    guard let path = loginName.flatMap({ path("sso", Self.digest($0)) }) else { return nil }
    do throws(FileError) {
      _ = try host.files.read(path, limit: Self.sizeLimit)
      return nil
    } catch {
      return error == .missing ? nil : path
    }
  }

  /// The session or the start page that the profile logs in to, or nil when it uses no single sign-on.
  private var loginName: String? {
    guard case .sso? = configuration.credentials.kind,
      let profile = configuration.files.profiles[configuration.profileName]
    else { return nil }
    return profile["sso_session"] ?? profile["sso_start_url"]
  }

  /// Whether the login is missing or over, so that a person has to log in again; nil when it is not.
  var loginFailure: AWSFailure? {
    switch login {
    case nil: nil
    case .absent?: .notLoggedIn
    case .until(let time, let renewable)?: time <= now && !renewable ? .expired : nil
    }
  }

  /// Whether the AWS CLI still holds credentials of the role that the login or the web identity gives, so that it needs
  /// neither of them now.
  var holdsCredentials: Bool {
    let key =
      switch configuration.credentials.kind {
      case .sso: singleSignOnKey
      case .webIdentity: roleKey
      default: String?.none
      }
    return key.flatMap(expiration).map { $0 > now } ?? false
  }

  private func expiration(_ key: String) -> Int? {
    guard case .entry(let entry)? = try? read("cli", Self.digest(key)) else { return nil }
    return entry["Credentials"]?["Expiration"]?.string.flatMap(Self.seconds)
  }

  /// The arguments of GetRoleCredentials as botocore writes them down, which is without blanks.
  private var singleSignOnKey: String? {
    guard let profile = configuration.files.profiles[configuration.profileName],
      let account = profile["sso_account_id"], let role = profile["sso_role_name"]
    else { return nil }
    let session =
      profile["sso_session"].map { ("sessionName", $0) } ?? profile["sso_start_url"].map { ("startUrl", $0) }
    guard let session else { return nil }
    let members = [("accountId", account), ("roleName", role), session]
    return "{" + members.map { "\"\($0.0)\":\(Self.quoted($0.1))" }.joined(separator: ",") + "}"
  }

  private var now: Int { Int(host.now().timeIntervalSince1970.rounded(.down)) }

  /// The arguments of AssumeRole as botocore writes them down to name its cache's file (`credentials.py`).
  private var roleKey: String? {
    guard let profile = configuration.files.profiles[configuration.profileName] else { return environmentRoleKey }
    if case .webIdentity? = configuration.credentials.kind, let key = environmentRoleKey { return key }
    guard let role = profile["role_arn"] else { return nil }
    var arguments = [("RoleArn", Self.quoted(role))]
    if let name = profile["role_session_name"] { arguments.append(("RoleSessionName", Self.quoted(name))) }
    if case .assumeRole? = configuration.credentials.kind {
      if let id = profile["external_id"] { arguments.append(("ExternalId", Self.quoted(id))) }
      if let serial = profile["mfa_serial"] { arguments.append(("SerialNumber", Self.quoted(serial))) }
      if let seconds = profile["duration_seconds"].flatMap({ Int($0) }) {
        arguments.append(("DurationSeconds", String(seconds)))
      }
    }
    return Self.object(arguments)
  }

  private var environmentRoleKey: String? {
    guard !configuration.isExplicit, configuration.environment["AWS_WEB_IDENTITY_TOKEN_FILE"] != nil,
      let role = configuration.environment["AWS_ROLE_ARN"]
    else { return nil }
    let name = configuration.environment["AWS_ROLE_SESSION_NAME"]
    return Self.object([("RoleArn", Self.quoted(role))] + (name.map { [("RoleSessionName", Self.quoted($0))] } ?? []))
  }

  /// JSON as Python's `json.dumps(…, sort_keys=True)` writes it.
  private static func object(_ members: [(String, String)]) -> String {
    let sorted = members.sorted { $0.0 < $1.0 }
    return "{" + sorted.map { "\"\($0.0)\": \($0.1)" }.joined(separator: ", ") + "}"
  }

  private static func quoted(_ text: String) -> String { JSONValue.string(text).canonical }

  private static func digest(_ text: String) -> String {
    Insecure.SHA1.hash(data: Data(text.utf8)).hexadecimal
  }

  private static func seconds(_ text: String) -> Int? { Timestamp.parse(text).map { Int($0) } }

  private enum Found {
    case nothing
    case entry(JSONValue)
  }

  private static let sizeLimit = 1 << 16

  private func path(_ cache: String, _ key: String) -> String? {
    host.environment.home.map { "\($0)/.aws/\(cache)/cache/\(key).json" }
  }

  /// - Throws: when there is a file, and it cannot be read or understood.
  private func read(_ cache: String, _ key: String) throws -> Found {
    guard let path = path(cache, key) else { return .nothing }
    do {
      return .entry(try JSONValue(parsing: try host.files.read(path, limit: Self.sizeLimit)))
    } catch FileError.missing {
      return .nothing
    }
  }
}

extension AWSCaches {
  /// A failure of the AWS CLI that says too little, as the login's cache explains it.
  func explained(_ failure: AWSFailure) -> AWSFailure {
    switch failure {
    case .commandLineMissing, .unexpectedAnswer(.commandLine), .unexpectedAnswer(.code): loginFailure ?? failure
    default: failure
    }
  }
}
