public import HandoffModel
import HandoffText

/// Why a document could not be read, written or updated. Nothing was written.
public enum DocumentError: Error, Hashable, Sendable {
  /// There is no facts block: not a handoff, or one whose block was cut out.
  case noFacts
  /// A line begins like a marker and is none of ours.
  case badMarker(String, line: Int)
  /// A part begins and never ends.
  case notClosed(name: String, line: Int)
  /// A part ends that never began, or ends under another name.
  case notOpened(name: String, line: Int)
  /// A part stands twice.
  case doubled(name: String, line: Int, first: Int)
  /// A part begins inside another one.
  case nested(name: String, line: Int, inside: String)
  /// The markers name a section of the author's that does not exist.
  case unknownSection(String, line: Int)
  /// The facts block is not JSON.
  case factsNotJSON(String, line: Int)
  /// The facts block is JSON and not what it must be.
  case factsInvalid(String, line: Int)
  /// The facts block was written by a newer version of the tool.
  case newerSchema(String, line: Int)
  /// An author's text holds marker text; `line` counts within that section.
  case markerInNotes(section: NoteSection, line: Int)
  /// The template has a part that the document to update lacks.
  case partMissing(String)
  /// The document to update has a part that the template lacks.
  case partUnknown(String, line: Int)
  /// There is more to write down than is read back.
  case tooManyValues(Int)
  /// The template gave a document whose parts are not the template's.
  case renderedWrongly

  /// The line of the document, where one can be named.
  public var line: Int? {
    switch self {
    case .noFacts, .markerInNotes, .partMissing, .tooManyValues, .renderedWrongly: nil
    case .badMarker(_, let line), .notClosed(_, let line), .notOpened(_, let line), .doubled(_, let line, _),
      .nested(_, let line, _), .unknownSection(_, let line), .factsNotJSON(_, let line), .factsInvalid(_, let line),
      .newerSchema(_, let line), .partUnknown(_, let line):
      line
    }
  }
}

extension DocumentError: CustomStringConvertible {
  /// What is wrong and what to do, for a terminal.
  public var description: String {
    (line.map { "line \($0): " } ?? "") + withoutLine
  }

  /// What is wrong and what to do, without the line.
  var withoutLine: String {
    switch self {
    case .noFacts:
      "there is no facts block; this is not a handoff that the tool wrote, or its block was cut out. "
        + "Take the file from git, or write a new one with handoff generate"
    case .badMarker(let text, _):
      "\(shown(text)) looks like a marker and is none; markers are <!-- handoff:begin NAME --> and "
        + "<!-- handoff:end NAME -->, and for your own sections <!-- handoff:author begin NAME -->"
    case .notClosed(let name, _):
      "the part \(shown(name)) begins here and has no end; put its end marker back"
    case .notOpened(let name, _):
      "the part \(shown(name)) ends here and did not begin; put its begin marker back"
    case .doubled(let name, _, let first):
      "the part \(shown(name)) stands here again, first on line \(first); remove one of the two"
    case .nested(let name, _, let inside):
      "the part \(shown(name)) begins inside \(shown(inside)); end that one first"
    case .unknownSection(let name, _):
      "there is no section \(shown(name)); sections are "
        + NoteSection.allCases.map(\.rawValue).joined(separator: ", ")
    case .factsNotJSON(let what, _):
      "the facts block is not JSON: \(what). Take the file from git, or write a new one with handoff generate"
    case .factsInvalid(let what, _):
      "the facts block is incomplete: \(what). Take the file from git, or write a new one with handoff generate"
    case .newerSchema(let schema, _):
      "the facts block is \(shown(schema)) and this version reads \(FactsBlock.schema); install a newer handoff"
    case .markerInNotes(let section, let line):
      "section \(section.title), line \(line): the text holds a marker (<!-- handoff:…); write it without the <!--"
    case .partMissing(let name):
      "the document has no part \(shown(name)), which the template has; put its markers back "
        + "(<!-- handoff:begin \(shown(name)) --> and <!-- handoff:end \(shown(name)) -->) or write a new document"
    case .partUnknown(let name, _):
      "the template has no part \(shown(name)); remove it with its markers, or update with the template it came from"
    case .tooManyValues(let count):
      "there are about \(count) values to write down, and a document may hold \(FactsBlock.maximumValues); "
        + "leave the area out that has most of them with --skip"
    case .renderedWrongly:
      "the template gave a document whose parts cannot be read back; check its markers"
    }
  }

  private func shown(_ text: String) -> String {
    let text = Untrusted(text).terminal
    return text.count > 80 ? text.prefix(80) + "…" : text
  }
}
