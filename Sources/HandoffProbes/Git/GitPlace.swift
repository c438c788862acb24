import HandoffModel
import HandoffSystem

/// What a repository holds of the branch and the upstream that a handoff recorded, asked only where another one is there.
struct GitPlace: Sendable {
  /// Whether the recorded branch is there.
  var hasBranch = true
  /// Whether a remote's branch of that name is known, from which `git switch` makes it again.
  var isAtRemote = false
  /// The work tree in which the recorded branch is checked out, an absolute path.
  var worktree: String?
  /// How many commits would be in no branch if HEAD, which is detached, were left.
  var looseCommits = 0
  /// The commit that HEAD is at, where some would be.
  var looseHead: String?
  /// Whether the recorded upstream is there.
  var hasUpstream = true
  /// The names of the remotes.
  var remotes: [String] = []

  static func read(
    _ repository: GitRepository, _ context: ProbeContext, branch: String?, tracking: GitTracking?, deadline: Deadline
  ) async -> GitPlace {
    var place = GitPlace()
    guard let expected = context.expected else { return place }
    let git = repository.git
    if let recorded = expected.fact("git.branch")?.value, recorded.string != branch {
      if let name = recorded.string, GitReport.isSafeName(name) { await place.look(for: name, git, deadline) }
      if branch == nil { await place.countLoose(git, deadline) }
    } else if let recorded = expected.fact("git.upstream")?.value.string, recorded != tracking?.upstream,
      GitReport.isSafeName(recorded)
    {
      await place.lookUpstream(recorded, git, deadline)
    }
    return place
  }

  private mutating func look(for branch: String, _ git: Git, _ deadline: Deadline) async {
    let result = await git.read(
      [
        "for-each-ref", "--format=%(refname)%00%(worktreepath)", "--", "refs/heads/" + branch,
        "refs/remotes/*/" + branch,
      ],
      deadline: deadline)
    guard result.succeeded else { return }
    hasBranch = false
    for line in result.text.split(separator: "\n") {
      let fields = line.split(separator: "\0", omittingEmptySubsequences: false).map(String.init)
      guard fields.count == 2 else { continue }
      if fields[0] == "refs/heads/" + branch {
        hasBranch = true
        worktree = fields[1].isEmpty ? nil : fields[1]
      } else if fields[0].hasPrefix("refs/remotes/"), fields[0].hasSuffix("/" + branch) {
        isAtRemote = true
      }
    }
  }

  private mutating func countLoose(_ git: Git, _ deadline: Deadline) async {
    async let counted = git.read(
      ["rev-list", "--count", "HEAD", "--not", "--branches", "--tags", "--remotes", "--"], deadline: deadline)
    async let named = git.read(["rev-parse", "-q", "--verify", "HEAD"], deadline: deadline)
    let (count, head) = await (counted, named)
    guard count.succeeded, let number = Int(count.text), number > 0, head.succeeded,
      GitRepository.isCommitID(head.text)
    else { return }
    looseCommits = number
    looseHead = head.text
  }

  private mutating func lookUpstream(_ name: String, _ git: Git, _ deadline: Deadline) async {
    async let listed = git.read(["remote"], deadline: deadline)
    async let found = git.read(
      ["for-each-ref", "--format=%(refname)", "--", "refs/remotes/" + name, "refs/heads/" + name], deadline: deadline)
    let (remote, reference) = await (listed, found)
    guard remote.succeeded, reference.succeeded else { return }
    remotes = remote.text.split(separator: "\n").map(String.init)
    hasUpstream = reference.text.split(separator: "\n").contains { $0.hasSuffix("/" + name) }
  }
}
