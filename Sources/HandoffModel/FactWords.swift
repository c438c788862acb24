extension FactDictionary {
  /// The ids of all facts and findings, and the words that they are made of: they stand in every document.
  public var words: Set<String> {
    let ids = facts.map(\.pattern) + findings.map(\.id)
    return Set(ids + ids.flatMap { $0.split { !$0.isLetter }.map(String.init) })
  }

  /// The same, and the words with which facts and findings are described, in small letters.
  public var proseWords: Set<String> {
    let texts = facts.flatMap { ["\($0.title)", "\($0.meaning)"] } + findings.map { "\($0.title)" }
    return words.union(texts.joined(separator: " ").lowercased().split { !$0.isLetter }.map(String.init))
  }
}
