import HandoffModel
import HandoffSystem
import HandoffText

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Locks that no running command can still mean: git holds them for moments.
struct GitLocks {
  /// A lock that was left behind.
  struct Lock {
    /// As it is shown.
    let path: String
    /// Its age.
    let minutes: Int
    /// What git refuses because of it, after "git refuses to".
    let refused: Message
  }

  private let repository: GitRepository
  private let context: ProbeContext
  /// The git folder that all work trees of the repository share.
  private let common: String

  /// How many names below `refs` are looked at.
  private static let limit = 2000

  /// What to tell of them.
  static func findings(_ repository: GitRepository, _ context: ProbeContext) -> [Finding] {
    let common = GitPermissions.commonFolder(of: repository.gitFolder, context.host.files)
    let locks = GitLocks(repository: repository, context: context, common: common)
    let index = locks.lock(repository.gitFolder + "/index.lock", refused: "stage and commit")
    return [index.map { GitFindings.indexLocked($0.path, minutes: $0.minutes) }].compactMap(\.self)
      + [GitFindings.referencesLocked(locks.references)].compactMap(\.self)
  }

  /// Those of HEAD and of the branch, then those of other references, then those of the files that hold many of them, of
  /// the settings, and of where a shallow history ends.
  private var references: [Lock] {
    let own = [repository.gitFolder + "/HEAD.lock"] + (repository.headReference.map { ["\(common)/\($0).lock"] } ?? [])
    let others = locked(below: common + "/refs").filter { !own.contains($0) }
    // Where references are kept in tables, one list is locked for all of them; a work tree has its own for HEAD.
    let tables = Set([repository.gitFolder, common]).sorted().map { $0 + "/reftable/tables.list.lock" }
    return (own + tables).compactMap { lock($0, refused: "commit") }
      + others.compactMap { lock($0, refused: "change what is locked so") }
      + [lock(common + "/packed-refs.lock", refused: "delete branches and to pack references")].compactMap(\.self)
      + [common + "/config.lock", repository.gitFolder + "/config.worktree.lock"].compactMap {
        lock($0, refused: "change its settings")
      }
      + [lock(common + "/shallow.lock", refused: "fetch more or less of the history")].compactMap(\.self)
  }

  /// The paths of the locks below a folder, in order.
  private func locked(below folder: String) -> [String] {
    var (folders, found, left) = ([folder], [String](), Self.limit)
    while let folder = folders.popLast(), left > 0 {
      let names = (try? context.host.files.list(folder)) ?? []
      left -= names.count
      for name in names.prefix(Self.limit) {
        let path = folder + "/" + name
        if name.hasSuffix(".lock") {
          found.append(path)
        } else if context.host.files.kind(of: path, followLinks: false) == .folder {
          folders.append(path)
        }
      }
    }
    return found.sorted()
  }

  /// - Returns: nil where there is none, or one that a command may be holding.
  private func lock(_ path: String, refused: Message) -> Lock? {
    guard let time = context.host.files.modificationTime(path) else { return nil }
    let age = Int(context.host.now().timeIntervalSince1970) - time
    return age >= 60 ? Lock(path: context.shown(path), minutes: age / 60, refused: refused) : nil
  }
}
