/// The words of a line that a shell reads, and which of them are surely programs or scripts that it starts.
///
/// A shell is not understood here. Words are split wherever one might end, so that none that names a file is missed; and
/// one is told to be started only where that is plain.
struct ShellLine {
  /// A word of the line.
  struct Word {
    let range: Range<String.Index>
    let text: Substring
    /// Whether it is a program, or a script behind an interpreter's name.
    let isStarted: Bool
  }

  private(set) var words: [Word] = []

  /// Words behind which another program or script is named.
  private static let before: Set<Substring> = [
    "!", "if", "then", "else", "elif", "while", "until", "do", "exec", "time", "env", "nohup", "command", "timeout",
    "nice", "xargs", "sh", "bash", "dash", "ash", "zsh", "ksh", "mksh", ".", "source", "python", "python3",
    "node", "ruby", "perl",
  ]
  /// Words behind which a relative path may mean another folder.
  private static let moving: Set<Substring> = ["cd", "pushd", "popd", "-C", "--chdir"]

  /// Takes a line apart.
  init(_ line: String) {
    var quote: Character?
    var isStart = true
    var isStill = true
    var last: Character?
    var index = line.startIndex
    while index < line.endIndex {
      let character = line[index]
      if character.isWhitespace || ";|&()<>{}=`\"'$\\".contains(character) {
        switch character {
        case "\"", "'": quote = quote == nil ? character : quote == character ? nil : quote
        case "`": isStart = true
        case "(": isStart = isStart || last == "$" || quote == nil
        case ";", "|", "&", "{", "\n", "\r\n": isStart = isStart || quote == nil
        default: break
        }
        last = character
        index = line.index(after: index)
        continue
      }
      let end = line[index...].firstIndex { $0.isWhitespace || ";|&()<>{}=`\"'$\\".contains($0) } ?? line.endIndex
      let text = line[index..<end]
      let isBounded = last.map { $0.isWhitespace || ";|&(`\"'".contains($0) } ?? true
      let isEnded = end == line.endIndex || line[end].isWhitespace || ";|&)<>`\"'".contains(line[end])
      let isWhole = isBounded && isEnded && !Self.isRedirection(line[..<index])
      words.append(Word(range: index..<end, text: text, isStarted: isStart && isStill && isWhole))
      if Self.moving.contains(text) { isStill = false }
      let isAssigned = end < line.endIndex && line[end] == "=" || last == "="
      let leadsOn = text.hasPrefix("-") || text.allSatisfy(\.isNumber) || isAssigned || Self.before.contains(text)
      isStart = isStart && leadsOn
      last = nil
      index = end
    }
  }

  /// Whether what was read last sends output somewhere, or takes input from there.
  private static func isRedirection(_ line: Substring) -> Bool {
    line.last { !$0.isWhitespace }.map { "<>".contains($0) } ?? false
  }
}
