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
    if reference == nil, tracking.upstream == nil, let branch, repository.hasSetting("branch.\(branch).merge") {
      // A branch without commits is no reference yet, but may follow one. Another one follows one that is not fetched: of
      // a narrow clone or a URL, nobody here can tell what became of it; without its remote, it is gone.
      let configured = await Self.configuredUpstream(of: branch, history)
      tracking.upstream = configured?.name
      switch configured?.place {
      case nil, .url: break
      case .fetched: tracking.isGone = !hasCommits
      case .notFetched: tracking.isGone = true
      }
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

  /// Where a branch is that another one follows.
  private enum Place {
    /// At a remote, from which something is fetched.
    case fetched
    /// At a remote that is not there any more or from which nothing is fetched, or here.
    case notFetched
    /// At a URL or a path that stands in the place of a remote's name: git fetches it into no reference.
    case url
  }

  /// What the configuration says a branch follows, by the names that a clone gives, and where that is; nil where it says
  /// nothing.
  private static func configuredUpstream(
    of branch: String, _ history: GitHistory
  ) async -> (name: String, place: Place)? {
    func read(_ option: String, _ key: String) async -> CommandResult {
      await history.git.read(["config", option, key], deadline: history.deadline)
    }
    async let remoteAnswer = read("--get", "branch.\(branch).remote")
    async let mergeAnswer = read("--get", "branch.\(branch).merge")
    let (remote, merge) = await (remoteAnswer, mergeAnswer)
    guard remote.succeeded, merge.succeeded, merge.text.hasPrefix("refs/heads/") else { return nil }
    let name = merge.text.dropFirst("refs/heads/".count)
    if remote.text == "." { return (String(name), .notFetched) }
    // A remote may be a URL, with whatever stands in it.
    let shown = "\(withoutCredentials(remote.text))/\(name)"
    let fetched = await read("--get-all", "remote.\(remote.text).fetch")
    if fetched.succeeded, !fetched.text.isEmpty { return (shown, .fetched) }
    // Git takes for a URL or a path what looks like one and names no remote. A remote's name may hold a slash.
    let isPlace = remote.text.contains(":") || remote.text.hasPrefix("/") || remote.text.hasPrefix(".")
    guard isPlace else { return (shown, .notFetched) }
    return (shown, await read("--get-all", "remote.\(remote.text).url").succeeded ? .notFetched : .url)
  }

  private static func countStashes(_ history: GitHistory) async -> Result<Int, GitFailure> {
    let result = await history.git.read(
      ["rev-list", "-g", "--count", "refs/stash", "--"], deadline: history.deadline)
    guard result.succeeded, let count = Int(result.text) else { return .failure(GitFailure(result)) }
    return .success(count)
  }
}
