import HandoffProject
public import HandoffSystem

/// Whether a file, or any below a folder, is a repository's: then whoever wrote to it decides what it says or runs.
public enum RepositoryTracking: Sendable {
  /// No repository tracks it, or it is in none.
  case untracked
  /// A repository tracks it, or a file below it.
  case tracked
  /// Git could not say, and why.
  case unknown(GitFailure)

  /// Asks the repositories that it is in, and that the links of the project are in which lead there.
  /// - Parameter path: absolute.
  public init(of path: String, _ context: ProbeContext) async {
    let files = context.host.files
    for link in Self.links(on: path, below: context.project.root, files) {
      self = await Self(at: link, context)
      guard case .untracked = self else { return }
    }
    self = await Self(at: files.realPath(path) ?? path, context)
  }

  /// The symbolic links on the way to a path of the project.
  private static func links(on path: String, below root: String, _ files: FileSystem) -> [String] {
    guard let inside = PathText(path).text(behind: root) else { return [] }
    var links: [String] = []
    var folder = root
    for part in PathText(inside).components {
      folder = PathText(folder).appending(part.text).text
      if files.kind(of: folder, followLinks: false) == .symbolicLink { links.append(folder) }
    }
    return links
  }

  /// Asks the repository that a path is in; a link that it ends with is not looked through.
  private init(at path: String, _ context: ProbeContext) async {
    let files = context.host.files
    var folder = path
    var pathspec = "."
    if files.kind(of: folder, followLinks: false) != .folder, PathText(folder).hasSlash {
      pathspec = ":(literal)" + PathText(folder).name
      folder = PathText(folder).folder.text
    }
    guard let top = files.nearestFolder(from: folder, holding: ".git", followLinks: false) else {
      self = .untracked
      return
    }
    // What is read is the list of names alone, so that it does not matter whose repository it is. It is named, since git
    // by itself would take a folder that the repository made look like a bare one.
    let result = await Git(in: folder, host: context.host).read(
      [
        "--git-dir=\(top)/.git", "--work-tree=\(top)", "-c", "safe.directory=*", "ls-files", "-z",
        "--cached", "--", pathspec,
      ], outputLimit: 1 << 20, deadline: context.deadline)
    switch result.outcome {
    case .tooMuchOutput: self = .tracked
    case .exited(0):
      // Placeholders and lists of what is ignored run nothing.
      let names = result.standardOutput.split(separator: 0)
      self = names.allSatisfy { $0.starts(with: ".git".utf8) } ? .untracked : .tracked
    default:
      switch GitFailure(result) {
      case .notARepository: self = .untracked
      case let failure: self = .unknown(failure)
      }
    }
  }
}
