import HandoffModel
public import HandoffSystem

/// What `handoff.yml` wants to have run, or asked of other machines: what its user is asked to trust.
public struct TrustSubject: Sendable {
  /// The folder of the project, without symbolic links.
  public let root: String
  /// The bytes of `handoff.yml` that the rest was read from.
  public let configuration: ConfigurationDigest
  /// The commands that would be run.
  public let commands: [CommandSettings]
  /// The checks that would ask other machines.
  public let checks: [CheckSettings]
  /// The databases on other machines that a file of the project names, each as `HOST:PORT` or `service NAME`.
  public let databases: [String]

  /// What a project wants.
  public init(_ project: Project) {
    root = project.root
    configuration = project.configuration
    commands = project.commands
    checks = project.checks.filter { !$0.isLocal }
    databases = (project.postgres.settings ?? []).filter { $0.placingFile != nil && !$0.isRecalled }.compactMap {
      place in
      place.host.map { "\($0.value):\(place.port?.value ?? 5432)" }
        ?? place.options["service"].map { "service \($0.value)" }
    }
  }

  /// How much is read of all that the commands name.
  public static let limits = "\(TrustedReading.entriesLimit) files or \(TrustedReading.bytesLimit >> 20) MiB"

  /// Whether nothing needs trust.
  public var isEmpty: Bool { commands.isEmpty && checks.isEmpty && databases.isEmpty }

  /// The files of the project that a command's words name, relative to the root.
  public func files(of command: CommandSettings, _ files: FileSystem) -> [String] {
    NamedFiles(root: root).all(in: command.run).filter { name in
      switch files.kind(of: path(name), followLinks: false) {
      case .regular, .symbolicLink, .folder: true
      default: false
      }
    }
  }

  /// A command's words with the files that they name taken from another folder; of a line for a shell the programs and
  /// scripts that it starts.
  /// - Parameter place: the path of a file of the project, by its name, or nil where it stays.
  public func words(of command: CommandSettings, at place: (String) -> String?) -> [String] {
    NamedFiles(root: root).replaced(in: command.run, at: place)
  }

  /// The digest of all that trust is bound to, as it is now.
  /// - Returns: nil when a file cannot be read, so that nobody knows what would be run.
  public func digest(_ files: FileSystem) -> String? { content(files)?.digest(configuration) }

  /// Reads, once, the files that the commands name.
  /// - Returns: nil when one cannot be read, or all of it is more than ``limits``.
  public func content(_ files: FileSystem) -> TrustContent? {
    var named: [PathText: TrustContent.File] = [:]
    let names = Set(commands.flatMap { self.files(of: $0, files) }.map { PathText($0) }).sorted()
    let takesCaches =
      commands.contains(where: \.readsCaches) || names.contains { isStartedWithCaches(path($0.text), files) }
    var reading = TrustedReading(files: files, root: root, takesCaches: takesCaches)
    for name in names {
      guard let file = reading.file(path(name.text)) else { return nil }
      named[name] = file
    }
    return TrustContent(subject: self, files: named)
  }

  private func path(_ name: String) -> String { PathText(root).appending(name).text }

  /// Whether a file's first line starts a Python that reads caches.
  private func isStartedWithCaches(_ path: String, _ files: FileSystem) -> Bool {
    var head: ArraySlice<UInt8> = []
    try? files.read(path, limit: .max) { piece, _ in
      head = piece.prefix(512)
      return false
    }
    return head.starts(with: "#!".utf8) && readsCaches(String(decoding: head.prefix { $0 != 0x0a }, as: UTF8.self))
  }

  /// What is hashed besides the files.
  var declared: [String: JSONValue] {
    [
      "root": .string(root), "databases": .strings(databases),
      "commands": .array(
        commands.map { command in
          [
            "name": .string(command.name), "run": .strings(command.run), "capture": .optional(command.capture),
            "class": .string(command.kind.rawValue), "fix": .strings(command.fix), "line": .bool(command.fixIsLine),
          ]
        }),
      "checks": .array(
        checks.map { check in
          var members: [String: JSONValue] = ["name": .string(check.name), "place": .string(check.place)]
          if case .http(let url, let expected) = check.target {
            members["url"] = .string(url)
            members["expected"] = .array(expected.map(JSONValue.int))
          }
          return .object(members)
        }),
    ]
  }
}

extension CommandSettings {
  fileprivate var readsCaches: Bool { run.contains(where: HandoffProject.readsCaches) }
}

/// Whether a line may start a Python that reads caches of bytecode from the project, whatever its variables say: with `-I`
/// or `-E`.
private func readsCaches(_ line: String) -> Bool {
  ShellLine(line).words.contains { word in
    let text = word.text.utf8
    return text.starts(with: "-".utf8) && !text.starts(with: "--".utf8) && text.contains { "IE".utf8.contains($0) }
  }
}
