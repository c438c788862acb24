public import HandoffModel
public import HandoffProject
import HandoffSystem
import HandoffText

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The repository that the project is in: where work stands, and what was not committed.
///
/// Everything is read through the git command, as ``Git/read(_:input:outputLimit:deadline:)`` runs it. Paths of the
/// handoffs folder, and commits that touch only them, are not seen. The facts are about the whole repository, also
/// where the project is a folder in it.
public struct GitProbe: Probe {
  /// `git`.
  public let area = "git"
  private let settings: GitSettings

  /// What the probe can establish.
  public static let facts = [
    FactDefinition(
      "git.head", .progress, title: "HEAD", isHead: true,
      meaning: "id of the newest commit that touches more than handoffs; null without commits"),
    FactDefinition(
      "git.branch", .state, title: "the branch",
      meaning: "name, also during a rebase or bisect; null when HEAD is detached"),
    FactDefinition(
      "git.upstream", .state, order: .presentIsBetter, title: "the upstream", dependsOn: "git.branch",
      meaning: "the branch that it follows, `origin/main`; or null"),
    FactDefinition(
      "git.operation", .state, order: .absentIsBetter, title: "the operation under way",
      meaning: "`rebase`, `am`, `merge`, `cherry-pick`, `revert`, `bisect`; or null"),
    FactDefinition(
      "git.ahead", .progress, title: "commits ahead of the upstream", dependsOn: "git.upstream",
      meaning: "number; null without an upstream that is fetched"),
    FactDefinition(
      "git.behind", .progress, title: "commits behind the upstream", dependsOn: "git.upstream",
      meaning: "number, as of the last fetch; null without an upstream that is fetched"),
    FactDefinition(
      "git.changes", .progress, title: "uncommitted changes",
      meaning: "numbers of paths: `staged`, `modified`, `untracked`, `conflicted`"),
    FactDefinition("git.stashes", .progress, title: "stashes", meaning: "number"),
  ]

  /// What the probe can find.
  public static let findings = GitFindings.definitions

  /// What it is called in documents.
  public static let title: StaticString = "Git"

  /// One for a project in a repository.
  public static func probes(for project: Project) -> [ProbeUse] {
    project.git.probes("git") { [GitProbe($0)] }
  }

  /// Measures the repository around the project.
  /// - Parameter settings: which folder holds the handoffs.
  public init(_ settings: GitSettings) {
    self.settings = settings
  }

  /// Measures.
  public func observe(_ context: ProbeContext) async -> Observation {
    // What is left to do after the last answer needs a moment of its own.
    let deadline = Deadline(instant: context.deadline.instant - .milliseconds(100))
    do {
      let repository = try await GitRepository(Git(in: context.project.root, host: context.host), deadline: deadline)
      return await measure(repository, context, deadline)
    } catch {
      return Observation(
        probe: area, facts: [], findings: [GitFindings.lost(cause(error, context), context)],
        setup: GitGuide.setup(branch: nil, head: nil, context), verification: GitGuide.verification)
    }
  }

  private func measure(
    _ repository: GitRepository, _ context: ProbeContext, _ deadline: Deadline
  ) async -> Observation {
    let files = context.host.files
    let handoffs = GitHandoffPaths(handoffs: realHandoffs(context), prefix: repository.prefix)
    let history = GitHistory(git: repository.git, handoffs: handoffs, deadline: deadline)
    let branch = repository.branch(files)
    let recordedHead = context.expected?.fact("git.head")?.value.string
    async let changesAnswer = GitChanges.read(repository, handoffs, deadline: deadline)
    async let headAnswer = history.head()
    async let trackingAnswer = GitTracking.read(repository, branch: branch, history: history, context)
    async let submodulesAnswer = GitSubmodules.missing(repository, files, deadline: deadline)
    let answers = await (changes: changesAnswer, head: headAnswer, tracking: trackingAnswer)

    var report = GitReport(context: context, gitFolder: repository.gitFolder)
    report.add("git.branch", .state, .optional(branch))
    let operation = repository.operation(files)
    report.add("git.operation", .state, .optional(operation?.rawValue))
    let submodules = await submodulesAnswer
    let changes = report.takeChanges(answers.changes, hidden: submodules.hidden)
    let head = report.take(answers.head, "git.head")
    if let head { report.add("git.head", .progress, .optional(head)) }
    let tracking = report.take(answers.tracking, "git.upstream", "git.ahead", "git.behind", "git.stashes")
    // Where commits cannot be read, git takes every branch for one that is gone.
    if let tracking, head != nil { report.add(tracking, branch: branch) }

    report.tell(operation, changes)
    report.findings += GitLocks.findings(repository, context)
    report.findings += GitSubmodules.findings(moved: changes?.submodules ?? [], missing: submodules.missing, context)
    if let finding = GitFindings.redirected(repository, context) { report.findings.append(finding) }
    let isHead = recordedHead != nil && recordedHead == head
    let reached = isHead ? .inHistory : await Self.reachability(recordedHead, repository, history)
    if head != nil {
      let place = await GitPlace.read(repository, context, branch: branch, tracking: tracking, deadline: deadline)
      report.compare(
        branch: branch, tracking: tracking, place: place, recordedHead: reached == .absent ? nil : recordedHead)
      report.tell(recordedHead, reached, place)
    }
    return Observation(
      probe: area, facts: report.facts, findings: report.findings + report.unknowns,
      summary: GitSummary.message(
        branch: branch, head: head, operation: operation, changes: changes, tracking: tracking),
      setup: GitGuide.setup(branch: branch, head: head ?? nil, context), verification: GitGuide.verification)
  }

  /// Git says of a repository whose HEAD it cannot read that there is none.
  private func cause(_ failure: GitFailure, _ context: ProbeContext) -> GitFailure {
    let top = context.host.files.nearestFolder(from: context.project.root, holding: ".git") ?? context.project.root
    let folder = (top == "/" ? "" : top) + "/.git"
    if context.host.files.kind(of: folder) == .folder {
      let forbidden = GitPermissions.cause(failure, in: folder, context)
      if forbidden != failure { return forbidden }
    }
    guard failure == .notARepository, context.host.files.kind(of: folder + "/objects") == .folder else {
      return failure
    }
    return .damaged(Untrusted("git takes .git for no repository: its file HEAD is damaged or missing"))
  }

  private static func reachability(
    _ commit: String?, _ repository: GitRepository, _ history: GitHistory
  ) async -> GitHistory.Reachability? {
    guard let commit else { return nil }
    return await history.reachability(of: commit, isShallow: repository.isShallow)
  }

  /// The folder of handoffs relative to the project, a symbolic link inside the project followed.
  private func realHandoffs(_ context: ProbeContext) -> String {
    guard let real = context.host.files.realPath(context.path(settings.handoffs)),
      let root = context.host.files.realPath(context.project.root),
      let inside = PathText(real).relative(to: root), !inside.isEmpty
    else { return settings.handoffs }
    return inside
  }
}
