/// Finds where a password stands in a sentence that names it: `set the password to …`, `the password for staging is …`,
/// `use … as the password`, in English, German and Spanish.
struct PasswordSentence {
  private let line: ArraySlice<UInt8>

  init(_ line: ArraySlice<UInt8>) {
    self.line = line
  }

  /// Where the value begins, and whether a verb says that it is the password.
  /// - Parameter index: the first sign behind the name and the white space.
  func start(behindNameAt index: Int) -> (index: Int, hasVerb: Bool)? {
    guard let first = word(at: index) else { return (index, false) }
    if Self.verbs.contains(first.text) { return (behindFillers(first.next), true) }
    if first.text == "to" { return (first.next, false) }
    if Self.changes.contains(first.text), let second = word(at: first.next), second.text == "to" {
      return (second.next, false)
    }
    guard Self.owners.contains(first.text) else { return (index, false) }
    // Whose it is, in a few words.
    var next = first.next
    for _ in 0..<5 {
      guard let word = word(at: next) else { return nil }
      next = word.next
      if Self.verbs.contains(word.text) { return (behindFillers(next), true) }
      if word.text.utf8.last == UInt8(ascii: ":") { return (next, true) }
    }
    return nil
  }

  /// The value that a name follows as in `use … as the password`.
  /// - Parameter index: where the name begins.
  func value(before index: Int) -> Range<Int>? {
    var end = index
    for _ in 0..<4 {
      guard let word = word(endingAt: end) else { return nil }
      end = word.lowerBound
      let text = line[word].text.lowercased()
      if Self.particles.contains(text) { break }
      guard Self.articles.contains(text) else { return nil }
    }
    guard let word = word(endingAt: end, limit: 128) else { return nil }
    var (start, stop) = (word.lowerBound, word.upperBound)
    let signs = "\\\"'`()*,".utf8
    while start < stop, signs.contains(line[start]) { start += 1 }
    while start < stop, signs.contains(line[stop - 1]) { stop -= 1 }
    let value = line[start..<stop]
    guard SecretValue.looksSpoken(value), !Placeholder.isOne(value.text, name: "") else { return nil }
    return start..<stop
  }

  private func behindFillers(_ index: Int) -> Int {
    var index = index
    for _ in 0..<3 {
      guard let word = word(at: index), Self.fillers.contains(word.text) else { break }
      index = word.next
    }
    return index
  }

  /// A word that others follow, in lower case, and where the next one begins.
  private func word(at index: Int) -> (text: String, next: Int)? {
    let end = line.end(from: index, limit: 40) { !$0.isSpace }
    guard end > index, end < line.endIndex, line[end].isSpace else { return nil }
    return (line[index..<end].text.lowercased(), line.end(from: end, limit: 32, while: \.isSpace))
  }

  /// The word before an index, which white space parts from it.
  private func word(endingAt index: Int, limit: Int = 16) -> Range<Int>? {
    var end = index
    while end > line.startIndex, index - end < 32, line[end - 1].isSpace { end -= 1 }
    guard end < index else { return nil }
    var start = end
    while start > line.startIndex, end - start <= limit, !line[start - 1].isSpace { start -= 1 }
    return start < end && end - start <= limit ? start..<end : nil
  }

  private static let verbs: Set<String> = ["is", "was", "ist", "war", "lautet", "es", "era"]
  private static let fillers: Set<String> = [
    "now", "still", "currently", "always", "just", "simply", "set", "changed", "to", "nun", "jetzt", "noch", "immer",
    "ahora",
  ]
  private static let changes: Set<String> = ["changed", "reset", "rotated", "set", "updated"]
  private static let owners: Set<String> = [
    "for", "of", "on", "at", "in", "f\u{fc}r", "von", "auf", "para", "de", "del",
  ]
  private static let particles: Set<String> = ["as", "als", "como"]
  private static let articles: Set<String> = [
    "the", "a", "its", "your", "our", "my", "new", "db", "database", "admin", "root", "initial", "default",
    "temporary", "das", "neues", "la",
  ]
}
