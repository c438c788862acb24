import HandoffModel
import HandoffProject
import HandoffSystem

/// What changed in a build's source since a moment, as far as git and the times of files tell.
struct BuildHistory {
  private let repository: GitRepository
  private let context: ProbeContext
  private let deadline: Deadline
  /// The top of the work tree.
  private let top: String

  /// - Returns: nil where the work tree cannot be compared.
  init?(_ repository: GitRepository, _ context: ProbeContext, deadline: Deadline) {
    guard repository.canReadWorkTree else { return nil }
    self.repository = repository
    self.context = context
    self.deadline = deadline
    top =
      repository.prefix.isEmpty ? context.project.root : String(context.project.root.dropLast(repository.prefix.count))
  }

  /// What was written or removed last after a moment, or nil for nothing, or where it cannot be told.
  /// - Parameters:
  ///   - taken: what the build takes out of the context; nil for anything.
  ///   - moment: in seconds since 1970.
  func newest(
    of source: BuildSource, taken: [PathPattern]?, after moment: Double
  ) async -> ImageFreshness.Staleness? {
    guard let candidates = await candidates(source, moment),
      let newest = await aside({ latest(of: candidates, source, taken, after: moment) })
    else { return nil }
    let shown = context.shown(newest.path)
    if newest.isGone { return .removed(shown) }
    if let id = await commit(of: newest.path) { return .commit(id, path: shown) }
    return .file(shown)
  }

  /// - Returns: nil for none, and at the deadline, past which git tells nothing either.
  private func latest(
    of candidates: [String], _ source: BuildSource, _ taken: [PathPattern]?, after moment: Double
  ) -> (path: String, time: Double, isGone: Bool)? {
    var latest: (path: String, time: Double, isGone: Bool)?
    for path in candidates {
      if deadline.hasPassed { return nil }
      guard let (time, isGone) = written(path), time > moment, time > latest?.time ?? 0,
        source.counts(path, taken: taken)
      else { continue }
      latest = (path, time, isGone)
    }
    return latest
  }

  /// Whether a source is in the work tree and can be looked at.
  func isReadable(_ source: BuildSource) async -> Bool { await candidates(source, 0) != nil }

  // MARK: Files

  /// When a file was written, or, where it is no more, when its folder was.
  private func written(_ path: String) -> (time: Double, isGone: Bool)? {
    let files = context.host.files
    if let time = files.exactModificationTime(path) { return (time, false) }
    var folder = path
    while let slash = folder.lastIndex(of: "/"), slash > folder.startIndex {
      folder = String(folder[..<slash])
      if let time = files.exactModificationTime(folder) { return (time, true) }
    }
    return nil
  }

  /// The files that differ from what was checked out at a moment, or that git does not have; absolute paths.
  private func candidates(_ source: BuildSource, _ moment: Double) async -> [String]? {
    guard let inside = source.insideWorkTree else { return nil }
    var specs = [inside.isEmpty ? ":(top)" : ":(top,literal)" + inside]
    if let file = source.buildFileInWorkTree { specs.append(":(top,literal)" + file) }
    async let untracked = repository.git.read(
      ["ls-files", "--others", "--exclude-standard", "-z", "--full-name", "--"] + specs, deadline: deadline)
    async let changed = changed(since: moment, specs)
    guard let changed = await changed, case let untracked = await untracked, untracked.succeeded else { return nil }
    var paths = changed
    for path in untracked.standardOutput.split(separator: 0) { paths.append(String(decoding: path, as: UTF8.self)) }
    guard let ignored = await aside({ source.ignoredByGit(deadline: deadline) }) else { return nil }
    return paths.map { top + "/" + $0 } + ignored.map { source.folder + "/" + $0 }
  }

  private func changed(since moment: Double, _ specs: [String]) async -> [String]? {
    guard let commit = await commit(at: moment) else { return nil }
    let answer = await repository.git.read(
      [
        "diff", "--name-only", "-z", "--no-renames", "--no-ext-diff", "--no-textconv", "--ignore-submodules=all",
        commit,
        "--",
      ] + specs, deadline: deadline)
    guard answer.succeeded else { return nil }
    return answer.standardOutput.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
  }

  // MARK: Commits

  /// The commit that was checked out at a moment, as the reflog has it; of a younger repository, its first one. Without a
  /// reflog, the newest commit that is not younger. Without any commit, the empty tree.
  private func commit(at moment: Double) async -> String? {
    // A plain number below a hundred million would count entries of the reflog.
    let seconds = max(Int(moment) - 1, 100_000_000)
    let questions = [
      ["rev-parse", "--verify", "-q", "HEAD@{\(seconds)}"], ["rev-list", "-1", "--before=@\(seconds)", "HEAD"],
      ["hash-object", "-t", "tree", "--stdin"],
    ]
    for question in questions {
      let answer = await repository.git.read(question, deadline: deadline)
      if answer.succeeded, GitRepository.isCommitID(answer.text) { return answer.text }
    }
    return nil
  }

  /// The short id of the commit that last changed a file, where the file is as the last commit has it.
  private func commit(of path: String) async -> String? {
    guard let inside = BuildSource.relative(path, to: top) else { return nil }
    let spec = ":(top,literal)" + inside
    async let status = repository.git.read(
      ["status", "--porcelain", "-z", "--no-renames", "--untracked-files=all", "--ignored", "--", spec],
      deadline: deadline)
    async let log = repository.git.read(["log", "-1", "--format=%h", "--", spec], deadline: deadline)
    guard case let (status, log) = await (status, log), status.succeeded, status.standardOutput.isEmpty, log.succeeded,
      !log.text.isEmpty
    else { return nil }
    return log.text
  }
}
