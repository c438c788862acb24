import HandoffSystem

/// Whether an environment's files are a repository's: then whoever wrote to it decides what its interpreter runs.
enum EnvironmentTracking {
  case untracked
  case tracked
  case unknown(GitFailure)

  /// Asks the repository that the environment's folder is in, whichever that is.
  init(of folder: String, _ context: ProbeContext) async {
    let files = context.host.files
    let real = files.realPath(folder) ?? folder
    guard let top = files.nearestFolder(from: real, holding: ".git", followLinks: false) else {
      self = .untracked
      return
    }
    // What is read is the list of names alone, so that it does not matter whose repository it is. It is named, since git
    // by itself would take a folder that the repository made look like a bare one.
    let result = await Git(in: real, host: context.host).read(
      [
        "--git-dir=\(top)/.git", "--work-tree=\(top)", "-c", "safe.directory=*", "ls-files", "-z",
        "--cached", "--", ".",
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
