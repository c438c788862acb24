import HandoffModel
import HandoffSystem

/// The files of a project that discovery reads, each read once.
struct ProjectFiles {
  let host: Host
  let root: String
  /// The process's variables.
  var environment: ProcessEnvironment { host.environment }
  /// `.env`, or nil.
  let dotenv: Dotenv?
  /// Whether `.env` is there and could not be read. A folder of that name is a virtual environment and no dotenv file.
  let dotenvIsUnreadable: Bool
  /// The first of `.env.example` and its like that exists, with its path.
  let example: (path: String, content: Dotenv)?

  static let dotenvName = ".env"
  static let exampleNames = [".env.example", ".env.sample", ".env.template", ".env.dist", "env.example"]

  init(host: Host, root: String, example: String?) throws(ConfigurationError) {
    self.host = host
    self.root = root
    let text = Self.text(Self.dotenvName, host: host, root: root)
    dotenv = text.map(Dotenv.init)
    let kind = host.files.kind(of: root + "/" + Self.dotenvName)
    dotenvIsUnreadable = text == nil && kind != nil && kind != .folder
    var found: (String, Dotenv)?
    for name in example.map({ [$0] }) ?? Self.exampleNames where found == nil {
      found = Self.text(name, host: host, root: root).map { (name, Dotenv($0)) }
    }
    if let example, found == nil {
      throw ConfigurationError(
        file: Configuration.fileName, message: "environment.example: there is no readable file \(example)")
    }
    self.example = found
  }

  private static func text(_ path: String, host: Host, root: String) -> String? {
    try? host.files.readText(path.hasPrefix("/") ? path : root + "/" + path)
  }

  /// The text of a file of the project, or nil when it is not there or cannot be read.
  func text(_ path: String) -> String? { Self.text(path, host: host, root: root) }

  /// What stands at a path of the project.
  func kind(_ path: String) -> FileKind? {
    host.files.kind(of: path.hasPrefix("/") ? path : root + "/" + path)
  }

  /// The names in the project's folder.
  var names: [String] { (try? host.files.list(root)) ?? [] }

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
    for name in requirementNames(names) + Self.manifestNames where names.contains(name) {
      if let text = text(name) { manifests.append((name, text)) }
    }
    return manifests
  }

  static let manifestNames = [
    "pyproject.toml", "setup.py", "setup.cfg", "Pipfile", "package.json", "go.mod", "Cargo.toml", "Gemfile",
    "composer.json", "pom.xml", "build.gradle", "build.gradle.kts", "Package.swift",
  ]

  /// `requirements.txt` and its like, among names.
  func requirementNames(_ names: [String]) -> [String] {
    names.filter { $0.hasPrefix("requirements") && $0.hasSuffix(".txt") }
  }
}
