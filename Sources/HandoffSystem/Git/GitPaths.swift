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
    let project = PathText(prefix)
    guard let path = project.appending(handoffs).normalized, !path.isAbsolute else { return nil }
    folder = path.text
    isShared = path.components.count <= project.components.count
  }

  /// The pathspec that means these paths alone.
  public var only: String { isShared ? ":(top,glob)\(pattern)" : ":(top,literal)\(folder)" }

  /// The pathspec that leaves these paths out.
  public var others: String { isShared ? ":(top,exclude,glob)\(pattern)" : ":(top,exclude,literal)\(folder)" }

  /// Whether a path, relative to the top of the work tree, is one of them.
  public func contains(_ path: String) -> Bool {
    guard let name = folder.isEmpty ? path : PathText(path).text(behind: folder) else { return false }
    return !isShared || name.hasPrefix("SESSION-HANDOFF-") && name.hasSuffix(".md") && !PathText(name).hasSlash
  }

  private var pattern: String {
    let special = folder.unicodeScalars.map { "\\*?[".unicodeScalars.contains($0) ? "\\\($0)" : String($0) }.joined()
    return (special.isEmpty ? "" : special + "/") + "SESSION-HANDOFF-*.md"
  }
}
