/// A fenced code block of Markdown.
public enum Fence {
  /// Fences lines so that none of them can end the block.
  ///
  /// - Parameters:
  ///   - content: what stands in the block. Control and invisible characters other than line ends are escaped.
  ///   - language: the info string, ours.
  /// - Returns: the block with its fences, without a line end after the last.
  public static func block(_ content: String, language: String) -> String {
    let lines = content.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map {
      Untrusted(String($0)).visible
    }
    let fence = String(repeating: "`", count: max(3, lines.map { longestRun(of: "`", in: $0) + 1 }.max() ?? 3))
    return ([fence + language] + lines + [fence]).joined(separator: "\n")
  }
}
