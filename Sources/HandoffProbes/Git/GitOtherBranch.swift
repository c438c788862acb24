import HandoffModel
import HandoffSystem
import HandoffText

/// Another branch than the recorded one, and the way back to it that loses nothing.
struct GitOtherBranch {
  let expected: String
  let actual: String?
  let place: GitPlace
  /// The recorded commit, or nil when it is not in the repository.
  let recordedHead: String?

  func finding(_ context: ProbeContext) -> Finding {
    var message: Message = actual.map { "on branch \(Untrusted($0))" } ?? "on no branch"
    var remedies: [Remedy] = []
    if let head = place.looseHead {
      let commits: Message = place.looseCommits == 1 ? "1 commit" : "\(place.looseCommits) commits"
      message = "\(message), with \(commits) that no branch holds"
      remedies.append(
        Remedy(.run("git", "branch", "kept-" + head.prefix(7), head), "keeps what no branch holds under a name"))
    }
    message = "\(message); the handoff was written on \(Untrusted(expected))"
    if let worktree = place.worktree {
      let folder = context.shown(worktree)
      message = "\(message), which is checked out in \(Untrusted(folder))"
      remedies.append(Remedy(ShellPath(folder).command("cd"), "goes to the work tree that is on that branch"))
    } else if place.hasBranch {
      remedies.append(Remedy(.run("git", "switch", expected), "goes to that branch"))
    } else {
      message = "\(message), and there is no branch \(Untrusted(expected)) any more"
      if place.isAtRemote {
        remedies.append(Remedy(.run("git", "switch", expected), "makes it again from the remote's, and goes to it"))
      } else if let recordedHead {
        remedies.append(
          Remedy(
            .run("git", "switch", "-c", expected, recordedHead),
            "makes it again at the recorded commit; not needed if it was merged"))
      } else {
        remedies.append(Remedy(.run("git", "fetch", "--all"), "brings it, if a remote holds it"))
      }
    }
    return Finding("git.other-branch", .warning, message, remedies: remedies, facts: ["git.branch"])
  }

  /// A branch, where the handoff was written on none.
  static func finding(actual: String, recordedHead: String?) -> Finding {
    let remedies = recordedHead.map { [Remedy(.run("git", "switch", "--detach", $0), "goes to the recorded commit")] }
    return Finding(
      "git.other-branch", .warning, "on branch \(Untrusted(actual)); the handoff was written on no branch",
      remedies: remedies ?? [], facts: ["git.branch"])
  }
}
