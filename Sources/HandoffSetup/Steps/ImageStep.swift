import HandoffModel
import HandoffProbes
import HandoffProject
import HandoffSystem
import HandoffText

/// Images that are older than their source are rebuilt and their containers made anew; services and containers that are
/// down are started.
extension SetupPlanner {
  func imageSteps(_ survey: SetupSurvey, _ notes: inout [Message]) async -> [SetupStep] {
    let findings = survey.findings(of: "docker").filter { Self.stale.contains($0.id) || Self.down.contains($0.id) }
    guard !findings.isEmpty else { return [] }
    // Planning runs nothing, and prints nothing.
    let planner = ServiceUpdate(survey.project, shell: SetupShell(host, root: survey.project.root))
    do throws(ServiceProblem) {
      let rows = try await planner.list()
      let old = rows.filter { $0.isStale && $0.isBuilt && !$0.isAwaited }
      let stale = Self.unique(old)
      let ended = rows.filter { Self.isDown($0) && !stale.contains($0.name) }
      let down = Self.unique(ended)
      var steps: [SetupStep] = []
      if !stale.isEmpty {
        let commands = try await planner.plan(stale)
        let what: Message = "rebuild the images of \(Self.shown(stale)), and make their containers anew"
        steps.append(
          step(what, commands, findings.filter { Self.speaks($0, of: old, Self.stale) }, survey) {
            update throws(ServiceProblem) in
            try await update.update(stale)
          })
      }
      if !down.isEmpty {
        let commands = try await planner.planStart(down)
        steps.append(
          step(
            "start \(Self.shown(down))", commands, findings.filter { Self.speaks($0, of: ended, Self.down) }, survey
          ) { update throws(ServiceProblem) in
            try await update.start(down)
          })
      }
      return steps
    } catch {
      var way = Message()
      if case .trouble(_, let remedies) = error, let first = remedies.first {
        way = ": \(Untrusted(first.command.bash))"
      }
      notes.append("images: \(error.message)\(way)")
      return []
    }
  }

  private static let stale: Set = ["docker.image-stale", "docker.image-replaced"]
  private static let down: Set = ["docker.service-down", "docker.container-exited", "docker.container-not-started"]

  /// Whether `up` would start it. One that is meant to end, or was made to be run now and then, is not.
  private static func isDown(_ row: ServiceStatus) -> Bool {
    !row.isOptional && !row.isAwaited && ["exited", "created", "dead", nil].contains(row.state)
  }

  /// Whether a finding is one of these, and is about one of the containers, or about services that have none.
  private static func speaks(_ finding: Finding, of rows: [ServiceStatus], _ ids: Set<String>) -> Bool {
    guard ids.contains(finding.id) else { return false }
    if finding.id == "docker.service-down" { return rows.contains { $0.container == nil } }
    return finding.facts.contains { fact in rows.contains { $0.container != nil && $0.container == fact.member } }
  }

  private static func unique(_ rows: [ServiceStatus]) -> [String] {
    var seen: Set<String> = []
    return rows.map(\.name).filter { seen.insert($0).inserted }
  }

  private static func shown(_ names: [String]) -> Message {
    .joined(names.map { "\(Untrusted($0))" }, separator: ", ")
  }

  private func step(
    _ what: Message, _ commands: [ShellCommand], _ findings: [Finding], _ survey: SetupSurvey,
    _ work: @escaping @Sendable (ServiceUpdate) async throws(ServiceProblem) -> Void
  ) -> SetupStep {
    let mended = Set(findings.map { [$0.id] + $0.facts.map(\.rawValue) })
    return SetupStep(
      part: .images, area: "docker", what: what, why: findings.map(\.message), commands: commands.map(\.bash),
      loses: nil, waitsForServices: false, mends: { mended.contains([$0.id] + $0.facts.map(\.rawValue)) }
    ) { shell throws(SetupFailure) in
      let update = ServiceUpdate(survey.project, shell: shell) { event in
        for line in event.lines { shell.say(line.terminal) }
      }
      do throws(ServiceProblem) {
        try await work(update)
      } catch {
        var remedies: [Remedy] = []
        if case .trouble(_, let found) = error { remedies = found }
        throw SetupFailure([error.message] + error.logLines, remedies: remedies)
      }
    }
  }
}

extension ServiceUpdate.Event {
  /// What happened, in lines.
  fileprivate var lines: [Message] {
    switch self {
    // The shell tells it.
    case .running: []
    case .waiting(let names): ["waiting for \(Message.joined(names.map { "\(Untrusted($0))" }, separator: ", ")) …"]
    case .well(let container, let state, let log):
      ["\(Untrusted(container)) \(state)"] + log.map { "  \(Untrusted($0))" }
    case .note(let message): [message]
    }
  }
}

extension ServiceProblem {
  /// The last lines of the logs of what does not run as it should.
  fileprivate var logLines: [Message] {
    guard case .notWell(let containers, _) = self else { return [] }
    return containers.flatMap { $0.log }.map { "  \(Untrusted($0))" }
  }
}
