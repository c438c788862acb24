public import HandoffSystem
import HandoffText

extension HandoffStore {
  /// Throws what ``commit(_:message:deadline:)`` would throw, as far as it can be seen before anything is written.
  public func checkCommit(deadline: Deadline = .after(.seconds(30))) async throws(StoreError) {
    let repository = try await openRepository(deadline)
    // A name that a handoff may get stands for all of them.
    let file = shown("SESSION-HANDOFF-2025-11-07-HANDOFF.md")
    try await checkReady(repository, [file], deadline)
  }

  /// Commits exactly one file of the project, whatever else is staged or changed.
  ///
  /// The commit is made with an index of its own, so that the user's index is untouched until the commit stands, and
  /// then differs in that one entry. The user's hooks and signing are used.
  /// - Parameters:
  ///   - path: the file, relative to the project.
  ///   - message: the commit message; looked through for secrets.
  ///   - deadline: when hooks must have ended.
  /// - Returns: the id of the commit.
  public func commit(
    _ path: String, message: String, deadline: Deadline = .after(.seconds(600))
  ) async throws(StoreError) -> String {
    try refuseSecrets(Array(message.utf8), in: "the commit message")
    guard let real = host.files.realPath(root + "/" + path), isInside(real), real != root else {
      throw .folderOutside(path)
    }
    let file = String(real.dropFirst(root.count + 1))
    let repository = try await openRepository(deadline)
    try await checkReady(repository, [file], deadline)
    let index = try TemporaryIndex(of: repository, host.files, writer)
    defer { index.remove() }
    let git = repository.git
    let added = await git.act(["update-index", "--add", "--", file], index: index.path, deadline: deadline)
    guard added.succeeded else { throw Self.failure(added) }
    let unchanged = await git.act(
      ["diff-index", "--cached", "--quiet", "HEAD", "--", ":(literal)" + file], index: index.path, deadline: deadline)
    if unchanged.succeeded { throw .nothingToCommit(path: path) }
    let before = await git.read(["rev-parse", "--verify", "-q", "HEAD"], deadline: deadline)
    let result = await git.act(
      ["commit", "--only", "--quiet", "--cleanup=whitespace", "--file=-", "--", ":(literal)" + file],
      input: Array(message.utf8), index: index.path, deadline: deadline)
    // Once the commit stands, the user's index must follow it, also when a hook after it hangs or the work is cancelled:
    // without that the next commit would take the file out again. So this is no part of what can be cancelled.
    let following = Task { () async -> Result<String?, StoreError> in
      let head = await git.read(["rev-parse", "--verify", "-q", "HEAD"], deadline: .after(.seconds(30)))
      guard head.succeeded, head.text != before.text else { return .success(nil) }
      do throws(StoreError) {
        try await adopt(file, repository, commit: head.text)
        return .success(head.text)
      } catch {
        return .failure(error)
      }
    }
    if let commit = try await following.value.get() { return commit }
    throw Self.failure(result)
  }

  func openRepository(_ deadline: Deadline) async throws(StoreError) -> GitRepository {
    do {
      return try await GitRepository(Git(in: root, host: host), deadline: deadline)
    } catch {
      throw .git(error)
    }
  }

  private func checkReady(
    _ repository: GitRepository, _ files: [String], _ deadline: Deadline
  ) async throws(StoreError) {
    if let operation = repository.operation(host.files) { throw .operationUnderWay(operation) }
    let lock = repository.gitFolder + "/index.lock"
    if host.files.kind(of: lock, followLinks: false) != nil { throw .indexLocked(lock: lock) }
    let git = repository.git
    async let unmergedAnswer = git.read(["ls-files", "-z", "--unmerged", ":(top)"], deadline: deadline)
    async let ignoredAnswer = git.read(
      // With `./` before it no path is taken for a pattern.
      ["check-ignore", "--verbose", "-z", "--stdin"], input: files.flatMap { Array("./\($0)".utf8) + [0] },
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

  /// Brings the user's index up to the commit in one entry, and in no other.
  private func adopt(_ file: String, _ repository: GitRepository, commit: String) async throws(StoreError) {
    let git = repository.git
    let deadline = Deadline.after(.seconds(30))
    let tree = await git.read(["ls-tree", "-z", "--full-name", "HEAD", "--", file], deadline: deadline)
    // "MODE TYPE ID\tPATH\0", as `update-index --index-info` reads it.
    guard tree.succeeded, !tree.standardOutput.isEmpty else { return }
    while true {
      let result = await git.act(
        ["update-index", "-z", "--add", "--index-info"], input: tree.standardOutput, deadline: deadline)
      if result.succeeded { break }
      // Another command may hold the lock for a moment.
      guard result.errorText.contains("index.lock"), !deadline.hasPassed, deadline.remaining > .seconds(25) else {
        throw .indexNotUpdated(path: file, commit: commit)
      }
      try? await Task.sleep(for: .milliseconds(50))
    }
    _ = await git.act(["add", "--refresh", "--", ":(literal)" + file], deadline: deadline)
  }

  private static func failure(_ result: CommandResult) -> StoreError {
    let output = Untrusted(
      withoutCredentials([result.errorText, result.text].filter { !$0.isEmpty }.joined(separator: "\n")))
    switch result.outcome {
    case .timedOut: return .commitTimedOut
    case .notFound, .notPermitted: return .git(.notInstalled)
    // Git itself ends with 128 when it cannot commit; what is left for 1 are hooks.
    case .exited(1): return .hookRefused(output)
    default: return .commitFailed(output)
    }
  }
}

/// A copy of the index beside it, that commands work on in its stead.
private struct TemporaryIndex {
  let path: String
  private let files: FileSystem

  init(of repository: GitRepository, _ files: FileSystem, _ writer: FileWriter) throws(StoreError) {
    self.files = files
    let name = "index.handoff-" + String(UInt64.random(in: .min ... .max), radix: 36)
    path = repository.gitFolder + "/" + name
    let bytes: [UInt8]
    do {
      bytes = try files.read(repository.gitFolder + "/index", limit: 1 << 30)
    } catch .missing {
      // Nothing was ever staged: the commands begin with an empty index.
      return
    } catch {
      throw .unreadable(".git/index", error)
    }
    do {
      try writer.create(bytes, named: name, in: repository.gitFolder)
    } catch {
      throw .unwritable(".git/" + name, error)
    }
  }

  func remove() {
    for file in [path, path + ".lock"] { FileWriter().remove(file) }
  }
}
