public import HandoffText

/// One typed, named claim that a probe established.
public struct Fact: Hashable, Sendable {
  /// Its name.
  public let id: FactID
  /// How it is compared.
  public let factClass: FactClass
  /// What was measured.
  public let value: JSONValue
  /// Where it was configured or read.
  public let source: Source

  /// States a fact.
  public init(_ id: FactID, _ factClass: FactClass, _ value: JSONValue, source: Source) {
    self.id = id
    self.factClass = factClass
    self.value = value
    self.source = source
  }
}

/// Where a value came from. The kinds are a closed list, so that what is read back from a document is a choice of ours
/// with a name in it, and never a sentence of somebody else's.
public struct Source: Hashable, Sendable, CustomStringConvertible {
  /// The kinds of places that values come from.
  public enum Kind: String, Sendable, CaseIterable {
    /// A variable of the process environment; the detail is its name.
    case environment
    /// A variable in a dotenv file; the detail is `FILE: NAME`.
    case dotenv
    /// A key of `handoff.yml`; the detail is the key's path.
    case configuration
    /// A profile in the AWS shared credentials file; the detail is the profile.
    case awsCredentialsFile = "shared-credentials-file"
    /// A profile in the AWS config file; the detail is the profile.
    case awsConfigFile = "config-file"
    /// A service of libpq's connection service file; the detail is the service.
    case pgService = "pg-service"
    /// libpq's password file.
    case pgPass = "pgpass"
    /// A compose file; the detail is `FILE: SERVICE`.
    case compose
    /// A Docker context; the detail is its name.
    case dockerContext = "docker-context"
    /// A file of the project; the detail is its path.
    case file
    /// A folder of the project; the detail is its path.
    case folder
    /// An option of the command line; the detail is the option.
    case option
    /// The default of the program concerned; the detail says whose.
    case defaultValue = "default"
    /// What the server, the interpreter or the command answered; the detail says who.
    case measured
    /// Nothing is known about it.
    case unknown
  }

  /// What kind of place.
  public let kind: Kind
  /// Which one of its kind: a name, a path, a key. Never a value.
  public let detail: String

  /// Names a place.
  public init(_ kind: Kind, _ detail: String = "") {
    self.kind = kind
    self.detail = detail
  }

  /// Reads `kind` or `kind: detail`, as ``description`` writes it; nil for a kind that is not in the list.
  public init?(parsing text: String) {
    if let kind = Kind(rawValue: text) {
      self.init(kind)
      return
    }
    // By scalars: a detail that begins with a combining mark would swallow the space before it.
    let scalars = text.unicodeScalars
    guard let colon = scalars.firstIndex(of: ":"), let kind = Kind(rawValue: String(scalars[..<colon])),
      scalars[colon...].dropFirst().first == " "
    else { return nil }
    self.init(kind, String(scalars[colon...].dropFirst(2)))
  }

  /// `kind: detail`, as it stands in documents and JSON.
  public var description: String { detail.isEmpty ? kind.rawValue : "\(kind.rawValue): \(detail)" }

  /// For a person: "variable DB_PORT", "`.env`: DB_PORT".
  public var message: Message {
    let detail = Untrusted(self.detail)
    return switch kind {
    case .environment: "environment variable \(detail)"
    case .dotenv, .compose, .file, .folder: "\(detail)"
    case .configuration: "handoff.yml, \(detail)"
    case .awsCredentialsFile: "profile \(detail) in the shared credentials file"
    case .awsConfigFile: "profile \(detail) in the AWS config file"
    case .pgService: "connection service \(detail)"
    case .pgPass: "password file"
    case .dockerContext: "Docker context \(detail)"
    case .option: "option \(detail)"
    case .defaultValue: self.detail.isEmpty ? "default" : "default of \(detail)"
    case .measured: self.detail.isEmpty ? "measured" : "as \(detail) said"
    case .unknown: "unknown"
    }
  }
}
