public import HandoffModel

/// Refreshes the parts of a document that the tool owns, and leaves every other byte as it was: what its author wrote,
/// what stands between the parts, and the document's line ends.
///
/// - Parameters:
///   - markdown: the document as it is.
///   - handoff: what stands in it from now on. Its sections are not used: those in the document stay.
///   - context: what stands in the document beside it.
///   - template: the template that the document was written with.
/// - Throws: a ``DocumentError`` when markers are missing, doubled or nested, and nothing is to be written.
public func update(
  _ markdown: String, with handoff: Handoff, context: DocumentContext, template: Template
) throws(DocumentError) -> String {
  let old = Array(markdown.utf8)
  let regions = try Region.scan(old).filter { $0.owner == .tool }
  if !regions.contains(where: { $0.name == Region.facts }) { throw .noFacts }
  var handoff = handoff
  handoff.notes.sections = [:]
  let new = Array(try render(handoff, context: context, template: template).utf8)
  var contents: [String: ArraySlice<UInt8>] = [:]
  for region in try Region.scan(new) where region.owner == .tool { contents[region.name] = new[region.inner] }

  var result: [UInt8] = []
  result.reserveCapacity(old.count)
  var position = 0
  for region in regions {
    guard let content = contents.removeValue(forKey: region.name) else {
      throw .partUnknown(region.name, line: region.line)
    }
    result += old[position..<region.inner.lowerBound]
    let endsWithCRLF = old[..<region.inner.lowerBound].suffix(2).elementsEqual([0x0d, 0x0a])
    for byte in content {
      if byte == 0x0a, endsWithCRLF { result.append(0x0d) }
      result.append(byte)
    }
    position = region.inner.upperBound
  }
  if let missing = template.parts.first(where: { contents[$0] != nil }) { throw .partMissing(missing) }
  result += old[position...]
  return String(decoding: result, as: UTF8.self)
}
