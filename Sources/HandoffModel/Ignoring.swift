public import HandoffText

/// A change or finding that an entry of `handoff.yml` takes out of the verdict.
public struct Ignored: Hashable, Sendable {
  /// What is ignored.
  public enum Matter: Hashable, Sendable {
    case change(Change)
    case finding(Finding)
  }

  /// What is ignored.
  public let matter: Matter
  /// The entry that says so.
  public let rule: IgnoreRule

  /// Names what is ignored, and by which entry.
  public init(_ matter: Matter, by rule: IgnoreRule) {
    self.matter = matter
    self.rule = rule
  }

  /// What happened or is wrong, in a sentence.
  public var message: Message {
    switch matter {
    case .change(let change): change.message
    case .finding(let finding): finding.message
    }
  }

  /// The fact that it is about; of a finding about none, the name of its area.
  public var fact: FactID {
    switch matter {
    case .change(let change): change.fact
    case .finding(let finding): finding.facts.first ?? FactID(FactID(finding.id).kind)
    }
  }
}

extension Snapshot {
  /// The snapshot with the findings apart that the rules ignore. An area of which nothing else is known is skipped.
  public func ignoring(_ rules: [IgnoreRule]) -> Snapshot {
    guard !rules.isEmpty else { return self }
    return Snapshot(
      tool: tool, project: project, capturedAt: capturedAt, observations: observations.map { $0.ignoring(rules) })
  }

  /// What was ignored, in the order of the areas.
  public var ignored: [Ignored] { observations.flatMap(\.ignored) }
}

extension Observation {
  func ignoring(_ rules: [IgnoreRule]) -> Observation {
    var observation = self
    for finding in findings where finding.severity > .ok {
      guard let rule = rules.first(where: { $0.fits(finding) }) else { continue }
      observation.ignored.append(Ignored(.finding(finding), by: rule))
    }
    return observation
  }
}

extension Comparator {
  /// The comparison with those changes and findings apart that the rules ignore.
  ///
  /// A rule for facts takes a change of such a fact, of a set or map those of its members that fit as
  /// `fact[member]` or whose own facts all fit, and the findings about such facts. A rule for findings takes these and
  /// the changes that are told in their words.
  public func ignoring(_ rules: [IgnoreRule], in comparison: Comparison) -> Comparison {
    guard !rules.isEmpty else { return comparison }
    var ignored = comparison.ignored
    var changes: [Change] = []
    var findings: [Comparison.DatedFinding] = []
    var causes: [(finding: Finding, rule: IgnoreRule)] = []
    for dated in comparison.findings {
      if let rule = rules.first(where: { $0.fits(dated.finding) }) {
        causes.append((dated.finding, rule))
      } else {
        findings.append(dated)
      }
    }
    for change in comparison.changes {
      if let rule = rules.first(where: { $0.fits(change.fact.rawValue) })
        ?? causes.first(where: { change.isTold(by: $0.finding) })?.rule
      {
        ignored.append(Ignored(.change(change), by: rule))
        continue
      }
      let (kept, taken) = split(change, rules)
      ignored += taken
      if let kept { changes.append(kept) }
    }
    ignored += causes.map { Ignored(.finding($0.finding), by: $0.rule) }
    return Comparison(
      expected: comparison.expected, actual: comparison.actual, confirmed: comparison.confirmed, changes: changes,
      findings: findings, ignored: ignored)
  }

  /// The rules that took nothing, of those that are about an area that was looked at.
  public static func unused(_ rules: [IgnoreRule], in comparison: Comparison, of actual: Snapshot) -> [IgnoreRule] {
    let kinds = Set(actual.observations.map { FactID($0.probe).kind })
    let used = Set(comparison.ignored.map(\.rule))
    return rules.filter { rule in !used.contains(rule) && kinds.contains { rule.concerns(kind: $0) } }
  }

  /// The members of a change of a set or map that are not ignored, and those that are.
  private func split(_ change: Change, _ rules: [IgnoreRule]) -> (kept: Change?, ignored: [Ignored]) {
    var taken: [(rule: IgnoreRule, members: Set<String>)] = []
    for member in change.members {
      guard let rule = rules.first(where: { fits($0, member: member, of: change.fact) }) else { continue }
      if let index = taken.firstIndex(where: { $0.rule == rule }) {
        taken[index].members.insert(member)
      } else {
        taken.append((rule, [member]))
      }
    }
    let all = taken.reduce(into: Set<String>()) { $0.formUnion($1.members) }
    guard !all.isEmpty else { return (change, []) }
    let kept = change.members.allSatisfy(all.contains) ? nil : narrowed(change) { !all.contains($0) }
    return (kept, taken.map { entry in Ignored(.change(narrowed(change, entry.members.contains)), by: entry.rule) })
  }

  private func fits(_ rule: IgnoreRule, member: String, of set: FactID) -> Bool {
    if rule.fits("\(set.rawValue)[\(member)]") { return true }
    let patterns = dictionary.facts.filter { $0.memberOf == set.pattern }.map(\.pattern)
    return !patterns.isEmpty
      && patterns.allSatisfy { pattern in
        rule.fits(set.area + pattern.drop { $0 != "." }.replacing("[*]", with: "[\(member)]"))
      }
  }

  private func narrowed(_ change: Change, _ isIncluded: (String) -> Bool) -> Change {
    let (old, new) = (change.expected?.members(isIncluded), change.actual?.members(isIncluded))
    return Change(
      fact: change.fact, factClass: change.factClass, kind: change.kind, severity: change.severity, expected: old,
      actual: new, message: words(change.fact, change.kind, old, new), remedies: change.remedies)
  }
}

extension Change {
  /// The members concerned, of a set or map.
  public var members: [String] {
    guard factClass == .set || factClass == .map, kind != .unknown else { return [] }
    let names = (expected?.memberNames ?? []) + (actual?.memberNames ?? [])
    return Set(names).sorted()
  }

  /// Whether it says what a finding says.
  public func isTold(by finding: Finding) -> Bool {
    !finding.message.isEmpty && finding.facts.first?.area ?? fact.area == fact.area
      && message.parts.starts(with: finding.message.parts)
  }
}

extension JSONValue {
  fileprivate var memberNames: [String] { strings ?? object.map { Array($0.keys) } ?? [] }

  fileprivate func members(_ isIncluded: (String) -> Bool) -> JSONValue {
    if let strings { return .strings(strings.filter(isIncluded)) }
    if let object { return .object(object.filter { isIncluded($0.key) }) }
    return self
  }
}
