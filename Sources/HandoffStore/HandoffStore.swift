public import HandoffDocument
import HandoffModel
public import HandoffSecrets
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

  /// When it was measured.
  public var capturedAt: Date { document.handoff.snapshot.capturedAt }
}

/// The handoffs of a project: files in one folder of it. Nothing is written that was not looked through for secrets.
public struct HandoffStore: Sendable {
  /// A document may be twice as long as one of a hundred thousand tables with long names is.
  static let sizeLimit = 48 << 20

  let host: Host
  let root: String
  /// The folder, relative to the project; empty for the project itself.
  public let folder: String
  private let scanner: @Sendable () -> SecretScanner
  let writer = FileWriter()

  /// The handoffs of a project. The folder need not exist yet.
  /// - Parameters:
  ///   - host: the door to files and git.
  ///   - root: the project's folder, an absolute path without symbolic links.
  ///   - folder: the folder of handoffs, relative to it.
  ///   - scanner: gives what looks through everything before it is written; asked anew each time, since what this machine
  ///     holds may change.
  /// - Throws: ``StoreError/folderOutside(_:)`` when `..` or a link leads it out of the project,
  ///   ``StoreError/folderInGit(_:)`` when it is in a folder of git's own.
  public init(
    host: Host, root: String, folder: String, scanner: @escaping @Sendable () -> SecretScanner
  ) throws(StoreError) {
    let path = PathText(folder)
    guard !path.isAbsolute, !path.climbs else { throw .folderOutside(folder) }
    self.host = host
    self.root = root
    self.folder = path.shortened.text
    self.scanner = scanner
    _ = try existingFolder()
  }

  // MARK: Finding

  /// The names of the handoffs, newest date first; the names of one date in the order of their text. None is read.
  public func names() throws(StoreError) -> [HandoffName] {
    guard let path = try existingFolder() else { return [] }
    do {
      return try host.files.list(path).compactMap { HandoffName($0) }
        .sorted { ($1.date, $0.description) < ($0.date, $1.description) }
    } catch {
      throw .unreadable(folder, error)
    }
  }

  /// The handoffs from the newest on: by the date in the name, and within a date by when they were measured. Only those
  /// are read whose date is asked for; documents of one date that cannot be understood come last, each told by its path
  /// and the reason.
  /// - Parameter count: how many are wanted at most.
  public func listing(_ count: Int) throws(StoreError) -> [Result<StoredHandoff, StoreError>] {
    var found: [Result<StoredHandoff, StoreError>] = []
    var names = try names()[...]
    while found.count < count, let ofDate = takeNewest(&names) {
      var mistaken: [(name: HandoffName, error: StoreError)] = []
      for name in ofDate where found.count < count {
        do throws(StoreError) {
          found.append(.success(try read(name)))
        } catch {
          mistaken.append((name, error))
        }
      }
      mistaken.sort { Self.isLater($0.name, than: $1.name) }
      found += mistaken.prefix(count - found.count).map { .failure($0.error) }
    }
    return found
  }

  /// What bears a handoff's name, is as new as one that was found, or newer, and cannot be understood: it was passed over.
  /// - Parameter found: the latest, or nil when none was found.
  public func passedOver(_ found: StoredHandoff?) -> [StoreError] {
    let date = found.flatMap { HandoffName(PathText($0.name).name)?.date }
    let names = (try? names()) ?? []
    return names.prefix { name in date.map { name.date >= $0 } ?? true }.prefix(20).compactMap { name in
      do throws(StoreError) {
        _ = try read(name)
        return nil
      } catch {
        return error
      }
    }
  }

  /// The newest handoff that the tool wrote, or nil when there is none. Documents that cannot be understood, such as
  /// those that somebody wrote by hand, are passed over.
  /// - Parameter passesOverUnreadable: whether those that cannot be read are passed over, too; ``passedOver(_:)`` tells
  ///   them.
  public func latest(passesOverUnreadable: Bool = false) throws(StoreError) -> StoredHandoff? {
    try readable(1, passesOverUnreadable: passesOverUnreadable).first
  }

  /// The newest handoffs that can be understood; files of such names that somebody wrote by hand are passed over.
  func readable(_ count: Int, passesOverUnreadable: Bool = false) throws(StoreError) -> [StoredHandoff] {
    var found: [StoredHandoff] = []
    var names = try names()[...]
    while found.count < count, let ofDate = takeNewest(&names) {
      for name in ofDate where found.count < count {
        do throws(StoreError) {
          found.append(try read(name))
        } catch {
          switch error {
          case .damaged, .handWritten, .leadsOutside, .notText: continue
          case .unreadable where passesOverUnreadable: continue
          default: throw error
          }
        }
      }
    }
    return found
  }

  /// Takes the names of the newest date, the latest first, or nil where there are none. The file of a date that has only
  /// one is not read.
  private func takeNewest(_ names: inout ArraySlice<HandoffName>) -> [HandoffName]? {
    guard let date = names.first?.date else { return nil }
    let ofDate = names.prefix { $0.date == date }
    names = names.dropFirst(ofDate.count)
    return ofDate.count == 1 ? Array(ofDate) : sortedByTime(ofDate)
  }

  private func sortedByTime(_ names: ArraySlice<HandoffName>) -> [HandoffName] {
    // Of each only what orders it is read: there may be many, and each may be long.
    let found = names.map { name in
      let moment = moment(of: name)
      return (name: name, moment: moment?.capturedAt ?? .distantPast, previous: moment?.previous)
    }
    let previous = Dictionary(
      found.compactMap { entry in entry.previous.map { (entry.name.description, $0) } },
      uniquingKeysWith: { first, _ in first })
    var ranks: [String: Int] = [:]
    // How many of these come before one, as each names the one before it.
    func rank(_ name: String) -> Int {
      var chain = [name]
      var seen: Set<String> = [name]
      while ranks[chain[chain.count - 1]] == nil, let next = previous[chain[chain.count - 1]],
        seen.insert(next).inserted
      {
        chain.append(next)
      }
      var rank = ranks[chain[chain.count - 1]] ?? 1
      for name in chain.reversed() {
        ranks[name] = ranks[name] ?? rank
        rank += 1
      }
      return ranks[name] ?? 1
    }
    return found.map { (name: $0.name, moment: $0.moment, rank: rank($0.name.description)) }
      .sorted { left, right in
        if left.moment != right.moment { return left.moment > right.moment }
        if left.rank != right.rank { return left.rank > right.rank }
        return Self.isLater(left.name, than: right.name)
      }.map(\.name)
  }

  /// Of one second: the name that got the time, or a higher number, is the later.
  private static func isLater(_ left: HandoffName, than right: HandoffName) -> Bool {
    let (one, other) = (left.description, right.description)
    return one.utf8.count != other.utf8.count ? one.utf8.count > other.utf8.count : one > other
  }

  /// The path of a handoff relative to the project.
  public func path(of name: HandoffName) -> String { shown(name.description) }

  func shown(_ fileName: String) -> String { PathText(folder).appending(fileName).text }

  // MARK: Reading

  private func read(_ name: HandoffName) throws(StoreError) -> StoredHandoff { try read(pathInside(name)) }

  private func moment(of name: HandoffName) -> DocumentMoment? {
    guard let path = try? pathInside(name) else { return nil }
    return (try? host.files.read(root + "/" + path, limit: Self.sizeLimit)).flatMap { DocumentMoment(of: $0) }
  }

  private func pathInside(_ name: HandoffName) throws(StoreError) -> String {
    let path = path(of: name)
    // Whoever wrote the repository would choose what is taken for the project's own.
    if let real = host.files.realPath(root + "/" + path), !isInside(real) { throw .leadsOutside(path) }
    return path
  }

  /// Reads a file.
  /// - Parameter path: relative to the project, or absolute.
  public func read(_ path: String) throws(StoreError) -> StoredHandoff {
    let absolute = PathText(root).appending(path).text
    let resolved = PathText(host.files.realPath(absolute) ?? absolute)
    var name = absolute
    if let inside = resolved.text(behind: root) {
      name = inside
    } else if let home = host.environment.home, home != "/", let inside = resolved.text(behind: home) {
      name = "~/" + inside
    }
    let bytes: [UInt8]
    do {
      bytes = try host.files.read(absolute, limit: Self.sizeLimit)
    } catch {
      throw .unreadable(name, error)
    }
    return try understand(bytes, name: name, path: absolute)
  }

  func understand(
    _ bytes: some Collection<UInt8>, name: String, path: String?
  ) throws(StoreError) -> StoredHandoff {
    guard let text = String(validating: bytes, as: UTF8.self) else { throw .notText(name) }
    do {
      return StoredHandoff(name: name, path: path, text: text, document: try parse(text))
    } catch {
      throw error == .noFacts
        ? .handWritten(name, reason: "\(error)") : .damaged(name, reason: "\(error)")
    }
  }

  // MARK: Writing

  /// The name that a new handoff would get now.
  public func freeName(capturedAt: Date, slug: String) throws(StoreError) -> String {
    let folder = try existingFolder()
    let candidates = HandoffName.candidates(capturedAt: capturedAt, slug: slug)
    let free = candidates.first { name in
      folder.map { host.files.kind(of: $0 + "/" + name, followLinks: false) == nil } ?? true
    }
    guard let free else { throw .namesTaken(candidates[0]) }
    return free
  }

  /// Writes a new document under a name that nothing has.
  /// - Parameters:
  ///   - capturedAt: when it was measured.
  ///   - slug: what ``HandoffName/slug(from:)`` made.
  ///   - text: gives the text for a name; asked again when somebody takes the name at the same moment.
  /// - Returns: its path relative to the project.
  /// - Throws: ``StoreError``, and what `text` throws.
  public func create(
    capturedAt: Date, slug: String, text: (_ fileName: String) throws -> String
  ) throws -> String {
    let scanner = scanner()
    for _ in 0..<1000 {
      let name = try freeName(capturedAt: capturedAt, slug: slug)
      let bytes = Array(try text(name).utf8)
      guard bytes.count <= Self.sizeLimit else { throw StoreError.tooLong(shown(name), limit: Self.sizeLimit) }
      try Self.refuseSecrets(bytes, in: shown(name), scanner)
      let folder = try writableFolder()
      do throws(FileWriteError) {
        try writer.create(bytes, named: name, in: folder.path)
        return shown(name)
      } catch .exists {
        continue
      } catch {
        writer.removeEmpty(folder.made)
        throw StoreError.unwritable(shown(name), error)
      }
    }
    throw StoreError.namesTaken(HandoffName.candidates(capturedAt: capturedAt, slug: slug)[0])
  }

  /// Replaces the text of a document that was found in a file. When the file is not as it was found any more, nothing is
  /// written.
  public func replace(_ stored: StoredHandoff, with text: String) throws(StoreError) {
    guard let file = stored.path.map({ PathText($0) }) else { throw .inRevision(stored.name) }
    try checkPlace(of: file, stored.name)
    let bytes = Array(text.utf8)
    guard bytes.count <= Self.sizeLimit else { throw .tooLong(stored.name, limit: Self.sizeLimit) }
    try Self.refuseSecrets(bytes, in: stored.name, scanner())
    do {
      try writer.replace(
        bytes, over: Array(stored.text.utf8), named: file.name, in: file.folder.text)
    } catch {
      throw .unwritable(stored.name, error)
    }
  }

  /// Refuses a file of git's own, and one of the project's that a link leads out of it.
  private func checkPlace(of file: PathText, _ name: String) throws(StoreError) {
    let real = PathText(host.files.realPath(file.text) ?? file.text)
    if real.components.contains(where: { $0.text.lowercased() == ".git" }) { throw .folderInGit(name) }
    if file.normalized?.isInside(root) == true, !isInside(real.text) { throw .leadsOutside(name) }
  }

  /// Throws ``StoreError/secrets(_:in:)`` when secrets stand in what is about to leave.
  /// - Parameters:
  ///   - bytes: the final bytes.
  ///   - place: what they are, for the message: a file, "the document".
  public func refuseSecrets(_ bytes: [UInt8], in place: String) throws(StoreError) {
    try Self.refuseSecrets(bytes, in: place, scanner())
  }

  private static func refuseSecrets(
    _ bytes: [UInt8], in place: String, _ scanner: SecretScanner
  ) throws(StoreError) {
    let hits = scanner.scan(bytes)
    if !hits.isEmpty { throw .secrets(hits, in: place) }
  }

  // MARK: The folder

  /// The folder without symbolic links, or nil when there is none.
  /// - Throws: when it, or one on the way to it, leads out of the project or is no folder.
  func existingFolder() throws(StoreError) -> String? {
    let place = try place()
    return place.exists ? place.path : nil
  }

  /// Where the folder is or is to be made, without symbolic links.
  /// - Throws: when it, or one on the way to it, leads out of the project or is no folder.
  func place() throws(StoreError) -> (path: String, exists: Bool) {
    var path = root
    var exists = true
    for part in PathText(folder).components {
      path = PathText(path).appending(part.text).text
      switch exists ? host.files.kind(of: path, followLinks: false) : nil {
      case nil: exists = false
      case .folder: continue
      case .symbolicLink:
        guard let real = host.files.realPath(path), isInside(real) else { throw .folderOutside(folder) }
        guard host.files.kind(of: real) == .folder else { throw .notAFolder(folder) }
        path = real
      default: throw .notAFolder(folder)
      }
    }
    guard isInside(exists ? host.files.realPath(path) ?? "" : path) else { throw .folderOutside(folder) }
    // Git takes the name for its own however it is written, since some file systems do.
    let parts = PathText(PathText(path).relative(to: root) ?? path).components
    if parts.contains(where: { $0.text.lowercased() == ".git" }) { throw .folderInGit(folder) }
    return (path, exists)
  }

  /// Whether a path without symbolic links is the project or in it.
  func isInside(_ real: String) -> Bool { PathText(real).isInside(root) }

  /// The folder, and those that had to be made for it.
  private func writableFolder() throws(StoreError) -> (path: String, made: [String]) {
    let place = try place()
    if place.exists { return (place.path, []) }
    let made: [String]
    do {
      made = try writer.makeFolder(place.path)
    } catch {
      throw .unwritable(folder, error)
    }
    // It is looked at again, since somebody may have put a link in its way.
    do throws(StoreError) {
      guard let path = try existingFolder() else { throw .unwritable(folder, .missing) }
      return (path, made)
    } catch {
      writer.removeEmpty(made)
      throw error
    }
  }
}
