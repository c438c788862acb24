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
  /// All files that it is made of, relative to the root or absolute.
  let paths: [String]
  /// Where the choice of the file came from.
  let source: Source
  /// The compose project's name, and where it came from.
  let name: Setting<String>
  let file: ComposeFile

  /// How many services may extend those of other files.
  private static let mostExtensions = 1000

  static let fileNames = ["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"]

  /// - Returns: nil when there is none, or when it is among those that could not be read.
  fileprivate static func find(
    _ said: Configuration.Docker?, _ files: ProjectFiles, _ unreadable: inout [UnreadableFile]
  ) throws(ConfigurationError) -> ComposeProject? {
    let chosen: (paths: [String], source: Source)
    if let said = said?.compose {
      chosen = ([said.value], Source(.configuration, "docker.compose"))
    } else if let named = named(files) {
      chosen = named
    } else if let path = fileNames.first(where: { files.kind($0) != nil })
      ?? fileNames.first(where: { files.look($0).unreadable != nil })
    {
      let stem = path.split(separator: ".").dropLast().joined(separator: ".")
      let overrides = ["yaml", "yml"].map { "\(stem).override.\($0)" }
      chosen = (
        [path] + overrides.filter { files.kind($0) != nil || files.look($0).unreadable != nil }, Source(.file, path)
      )
    } else {
      return nil
    }
    // For compose, what is set and empty is set.
    let variables = { (name: String) -> String? in files.environment.variables[name] ?? files.dotenv?[name] }
    var file: ComposeFile?
    let folder = ComposeFile.folder(of: chosen.paths.first ?? "")
    var extended: [String: ComposeFile?] = [:]
    var extensions = 0
    for path in chosen.paths {
      let isFirst = path == chosen.paths.first
      switch chosen.source.kind == .environment ? files.look(path) : files.lookInside(path) {
      case .text(let text):
        var next = try ComposeFile(text, file: path, variables: variables) {
          files.lookInside(beside(chosen.paths[0], $0))
        }
        try next.inherit(in: folder) { other throws(ConfigurationError) in
          extensions += 1
          guard extensions <= mostExtensions else { return nil }
          if let known = extended[other] { return known }
          let file = try read(other, from: path, files, variables, &unreadable)
          extended[other] = .some(file)
          return file
        }
        if isFirst { file = next } else { file?.override(with: next) }
      case .unreadable(let file):
        unreadable.append(file)
        if isFirst { return nil }
      case .absent:
        let isNamed = said?.compose != nil || (!isFirst && chosen.source.kind != .file)
        if isNamed {
          let reason: Message =
            "is not there, and \(Untrusted(said?.compose?.place ?? "COMPOSE_FILE")) names it as the compose file"
          unreadable.append(UnreadableFile(path: path, .missing, reason))
        }
        if isFirst { return nil }
      }
    }
    guard var file, let path = chosen.paths.first else { return nil }
    file.activate(Set((variables("COMPOSE_PROFILES") ?? "").split(separator: ",").map { String($0.trimmed) }))
    let mayKnowMore =
      !folder.isEmpty || files.environment["COMPOSE_ENV_FILES"] != nil || files.unreadableDotenv != nil
    if mayKnowMore { file.refusals = [] }
    file.refusals += file.services.sorted { $0.key < $1.key }.filter { !$0.value.isOptional }.flatMap(
      \.value.missingFiles)
    return ComposeProject(
      path: path, paths: chosen.paths, source: chosen.source,
      name: projectName(said, file, files, path: path), file: file)
  }

  /// A file that holds a service which another one extends.
  /// - Parameter file: the compose file that leads there.
  /// - Returns: nil where it cannot be read, which is noted.
  private static func read(
    _ path: String, from file: String, _ files: ProjectFiles, _ variables: (String) -> String?,
    _ unreadable: inout [UnreadableFile]
  ) throws(ConfigurationError) -> ComposeFile? {
    let problem: UnreadableFile
    switch files.lookInside(path) {
    case .text(let text):
      return try ComposeFile(text, file: path, variables: variables) { files.lookInside(beside(path, $0)) }
    case .unreadable(let hidden): problem = hidden
    case .absent:
      problem = UnreadableFile(path: file, .mistake, "takes services from \(Untrusted(path)), which is not there")
    }
    if !unreadable.contains(problem) { unreadable.append(problem) }
    return nil
  }

  /// A path that a compose file gives, which is relative to the folder of the first one.
  private static func beside(_ file: String, _ path: String) -> String {
    if path.hasPrefix("/") { return path }
    let folder = file.split(separator: "/").dropLast().joined(separator: "/")
    return (file.hasPrefix("/") ? "/" : "") + (folder.isEmpty ? path : "\(folder)/\(path)")
  }

  /// The files of COMPOSE_FILE, also in `.env`. https://docs.docker.com/compose/how-tos/environment-variables/envvars/
  private static func named(_ files: ProjectFiles) -> (paths: [String], source: Source)? {
    let source: Source
    let text: String
    if let value = files.environment["COMPOSE_FILE"] {
      (text, source) = (value, Source(.environment, "COMPOSE_FILE"))
    } else if let value = files.dotenv?["COMPOSE_FILE"], !value.isEmpty {
      (text, source) = (value, Source(.dotenv, "\(ProjectFiles.dotenvName): COMPOSE_FILE"))
    } else {
      return nil
    }
    let separator = files.environment["COMPOSE_PATH_SEPARATOR"] ?? files.dotenv?["COMPOSE_PATH_SEPARATOR"] ?? ":"
    let paths = text.split(separator: separator).map(String.init)
    return paths.isEmpty ? nil : (paths, source)
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

  /// Whether a service is PostgreSQL.
  var hasDatabase: Bool { file.services.values.contains(where: \.isPostgres) }

  /// The files that could not be read, and that might name the database and the role of the published service.
  var hiddenDatabase: [UnreadableFile] {
    guard let database = file.database,
      ["POSTGRES_DB", "POSTGRESQL_DATABASE"].allSatisfy({ database.variables[$0] == nil })
    else { return [] }
    return database.unreadable
  }

  /// The database that a PostgreSQL service publishes on this machine.
  var databaseCandidate: PostgresSettings? {
    guard let database = file.database else { return nil }
    let source = Source(.compose, "\(path): \(database.service)")
    func setting(_ names: String...) -> Setting<String>? {
      names.compactMap { database.variables[$0] }.first { !$0.isEmpty }.map { Setting($0, source) }
    }
    // The second names are Bitnami's and Red Hat's (https://github.com/bitnami/containers/tree/main/bitnami/postgresql).
    let superuser = Setting("postgres", source)
    let user = setting("POSTGRES_USER", "POSTGRESQL_USERNAME", "POSTGRESQL_USER") ?? superuser
    let isOther = database.variables.keys.contains { $0.hasPrefix("POSTGRESQL_") }
    return PostgresSettings(
      host: Setting("localhost", source), port: Setting(database.port, source),
      database: setting("POSTGRES_DB", "POSTGRESQL_DATABASE") ?? (isOther ? superuser : user), user: user,
      password: setting("POSTGRES_PASSWORD", "POSTGRESQL_PASSWORD"))
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
      settings.composeFiles = compose.paths
      settings.knowsAllServices = !compose.file.includesOthers
      let base = compose.path.split(separator: "/").dropLast().joined(separator: "/")
      let awaited = compose.file.services.values.reduce(into: Set<String>()) { $0.formUnion($1.awaited) }
      settings.services = compose.file.services.map { name, said in
        var service = service(named: name, said, base: base)
        service.ending = awaited.contains(name) ? .awaited : said.restart == "no" ? .final : .unsaid
        service.replicas = said.replicas.flatMap { Int($0) }
        return service
      }.sorted { $0.name < $1.name }
      settings.refusals = compose.file.refusals
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
    let context = service.isBuilt ? relative(service.context ?? ".", to: base) : nil
    return DockerSettings.Service(
      name: name, buildContext: context,
      buildFile: service.inlineDockerfile == nil
        ? context.map { relative(service.dockerfile ?? "Dockerfile", to: $0) } : nil,
      inlineBuildFile: context == nil ? nil : service.inlineDockerfile, buildArguments: service.arguments,
      buildTarget: service.target, ephemeralPorts: service.ephemeralPorts,
      publishedPorts: service.lacksParent ? nil : service.published.all, image: service.image,
      isImageCertain: service.isImageCertain && !service.lacksParent, containerName: service.containerName,
      optional: service.isOptional)
  }
}
