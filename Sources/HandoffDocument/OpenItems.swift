public import HandoffModel
import HandoffText

/// The open `- [ ]` items of a handoff's sections, to be carried over into the next one.
///
/// - Returns: each item as Markdown that begins with `- [ ] `, with its continuation lines and the items below it. An open
///   item below a closed one stands for itself. Items in code are none, and no item is given twice.
public func openItems(in handoff: Handoff) -> [String] {
  var seen: Set<String> = []
  return NoteSection.allCases.flatMap { section in
    (handoff.notes.sections[section].map(ItemReader.items) ?? []).filter { seen.insert($0).inserted }
  }
}

private enum ItemReader {
  static func items(_ text: String) -> [String] {
    let lines = TextLines.lines(of: text)
    var walker = MarkdownLines()
    let areText = lines.map { walker.isText($0) }
    var items: [String] = []
    var index = 0
    while index < lines.count {
      defer { index += 1 }
      guard areText[index], let item = OpenItem(lines[index]) else { continue }
      var block = ["- [ ] " + item.text]
      var end = index + 1
      // What is indented below an item belongs to it; blank lines only where more of it follows.
      while end < lines.count, TextLines.isBlank(lines[end]) || indentation(lines[end]) > item.indentation { end += 1 }
      block += lines[index + 1..<end].map { outdented($0, by: item.indentation) }
      while let last = block.last, TextLines.isBlank(last) { block.removeLast() }
      items.append(block.joined(separator: "\n"))
      index = end - 1
    }
    return items
  }

  private static func indentation(_ line: String) -> Int {
    line.utf8.prefix { $0 == 0x20 || $0 == 0x09 }.count
  }

  private static func outdented(_ line: String, by count: Int) -> String {
    let spaces = min(count, indentation(line))
    return String(decoding: Array(line.utf8).dropFirst(spaces), as: UTF8.self)
  }

  private struct OpenItem {
    let indentation: Int
    let text: String

    init?(_ line: String) {
      let rest = Array(line.utf8).drop { $0 == 0x20 || $0 == 0x09 }
      guard let bullet = rest.first, "-*+".utf8.contains(bullet) else { return nil }
      let after = rest.dropFirst().drop { $0 == 0x20 || $0 == 0x09 }
      guard after.startIndex > rest.startIndex + 1, after.starts(with: "[ ] ".utf8) else { return nil }
      indentation = rest.startIndex
      text = String(decoding: after.dropFirst(4), as: UTF8.self)
    }
  }
}
