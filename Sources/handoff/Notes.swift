import HandoffDocument
import HandoffModel
import HandoffText

/// The author's part of a handoff, put together from options, a file, an editor, and what was left open before.
struct NotesComposer {
  /// What the options say.
  let title: String?
  let status: String?
  let priority: String?

  /// The notes of a new handoff.
  /// - Parameters:
  ///   - markdown: what the author wrote, or nil.
  ///   - previous: the handoff before, whose open items are carried over.
  func compose(markdown: String?, previous: Handoff?) -> AuthorNotes {
    let shown = markdown.map { Untrusted($0).visibleLines }
    var notes = AuthorNotes(sections: shown.map { HandoffDocument.notes(fromMarkdown: $0) } ?? [:])
    notes.title = title ?? Self.takeTitle(from: &notes) ?? ""
    notes.status = status ?? ""
    notes.priority = priority ?? ""
    // What an item holds of the tool's own marks is text from here on.
    let open =
      previous.map { openItems(in: $0) }?.map { item in
        Untrusted(item).visibleLines.replacing("<!--", with: "&lt;!--")
      } ?? []
    let written = Set(notes.sections.values.flatMap { $0.split(separator: "\n").map(Self.normalized) })
    let carried = open.filter { item in
      !written.contains(Self.normalized(item.prefix { $0 != "\n" }))
    }
    if !carried.isEmpty {
      let items = carried.joined(separator: "\n")
      notes.sections[.nextSteps] = notes.sections[.nextSteps].map { items + "\n\n" + $0 } ?? items
    }
    return notes
  }

  /// Takes the heading that the notes begin with, where it is one of the whole text.
  private static func takeTitle(from notes: inout AuthorNotes) -> String? {
    guard let text = notes.sections[.notes], text.hasPrefix("# ") else { return nil }
    let line = text.prefix { $0 != "\n" }
    let rest = text[line.endIndex...].drop { $0 == "\n" }
    notes.sections[.notes] = rest.isEmpty ? nil : String(rest)
    let title = line.dropFirst(2).drop { $0 == " " }
    return title.isEmpty ? nil : String(title)
  }

  /// An item without its mark, so that one that was done meanwhile is not carried over.
  private static func normalized(_ line: Substring) -> String {
    var text = line.drop { $0.isWhitespace }
    for mark in ["- [ ] ", "- [x] ", "- [X] ", "* [ ] ", "* [x] ", "* [X] "] where text.hasPrefix(mark) {
      text = text.dropFirst(mark.count)
    }
    return text.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }
}
