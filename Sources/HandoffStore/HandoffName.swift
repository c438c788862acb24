#if canImport(FoundationEssentials)
  public import FoundationEssentials
#else
  public import Foundation
#endif

/// The name of a handoff's file: `SESSION-HANDOFF-2025-11-07-POST-CLEANUP.md`.
public struct HandoffName: Hashable, Sendable, CustomStringConvertible {
  /// The file name.
  public let description: String
  /// The date that the name bears, `2025-11-07`, which sorts as it reads; in names of ours the UTC date of the snapshot.
  public let date: String
  /// What stands between the date and `.md`.
  public let slug: String

  private static let prefix = "SESSION-HANDOFF-"
  private static let suffix = ".md"

  /// Reads a file name; nil when it is not one of a handoff.
  public init?(_ fileName: String) {
    guard fileName.hasPrefix(Self.prefix), fileName.hasSuffix(Self.suffix) else { return nil }
    let body = fileName.dropFirst(Self.prefix.count).dropLast(Self.suffix.count)
    let date = body.prefix(10)
    let fields = date.split(separator: "-", omittingEmptySubsequences: false)
    guard fields.map(\.utf8.count) == [4, 2, 2], fields.allSatisfy({ $0.utf8.allSatisfy(Self.isDigit) }),
      let month = Int(fields[1]), let day = Int(fields[2]), (1...12).contains(month), (1...31).contains(day)
    else { return nil }
    let rest = body.dropFirst(10)
    guard rest.isEmpty || rest.first == "-" else { return nil }
    description = fileName
    self.date = String(date)
    slug = String(rest.dropFirst())
  }

  /// The names to try for a handoff, in this order: the plain one, the one with the time of day, and that one numbered.
  /// - Parameters:
  ///   - capturedAt: when it was measured; its date is that of UTC.
  ///   - slug: a title, or what ``slug(from:)`` made of one.
  public static func candidates(capturedAt: Date, slug: String) -> [String] {
    // 2025-11-07T23:15:00Z
    let moment = capturedAt.ISO8601Format()
    let base = prefix + moment.prefix(10) + "-" + self.slug(from: slug)
    let time = moment.dropFirst(11).prefix(8).filter { $0 != ":" }
    return [base + suffix, "\(base)-\(time)" + suffix] + (2...999).map { "\(base)-\(time)-\($0)" + suffix }
  }

  /// A title as the part of a file name: upper-case letters, digits and hyphens, at most sixty. Letters with marks lose
  /// them; what cannot be written so is left out, and of nothing `HANDOFF` is left.
  public static func slug(from title: String) -> String {
    var words: [String] = []
    var word = ""
    for scalar in title.unicodeScalars {
      if let letters = letters(of: scalar) {
        word += letters
      } else if !"'\u{2019}\u{301}\u{308}".unicodeScalars.contains(scalar), !word.isEmpty {
        words.append(word)
        word = ""
      }
    }
    if !word.isEmpty { words.append(word) }
    var slug = ""
    for word in words {
      if slug.isEmpty {
        slug = String(word.prefix(60))
      } else if slug.count + 1 + word.count <= 60 {
        slug += "-" + word
      } else {
        break
      }
    }
    return slug.isEmpty ? "HANDOFF" : slug
  }

  private static func letters(of scalar: Unicode.Scalar) -> String? {
    if scalar.isASCII {
      let isLetterOrDigit = scalar.properties.isAlphabetic || isDigit(UInt8(ascii: scalar))
      return isLetterOrDigit ? String(scalar).uppercased() : nil
    }
    if let known = spellings[scalar] { return known }
    // "LATIN SMALL LETTER E WITH ACUTE"
    guard let words = scalar.properties.name?.split(separator: " "), words.count >= 4, words[0] == "LATIN",
      words[2] == "LETTER", words[3].count <= 2, words.count == 4 || words[4] == "WITH"
    else { return nil }
    return String(words[3])
  }

  private static let spellings: [Unicode.Scalar: String] = [
    "ä": "AE", "ö": "OE", "ü": "UE", "Ä": "AE", "Ö": "OE", "Ü": "UE", "ß": "SS", "ẞ": "SS", "ø": "OE", "Ø": "OE",
    "å": "AA", "Å": "AA", "þ": "TH", "Þ": "TH", "ð": "D", "Ð": "D", "ı": "I",
  ]

  private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
