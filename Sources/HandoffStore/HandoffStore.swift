public import HandoffDocument
import HandoffModel
public import HandoffSystem

#if canImport(FoundationEssentials)
  public import FoundationEssentials
#else
  public import Foundation
#endif

/// A document that was found.
public struct StoredHandoff: Sendable {
  /// Its path relative to the project, or the revision and path that were asked for.
  public let name: String
  /// Its absolute path; nil for one that stands in a revision.
  public let path: String?
  /// Its text.
  public let text: String
  /// What it carries.
  public let document: ParsedHandoff
}

/// The handoffs of a project: files in one folder of it.
public struct HandoffStore: Sendable {
  /// A document may be as long as one of a hundred thousand tables is.
  private static let sizeLimit = 64 << 20

  let host: Host
  let root: String
  /// The folder, relative to the project.
  public let folder: String

  /// The handoffs of a project.
  /// - Parameters:
  ///   - host: the door to files and git.
  ///   - root: the project's folder, an absolute path without symbolic links.
  ///   - folder: the folder of handoffs, relative to it.
  /// - Throws: ``StoreError/folderOutside(_:)`` when a link leads it out of the project.
  public init(host: Host, root: String, folder: String) throws(StoreError) {
    self.host = host
    self.root = root
    self.folder = folder
    if let real = host.files.realPath(root + "/" + folder), real != root,
      !real.hasPrefix(root == "/" ? "/" : root + "/")
    {
      throw .folderOutside(folder)
    }
  }

  private var path: String { root + "/" + folder }

  // MARK: Finding

  /// The names of the handoffs, newest date first; the names of one date in the order of their text. None is read.
  public func names() throws(StoreError) -> [HandoffName] {
    let names: [String]
    do {
      names = try host.files.list(path)
    } catch {
      if error == .missing { return [] }
      throw .unreadable(folder, reason: describe(error))
    }
    return names.compactMap(HandoffName.init).sorted { ($1.date, $1.description) < ($0.date, $0.description) }
  }

  /// The handoffs from the newest on, by when they were measured. Only those are read whose date is asked for.
  /// - Parameter count: how many are wanted at most.
  public func newest(_ count: Int) throws(StoreError) -> [StoredHandoff] {
    var found: [StoredHandoff] = []
    var rest = try names()[...]
    while let date = rest.first?.date, found.count < count {
      let names = rest.prefix { $0.date == date }
      rest = rest.dropFirst(names.count)
      var ofDate: [StoredHandoff] = []
      for name in names { ofDate.append(try read("\(folder)/\(name)")) }
      found += ofDate.sorted { one, other in
        let (first, second) = (one.capturedAt, other.capturedAt)
        return first == second ? one.name > other.name : first > second
      }
    }
    return Array(found.prefix(count))
  }

  /// The newest handoff, or nil when there is none.
  public func latest() throws(StoreError) -> StoredHandoff? { try newest(1).first }

  /// Finds the document that an argument means.
  /// - Parameter argument: `latest`, `latest~N`, a path, a name in the folder, or `REV:path`.
  public func find(_ argument: String) async throws(StoreError) -> StoredHandoff {
    if let age = Self.age(argument) {
      let newest = try newest(age + 1)
      if newest.isEmpty { throw .none(folder: folder) }
      guard newest.count > age else { throw .notSoMany(asked: argument, count: newest.count) }
      return newest[age]
    }
    for candidate in candidates(argument) where host.files.kind(of: candidate) != nil {
      return try read(candidate)
    }
    if argument.dropFirst().contains(":") { return try await findInHistory(argument) }
    throw .notFound(argument, folder: folder)
  }

  /// The `N` of `latest~N`; 0 for `latest`.
  private static func age(_ argument: String) -> Int? {
    if argument == "latest" { return 0 }
    guard argument.hasPrefix("latest~") else { return nil }
    let digits = argument.dropFirst(7)
    if digits.isEmpty { return 1 }
    return digits.utf8.count <= 6 && digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) ? Int(digits) : nil
  }

  private func candidates(_ argument: String) -> [String] {
    if argument.hasPrefix("/") { return [argument] }
    let here = host.workingDirectory == "/" ? "/" : host.workingDirectory + "/"
    var candidates = [here + argument, root + "/" + argument]
    if !argument.contains("/") { candidates += [path + "/" + argument, path + "/" + argument + ".md"] }
    return candidates
  }

  private func findInHistory(_ argument: String) async throws(StoreError) -> StoredHandoff {
    guard let colon = argument.dropFirst().firstIndex(of: ":") else { throw .notFound(argument, folder: folder) }
    let revision = argument[..<colon]
    let inside = argument[argument.index(after: colon)...]
    guard !revision.hasPrefix("-"), !inside.isEmpty else { throw .notFound(argument, folder: folder) }
    let git = Git(in: root, host: host)
    // As git reads it, from the top of the repository; then as a person in the project means it.
    for object in [argument, "\(revision):./\(inside)"] {
      let shown = await git.read(
        ["cat-file", "blob", object], outputLimit: Self.sizeLimit, deadline: .after(.seconds(30)))
      if shown.succeeded { return try understand(shown.standardOutput, name: argument, path: nil) }
    }
    throw .notFound(argument, folder: folder)
  }

  // MARK: Reading

  /// Reads a file.
  /// - Parameter path: relative to the project, or absolute.
  public func read(_ path: String) throws(StoreError) -> StoredHandoff {
    let absolute = path.hasPrefix("/") ? path : root + "/" + path
    let resolved = host.files.realPath(absolute) ?? absolute
    let name = resolved.hasPrefix(root + "/") ? String(resolved.dropFirst(root.count + 1)) : absolute
    let bytes: [UInt8]
    do {
      bytes = try host.files.read(absolute, limit: Self.sizeLimit)
    } catch {
      throw .unreadable(name, reason: describe(error))
    }
    return try understand(bytes, name: name, path: absolute)
  }

  private func understand(_ bytes: [UInt8], name: String, path: String?) throws(StoreError) -> StoredHandoff {
    let text = String(decoding: bytes, as: UTF8.self)
    do {
      return StoredHandoff(name: name, path: path, text: text, document: try parse(text))
    } catch {
      throw .damaged(name, reason: "\(error)")
    }
  }

  private func describe(_ error: FileError) -> String {
    switch error {
    case .missing: "there is no such file"
    case .notPermitted: "permission denied"
    case .notRegular: "it is not a file"
    case .tooLarge(let limit): "it is longer than \(limit) bytes"
    case .system(let number): "error \(number)"
    }
  }

  // MARK: Writing

  /// The name that a new handoff would get now.
  public func freeName(capturedAt: Date, slug: String) throws(StoreError) -> String {
    let candidates = HandoffName.candidates(capturedAt: capturedAt, slug: slug)
    for name in candidates where host.files.kind(of: path + "/" + name, followLinks: false) == nil { return name }
    throw .namesTaken(candidates[0])
  }

  /// Writes a new document under a name that nothing has.
  /// - Parameters:
  ///   - capturedAt: when it was measured.
  ///   - slug: what ``HandoffName/slug(from:)`` made.
  ///   - text: gives the text for a name; asked again when somebody takes the name at the same moment.
  /// - Returns: its path relative to the project.
  public func create(
    capturedAt: Date, slug: String, text: (String) throws -> String
  ) throws -> String {
    try AtomicFile.makeFolder(path)
    for _ in 0..<100 {
      let name = try freeName(capturedAt: capturedAt, slug: slug)
      if try AtomicFile.create(Array(text(name).utf8), folder: path, name: name) { return "\(folder)/\(name)" }
    }
    throw StoreError.namesTaken(HandoffName.candidates(capturedAt: capturedAt, slug: slug)[0])
  }

  /// Replaces the text of a document that was found in a file.
  public func replace(_ stored: StoredHandoff, with text: String) throws(StoreError) {
    guard let path = stored.path else { throw .unreadable(stored.name, reason: "it stands in a revision") }
    try AtomicFile.replace(path, with: Array(text.utf8))
  }
}

extension StoredHandoff {
  /// When it was measured.
  public var capturedAt: Date { document.handoff.snapshot.capturedAt }
}
