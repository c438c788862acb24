import HandoffModel
import HandoffProject
import HandoffText

/// A further probe of an area that a project uses more than once: `aws[prod]`, `python[worker]`.
///
/// The probe measures as if it were the only one; its facts are then named with the instance, and of a recorded handoff it
/// is shown what was recorded of its instance.
struct NamedProbe: Probe {
  /// The probe that measures.
  let base: any Probe
  /// The instance.
  let name: String

  /// Its areas are called as those of the probe that measures.
  static let title: StaticString = ""
  /// The facts are defined by the probe that measures.
  static let facts: [FactDefinition] = []
  /// The findings are defined by the probe that measures.
  static let findings: [FindingDefinition] = []

  var area: String { "\(base.area)[\(name)]" }

  static func probes(for project: Project) -> [ProbeUse] { [] }

  func observe(_ context: ProbeContext) async -> Observation {
    let expected = context.expected.map { snapshot in
      Snapshot(
        tool: snapshot.tool, project: snapshot.project, capturedAt: snapshot.capturedAt,
        observations: snapshot.observations.compactMap { observation in
          if observation.probe == area { return renamed(observation, from: area, to: base.area) }
          return observation.probe == base.area ? nil : observation
        })
    }
    let observation = await base.observe(
      ProbeContext(
        host: context.host, project: context.project, deadline: context.deadline, expected: expected,
        secrets: context.secrets))
    return renamed(observation, from: base.area, to: area)
  }

  func settled(_ context: ProbeContext) -> [SettledValue] {
    base.settled(context).map { SettledValue(Self.renamed($0.fact, from: base.area, to: area), $0.text) }
  }

  private static func renamed(_ id: FactID, from old: String, to new: String) -> FactID {
    id.area == old ? FactID(new + String(id.rawValue.unicodeScalars.dropFirst(old.unicodeScalars.count))) : id
  }

  private func renamed(_ observation: Observation, from old: String, to new: String) -> Observation {
    func id(_ id: FactID) -> FactID { Self.renamed(id, from: old, to: new) }
    return Observation(
      probe: new, facts: observation.facts.map { Fact(id($0.id), $0.factClass, $0.value, source: $0.source) },
      findings: observation.allFindings.map { finding in
        Finding(
          finding.id, finding.severity, finding.message, remedies: finding.remedies, facts: finding.facts.map(id))
      }, summary: observation.summary, setup: observation.setup, verification: observation.verification,
      wayBack: Dictionary(uniqueKeysWithValues: observation.wayBack.map { (id($0.key), $0.value) }),
      durationMilliseconds: observation.durationMilliseconds)
  }
}
