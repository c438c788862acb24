import HandoffModel
public import HandoffSystem
import HandoffText

/// Finds out what a project means, without running anything.
public enum Discovery {
  /// The folder of the project that a folder belongs to: the nearest one upwards with a `handoff.yml`, but none around
  /// the repository that the folder is in, and above it none of another user; else with a `.git`, else the folder itself.
  /// - Parameter folder: an absolute path.
  public static func root(of folder: String, files: FileSystem) -> String {
    let start = files.realPath(folder) ?? folder
    // A link to nothing is there too: it is to be reported, and not passed over.
    let repository = files.nearestFolder(from: start, holding: ".git", followLinks: false)
    if let configured = files.nearestFolder(from: start, holding: Configuration.fileName, followLinks: false) {
      let isAround = repository.map { PathText($0).isBelow(configured) }
      let file = configured + "/" + Configuration.fileName
      if isAround != true, configured == start || repository != nil || files.isOwn(file) { return configured }
    }
    return repository ?? start
  }

  /// Reads a project.
  /// - Parameters:
  ///   - root: its folder, an absolute path without symbolic links.
  ///   - host: the door to files and variables.
  /// - Throws: ``ConfigurationError`` for a mistake in `handoff.yml` or the compose file.
  public static func project(at root: String, host: Host) throws(ConfigurationError) -> Project {
    let (configuration, bytes) = try configuration(at: root, host: host)
    let files = try ProjectFiles(host: host, root: root, example: configuration.environment.value?.example)
    // A compose file that says nothing concerns Docker, and the database that it might publish.
    let compose = ComposeLook(configuration.docker.value, files)
    func setting<Value>(_ value: Value?, _ key: String, _ other: Setting<Value>) -> Setting<Value> {
      value.map { Setting($0, Source(.configuration, key)) } ?? other
    }
    let folder = PathText(root).components.last?.text ?? "/"
    let handoffs = setting(configuration.handoffs, "handoffs", Setting("handoffs", Source(.defaultValue)))
    let git: AreaUse<GitSettings> =
      if configuration.git == .off {
        .unused(switchedOff)
      } else if host.files.nearestFolder(from: root, holding: ".git") != nil {
        .used(GitSettings(handoffs: handoffs.value))
      } else {
        .unused("not in a git repository")
      }
    var project = Project(
      root: root,
      name: setting(configuration.project, "project", Setting(folder, Source(.folder, folder))),
      handoffs: handoffs,
      template: setting(configuration.template?.value, "template", Setting("session-handoff", Source(.defaultValue))),
      shells: setting(configuration.shells, "shells", Setting(["bash", "powershell"], Source(.defaultValue))),
      deadline: setting(configuration.deadline, "deadline", Setting(5, Source(.defaultValue))),
      aws: DiscoverAWS.discover(configuration.aws, files),
      python: DiscoverPython.discover(configuration.python, files),
      postgres: DiscoverPostgres.discover(configuration.postgres, files, compose),
      docker: DiscoverDocker.discover(configuration.docker, files, compose),
      git: git,
      variables: DiscoverVariables.discover(configuration.environment, files))
    project.furtherAWS = configuration.furtherAWS.compactMap(DiscoverAWS.further)
    project.furtherPython = configuration.furtherPython.compactMap { DiscoverPython.further($0, files) }
    project.checks = configuration.checks.value ?? []
    project.commands = configuration.commands.value ?? []
    if configuration.checks == .off { project.switchedOffAreas.insert("check") }
    if configuration.commands == .off { project.switchedOffAreas.insert("command") }
    project.ignore = configuration.ignore
    project.waivers = configuration.waivers
    project.mask = configuration.mask
    project.templatePlace = configuration.template?.place
    project.configuration = ConfigurationDigest(of: bytes)
    return project
  }

  /// What `handoff.yml` says, and the bytes that say it: what is trusted is what was read.
  private static func configuration(
    at root: String, host: Host
  ) throws(ConfigurationError) -> (Configuration, [UInt8]) {
    let name = Configuration.fileName
    let (look, bytes) = FileLook.reading(name, root: root, files: host.files)
    switch look {
    case .absent: return (Configuration(), [])
    case .text(let text): return (try ConfigurationReader.read(text), bytes)
    case .unreadable(let file):
      throw ConfigurationError(file: name, message: "\(file.reason.plain); mend it, or remove it to do without one")
    }
  }
}
