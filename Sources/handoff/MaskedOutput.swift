import HandoffDocument
import HandoffModel
import HandoffProbes
import HandoffProject
import HandoffSecrets
import HandoffStore
import HandoffSystem
import HandoffText

extension Workspace {
  /// What masks values in documents, with the key of this user, which is made where there is none.
  /// - Throws: ``UsageProblem`` where there can be none.
  func maskingToWrite() throws -> Masking {
    guard !project.mask.isEmpty else { return masking(with: nil) }
    guard let key = OwnKey(host).value else { throw UsageProblem(Self.noKey(host.environment[OwnKey.variable] != nil)) }
    return masking(with: key)
  }

  /// What masks values in reports, with the key of this user if there is one. Nothing is written.
  var maskingToShow: Masking { masking(with: OwnKey(host).existing) }

  /// - Parameter key: nil where there is none: what is masked now is then told from nothing that was recorded.
  private func masking(with key: FingerprintKey?) -> Masking {
    let key = key ?? FingerprintKey((0..<32).map { _ in UInt8.random(in: .min ... .max) })
    return MaskedFacts.masking(project.mask) { id, value in
      let bytes = Array(JSONValue.array([.string(id.rawValue), value]).canonical.utf8)
      guard let key,
        let masked = MaskedValue(key: key.name, fingerprint: key.fingerprint(of: bytes, for: "masked fact"))
      else { preconditionFailure("a fingerprint is hexadecimal digits") }
      return masked
    }
  }

  private static func noKey(_ isTooShort: Bool) -> String {
    isTooShort
      ? "\(OwnKey.variable) is too short to mask with: it takes at least 16 bytes chosen by chance, as openssl rand -hex 32 makes "
        + "them; nothing was written"
      : "mask in handoff.yml needs a key, which could not be read or made in the state folder (~/.local/state/handoff/key); set "
        + "\(OwnKey.variable) to one; nothing was written"
  }
}

/// Looks for the values that are masked in what is about to be written.
struct MaskCheck {
  private let texts: [MaskedText]

  /// Takes the texts that were taken out of what was measured; those that mean nothing by themselves are not looked for.
  init(_ texts: MaskedTexts) {
    self.texts = texts.texts.filter(\.isDistinct)
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
      throw MaskedValueShown(place: place, line: hit.line, fact: hit.fact)
    }
    let own = try capturedLines(of: text)
    return named.map {
      "the \($0) holds the value of \(Untrusted($1).terminal), which is masked; it is left as you wrote it"
    }
      + found(text).filter { hit in !own.contains { $0.contains(hit.line) } }.map { hit in
        "line \(hit.line): your text holds the value of \(Untrusted(hit.fact).terminal), which is masked; it is left as it is"
      }
  }

  private func found(_ text: String) -> [(line: Int, fact: String)] {
    let scanner = SecretScanner(known: texts.map { KnownSecret(exactly: $0.text, name: $0.fact.rawValue) })
    return scanner.scan(text).filter { $0.rule == SecretHit.knownValue }.map { ($0.line, $0.subject?.raw ?? "") }
  }
}

/// A value that is to be masked and stands in what was to be written: exit status 3.
struct MaskedValueShown: Error, CustomStringConvertible {
  let place: String
  let line: Int
  let fact: String

  var description: String {
    "\(place): line \(line) would show the value of \(fact), which mask in handoff.yml keeps back: it is part of a name or of "
      + "your template; nothing was written"
  }
}
