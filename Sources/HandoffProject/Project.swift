public import HandoffModel
public import HandoffText

/// A value of the configuration, and where it came from.
public struct Setting<Value: Sendable>: Sendable {
  /// The value.
  public let value: Value
  /// Where it came from.
  public let source: Source

  /// Takes a value and its source.
  public init(_ value: Value, _ source: Source) {
    self.value = value
    self.source = source
  }
}

extension Setting: Equatable where Value: Equatable {}
extension Setting: Hashable where Value: Hashable {}

/// Whether a project uses an area, and with what.
public enum AreaUse<Settings: Sendable>: Sendable {
  /// It does.
  case used(Settings)
  /// It does not, and why we think so.
  case unused(Message)
  /// It cannot be told, since these files would say so and could not be read.
  case undecided([UnreadableFile])

  /// The settings, or nil when the area is not used or that cannot be told.
  public var settings: Settings? {
    if case .used(let settings) = self { settings } else { nil }
  }
}

/// Why an area is not used that `handoff.yml` switches off.
let switchedOff: Message = "switched off in handoff.yml"

/// What should be here: the areas that a project uses, and where each value came from.
public struct Project: Sendable {
  /// The folder of the project, an absolute path without symbolic links.
  public var root: String
  /// Its name: from `handoff.yml`, or the folder's.
  public var name: Setting<String>
  /// Where handoffs stand, relative to the root.
  public var handoffs: Setting<String>
  /// The name of the template.
  public var template: Setting<String>
  /// Where `handoff.yml` names it, with line and column: `handoff.yml:3:11`.
  public internal(set) var templatePlace: String?
  /// The shells that documents are written for: `bash`, `powershell`.
  public var shells: Setting<[String]>
  /// How long a probe may take, in seconds.
  public var deadline: Setting<Double>
  /// Amazon Web Services.
  public var aws: AreaUse<AWSSettings>
  /// Python.
  public var python: AreaUse<PythonSettings>
  /// PostgreSQL; the first connection has no name.
  public var postgres: AreaUse<[PostgresSettings]>
  /// Docker.
  public var docker: AreaUse<DockerSettings>
  /// Git.
  public var git: AreaUse<GitSettings>
  /// Variables.
  public var variables: AreaUse<VariableSettings>
  /// Further AWS profiles, each with a name.
  public var furtherAWS: [AWSSettings] = []
  /// Further Python environments, each with a name.
  public var furtherPython: [PythonSettings] = []
  /// What `handoff.yml` declares to be asked.
  public var checks: [CheckSettings] = []
  /// What `handoff.yml` declares to be run, where its user trusts it.
  public var commands: [CommandSettings] = []
  /// Checks that a handoff recorded and that are not declared any more.
  public var recalledChecks: [String] = []
  /// Commands that a handoff recorded and that are not declared any more.
  public var recalledCommands: [String] = []
  /// The areas of declared things that `handoff.yml` switches off: `check`, `command`.
  var switchedOffAreas: Set<String> = []
  /// What is known not to be as it should, and is no fault.
  public var ignore: [IgnoreRule] = []
  /// What the scanner found and is no secret.
  public var waivers: [Waiver] = []
  /// The bytes of `handoff.yml` that all of this was read from.
  public internal(set) var configuration = ConfigurationDigest(of: [])
  /// The facts whose values are kept back.
  public var mask: [MaskEntry] = []

  /// Puts a project together.
  public init(
    root: String, name: Setting<String>, handoffs: Setting<String>, template: Setting<String>,
    shells: Setting<[String]>, deadline: Setting<Double>, aws: AreaUse<AWSSettings>, python: AreaUse<PythonSettings>,
    postgres: AreaUse<[PostgresSettings]>, docker: AreaUse<DockerSettings>, git: AreaUse<GitSettings>,
    variables: AreaUse<VariableSettings>
  ) {
    self.root = root
    self.name = name
    self.handoffs = handoffs
    self.template = template
    self.shells = shells
    self.deadline = deadline
    self.aws = aws
    self.python = python
    self.postgres = postgres
    self.docker = docker
    self.git = git
    self.variables = variables
  }
}

/// Which AWS account a project means. Credentials themselves are found by the probe as the AWS CLI finds them.
public struct AWSSettings: Sendable, Hashable {
  /// The name in `handoff.yml`; nil for the first profile.
  public var name: String?
  /// The profile that `handoff.yml` or AWS_PROFILE names, or nil.
  public var profile: Setting<String>?
  /// The region that `handoff.yml` names, or nil to have it found as the AWS CLI does.
  public var region: Setting<String>?
  /// Dotenv files of the project that name AWS credentials, relative to the root; offered as a remedy, never read.
  public var dotenvFiles: [String]

  /// Puts settings together.
  public init(profile: Setting<String>? = nil, region: Setting<String>? = nil, dotenvFiles: [String] = []) {
    self.profile = profile
    self.region = region
    self.dotenvFiles = dotenvFiles
  }
}

/// Which Python environment a project means.
public struct PythonSettings: Sendable, Hashable {
  /// The tools that can be checked, and that a document or `handoff.yml` may name: a name becomes a module that is run.
  public static let knownTools = ["pytest"]

  /// The name in `handoff.yml`; nil for the first environment.
  public var name: String?
  /// The folder of the virtual environment, relative to the root or absolute; nil when there is none.
  public var environment: Setting<String>?
  /// Where there is none: what would tell where it is kept, and may not be looked into by this user. An absolute path.
  public var hidden: String?
  /// The tools that must run in it: `pytest`.
  public var tools: Setting<[String]>
  /// Files that list requirements, relative to the root, for the setup commands.
  public var requirements: [String]

  /// Puts settings together.
  public init(environment: Setting<String>?, tools: Setting<[String]>, requirements: [String] = []) {
    self.environment = environment
    self.tools = tools
    self.requirements = requirements
  }
}

/// Which PostgreSQL database a project means.
public struct PostgresSettings: Sendable, Hashable {
  /// The name in `handoff.yml`; nil for the first connection.
  public var name: String?
  /// A host name, an address, or a socket folder; nil for libpq's default.
  public var host: Setting<String>?
  /// The port; nil for libpq's default.
  public var port: Setting<Int>?
  /// The database; nil for libpq's default.
  public var database: Setting<String>?
  /// The role; nil for libpq's default.
  public var user: Setting<String>?
  /// The password for this host. It is used to connect and shown nowhere.
  public var password: Setting<String>?
  /// Further keywords of the connection: `sslmode`, `service`, `sslrootcert`; `port`, where several hosts have several.
  public var options: [String: Setting<String>]
  /// The folder of migrations, relative to the root, or nil.
  public var migrations: Setting<String>?
  /// Whether nothing in this session names the database, and the place is that of a recorded handoff.
  public var isRecalled = false
  /// Files that could not be read and might name the place, or the role and the password.
  public var unreadable: [UnreadableFile] = []
  /// Whether those files would go before what names the place now, or nothing names it.
  public var isUndecided = false

  /// Puts settings together.
  public init(
    name: String? = nil, host: Setting<String>? = nil, port: Setting<Int>? = nil, database: Setting<String>? = nil,
    user: Setting<String>? = nil, password: Setting<String>? = nil, options: [String: Setting<String>] = [:],
    migrations: Setting<String>? = nil
  ) {
    self.name = name
    self.host = host
    self.port = port
    self.database = database
    self.user = user
    self.password = password
    self.options = options
    self.migrations = migrations
  }

  /// The further keywords as libpq takes them.
  public var optionValues: [String: String] { options.mapValues(\.value) }
}

/// Which containers a project means.
public struct DockerSettings: Sendable, Hashable {
  /// The project's containers among all those of the engine.
  public enum Scope: Sendable, Hashable {
    /// Those that compose made for this project (label `com.docker.compose.project`), and those whose names match one
    /// of the patterns.
    case compose(project: String, names: [String] = [])
    /// Those whose names match one of these patterns, in which `*` stands for anything.
    case names([String])
    /// Those started from images that were built in the project's folder.
    case builtHere
    /// All of them.
    case all
  }

  /// A service of the compose file.
  public struct Service: Sendable, Hashable {
    /// Its name.
    public var name: String
    /// The folder of its build context relative to the root, or nil when it is not built.
    public var buildContext: String?
    /// Its build file relative to the root, or nil when it is not built, or its text stands in the compose file.
    public var buildFile: String?
    /// The text of its build file where that stands in the compose file, or nil.
    public var inlineBuildFile: String?
    /// The arguments of its build, for the names of base images.
    public var buildArguments: [String: String]
    /// The stage that is built, or nil for the last one.
    public var buildTarget: String?
    /// The ports of the container, `8080/tcp`, for which any port of the host will do.
    public var ephemeralPorts: Set<String>
    /// The ports that it publishes, sorted: `127.0.0.1:8080:80/tcp`, or `80/tcp` where any port will do; an address that
    /// stands for all of them is left out. Nil where the file does not tell them for certain.
    public var publishedPorts: [String]?
    /// The image as asked for, or nil.
    public var image: String?
    /// Whether the file tells the image, or that there is none, for certain: with no variable that is not set.
    public var isImageCertain: Bool
    /// The name that its container is given, or nil.
    public var containerName: String?
    /// Whether it belongs to a profile, so that `up` alone does not start it.
    public var optional: Bool
    /// Whether its container is meant to end: another service waits for that (`service_completed_successfully`).
    public var isAwaited: Bool
    /// How many containers the file asks for, where it says so.
    public var replicas: Int?
    /// The networks that the file says it is in, as the engine calls them, sorted.
    public var networks: [String] = []

    /// Describes a service.
    public init(
      name: String, buildContext: String? = nil, buildFile: String? = nil, inlineBuildFile: String? = nil,
      buildArguments: [String: String] = [:], buildTarget: String? = nil, ephemeralPorts: Set<String> = [],
      publishedPorts: [String]? = nil, image: String? = nil, isImageCertain: Bool = true, containerName: String? = nil,
      optional: Bool = false, isAwaited: Bool = false, replicas: Int? = nil
    ) {
      self.name = name
      self.buildContext = buildContext
      self.buildFile = buildFile
      self.inlineBuildFile = inlineBuildFile
      self.buildArguments = buildArguments
      self.buildTarget = buildTarget
      self.ephemeralPorts = ephemeralPorts
      self.publishedPorts = publishedPorts
      self.image = image
      self.isImageCertain = isImageCertain
      self.containerName = containerName
      self.optional = optional
      self.isAwaited = isAwaited
      self.replicas = replicas
    }
  }

  /// What the compose file declares of volumes or networks, by the names that the engine knows them by.
  public struct Declared: Sendable, Hashable {
    /// Those that compose makes for this project.
    public var own: Set<String>
    /// Those that are made elsewhere; nil where not all of them are known.
    public var external: Set<String>?

    /// Puts them together.
    public init(own: Set<String> = [], external: Set<String>? = []) {
      self.own = own
      self.external = external
    }
  }

  /// Which containers are the project's.
  public var scope: Setting<Scope>
  /// The compose file relative to the root, or nil.
  public var composeFile: Setting<String>?
  /// All files that the services are read from, relative to the root or absolute.
  public var composeFiles: [String]
  /// Whether the services that were read are all that there are: no file includes others.
  public var knowsAllServices: Bool
  /// The services of the compose file, sorted by name.
  public var services: [Service]
  /// The volumes that the compose file declares.
  public var volumes = Declared()
  /// The networks that the compose file declares, and the one that services are in without a word.
  public var networks = Declared()
  /// What is wrong with the compose file, which then names no services; nil when it could be read.
  public var problem: ConfigurationError?
  /// What compose refuses the compose file for, although the services could be read.
  public var refusals: [ComposeRefusal] = []
  /// Files that would say which containers are the project's and that could not be read.
  public var unreadable: [UnreadableFile] = []

  /// Puts settings together.
  public init(
    scope: Setting<Scope>, composeFile: Setting<String>? = nil, composeFiles: [String] = [],
    knowsAllServices: Bool = true, services: [Service] = []
  ) {
    self.scope = scope
    self.composeFile = composeFile
    self.composeFiles = composeFiles
    self.knowsAllServices = knowsAllServices
    self.services = services
  }
}

/// The repository that a project is in.
public struct GitSettings: Sendable, Hashable {
  /// The folder of handoffs relative to the root, which the git facts do not see.
  public var handoffs: String

  /// Puts settings together.
  public init(handoffs: String) {
    self.handoffs = handoffs
  }
}

/// Which variables a project needs. Names only, never values.
public struct VariableSettings: Sendable, Hashable {
  /// What files of examples are called.
  public static let exampleNames = [".env.example", ".env.sample", ".env.template", ".env.dist", "env.example"]

  /// The names that must be set, each with where it is asked for, sorted by name.
  public var required: [Setting<String>]
  /// The names that are set, each with where: in the process environment or a dotenv file.
  public var present: [String: Source]
  /// The file of examples relative to the root, or nil.
  public var example: Setting<String>?
  /// The dotenv file relative to the root, whether it exists or not.
  public var dotenv: String
  /// The dotenv files that a shell loads, relative to the root, in the order in which they are loaded.
  public var loaded: [String]
  /// The dotenv file where it is there and could not be read.
  public var unreadableDotenv: UnreadableFile?
  /// The file of examples where it is there and could not be read, so that what is required is not known.
  public var unreadableExample: UnreadableFile?
  /// The names whose values in the file of examples look like secrets that somebody uses, sorted.
  public var realInExample: [String] = []
  /// The names that are set to what only stands in the file of examples to be replaced, sorted.
  public var stillAsInExample: [String] = []

  /// Puts settings together.
  public init(
    required: [Setting<String>], present: [String: Source], example: Setting<String>?, dotenv: String = ".env"
  ) {
    self.required = required
    self.present = present
    self.example = example
    self.dotenv = dotenv
    loaded = [dotenv]
  }
}
