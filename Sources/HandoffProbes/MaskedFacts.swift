public import HandoffModel
public import HandoffProject
import HandoffText

/// Which facts `mask` in `handoff.yml` may name: those of one value. The members of sets and maps are compared one by one,
/// and stand in the ids of other facts.
public enum MaskedFacts {
  /// Looks through the entries.
  /// - Throws: ``ConfigurationError`` with line and column for one that fits no fact, or one that cannot be masked.
  public static func check(_ entries: [MaskEntry]) throws(ConfigurationError) {
    for entry in entries {
      let fitting = ProbeCatalog.dictionary.facts.filter { fits(entry.pattern, $0) }
      let shown = Untrusted(entry.pattern).terminal
      guard !fitting.isEmpty else {
        let names = ProbeCatalog.dictionary.facts.filter(isMaskable).map(\.pattern)
        let hint = NearestName.of(entry.pattern, among: names).map { "; did you mean \"\($0)\"?" }
        throw entry.mistake("mask: no fact is called \"\(shown)\"" + (hint ?? "; the README's table has them all"))
      }
      if let set = fitting.first(where: { !isMaskable($0) }) {
        throw entry.mistake(
          "mask: \"\(shown)\" takes in \(set.pattern), which holds names; values of facts can be masked, and names, which stand "
            + "in ids, cannot")
      }
    }
  }

  /// Masks with a key.
  /// - Parameter seal: makes what stands in the place of a value.
  public static func masking(
    _ entries: [MaskEntry], seal: @escaping @Sendable (FactID, JSONValue) -> MaskedValue
  ) -> Masking {
    Masking(entries.map(\.pattern), dictionary: ProbeCatalog.dictionary, seal: seal)
  }

  private static func isMaskable(_ fact: FactDefinition) -> Bool {
    fact.factClass != .set && fact.factClass != .map
  }

  /// Whether an entry can be about a fact: by its id, with instance and member, or by a pattern for such ids.
  private static func fits(_ entry: String, _ fact: FactDefinition) -> Bool {
    if FactID(entry).pattern == fact.pattern { return true }
    guard entry.contains("*") else { return false }
    let id = FactID(fact.pattern)
    let named = "\(id.kind)[*]" + fact.pattern.dropFirst(id.kind.count)
    return Masking.fits(entry, fact.pattern) || Masking.fits(entry, named)
  }
}
