import Crypto
import HandoffModel
public import HandoffSystem
import HandoffText

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What `handoff.yml` wants to have run, or asked of other machines: what its user is asked to trust.
public struct TrustSubject: Sendable {
  /// The folder of the project, without symbolic links.
  public let root: String
  /// The commands that would be run.
  public let commands: [CommandSettings]
  /// The checks that would ask other machines.
  public let checks: [CheckSettings]
  /// The databases on other machines that a file of the project names, each as `HOST:PORT`.
  public let databases: [String]

  /// What a project wants.
  public init(_ project: Project) {
    root = project.root
    commands = project.commands
    checks = project.checks.filter { !$0.isLocal }
    databases = (project.postgres.settings ?? []).filter { $0.placingFile != nil && !$0.isRecalled }.compactMap {
      place in
      place.host.map { "\($0.value):\(place.port?.value ?? 5432)" }
    }
  }

  /// Whether nothing needs trust.
  public var isEmpty: Bool { commands.isEmpty && checks.isEmpty && databases.isEmpty }

  /// The files of the project that a command's words name, relative to the root.
  public func files(of command: CommandSettings, _ files: FileSystem) -> [String] {
    command.run.flatMap { word in
      [word[...]] + [word.firstIndex(of: "=").map { word[word.index(after: $0)...] }].compactMap(\.self)
    }.compactMap { word -> String? in
      guard let name = inside(word), !name.isEmpty else { return nil }
      // A program without a slash is one of the PATH.
      guard word != command.run[0][...] || word.contains("/") else { return nil }
      switch files.kind(of: "\(root)/\(name)", followLinks: false) {
      case .regular, .symbolicLink, .folder: return name
      default: return nil
      }
    }
  }

  /// A word as a path relative to the root, without `.` and `..`; nil where it leads out of the project.
  private func inside(_ word: Substring) -> String? {
    let isAbsolute = word.hasPrefix("/")
    let parts = ((isAbsolute ? "" : root + "/") + word).split(separator: "/")
    var path: [Substring] = []
    for part in parts where part != "." {
      if part == ".." { _ = path.popLast() } else { path.append(part) }
    }
    let top = root.split(separator: "/")
    return path.starts(with: top) ? path.dropFirst(top.count).joined(separator: "/") : nil
  }

  /// SHA-256 over the place of the project, what is declared, and the files that the commands name.
  /// - Returns: nil when a file cannot be read, so that nobody knows what would be run.
  public func digest(_ files: FileSystem) -> String? {
    var contents: [String: JSONValue] = [:]
    for name in commands.flatMap({ self.files(of: $0, files) }) {
      guard let content = Self.content("\(root)/\(name)", files) else { return nil }
      contents[name] = .string(content)
    }
    let value: JSONValue = [
      "root": .string(root), "files": .object(contents), "databases": .strings(databases),
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
    return SHA256.hash(data: Array(value.canonical.utf8)).hexadecimal
  }

  /// The digest of all that stands in a folder; nil where something cannot be read, or it is more than 10,000 files.
  private static func folder(_ path: String, _ files: FileSystem) -> String? {
    var contents: [String: JSONValue] = [:]
    var waiting = [""]
    while let current = waiting.popLast() {
      guard let names = try? files.list(current.isEmpty ? path : "\(path)/\(current)") else { return nil }
      for name in names where name != ".git" && name != "__pycache__" {
        let inside = current.isEmpty ? name : "\(current)/\(name)"
        guard contents.count < 10_000 else { return nil }
        if files.kind(of: "\(path)/\(inside)", followLinks: false) == .folder {
          waiting.append(inside)
        } else if let content = content("\(path)/\(inside)", files) {
          contents[inside] = .string(content)
        } else {
          return nil
        }
      }
    }
    return SHA256.hash(data: Array(JSONValue.object(contents).canonical.utf8)).hexadecimal
  }

  /// What stands at a path: of a file its digest, of a link also where it leads.
  private static func content(_ path: String, _ files: FileSystem) -> String? {
    let link = files.destination(ofLink: path).map { "link to \($0) " } ?? ""
    if link.isEmpty, files.kind(of: path) == .folder { return folder(path, files) }
    do {
      return link + SHA256.hash(data: try files.read(path, limit: 256 << 20)).hexadecimal
    } catch {
      // A link that leads nowhere, or to a folder, runs nothing until it leads elsewhere.
      return link.isEmpty ? nil : link + "\(error)"
    }
  }
}

/// What this user trusts, kept outside of every repository.
public struct TrustStore: Sendable {
  /// A project that is trusted.
  public struct Entry: Sendable, Hashable {
    /// Its folder.
    public let root: String
    /// What was trusted, as ``TrustSubject/digest(_:)`` gives it.
    public let digest: String
    /// When, in RFC 3339.
    public let since: String
  }

  private let host: Host

  /// The store of the user of this host.
  public init(_ host: Host) {
    self.host = host
  }

  /// The folder: below `XDG_STATE_HOME`, or in the user's home; nil when there is neither.
  public var folder: String? {
    StateFolder.path(host).map { $0 + "/trust" }
  }

  /// Whether everything that a project declares is trusted exactly as it is now.
  public func trusts(_ subject: TrustSubject) -> Bool {
    guard let entry = entry(of: subject.root), let digest = subject.digest(host.files) else { return false }
    return entry.digest == digest
  }

  /// What is trusted of a project, as it was then; nil when nothing is.
  public func entry(of root: String) -> Entry? {
    guard let folder else { return nil }
    guard let entry = read("\(folder)/\(Self.name(root))"), entry.root == root else { return nil }
    return entry
  }

  /// All projects that are trusted, by their folder.
  public var entries: [Entry] {
    guard let folder else { return [] }
    let names = (try? host.files.list(folder)) ?? []
    return names.filter { $0.hasSuffix(".json") }.compactMap { read("\(folder)/\($0)") }.sorted { $0.root < $1.root }
  }

  /// Trusts a project with this digest.
  public func grant(_ root: String, digest: String) throws(FileWriteError) {
    guard let folder else { throw .missing }
    let writer = FileWriter()
    try writer.makeFolder(folder, mode: 0o700)
    let name = Self.name(root)
    let value: JSONValue = [
      "project": .string(root), "digest": .string(digest), "since": .string(host.now().ISO8601Format()),
    ]
    try writer.put(Array((value.canonical + "\n").utf8), named: name, in: folder)
  }

  /// Trusts a project no more.
  /// - Returns: whether it was trusted.
  @discardableResult public func revoke(_ root: String) throws(FileWriteError) -> Bool {
    guard let folder else { return false }
    let path = "\(folder)/\(Self.name(root))"
    let wasTrusted = host.files.kind(of: path, followLinks: false) != nil
    try FileWriter().remove(path)
    return wasTrusted
  }

  private static func name(_ root: String) -> String { SHA256.hash(data: Array(root.utf8)).hexadecimal + ".json" }

  private func read(_ path: String) -> Entry? {
    guard host.files.kind(of: path, followLinks: false) == .regular,
      let bytes = try? host.files.read(path, limit: 1 << 16), let value = try? JSONValue(parsing: bytes),
      let root = value["project"]?.string, let digest = value["digest"]?.string
    else { return nil }
    return Entry(root: root, digest: digest, since: value["since"]?.string ?? "")
  }
}
