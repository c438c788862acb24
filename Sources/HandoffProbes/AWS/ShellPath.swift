import HandoffText

/// A path as one word of a shell's command line; a leading `~/` stays the home folder.
struct ShellPath {
  private let path: String

  /// Takes a path as it is shown: absolute, relative, or beginning with `~/`.
  init(_ path: String) {
    self.path = path
  }

  var bash: String {
    path.hasPrefix("~/") ? "~/" + ShellWord.bash(String(path.dropFirst(2))) : ShellWord.bash(path)
  }

  var powershell: String? {
    guard path.hasPrefix("~/") else { return ShellWord.powershell(path) }
    return ShellWord.powershell(String(path.dropFirst(2)), quoted: true).map { "(Join-Path $HOME \($0))" }
  }

  /// A program with arguments and this path as its last one.
  func command(_ words: String...) -> ShellCommand {
    let head = ShellCommand.run(words)
    let ending = powershell
    return ShellCommand(
      bash: head.bash + " " + bash, powershell: head.powershell.flatMap { head in ending.map { head + " " + $0 } })
  }
}
