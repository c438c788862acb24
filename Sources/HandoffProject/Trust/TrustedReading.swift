import Crypto
import HandoffSystem
import HandoffText

/// Reads what commands name, once, and no more of it than the limits of all of it together.
struct TrustedReading {
  /// How many bytes are read for all commands together.
  static let bytesLimit = 512 << 20
  /// How many entries of folders are looked at for all commands together.
  static let entriesLimit = 20_000

  let files: FileSystem
  /// The folder of the project.
  let root: String
  /// Whether all caches of Python's bytecode count. Those that Python rewrites by itself do not where the command gets
  /// variables that keep Python from them: then they may change with each run of the same scripts.
  let takesCaches: Bool
  /// How many bytes of files are still kept.
  private var room = TrustContent.sizeLimit
  /// How many bytes may still be read.
  private var bytesLeft: Int
  /// How many entries of folders may still be looked at.
  private var entriesLeft: Int
  /// Folders that were read, by their paths without links.
  private var seen: Set<PathText> = []
  /// Digests of files that links led to, by their paths without links.
  private var digests: [PathText: String] = [:]

  init(
    files: FileSystem, root: String, takesCaches: Bool, bytes: Int = Self.bytesLimit, entries: Int = Self.entriesLimit
  ) {
    (self.files, self.root, self.takesCaches) = (files, root, takesCaches)
    (bytesLeft, entriesLeft) = (bytes, entries)
  }

  /// Reads what stands at a path: of a file its bytes, of a link also where it leads, of a folder all that is in it.
  /// - Returns: nil when it cannot be read, or is more than the limits.
  mutating func file(_ path: String) -> TrustContent.File? {
    let link = files.destination(ofLink: path)
    let prefix = link.map { "link to \($0) " } ?? ""
    if link != nil, isUnspeakable(path) { return nil }
    if let folder = link == nil ? path : inside(path), files.kind(of: folder) == .folder {
      return digest(ofFolder: folder).map { TrustContent.File(digest: prefix + $0, copy: nil) }
    }
    // A program of this machine that a link leads to, such as an environment's interpreter, is run where it stands.
    if link != nil, let real = files.realPath(path), !isInside(real) {
      return digest(ofLink: path, real, prefix).map { digest in
        TrustContent.File(digest: digest, copy: files.kind(of: real) == .regular ? .link(to: real) : nil)
      }
    }
    do throws(FileError) {
      let bytes = try files.read(path, limit: min(256 << 20, bytesLeft))
      bytesLeft -= bytes.count
      let digest = prefix + SHA256.hash(data: bytes).hexadecimal
      guard bytes.count <= room else { return TrustContent.File(digest: digest, copy: nil) }
      room -= bytes.count
      return TrustContent.File(digest: digest, copy: .file(bytes, isExecutable: files.isExecutableByOwner(path)))
    } catch {
      return link == nil ? nil : Self.lost(error, prefix).map { TrustContent.File(digest: $0, copy: nil) }
    }
  }

  /// The digest of all that stands in a folder, and in those that links in it lead to; nil where something cannot be read.
  /// A folder that was read before is not read again.
  private mutating func digest(ofFolder path: String) -> String? {
    var contents: [PathText: String] = [:]
    guard seen.insert(PathText(files.realPath(path) ?? path)).inserted else { return "read before" }
    var waiting = [path]
    while let current = waiting.popLast() {
      // Names that are no UTF-8 may have become the same text: then nobody knows what is read by it.
      guard let names = try? files.list(current), Set(names.map { PathText($0) }).count == names.count else {
        return nil
      }
      for name in names where name != ".git" {
        guard entriesLeft > 0 else { return nil }
        entriesLeft -= 1
        let place = "\(current)/\(name)"
        if isRewritten(name, in: current) { continue }
        if files.kind(of: place, followLinks: false) == .folder {
          if seen.insert(PathText(files.realPath(place) ?? place)).inserted { waiting.append(place) }
        } else if let link = files.destination(ofLink: place) {
          if let real = inside(place), files.kind(of: real) == .folder {
            contents[PathText(place)] = "link to \(link)"
            if seen.insert(PathText(real)).inserted { waiting.append(real) }
          } else {
            guard !isUnspeakable(place),
              let digest = digest(ofLink: place, files.realPath(place), "link to \(link) ")
            else { return nil }
            contents[PathText(place)] = digest
          }
        } else {
          guard let digest = try? digest(ofFile: place) else { return nil }
          contents[PathText(place)] = digest
        }
      }
    }
    return HandoffProject.digest(of: contents)
  }

  /// What is hashed of a link to a file, which is read once however many links lead to it.
  private mutating func digest(ofLink path: String, _ real: String?, _ prefix: String) -> String? {
    if let real, let known = digests[PathText(real)] { return prefix + known }
    do throws(FileError) {
      let digest = try digest(ofFile: real ?? path)
      if let real { digests[PathText(real)] = digest }
      return prefix + digest
    } catch {
      return Self.lost(error, prefix)
    }
  }

  private mutating func digest(ofFile path: String) throws(FileError) -> String {
    var hash = SHA256()
    var count = 0
    try files.read(path, limit: min(256 << 20, bytesLeft)) { piece, _ in
      hash.update(data: piece)
      count += piece.count
      return true
    }
    bytesLeft -= count
    return hash.finalize().hexadecimal
  }

  /// A link that leads nowhere, or to a folder of the machine, runs nothing of the project until it leads elsewhere.
  private static func lost(_ error: FileError, _ prefix: String) -> String? {
    if case .tooLarge = error { nil } else { prefix + "\(error)" }
  }

  private func isInside(_ real: String) -> Bool { PathText(real).isInside(root) }

  /// Where a link leads to in the project, without links.
  private func inside(_ link: String) -> String? { files.realPath(link).flatMap { isInside($0) ? $0 : nil } }

  /// Whether a link leads to a folder whose path is no UTF-8, so that it cannot be told what stands in it.
  private func isUnspeakable(_ link: String) -> Bool {
    files.realPath(link) == nil && files.kind(of: link) == .folder
  }

  /// Whether a file is bytecode that Python rewrites when its source changed, which the commands' variables keep it from
  /// reading. What bears the source's hash in the place of its time counts, as Python may take it for what it is.
  private func isRewritten(_ name: String, in folder: String) -> Bool {
    guard !takesCaches, name.hasSuffix(".pyc"), PathText(folder).name == "__pycache__",
      files.kind(of: "\(folder)/\(name)", followLinks: false) == .regular
    else { return false }
    var head: [UInt8] = []
    try? files.read("\(folder)/\(name)", limit: 256 << 20) { piece, _ in
      head += piece.prefix(8)
      return false
    }
    return head.dropFirst(4).allSatisfy { $0 == 0 }
  }
}
