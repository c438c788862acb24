import HandoffModel
import HandoffProject
import HandoffSystem
import HandoffText

/// The text of `handoff.yml`: what discovery cannot know, as examples that fit the project. All of it is comments, so that
/// it changes nothing until somebody takes a number sign away. A line of an example begins with `#` and no space.
struct ConfigurationSketch {
  private let project: Project
  private let files: FileSystem
  /// The variables that the project uses, which `.env.example` will name.
  private let names: [String]

  init(_ project: Project, using variables: [UsedVariable], _ files: FileSystem) {
    (self.project, self.files) = (project, files)
    names = variables.map(\.name)
  }

  /// A part of the file, by the key that it is about.
  private struct Section {
    let key: String
    /// What it is for, each line without its number sign.
    let words: [String]
    /// The lines of the example, as they would count.
    let example: [String]

    var text: String {
      words.map { "# \($0)\n" }.joined() + example.map { "#\($0)\n" }.joined()
    }
  }

  /// The whole file.
  var whole: String {
    """
    # What handoff cannot find out by itself. Everything here is optional, and all of it is a comment so far: take away the
    # number sign of a line that fits. `handoff preflight -v` shows what is found without it, and where each value came from.

    """ + sections.map { "\n" + $0.text }.joined()
  }

  /// The parts whose keys a file says nothing about, neither in a line nor in a comment; empty where there is none.
  func addition(to text: String) -> String {
    let lines = TextLines.lines(of: text)
    let missing = sections.filter { section in
      !lines.contains { line in
        let bare = line.hasPrefix("#") ? line.dropFirst().drop { $0 == " " } : line[...]
        return bare.hasPrefix(section.key + ":")
      }
    }
    return missing.map { "\n" + $0.text }.joined()
  }

  private var sections: [Section] {
    [project.name.source.kind == .folder ? name : nil, aws, python, postgres, docker, checks, commands, ignore]
      .compactMap(\.self)
  }

  // MARK: Sections

  private var name: Section {
    Section(
      key: "project", words: ["The name in documents; without it that of the folder."],
      example: ["project: \(Self.quoted(project.name.value) ?? "my-project")"])
  }

  private var aws: Section? {
    let settings = project.aws.settings
    guard settings != nil || names.contains(where: AWSSettings.isNaming), settings?.profile == nil,
      settings?.region == nil
    else { return nil }
    return Section(
      key: "aws", words: ["The profile and the region that this project means, whatever the session has selected."],
      example: ["aws: {profile: dev, region: us-east-1}"])
  }

  private var python: Section? {
    guard let settings = project.python.settings, settings.environment == nil else { return nil }
    return Section(
      key: "python", words: ["The virtual environment, where it is none of .venv, venv and env."],
      example: ["python: {environment: .venv, tools: [pytest]}"])
  }

  private var postgres: Section? {
    let first = project.postgres.settings?.first
    guard first != nil || names.contains(where: PostgresSettings.isNaming) else { return nil }
    guard let first, !first.isUnsaid else {
      return Section(
        key: "postgres",
        words: ["Where the database is, which nothing says yet; the password stands in .env or ~/.pgpass."],
        example: [
          "postgres: {host: localhost, port: 5432, database: app, user: app, migrations: \(migrations ?? "migrations")}"
        ])
    }
    guard first.migrations == nil else { return nil }
    return Section(
      key: "postgres", words: ["The folder of the database's migrations, where it has one."],
      example: ["postgres: {migrations: \(migrations ?? "database/migrations")}"])
  }

  /// A folder of the project in which SQL files stand; only one whose path is plain is named.
  private var migrations: String? {
    for folder in ["db", "database", "sql", "schema", "scripts/sql", "migrations/sql", "backend/migrations"] {
      let names = (try? files.list(project.root + "/" + folder)) ?? []
      if names.contains(where: { $0.hasSuffix(".sql") }) { return folder }
    }
    return nil
  }

  private var docker: Section? {
    guard let settings = project.docker.settings else { return nil }
    if case .compose(_, let names) = settings.scope.value, names.isEmpty {
      return Section(
        key: "docker", words: ["Containers that belong here and that compose did not start, by their names."],
        example: ["docker: {names: [\(Self.quoted(project.name.value + "-*") ?? "\"my-project-*\"")]}"])
    }
    guard case .builtHere = settings.scope.value else { return nil }
    return Section(
      key: "docker", words: ["The containers that belong here, by their names."],
      example: ["docker: {names: [\(Self.quoted(project.name.value + "-*") ?? "\"my-project-*\"")]}"])
  }

  /// Checks of the ports that services publish.
  private var checks: Section {
    var example = ["checks:"]
    for service in project.docker.settings?.services ?? [] where example.count < 5 {
      guard ConfigurationNames.isName(service.name), service.name.utf8.count <= 60,
        let port = service.publishedPorts?.lazy.compactMap(Self.hostPort).first, !isDatabase(port)
      else { continue }
      example.append("  \(service.name): {tcp: \"localhost:\(port)\"}")
    }
    if example.count == 1 { example.append("  cache: {tcp: \"localhost:6379\"}") }
    if example.count == 2 { example.append("  api: {http: \"http://localhost:8080/health\", expect: 200}") }
    return Section(
      key: "checks", words: ["What else must answer: a port, or a URL. No program is run for it."], example: example)
  }

  private func isDatabase(_ port: Int) -> Bool {
    project.postgres.settings?.contains { $0.port?.value == port } ?? false
  }

  /// The port of this machine in `127.0.0.1:8080:80/tcp` or `8080:80/tcp`; nil where any will do.
  private static func hostPort(_ published: String) -> Int? {
    guard published.hasSuffix("/tcp") else { return nil }
    let parts = published.dropLast(4).pieces(between: ":")
    return parts.count >= 2 ? Int(parts[parts.count - 2]) : nil
  }

  /// A command of the language that the project is written in.
  private var commands: Section {
    let signs: [(file: String, line: String)] = [
      ("package.json", "  node: {run: [node, --version], capture: '^v(.*)$', class: state}"),
      ("go.mod", "  go: {run: [go, version], class: state}"),
      ("Cargo.toml", "  rust: {run: [rustc, --version], class: state}"),
      ("Gemfile", "  ruby: {run: [ruby, --version], class: state}"),
      ("composer.json", "  php: {run: [php, -r, 'echo PHP_VERSION;'], class: state}"),
      ("Package.swift", "  swift: {run: [swift, --version], class: state}"),
    ]
    var example = ["commands:"]
    for (file, line) in signs where files.kind(of: project.root + "/" + file) == .regular { example.append(line) }
    if example.count == 1 {
      example.append("  schema: {run: [bin/schema-version], capture: '^(\\d+)$', class: state, fix: bin/migrate}")
    }
    return Section(
      key: "commands", words: ["What a program of yours can tell; it is run once you said so: handoff trust"],
      example: example)
  }

  private var ignore: Section {
    Section(
      key: "ignore", words: ["What is known not to be as it should, and is no fault."],
      example: ["ignore:", "  - {fact: \"docker.container[scratch*].*\", reason: experiments}"])
  }

  // MARK: Text

  /// Text as a string of YAML; nil where it holds more than what is plainly shown.
  private static func quoted(_ text: String) -> String? {
    guard !text.isEmpty, text.utf8.count <= 100,
      text.utf8.allSatisfy({ $0.isWordOfASCII || " -.*+@".utf8.contains($0) })
    else { return nil }
    return "\"\(text)\""
  }
}

/// Names that `handoff.yml` takes for checks and commands.
private enum ConfigurationNames {
  static func isName(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { $0.isWordOfASCII || $0 == UInt8(ascii: "-") }
  }
}
