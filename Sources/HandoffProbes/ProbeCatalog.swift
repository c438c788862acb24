public import HandoffModel
public import HandoffProject

/// Every probe there is, in the order in which their results stand.
public enum ProbeCatalog {
  /// The kinds of probes. A new one is added here.
  public static let kinds: [any Probe.Type] = [
    AWSProbe.self, PythonProbe.self, PostgresProbe.self, DockerProbe.self, GitProbe.self, EnvironmentProbe.self,
    CheckProbe.self, CommandProbe.self,
  ]

  /// What every fact and finding means.
  public static let dictionary: FactDictionary = {
    let findings = kinds.flatMap { $0.findings }
    let own = Set(findings.map(\.id))
    return FactDictionary(
      facts: kinds.flatMap { $0.facts },
      findings: findings + ProbeRunner.findings.filter { !own.contains($0.id) } + IgnoreFindings.all,
      areas: Dictionary(
        kinds.compactMap { kind in kind.facts.first.map { (FactID($0.pattern).kind, kind.title) } },
        uniquingKeysWith: { first, _ in first }))
  }()

  /// The names of the areas, without instances.
  public static let areas: [String] = {
    var areas: [String] = []
    for fact in dictionary.facts {
      let area = FactID(fact.pattern).kind
      if !areas.contains(area) { areas.append(area) }
    }
    return areas
  }()

  /// The probes that a project needs, and why it needs no others.
  public static func probes(for project: Project) -> [ProbeUse] {
    kinds.flatMap { $0.probes(for: project) }
  }
}
