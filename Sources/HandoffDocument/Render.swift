public import HandoffModel
import Mustache

/// Writes a handoff as a document: UTF-8 with LF line ends.
///
/// - Parameters:
///   - handoff: what was measured and what its author wrote.
///   - context: what stands in the document beside it.
///   - template: what the document looks like.
/// - Returns: Markdown of which ``parse(_:)`` gives back `handoff.recorded`.
/// - Throws: ``DocumentError/markerInNotes(section:line:)`` when the author's text holds marker text,
///   ``DocumentError/tooManyValues(_:)`` when nobody could read the document.
public func render(
  _ handoff: Handoff, context: DocumentContext, template: Template
) throws(DocumentError) -> String {
  let notes = handoff.notes.recorded
  for section in NoteSection.allCases {
    if let text = notes.sections[section], let line = Marker.firstLine(holdingMarkerIn: text) {
      throw .markerInNotes(section: section, line: line)
    }
  }
  let count = FactsBlock.values(of: handoff.snapshot)
  guard count <= FactsBlock.maximumValues else { throw .tooManyValues(count) }
  let values = DocumentValues(handoff: handoff, notes: notes, context: context).root
  let text = template.mustache.render(values)
  // What was written must be what can be read back, whatever a template does.
  let names = try Region.scan(Array(text.utf8)).filter { $0.owner == .tool }.map(\.name)
  guard names.sorted() == template.parts.sorted() else { throw .renderedWrongly }
  return text
}
