/// A path as one word of a shell's command line; a leading `~/` stays the home folder.
public struct ShellPath: Hashable, Sendable {
  private let path: String

  /// Takes a path as it is shown: absolute, relative, or beginning with `~/`.
  public init(_ path: String) {
    // A relative path must not be taken for an option.
    self.path = path.hasPrefix("-") ? "./" + path : path
  }

  /// For bash, zsh and dash.
  public var bash: String {
    if path == "~" { return path }
    return path.hasPrefix("~/") ? "~/" + ShellWord.bash(String(path.dropFirst(2))) : ShellWord.bash(path)
  }

  /// For PowerShell, or nil when it cannot be said there.
  public var powershell: String? {
    if path == "~" { return "$HOME" }
    guard path.hasPrefix("~/") else { return ShellWord.powershell(path) }
    return ShellWord.powershell(String(path.dropFirst(2)), quoted: true).map { "(Join-Path $HOME \($0))" }
  }

  /// A program with arguments and this path as its last one.
  public func command(_ words: String...) -> ShellCommand {
    .run(words.map { .word($0) } + [.path(self)])
  }
}

/// A word of a command line that is built of plain words and of paths.
public enum ShellArgument: Hashable, Sendable {
  /// Text that is passed exactly as it is.
  case word(String)
  /// A path, whose leading `~/` stays the home folder.
  case path(ShellPath)
  /// What an environment variable of this name holds, as one word. The name must be an identifier.
  case variable(String)

  fileprivate var bash: String {
    switch self {
    case .word(let text): ShellWord.bash(text)
    case .path(let path): path.bash
    case .variable(let name): "\"$\(name)\""
    }
  }

  fileprivate var powershell: String? {
    switch self {
    case .word(let text): Self.isReadByCmd(text) ? nil : ShellWord.powershell(text)
    case .path(let path): path.powershell
    case .variable(let name): "$env:\(name)"
    }
  }
}

extension ShellArgument {
  /// Whether `cmd.exe`, which runs programs that are batch files on Windows (pyenv, npm), would act on a word. PowerShell
  /// puts no quotes around it unless it holds a space.
  fileprivate static func isReadByCmd(_ text: String) -> Bool {
    text.unicodeScalars.contains { "&|<>^".unicodeScalars.contains($0) }
      || text.unicodeScalars.count { $0 == "%" } > 1
  }
}

extension ShellCommand {
  /// A program with its arguments, each quoted for its shell.
  public static func run(_ arguments: [ShellArgument]) -> ShellCommand {
    let words = arguments.map(\.powershell)
    var powershell: String?
    if !words.contains(nil) {
      powershell = words.compactMap(\.self).joined(separator: " ")
      // A quoted or computed program name is a value to PowerShell, unless it is called.
      if let first = powershell?.first, "'($".contains(first) { powershell = "& " + (powershell ?? "") }
    }
    return ShellCommand(bash: arguments.map(\.bash).joined(separator: " "), powershell: powershell)
  }

  /// Opens a file of text in the user's editor, whose variable may hold options.
  /// - Parameter line: where to begin, from 1, as vi, nano and emacs take it.
  public static func edit(_ path: ShellPath, line: Int? = nil) -> ShellCommand {
    let place = line.map { "+\($0) " } ?? ""
    return ShellCommand(
      bash: "${EDITOR:-vi} \(place)\(path.bash)", powershell: path.powershell.map { "notepad \($0)" })
  }

  /// Makes a file readable for this user.
  public static func makeReadable(_ path: ShellPath) -> ShellCommand {
    ShellCommand(bash: "chmod u+r \(path.bash) || sudo chown \"$(id -un)\" \(path.bash)", powershell: nil)
  }

  /// Sets an environment variable for this session to a path, a leading `~/` put in full by the shell.
  public static func export(_ name: String, path: String) -> ShellCommand {
    guard path.hasPrefix("~/") else { return .export(name, path) }
    let rest = String(path.dropFirst(1))
    return ShellCommand(
      bash: "export \(name)=\"$HOME\"\(ShellWord.bash(rest))",
      powershell: ShellWord.powershell(rest, quoted: true).map { "$env:\(name) = \"$HOME\" + \($0)" })
  }
}
