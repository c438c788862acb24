public import HandoffModel
public import HandoffProject
public import HandoffSecrets
public import HandoffSystem
import HandoffText

/// Runs probes at once, each under its deadline and all under one.
///
/// A probe ends by itself at its deadline; one that does not is left behind a moment later, also where it computes
/// (``ProbeThread``), and its area is unknown.
/// What one probe does never costs another's result.
public struct ProbeRunner: Sendable {
  /// What happens while probes run, for showing progress.
  public enum Event: Sendable {
    /// The probe of an area was started.
    case started(String)
    /// The probe of an area returned or was left behind.
    case finished(String)
  }

  /// What is found of every area that the catalog has; what `handoff.yml` declares is never unused.
  static var findings: [FindingDefinition] {
    ProbeCatalog.kinds.compactMap { $0.facts.first }.flatMap { fact in
      let area = FactID(fact.pattern).kind
      return [FindingDefinition("\(area).timeout", "there was no answer by the deadline")]
        + (fact.isDeclared ? [] : [FindingDefinition("\(area).not-used", "the project does not use it")])
    }
  }

  /// How long a probe is waited for after its deadline, which it is meant to keep by itself: never so long that the run
  /// takes more than twice the timeout.
  private var grace: Duration { min(.milliseconds(500), timeout) }

  /// How long after the deadline programs of probes that were left behind may take to be ended.
  private var patience: Duration { min(.milliseconds(800), timeout) }

  private let host: Host
  private let timeout: Duration
  private let secrets: @Sendable () -> SecretScanner

  /// Prepares a run.
  /// - Parameters:
  ///   - host: the door to the world.
  ///   - timeout: how long a probe may take; the whole run may take twice that.
  ///   - secrets: what looks for secrets in text that a program printed; made only where there is some.
  public init(
    host: Host, timeout: Duration, secrets: @escaping @Sendable () -> SecretScanner = { SecretScanner() }
  ) {
    self.host = host
    self.secrets = secrets
    self.timeout = timeout
  }

  /// Runs the probes that a project needs.
  /// - Parameters:
  ///   - project: what should be here.
  ///   - selection: the areas that were asked for.
  ///   - expected: the handoff that reality is held against, or nil.
  ///   - tool: the version of the tool, for the snapshot.
  ///   - progress: told what happens, from any thread.
  /// - Returns: one observation for each area that was asked for, in catalog order.
  public func snapshot(
    of project: Project, selection: AreaSelection = AreaSelection(), expected: Snapshot? = nil, tool: String,
    progress: @escaping @Sendable (Event) -> Void = { _ in }
  ) async -> Snapshot {
    let project = expected.map(project.expecting) ?? project
    let uses = ProbeCatalog.probes(for: project).filter { selection.contains($0.area) }
    let capturedAt = host.now()
    let secrets = OnceMade(secrets)
    // What is masked is nothing to go by.
    let context = ProbeContext(
      host: host, project: project, deadline: .after(timeout), expected: expected?.withoutMaskedFacts,
      secrets: { secrets.value })
    let observations = await withTaskGroup(of: (Int, Observation).self) { group in
      for (index, use) in uses.enumerated() {
        group.addTask { (index, await observe(use, context, progress)) }
      }
      var results: [Int: Observation] = [:]
      for await (index, observation) in group { results[index] = observation }
      return uses.indices.compactMap { results[$0] }
    }
    await host.commands.settle(by: Deadline(instant: context.deadline.instant + patience))
    return Snapshot(tool: tool, project: project.name.value, capturedAt: capturedAt, observations: observations)
  }

  /// What the settings of a project say of facts, measured or not.
  public func settled(of project: Project, expected: Snapshot? = nil) -> [SettledValue] {
    let project = expected.map(project.expecting) ?? project
    let context = ProbeContext(host: host, project: project, deadline: .after(timeout))
    return ProbeCatalog.probes(for: project).flatMap { use -> [SettledValue] in
      if case .used(let probe) = use { probe.settled(context) } else { [] }
    }
  }

  private func observe(
    _ use: ProbeUse, _ context: ProbeContext, _ progress: @escaping @Sendable (Event) -> Void
  ) async -> Observation {
    switch use {
    case .unused(let area, let reason):
      let kind = FactID(area).kind
      return Observation(probe: area, facts: [], findings: [Finding("\(kind).not-used", .skipped, reason)])
    case .undecided(let area, let files):
      let kind = FactID(area).kind
      let finding = files.finding(
        "\(kind).file-unreadable",
        "whether the project uses \(ProbeCatalog.dictionary.title(ofArea: kind)) is not known",
        facts: [FactID("\(area).*")])
      return Observation(probe: area, facts: [], findings: [finding])
    case .used(let probe):
      progress(.started(probe.area))
      defer { progress(.finished(probe.area)) }
      let clock = ContinuousClock()
      let start = clock.now
      let paths = MachinePaths(root: context.project.root, home: context.host.environment.home)
      let observation = paths.hidden(in: await race(probe, context))
      let elapsed = (clock.now - start).components
      return observation.lasting(
        milliseconds: Int(elapsed.seconds) * 1000 + Int(elapsed.attoseconds / 1_000_000_000_000_000))
    }
  }

  func race(_ probe: any Probe, _ context: ProbeContext) async -> Observation {
    // The task is not a child of this one, which could not return before it does.
    let measuring = Task(executorPreference: ProbeThread()) { await probe.observe(context) }
    return await withTaskCancellationHandler {
      let exchange = Exchange<Observation>()
      let guardian = Task {
        try? await Task.sleep(until: context.deadline.instant + grace, clock: .continuous)
        if exchange.answer(Self.leftBehind(probe.area, after: timeout)) { measuring.cancel() }
      }
      Task {
        exchange.answer(await measuring.value)
        guardian.cancel()
      }
      return await withCheckedContinuation { exchange.wait($0) }
    } onCancel: {
      measuring.cancel()
    }
  }

  private static func leftBehind(_ area: String, after timeout: Duration) -> Observation {
    let kind = FactID(area).kind
    return Observation(
      probe: area, facts: [],
      findings: [
        Finding(
          "\(kind).timeout", .unknown, "no answer within \(timeout.shown)", facts: [FactID("\(area).*")])
      ])
  }
}

extension Duration {
  /// `5 s`, `0.25 s`: for sentences.
  var shown: Message {
    let milliseconds = Int(components.seconds) * 1000 + Int(components.attoseconds / 1_000_000_000_000_000)
    if milliseconds % 1000 == 0 { return "\(milliseconds / 1000) s" }
    var fraction = String(1000 + milliseconds % 1000).dropFirst()
    while fraction.last == "0" { fraction.removeLast() }
    return Message(parts: [.words("\(milliseconds / 1000).\(fraction) s")])
  }
}

/// The areas that a run was asked for.
public struct AreaSelection: Sendable, Equatable {
  private let only: Set<String>
  private let skip: Set<String>

  /// Selects areas by name, with or without instance; none in `only` means all.
  public init(only: [String] = [], skip: [String] = []) {
    self.only = Set(only)
    self.skip = Set(skip)
  }

  /// Whether an area was asked for.
  public func contains(_ area: String) -> Bool {
    let names: Set<String> = [area, FactID(area).kind]
    return (only.isEmpty || !only.isDisjoint(with: names)) && skip.isDisjoint(with: names)
  }
}
