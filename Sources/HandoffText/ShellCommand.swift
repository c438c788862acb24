/// A command that a person can paste, written for POSIX shells and, where it can be said safely, for PowerShell.
public struct ShellCommand: Hashable, Sendable {
  /// For bash, zsh and dash.
  public let bash: String
  /// For PowerShell; nil when the words cannot be passed there without being changed.
  public let powershell: String?

  /// Takes text that is already quoted for each shell.
  public init(bash: String, powershell: String?) {
    self.bash = bash
    self.powershell = powershell
  }

  /// A program with its arguments, each quoted for its shell.
  public static func run(_ words: String...) -> ShellCommand {
    run(words)
  }

  /// A program with its arguments, each quoted for its shell.
  public static func run(_ words: [String]) -> ShellCommand {
    .run(words.map { .word($0) })
  }

  /// Sets an environment variable for this session. The name must be an identifier; the value may be anything.
  public static func export(_ name: String, _ value: String) -> ShellCommand { export([(name, value)]) }

  /// Sets environment variables for this session. The names must be identifiers; the values may be anything.
  public static func export(_ variables: [(name: String, value: String)]) -> ShellCommand {
    let powershell = variables.compactMap { name, value in
      ShellWord.powershell(value, quoted: true).map { "$env:\(name) = \($0)" }
    }
    return ShellCommand(
      bash: "export " + variables.map { "\($0.name)=\(ShellWord.bash($0.value))" }.joined(separator: " "),
      powershell: powershell.count == variables.count ? powershell.joined(separator: "; ") : nil)
  }

  /// Sets the variables of a dotenv file for this session.
  /// - Parameter path: relative to the folder that the command is run in.
  public static func load(dotenv path: String) -> ShellCommand {
    let bash = ShellWord.bash(path.hasPrefix("/") ? path : "./" + path)
    let line = #"^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(.*?)\s*$"#
    let set = #"Set-Item "Env:$($Matches[1])" $Matches[2].Trim('"', "'")"#
    let powershell = ShellWord.powershell(path, quoted: true).map {
      "Get-Content \($0) | ForEach-Object { if ($_ -match '\(line)') { \(set) } }"
    }
    return ShellCommand(bash: "set -a; . \(bash); set +a", powershell: powershell)
  }

  /// Shows a line of text, which begins with no dash, as it is: `echo` of dash and zsh takes what stands behind a
  /// backslash for a control character.
  public static func show(_ text: String) -> ShellCommand {
    ShellCommand(
      bash: (text.contains("\\") ? #"printf '%s\n' "# : "echo ") + ShellWord.bash(text),
      powershell: ShellWord.powershell(text, quoted: true).map { "echo \($0)" })
  }

  /// This command, run only where another one fails; what that one prints is not shown.
  public func unless(_ test: ShellCommand) -> ShellCommand {
    ShellCommand(
      bash: "\(test.bash) >/dev/null 2>&1 || \(bash)",
      powershell: test.powershell.flatMap { test in
        powershell.map { "\(test) *> $null; if ($LASTEXITCODE) { \($0) }" }
      })
  }

  /// This command and then another one, in POSIX shells only where it succeeds.
  public func then(_ next: ShellCommand) -> ShellCommand {
    ShellCommand(
      bash: "\(bash) && \(next.bash)",
      powershell: powershell.flatMap { first in next.powershell.map { "\(first); \($0)" } })
  }

  /// Removes an environment variable from this session.
  public static func unset(_ names: String...) -> ShellCommand { unset(names) }

  /// Removes environment variables from this session.
  public static func unset(_ names: [String]) -> ShellCommand {
    ShellCommand(
      bash: "unset " + names.joined(separator: " "),
      powershell: "Remove-Item " + names.map { "Env:\($0)" }.joined(separator: ", ") + " -ErrorAction SilentlyContinue")
  }
}

/// Text as one word of a shell's command line.
public enum ShellWord {
  /// One word for bash, zsh and dash that gives back exactly these bytes, except NUL, which no argument can hold.
  ///
  /// Characters that a reader could not see are written as octal escapes of `printf`, so that what is read is what runs.
  /// After a line end the quotes are closed and opened again, so that no line of a command begins with the world's text.
  public static func bash(_ text: String) -> String {
    if !text.isEmpty, text.utf8.allSatisfy(isPlain), text.first != "=", !text.contains("~") { return text }
    var word = ""
    var quoted = ""
    var octal = ""
    var backticks = 0
    var reader = VisibleScalars()
    func flush() {
      if !quoted.isEmpty { word += "'" + quoted + "'" }
      if !octal.isEmpty { word += "\"$(printf '\(octal)')\"" }
      quoted = ""
      octal = ""
    }
    for scalar in text.unicodeScalars where scalar != "\0" {
      let isShown = reader.shows(scalar)
      if scalar == "'" {
        flush()
        word += #"\'"#
      } else if isShown || scalar == "\n" {
        if !octal.isEmpty { flush() }
        quoted.unicodeScalars.append(scalar)
        backticks = scalar == "`" ? backticks + 1 : 0
        // No fence is needed that is longer than what parsers can tell apart.
        if scalar == "\n" || backticks == longestBackticks {
          flush()
          backticks = 0
        }
      } else {
        if !quoted.isEmpty { flush() }
        octal += String(scalar).utf8.map { byte in
          #"\"# + String(repeating: "0", count: max(0, 3 - String(byte, radix: 8).count)) + String(byte, radix: 8)
        }.joined()
      }
    }
    flush()
    return word.isEmpty ? "''" : word
  }

  /// One word for PowerShell, or nil when it holds something that PowerShell or its passing of arguments to programs
  /// would change: control and invisible characters, double quotes, a backslash at the end, and nothing at all, which
  /// removes a variable, and which Windows PowerShell leaves out of a command line.
  public static func powershell(_ text: String, quoted: Bool = false) -> String? {
    let scalars = text.unicodeScalars
    var reader = VisibleScalars()
    guard !scalars.isEmpty, scalars.allSatisfy({ reader.shows($0) && $0 != "\"" }), scalars.last != "\\",
      longestRun(of: "`", in: text) <= longestBackticks
    else {
      return nil
    }
    // After a word that says so, PowerShell passes the rest of the line unread: `--%`.
    if !quoted, !text.hasPrefix("--%"), text.utf8.allSatisfy(isPlain), !text.contains("@"), !text.contains(","),
      !text.contains("~"),
      text.first.map({ $0.isLetter || $0.isNumber || $0 == "/" || $0 == "." || $0 == "-" }) == true,
      !(text.hasPrefix("-") && (text.contains(".") || text.contains(":")))
    {
      return text
    }
    var word = "'"
    for scalar in scalars {
      word.unicodeScalars.append(scalar)
      // PowerShell takes each of the typographic single quotes for a plain one.
      if ["'", "\u{2018}", "\u{2019}", "\u{201a}", "\u{201b}"].contains(scalar) { word.unicodeScalars.append(scalar) }
    }
    return word + "'"
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: "-_./:=@,+%~".utf8.contains(byte)
    }
  }
}

/// One line of ours in a block of commands, which stays a comment wherever it is pasted.
public enum ShellComment {
  /// A comment line.
  ///
  /// An interactive zsh runs a pasted `#` as a command unless told otherwise. So the line holds nothing that a shell
  /// would act on: other characters than letters, digits and a few harmless marks become spaces.
  public static func line(_ message: Message) -> String {
    var text = "#"
    var pending = true
    let scalars = Array(message.terminal.unicodeScalars)
    var reader = VisibleScalars()
    for (index, scalar) in scalars.enumerated() {
      let beginsPath = scalar == "~" && scalars.dropFirst(index + 1).first == "/"
      let isShown = reader.shows(scalar)
      let harmless = scalar.isASCII ? beginsPath || ShellComment.harmless.contains(scalar) : isShown
      if harmless {
        if pending { text += " " }
        text.unicodeScalars.append(scalar)
      }
      pending = !harmless
    }
    return text
  }

  private static let harmless = Set(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,:/_-+@%".unicodeScalars)
}
