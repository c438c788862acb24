public import Foundation

/// The file name of a handoff: `SESSION-HANDOFF-2025-11-07-POST-CLEANUP.md`.
public struct HandoffName: Hashable, Sendable, CustomStringConvertible {
  /// The name with its ending.
  public let description: String
  /// The date in it, `2025-11-07`, which sorts as it reads.
  public let date: String

  private static let prefix = "SESSION-HANDOFF-"
  private static let ending = ".md"
  /// The longest slug; names stay far below what file systems allow.
  private static let slugLimit = 80

  /// Reads a file name; nil for one of another form.
  public init?(_ name: String) {
    guard name.hasPrefix(Self.prefix), name.hasSuffix(Self.ending) else { return nil }
    let rest = name.dropFirst(Self.prefix.count).dropLast(Self.ending.count)
    let date = rest.prefix(10)
    guard date.utf8.count == 10, rest.count == 10 || rest.dropFirst(10).first == "-",
      date.utf8.enumerated().allSatisfy({ index, byte in
        index == 4 || index == 7
          ? byte == UInt8(ascii: "-") : (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
      })
    else { return nil }
    description = name
    self.date = String(date)
  }

  /// The names to try for a handoff, in this order: the plain one, the one with the time of day, and that one numbered.
  /// - Parameters:
  ///   - capturedAt: when it was measured; its date is that of UTC.
  ///   - slug: what ``slug(from:)`` made.
  public static func candidates(capturedAt: Date, slug: String) -> [String] {
    let stamp = capturedAt.ISO8601Format()  // 2025-11-07T23:15:00Z
    let date = stamp.prefix(10)
    let time = stamp.dropFirst(11).prefix(8).filter { $0 != ":" }
    let plain = "\(prefix)\(date)-\(slug)"
    return [plain + ending, "\(plain)-\(time)\(ending)"] + (2...99).map { "\(plain)-\(time)-\($0)\(ending)" }
  }

  /// The slug of a title: upper-case ASCII letters and digits with hyphens between them; `HANDOFF` when nothing is left.
  public static func slug(from title: String) -> String {
    var slug = ""
    for scalar in title.uppercased().decomposedStringWithCanonicalMapping.unicodeScalars {
      let isWord =
        scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType == .decimal)
      if isWord {
        slug.unicodeScalars.append(scalar)
      } else if scalar.properties.canonicalCombiningClass == .notReordered, !slug.isEmpty, slug.last != "-" {
        slug += "-"
      }
      if slug.utf8.count >= slugLimit { break }
    }
    while slug.last == "-" { slug.removeLast() }
    return slug.isEmpty ? "HANDOFF" : slug
  }
}
