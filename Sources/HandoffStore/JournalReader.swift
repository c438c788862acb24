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

  /// The commits and changed files since a commit, the newest first.
  /// - Parameters:
  ///   - commit: the id that the previous handoff recorded; nil for the latest commits of all.
  ///   - name: the file name of the previous handoff, or nil.
  /// - Returns: nil when the folder is not in a repository, or git does not answer.
  public func journal(since commit: String?, named name: String?, deadline: Deadline) async -> Journal? {
    guard let repository = try? await GitRepository(Git(in: root, host: host), deadline: deadline) else { return nil }
    let paths = GitHandoffPaths(handoffs: folder, prefix: repository.prefix)
    let others = paths.map { ["--", ":(top)", $0.others] } ?? []
    // A commit that is not in the history any more says nothing about what came since.
    let base = await reachable(commit, repository.git, deadline)
    let range = base.map { ["\($0)..HEAD"] } ?? ["HEAD"]
    async let log = repository.git.read(
      ["log", "-z", "--no-show-signature", "--format=%h%x1f%s%x1f%as", "-n", "\(Self.commitLimit)"] + range + others,
      deadline: deadline)
    async let count = repository.git.read(["rev-list", "--count"] + range + others, deadline: deadline)
    async let files = base.map { base in
      ["diff", "--name-status", "-z", "--no-renames", "--no-ext-diff", "--no-textconv", base, "HEAD"] + others
    }.asyncMap { await repository.git.read($0, deadline: deadline) }
    let (commits, number, changed) = await (log, count, files)
    guard commits.succeeded else {
      // A repository without commits.
      return Journal(since: name, commits: [], changedFiles: [])
    }
    let listed = Self.commits(commits.standardOutput)
    let (shown, more) = Self.files(changed?.succeeded == true ? changed?.standardOutput ?? [] : [])
    return Journal(
      since: base == nil ? nil : name, commits: listed,
      moreCommits: base == nil ? 0 : max(0, (Int(number.text) ?? listed.count) - listed.count), changedFiles: shown,
      moreFiles: more)
  }

  /// How many commits that touch more than handoffs came since a commit; nil when that cannot be told.
  public func commits(since commit: String, deadline: Deadline) async -> Int? {
    guard let repository = try? await GitRepository(Git(in: root, host: host), deadline: deadline),
      let base = await reachable(commit, repository.git, deadline)
    else { return nil }
    let paths = GitHandoffPaths(handoffs: folder, prefix: repository.prefix)
    let others = paths.map { ["--", ":(top)", $0.others] } ?? []
    let count = await repository.git.read(["rev-list", "--count", "\(base)..HEAD"] + others, deadline: deadline)
    return count.succeeded ? Int(count.text) : nil
  }

  private func reachable(_ commit: String?, _ git: Git, _ deadline: Deadline) async -> String? {
    guard let commit, GitRepository.isCommitID(commit) else { return nil }
    let answer = await git.read(["merge-base", "--is-ancestor", commit, "HEAD"], deadline: deadline)
    return answer.succeeded ? commit : nil
  }

  private static func commits(_ output: [UInt8]) -> [Journal.Commit] {
    output.split(separator: 0).compactMap { record in
      let fields = record.split(separator: 0x1f, omittingEmptySubsequences: false)
      guard fields.count == 3 else { return nil }
      return Journal.Commit(
        id: Untrusted(bytes: fields[0]), subject: Untrusted(bytes: fields[1]), date: Untrusted(bytes: fields[2]))
    }
  }

  private static func files(_ output: [UInt8]) -> ([Journal.ChangedFile], more: Int) {
    let fields = output.split(separator: 0, omittingEmptySubsequences: true)
    let pairs = stride(from: 0, to: fields.count - fields.count % 2, by: 2).map { index in
      Journal.ChangedFile(status: Untrusted(bytes: fields[index]), path: Untrusted(bytes: fields[index + 1]))
    }
    return (Array(pairs.prefix(fileLimit)), max(0, pairs.count - fileLimit))
  }
}

extension Optional {
  fileprivate func asyncMap<Result>(_ transform: (Wrapped) async -> Result) async -> Result? {
    guard let self else { return nil }
    return await transform(self)
  }
}
