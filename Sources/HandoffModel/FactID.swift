import HandoffText

/// The name of a fact: `area.name`, `area[instance].name`, `area.name[member]` or `area.name[member].attribute`.
///
/// The member is the world's text, verbatim. It reaches from the first bracket after the name to the last bracket of
/// the id, so that brackets inside it need no escape.
public struct FactID: Hashable, Sendable, Comparable, CustomStringConvertible, ExpressibleByStringLiteral {
  /// The id as it stands in documents and JSON.
  public let rawValue: String

  /// Takes an id as it stands in documents and JSON.
  public init(_ rawValue: String) {
    self.rawValue = rawValue
  }

  /// Takes an id of our own.
  public init(stringLiteral value: String) {
    rawValue = value
  }

  /// The id as it stands in documents and JSON.
  public var description: String { rawValue }

  /// The area with its instance: `postgres`, `postgres[analytics]`, and for declared checks the whole id.
  public var area: String { String(rawValue[..<areaEnd]) }

  /// The instance of the area, or nil: `analytics` of `postgres[analytics].tables`.
  public var instance: String? {
    let area = bytes[..<areaEnd]
    guard area.last == UInt8(ascii: "]"), let open = area.firstIndex(of: UInt8(ascii: "[")) else { return nil }
    return String(Substring(area[open...].dropFirst().dropLast()))
  }

  /// The area without its instance: `postgres`.
  public var kind: String { String(rawValue[..<kindEnd]) }

  /// What stands in the brackets after the name, or nil: `public.users` of `postgres.rows[public.users]`.
  public var member: String? {
    brackets.map { String(Substring(bytes[$0.open..<$0.close].dropFirst())) }
  }

  /// The id with its instance left out and its member replaced by `*`: `docker.container[*].state`.
  public var pattern: String {
    let rest = bytes[areaEnd...]
    guard rest.first == UInt8(ascii: ".") else { return kind + (areaEnd == kindEnd ? "" : "[*]") }
    guard let (open, close) = brackets else { return kind + String(Substring(rest)) }
    return kind + String(Substring(rest[...open])) + "*" + String(Substring(rest[close...]))
  }

  /// Whether this id is that one, or one that a pattern with `*` in the place of the member names in the same area.
  public func matches(_ other: FactID) -> Bool {
    if self == other { return true }
    guard area == other.area else { return false }
    let pattern = Array(other.rawValue.unicodeScalars[other.areaEnd...])
    let own = rawValue.unicodeScalars[areaEnd...]
    if pattern == [".", "*"] { return true }
    if pattern.suffix(3) == ["]", ".", "*"] {
      let head = pattern.dropLast(1)
      if head.suffix(4) == ["[", "*", "]", "."], let open = head.firstIndex(of: "[") {
        return own.starts(with: head[...open])
      }
      return own.starts(with: head)
    }
    return other.member == "*" && self.pattern == other.pattern
  }

  // Bytes, since a bracket or point with a combining mark after it is another character to Swift.
  private var bytes: String.UTF8View { rawValue.utf8 }

  /// What the ids that a pattern names begin with, as far as it says so; nil for an id that names itself alone.
  var beginningOfNamed: String? {
    let rest = scalars[areaEnd...]
    guard rest.contains("*") else { return nil }
    if rest.elementsEqual(".*".unicodeScalars) { return area }
    if rest.suffix(3).elementsEqual("].*".unicodeScalars), !rest.suffix(5).elementsEqual("[*].*".unicodeScalars) {
      return String(scalars.dropLast())
    }
    guard member == "*" || rest.last == "*" else { return nil }
    return rest.firstIndex(of: "[").map { String(scalars[...$0]) }
  }

  /// With each of these the ``beginningOfNamed`` may be of a pattern that names this id.
  var beginnings: [String] {
    let rest = scalars[areaEnd...]
    guard var place = rest.firstIndex(of: "[") else { return [area] }
    var found = [area, String(scalars[...place])]
    while let close = rest[place...].firstIndex(of: "]") {
      place = rest.index(after: close)
      if place < rest.endIndex, rest[place] == "." { found.append(String(scalars[...place])) }
    }
    return found
  }

  // Scalars, since a bracket or point with a combining mark after it is another character to Swift.
  private var scalars: String.UnicodeScalarView { rawValue.unicodeScalars }

  private var kindEnd: String.Index {
    bytes.firstIndex { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "[") } ?? bytes.endIndex
  }

  private var areaEnd: String.Index {
    let end = kindEnd
    guard end < bytes.endIndex, bytes[end] == UInt8(ascii: "["),
      let close = bytes[end...].firstIndex(of: UInt8(ascii: "]"))
    else { return end }
    return bytes.index(after: close)
  }

  private var brackets: (open: String.Index, close: String.Index)? {
    let rest = bytes[areaEnd...]
    guard let open = rest.firstIndex(of: UInt8(ascii: "[")), let close = rest.lastIndex(of: UInt8(ascii: "]")),
      open < close
    else { return nil }
    return (open, close)
  }

  /// Order by Unicode scalars.
  public static func < (left: FactID, right: FactID) -> Bool {
    left.rawValue.precedes(right.rawValue)
  }
}
