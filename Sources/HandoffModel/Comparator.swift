import HandoffText

/// Holds a recorded snapshot against an actual one, by the meaning that each fact's definition gives it.
public struct Comparator: Sendable {
  let dictionary: FactDictionary

  /// Takes the meaning of the facts.
  public init(_ dictionary: FactDictionary) {
    self.dictionary = dictionary
  }

  /// Compares two snapshots.
  ///
  /// An area that the actual snapshot does not hold at all was not asked for: it is neither confirmed nor unknown.
  /// - Parameters:
  ///   - expected: what was recorded, under its name.
  ///   - actual: what is there, under its name.
  public func compare(
    expected: Snapshot, named expectedName: String, actual: Snapshot, named actualName: String
  ) -> Comparison {
    var changes: [Change] = []
    var confirmed = 0
    let recorded = Dictionary(expected.observations.map { ($0.probe, $0) }, uniquingKeysWith: { first, _ in first })
    for observation in actual.observations {
      let before = recorded[observation.probe] ?? Observation(probe: observation.probe, facts: [])
      let result = compare(before, observation, isRecorded: recorded[observation.probe] != nil)
      changes += result.changes
      confirmed += result.confirmed
    }
    let old = Set(expected.observations.flatMap(\.findings).map(\.identity))
    let findings = actual.observations.flatMap(\.findings)
      .filter { $0.severity > .ok }
      .map { Comparison.DatedFinding(named($0), since: old.contains($0.identity) ? .before : .now) }
    return Comparison(
      expected: .init(name: expectedName, capturedAt: expected.capturedAt),
      actual: .init(name: actualName, capturedAt: actual.capturedAt),
      confirmed: confirmed, changes: changes, findings: findings)
  }

  /// A finding that was read back from a document says what its definition says.
  private func named(_ finding: Finding) -> Finding {
    guard finding.message.isEmpty else { return finding }
    let message = dictionary.title(ofFinding: finding.id) ?? "\(Untrusted(finding.id))"
    return Finding(
      finding.id, finding.severity, message, remedies: finding.remedies, facts: finding.facts)
  }

  private func compare(
    _ expected: Observation, _ actual: Observation, isRecorded: Bool
  ) -> (changes: [Change], confirmed: Int) {
    if let lost = lostArea(expected, actual) { return ([lost], 0) }
    if let found = foundArea(expected, actual, isRecorded: isRecorded) { return ([found], 0) }
    var changes: [Change] = []
    var confirmed = 0
    var silent = SilentMembers(dictionary)
    let told = (before: FindingIndex(expected.findings), now: FindingIndex(actual.findings))
    // Sets first: what they say of a member silences the facts of that member.
    for fact in expected.facts where factClass(fact) == .set {
      silent.note(fact, actual.fact(fact.id))
    }
    for fact in expected.facts {
      let kind = factClass(fact, now: actual)
      if kind == .volatile || silent.contains(fact.id) || follows(fact.id, expected, actual) { continue }
      guard let now = actual.fact(fact.id) else {
        let absent = missing(fact, kind, told.now, in: actual)
        if absent.kind == .unknown || !holdsNothing(fact, kind) { changes.append(absent) }
        continue
      }
      if isTold(fact, told.before, now, told.now) { continue }
      if fact.value.isKeptApart(from: now.value) {
        changes.append(keptApart(fact, now, kind))
        continue
      }
      let differences = differences(fact, now, kind, expected, told.now, in: actual)
      if differences.isEmpty { confirmed += 1 } else { changes += differences }
    }
    for fact in actual.facts {
      let kind = factClass(fact)
      if kind == .volatile || expected.fact(fact.id) != nil { continue }
      if silent.contains(fact.id) || follows(fact.id, expected, actual) { continue }
      if fact.value.isEmptyCollection, kind == .set || kind == .map || holdsNothing(fact, kind) { continue }
      // What the recorded side was kept from measuring is not new.
      if told.before.naming(fact.id).contains(where: { $0.severity == .unknown }) { continue }
      changes.append(change(fact.id, kind, .added, .note, nil, fact.value, told.now, in: actual))
    }
    return (changes, confirmed)
  }

  /// Whether a progress fact has no value on one side, for a reason that a finding of that side tells.
  private func isTold(_ old: Fact, _ before: FindingIndex, _ new: Fact, _ now: FindingIndex) -> Bool {
    guard factClass(old) == .progress, dictionary.definition(of: old.id)?.isHead != true else { return false }
    func isTold(_ fact: Fact, _ findings: FindingIndex) -> Bool {
      fact.value == .null && findings.naming(fact.id).contains { $0.severity > .ok }
    }
    return (old.value == .null) != (new.value == .null) && (isTold(old, before) || isTold(new, now))
  }

  /// Whether a fact differs only because another one does on which it depends.
  private func follows(_ id: FactID, _ expected: Observation, _ actual: Observation) -> Bool {
    guard let pattern = dictionary.definition(of: id)?.dependsOn else { return false }
    let other = neighbour(of: id, pattern)
    let (before, now) = (expected.fact(other)?.value, actual.fact(other)?.value)
    if let before, let now, before.isKeptApart(from: now) { return false }
    return before != now
  }

  /// Whether a fact that differs is backed by one that is as it was.
  private func isBacked(_ id: FactID, _ expected: Observation, _ actual: Observation) -> Bool {
    guard let pattern = dictionary.definition(of: id)?.backedBy else { return false }
    let other = neighbour(of: id, pattern)
    guard let recorded = expected.fact(other)?.value else { return false }
    return recorded == actual.fact(other)?.value
  }

  /// The fact of a pattern in the same area, and of the same member if the pattern names one.
  private func neighbour(of id: FactID, _ pattern: String) -> FactID {
    var pattern = pattern
    if let member = id.member { pattern.replace("[*]", with: "[\(member)]") }
    return FactID(id.area + pattern.drop { $0 != "." })
  }

  // MARK: Areas

  private func head(_ observation: Observation) -> Fact? {
    observation.facts.first { dictionary.definition(of: $0.id)?.isHead == true }
  }

  private func lostArea(_ expected: Observation, _ actual: Observation) -> Change? {
    guard let recorded = head(expected), actual.fact(recorded.id) == nil else { return nil }
    // Switched off by its user, or not used where the other document was written.
    if actual.status == .skipped, let reason = actual.findings.first {
      return Change(
        fact: recorded.id, factClass: factClass(recorded), kind: .gone, severity: .note, expected: recorded.value,
        actual: nil, message: "not looked at: \(named(reason).message); \(was(recorded))")
    }
    let failures = actual.findings.filter { $0.severity == .failure }
    let unknowns = actual.findings.filter { $0.severity == .unknown }
    // What the world refused is a loss, even where something else could not be looked at.
    let causes = failures.isEmpty ? unknowns : failures
    let isUnknown = failures.isEmpty && !unknowns.isEmpty
    var message: Message = "\(was(recorded))"
    if let cause = causes.first ?? actual.findings.first {
      message = "\(named(cause).message); \(message)"
    }
    return Change(
      fact: recorded.id, factClass: factClass(recorded), kind: isUnknown ? .unknown : .gone,
      severity: isUnknown ? .unknown : .failure, expected: recorded.value, actual: nil, message: message,
      remedies: causes.first?.remedies ?? [])
  }

  /// An area that was lost, not used or not looked at when the handoff was written, and is there now, is one note.
  private func foundArea(_ expected: Observation, _ actual: Observation, isRecorded: Bool) -> Change? {
    guard let now = head(actual), head(expected) == nil else { return nil }
    if isRecorded, expected.findings.contains(where: { $0.severity == .unknown }) {
      return nil
    }
    let before: StaticString = isRecorded ? "was not" : "was not looked at"
    return Change(
      fact: now.id, factClass: factClass(now), kind: .added, severity: .note, expected: nil, actual: now.value,
      message: "\(title(now.id)) \(shown(now.value)) is there now and \(words: before) when the handoff was written")
  }

  // MARK: Facts

  private func factClass(_ fact: Fact) -> FactClass {
    guard let definition = dictionary.definition(of: fact.id), !definition.isDeclared else { return fact.factClass }
    return definition.factClass
  }

  /// Of a class that the project declares, what it declares now counts.
  private func factClass(_ fact: Fact, now actual: Observation) -> FactClass {
    if let definition = dictionary.definition(of: fact.id), !definition.isDeclared { return definition.factClass }
    return (actual.fact(fact.id) ?? fact).factClass
  }

  private func missing(
    _ fact: Fact, _ kind: FactClass, _ findings: FindingIndex, in actual: Observation
  ) -> Change {
    if let reason = findings.naming(fact.id).first(where: { $0.severity == .unknown }) {
      return Change(
        fact: fact.id, factClass: kind, kind: .unknown, severity: .unknown, expected: fact.value, actual: nil,
        message: "\(named(reason).message); \(was(fact))", remedies: reason.remedies)
    }
    let severity: Change.Severity =
      kind == .progress || order(fact.id) == .absentIsBetter ? .note : .failure
    return change(fact.id, kind, .gone, severity, fact.value, nil, findings, in: actual)
  }

  /// A fact of which cannot be told whether it is as it was, since whoever masked it had another key.
  private func keptApart(_ old: Fact, _ now: Fact, _ kind: FactClass) -> Change {
    Change(
      fact: old.id, factClass: kind, kind: .unknown, severity: .unknown, expected: old.value, actual: now.value,
      message:
        "\(title(old.id)): masked with another key; with that key in HANDOFF_MASK_KEY it can be told whether it is the same"
    )
  }

  /// Whether a fact is a list of what there is to do or to mend, and there is nothing: that says as much as no list.
  private func holdsNothing(_ fact: Fact, _ kind: FactClass) -> Bool {
    fact.value.isEmptyCollection && (kind == .progress || order(fact.id) == .fewerIsBetter)
  }

  private func differences(
    _ old: Fact, _ new: Fact, _ kind: FactClass, _ expected: Observation, _ findings: FindingIndex,
    in actual: Observation
  ) -> [Change] {
    switch kind {
    case .volatile: return []
    case .identity:
      return old.value == new.value
        ? [] : [change(old.id, kind, .changed, .failure, old.value, new.value, findings, in: actual)]
    case .progress:
      return old.value == new.value
        ? [] : [change(old.id, kind, .changed, .note, old.value, new.value, findings, in: actual)]
    case .state:
      if old.value == new.value { return [] }
      var severity = Change.Severity.note
      if order(old.id).isWorse(new.value, than: old.value) {
        severity = isBacked(old.id, expected, actual) ? .warning : .failure
      }
      return [change(old.id, kind, .changed, severity, old.value, new.value, findings, in: actual)]
    case .set:
      guard let before = old.value.strings, let after = new.value.strings else {
        return old.value == new.value
          ? [] : [change(old.id, kind, .changed, .failure, old.value, new.value, findings, in: actual)]
      }
      let (was, isNow) = (Set(before), Set(after))
      let (gone, added) = (before.filter { !isNow.contains($0) }, after.filter { !was.contains($0) })
      return partial(
        old.id, kind, findings, in: actual, gone: gone.isEmpty ? nil : .strings(gone),
        added: added.isEmpty ? nil : .strings(added))
    case .map:
      guard let before = old.value.object, let after = new.value.object else {
        return old.value == new.value
          ? [] : [change(old.id, kind, .changed, .failure, old.value, new.value, findings, in: actual)]
      }
      let gone = before.filter { after[$0.key] == nil }
      let added = after.filter { before[$0.key] == nil }
      var changes = partial(
        old.id, kind, findings, in: actual, gone: gone.isEmpty ? nil : .object(gone),
        added: added.isEmpty ? nil : .object(added))
      let moved = before.filter { after[$0.key] != nil && after[$0.key] != $0.value }
      if !moved.isEmpty {
        let values = after.filter { moved[$0.key] != nil }
        changes.append(change(old.id, kind, .changed, .warning, .object(moved), .object(values), findings, in: actual))
      }
      return changes
    }
  }

  private func partial(
    _ id: FactID, _ kind: FactClass, _ findings: FindingIndex, in actual: Observation, gone: JSONValue?,
    added: JSONValue?
  ) -> [Change] {
    var changes: [Change] = []
    if let gone { changes.append(change(id, kind, .gone, .failure, gone, nil, findings, in: actual)) }
    if let added { changes.append(change(id, kind, .added, .note, nil, added, findings, in: actual)) }
    return changes
  }

  private func change(
    _ id: FactID, _ factClass: FactClass, _ kind: Change.Kind, _ severity: Change.Severity, _ expected: JSONValue?,
    _ actual: JSONValue?, _ findings: FindingIndex, in observation: Observation
  ) -> Change {
    var message = words(id, kind, expected, actual)
    let causes = severity == .note ? [] : findings.naming(id).filter { $0.severity > .ok }
    // Where one finding says why, it says more than the two values do.
    if causes.count == 1, let cause = causes.first, factClass == .state, let old = expected {
      let nothing = old == .null || old.isEmptyCollection
      message = nothing ? named(cause).message : "\(named(cause).message); was \(shown(old))"
    }
    var remedies: [Remedy] = []
    for remedy in causes.flatMap(\.remedies) where !remedies.contains(remedy) { remedies.append(remedy) }
    if remedies.isEmpty, severity != .note { remedies = observation.wayBack[id] ?? observation.look }
    return Change(
      fact: id, factClass: factClass, kind: kind, severity: severity, expected: expected, actual: actual,
      message: message, remedies: remedies)
  }

  private func order(_ id: FactID) -> StateOrder { dictionary.definition(of: id)?.order ?? .none }

  // MARK: Words

  /// What differs, in a sentence.
  func words(_ id: FactID, _ kind: Change.Kind, _ expected: JSONValue?, _ actual: JSONValue?) -> Message {
    let title = title(id)
    return switch (kind, expected, actual) {
    case (.changed, .masked?, .masked?): "\(title): is not what it was; both are masked"
    case (.changed, let old?, let new?): "\(title): was \(shown(old)), is now \(shown(new))"
    case (.added, _, let new?): "\(title): new \(shown(new))"
    case (_, let old?, _): "\(title): \(shown(old)) is gone"
    default: title
    }
  }

  private func title(_ id: FactID) -> Message {
    guard let definition = dictionary.definition(of: id) else { return "\(Untrusted(id.rawValue))" }
    guard let member = id.member else {
      // What the project declares is named in full by its area.
      guard id.rawValue == id.area, let instance = id.instance else {
        return Message(parts: [.words(definition.title)])
      }
      return Message(parts: [.words(definition.title + " "), .value(Untrusted(instance))])
    }
    return Message(parts: [.words(definition.title + " of "), .value(Untrusted(member))])
  }

  private func was(_ fact: Fact) -> Message {
    let told: Message = "was \(title(fact.id)) \(shown(fact.value))"
    // A folder that is its own source, and what a program said of itself, say nothing more.
    if fact.source.kind == .measured || fact.value.string == fact.source.detail { return told }
    return "\(told), from \(fact.source.message)"
  }

  private func shown(_ value: JSONValue) -> Message {
    ValueText.message(value)
  }
}

extension Observation {
  /// The first command that shows it to a person.
  fileprivate var look: [Remedy] { verification.prefix(1).map { Remedy($0.command, $0.description) } }
}

/// The members that a set gained or lost, whose own facts stay silent.
private struct SilentMembers {
  private var members: [String: Set<String>] = [:]
  private let dictionary: FactDictionary

  init(_ dictionary: FactDictionary) {
    self.dictionary = dictionary
  }

  mutating func note(_ before: Fact, _ now: Fact?) {
    guard let now else {
      // The whole set is missing: that is told once.
      members[before.id.rawValue] = Set(before.value.strings ?? [])
      return
    }
    let (names, namesNow) = (before.value.strings ?? [], now.value.strings ?? [])
    if names == namesNow { return }
    let (was, isNow) = (Set(names), Set(namesNow))
    members[before.id.rawValue] = Set(names.filter { !isNow.contains($0) } + namesNow.filter { !was.contains($0) })
  }

  func contains(_ id: FactID) -> Bool {
    guard let member = id.member, let set = dictionary.definition(of: id)?.memberOf else { return false }
    let name = id.area + set.drop(while: { $0 != "." })
    return members[name]?.contains(member) == true
  }
}

extension Finding {
  /// Whether this finding speaks about a fact.
  public func names(_ id: FactID) -> Bool { facts.contains { id.matches($0) } }
}

extension JSONValue {
  var isEmptyCollection: Bool { array?.isEmpty == true || object?.isEmpty == true }
}
