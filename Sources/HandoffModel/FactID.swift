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
  public var area: String {
    let end = rawValue.firstIndex(where: { $0 == "." || $0 == "[" }) ?? rawValue.endIndex
    guard end < rawValue.endIndex, rawValue[end] == "[", let close = rawValue[end...].firstIndex(of: "]") else {
      return String(rawValue[..<end])
    }
    return String(rawValue[...close])
  }

  /// The area without its instance: `postgres`.
  public var kind: String {
    String(rawValue.prefix(while: { $0 != "." && $0 != "[" }))
  }

  /// What stands in the brackets after the name, or nil: `public.users` of `postgres.rows[public.users]`.
  public var member: String? {
    let rest = rawValue.dropFirst(area.count)
    guard let open = rest.firstIndex(of: "["), let close = rest.lastIndex(of: "]"), open < close else { return nil }
    return String(rest[rest.index(after: open)..<close])
  }

  /// The id with its instance left out and its member replaced by `*`: `docker.container[*].state`.
  public var pattern: String {
    let rest = rawValue.dropFirst(area.count)
    guard rest.first == "." else { return kind + (area == kind ? "" : "[*]") }
    guard let open = rest.firstIndex(of: "["), let close = rest.lastIndex(of: "]"), open < close else {
      return kind + rest
    }
    return kind + rest[...open] + "*" + rest[close...]
  }

  /// Whether this id is that one, or one that a pattern with `*` in the place of the member names in the same area.
  public func matches(_ other: FactID) -> Bool {
    if self == other { return true }
    guard area == other.area else { return false }
    let pattern = other.rawValue.dropFirst(other.area.count)
    if pattern == ".*" { return true }
    if pattern.hasSuffix("].*") {
      let head = pattern.dropLast(1)
      let own = rawValue.dropFirst(area.count)
      if head.hasSuffix("[*]."), let open = head.firstIndex(of: "[") { return own.hasPrefix(head[...open]) }
      return own.hasPrefix(head)
    }
    return other.member == "*" && self.pattern == other.pattern
  }

  /// Order by Unicode scalars.
  public static func < (left: FactID, right: FactID) -> Bool {
    left.rawValue.precedes(right.rawValue)
  }
}
