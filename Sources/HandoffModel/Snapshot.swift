public import HandoffText

#if canImport(FoundationEssentials)
  public import FoundationEssentials
#else
  public import Foundation
#endif

/// A command of the document, with what it is for.
public struct GuideStep: Hashable, Sendable {
  /// What to paste.
  public let command: ShellCommand
  /// What it does, in a few words.
  public let description: Message

  /// Describes a step.
  public init(_ command: ShellCommand, _ description: Message) {
    self.command = command
    self.description = description
  }
}

/// What one probe returned.
public struct Observation: Hashable, Sendable {
  /// The area with its instance: `postgres`, `postgres[analytics]`, `check[api]`.
  public let probe: String
  /// The worst of its findings that are not ignored; `skipped` when the project does not use it, or ignores all that
  /// could be said.
  public var status: Status {
    facts.isEmpty && findings.isEmpty && !ignored.isEmpty ? .skipped : Status.worst(findings.map(\.severity))
  }
  /// What it established, sorted by id.
  public let facts: [Fact]
  /// What is wrong, or why nothing was measured, without what is ignored.
  public var findings: [Finding] {
    guard !ignored.isEmpty else { return allFindings }
    let taken = Set(ignored.map(\.matter))
    return allFindings.filter { !taken.contains(.finding($0)) }
  }
  /// What is wrong, or why nothing was measured.
  public let allFindings: [Finding]
  /// The findings that the project ignores.
  public var ignored: [Ignored] = []
  /// Its main facts in one line, for a glance.
  public let summary: Message
  /// How to configure it in a new session.
  public let setup: [GuideStep]
  /// How to verify it by hand.
  public let verification: [GuideStep]
  /// What leads back to what was recorded, for facts that differ from it and that no finding speaks of. It is not part
  /// of documents.
  public let wayBack: [FactID: [Remedy]]
  /// How long it took.
  public let durationMilliseconds: Int

  /// Describes what a probe returned; the status follows from the findings.
  public init(
    probe: String, facts: [Fact], findings: [Finding] = [], summary: Message = Message(), setup: [GuideStep] = [],
    verification: [GuideStep] = [], wayBack: [FactID: [Remedy]] = [:], durationMilliseconds: Int = 0
  ) {
    self.probe = probe
    // An observation is made anew several times, of facts that are in order by then; sorting copies them all the same.
    let isSorted = zip(facts, facts.dropFirst()).allSatisfy { !($1.id < $0.id) }
    self.facts = isSorted ? facts : facts.sorted { $0.id < $1.id }
    allFindings = findings
    self.summary = summary
    self.setup = setup
    self.verification = verification
    self.wayBack = wayBack
    self.durationMilliseconds = durationMilliseconds
  }

  /// The fact with this id, or nil.
  public func fact(_ id: FactID) -> Fact? {
    var low = 0
    var high = facts.count
    while low < high {
      let middle = (low + high) / 2
      if facts[middle].id < id { low = middle + 1 } else { high = middle }
    }
    return low < facts.count && facts[low].id == id ? facts[low] : nil
  }

  /// The same with another duration.
  public func lasting(milliseconds: Int) -> Observation {
    Observation(
      probe: probe, facts: facts, findings: allFindings, summary: summary, setup: setup, verification: verification,
      wayBack: wayBack, durationMilliseconds: milliseconds)
  }

  /// The observation as a document carries it: facts, and findings without sentences and commands.
  public var recorded: Observation {
    Observation(probe: probe, facts: facts, findings: allFindings.map(\.recorded))
  }
}

/// All observations of one moment, in catalog order.
public struct Snapshot: Hashable, Sendable {
  /// The version of the tool that took it.
  public let tool: String
  /// The name of the project.
  public let project: String
  /// When it was taken, in whole seconds.
  public let capturedAt: Date
  /// One for each probe that was asked for.
  public let observations: [Observation]

  /// Gathers observations.
  public init(tool: String, project: String, capturedAt: Date, observations: [Observation]) {
    self.tool = tool
    self.project = project
    self.capturedAt = Date(timeIntervalSince1970: capturedAt.timeIntervalSince1970.rounded(.down))
    self.observations = observations
  }

  /// The worst of its observations.
  public var status: Status { Status.worst(observations.map(\.status)) }

  /// The observation of an area, or nil when it was not asked for.
  public func observation(_ area: String) -> Observation? {
    observations.first { $0.probe == area }
  }

  /// The fact with this id, or nil.
  public func fact(_ id: FactID) -> Fact? { observation(id.area)?.fact(id) }

  /// The snapshot as a document carries it.
  public var recorded: Snapshot {
    Snapshot(
      tool: tool, project: project, capturedAt: capturedAt, observations: observations.map(\.recorded))
  }
}
