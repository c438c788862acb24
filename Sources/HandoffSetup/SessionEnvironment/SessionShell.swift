public import HandoffText

/// A shell that a new session runs in.
public enum SessionShell: String, Sendable, CaseIterable {
  case bash, zsh, fish, powershell

  /// The shell of a program's path, as SHELL holds it; bash where it is none of these, since others of its kind read the
  /// same.
  public init(program path: String?) {
    let name = path?.pieces(between: "/").last ?? ""
    self = name == "pwsh" ? .powershell : SessionShell(rawValue: name) ?? .bash
  }
}

/// A line of what sets up a session. Names are our own, or identifiers; values may be anything.
public enum SessionLine: Sendable, Hashable {
  /// A variable is set, for programs that are started from then on.
  case set(name: String, value: String)
  /// A variable is not set any more.
  case unset(name: String)
  /// Programs are looked for in a folder first.
  case path(folder: String)
  /// A remark of ours, in which the world's text is a value.
  case remark(Message)
}

extension SessionLine {
  /// The line for a shell, without a line end at its end.
  public func text(for shell: SessionShell) -> String {
    switch (self, shell) {
    case (.set(let name, let value), .bash), (.set(let name, let value), .zsh):
      return "export \(name)=\(ShellWord.assignedInBash(value))"
    case (.set(let name, let value), .fish): return "set -gx \(name) \(ShellWord.fish(value))"
    case (.set(let name, let value), .powershell):
      guard let word = ShellWord.powershell(value, quoted: true) else { return Self.unsaid(name) }
      return "$env:\(name) = \(word)"
    case (.unset(let name), .bash), (.unset(let name), .zsh): return "unset \(name)"
    case (.unset(let name), .fish): return "set -e \(name)"
    case (.unset(let name), .powershell): return "Remove-Item Env:\(name) -ErrorAction SilentlyContinue"
    case (.path(let folder), .bash), (.path(let folder), .zsh):
      // Nothing behind the colon would be the folder that one is in.
      return "export PATH=\(ShellWord.assignedInBash(folder))\"${PATH:+:$PATH}\""
    case (.path(let folder), .fish): return "set -gx PATH \(ShellWord.fish(folder)) $PATH"
    case (.path(let folder), .powershell):
      guard let word = ShellWord.powershell(folder, quoted: true) else { return Self.unsaid("PATH") }
      return "$env:PATH = \(word) + [IO.Path]::PathSeparator + $env:PATH"
    case (.remark(let message), _): return Self.comment(message)
    }
  }

  private static func unsaid(_ name: String) -> String { "# \(name): its value cannot be said in PowerShell" }

  /// A comment. A shell may be told to take no comments where a person types, so that the world's text in it holds nothing
  /// that a shell would act on.
  private static func comment(_ message: Message) -> String {
    "# "
      + message.parts.map { part in
        switch part {
        case .words(let words): words
        case .value(let text): String(ShellComment.line("\(text)").dropFirst(2))
        }
      }.joined()
  }
}
