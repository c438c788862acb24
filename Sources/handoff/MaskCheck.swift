import HandoffDocument
import HandoffModel
import HandoffSecrets
import HandoffText

/// Looks for the values that are masked in what is about to be written.
struct MaskCheck {
  private let texts: [MaskedText]

  /// Takes the texts that were taken out of what was measured; those that mean nothing by themselves are not looked for.
  /// - Parameter ordinary: words that stand in every document, in small letters.
  init(_ texts: MaskedTexts, ordinary: Set<String> = []) {
    self.texts = texts.texts.filter { $0.isDistinct && !ordinary.contains($0.text.lowercased()) }
  }

  /// Looks through a document.
  /// - Parameters:
  ///   - text: its final text.
  ///   - notes: the words of its author that stand in it on one line.
  ///   - place: what it is called.
  ///   - bare: gives it without those words.
  /// - Returns: a warning for each place in which its author's own words hold such a value.
  /// - Throws: ``MaskedValueShown`` where another one does.
  func check(
    _ text: String, notes: AuthorNotes, in place: String, bare: () throws -> String
  ) throws -> [String] {
    if texts.isEmpty { return [] }
    let named = [("title", notes.title), ("status", notes.status), ("priority", notes.priority)]
      .flatMap { name, words in found(words).map { (name, $0.fact) } }
    // Where the author's words stand among what was captured, that is looked through without them.
    let looked = named.isEmpty ? text : try bare()
    let captured = try capturedLines(of: looked)
    if let hit = found(looked).first(where: { hit in captured.contains { $0.contains(hit.line) } }) {
      throw MaskedValueShown(place: .document(place), line: hit.line, fact: hit.fact)
    }
    let own = try capturedLines(of: text)
    return named.map {
      "the \($0) holds the value of \(Untrusted($1).terminal), which is masked; it is left as you wrote it"
    }
      + found(text).filter { hit in !own.contains { $0.contains(hit.line) } }.map { hit in
        "line \(hit.line): your text holds the value of \(Untrusted(hit.fact).terminal), which is masked; it is left as it is"
      }
  }

  /// Looks through a report that is kept and passed on.
  /// - Throws: ``MaskedValueShown`` where a name in it holds such a value.
  func check(report: String) throws {
    if let hit = found(report).first { throw MaskedValueShown(place: .report, line: hit.line, fact: hit.fact) }
  }

  private func found(_ text: String) -> [(line: Int, fact: String)] {
    if texts.isEmpty { return [] }
    let scanner = SecretScanner(known: texts.map { KnownSecret(exactly: $0.text, name: $0.fact.rawValue) })
    return scanner.scan(text).filter { $0.rule == SecretHit.knownValue }.map { ($0.line, $0.subject?.raw ?? "") }
  }
}
