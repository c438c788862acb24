import HandoffText

/// What a project keeps back: the values of some facts, wherever they stand in what is measured.
///
/// A masked fact's value becomes a ``MaskedValue``. So does that of a fact of one value that holds the text of a masked one:
/// an ARN with its account. In sentences and sources the text becomes `masked`, in commands a placeholder that tells which
/// fact it stands for. A text that means nothing by itself (``MaskedText/isDistinct``) is replaced in its own area alone.
public struct Masking: Sendable {
  private let patterns: [Pattern]
  private let dictionary: FactDictionary
  private let seal: @Sendable (FactID, JSONValue) -> MaskedValue

  /// Prepares to mask.
  /// - Parameters:
  ///   - patterns: ids of facts, in which `*` stands for anything.
  ///   - dictionary: what the facts mean.
  ///   - seal: makes what stands in the place of a value.
  public init(
    _ patterns: [String], dictionary: FactDictionary, seal: @escaping @Sendable (FactID, JSONValue) -> MaskedValue
  ) {
    self.patterns = patterns.map { Pattern($0) }
    self.dictionary = dictionary
    self.seal = seal
  }

  /// Whether an id fits a pattern in which `*` stands for anything.
  public static func fits(_ pattern: String, _ id: String) -> Bool { Pattern(pattern).fits(id) }

  /// Masks a snapshot.
  /// - Parameters:
  ///   - settled: what settings say of its facts, which may stand in what is said where they could not be measured.
  ///   - recorded: what it was held against when it was measured, for the same.
  /// - Returns: it, and the texts that were taken out of it.
  public func masked(
    _ snapshot: Snapshot, settled: [SettledValue] = [], recorded: Snapshot? = nil
  ) -> (snapshot: Snapshot, texts: MaskedTexts) {
    let sources = [snapshot, recorded].compactMap(\.self)
    return masked(snapshot, also: [], texts: texts(of: sources, settled, also: []))
  }

  /// Masks two snapshots that are to be compared: in each what is masked in the other, too.
  public func masked(
    _ expected: Snapshot, _ actual: Snapshot, settled: [SettledValue] = []
  ) -> (expected: Snapshot, actual: Snapshot, texts: MaskedTexts) {
    let ids = masked(expected).snapshot.maskedFacts.union(masked(actual).snapshot.maskedFacts)
    let texts = texts(of: [expected, actual], settled, also: ids)
    return (
      masked(expected, also: ids, texts: texts).snapshot, masked(actual, also: ids, texts: texts).snapshot, texts
    )
  }

  private func isChosen(_ id: FactID, also ids: Set<FactID>) -> Bool {
    ids.contains(id) || patterns.contains { $0.fits(id.rawValue) }
  }

  private func texts(of snapshots: [Snapshot], _ settled: [SettledValue], also ids: Set<FactID>) -> MaskedTexts {
    let facts = snapshots.flatMap(\.observations).flatMap(\.facts).filter { isChosen($0.id, also: ids) }
    let values = settled.filter { !$0.text.isEmpty && isChosen($0.fact, also: ids) }
    var seen: Set<SettledValue> = []
    let texts = facts.flatMap { self.texts(of: $0) } + values.map { MaskedText($0.text, of: $0.fact) }
    return MaskedTexts(
      texts.filter { seen.insert(SettledValue($0.fact, $0.text)).inserted }.sorted { $0.length > $1.length })
  }

  private func masked(
    _ snapshot: Snapshot, also ids: Set<FactID>, texts: MaskedTexts
  ) -> (snapshot: Snapshot, texts: MaskedTexts) {
    guard !patterns.isEmpty || !ids.isEmpty else { return (snapshot, MaskedTexts()) }
    let observations = snapshot.observations.map { observation in
      let hider = texts.hider(for: observation.probe)
      return hider.hidden(
        in: observation,
        facts: observation.facts.map { fact in
          var value = fact.value
          let isSingle = fact.factClass != .set && fact.factClass != .map
          let isHolder = isSingle && value.singles.contains { texts.areDistinct(in: $0) }
          if value != .null, value.masked == nil, isChosen(fact.id, also: ids) || isHolder {
            value = .masked(seal(fact.id, value))
          }
          return Fact(
            fact.id, fact.factClass, value,
            source: Source(fact.source.kind, hider.hidden(inName: fact.source.detail)))
        })
    }
    return (
      Snapshot(
        tool: snapshot.tool, project: snapshot.project, capturedAt: snapshot.capturedAt, observations: observations),
      texts
    )
  }

  /// What is to be looked for of a fact elsewhere; nothing of words that are not the world's, but a choice of ours.
  private func texts(of fact: Fact) -> [MaskedText] {
    var ours = Set(Source.Kind.allCases.map(\.rawValue))
    if case .ranked(let ranks) = dictionary.definition(of: fact.id)?.order { ours.formUnion(ranks.flatMap(\.self)) }
    return fact.value.singles.filter { !$0.isEmpty && !ours.contains($0) }.map { MaskedText($0, of: fact.id) }
  }
}

extension Snapshot {
  /// The facts whose values are masked.
  public var maskedFacts: Set<FactID> {
    Set(observations.flatMap(\.facts).filter { $0.value.masked != nil }.map(\.id))
  }

  /// The snapshot without them, for those who go by what was recorded.
  public var withoutMaskedFacts: Snapshot {
    if maskedFacts.isEmpty { return self }
    return Snapshot(
      tool: tool, project: project, capturedAt: capturedAt,
      observations: observations.map { observation in
        Observation(
          probe: observation.probe, facts: observation.facts.filter { $0.value.masked == nil },
          findings: observation.allFindings)
      })
  }
}

extension JSONValue {
  /// The texts and numbers that it is, or that it lists.
  fileprivate var singles: [String] {
    switch self {
    case .string(let text): [text]
    case .int, .double: [canonical]
    case .array(let elements): elements.flatMap(\.singles)
    case .null, .bool, .object, .masked: []
    }
  }
}
