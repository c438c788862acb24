public import HandoffText

/// A verdict about health, of a finding, an area or a whole snapshot.
public enum Status: String, Sendable, CaseIterable, Comparable {
  /// Not used here.
  case skipped
  /// Measured and good.
  case ok
  /// Measured; it works, but somebody should know.
  case warning
  /// We were kept from looking.
  case unknown
  /// Measured and broken.
  case failure

  /// The sign that stands for it in documents and reports.
  public var sign: String {
    switch self {
    case .ok: "✓"
    case .warning: "!"
    case .unknown: "?"
    case .failure: "✗"
    case .skipped: "–"
    }
  }

  /// From best to worst.
  public static func < (left: Status, right: Status) -> Bool {
    left.rank < right.rank
  }

  private var rank: Int {
    switch self {
    case .skipped: 0
    case .ok: 1
    case .warning: 2
    case .unknown: 3
    case .failure: 4
    }
  }

  /// The worst of some verdicts; `ok` when there is none, `skipped` when all are.
  public static func worst(_ statuses: some Sequence<Status>) -> Status {
    statuses.max() ?? .ok
  }
}

/// A command that mends a finding, as data.
public struct Remedy: Hashable, Sendable {
  /// What to paste.
  public let command: ShellCommand
  /// What it does, in a few words.
  public let description: Message
  /// Whether it can destroy something that is worth keeping.
  public let destructive: Bool

  /// Describes a remedy.
  public init(_ command: ShellCommand, _ description: Message, destructive: Bool = false) {
    self.command = command
    self.description = description
    self.destructive = destructive
  }
}

/// A verdict about one thing's health, with what mends it.
public struct Finding: Hashable, Sendable {
  /// `area.what-is-wrong`.
  public let id: String
  /// How bad it is.
  public let severity: Status
  /// What is wrong, where, and why; empty in a finding that was read back from a document.
  public let message: Message
  /// What mends it, best first.
  public let remedies: [Remedy]
  /// The facts it speaks about, the first being its subject; `*` stands for every member: `docker.container[*].state`.
  /// A fact named by an unknown finding and absent was not measured; it is not gone.
  public let facts: [FactID]

  /// States a finding.
  public init(
    _ id: String, _ severity: Status, _ message: Message, remedies: [Remedy] = [], facts: [FactID] = []
  ) {
    self.id = id
    self.severity = severity
    self.message = message
    self.remedies = remedies
    self.facts = facts
  }

  /// What makes two findings of two snapshots the same one.
  public var identity: [String] { [id, facts.first?.rawValue ?? ""] }

  /// The finding as a document carries it: without sentences and commands.
  public var recorded: Finding { Finding(id, severity, Message(), facts: facts) }
}
