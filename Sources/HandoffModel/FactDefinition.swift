public import HandoffText

/// How a fact is compared when the recorded and the actual value differ.
public enum FactClass: String, Sendable, CaseIterable {
  /// What the environment is: another value is another environment, a failure.
  case identity
  /// How the environment is: a failure, or a note where it became better.
  case state
  /// A set of names: what is gone is a failure, what was added a note.
  case set
  /// A set of names with a value each: a changed value is a warning.
  case map
  /// Expected to move: a note.
  case progress
  /// Never compared.
  case volatile
}

/// Which of two values of a state is the better one.
public enum StateOrder: Sendable, Hashable {
  /// None is better: every difference is a failure.
  case none
  /// Versions and numbers: higher is better.
  case higherIsBetter
  /// Numbers, or lists of what is wrong: fewer is better.
  case fewerIsBetter
  /// Null is better than any value.
  case absentIsBetter
  /// Any value is better than null; of two values none is.
  case presentIsBetter
  /// Words from best to worst; words of one rank are equally good.
  case ranked([[String]])
}

/// What a fact means: its class, its order, and how a change of it is told. It stands beside the probe that measures it.
public struct FactDefinition: Sendable {
  /// The id, with `*` for the member: `docker.container[*].state`.
  public let pattern: String
  /// How it is compared.
  public let factClass: FactClass
  /// Which value is better, for states.
  public let order: StateOrder
  /// What it is called in a sentence: "pytest", "the tables".
  public let title: String
  /// The pattern of the set whose members these facts describe; of a member that is gone or new they stay silent.
  public let memberOf: String?
  /// The pattern of a fact of the same area, and of the same member if it names one, that this one depends on: where
  /// that one differs, this one is a consequence of it and stays silent.
  public let dependsOn: String?
  /// For states, the pattern of a fact of the same area that says what this one is worth: while that one is as it was, another value
  /// of this one is a warning, and not a failure.
  public let backedBy: String?
  /// Whether the value is a list whose last elements are the newest ones.
  public let isNewestLast: Bool
  /// Whether the area is lost when this fact is.
  public let isHead: Bool
  /// Whether the project declares the class, so that it is the fact's own and not the one here.
  public let isDeclared: Bool
  /// What the value is, for the reference in the README.
  public let meaning: String

  /// Defines a fact.
  public init(
    _ pattern: String, _ factClass: FactClass, order: StateOrder = .none, title: String, memberOf: String? = nil,
    dependsOn: String? = nil, backedBy: String? = nil, isNewestLast: Bool = false, isHead: Bool = false,
    isDeclared: Bool = false, meaning: String
  ) {
    self.pattern = pattern
    self.factClass = factClass
    self.order = order
    self.title = title
    self.memberOf = memberOf
    self.dependsOn = dependsOn
    self.backedBy = backedBy
    self.isNewestLast = isNewestLast
    self.isHead = isHead
    self.isDeclared = isDeclared
    self.meaning = meaning
  }
}

/// What a finding means, for the reference in the README and for findings read back from a document.
public struct FindingDefinition: Sendable {
  /// `area.what-is-wrong`.
  public let id: String
  /// One line of ours that says it without details.
  public let title: StaticString

  /// Defines a finding.
  public init(_ id: String, _ title: StaticString) {
    self.id = id
    self.title = title
  }
}

/// Everything that the probes can say: the meaning of each fact and finding.
public struct FactDictionary: Sendable {
  /// In the catalog's order.
  public let facts: [FactDefinition]
  /// In the catalog's order.
  public let findings: [FindingDefinition]
  private let factsByPattern: [String: FactDefinition]
  private let titles: [String: StaticString]
  private let areas: [String: StaticString]

  /// Gathers definitions; of two with one id the first counts.
  /// - Parameter areas: what areas are called, by their names without instances.
  public init(facts: [FactDefinition], findings: [FindingDefinition], areas: [String: StaticString] = [:]) {
    self.areas = areas
    self.facts = facts
    self.findings = findings
    factsByPattern = Dictionary(facts.map { ($0.pattern, $0) }, uniquingKeysWith: { first, _ in first })
    titles = Dictionary(findings.map { ($0.id, $0.title) }, uniquingKeysWith: { first, _ in first })
  }

  /// What a fact means, or nil for one that this version does not know.
  public func definition(of id: FactID) -> FactDefinition? { factsByPattern[id.pattern] }

  /// What a finding says without its details, or nil for one that this version does not know.
  public func title(ofFinding id: String) -> Message? {
    titles[id].map { "\(words: $0)" }
  }

  /// What an area is called, with its instance: "PostgreSQL `analytics`".
  public func title(ofArea area: String) -> Message {
    // An area of a document may hold anything between its brackets.
    let scalars = area.unicodeScalars
    let kind = scalars.prefix { $0 != "[" }
    guard let words = areas[String(kind)] else { return "Area \(Untrusted(area))" }
    if kind.endIndex == scalars.endIndex { return "\(words: words)" }
    let instance = scalars[kind.endIndex...].dropFirst()
    return "\(words: words) \(Untrusted(String(instance.last == "]" ? instance.dropLast() : instance)))"
  }
}
