import Crypto
import HandoffModel
public import HandoffSystem
import HandoffText

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The bytes of `handoff.yml`, by their digest.
public struct ConfigurationDigest: Sendable, Hashable {
  let text: String

  /// SHA-256 of the file as it was read; of no bytes where there is none.
  public init(of bytes: [UInt8]) {
    text = SHA256.hash(data: bytes).hexadecimal
  }
}

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
  /// The databases on other machines that a file of the project names, each as `HOST:PORT`.
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
    }
  }

  /// Whether nothing needs trust.
  public var isEmpty: Bool { commands.isEmpty && checks.isEmpty && databases.isEmpty }

  /// The files of the project that a command's words name, relative to the root.
  public func files(of command: CommandSettings, _ files: FileSystem) -> [String] {
    let named =
      command.usesShell
      ? names(inLine: command.run.last ?? "")
      : command.run.indices.flatMap { names(in: command.run[$0], isProgram: $0 == 0) }.map(\.name)
    return named.filter { name in
      switch files.kind(of: "\(root)/\(name)", followLinks: false) {
      case .regular, .symbolicLink, .folder: true
      default: false
      }
    }
  }

  /// A command's words with the files that they name taken from another folder.
  /// - Parameter place: the path of a file of the project, by its name, or nil where it stays.
  ///
  /// A line for a shell stays as it is: what it names is hashed, and runs where it stands.
  public func words(of command: CommandSettings, at place: (String) -> String?) -> [String] {
    if command.usesShell { return command.run }
    return command.run.indices.map { index in
      let word = command.run[index]
      for (name, range) in names(in: word, isProgram: index == 0) {
        if let path = place(name) { return word[..<range.lowerBound] + path + word[range.upperBound...] }
      }
      return word
    }
  }

  /// What a word would name in the project: as it is, and behind its first `=`.
  private func names(in word: String, isProgram: Bool) -> [(name: String, range: Range<String.Index>)] {
    let whole = word.startIndex..<word.endIndex
    let value = word.firstIndex(of: "=").map { word.index(after: $0)..<word.endIndex }
    return [whole, value].compactMap { range in
      guard let range, let name = inside(word[range]), !name.isEmpty else { return nil }
      // A program without a slash is one of the PATH.
      return isProgram && range == whole && !word.contains("/") ? nil : (name, range)
    }
  }

  /// What the words of a line for a shell would name in the project.
  private func names(inLine line: String) -> [String] {
    let words = line.split { $0.isWhitespace || ";|&()<>{}=`\"'$\\".contains($0) }
    return Array(Set(words.compactMap { inside($0) }.filter { !$0.isEmpty })).sorted()
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

  /// The digest of all that trust is bound to, as it is now.
  /// - Returns: nil when a file cannot be read, so that nobody knows what would be run.
  public func digest(_ files: FileSystem) -> String? { content(files)?.digest(configuration) }

  /// Reads, once, the files that the commands name.
  /// - Returns: nil when one cannot be read.
  public func content(_ files: FileSystem) -> TrustContent? {
    var named: [String: TrustContent.File] = [:]
    var room = TrustContent.sizeLimit
    for name in Set(commands.flatMap { self.files(of: $0, files) }) {
      guard let file = TrustContent.File("\(root)/\(name)", in: root, files, room: &room) else { return nil }
      named[name] = file
    }
    return TrustContent(subject: self, files: named)
  }

  /// What is hashed besides the files.
  fileprivate var declared: [String: JSONValue] {
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

/// What a project would have run, read once: what is hashed is what is run.
public struct TrustContent: Sendable {
  /// How many bytes of files are kept. A longer file is hashed, and run where it stands.
  static let sizeLimit = 64 << 20

  /// A file that a command names.
  struct File: Sendable {
    /// What is hashed of it.
    let digest: String
    /// What is run of it; nil for what is run where it stands: a folder, a link to nothing, a very long file.
    let copy: PrivateCopy.Entry?
  }

  private let subject: TrustSubject
  private let files: [String: File]

  fileprivate init(subject: TrustSubject, files: [String: File]) {
    self.subject = subject
    self.files = files
  }

  /// SHA-256 over the place of the project, the bytes of `handoff.yml`, what it declares, and the files that the commands
  /// name.
  public func digest(_ configuration: ConfigurationDigest) -> String {
    var value = subject.declared
    value["configuration"] = .string(configuration.text)
    value["files"] = .object(files.mapValues { .string($0.digest) })
    return SHA256.hash(data: Array(JSONValue.object(value).canonical.utf8)).hexadecimal
  }

  /// What is run of the files that can be copied, by their names.
  public var copies: [String: PrivateCopy.Entry] { files.compactMapValues(\.copy) }
}

extension TrustContent.File {
  /// Reads what stands at a path: of a file its bytes, of a link also where it leads.
  /// - Returns: nil when it cannot be read.
  fileprivate init?(_ path: String, in root: String, _ files: FileSystem, room: inout Int) {
    let link = files.destination(ofLink: path)
    if link == nil, files.kind(of: path) == .folder {
      guard let digest = Self.folder(path, files) else { return nil }
      self.init(digest: digest, copy: nil)
      return
    }
    let prefix = link.map { "link to \($0) " } ?? ""
    // A program of this machine that a link leads to, such as an environment's interpreter, is run where it stands.
    let real = link == nil ? nil : files.realPath(path)
    let outside = real.flatMap { $0.hasPrefix(root + "/") ? nil : $0 }
    do {
      let bytes = try files.read(outside ?? path, limit: 256 << 20)
      let digest = prefix + SHA256.hash(data: bytes).hexadecimal
      if let outside {
        self.init(digest: digest, copy: .link(to: outside))
      } else if bytes.count <= room {
        room -= bytes.count
        self.init(digest: digest, copy: .file(bytes, isExecutable: files.isExecutableByOwner(path)))
      } else {
        self.init(digest: digest, copy: nil)
      }
    } catch {
      // A link that leads nowhere, or to a folder, runs nothing until it leads elsewhere.
      guard link != nil else { return nil }
      self.init(digest: prefix + "\(error)", copy: nil)
    }
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
        var none = 0
        if files.kind(of: "\(path)/\(inside)", followLinks: false) == .folder {
          waiting.append(inside)
        } else if let file = Self("\(path)/\(inside)", in: path, files, room: &none) {
          contents[inside] = .string(file.digest)
        } else {
          return nil
        }
      }
    }
    return SHA256.hash(data: Array(JSONValue.object(contents).canonical.utf8)).hexadecimal
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
  public func trusts(_ subject: TrustSubject) -> Bool { trusted(subject) != nil }

  /// What a project would have run, where all of it is trusted exactly as it is now; nil where it is not.
  public func trusted(_ subject: TrustSubject) -> TrustContent? {
    guard let entry = entry(of: subject.root), let content = subject.content(host.files),
      entry.digest == content.digest(subject.configuration)
    else { return nil }
    return content
  }

  /// Makes a folder in which the files of what is trusted are as they were read, and which nobody else can write to.
  public func copy(_ content: TrustContent, of root: String) throws(FileWriteError) -> PrivateCopy {
    guard let folder = StateFolder.path(host) else { throw .missing }
    return try PrivateCopy(of: root, with: content.copies, in: folder + "/run")
  }

  /// What is trusted of a project, as it was then; nil when nothing is. What stands in the project itself, or in a folder
  /// that others may write to, says nothing.
  public func entry(of root: String) -> Entry? {
    guard let folder, !isInside(root), host.files.isOpenToOthers(folder) == false, host.files.isOwn(folder)
    else { return nil }
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
    guard let folder, !isInside(root) else { throw .missing }
    let writer = FileWriter()
    try writer.makeFolder(folder, mode: 0o700)
    try writer.close(folder)
    let name = Self.name(root)
    let value: JSONValue = [
      "project": .string(root), "digest": .string(digest), "since": .string(host.now().ISO8601Format()),
    ]
    try writer.put(Array((value.canonical + "\n").utf8), named: name, in: folder, mode: 0o600)
  }

  /// Whether the state folder is the project's own: then whoever wrote the project could write to it.
  public func isInside(_ root: String) -> Bool {
    guard var folder = StateFolder.path(host) else { return false }
    while true {
      if let real = host.files.realPath(folder) { return (real + "/").hasPrefix(root == "/" ? "/" : root + "/") }
      // What is not there yet is made below what is.
      guard let slash = folder.lastIndex(of: "/"), slash != folder.startIndex else { return false }
      folder = String(folder[..<slash])
    }
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
    guard host.files.kind(of: path, followLinks: false) == .regular, host.files.isOwn(path),
      let bytes = try? host.files.read(path, limit: 1 << 16), let value = try? JSONValue(parsing: bytes),
      let root = value["project"]?.string, let digest = value["digest"]?.string
    else { return nil }
    return Entry(root: root, digest: digest, since: value["since"]?.string ?? "")
  }
}
