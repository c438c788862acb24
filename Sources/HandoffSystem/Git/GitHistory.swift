/// Questions about a repository's history in which commits that touch only handoffs do not count.
public struct GitHistory: Sendable {
  /// The git command.
  public let git: Git
  /// When every question must have been answered.
  public let deadline: Deadline
  private let handoffs: GitHandoffPaths?

  /// An answer, or why there is none.
  public typealias Answer<Value> = Result<Value, GitFailure>

  /// Prepares to ask.
  /// - Parameters:
  ///   - git: as ``GitRepository/git``.
  ///   - handoffs: nil when the handoffs are outside the work tree.
  ///   - deadline: when every question must have been answered.
  public init(git: Git, handoffs: GitHandoffPaths?, deadline: Deadline) {
    self.git = git
    self.handoffs = handoffs
    self.deadline = deadline
  }

  /// A commit with the paths that it changed against its only parent.
  private struct Entry {
    var mark: Character
    var id: String
    var paths: [String] = []
  }

  /// The newest commit that touches something else than handoffs, or is empty or a merge; nil when there is none.
  public func head() async -> Answer<String?> {
    var skipped = 0
    // A handoff's commit, and the work before it.
    var count = 2
    while true {
      let result = await git.read(
        logOptions + ["-n", String(count), "--skip=\(skipped)", "HEAD", "--"], outputLimit: 1 << 20, deadline: deadline)
      if case .exited(128) = result.outcome, await isUnborn() { return .success(nil) }
      // A commit that changes very many files is cut off: what was read of it is enough to see that it counts.
      guard result.succeeded || result.outcome == .tooMuchOutput else { return .failure(GitFailure(result)) }
      let entries = Self.entries(result.standardOutput)
      if let found = entries.first(where: { !isOnlyHandoffs($0) }) { return .success(found.id) }
      if result.outcome == .tooMuchOutput { return .failure(GitFailure(result)) }
      guard entries.count == count, !deadline.hasPassed else {
        return deadline.hasPassed ? .failure(.timedOut) : .success(nil)
      }
      skipped += count
      count *= 8
    }
  }

  /// How many commits are only on the left and only on the right side of `LEFT...RIGHT`.
  /// - Parameter range: built of `HEAD`, commit ids and full names of references.
  public func difference(_ range: String) async -> Answer<(left: Int, right: Int)> {
    let all: (left: Int, right: Int)
    switch await count(range) {
    case .success(let numbers): all = numbers
    case .failure(let failure): return .failure(failure)
    }
    if all == (0, 0) { return .success(all) }
    return await handoffOnlyCommits(range).map { only in
      (all.left - only.filter { $0.mark == "<" }.count, all.right - only.filter { $0.mark == ">" }.count)
    }
  }

  /// How many commits came to HEAD since one, whatever they touch.
  /// - Parameter commit: a full id.
  /// - Returns: nil where it is not in the history of HEAD, or that cannot be told.
  public func commits(since commit: String) async -> Int? {
    guard GitRepository.isCommitID(commit), let all = try? await count("\(commit)...HEAD").get(), all.left == 0 else {
      return nil
    }
    return all.right
  }

  private func count(_ range: String) async -> Answer<(left: Int, right: Int)> {
    let result = await git.read(["rev-list", "--count", "--left-right", range, "--"], deadline: deadline)
    let numbers = result.text.split(separator: "\t").compactMap { Int($0) }
    guard result.succeeded, numbers.count == 2 else { return .failure(GitFailure(result)) }
    return .success((numbers[0], numbers[1]))
  }

  /// The commits of a range that touch handoffs and nothing else, each with its side.
  private func handoffOnlyCommits(_ range: String) async -> Answer<[(mark: Character, id: String)]> {
    guard let handoffs else { return .success([]) }
    let result = await git.read(
      logOptions + ["--full-diff", "--full-history", "--no-merges", range, "--", handoffs.only],
      deadline: deadline)
    guard result.succeeded else { return .failure(GitFailure(result)) }
    return .success(Self.entries(result.standardOutput).filter(isOnlyHandoffs).map { ($0.mark, $0.id) })
  }

  /// The ids of the commits of a range that touch handoffs and nothing else.
  public func handoffOnly(_ range: String) async -> Answer<Set<String>> {
    await handoffOnlyCommits(range).map { Set($0.map(\.id)) }
  }

  /// Whether a commit touches handoffs and nothing else.
  /// - Parameter commit: a full id.
  public func isHandoffOnly(_ commit: String) async -> Answer<Bool> {
    let result = await git.read(
      logOptions + ["-n", "1", commit, "--"], outputLimit: 1 << 20, deadline: deadline)
    guard result.succeeded || result.outcome == .tooMuchOutput else { return .failure(GitFailure(result)) }
    return .success(Self.entries(result.standardOutput).first.map(isOnlyHandoffs) ?? false)
  }

  /// Whether a recorded commit can still be reached.
  public enum Reachability: Sendable {
    /// It is an ancestor of HEAD, or HEAD.
    case inHistory
    /// Another branch or tag holds it.
    case onAnotherBranch
    /// It is here, and no branch or tag holds it.
    case unreachable
    /// It is not in the repository.
    case absent
    /// That could not be told.
    case unknown
  }

  /// Where a recorded commit is.
  /// - Parameters:
  ///   - commit: a full id; anything else is unknown.
  ///   - isShallow: whether the history was cut off, so that a missing commit says nothing.
  public func reachability(of commit: String, isShallow: Bool) async -> Reachability {
    guard GitRepository.isCommitID(commit) else { return .unknown }
    let ancestor = await git.read(["merge-base", "--is-ancestor", commit, "HEAD"], deadline: deadline)
    if ancestor.succeeded { return .inHistory }
    guard case .exited(let status) = ancestor.outcome else { return .unknown }
    // 1 says that both are there; else one of them is not, or cannot be read.
    if status != 1 {
      let object = await git.read(["cat-file", "-e", commit], deadline: deadline)
      if object.outcome == .exited(1) { return isShallow ? .unknown : .absent }
      guard object.succeeded else { return .unknown }
    }
    let holders = await git.read(
      [
        "for-each-ref", "--count=1", "--format=%(refname)", "--contains", commit, "refs/heads", "refs/remotes",
        "refs/tags",
      ], deadline: deadline)
    guard holders.succeeded else { return .unknown }
    if !holders.standardOutput.isEmpty { return .onAnotherBranch }
    // What leads to it may have been cut off.
    return isShallow ? .unknown : .unreachable
  }

  // MARK: Reading a log

  private var logOptions: [String] {
    ["log", "-z", "--name-only", "--no-renames", "--no-ext-diff", "--ignore-submodules=none", "--format=%x00%m%H"]
  }

  /// The records of a log in ``logOptions``' form: an empty field, mark and id, then the paths. The first path has a
  /// line end before it; no path is empty.
  private static func entries(_ output: [UInt8]) -> [Entry] {
    var entries: [Entry] = []
    var startsEntry = false
    for field in output.split(separator: 0, omittingEmptySubsequences: false) {
      if field.isEmpty {
        startsEntry = true
      } else if startsEntry {
        let text = String(decoding: field, as: UTF8.self)
        entries.append(Entry(mark: text.first ?? ">", id: String(text.dropFirst())))
        startsEntry = false
      } else if !entries.isEmpty {
        let isFirst = entries[entries.count - 1].paths.isEmpty && field.first == UInt8(ascii: "\n")
        entries[entries.count - 1].paths.append(String(decoding: isFirst ? field.dropFirst() : field, as: UTF8.self))
      }
    }
    return entries
  }

  private func isOnlyHandoffs(_ entry: Entry) -> Bool {
    guard let handoffs else { return false }
    return !entry.paths.isEmpty && entry.paths.allSatisfy(handoffs.contains)
  }

  /// Whether HEAD is on a branch without commits.
  public func isUnborn() async -> Bool {
    let result = await git.read(["log", "-n", "1", "--format=%H", "--"], deadline: deadline)
    return result.outcome == .exited(128) && result.errorText.contains("does not have any commits yet")
  }
}
