import HandoffModel
public import HandoffProbes
import HandoffProject
import HandoffSystem
import HandoffText

/// What a new session has to set for a project: its virtual environment, AWS profile and region, database and containers.
/// Nothing secret is set: where a variable comes from is said in a remark instead. Paths are absolute.
public struct SessionEnvironment: Sendable {
  private let context: ProbeContext
  private let dotenv: SessionDotenv
  private let isClean: @Sendable (String) -> Bool
  private var lines: [SessionLine] = []
  private var names: Set<String> = []

  /// Prepares.
  /// - Parameters:
  ///   - context: the project, the door to the world, and until when git may be asked.
  ///   - isClean: whether a line holds nothing that looks like a secret.
  public init(_ context: ProbeContext, isClean: @escaping @Sendable (String) -> Bool) {
    self.context = context
    self.isClean = isClean
    dotenv = SessionDotenv(root: context.project.root, files: context.host.files)
  }

  /// The lines, in the order of the areas.
  /// - Parameter shell: the shell that remarks name commands for.
  public func lines(for shell: SessionShell) async -> [SessionLine] {
    var session = self
    await session.addPython()
    session.addAWS()
    await session.addPostgres()
    session.addDocker()
    session.addSecrets(shell)
    return session.lines
  }

  private mutating func set(_ name: String, _ value: String?) {
    guard let value, !value.isEmpty, names.insert(name).inserted else { return }
    lines.append(
      isClean("\(name)=\(value)")
        ? .set(name: name, value: value) : .remark("\(Untrusted(name)): left out, since it looks like a secret"))
  }

  private mutating func remark(_ message: Message) {
    if isClean(message.terminal) { lines.append(.remark(message)) }
  }

  private func variable(_ names: String...) -> String? {
    names.lazy.compactMap { context.host.environment[$0] }.first ?? names.lazy.compactMap { dotenv.value($0) }.first
  }

  /// A path of a setting in full; what is no path, such as a name that a program knows, stays.
  private func absolute(_ path: String) -> String { PathText(path).hasSlash ? context.path(path) : path }

  // MARK: Python

  private mutating func addPython() async {
    guard let settings = context.project.python.settings else { return }
    guard let environment = settings.environment?.value else { return remark("there is no virtual environment yet") }
    let folder = context.path(environment)
    let files = context.host.files
    let isConda = files.kind(of: folder + "/conda-meta") == .folder
    guard isConda || files.kind(of: folder + "/pyvenv.cfg") == .regular, files.kind(of: folder + "/bin/python") != nil
    else {
      return remark("there is no working virtual environment at \(Untrusted(environment)): handoff preflight says more")
    }
    // Whoever wrote to the repository decides what a program in it does.
    switch await RepositoryTracking(of: folder, context) {
    case .untracked: break
    case .tracked:
      return remark(
        "git tracks \(Untrusted(environment)), so that it is not activated: programs in it came with the repository")
    case .unknown:
      return remark("git cannot say whether it tracks \(Untrusted(environment)), so that it is not activated")
    }
    guard !folder.utf8.contains(UInt8(ascii: ":")) else {
      return remark("\(Untrusted(environment)) is not activated: a path with a colon cannot stand in PATH")
    }
    guard isClean(folder) else {
      return remark("the virtual environment is left out, since its path looks like a secret")
    }
    set(isConda ? "CONDA_PREFIX" : "VIRTUAL_ENV", folder)
    lines.append(.path(folder: folder + "/bin"))
    lines.append(.unset(name: "PYTHONHOME"))
  }

  // MARK: AWS

  private mutating func addAWS() {
    guard let settings = context.project.aws.settings else { return }
    set("AWS_PROFILE", settings.profile?.value ?? variable("AWS_PROFILE", "AWS_DEFAULT_PROFILE"))
    // Some programs read the one, some the other.
    let region = settings.region?.value ?? variable("AWS_REGION", "AWS_DEFAULT_REGION")
    set("AWS_REGION", region)
    set("AWS_DEFAULT_REGION", region)
  }

  // MARK: PostgreSQL

  /// Variables of projects that name a place, and no password.
  private static let own: Set<String> = [
    "DB_HOST", "DB_PORT", "DB_NAME", "DB_DATABASE", "DB_USER", "DB_USERNAME", "POSTGRES_HOST", "POSTGRES_PORT",
    "POSTGRES_DB", "POSTGRES_USER",
  ]

  private mutating func addPostgres() async {
    guard let settings = context.project.postgres.settings?.first else { return }
    // The same as for what connects: a file that came with the repository leads to no other machine without trust.
    if let file = settings.placingFile, !TrustStore(context.host).trusts(TrustSubject(context.project)) {
      guard case .untracked = await RepositoryTracking(of: context.path(file), context) else {
        return remark(
          "the database is left out: \(Untrusted(file)), which git may track, places it on another machine, and is not trusted: handoff trust"
        )
      }
    }
    let options = settings.options.mapValues(\.value)
    set("PGSERVICE", options["service"])
    add("PGHOST", settings.host)
    set("PGHOSTADDR", options["hostaddr"])
    add("PGPORT", settings.port.map { Setting("\($0.value)", $0.source) } ?? settings.options["port"])
    add("PGDATABASE", settings.database)
    add("PGUSER", settings.user)
    set("PGSSLMODE", options["sslmode"])
    for (variable, keyword) in [
      ("PGSSLROOTCERT", "sslrootcert"), ("PGSSLCERT", "sslcert"), ("PGSSLKEY", "sslkey"), ("PGPASSFILE", "passfile"),
    ] {
      set(variable, options[keyword].map(absolute))
    }
    if let source = settings.password?.source, ![.environment, .dotenv].contains(source.kind) {
      remark("PGPASSWORD: set in \(source.message), and not said here")
    }
  }

  /// Sets libpq's variable, and that of the project which the value came from.
  private mutating func add(_ libpq: String, _ setting: Setting<String>?) {
    guard let setting else { return }
    set(libpq, setting.value)
    let name = setting.source.kind == .dotenv ? setting.source.detail.pieces(between: " ").last : setting.source.detail
    guard let name, [.environment, .dotenv].contains(setting.source.kind), Self.own.contains(name) else { return }
    set(name, setting.value)
  }

  // MARK: Docker

  private mutating func addDocker() {
    guard let settings = context.project.docker.settings else { return }
    // The engine is chosen by the session and the user's own files alone.
    for name in ["DOCKER_HOST", "DOCKER_CONTEXT"] { set(name, context.host.environment[name]) }
    if case .compose(let project, _) = settings.scope.value,
      [.configuration, .environment, .dotenv].contains(settings.scope.source.kind)
    {
      set("COMPOSE_PROJECT_NAME", project)
    }
  }

  // MARK: What is left out

  /// How many variables are named that are left out.
  private static let mostRemarks = 100

  private mutating func addSecrets(_ shell: SessionShell) {
    let required = (context.project.variables.settings?.required ?? []).map(\.value)
    let keys = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "PGPASSWORD", "DATABASE_URL"]
    let asked = Set(required).union(keys.filter { context.host.environment[$0] != nil }).union(dotenv.names)
    let left = asked.subtracting(names).filter(Dotenv.isName).sorted()
    for name in left.prefix(Self.mostRemarks) {
      if let file = dotenv.file(of: name) {
        remark("\(Untrusted(name)): set in \(Untrusted(file))\(loading(file, shell))")
      } else if context.host.environment[name] != nil {
        remark("\(Untrusted(name)): set in this shell alone, and not said here")
      } else if let file = dotenv.unread.first {
        remark("\(Untrusted(name)): not set in this shell, and \(Untrusted(file)) cannot be read")
      } else {
        remark("\(Untrusted(name)): not set, and the project asks for it")
      }
    }
    if left.count > Self.mostRemarks { remark("and \(left.count - Self.mostRemarks) more variables") }
  }

  /// The command that loads a dotenv file, for a remark. It begins with what fails where a shell takes no comments.
  private func loading(_ file: String, _ shell: SessionShell) -> Message {
    let path = PathText(context.project.root).appending(file).text
    guard path.utf8.allSatisfy({ $0.isWordOfASCII || "/.-+".utf8.contains($0) }) else { return "" }
    return switch shell {
    case .bash, .zsh: ", load it: set -a && . \(Untrusted(path)) && set +a"
    case .fish: ", load it: export (string match -rv '^ *(#|$)' <\(Untrusted(path)))"
    case .powershell:
      ", load it: Get-Content \(Untrusted(path)) | Where-Object { $_ -match '^\\w+=' } | ForEach-Object { $n, $v = $_ -split '=', 2; Set-Item Env:$n $v }"
    }
  }
}
