extension FactDictionary {
  /// The ids of all facts and findings, and the words that they are made of: they stand in every document.
  public var words: Set<String> {
    let ids = facts.map(\.pattern) + findings.map(\.id)
    return Set(ids + ids.flatMap { $0.split { !$0.isLetter }.map(String.init) })
  }
}
