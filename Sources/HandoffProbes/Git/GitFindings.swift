import HandoffModel
import HandoffProject
import HandoffSystem
import HandoffText

/// What can be wrong with a repository, in words and with what mends it.
enum GitFindings {
  static let definitions = [
    FindingDefinition("git.not-a-repository", "not in a git repository"),
    FindingDefinition("git.no-work-tree", "a bare repository, without a work tree"),
    FindingDefinition("git.dubious-ownership", "the repository belongs to another user"),
    FindingDefinition("git.not-installed", "git is not installed"),
    FindingDefinition("git.timeout", "git did not answer in time"),
    FindingDefinition("git.unreadable", "git could not answer"),
    FindingDefinition("git.damaged", "what git has to read of the repository is damaged or missing"),
    FindingDefinition("git.redirected", "a variable sends git to another repository"),
    FindingDefinition("git.operation-under-way", "an operation was begun and not finished"),
    FindingDefinition("git.index-locked", "a lock of the index was left behind"),
    FindingDefinition("git.ref-locked", "a lock of HEAD, of another reference or of git's settings was left behind"),
    FindingDefinition("git.conflicts", "files are in conflict, and no operation is under way"),
    FindingDefinition("git.upstream-gone", "the branch follows one that is not there"),
    FindingDefinition("git.other-branch", "on another branch than recorded"),
    FindingDefinition("git.other-upstream", "the branch follows another one than recorded"),
    FindingDefinition("git.head-unreachable", "the recorded commit is in no branch any more"),
    FindingDefinition("git.submodule-moved", "a submodule is at another commit than the one committed"),
    FindingDefinition("git.submodule-missing", "a submodule was not fetched"),
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
        remedies: intoWorkTree(context), facts: facts)
    case .repositoryMoved(let place):
      return Finding(
        "git.not-a-repository", .failure,
        "the project is in no git repository: .git points to \(Untrusted(context.shown(place.raw))), which is not there",
        remedies: [
          Remedy(
            ShellCommand(
              bash: "git -C ... worktree repair \"$PWD\"", powershell: "git -C ... worktree repair \"$PWD\""),
            "run with the folder in which the repository is now, makes both find each other again"),
          Remedy(.run("git", "clone", "..."), "gets the repository again, from where it was pushed to"),
        ], facts: facts)
    case .dubiousOwnership(let folder):
      return Finding(
        "git.dubious-ownership", .unknown, "the repository belongs to another user, so git does not read it",
        remedies: [trust(folder ?? context.project.root, context)], facts: facts)
    case .timedOut, .other, .damaged:
      return partial(failure, facts: facts)
    }
  }

  /// A `.git` folder in the project that says of itself that it is bare was not made so by `git init --bare`. One that
  /// has other work trees may be meant so.
  private static func intoWorkTree(_ context: ProbeContext) -> [Remedy] {
    let files = context.host.files
    let list = Remedy(.run("git", "worktree", "list"), "shows where its work trees are, to go to one")
    guard files.kind(of: context.path(".git")) == .folder, files.kind(of: context.path(".git/worktrees")) == nil
    else { return [list] }
    return [Remedy(.run("git", "config", "core.bare", "false"), "makes this folder its work tree again"), list]
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
      Finding("git.timeout", .unknown, "git did not answer in time", remedies: [askGit], facts: facts)
    case .other(let reason):
      Finding(
        "git.unreadable", .unknown, "git could not answer: \(reason)",
        remedies: [
          // Unlike a status it runs nothing that the repository configures.
          Remedy(
            .run("git", "config", "--show-origin", "--list"), "shows the settings that git reads, and where they stand")
        ], facts: facts)
    case .damaged(let reason):
      Finding(
        "git.damaged", .failure, "the repository is damaged: \(reason)", remedies: afterDamage(facts), facts: facts)
    default:
      Finding("git.unreadable", .unknown, "git stopped answering", remedies: [askGit], facts: facts)
    }
  }

  private static var askGit: Remedy {
    Remedy(.run("git", "rev-parse", "HEAD"), "asks git by hand, without a deadline")
  }

  private static func afterDamage(_ facts: [FactID]) -> [Remedy] {
    let look = Remedy(.run("git", "fsck", "--full"), "names all that is damaged or missing")
    if facts == ["git.changes"] {
      return [
        Remedy(.run("git", "read-tree", "HEAD"), "writes the index anew; what was staged must be staged again"), look,
      ]
    }
    return [look, Remedy(.run("git", "clone", "..."), "gets the repository again, from where it was pushed to")]
  }

  /// The command of git's own advice, with the folder as this shell names it.
  private static func trust(_ folder: String, _ context: ProbeContext) -> Remedy {
    let words = "git config --global --add safe.directory "
    let text: Message = "trusts this repository; see first that its owner is one you expect"
    let root = context.project.root
    let shown = context.shown(folder)
    if folder == root { return Remedy(ShellCommand(bash: words + #""$PWD""#, powershell: words + #""$PWD""#), text) }
    if let inside = PathText(root).relative(to: folder) {
      let depth = PathText(inside).components.count
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
      if operation == .am {
        remedies.append(Remedy(.run("git", "am", "--show-current-patch=diff"), "shows the patch that does not apply"))
      } else if hasConflicts == false {
        remedies.append(
          Remedy(
            .run("git", "-c", "core.editor=true", name, "--continue"), "goes on with the \(Untrusted(name))"))
      }
      remedies.append(
        Remedy(
          .run("git", name, "--abort"), "gives the \(Untrusted(name)) up, and what was resolved in it",
          destructive: true))
    }
    let what: Message = operation == .am ? "applying patches with git am" : "a \(Untrusted(name))"
    return Finding(
      "git.operation-under-way", .warning, "\(what) was begun and not finished", remedies: remedies,
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

  /// - Parameter locks: those of references and settings; nil is given where there is none.
  static func referencesLocked(_ locks: [GitLocks.Lock]) -> Finding? {
    var groups: [[GitLocks.Lock]] = []
    for lock in locks {
      if groups.last?.last?.refused == lock.refused {
        groups[groups.count - 1].append(lock)
      } else {
        groups.append([lock])
      }
    }
    guard !groups.isEmpty else { return nil }
    let parts = groups.map { group -> Message in
      let paths = Message.joined(group.map { "\(Untrusted($0.path))" }, separator: " and ")
      let verb: Message = group.count == 1 ? "was" : "were"
      return "\(paths) \(verb) left behind \(group[0].minutes) min ago: git refuses to \(group[0].refused)"
    }
    return Finding(
      "git.ref-locked", .warning, .joined(parts, separator: "; "),
      remedies: locks.map { lock in
        Remedy(
          ShellPath(lock.path).command("rm"), "removes the lock; see first that no git command runs", destructive: true)
      }, facts: ["git.head"])
  }

  /// What `git stash pop` leaves, or a checkout with `--merge`.
  static func conflicts(_ count: Int) -> Finding {
    let files: Message = count == 1 ? "a file is" : "\(count) files are"
    return Finding(
      "git.conflicts", .failure, "\(files) in conflict, and no operation is under way: git refuses to commit",
      remedies: [
        Remedy(
          .run("git", "diff", "--name-only", "--diff-filter=U"),
          "names what to resolve; git add then takes each as it is")
      ], facts: ["git.changes"])
  }

  static func upstreamGone(_ upstream: String, branch: String?) -> Finding {
    let parts = upstream.split(separator: "/", maxSplits: 1).map(String.init)
    var remedies: [Remedy] = []
    if parts.count == 2, GitReport.isSafeName(upstream) {
      let what = parts[1] == branch ? parts[1] : "HEAD:refs/heads/" + parts[1]
      remedies.append(Remedy(.run("git", "push", "-u", parts[0], what), "pushes the branch there again and follows it"))
    }
    remedies.append(Remedy(.run("git", "branch", "--unset-upstream"), "follows nothing any more"))
    return Finding(
      "git.upstream-gone", .warning, "the branch follows \(Untrusted(upstream)), which is not there",
      remedies: remedies, facts: ["git.upstream", "git.ahead", "git.behind"])
  }

  static func otherUpstream(expected: String, actual: String?, branch: String, place: GitPlace) -> Finding {
    let now: Message = actual.map { "follows \(Untrusted($0))" } ?? "follows no other branch"
    let remote = String(expected.prefix { $0 != "/" })
    let follow = Remedy(
      .run("git", "branch", "--set-upstream-to=" + expected, branch), "follows that branch again")
    var remedies = [follow]
    var why: Message = ""
    if !place.hasUpstream {
      if place.remotes.contains(remote) {
        why = "; \(Untrusted(expected)) is not there"
        remedies.insert(Remedy(.run("git", "fetch", remote), "fetches it, if it is still there"), at: 0)
      } else {
        why = "; there is no remote \(Untrusted(remote))"
        remedies = [
          Remedy(.run("git", "remote", "add", "-f", remote, "..."), "adds the remote and fetches it"), follow,
        ]
        // The same branch of a remote that has another name.
        if let actual, actual.hasSuffix(expected.dropFirst(remote.count)), GitReport.isSafeName(actual) {
          let other = String(actual.dropLast(expected.count - remote.count))
          remedies = [
            Remedy(.run("git", "remote", "rename", other, remote), "gives the remote its recorded name again")
          ]
        }
      }
    }
    return Finding(
      "git.other-upstream", .warning, "\(Untrusted(branch)) \(now); it followed \(Untrusted(expected))\(why)",
      remedies: remedies, facts: ["git.upstream"])
  }

  /// - Parameters:
  ///   - isHere: whether the repository holds the commit at all.
  ///   - branch: the branch that the handoff was written on, or nil.
  ///   - hasBranch: whether that is there. If not, it may have been squashed into another one.
  static func headUnreachable(_ commit: String, isHere: Bool, branch: String?, hasBranch: Bool) -> Finding {
    let short = String(commit.prefix(7))
    if !isHere {
      return Finding(
        "git.head-unreachable", .warning, "the recorded commit \(Untrusted(short)) is not in this repository",
        remedies: [Remedy(.run("git", "fetch", "--all"), "brings it, if a remote holds it")], facts: ["git.head"])
    }
    let why: Message =
      switch branch {
      case nil: ""
      case _ where hasBranch: ": history was rewritten"
      case let branch?: ": the branch \(Untrusted(branch)) is gone, merged as another commit or deleted"
      }
    return Finding(
      "git.head-unreachable", .warning, "the recorded commit \(Untrusted(short)) is in no branch any more\(why)",
      remedies: [
        Remedy(.run("git", "log", "--oneline", "-n", "10", commit), "shows what it holds"),
        Remedy(.run("git", "branch", "recorded-" + short, commit), "keeps it under a name, before git forgets it"),
      ], facts: ["git.head"])
  }

  /// What git is told by a variable, where that is another repository than the one around the project; nil otherwise.
  static func redirected(_ repository: GitRepository, _ context: ProbeContext) -> Finding? {
    let files = context.host.files
    let depth = repository.prefix.utf8.filter { $0 == UInt8(ascii: "/") }.count
    let top = context.project.root + String(repeating: "/..", count: depth)
    let wanted = [("GIT_DIR", repository.gitFolder), ("GIT_WORK_TREE", top)]
    let redirections = wanted.compactMap { name, folder -> (name: String, folder: String)? in
      guard let said = context.host.environment[name] else { return nil }
      let named = PathText(context.host.workingDirectory).appending(said).text
      return files.realPath(named) == files.realPath(folder) ? nil : (name, named)
    }
    guard let first = redirections.first else { return nil }
    let variables = ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY"]
      .filter { context.host.environment[$0] != nil }
    return Finding(
      "git.redirected", .warning,
      "\(Untrusted(first.name)) sends every git command of this shell to \(Untrusted(context.shown(first.folder)))",
      remedies: [Remedy(.unset(variables), "lets git find the repository around the project")])
  }
}
