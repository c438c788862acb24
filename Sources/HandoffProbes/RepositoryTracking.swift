import HandoffSystem

/// Whether a file, or any below a folder, is a repository's: then whoever wrote to it decides what it says or runs.
enum RepositoryTracking {
  case untracked
  case tracked
  case unknown(GitFailure)

  /// Asks the repository that it is in, whichever that is.
  /// - Parameter path: absolute.
  init(of path: String, _ context: ProbeContext) async {
    let files = context.host.files
    var folder = files.realPath(path) ?? path
    var pathspec = "."
    if files.kind(of: folder) != .folder, let slash = folder.lastIndex(of: "/") {
      pathspec = ":(literal)" + folder[folder.index(after: slash)...]
      folder = slash == folder.startIndex ? "/" : String(folder[..<slash])
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
