import HandoffSystem
import HandoffText

/// What of a repository this user may not read. Git takes it for damage, or for no repository at all.
enum GitPermissions {
  /// Looks through a git folder, and through the one that a further work tree shares.
  /// - Returns: the first file or folder that may not be read; nil when all that was looked at may.
  static func forbidden(in gitFolder: String, _ files: FileSystem, deadline: Deadline) -> String? {
    let common = commonFolder(of: gitFolder, files)
    var folders = common == gitFolder ? [gitFolder] : [gitFolder, common]
    while let folder = folders.popLast() {
      if files.isForbidden(folder) { return folder }
      for name in (try? files.list(folder)) ?? [] where !beside.contains(name) {
        let path = "\(folder)/\(name)"
        if deadline.hasPassed { return nil }
        switch files.kind(of: path, followLinks: false) {
        case .folder: folders.append(path)
        case .symbolicLink, .socket, .other: continue
        case .regular, nil: if files.isForbidden(path) { return path }
        }
      }
    }
    return nil
  }

  /// The git folder that holds what all work trees share, as branches and the stash.
  static func commonFolder(of gitFolder: String, _ files: FileSystem) -> String {
    guard let shared = try? files.readText(gitFolder + "/commondir") else { return gitFolder }
    let path = shared.prefix { $0 != "\n" }
    return path.hasPrefix("/") ? String(path) : "\(gitFolder)/\(path)"
  }

  /// That this user may not read the first of these files or folders which is so; nil where all may be read.
  static func failure(_ paths: [String], _ context: ProbeContext) -> GitFailure? {
    paths.first(where: context.host.files.isForbidden).map { path in
      .other(Untrusted("this user may not read \(context.shown(path))"))
    }
  }

  /// What git does not need to tell of a repository.
  private static let beside: Set<String> = ["hooks", "logs", "lfs", "modules", "worktrees", "rr-cache"]

  /// A failure, or that this user may not read what would have told otherwise.
  static func cause(_ failure: GitFailure, in gitFolder: String, _ context: ProbeContext) -> GitFailure {
    switch failure {
    case .other(let reason) where !reason.raw.contains("ermission denied"): return failure
    case .damaged, .notARepository, .other:
      guard let path = forbidden(in: gitFolder, context.host.files, deadline: context.deadline) else { return failure }
      return .other(Untrusted("this user may not read \(context.shown(path))"))
    default: return failure
    }
  }
}
