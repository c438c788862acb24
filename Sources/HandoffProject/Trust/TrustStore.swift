import Crypto
import HandoffModel
public import HandoffSystem
import HandoffText

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

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
    guard let folder, !isInside(root), openFolder == nil, host.files.kind(of: folder) == .folder else { return nil }
    guard let entry = read("\(folder)/\(Self.name(root))"), PathText(entry.root) == PathText(root) else { return nil }
    return entry
  }

  /// The folder of the store that others may write to, or that is another user's: nothing in it is believed. Nil where there
  /// is none.
  public var openFolder: String? {
    guard let folder, let state = StateFolder.path(host) else { return nil }
    // Whoever may write to the one above can put another in its place.
    if host.files.kind(of: state) != nil, host.files.isWritableByOthers(state) != false || !host.files.isOwn(state) {
      return state
    }
    guard host.files.kind(of: folder) != nil else { return nil }
    return host.files.isOpenToOthers(folder) != false || !host.files.isOwn(folder) ? folder : nil
  }

  /// All projects that are trusted, by their folder.
  public var entries: [Entry] {
    guard let folder, openFolder == nil else { return [] }
    let names = (try? host.files.list(folder)) ?? []
    return names.filter { $0.hasSuffix(".json") }.compactMap { read("\(folder)/\($0)") }.sorted { $0.root < $1.root }
  }

  /// Trusts a project with this digest.
  public func grant(_ root: String, digest: String) throws(FileWriteError) {
    guard let folder, !isInside(root) else { throw .missing }
    let writer = FileWriter()
    try writer.makeFolder(folder, mode: 0o700)
    if let state = StateFolder.path(host) { try writer.close(state) }
    try writer.close(folder)
    let name = Self.name(root)
    let value: JSONValue = [
      "project": .string(root), "digest": .string(digest), "since": .string(host.now().ISO8601Format()),
    ]
    try writer.put(Array((value.canonical + "\n").utf8), named: name, in: folder, mode: 0o600)
  }

  /// Whether the state folder is the project's own: then whoever wrote the project could write to it.
  public func isInside(_ root: String) -> Bool {
    guard var folder = StateFolder.path(host).map({ PathText($0) }) else { return false }
    while true {
      if let real = host.files.realPath(folder.text) { return PathText(real).isInside(root) }
      // What is not there yet is made below what is.
      guard !folder.components.isEmpty else { return false }
      folder = folder.folder
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
