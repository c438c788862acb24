/// Which lines of a document, counted from 1, hold what was measured: the parts that the tool owns, without the markers.
///
/// The other ones are its author's and its template's.
public func capturedLines(of markdown: String) throws(DocumentError) -> [ClosedRange<Int>] {
  let bytes = Array(markdown.utf8)
  return try Region.scan(bytes).filter { $0.owner == .tool }.map { region in
    let count = bytes[region.inner].reduce(0) { $1 == 0x0a ? $0 + 1 : $0 }
    return region.line...(region.line + count + 1)
  }
}
