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

  /// What parts words for a shell, and no other white space: that is a part of a name.
  private static let spaces = " \t\n".unicodeScalars
  private static let signs = ";|&()<>{}=`\"'$\\".unicodeScalars

  /// Takes a line apart.
  init(_ text: String) {
    // A mark that stands behind a sign is none of it to a shell.
    let line = text.unicodeScalars
    var quote: Unicode.Scalar?
    var isStart = true
    var isStill = true
    var last: Unicode.Scalar?
    var index = line.startIndex
    func isEnd(_ scalar: Unicode.Scalar) -> Bool { Self.spaces.contains(scalar) || Self.signs.contains(scalar) }
    func isOne(_ scalar: Unicode.Scalar, of others: String) -> Bool {
      Self.spaces.contains(scalar) || others.unicodeScalars.contains(scalar)
    }
    while index < line.endIndex {
      let scalar = line[index]
      if isEnd(scalar) {
        switch scalar {
        case "\"", "'": quote = quote == nil ? scalar : quote == scalar ? nil : quote
        case "`": isStart = true
        case "(": isStart = isStart || last == "$" || quote == nil
        case ";", "|", "&", "{", "\n": isStart = isStart || quote == nil
        default: break
        }
        last = scalar
        index = line.index(after: index)
        continue
      }
      let end = line[index...].firstIndex(where: isEnd) ?? line.endIndex
      let word = Substring(line[index..<end])
      let isBounded = last.map { isOne($0, of: ";|&(`\"'") } ?? true
      let isEnded = end == line.endIndex || isOne(line[end], of: ";|&)<>`\"'")
      let isWhole = isBounded && isEnded && !Self.isRedirection(line[..<index])
      words.append(Word(range: index..<end, text: word, isStarted: isStart && isStill && isWhole))
      if Self.moving.contains(word) { isStill = false }
      let isAssigned = end < line.endIndex && line[end] == "=" || last == "="
      let isOption = word.utf8.starts(with: "-".utf8)
      let leadsOn = isOption || word.allSatisfy(\.isNumber) || isAssigned || Self.before.contains(word)
      isStart = isStart && leadsOn
      last = nil
      index = end
    }
  }

  /// The words of a line without their quotes and backslashes, as a shell reads them. What it would put in for variables
  /// and patterns stays as it is.
  static func unquoted(_ line: String) -> [String] {
    var words: [String] = []
    var word = String.UnicodeScalarView()
    var quote: Unicode.Scalar?
    var isEscaped = false
    for scalar in line.unicodeScalars {
      if isEscaped {
        isEscaped = false
        // Between double quotes a backslash before other signs is one.
        if quote != nil, !"$`\"\\\n".unicodeScalars.contains(scalar) { word.append("\\") }
        if scalar != "\n" { word.append(scalar) }
      } else if scalar == "\\", quote != "'" {
        isEscaped = true
      } else if scalar == "'" || scalar == "\"", quote == nil || quote == scalar {
        quote = quote == nil ? scalar : nil
      } else if quote == nil, spaces.contains(scalar) || ";|&()<>".unicodeScalars.contains(scalar) {
        if !word.isEmpty { words.append(String(word)) }
        word = String.UnicodeScalarView()
      } else {
        word.append(scalar)
      }
    }
    return word.isEmpty ? words : words + [String(word)]
  }

  /// Whether what was read last sends output somewhere, or takes input from there.
  private static func isRedirection(_ line: Substring.UnicodeScalarView) -> Bool {
    line.last { !spaces.contains($0) }.map { $0 == "<" || $0 == ">" } ?? false
  }
}
