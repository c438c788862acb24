import HandoffModel
import HandoffSystem
import HandoffText

/// What a look at the compose file of a folder gave.
struct ComposeLook {
  /// The project that it describes, or nil.
  var project: ComposeProject?
  /// What is wrong with what it says.
  var problem: ConfigurationError?
  /// It, or a file that is laid over it, where that could not be read.
  var unreadable: [UnreadableFile] = []

  /// Whether it might say something that is not known.
  var hidden: [UnreadableFile] { unreadable + (problem.map { [UnreadableFile($0)] } ?? []) }
}

extension ComposeLook {
  /// Reads the compose file that `docker compose` would take in this folder.
  init(_ said: Configuration.Docker?, _ files: ProjectFiles) {
    do throws(ConfigurationError) {
      project = try ComposeProject.find(said, files, &unreadable)
    } catch {
      problem = error
    }
  }
}

/// The compose project of a folder.
struct ComposeProject {
  /// The compose file, relative to the root.
  let path: String
  /// Where the choice of the file came from.
  let source: Source
  /// The compose project's name, and where it came from.
  let name: Setting<String>
  let file: ComposeFile

  static let fileNames = ["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"]

  /// - Returns: nil when there is none, or when it is among those that could not be read.
  fileprivate static func find(
    _ said: Configuration.Docker?, _ files: ProjectFiles, _ unreadable: inout [UnreadableFile]
  ) throws(ConfigurationError) -> ComposeProject? {
    let chosen: (path: String, source: Source)
    if let path = said?.compose {
      chosen = (path, Source(.configuration, "docker.compose"))
    } else if let path = files.environment["COMPOSE_FILE"]?.split(separator: ":").first.map(String.init) {
      chosen = (path, Source(.environment, "COMPOSE_FILE"))
    } else if let path = fileNames.first(where: { files.kind($0) != nil })
      ?? fileNames.first(where: { files.look($0).unreadable != nil })
    {
      chosen = (path, Source(.file, path))
    } else {
      return nil
    }
    let variables = { (name: String) -> String? in files.environment[name] ?? files.dotenv?[name] }
    let text: String
    switch files.look(chosen.path) {
    case .text(let content): text = content
    case .unreadable(let file):
      unreadable.append(file)
      return nil
    case .absent:
      if said?.compose != nil {
        let reason: Message = "is not there, and \(Untrusted(Configuration.fileName)) names it as the compose file"
        unreadable.append(UnreadableFile(path: chosen.path, .missing, reason))
      }
      return nil
    }
    var file = try ComposeFile(text, file: chosen.path, variables: variables)
    if said?.compose == nil, chosen.source.kind == .file {
      let stem = chosen.path.split(separator: ".").dropLast().joined(separator: ".")
      for ending in ["yaml", "yml"] {
        let override = "\(stem).override.\(ending)"
        switch files.look(override) {
        case .text(let text): file.override(with: try ComposeFile(text, file: override, variables: variables))
        case .unreadable(let file): unreadable.append(file)
        case .absent: continue
        }
      }
    }
    return ComposeProject(
      path: chosen.path, source: chosen.source, name: projectName(said, file, files, path: chosen.path), file: file)
  }

  private static func projectName(
    _ said: Configuration.Docker?, _ file: ComposeFile, _ files: ProjectFiles, path: String
  ) -> Setting<String> {
    if let name = said?.project { return Setting(name, Source(.configuration, "docker.project")) }
    if let name = files.environment["COMPOSE_PROJECT_NAME"] {
      return Setting(name, Source(.environment, "COMPOSE_PROJECT_NAME"))
    }
    if let name = files.dotenv?["COMPOSE_PROJECT_NAME"] {
      return Setting(name, Source(.dotenv, "\(ProjectFiles.dotenvName): COMPOSE_PROJECT_NAME"))
    }
    if let name = file.name { return Setting(name, Source(.compose, "\(path): name")) }
    let folder =
      (path.contains("/") && !path.hasPrefix("/") ? path.split(separator: "/").dropLast().last : nil)
      ?? files.root.split(separator: "/").last ?? ""
    return Setting(normalized(String(folder)), Source(.folder, String(folder)))
  }

  /// The name that compose makes of a folder's name: lower-case letters, digits, hyphens and underscores.
  static func normalized(_ name: String) -> String {
    let kept = name.lowercased().unicodeScalars.filter { scalar in
      scalar.isASCII
        && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || scalar == "-" || scalar == "_")
    }
    return String(String.UnicodeScalarView(kept.drop { $0 == "-" || $0 == "_" }))
  }

  /// The database that a PostgreSQL service publishes on this machine.
  var databaseCandidate: PostgresSettings? {
    guard let database = file.database else { return nil }
    let source = Source(.compose, "\(path): \(database.service)")
    func setting(_ name: String) -> Setting<String>? {
      database.variables[name].flatMap { $0.isEmpty ? nil : Setting($0, source) }
    }
    let user = setting("POSTGRES_USER") ?? Setting("postgres", source)
    return PostgresSettings(
      host: Setting("localhost", source), port: Setting(database.port, source),
      database: setting("POSTGRES_DB") ?? user, user: user, password: setting("POSTGRES_PASSWORD"))
  }
}

/// Which containers the project means.
enum DiscoverDocker {
  static func discover(
    _ said: Configuration.Area<Configuration.Docker>, _ files: ProjectFiles, _ look: ComposeLook
  ) -> AreaUse<DockerSettings> {
    if said == .off { return .unused(switchedOff) }
    let compose = look.project
    var unreadable = look.unreadable
    let names = said.value?.names ?? []
    let named = Source(.configuration, "docker.names")
    var settings: DockerSettings
    if said.value?.all == true {
      settings = DockerSettings(scope: Setting(.all, Source(.configuration, "docker.all")))
    } else if let compose {
      settings = DockerSettings(
        scope: Setting(.compose(project: compose.name.value, names: names), compose.name.source))
    } else if let project = said.value?.project {
      settings = DockerSettings(
        scope: Setting(.compose(project: project, names: names), Source(.configuration, "docker.project")))
    } else if !names.isEmpty {
      settings = DockerSettings(scope: Setting(.names(names), named))
    } else if said.value != nil || !look.hidden.isEmpty || files.names.contains(where: isDockerfile) {
      let file = files.names.first(where: isDockerfile)
      settings = DockerSettings(
        scope: Setting(.builtHere, file.map { Source(.file, $0) } ?? Source(.configuration, "docker")))
    } else {
      return .unused("no compose file and no Dockerfile")
    }
    if let dotenv = files.unreadableDotenv, case .compose = settings.scope.value,
      ![.configuration, .environment].contains(settings.scope.source.kind)
    {
      // It goes before the compose file in naming the project.
      unreadable.append(dotenv)
    }
    settings.problem = look.problem
    settings.unreadable = unreadable
    if let compose {
      settings.composeFile = Setting(compose.path, compose.source)
      let base = compose.path.split(separator: "/").dropLast().joined(separator: "/")
      settings.services = compose.file.services.map { service(named: $0, $1, base: base) }.sorted { $0.name < $1.name }
    }
    return .used(settings)
  }

  private static func isDockerfile(_ name: String) -> Bool {
    name == "Dockerfile" || name == "Containerfile" || name.hasPrefix("Dockerfile.")
  }

  private static func service(named name: String, _ service: ComposeFile.Service, base: String)
    -> DockerSettings.Service
  {
    func relative(_ path: String, to folder: String) -> String {
      if path.hasPrefix("/") { return path }
      let parts = (folder.split(separator: "/") + path.split(separator: "/")).filter { $0 != "." }
      return parts.isEmpty ? "." : (folder.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
    }
    let context = service.context.map { relative($0, to: base) }
    return DockerSettings.Service(
      name: name, buildContext: context,
      buildFile: context.map { relative(service.dockerfile ?? "Dockerfile", to: $0) },
      image: service.image, optional: service.hasProfile)
  }
}
