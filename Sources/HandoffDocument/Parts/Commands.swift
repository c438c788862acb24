import HandoffText

/// Commands as fenced blocks to paste, one for each shell.
struct Commands {
  /// The shells in order: `bash`, `powershell`; others are left out.
  let shells: [String]

  /// A line of a block: a command with what it is for.
  struct Line {
    let command: ShellCommand
    var comment = Message()
  }

  /// The blocks for some commands; nil when there is nothing to show.
  ///
  /// One block serves all shells where they take the same text.
  func blocks(_ lines: [Line]) -> String? {
    let texts = shells.compactMap { shell -> (title: String, language: String, text: String)? in
      switch shell {
      case "bash": ("bash", "bash", lines.map(Self.bash).joined(separator: "\n"))
      case "powershell": ("PowerShell", "powershell", lines.map(Self.powershell).joined(separator: "\n"))
      default: nil
      }
    }
    guard let first = texts.first, !lines.isEmpty else { return nil }
    if texts.allSatisfy({ $0.text == first.text }) { return Fence.block(first.text, language: first.language) }
    return texts.map { "In \($0.title):\n\n" + Fence.block($0.text, language: $0.language) }
      .joined(separator: "\n\n")
  }

  private static func bash(_ line: Line) -> String {
    comment(line) + checked(line.command.bash)
  }

  private static func powershell(_ line: Line) -> String {
    guard let text = line.command.powershell else {
      return comment(line) + "# this cannot be written safely for PowerShell, run it in bash"
    }
    return comment(line) + checked(text)
  }

  private static func comment(_ line: Line) -> String {
    line.comment.isEmpty ? "" : ShellComment.line(line.comment) + "\n"
  }

  /// A command whose lines could be taken for the document's own markers is not shown.
  private static func checked(_ command: String) -> String {
    for line in TextLines.lines(of: command) where Marker.begins(Array(line.utf8).drop { $0 == 0x20 || $0 == 0x09 }) {
      return "# left out, since it holds marker text of a handoff document"
    }
    return command
  }
}
