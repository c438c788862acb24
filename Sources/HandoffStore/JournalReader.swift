public import HandoffDocument
public import HandoffSystem
import HandoffText

/// Reads what changed in git since a handoff.
public struct JournalReader: Sendable {
  /// How many commits a document names.
  private static let commitLimit = 30
  /// How many files a document names.
  private static let fileLimit = 60

  let host: Host
  let root: String
  let folder: String

  /// Prepares to read.
  /// - Parameters:
  ///   - host: the door to git.
  ///   - root: the project's folder.
  ///   - folder: the folder of handoffs relative to it, whose files and commits are left out.
  public init(host: Host, root: String, folder: String) {
    self.host = host
    self.root = root
    self.folder = folder
  }

  /// The commits and changed files since a commit, the newest first; commits that touch only handoffs are left out.
  /// - Parameters:
  ///   - commit: the id that the previous handoff recorded; nil for the latest commits of all.
  ///   - name: the file name of the previous handoff, or nil.
  /// - Returns: nil when the folder is not in a repository.
  public func journal(since commit: String?, named name: String?, deadline: Deadline) async -> Journal? {
    let git = Git(in: root, host: host)
    let all = await came(since: commit, git, deadline)
    if all == 0 { return Journal(since: name, commits: [], changedFiles: []) }
    let repository: GitRepository
    do throws(GitFailure) {
      repository = try await GitRepository(git, deadline: deadline)
    } catch {
      return error == .notARepository ? nil : .unread
    }
    let paths = GitHandoffPaths(handoffs: folder, prefix: repository.prefix)
    let history = GitHistory(git: repository.git, handoffs: paths, deadline: deadline)
    // A commit that is not in the history any more says nothing about what came since.
    guard let base = commit, let all else { return await newest(history, named: name) }
    async let log = listing(history, ["\(base)..HEAD"])
    async let handoffs = history.handoffOnly("\(base)..HEAD")
    async let files = repository.git.read(
      [
        "diff", "--name-status", "-z", "--no-renames", "--no-ext-diff", "--no-textconv", "--ignore-submodules=none",
        base,
        "HEAD", "--", ":(top)",
      ] + (paths.map { [$0.others] } ?? []), deadline: deadline)
    let (commits, only, changed) = await (log, handoffs, files)
    guard let commits, changed.succeeded, let only = try? only.get() else { return .unread }
    let (shown, more) = Self.files(changed.standardOutput, prefix: repository.prefix)
    return Journal(
      since: name, commits: commits, moreCommits: max(0, all - only.count - commits.count), changedFiles: shown,
      moreFiles: more)
  }

  /// Without a commit to begin from: what was done last.
  private func newest(_ history: GitHistory, named name: String?) async -> Journal {
    if let commits = await listing(history, ["HEAD"]) {
      return Journal(since: nil, lost: name, commits: commits, changedFiles: [])
    }
    return await history.isUnborn() ? Journal(since: name, commits: [], changedFiles: []) : .unread
  }

  /// The newest commits of a range that touch more than handoffs; nil when git does not answer.
  private func listing(_ history: GitHistory, _ range: [String]) async -> [Journal.Commit]? {
    var count = Self.commitLimit
    while true {
      let log = await history.git.read(
        ["log", "-z", "--format=%H%x1f%h%x1f%s%x1f%as", "-n", "\(count)"] + range + ["--"],
        deadline: history.deadline)
      guard log.succeeded else { return nil }
      let records = log.standardOutput.split(separator: 0)
      guard let oldest = records.last?.prefix(while: { $0 != 0x1f }) else { return [] }
      let id = String(decoding: oldest, as: UTF8.self)
      // What is older than the last one shown need not be told apart.
      guard var left = try? await history.handoffOnly("\(id)...HEAD").get() else { return nil }
      if let isOnly = try? await history.isHandoffOnly(id).get(), isOnly { left.insert(id) }
      let commits = Self.commits(records, leavingOut: left)
      if commits.count >= Self.commitLimit || records.count < count { return Array(commits.prefix(Self.commitLimit)) }
      count *= 4
    }
  }

  /// How many commits that touch more than handoffs came since a commit; nil when that cannot be told.
  public func commits(since commit: String, deadline: Deadline) async -> Int? {
    let git = Git(in: root, host: host)
    guard let all = await came(since: commit, git, deadline) else { return nil }
    if all == 0 { return 0 }
    guard let repository = try? await GitRepository(git, deadline: deadline) else { return nil }
    let paths = GitHandoffPaths(handoffs: folder, prefix: repository.prefix)
    let history = GitHistory(git: repository.git, handoffs: paths, deadline: deadline)
    return try? await history.handoffOnly("\(commit)..HEAD").map { all - $0.count }.get()
  }

  /// How many commits came since one, whatever they touch: where none did, nothing else has to be asked.
  private func came(since commit: String?, _ git: Git, _ deadline: Deadline) async -> Int? {
    guard let commit else { return nil }
    return await GitHistory(git: git, handoffs: nil, deadline: deadline).commits(since: commit)
  }

  private static func commits(_ records: [ArraySlice<UInt8>], leavingOut left: Set<String>) -> [Journal.Commit] {
    records.compactMap { record in
      let fields = record.split(separator: 0x1f, maxSplits: 2, omittingEmptySubsequences: false)
      // The date ends the record; a subject may hold anything.
      guard fields.count == 3, !left.contains(String(decoding: fields[0], as: UTF8.self)),
        let end = fields[2].lastIndex(of: 0x1f)
      else { return nil }
      return Journal.Commit(
        id: Untrusted(bytes: fields[1]), subject: Untrusted(bytes: fields[2][..<end]),
        date: Untrusted(bytes: fields[2][(end + 1)...]))
    }
  }

  /// - Parameter prefix: the project relative to the top of the work tree, that paths are told from.
  private static func files(_ output: [UInt8], prefix: String) -> ([Journal.ChangedFile], more: Int) {
    let fields = output.split(separator: 0)
    let up = Array(String(repeating: "../", count: prefix.utf8.filter { $0 == UInt8(ascii: "/") }.count).utf8)
    let count = fields.count / 2
    let files = (0..<min(count, fileLimit)).map { index in
      let path = fields[index * 2 + 1]
      let isInside = path.starts(with: prefix.utf8)
      return Journal.ChangedFile(
        status: Untrusted(bytes: fields[index * 2]),
        path: Untrusted(bytes: isInside ? Array(path.dropFirst(prefix.utf8.count)) : up + path))
    }
    return (files, count - files.count)
  }
}
