/// The paths that the git facts do not see: the folder of handoffs.
public struct GitHandoffPaths: Sendable, Hashable {
  /// The folder relative to the top of the work tree, without a slash at its end; empty for the top itself.
  private let folder: String
  /// Whether the folder holds more than handoffs, so that only files named like handoffs are meant.
  private let isShared: Bool

  /// The folder of handoffs of a project.
  /// - Parameters:
  ///   - handoffs: relative to the project.
  ///   - prefix: the project relative to the top of the work tree, as ``GitRepository/prefix``.
  /// - Returns: nil when the folder is outside the work tree.
  public init?(handoffs: String, prefix: String) {
    guard !handoffs.hasPrefix("/") else { return nil }
    let project = Self.components(prefix)
    var parts = project
    for part in Self.components(handoffs) {
      if part != ".." {
        parts.append(part)
      } else if parts.popLast() == nil {
        return nil
      }
    }
    folder = parts.joined(separator: "/")
    isShared = parts.count <= project.count
  }

  private static func components(_ path: String) -> [String] {
    path.split(separator: "/").map(String.init).filter { $0 != "." }
  }

  /// The pathspec that means these paths alone.
  public var only: String { isShared ? ":(top,glob)\(pattern)" : ":(top,literal)\(folder)" }

  /// The pathspec that leaves these paths out.
  public var others: String { isShared ? ":(top,exclude,glob)\(pattern)" : ":(top,exclude,literal)\(folder)" }

  /// Whether a path, relative to the top of the work tree, is one of them.
  public func contains(_ path: String) -> Bool {
    guard folder.isEmpty || path.hasPrefix(folder + "/") else { return false }
    guard isShared else { return true }
    let name = folder.isEmpty ? Substring(path) : path.dropFirst(folder.count + 1)
    return name.hasPrefix("SESSION-HANDOFF-") && name.hasSuffix(".md") && !name.contains("/")
  }

  private var pattern: String {
    let special = folder.map { "\\*?[".contains($0) ? "\\\($0)" : String($0) }.joined()
    return (special.isEmpty ? "" : special + "/") + "SESSION-HANDOFF-*.md"
  }
}
