import HandoffModel
import HandoffSystem
import HandoffText

/// The files of a project that discovery reads, each read once.
struct ProjectFiles {
  let host: Host
  let root: String
  /// The process's variables.
  var environment: ProcessEnvironment { host.environment }
  /// `.env`, or nil.
  let dotenv: Dotenv?
  /// `.env` where it is there and could not be read. A virtual environment of that name is no dotenv file.
  let unreadableDotenv: UnreadableFile?
  /// The first of `.env.example` and its like that exists, with its path.
  let example: (path: String, source: Source, content: Dotenv)?
  /// That file where it could not be read; no other one is taken in its place.
  let unreadableExample: UnreadableFile?

  static let dotenvName = ".env"
  /// What a person keeps beside `.env`: its lines go before those of that one.
  static let localDotenvName = ".env.local"
  /// `.env.local`, or nil.
  let localDotenv: Dotenv?
  /// `.env.local` where it is there and could not be read.
  let unreadableLocalDotenv: UnreadableFile?

  init(host: Host, root: String, example: Configuration.Located<String>?) throws(ConfigurationError) {
    self.host = host
    self.root = root
    do throws(FileError) {
      names = try host.files.list(root)
    } catch {
      throw ConfigurationError(
        file: Untrusted(root).terminal, message: "the project's folder cannot be looked into: \(error)")
    }
    let dotenv = FileLook(Self.dotenvName, root: root, files: host.files)
    self.dotenv = dotenv.text.map { Dotenv($0, expands: true) }
    let local = FileLook(Self.localDotenvName, root: root, files: host.files)
    localDotenv = local.text.map { Dotenv($0, expands: true) }
    unreadableLocalDotenv = local.unreadable
    let isEnvironment = VirtualEnvironmentSign.isThere(root + "/" + Self.dotenvName, host.files)
    unreadableDotenv = isEnvironment ? nil : dotenv.unreadable
    var found: (String, Source, Dotenv)?
    var hidden: UnreadableFile?
    for name in example.map({ [$0.value] }) ?? VariableSettings.exampleNames where found == nil && hidden == nil {
      let look = FileLook(name, root: root, files: host.files)
      found = look.text.map { text in
        (name, example == nil ? Source(.file, name) : Source(.configuration, "environment.example"), Dotenv(text))
      }
      hidden = look.unreadable
    }
    if let example, found == nil {
      let reason =
        hidden.map { "\(Untrusted($0.path).terminal) \($0.reason.plain)" }
        ?? "there is no file \(Untrusted(example.value).terminal)"
      throw example.error("environment.example: \(reason)")
    }
    self.example = found
    unreadableExample = hidden
  }

  /// What a look at a file of the project gives.
  func look(_ path: String) -> FileLook { FileLook(path, root: root, files: host.files) }

  /// The same for a path that a file of the project gives. What is neither in the project nor in its repository is not
  /// read: parts of it would come to stand in a document.
  func lookInside(_ path: String) -> FileLook {
    let full = PathText(root).appending(path).text
    let top = host.files.nearestFolder(from: root, holding: ".git") ?? root
    if let real = host.files.realPath(full), !PathText(real).isBelow(top) {
      return .unreadable(UnreadableFile(path: path, .other, "is outside of the project, and is not read"))
    }
    return look(path)
  }

  /// The text of a file of the project, or nil when it is not there or cannot be read.
  func text(_ path: String) -> String? { look(path).text }

  /// The dotenv file and the file of examples, where they could not be read: they might name any variable.
  var unreadableVariables: [UnreadableFile] { [unreadableDotenv, unreadableExample].compactMap(\.self) }

  /// What stands at a path of the project.
  func kind(_ path: String) -> FileKind? {
    host.files.kind(of: PathText(root).appending(path).text)
  }

  /// The names in the project's folder.
  let names: [String]

  /// Where a variable is named first: set in the process, or named in `.env` or the file of examples.
  func namedAt(_ name: String) -> Source? {
    if environment[name] != nil { return Source(.environment, name) }
    if dotenv?.names.contains(name) == true { return Source(.dotenv, "\(Self.dotenvName): \(name)") }
    if let example, example.content.names.contains(name) { return Source(.dotenv, "\(example.path): \(name)") }
    return nil
  }

  /// The text of files that declare what the project depends on, each with its name.
  var manifests: [(name: String, text: String)] {
    let names = names
    var manifests: [(String, String)] = []
    var left = Self.manifestBytes
    for name in Self.manifestNames.filter(names.contains) + requirementNames(names).prefix(Self.requirementFiles) {
      guard left > 0, let text = lookAtManifest(name).text else { continue }
      left -= text.utf8.count
      manifests.append((name, text))
    }
    return manifests
  }

  /// How much text of them all is looked through, in bytes, and how many files of requirements.
  private static let manifestBytes = 4 << 20
  private static let requirementFiles = 32

  /// Those of them that could not be read.
  var unreadableManifests: [UnreadableFile] {
    let names = names
    return (requirementNames(names) + Self.manifestNames.filter(names.contains)).compactMap {
      lookAtManifest($0).unreadable
    }
  }

  private func lookAtManifest(_ name: String) -> FileLook {
    FileLook(name, root: root, files: host.files, readsUTF16: name.hasSuffix(".txt"))
  }

  static let manifestNames = [
    "pyproject.toml", "setup.py", "setup.cfg", "Pipfile", "package.json", "go.mod", "Cargo.toml", "Gemfile",
    "composer.json", "pom.xml", "build.gradle", "build.gradle.kts", "Package.swift",
  ]

  /// `requirements.txt` and its like, among names of the project's folder; where there is none, the file of a folder
  /// `requirements` that a developer installs.
  func requirementNames(_ names: [String]) -> [String] {
    let own = names.filter { $0.hasPrefix("requirements") && $0.hasSuffix(".txt") }
    guard own.isEmpty, names.contains("requirements") else { return own }
    let kept = (try? host.files.list(root + "/requirements")) ?? []
    let name = ["dev", "development", "local", "requirements", "base", "main"].first { kept.contains("\($0).txt") }
    return name.map { ["requirements/\($0).txt"] } ?? []
  }
}
