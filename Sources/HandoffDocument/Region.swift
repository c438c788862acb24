import HandoffModel

/// A part of a document between two marker lines.
struct Region: Hashable {
  /// Who owns what stands between.
  enum Owner: Hashable {
    case tool, author
  }

  /// The name of the part that holds the facts block.
  static let facts = "facts"

  let owner: Owner
  let name: String
  /// The line of the begin marker, counted from 1.
  let line: Int
  /// From the first byte of the begin marker's line to the end of the end marker's line.
  let whole: Range<Int>
  /// What stands between the two lines.
  let inner: Range<Int>

  /// The line that begins a part.
  static func beginMarker(_ owner: Owner, _ name: String) -> String {
    owner == .tool ? "<!-- handoff:begin \(name) -->" : "<!-- handoff:author begin \(name) -->"
  }

  /// The line that ends a part.
  static func endMarker(_ owner: Owner, _ name: String) -> String {
    owner == .tool ? "<!-- handoff:end \(name) -->" : "<!-- handoff:author end \(name) -->"
  }

  /// All parts of a document in the order in which they stand. It reads each byte once.
  static func scan(_ bytes: [UInt8]) throws(DocumentError) -> [Region] {
    var regions: [Region] = []
    var firstLines: [Key: Int] = [:]
    var open: (key: Key, line: Int, start: Int, innerStart: Int)?
    var start = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0
    var line = 0
    while start < bytes.count {
      line += 1
      var end = start
      while end < bytes.count, bytes[end] != 0x0a { end += 1 }
      let next = min(end + 1, bytes.count)
      defer { start = next }
      guard let marker = try Marker(line: bytes[start..<end], number: line) else { continue }
      let key = Key(owner: marker.owner, name: marker.name)
      switch (marker.begins, open) {
      case (true, let open?):
        throw .nested(name: marker.name, line: line, inside: open.key.name)
      case (true, nil):
        if let first = firstLines[key] { throw .doubled(name: marker.name, line: line, first: first) }
        if key.owner == .author, NoteSection(rawValue: key.name) == nil {
          throw .unknownSection(key.name, line: line)
        }
        firstLines[key] = line
        open = (key, line, start, next)
      case (false, let begun?) where begun.key == key:
        regions.append(
          Region(
            owner: key.owner, name: key.name, line: begun.line, whole: begun.start..<next,
            inner: begun.innerStart..<start))
        open = nil
      case (false, _):
        throw .notOpened(name: marker.name, line: line)
      }
    }
    if let open { throw .notClosed(name: open.key.name, line: open.line) }
    return regions
  }

  private struct Key: Hashable {
    let owner: Owner
    let name: String
  }
}

/// A marker line.
struct Marker {
  let owner: Region.Owner
  let begins: Bool
  let name: String

  /// Reads a line: nil when it is not a marker.
  /// - Throws: ``DocumentError/badMarker(_:line:)`` when it begins like one and is none.
  init?(line: ArraySlice<UInt8>, number: Int) throws(DocumentError) {
    var rest = line.drop { $0 == 0x20 || $0 == 0x09 }
    guard Marker.begins(rest) else { return nil }
    while let last = rest.last, last == 0x20 || last == 0x09 || last == 0x0d { rest.removeLast() }
    let text = String(decoding: rest, as: UTF8.self)
    guard text.hasPrefix("<!--"), text.hasSuffix("-->"), rest.count >= 7 else {
      throw .badMarker(text, line: number)
    }
    let words = String(decoding: rest.dropFirst(4).dropLast(3), as: UTF8.self).split(separator: " ")
    guard let name = words.last, let begins = Marker.heads[words.dropLast().joined(separator: " ")] else {
      throw .badMarker(text, line: number)
    }
    (owner, self.begins) = begins
    self.name = String(name)
    guard name.utf8.allSatisfy(Marker.isNameByte) else { throw .badMarker(text, line: number) }
  }

  /// Whether text begins like a marker: `<!--`, spaces, `handoff:`.
  static func begins(_ text: ArraySlice<UInt8>) -> Bool {
    guard text.starts(with: "<!--".utf8) else { return false }
    return text.dropFirst(4).drop { $0 == 0x20 || $0 == 0x09 }.starts(with: "handoff:".utf8)
  }

  /// The first line of a text that holds marker text anywhere, counted from 1; nil when none does.
  static func firstLine(holdingMarkerIn text: String) -> Int? {
    let bytes = Array(text.utf8)
    var line = 1
    for (index, byte) in bytes.enumerated() {
      if byte == 0x0a { line += 1 }
      if byte == UInt8(ascii: "<"), begins(bytes[index...]) { return line }
    }
    return nil
  }

  private static let heads: [String: (Region.Owner, Bool)] = [
    "handoff:begin": (.tool, true), "handoff:end": (.tool, false), "handoff:author begin": (.author, true),
    "handoff:author end": (.author, false),
  ]

  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): true
    default: false
    }
  }
}
