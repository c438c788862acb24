public import HandoffModel

#if canImport(FoundationEssentials)
  public import FoundationEssentials
#else
  public import Foundation
#endif

/// A document that was read.
public struct ParsedHandoff: Hashable, Sendable {
  /// What it carries: facts and sources, and what its author wrote. No sentences and no commands.
  public let handoff: Handoff
  /// Whether the facts block is not as the tool wrote it.
  public let edited: Bool
}

/// What tells which of some documents is the newest.
public struct DocumentMoment: Hashable, Sendable {
  /// When it was measured.
  public let capturedAt: Date
  /// The name of the handoff before it.
  public let previous: String?

  /// Reads them from a document, and nothing else of it, so that it may turn out that it cannot be understood. Of one
  /// that can it is what ``parse(_:)`` reads. Nil where there are none.
  public init?(of bytes: [UInt8]) {
    guard let content = try? factsContent(bytes, in: Region.scan(bytes)).0 else { return nil }
    let members = try? JSONValue(
      parsing: content, maximumValues: FactsBlock.maximumValues,
      selecting: ["capturedAt": .whole, "previous": .whole])
    guard let capturedAt = (members?["capturedAt"]?.string).flatMap(FactsReader.moment) else { return nil }
    self.capturedAt = capturedAt
    previous = members?["previous"]?.string
  }
}

/// Reads a document: its facts block and the sections between the author's markers; nothing else of it. Line ends may be
/// LF or CRLF. Time and memory grow with the length alone.
public func parse(_ markdown: String) throws(DocumentError) -> ParsedHandoff {
  let bytes = Array(markdown.utf8)
  var sections: [NoteSection: String] = [:]
  let regions = try Region.scan(bytes)
  for region in regions where region.owner == .author {
    guard let section = NoteSection(rawValue: region.name) else { continue }
    sections[section] = section.recorded(String(decoding: bytes[region.inner], as: UTF8.self))
  }
  let (content, line) = try factsContent(bytes, in: regions)
  var (handoff, edited) = try FactsBlock.read(content, line: line)
  handoff.notes.sections = sections
  return ParsedHandoff(handoff: handoff, edited: edited)
}

/// The lines of the facts block, and the line on which they begin.
private func factsContent(
  _ bytes: [UInt8], in regions: [Region]
) throws(DocumentError) -> (ArraySlice<UInt8>, Int) {
  guard let facts = regions.last(where: { $0.owner == .tool && $0.name == Region.facts }) else { throw .noFacts }
  return try fencedContent(bytes[facts.inner], firstLine: facts.line + 1)
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
