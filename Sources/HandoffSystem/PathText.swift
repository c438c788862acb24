/// A path as the system takes it: bytes, in parts between slashes.
///
/// `String` compares what text looks like, and cuts it where a reader would. To it a slash with a combining mark behind it
/// is no slash, and two files whose names differ in their bytes alone are one. What decides which file is meant is decided
/// here.
public struct PathText: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The path as it was given.
  public let text: String

  private static let slash = UInt8(ascii: "/")

  /// Takes text for a path.
  public init(_ text: some StringProtocol) {
    var text = String(text)
    text.makeContiguousUTF8()
    self.text = text
  }

  /// A path of parts.
  private init(_ components: some Sequence<PathText>, isAbsolute: Bool) {
    self.init((isAbsolute ? "/" : "") + components.map(\.text).joined(separator: "/"))
  }

  /// The path as it was given.
  public var description: String { text }

  // MARK: Bytes

  /// Whether both are the same bytes.
  public static func == (left: PathText, right: PathText) -> Bool {
    left.text.utf8.elementsEqual(right.text.utf8)
  }

  /// The order of their bytes.
  public static func < (left: PathText, right: PathText) -> Bool {
    left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
  }

  /// Hashes the bytes.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(text.utf8.count)
    for byte in text.utf8 { hasher.combine(byte) }
  }

  // MARK: Parts

  /// Whether it begins at the root.
  public var isAbsolute: Bool { text.utf8.first == Self.slash }

  /// Whether there is a slash in it.
  public var hasSlash: Bool { text.utf8.contains(Self.slash) }

  /// Its parts, without `.` and those between slashes with nothing between them; `..` stays.
  public var components: [PathText] {
    text.utf8.split(separator: Self.slash).filter { !$0.elementsEqual(".".utf8) }.map {
      PathText(Substring($0))
    }
  }

  /// Its last part; empty where it has none.
  public var name: String { components.last?.text ?? "" }

  /// All but its last part: empty, or `/`, where that is the only one.
  public var folder: PathText { PathText(components.dropLast(), isAbsolute: isAbsolute) }

  /// Whether one of its parts leads upwards.
  public var climbs: Bool { components.contains { $0.isParent } }

  private var isParent: Bool { text.utf8.elementsEqual("..".utf8) }

  // MARK: Joining

  /// A path that is taken from this one as a folder: an absolute one is itself, as the system would have it.
  public func appending(_ path: some StringProtocol) -> PathText {
    let path = PathText(path)
    let isHere = text.isEmpty || text.utf8.elementsEqual(".".utf8)
    if path.isAbsolute || isHere && !path.text.isEmpty { return path }
    if path.text.isEmpty || path.text.utf8.elementsEqual(".".utf8) { return self }
    return PathText(text + (text.utf8.last == Self.slash ? "" : "/") + path.text)
  }

  /// The path without `.` and `..`, as its text alone has it; links are not looked at. Empty for the folder that it is
  /// taken from.
  /// - Returns: nil where it climbs above the root, or above the folder that it is taken from.
  public var normalized: PathText? {
    let path = shortened
    return path.climbs ? nil : path
  }

  /// The same where it may climb: it keeps the `..` that it then begins with.
  public var shortened: PathText {
    var kept: [PathText] = []
    for part in components {
      if part.isParent, let last = kept.last, !last.isParent {
        kept.removeLast()
      } else {
        kept.append(part)
      }
    }
    return PathText(kept, isAbsolute: isAbsolute)
  }

  // MARK: Folders

  /// Whether it is a folder or stands below it. What leads upwards behind the folder's own path is not inside.
  public func isInside(_ folder: String) -> Bool { parts(below: folder) != nil }

  /// Whether it stands below a folder.
  public func isBelow(_ folder: String) -> Bool {
    parts(below: folder).map { !$0.isEmpty } ?? false
  }

  /// The path as it is taken from a folder that it stands in; empty for the folder itself.
  /// - Returns: nil where it is not inside.
  public func relative(to folder: String) -> String? {
    parts(below: folder).map { PathText($0, isAbsolute: false).text }
  }

  /// What stands behind a folder's path and a slash, as it is: it may lead anywhere.
  /// - Returns: nil where the path does not begin so.
  public func text(behind folder: String) -> String? {
    let top = folder.utf8.last == Self.slash ? folder : folder + "/"
    guard text.utf8.starts(with: top.utf8) else { return nil }
    return String(Substring(text.utf8.dropFirst(top.utf8.count)))
  }

  /// The absolute folders of a list such as `PATH`; a relative one would be another folder for each program.
  public static func absoluteFolders(in list: String) -> [String] {
    list.utf8.split(separator: UInt8(ascii: ":")).filter { $0.first == slash }.map {
      String(Substring($0))
    }
  }

  private func parts(below folder: String) -> ArraySlice<PathText>? {
    let (own, top) = (components, PathText(folder))
    let above = top.components
    guard isAbsolute == top.isAbsolute, own.starts(with: above) else { return nil }
    let rest = own.dropFirst(above.count)
    return rest.contains { $0.isParent } ? nil : rest
  }
}
