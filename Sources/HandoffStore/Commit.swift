public import HandoffSystem
import HandoffText

/// A commit that was made.
public struct CommittedHandoff: Hashable, Sendable {
  /// Its id.
  public let id: String
  /// What a hook put into it beside the handoff: paths relative to the top of the work tree.
  public let others: [String]
}

extension HandoffStore {
  /// Throws what ``commit(_:message:deadline:)`` would throw, as far as it can be seen before anything is written.
  public func checkCommit(deadline: Deadline = .after(.seconds(30))) async throws(StoreError) {
    let repository = try await openRepository(deadline)
    // A name that a handoff may get stands for all of them.
    let file = try projectPath(try place().path + "/SESSION-HANDOFF-2025-11-07-HANDOFF.md", shown: folder)
    try await checkReady(repository, file, deadline)
  }

  /// Commits exactly one file of the project, whatever else is staged or changed. The user's hooks and signing are used.
  ///
  /// The file is staged in the user's index first, and the commit is made with a copy of that index. So whenever this
  /// process is killed, the index has the file, and the next commit of the user's does not take it out. When there is no
  /// commit, the index is put back. One process commits at a time; git itself holds the lock too, so that it also holds
  /// when this process is killed and git goes on.
  /// - Parameters:
  ///   - path: the file, relative to the project.
  ///   - message: the commit message; looked through for secrets.
  ///   - deadline: when others must have committed and hooks must have ended.
  /// - Returns: the commit, and what a hook put into it beside the file; the user's index has that as well.
  public func commit(
    _ path: String, message: String, deadline: Deadline = .after(.seconds(600))
  ) async throws(StoreError) -> CommittedHandoff {
    try refuseSecrets(Array(message.utf8), in: "the commit message")
    guard let real = host.files.realPath(root + "/" + path) else { throw .unreadable(path, .missing) }
    let file = try projectPath(real, shown: path)
    let repository = try await openRepository(deadline)
    let lock = try await lockCommits(repository, Array(message.utf8), deadline)
    defer { lock.release() }
    try await checkReady(repository, file, deadline)
    let index = try await CommitIndex(of: repository, staging: file, deadline: deadline)
    defer { index.remove() }
    do throws(StoreError) {
      try index.copy(host.files, writer)
      return try await commit(file, shown: path, repository, lock, index, deadline)
    } catch .indexNotUpdated(let paths, let commit) {
      throw .indexNotUpdated(paths: paths, commit: commit)
    } catch {
      guard await index.putBack() else { throw .leftStaged(path: path, because: "\(error)") }
      throw error
    }
  }

  private func commit(
    _ file: String, shown path: String, _ repository: GitRepository, _ lock: FileLock, _ index: CommitIndex,
    _ deadline: Deadline
  ) async throws(StoreError) -> CommittedHandoff {
    let git = repository.git
    let unchanged = await git.act(
      ["diff-index", "--cached", "--quiet", "HEAD", "--", ":(literal)" + file], index: index.path, deadline: deadline)
    if unchanged.succeeded { throw .nothingToCommit(path: path) }
    let before = await git.read(["rev-parse", "--verify", "-q", "HEAD"], deadline: deadline)
    let result = await git.act(
      ["commit", "--only", "--quiet", "--cleanup=whitespace", "--file=-", "--", ":(literal)" + file],
      holding: lock, index: index.path, deadline: deadline)
    // Once the commit stands, the user's index must follow it, also when a hook after it hangs or the work is cancelled.
    // So this is no part of what can be cancelled.
    let following = Task { () async -> Result<CommittedHandoff?, StoreError> in
      do throws(StoreError) {
        return .success(try await made(file, repository, since: before.succeeded ? before.text : nil, index))
      } catch {
        return .failure(error)
      }
    }
    if let made = try await following.value.get() { return made }
    if result.succeeded { throw .notInCommit(path: path) }
    throw await failure(result, git)
  }

  /// The commit since another one that changed a file, with the user's index brought up to it; nil when there is none.
  private func made(
    _ file: String, _ repository: GitRepository, since before: String?, _ index: CommitIndex
  ) async throws(StoreError) -> CommittedHandoff? {
    let git = repository.git
    let deadline = Deadline.after(.seconds(30))
    let found = await git.read(
      ["rev-list", "-n", "1", "HEAD"] + (before.map { ["^" + $0] } ?? []) + ["--", ":(literal)" + file],
      deadline: deadline)
    guard found.succeeded else {
      let head = await git.read(["rev-parse", "--verify", "-q", "HEAD"], deadline: deadline)
      // There is a commit, and git does not say what is in it.
      if head.succeeded, head.text != before { throw .indexNotUpdated(paths: [file], commit: head.text) }
      return nil
    }
    let commit = found.text
    guard GitRepository.isCommitID(commit) else { return nil }
    let listing = await git.read(
      ["diff-tree", "-r", "-z", "--raw", "--no-renames", "--no-abbrev", "--root", "--no-commit-id", commit],
      outputLimit: 64 << 20, deadline: deadline)
    guard listing.succeeded else { throw .indexNotUpdated(paths: [file], commit: commit) }
    let changes = GitTreeChange.changes(listing.standardOutput)
    let own = repository.prefix + file
    guard await index.follow(changes, own: own, deadline: deadline) else {
      throw .indexNotUpdated(paths: changes.map { $0.path == own ? file : ":/" + $0.path }, commit: commit)
    }
    return CommittedHandoff(id: commit, others: changes.map(\.path).filter { $0 != own })
  }

  /// The path of something in the project, relative to it.
  private func projectPath(_ real: String, shown path: String) throws(StoreError) -> String {
    guard let inside = PathText(real).relative(to: root), !inside.isEmpty else { throw .folderOutside(path) }
    return inside
  }

  /// Waits until nobody else commits a handoff in this work tree, whose message git keeps in one file.
  private func lockCommits(
    _ repository: GitRepository, _ message: [UInt8], _ deadline: Deadline
  ) async throws(StoreError) -> FileLock {
    let name = "handoff-commit"
    do throws(FileWriteError) {
      while true {
        if let lock = try FileLock.take(repository.gitFolder + "/" + name) {
          do throws(FileWriteError) {
            try lock.fill(message)
          } catch {
            lock.release()
            throw error
          }
          if lock.isExclusive { CommitIndex.reap(repository.gitFolder, host.files, writer) }
          return lock
        }
        if deadline.hasPassed || Task.isCancelled { break }
        try? await Task.sleep(for: .milliseconds(20))
      }
    } catch {
      throw .unwritable(".git/" + name, error)
    }
    throw .commitUnderWay
  }

  func openRepository(_ deadline: Deadline) async throws(StoreError) -> GitRepository {
    do {
      return try await GitRepository(Git(in: root, host: host), deadline: deadline)
    } catch {
      throw .git(error)
    }
  }

  private func checkReady(
    _ repository: GitRepository, _ file: String, _ deadline: Deadline
  ) async throws(StoreError) {
    if let operation = repository.operation(host.files) { throw .operationUnderWay(operation) }
    if PathText(root).appending(file).isBelow(repository.gitFolder) { throw .folderInGit(file) }
    let lock = repository.gitFolder + "/index.lock"
    // Another command may hold it for a moment.
    let patience = min(deadline, .after(.seconds(1)))
    while host.files.kind(of: lock, followLinks: false) != nil {
      if patience.hasPassed || Task.isCancelled { throw .indexLocked(lock: lock) }
      try? await Task.sleep(for: .milliseconds(20))
    }
    let git = repository.git
    async let unmergedAnswer = git.read(["ls-files", "-z", "--unmerged", ":(top)"], deadline: deadline)
    async let ignoredAnswer = git.read(
      // With `./` before it no path is taken for a pattern.
      ["check-ignore", "--verbose", "-z", "--stdin"], input: Array("./\(file)".utf8) + [0],
      deadline: deadline)
    async let authorAnswer = git.act(["var", "GIT_AUTHOR_IDENT"], deadline: deadline)
    async let committerAnswer = git.act(["var", "GIT_COMMITTER_IDENT"], deadline: deadline)
    let (unmerged, ignored, author, committer) = await (unmergedAnswer, ignoredAnswer, authorAnswer, committerAnswer)
    guard unmerged.succeeded else { throw .git(GitFailure(unmerged)) }
    if !unmerged.standardOutput.isEmpty { throw .conflicts }
    // file, line, pattern, path
    let rule = ignored.standardOutput.split(separator: 0, omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
    if ignored.succeeded, rule.count >= 4, !rule[2].hasPrefix("!") {
      throw .ignored(path: String(rule[3].dropFirst(2)), rule: "\(rule[0]):\(rule[1]): \(rule[2])")
    }
    guard ignored.succeeded || ignored.outcome == .exited(1) else { throw .git(GitFailure(ignored)) }
    guard author.succeeded, committer.succeeded else {
      let failed = author.succeeded ? committer : author
      if case .exited = failed.outcome { throw .noIdentity }
      throw .git(GitFailure(failed))
    }
  }

  private func failure(_ result: CommandResult, _ git: Git) async -> StoreError {
    let error = Self.failure(result)
    guard case .commitFailed(let output) = error, result.outcome == .exited(1) else { return error }
    // Git itself mostly ends with 128 when it cannot commit; with 1 it ends after a hook did not end with 0, too.
    let folder = await git.act(
      ["rev-parse", "--path-format=absolute", "--git-path", "hooks"], deadline: .after(.seconds(10)))
    let hooks = ["pre-commit", "prepare-commit-msg", "commit-msg"].filter {
      host.files.isExecutable(folder.text + "/" + $0)
    }
    return folder.succeeded && !hooks.isEmpty ? .hookRefused(output) : error
  }

  /// Why git did not stage or commit.
  static func failure(_ result: CommandResult) -> StoreError {
    let output = Untrusted(
      withoutCredentials([result.errorText, result.text].filter { !$0.isEmpty }.joined(separator: "\n")))
    switch result.outcome {
    case .timedOut: return .commitTimedOut
    case .notFound, .notPermitted: return .git(.notInstalled)
    default: return .commitFailed(output)
    }
  }
}
