import HandoffModel

/// What `handoff.yml` says. Everything in it is optional.
public struct Configuration: Sendable, Equatable {
  /// What it says of one area.
  public enum Area<Value: Sendable & Equatable>: Sendable, Equatable {
    /// Nothing: the area is discovered.
    case unsaid
    /// `area: off`.
    case off
    /// Values.
    case said(Value)

    /// The values, or nil.
    public var value: Value? {
      if case .said(let value) = self { value } else { nil }
    }
  }

  /// A value with the place where it stands, for mistakes that show only when the project is looked at.
  struct Located<Value: Sendable & Equatable>: Sendable, Equatable {
    let value: Value
    /// From 1; nil where YAML does not say.
    let line: Int?
    let column: Int?

    /// `handoff.yml:3:5`.
    var place: String {
      ConfigurationError.place(file: Configuration.fileName, line: line, column: column)
    }

    func error(_ message: String) -> ConfigurationError {
      ConfigurationError(file: Configuration.fileName, line: line, column: column, message: message)
    }
  }

  /// `aws:`.
  public struct AWS: Sendable, Equatable {
    var name: String?
    var profile: String?
    var region: String?
  }

  /// `python:`.
  public struct Python: Sendable, Equatable {
    var name: String?
    var environment: String?
    var tools: [String]?
  }

  /// An entry of `postgres:`.
  public struct Postgres: Sendable, Equatable {
    var name: String?
    var host: String?
    var port: Int?
    var database: String?
    var user: String?
    var service: String?
    var sslmode: String?
    var migrations: String?
  }

  /// `docker:`.
  public struct Docker: Sendable, Equatable {
    var compose: Located<String>?
    var project: String?
    var names: [String]?
    var all = false
  }

  /// `environment:`.
  public struct Variables: Sendable, Equatable {
    var example: Located<String>?
    var required: [String] = []
  }

  /// The name of the file.
  public static let fileName = "handoff.yml"

  var project: String?
  var handoffs: String?
  var template: Located<String>?
  var shells: [String]?
  var deadline: Double?
  var aws: Area<AWS> = .unsaid
  var python: Area<Python> = .unsaid
  /// The entries of `aws` after the first.
  var furtherAWS: [AWS] = []
  /// The entries of `python` after the first.
  var furtherPython: [Python] = []
  var postgres: Area<[Postgres]> = .unsaid
  var docker: Area<Docker> = .unsaid
  var environment: Area<Variables> = .unsaid
  var git: Area<Bool> = .unsaid
  var checks: Area<[CheckSettings]> = .unsaid
  var commands: Area<[CommandSettings]> = .unsaid
  var ignore: [IgnoreRule] = []
  var waivers: [Waiver] = []
  var mask: [MaskEntry] = []

  /// A configuration that says nothing.
  public init() {}
}

/// A key of `handoff.yml`, for the reference in the README.
public struct ConfigurationKey: Sendable, Equatable {
  /// The path of keys: `postgres.port`.
  public let path: String
  /// What it is, in a line.
  public let meaning: String
  /// What counts without it, in a few words.
  public let without: String
}

extension Configuration {
  /// Every key that is known.
  public static let keys: [ConfigurationKey] = [
    .init(path: "project", meaning: "the project's name in documents", without: "the folder's name"),
    .init(path: "handoffs", meaning: "folder of the handoffs", without: "`handoffs`"),
    .init(path: "template", meaning: "name of a template in the project's `templates/`", without: "`session-handoff`"),
    .init(path: "shells", meaning: "shells that documents are written for", without: "`[bash, powershell]`"),
    .init(path: "deadline", meaning: "seconds that a probe may take", without: "5"),
    .init(path: "aws.name", meaning: "name of a further profile (`aws` may be a list)", without: "none"),
    .init(path: "aws.profile", meaning: "profile of the AWS CLI", without: "AWS_PROFILE"),
    .init(path: "aws.region", meaning: "region", without: "AWS_REGION, then the profile's"),
    .init(path: "python.name", meaning: "name of a further environment (`python` may be a list)", without: "none"),
    .init(path: "python.environment", meaning: "folder of the virtual environment", without: "`.venv`, `venv`, `env`"),
    .init(path: "python.tools", meaning: "tools that must run in it", without: "`[pytest]` where the project uses it"),
    .init(path: "postgres.name", meaning: "name of a further connection (`postgres` may be a list)", without: "none"),
    .init(path: "postgres.host", meaning: "host, address or socket folder", without: "DATABASE_URL, PG*, DB_*, …"),
    .init(path: "postgres.port", meaning: "port", without: "5432"),
    .init(path: "postgres.database", meaning: "database", without: "DATABASE_URL, PG*, DB_*, …"),
    .init(path: "postgres.user", meaning: "role", without: "libpq's default"),
    .init(path: "postgres.service", meaning: "service of libpq's connection service file", without: "none"),
    .init(path: "postgres.sslmode", meaning: "libpq's sslmode", without: "libpq's default"),
    .init(
      path: "postgres.migrations", meaning: "folder of migrations",
      without: "`database/migrations`, `db/migrations`, `migrations`, …"),
    .init(path: "docker.compose", meaning: "compose file", without: "COMPOSE_FILE, `compose.yaml`, …"),
    .init(path: "docker.project", meaning: "compose project", without: "COMPOSE_PROJECT_NAME, the folder's name"),
    .init(path: "docker.names", meaning: "container names that belong here, with `*`", without: "none"),
    .init(path: "docker.all", meaning: "`true`: every container of the engine belongs here", without: "false"),
    .init(path: "environment.example", meaning: "file that names the variables needed", without: "`.env.example`"),
    .init(path: "environment.required", meaning: "further variables that must be set", without: "none"),
    .init(
      path: "checks.tcp", meaning: "`HOST:PORT` that must accept connections; each check has a name", without: "none"),
    .init(path: "checks.http", meaning: "URL that must answer; redirects are not followed", without: "none"),
    .init(path: "checks.expect", meaning: "status, or list of statuses, that is a good answer", without: "200 to 299"),
    .init(
      path: "commands.run", meaning: "list of words to run in the project once it is trusted; each command has a name",
      without: "none"),
    .init(
      path: "commands.shell", meaning: "`true`: `run` is one line, which `/bin/sh` reads", without: "false"),
    .init(
      path: "commands.capture", meaning: "regular expression whose one group is the value",
      without: "all that it prints"),
    .init(
      path: "commands.class", meaning: "how the value is compared: `identity`, `state`, `progress`, `volatile`",
      without: "`state`"),
    .init(path: "commands.fix", meaning: "what mends it: a command line, or a list of words", without: "none"),
    .init(
      path: "ignore.fact", meaning: "what is no fault: an id of facts, in which `*` stands for anything",
      without: "none"),
    .init(path: "ignore.finding", meaning: "the same for findings; with `fact` both must fit", without: "any"),
    .init(path: "ignore.reason", meaning: "why, in a line that every report shows", without: "required"),
    .init(
      path: "waivers.fingerprint",
      meaning: "a finding of `handoff scan` that is no secret, by the fingerprint that it shows",
      without: "none"),
    .init(path: "waivers.reason", meaning: "why, in a line", without: "required"),
    .init(
      path: "mask",
      meaning: "ids of facts whose values documents and reports keep back, in which `*` stands for anything",
      without: "none"),
    .init(path: "git", meaning: "`off` leaves git out; every other area can be switched off so too", without: "on"),
  ]
}
