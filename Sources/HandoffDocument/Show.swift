import HandoffText

/// A document as a person reads it: without marker lines and without the facts block. It works for damaged documents too.
///
/// - Returns: Markdown with LF line ends. It is the file's text: whoever prints it on a terminal escapes what steers one.
public func withoutMachineParts(_ markdown: String) -> String {
  var shown: [String] = []
  var inFacts = false
  var afterCut = true
  for line in TextLines.lines(
    of: markdown.unicodeScalars.first == "\u{feff}" ? String(markdown.unicodeScalars.dropFirst()) : markdown)
  {
    let bytes = Array(line.utf8)[...]
    if Marker.begins(bytes.drop { $0 == 0x20 || $0 == 0x09 }) {
      if let marker = try? Marker(line: bytes, number: 1), marker.name == Region.facts { inFacts = marker.begins }
      afterCut = true
      continue
    }
    if inFacts { continue }
    let blank = TextLines.isBlank(line)
    if afterCut, blank, shown.last.map({ TextLines.isBlank($0) }) ?? true { continue }
    if !blank { afterCut = false }
    shown.append(line)
  }
  return TextLines.trimmed(shown).joined(separator: "\n") + "\n"
}
