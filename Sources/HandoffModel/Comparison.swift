public import HandoffText

#if canImport(FoundationEssentials)
  public import FoundationEssentials
#else
  public import Foundation
#endif

/// One difference between two snapshots.
public struct Change: Hashable, Sendable {
  /// What kind of difference.
  public enum Kind: String, Sendable, CaseIterable {
    case changed, gone, added, unknown
  }

  /// How bad it is.
  public enum Severity: String, Sendable, CaseIterable {
    case note, warning, unknown, failure
  }

  /// The fact, or the head fact of an area that was lost.
  public let fact: FactID
  /// The fact's class.
  public let factClass: FactClass
  /// What kind of difference.
  public let kind: Kind
  /// How bad it is.
  public let severity: Severity
  /// What was recorded; of a set or map only the members concerned.
  public let expected: JSONValue?
  /// What is there; of a set or map only the members concerned.
  public let actual: JSONValue?
  /// What happened, in a sentence.
  public let message: Message
  /// What mends it.
  public let remedies: [Remedy]

  /// States a change.
  public init(
    fact: FactID, factClass: FactClass, kind: Kind, severity: Severity, expected: JSONValue?, actual: JSONValue?,
    message: Message, remedies: [Remedy] = []
  ) {
    self.fact = fact
    self.factClass = factClass
    self.kind = kind
    self.severity = severity
    self.expected = expected
    self.actual = actual
    self.message = message
    self.remedies = remedies
  }
}

extension Change {
  /// How bad it is, beside findings.
  var status: Status {
    switch severity {
    case .note: .ok
    case .warning: .warning
    case .unknown: .unknown
    case .failure: .failure
    }
  }

  /// Whether it tells what a finding says, so that a report need not say it twice: it is no less severe, and about the
  /// same fact or in the same words.
  public func tells(_ dated: Comparison.DatedFinding) -> Bool {
    status > .ok && status >= dated.finding.severity
      && (dated.since == .now && dated.finding.names(fact)
        || message.plain.hasPrefix(dated.finding.message.plain))
  }
}

/// All changes between two snapshots, and how many facts were confirmed.
public struct Comparison: Hashable, Sendable {
  /// One side of a comparison.
  public struct Side: Hashable, Sendable {
    /// A file name, a revision and path, or `now`.
    public let name: String
    /// When its facts were measured.
    public let capturedAt: Date

    /// Names a side.
    public init(name: String, capturedAt: Date) {
      self.name = name
      self.capturedAt = capturedAt
    }
  }

  /// A finding of the actual side, and whether the expected side already had it.
  public struct DatedFinding: Hashable, Sendable {
    /// Since when.
    public enum Since: String, Sendable {
      case before, now
    }

    /// What is wrong.
    public let finding: Finding
    /// Since when.
    public let since: Since

    /// Dates a finding.
    public init(_ finding: Finding, since: Since) {
      self.finding = finding
      self.since = since
    }
  }

  /// What was recorded.
  public let expected: Side
  /// What it was held against.
  public let actual: Side
  /// How many facts are as recorded.
  public let confirmed: Int
  /// The differences, in catalog order.
  public let changes: [Change]
  /// What is wrong on the actual side.
  public let findings: [DatedFinding]
  /// The changes and findings that the project ignores, which count for nothing.
  public let ignored: [Ignored]

  /// Puts a comparison together.
  public init(
    expected: Side, actual: Side, confirmed: Int, changes: [Change], findings: [DatedFinding], ignored: [Ignored] = []
  ) {
    self.expected = expected
    self.actual = actual
    self.confirmed = confirmed
    self.changes = changes
    self.findings = findings
    self.ignored = ignored
  }

  /// The worst of its changes and findings; notes do not count.
  public var status: Status {
    max(.ok, Status.worst(changes.map(\.status) + findings.map(\.finding.severity)))
  }

  /// The comparison without what was already wrong when the expected side was written, as `diff` shows it.
  public var withoutOldFindings: Comparison {
    Comparison(
      expected: expected, actual: actual, confirmed: confirmed, changes: changes,
      findings: findings.filter { $0.since == .now }, ignored: ignored)
  }

  /// The findings that no change tells, see ``Change/tells(_:)``.
  public var untold: [DatedFinding] {
    let telling = changes.filter { $0.status > .ok }
    let index = FindingIndex(findings.map(\.finding))
    var told: Set<Int> = []
    for change in telling {
      for place in index.places(naming: change.fact) where !told.contains(place) {
        if change.tells(findings[place]) { told.insert(place) }
      }
    }
    // What is left may be told in its words. They are put together once.
    let words = telling.map { ($0.status, $0.message.plain) }
    return findings.enumerated().filter { place, dated in
      if told.contains(place) { return false }
      let message = dated.finding.message.plain
      return !words.contains { $0 >= dated.finding.severity && $1.hasPrefix(message) }
    }.map(\.element)
  }

  /// The comparison with one more finding of now.
  public func adding(_ finding: Finding) -> Comparison {
    Comparison(
      expected: expected, actual: actual, confirmed: confirmed, changes: changes,
      findings: findings + [DatedFinding(finding, since: .now)], ignored: ignored)
  }
}
