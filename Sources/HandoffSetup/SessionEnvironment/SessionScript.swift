import HandoffText

/// The lines of a session as one text that a shell reads.
public enum SessionScript {
  /// The text, each line with its end.
  public static func text(_ lines: [SessionLine], for shell: SessionShell) -> String {
    lines.map { $0.text(for: shell) + "\n" }.joined()
  }

  /// The text of an `.envrc`, which direnv reads with bash.
  /// - Parameter files: the files of the project that it depends on; direnv reads it anew when one of them changes
  ///   (https://direnv.net/man/direnv-stdlib.1.html).
  public static func envrc(_ lines: [SessionLine], watching files: [String]) -> String {
    "# Written by: handoff env --direnv\nwatch_file "
      + files.map { ShellWord.assignedInBash($0) }.joined(separator: " ")
      + "\n" + text(lines, for: .bash)
  }
}
