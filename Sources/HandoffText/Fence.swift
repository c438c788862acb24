/// A fenced code block of Markdown.
public enum Fence {
  /// Fences lines so that none of them can end the block.
  ///
  /// - Parameters:
  ///   - content: what stands in the block. Control and invisible characters other than line ends are escaped, and
  ///     backticks where more of them follow each other than the marks of a fence that parsers can tell apart.
  ///   - language: the info string, ours.
  /// - Returns: the block with its fences, without a line end after the last.
  public static func block(_ content: String, language: String) -> String {
    let lines = content.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      let shown = Untrusted(String(line)).visible
      return longestRun(of: "`", in: shown) > longestBackticks ? spellingBackticks(shown) : shown
    }
    let fence = String(repeating: "`", count: max(3, lines.map { longestRun(of: "`", in: $0) + 1 }.max() ?? 3))
    return ([fence + language] + lines + [fence]).joined(separator: "\n")
  }
}
