/// What a commit did to one path.
public struct GitTreeChange: Hashable, Sendable {
  /// The path, relative to the top of the work tree.
  public let path: String
  /// The mode that it has now, in octal; all zeros when it is gone.
  public let mode: String
  /// The id of its content now.
  public let object: String

  /// Whether it is gone.
  public var isGone: Bool { mode.allSatisfy { $0 == "0" } }

  /// As `git update-index -z --index-info` reads it.
  public var indexEntry: [UInt8] { Array("\(isGone ? "0" : mode) \(object)\t\(path)".utf8) + [0] }

  /// Reads what `git diff-tree -r -z --raw --no-renames --no-abbrev` prints: fields `:MODE MODE ID ID LETTER`, each
  /// followed by one with the path.
  public static func changes(_ output: [UInt8]) -> [GitTreeChange] {
    let fields = output.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    return stride(from: 0, to: fields.count - 1, by: 2).compactMap { index in
      let words = fields[index].split(separator: " ").map(String.init)
      guard words.count == 5, fields[index].hasPrefix(":") else { return nil }
      return GitTreeChange(path: fields[index + 1], mode: words[1], object: words[3])
    }
  }
}
