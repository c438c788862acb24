#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Keeps the index as it is now, so that it can be put back byte for byte and with its time, by which git tells which
/// files it has to look at.
///
/// Git never writes into the index but puts a new file in its place, so a second name for the file is enough.
public struct GitIndexKeeper: Sendable {
  private let index: String
  private let kept: String
  private let state: State
  private var changed: FileIdentity?

  private enum State { case kept, wasMissing, notKept }

  /// Keeps the index.
  /// - Parameters:
  ///   - gitFolder: the git folder of the work tree.
  ///   - name: the second name, in that folder.
  public init(gitFolder: String, as name: String) {
    index = gitFolder + "/index"
    kept = gitFolder + "/" + name
    if FileIdentity(index) == nil {
      state = .wasMissing
    } else {
      state = link(index, kept) == 0 ? .kept : .notKept
    }
  }

  /// Notes that the index is now what the caller made of it.
  public mutating func noteChange() { changed = FileIdentity(index) }

  /// Puts the kept index back, unless somebody else has written the index since ``noteChange()``, or is about to.
  /// - Returns: whether the index is as it was.
  public func putBack() -> Bool {
    if state == .notKept { return false }
    let lock = index + ".lock"
    let file = open(lock, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard file >= 0 else { return false }
    close(file)
    defer { removeName(lock) }
    guard FileIdentity(index) == changed else { return false }
    if state == .wasMissing { return removeName(index) }
    // Two names of one file are left as they are by rename: then nothing was changed.
    return rename(kept, index) == 0
  }

  /// Forgets what was kept.
  public func remove() { removeName(kept) }
}

/// What tells a file from the one that stood at its path before.
private struct FileIdentity: Equatable {
  let device: dev_t
  let number: ino_t
  let size: off_t
  let seconds: Int
  let nanoseconds: Int

  init?(_ path: String) {
    var status = stat()
    guard lstat(path, &status) == 0 else { return nil }
    device = status.st_dev
    number = status.st_ino
    size = status.st_size
    #if canImport(Darwin)
      let time = status.st_mtimespec
    #else
      let time = status.st_mtim
    #endif
    seconds = Int(time.tv_sec)
    nanoseconds = Int(time.tv_nsec)
  }
}
