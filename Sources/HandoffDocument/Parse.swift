public import HandoffModel

/// A document that was read.
public struct ParsedHandoff: Hashable, Sendable {
  /// What it carries: facts and sources, and what its author wrote. No sentences and no commands.
  public let handoff: Handoff
  /// Whether the facts block is not as the tool wrote it.
  public let edited: Bool
}

/// Reads a document: its facts block and the sections between the author's markers; nothing else of it. Line ends may be
/// LF or CRLF. Time and memory grow with the length alone.
public func parse(_ markdown: String) throws(DocumentError) -> ParsedHandoff {
  let bytes = Array(markdown.utf8)
  var sections: [NoteSection: String] = [:]
  var facts: Region?
  for region in try Region.scan(bytes) {
    switch region.owner {
    case .tool:
      if region.name == Region.facts { facts = region }
    case .author:
      guard let section = NoteSection(rawValue: region.name) else { continue }
      sections[section] = section.recorded(String(decoding: bytes[region.inner], as: UTF8.self))
    }
  }
  guard let facts else { throw .noFacts }
  let (content, line) = try fencedContent(bytes[facts.inner], firstLine: facts.line + 1)
  var (handoff, edited) = try FactsBlock.read(content, line: line)
  handoff.notes.sections = sections
  return ParsedHandoff(handoff: handoff, edited: edited)
}

/// The lines of the first fenced block, and the line on which they begin.
private func fencedContent(
  _ bytes: ArraySlice<UInt8>, firstLine: Int
) throws(DocumentError) -> (ArraySlice<UInt8>, Int) {
  var start = bytes.startIndex
  var line = firstLine - 1
  var content: (start: Int, line: Int)?
  while start < bytes.endIndex {
    line += 1
    var end = start
    while end < bytes.endIndex, bytes[end] != 0x0a { end += 1 }
    if bytes[start..<end].starts(with: "```".utf8) {
      if let content { return (bytes[content.start..<start], content.line) }
      content = (min(end + 1, bytes.endIndex), line + 1)
    }
    start = min(end + 1, bytes.endIndex)
  }
  throw .noFacts
}
