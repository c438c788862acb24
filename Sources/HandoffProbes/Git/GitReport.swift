import HandoffModel
import HandoffSystem
import HandoffText

/// Gathers what was measured and what was not.
struct GitReport {
  let context: ProbeContext
  /// The git folder of the work tree.
  let gitFolder: String
  var facts: [Fact] = []
  var findings: [Finding] = []
  private var missing: [GitFailure: [FactID]] = [:]

  init(context: ProbeContext, gitFolder: String) {
    self.context = context
    self.gitFolder = gitFolder
  }

  mutating func add(_ id: FactID, _ factClass: FactClass, _ value: JSONValue) {
    facts.append(Fact(id, factClass, value, source: Source(.measured, "git")))
  }

  mutating func add(_ tracking: GitTracking, branch: String?) {
    add("git.upstream", .state, .optional(tracking.upstream))
    if let difference = take(tracking.difference, "git.ahead", "git.behind") {
      add("git.ahead", .progress, difference.map { .int($0.left) } ?? .null)
      add("git.behind", .progress, difference.map { .int($0.right) } ?? .null)
    }
    if let stashes = take(tracking.stashes, "git.stashes") { add("git.stashes", .progress, .int(stashes)) }
    if tracking.isGone, let upstream = tracking.upstream {
      findings.append(GitFindings.upstreamGone(upstream, branch: branch))
    }
  }

  /// What was not committed. What changed in submodules that may not be looked into, git cannot see.
  /// - Parameter hidden: their folders.
  mutating func takeChanges(_ answer: Result<GitChanges, GitFailure>, hidden: [String]) -> GitChanges? {
    let failure = hidden.first.map { GitFailure.other(Untrusted("this user may not look into \($0)")) }
    let changes = take(failure.map { .failure($0) } ?? answer, "git.changes")
    if let changes { add("git.changes", .progress, changes.value) }
    return changes
  }

  /// What was begun and not finished, and conflicts that are left.
  mutating func tell(_ operation: GitOperation?, _ changes: GitChanges?) {
    if let operation {
      findings.append(GitFindings.operation(operation, hasConflicts: changes.map { $0.conflicted > 0 }))
    } else if let changes, changes.conflicted > 0 {
      findings.append(GitFindings.conflicts(changes.conflicted))
    }
  }

  /// A recorded commit that is in no branch.
  mutating func tell(_ recordedHead: String?, _ reached: GitHistory.Reachability?, _ place: GitPlace) {
    guard let recordedHead, reached == .unreachable || reached == .absent else { return }
    let branch = context.expected?.fact("git.branch")?.value.string
    findings.append(
      GitFindings.headUnreachable(
        recordedHead, isHere: reached == .unreachable, branch: branch, hasBranch: place.hasBranch))
  }

  /// The value of an answer, or nil with its facts noted as not measured.
  mutating func take<Value>(_ answer: Result<Value, GitFailure>, _ ids: FactID...) -> Value? {
    switch answer {
    case .success(let value): return value
    case .failure(let failure):
      missing[failure, default: []] += ids
      return nil
    }
  }

  /// One finding for each reason why something was not measured; damage is told once, whatever git says of it.
  var unknowns: [Finding] {
    let reasons = missing.sorted { $0.value.min() ?? "" < $1.value.min() ?? "" }
    func isDamage(_ failure: GitFailure) -> Bool { if case .damaged = failure { true } else { false } }
    var findings = reasons.filter { !isDamage($0.key) }.map { GitFindings.partial($0.key, facts: $0.value.sorted()) }
    let damage = reasons.filter { isDamage($0.key) }
    if let first = damage.first {
      let cause = GitPermissions.cause(first.key, in: gitFolder, context)
      findings.append(GitFindings.partial(cause, facts: damage.flatMap(\.value).sorted()))
    }
    return findings.sorted { ($0.id, $0.facts.first ?? "") < ($1.id, $1.facts.first ?? "") }
  }

  /// Finds what differs from the recorded handoff and has a remedy.
  /// - Parameter recordedHead: nil when it is not in the repository.
  mutating func compare(branch: String?, tracking: GitTracking?, place: GitPlace, recordedHead: String?) {
    guard let expected = context.expected, let recordedBranch = expected.fact("git.branch")?.value else { return }
    let head = recordedHead.flatMap { GitRepository.isCommitID($0) ? $0 : nil }
    if recordedBranch.string != branch {
      if let recorded = recordedBranch.string, Self.isSafeName(recorded) {
        findings.append(
          GitOtherBranch(expected: recorded, actual: branch, place: place, recordedHead: head).finding(context))
      } else if recordedBranch == .null, let branch {
        findings.append(GitOtherBranch.finding(actual: branch, recordedHead: head))
      }
    } else if let recorded = expected.fact("git.upstream")?.value.string, let tracking, let branch,
      recorded != tracking.upstream, Self.isSafeName(recorded)
    {
      findings.append(
        GitFindings.otherUpstream(expected: recorded, actual: tracking.upstream, branch: branch, place: place))
    }
  }

  /// Whether a path of the repository may stand as an argument of a command of ours.
  static func isSafePath(_ path: String) -> Bool {
    !path.isEmpty && !PathText(path).isAbsolute && !PathText(path).climbs
      && path.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f }
  }

  /// Whether a name that a document carries may stand as an argument of a command of ours.
  static func isSafeName(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.count <= 255 && !name.hasPrefix("-") && !name.hasPrefix("/") && !name.contains("..")
      && name.unicodeScalars.allSatisfy {
        $0.value > 0x20 && $0.value != 0x7f && !"~^:?*[\\".unicodeScalars.contains($0)
      }
  }
}

/// The facts in one line: "main · abc1234 · 3 modified, 1 untracked · 2 ahead".
enum GitSummary {
  static func message(
    branch: String?, head: String??, operation: GitOperation?, changes: GitChanges?, tracking: GitTracking?
  ) -> Message {
    var parts: [Message] = [branch.map { "\(Untrusted($0))" } ?? "detached"]
    if let head { parts.append(head.map { "\(Untrusted(String($0.prefix(7))))" } ?? "no commit yet") }
    if let operation { parts.append("\(Untrusted(operation.rawValue)) under way") }
    if let changes {
      let counts: [(Int, Message)] = [
        (changes.conflicted, "conflicted"), (changes.staged, "staged"), (changes.modified, "modified"),
        (changes.untracked, "untracked"),
      ]
      let words = counts.filter { $0.0 > 0 }.map { count, word -> Message in "\(count) \(word)" }
      parts.append(words.isEmpty ? "clean" : .joined(words, separator: ", "))
    }
    if case .success(let difference?) = tracking?.difference {
      let words = [(difference.left, "ahead" as Message), (difference.right, "behind")]
        .filter { $0.0 > 0 }.map { count, word -> Message in "\(count) \(word)" }
      if !words.isEmpty { parts.append(.joined(words, separator: ", ")) }
    }
    if case .success(let count) = tracking?.stashes, count > 0 {
      parts.append(count == 1 ? "1 stash" : "\(count) stashes")
    }
    return .joined(parts, separator: " · ")
  }
}

/// The commands of the document.
enum GitGuide {
  /// Goes to where work stood: as the recorded handoff says it, else as it is.
  static func setup(branch: String?, head: String?, _ context: ProbeContext) -> [GuideStep] {
    let recorded = context.expected?.fact("git.branch")?.value.string.flatMap { GitReport.isSafeName($0) ? $0 : nil }
    if let branch = recorded ?? branch.flatMap({ GitReport.isSafeName($0) ? $0 : nil }) {
      return [GuideStep(.run("git", "switch", branch), "goes to the branch")]
    }
    let recordedHead = context.expected?.fact("git.head")?.value.string
    guard let head = recordedHead ?? head, GitRepository.isCommitID(head) else { return [] }
    return [GuideStep(.run("git", "switch", "--detach", head), "goes to the commit")]
  }

  static let verification = [
    GuideStep(.run("git", "status", "--short", "--branch"), "shows the branch and what is not committed"),
    GuideStep(.run("git", "log", "-1", "--oneline"), "shows the newest commit"),
  ]
}
