import HandoffModel
import HandoffSystem

/// What a branch follows, and how many stashes there are.
struct GitTracking: Sendable {
  /// `origin/main`, or nil when the branch follows nothing.
  var upstream: String?
  /// Whether there is nothing at the upstream's name any more.
  var isGone = false
  var stashes: Result<Int, GitFailure> = .success(0)
  /// Commits on HEAD alone and on the upstream alone; nil without an upstream.
  var difference: Result<(left: Int, right: Int)?, GitFailure> = .success(nil)

  static func read(
    _ repository: GitRepository, branch: String?, history: GitHistory, _ context: ProbeContext
  ) async -> Result<GitTracking, GitFailure> {
    let patterns = (branch.map { ["refs/heads/" + $0] } ?? []) + ["refs/stash"]
    let result = await repository.git.read(
      ["for-each-ref", "--format=%(refname)%00%(upstream)%00%(upstream:track,nobracket)", "--"]
        + patterns, deadline: history.deadline)
    guard result.succeeded else { return .failure(GitFailure(result)) }
    var tracking = GitTracking()
    var hasStash = false
    var reference: String?
    var hasCommits = false
    let common = GitPermissions.commonFolder(of: repository.gitFolder, context.host.files)
    for line in result.text.split(separator: "\n") {
      let fields = line.split(separator: "\0", omittingEmptySubsequences: false).map(String.init)
      guard fields.count == 3 else { continue }
      hasCommits = hasCommits || fields[0] == "refs/heads/" + (branch ?? "")
      if fields[0] == "refs/stash" {
        hasStash = true
      } else if fields[0] == "refs/heads/" + (branch ?? ""), !fields[1].isEmpty {
        tracking.upstream = name(ofUpstream: fields[1])
        tracking.isGone = fields[2] == "gone"
        reference = tracking.isGone ? nil : fields[1]
        // Git takes a reference that it may not read for one that is gone.
        if tracking.isGone, let failure = GitPermissions.failure(["\(common)/\(fields[1])"], context) {
          tracking.isGone = false
          tracking.difference = .failure(failure)
        }
      }
    }
    if reference == nil, tracking.upstream == nil, let branch {
      // A branch without commits is no reference yet, but may follow one. Another one follows one that is not fetched: of
      // a narrow clone, nobody here can tell what became of it; without its remote, it is gone.
      let (upstream, isFetched) = await Self.configuredUpstream(of: branch, history)
      tracking.upstream = upstream
      tracking.isGone = upstream != nil && !(hasCommits && isFetched)
    }
    let hiddenStash = GitPermissions.failure(["\(common)/refs/stash", "\(common)/logs/refs/stash"], context)
    async let stashes = hiddenStash == nil && hasStash ? countStashes(history) : .success(0)
    if let reference { tracking.difference = await history.difference("HEAD...\(reference)").map { $0 } }
    let counted = await stashes
    tracking.stashes = hiddenStash.map { .failure($0) } ?? counted
    return .success(tracking)
  }

  /// `origin/main` of `refs/remotes/origin/main`. Git's own short name depends on what else bears it.
  private static func name(ofUpstream reference: String) -> String {
    for folder in ["refs/remotes/", "refs/heads/"] where reference.hasPrefix(folder) {
      return String(reference.dropFirst(folder.count))
    }
    return reference
  }

  /// What the configuration says a branch follows, by the names that a clone gives, and whether anything is fetched from
  /// where that is.
  private static func configuredUpstream(
    of branch: String, _ history: GitHistory
  ) async -> (upstream: String?, isFetched: Bool) {
    async let remoteAnswer = history.git.read(
      ["config", "--get", "branch.\(branch).remote"], deadline: history.deadline)
    async let mergeAnswer = history.git.read(
      ["config", "--get", "branch.\(branch).merge"], deadline: history.deadline)
    let (remote, merge) = await (remoteAnswer, mergeAnswer)
    guard remote.succeeded, merge.succeeded, merge.text.hasPrefix("refs/heads/") else {
      return (nil, false)
    }
    let name = merge.text.dropFirst("refs/heads/".count)
    // A remote may be a URL, with whatever stands in it.
    if remote.text == "." { return (String(name), false) }
    let fetched = await history.git.read(
      ["config", "--get-all", "remote.\(remote.text).fetch"], deadline: history.deadline)
    return ("\(withoutCredentials(remote.text))/\(name)", fetched.succeeded && !fetched.text.isEmpty)
  }

  private static func countStashes(_ history: GitHistory) async -> Result<Int, GitFailure> {
    let result = await history.git.read(
      ["rev-list", "-g", "--count", "refs/stash", "--"], deadline: history.deadline)
    guard result.succeeded, let count = Int(result.text) else { return .failure(GitFailure(result)) }
    return .success(count)
  }
}
