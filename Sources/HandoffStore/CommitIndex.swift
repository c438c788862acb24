import HandoffSystem

/// The user's index with one file staged, and a copy of it that a commit is made with.
struct CommitIndex: Sendable {
  /// The copy.
  let path: String
  private let repository: GitRepository
  private let keeper: GitIndexKeeper
  private let file: String
  /// The entry of the file before it was staged, as `update-index --index-info` reads it; empty when there was none.
  private let entry: [UInt8]

  private static let prefix = "index.handoff-"

  /// Removes what a killed process left behind. Only who holds the lock may do that.
  static func reap(_ gitFolder: String, _ files: FileSystem, _ writer: FileWriter) {
    for name in (try? files.list(gitFolder)) ?? [] where name.hasPrefix(prefix) {
      try? writer.remove(gitFolder + "/" + name)
    }
  }

  /// Stages a file.
  /// - Parameter file: relative to the project.
  init(of repository: GitRepository, staging file: String, deadline: Deadline) async throws(StoreError) {
    let name = Self.prefix + String(UInt64.random(in: .min ... .max), radix: 36)
    path = repository.gitFolder + "/" + name
    self.repository = repository
    self.file = file
    let listing = await Self.listing(file, repository.git, deadline)
    guard listing.succeeded else { throw .git(GitFailure(listing)) }
    entry = listing.standardOutput
    var keeper = GitIndexKeeper(gitFolder: repository.gitFolder, as: name + "-before")
    let staged = await Self.update(repository.git, ["--add", "--", file], deadline: deadline)
    keeper.noteChange()
    self.keeper = keeper
    guard staged.succeeded else {
      // A deadline can come when git has written the index and not ended yet.
      _ = await putBack()
      remove()
      throw Self.isLocked(staged)
        ? .indexLocked(lock: repository.gitFolder + "/index.lock") : HandoffStore.failure(staged)
    }
  }

  /// Makes the copy.
  func copy(_ files: FileSystem, _ writer: FileWriter) throws(StoreError) {
    let name = String(path.dropFirst(repository.gitFolder.count + 1))
    let bytes: [UInt8]
    do {
      bytes = try files.read(repository.gitFolder + "/index", limit: 1 << 30)
    } catch {
      throw .unreadable(".git/index", error)
    }
    do {
      try writer.create(bytes, named: name, in: repository.gitFolder)
    } catch {
      throw .unwritable(".git/" + name, error)
    }
  }

  /// Brings the user's index up to what a commit changed.
  /// - Parameter own: the path of the staged file, whose entry is mostly right already.
  /// - Returns: whether that could be done.
  func follow(_ changes: [GitTreeChange], own: String, deadline: Deadline) async -> Bool {
    let git = repository.git
    var entries = changes
    if let change = changes.first(where: { $0.path == own }) {
      let now = await Self.listing(file, git, deadline)
      let wanted = Array("\(change.mode) \(change.object) 0\t\(own)".utf8) + [0]
      if now.succeeded, now.standardOutput == wanted { entries.removeAll { $0.path == own } }
    }
    if entries.isEmpty { return true }
    let input = entries.flatMap(\.indexEntry)
    guard await Self.update(git, ["-z", "--add", "--replace", "--index-info"], input, deadline: deadline).succeeded
    else { return false }
    // So that git need not read these files again to see that they are as committed.
    let there = entries.filter { !$0.isGone }.map { ":(top,literal)" + $0.path }
    if !there.isEmpty, there.count <= 100 {
      _ = await git.act(["add", "--refresh", "--"] + there, deadline: deadline)
    }
    return true
  }

  /// Takes the file out of the user's index again: the index is as it was, or if somebody else has written it
  /// meanwhile, the file's entry is.
  /// - Returns: whether that could be done.
  func putBack() async -> Bool {
    if keeper.putBack() { return true }
    // No part of what can be cancelled.
    return await Task {
      let (git, deadline) = (repository.git, Deadline.after(.seconds(30)))
      let now = await Self.listing(file, git, deadline)
      guard now.succeeded else { return false }
      if now.standardOutput == entry { return true }
      if !entry.isEmpty {
        return await Self.update(git, ["-z", "--add", "--index-info"], entry, deadline: deadline).succeeded
      }
      return await Self.update(git, ["--force-remove", "--", file], deadline: deadline).succeeded
    }.value
  }

  /// Removes the copy and what was kept.
  func remove() {
    for file in [path, path + ".lock"] { try? FileWriter().remove(file) }
    keeper.remove()
  }

  private static func listing(_ file: String, _ git: Git, _ deadline: Deadline) async -> CommandResult {
    await git.read(["ls-files", "--stage", "-z", "--full-name", "--", ":(literal)" + file], deadline: deadline)
  }

  /// Whether another command holds the index; git names its lock also where it cannot be written.
  private static func isLocked(_ result: CommandResult) -> Bool {
    result.errorText.contains("index.lock") && result.errorText.contains("File exists")
  }

  /// Changes the user's index. Another command may hold its lock for a moment.
  private static func update(
    _ git: Git, _ arguments: [String], _ input: [UInt8]? = nil, deadline: Deadline
  ) async -> CommandResult {
    let patience = min(deadline, .after(.seconds(5)))
    while true {
      let result = await git.act(["update-index"] + arguments, input: input, deadline: deadline)
      if result.succeeded || !isLocked(result) || patience.hasPassed { return result }
      try? await Task.sleep(for: .milliseconds(20))
    }
  }
}
