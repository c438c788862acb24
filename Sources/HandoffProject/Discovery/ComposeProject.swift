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

  static let fileNames = ["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"]

  /// - Returns: nil when there is none, or when it is among those that could not be read.
  fileprivate static func find(
    _ said: Configuration.Docker?, _ files: ProjectFiles, _ unreadable: inout [UnreadableFile]
  ) throws(ConfigurationError) -> ComposeProject? {
    guard let (paths, source) = chosen(said, files), let path = paths.first else { return nil }
    var reader = ComposeFileReader(files: files, paths: paths, source: source, namedBy: said?.compose?.place)
    defer { unreadable += reader.unreadable }
    guard var file = try reader.read() else { return nil }
    file.activate(
      Set((files.composeVariable("COMPOSE_PROFILES") ?? "").split(separator: ",").map { String($0.trimmed) }))
    file.refusals += file.services.sorted { $0.key < $1.key }.filter { !$0.value.isOptional }.flatMap(
      \.value.missingFiles)
    file.refusals += file.dangling
    let mayKnowMore =
      path.contains("/") || files.environment["COMPOSE_ENV_FILES"] != nil || files.unreadableDotenv != nil
    if mayKnowMore { file.refusals.removeAll(where: \.dependsOnVariables) }
    return ComposeProject(
      path: path, paths: paths, source: source, name: projectName(said, file, files, path: path), file: file)
  }

  /// The files that compose would take, and what chose them; nil where there is none.
  private static func chosen(
    _ said: Configuration.Docker?, _ files: ProjectFiles
  ) -> (paths: [String], source: Source)? {
    if let said = said?.compose { return ([said.value], Source(.configuration, "docker.compose")) }
    if let named = named(files) { return named }
    let present =
      fileNames.first { files.kind($0) != nil } ?? fileNames.first { files.look($0).unreadable != nil }
    guard let path = present else { return nil }
    let stem = path.split(separator: ".").dropLast().joined(separator: ".")
    let overrides = ["yaml", "yml"].map { "\(stem).override.\($0)" }
    return (
      [path] + overrides.filter { files.kind($0) != nil || files.look($0).unreadable != nil }, Source(.file, path)
    )
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
      (PathText(path).isAbsolute ? nil : PathText(path).folder.components.last?.text) ?? PathText(files.root).name
    return Setting(normalized(folder), Source(.folder, folder))
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
