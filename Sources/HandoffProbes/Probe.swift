public import HandoffModel
public import HandoffProject
public import HandoffSecrets
public import HandoffSystem
public import HandoffText

/// One live measurement of one area.
///
/// A probe changes nothing, takes its values from the allow-list of its facts, and returns by its deadline whatever the
/// world does. What it could not look at is unknown, never gone.
public protocol Probe: Sendable {
  /// What areas of this kind are called in documents: "PostgreSQL".
  static var title: StaticString { get }
  /// The area with its instance: `postgres`, `postgres[analytics]`.
  var area: String { get }
  /// Every fact it can establish.
  static var facts: [FactDefinition] { get }
  /// Every finding it can make.
  static var findings: [FindingDefinition] { get }

  /// The probes of this kind that a project needs, or why it needs none.
  static func probes(for project: Project) -> [ProbeUse]

  /// What the settings say of facts before anybody is asked, so that a value that is kept back is known also where it
  /// cannot be measured. Nothing is compared with it.
  func settled(_ context: ProbeContext) -> [SettledValue]

  /// Measures.
  func observe(_ context: ProbeContext) async -> Observation
}

extension Probe {
  /// Nothing.
  public func settled(_ context: ProbeContext) -> [SettledValue] { [] }
}

/// Whether a project needs a probe.
public enum ProbeUse: Sendable {
  /// It does.
  case used(any Probe)
  /// It does not, and why.
  case unused(area: String, reason: Message)
  /// That cannot be told, since these files could not be read.
  case undecided(area: String, [UnreadableFile])

  /// The area with its instance.
  public var area: String {
    switch self {
    case .used(let probe): probe.area
    case .unused(let area, _), .undecided(let area, _): area
    }
  }
}

/// What a probe is given.
public struct ProbeContext: Sendable {
  /// The door to the world.
  public let host: Host
  /// The project, for paths and for what other areas use.
  public let project: Project
  /// When the probe must have returned.
  public let deadline: Deadline
  /// The handoff that reality is held against, or nil; remedies are taken from how things were configured in it.
  public let expected: Snapshot?
  /// What looks for secrets in text that a program printed, those of this machine among them.
  public let secrets: @Sendable () -> SecretScanner

  /// Gathers what a probe is given.
  public init(
    host: Host, project: Project, deadline: Deadline, expected: Snapshot? = nil,
    secrets: @escaping @Sendable () -> SecretScanner = { SecretScanner() }
  ) {
    self.host = host
    self.secrets = secrets
    self.project = project
    self.deadline = deadline
    self.expected = expected
  }

  /// The absolute path of a path that is relative to the project's root, begins with `~`, or is absolute.
  public func path(_ relative: String) -> String {
    if relative == "~" || relative.utf8.starts(with: "~/".utf8), let home = host.environment.home {
      return home + relative.dropFirst()
    }
    return PathText(project.root).appending(relative).text
  }

  /// A path for a document: relative to the project, or beginning with `~`, or as it is.
  public func shown(_ path: String) -> String {
    if path == project.root { return "." }
    if let inside = PathText(path).text(behind: project.root) { return inside }
    guard let home = host.environment.home, home != "/" else { return path }
    return path == home ? "~" : PathText(path).text(behind: home).map { "~/" + $0 } ?? path
  }
}
