import HandoffModel
import HandoffProject
import HandoffSystem
import HandoffText

/// What can be wrong with a repository, in words and with what mends it.
enum GitFindings {
  static let definitions = [
    FindingDefinition("git.not-used", "the project is in no git repository"),
    FindingDefinition("git.not-a-repository", "not in a git repository"),
    FindingDefinition("git.no-work-tree", "a bare repository, without a work tree"),
    FindingDefinition("git.dubious-ownership", "the repository belongs to another user"),
    FindingDefinition("git.not-installed", "git is not installed"),
    FindingDefinition("git.timeout", "git did not answer in time"),
    FindingDefinition("git.unreadable", "git could not answer"),
    FindingDefinition("git.operation-under-way", "an operation was begun and not finished"),
    FindingDefinition("git.index-locked", "a lock of the index was left behind"),
    FindingDefinition("git.upstream-gone", "the branch follows one that is not there"),
    FindingDefinition("git.other-branch", "on another branch than recorded"),
    FindingDefinition("git.other-upstream", "the branch follows another one than recorded"),
    FindingDefinition("git.head-unreachable", "the recorded commit is in no branch any more"),
  ]

  /// The whole area is lost.
  static func lost(_ failure: GitFailure, _ context: ProbeContext) -> Finding {
    let facts: [FactID] = ["git.head", "git.*"]
    switch failure {
    case .notInstalled:
      return Finding(
        "git.not-installed", .unknown, "git is not installed, or not on PATH",
        remedies: Installation.remedies(of: .git, context.host), facts: facts)
    case .notARepository:
      return Finding(
        "git.not-a-repository", .failure, "the project is in no git repository", remedies: intoRepository(context),
        facts: facts)
    case .noWorkTree:
      return Finding(
        "git.no-work-tree", .failure, "the folder is in a git repository that has no work tree",
        remedies: [Remedy(.run("git", "worktree", "list"), "shows where its work trees are, to go to one")],
        facts: facts)
    case .dubiousOwnership(let folder):
      return Finding(
        "git.dubious-ownership", .unknown, "the repository belongs to another user, so git does not read it",
        remedies: [trust(folder ?? context.project.root, context)], facts: facts)
    case .timedOut, .other:
      return partial(failure, facts: facts)
    }
  }

  /// Begins a repository only where none was ever recorded: else its history is somewhere else.
  private static func intoRepository(_ context: ProbeContext) -> [Remedy] {
    let facts: [FactID] = ["git.head", "git.branch", "git.upstream"]
    guard facts.contains(where: { context.expected?.fact($0) != nil }) else {
      return [Remedy(.run("git", "init"), "begins a repository here")]
    }
    return [
      Remedy(.run("pwd"), "shows where you are: the handoff was written in a repository"),
      Remedy(.run("git", "clone", "..."), "gets the repository again, from where it was pushed to"),
    ]
  }

  /// Some facts could not be measured.
  static func partial(_ failure: GitFailure, facts: [FactID]) -> Finding {
    switch failure {
    case .timedOut:
      Finding("git.timeout", .unknown, "git did not answer in time", facts: facts)
    case .other(let reason):
      Finding("git.unreadable", .unknown, "git could not answer: \(reason)", facts: facts)
    default:
      Finding("git.unreadable", .unknown, "git stopped answering", facts: facts)
    }
  }

  /// The command of git's own advice, with the folder as this shell names it.
  private static func trust(_ folder: String, _ context: ProbeContext) -> Remedy {
    let words = "git config --global --add safe.directory "
    let text: Message = "trusts this repository; see first that its owner is one you expect"
    let root = context.project.root
    let shown = context.shown(folder)
    if folder == root { return Remedy(ShellCommand(bash: words + #""$PWD""#, powershell: words + #""$PWD""#), text) }
    if root.hasPrefix(folder + "/") {
      let depth = root.dropFirst(folder.count).split(separator: "/").count
      let up = Array(repeating: "..", count: depth).joined(separator: "/")
      return Remedy(
        ShellCommand(bash: words + "\"$(cd \(up) && pwd -P)\"", powershell: words + "\"$((Resolve-Path \(up)).Path)\""),
        text)
    }
    // Git itself reads `~/` in this setting.
    return Remedy(.run("git", "config", "--global", "--add", "safe.directory", shown), text)
  }

  static func operation(_ operation: GitOperation, hasConflicts: Bool?) -> Finding {
    let name = operation.rawValue
    var remedies: [Remedy] = []
    if operation == .bisect {
      remedies = [Remedy(.run("git", "bisect", "reset"), "ends the bisect and goes back to where it began")]
    } else {
      if hasConflicts == false {
        remedies.append(
          Remedy(
            .run("git", "-c", "core.editor=true", name, "--continue"), "goes on with the \(Untrusted(name))"))
      }
      remedies.append(
        Remedy(
          .run("git", name, "--abort"), "gives the \(Untrusted(name)) up, and what was resolved in it",
          destructive: true))
    }
    return Finding(
      "git.operation-under-way", .warning, "a \(Untrusted(name)) was begun and not finished", remedies: remedies,
      facts: ["git.operation"])
  }

  static func indexLocked(_ lock: String, minutes: Int) -> Finding {
    Finding(
      "git.index-locked", .warning,
      "\(Untrusted(lock)) was left behind \(minutes) min ago: git refuses to stage and commit",
      remedies: [
        Remedy(ShellPath(lock).command("rm"), "removes the lock; see first that no git command runs", destructive: true)
      ],
      facts: ["git.changes"])
  }

  static func upstreamGone(_ upstream: String) -> Finding {
    Finding(
      "git.upstream-gone", .warning, "the branch follows \(Untrusted(upstream)), which is not there",
      remedies: [Remedy(.run("git", "push", "-u", "origin", "HEAD"), "pushes the branch and follows it there")],
      facts: ["git.upstream"])
  }

  static func otherBranch(expected: String, actual: String?) -> Finding {
    let now: Message = actual.map { "on branch \(Untrusted($0))" } ?? "on no branch"
    return Finding(
      "git.other-branch", .warning, "\(now); the handoff was written on \(Untrusted(expected))",
      remedies: [Remedy(.run("git", "switch", expected), "goes to that branch")], facts: ["git.branch"])
  }

  static func otherUpstream(expected: String, actual: String?, branch: String) -> Finding {
    let now: Message = actual.map { "follows \(Untrusted($0))" } ?? "follows no other branch"
    return Finding(
      "git.other-upstream", .warning, "\(Untrusted(branch)) \(now); it followed \(Untrusted(expected))",
      remedies: [
        Remedy(.run("git", "branch", "--set-upstream-to=" + expected, branch), "follows that branch again")
      ], facts: ["git.upstream"])
  }

  static func headUnreachable(_ commit: String) -> Finding {
    Finding(
      "git.head-unreachable", .warning,
      "the recorded commit \(Untrusted(String(commit.prefix(7)))) is in no branch any more: history was rewritten",
      facts: ["git.head"])
  }
}
