#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A folder of this user alone that looks like another one, in which some files have bytes that were read before:
/// whatever happens to them in the other folder meanwhile, these are run.
///
/// All that stands beside such a file is a link to where it stands, so that a script finds its neighbours.
public struct PrivateCopy: Sendable {
  /// What stands at one of the names.
  public enum Entry: Sendable {
    /// A file with these bytes.
    case file([UInt8], isExecutable: Bool)
    /// A link to an absolute path.
    case link(to: String)
  }

  /// The folder.
  public let path: String
  private static let staleAfter = 3600

  /// Makes the folder.
  /// - Parameters:
  ///   - root: the folder that it looks like.
  ///   - entries: what stands otherwise, by names relative to the root.
  ///   - parent: where it is made, with mode 0700; what killed processes left there an hour ago is removed.
  public init(of root: String, with entries: [PathText: Entry], in parent: String) throws(FileWriteError) {
    let writer = FileWriter()
    try writer.makeFolder(parent, mode: 0o700)
    try writer.close(parent)
    Self.reap(parent)
    var template = Array("\(parent)/XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw FileWriteError(errno) }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    do throws(FileWriteError) {
      try fill(root, entries)
    } catch {
      remove()
      throw error
    }
  }

  /// Removes it.
  public func remove() { Self.remove(path) }

  private func fill(_ root: String, _ entries: [PathText: Entry]) throws(FileWriteError) {
    var folders: Set<PathText> = [PathText("")]
    for name in entries.keys {
      var folder = name.folder
      while folders.insert(folder).inserted { folder = folder.folder }
    }
    for folder in folders.sorted() {
      let here = PathText(path).appending(folder.text).text
      let there = PathText(root).appending(folder.text).text
      if !folder.text.isEmpty, mkdir(here, 0o700) != 0 { throw FileWriteError(errno) }
      for name in (try? FileSystem().list(there)) ?? [] {
        let inside = folder.appending(name)
        if folders.contains(inside) || entries[inside] != nil { continue }
        if symlink("\(there)/\(name)", "\(here)/\(name)") != 0 { throw FileWriteError(errno) }
      }
    }
    for (name, entry) in entries {
      switch entry {
      case .link(let target):
        if symlink(target, "\(path)/\(name)") != 0 { throw FileWriteError(errno) }
      case .file(let bytes, let isExecutable):
        try Self.write(bytes, to: "\(path)/\(name)", mode: isExecutable ? 0o500 : 0o400)
      }
    }
  }

  private static func write(_ bytes: [UInt8], to path: String, mode: mode_t) throws(FileWriteError) {
    let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)
    guard file >= 0 else { throw FileWriteError(errno) }
    defer { close(file) }
    let failure = writeAll(bytes, to: file)
    if failure != 0 { throw FileWriteError(failure) }
  }

  private static func reap(_ parent: String) {
    let files = FileSystem()
    for name in (try? files.list(parent)) ?? [] {
      if let changed = files.modificationTime("\(parent)/\(name)"), time(nil) - changed > staleAfter {
        remove("\(parent)/\(name)")
      }
    }
  }

  /// Removes what stands at a path and below it; no link is followed.
  private static func remove(_ path: String) {
    let files = FileSystem()
    if files.kind(of: path, followLinks: false) == .folder {
      for name in (try? files.list(path)) ?? [] { remove("\(path)/\(name)") }
      rmdir(path)
    } else {
      unlink(path)
    }
  }
}
