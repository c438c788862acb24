extension ShellWord {
  /// One word for fish that gives back exactly these bytes, except NUL, which no argument can hold.
  ///
  /// Within single quotes fish takes a backslash for an escape only before a backslash or a quote; characters that a reader
  /// could not see are written as bytes outside of them (https://fishshell.com/docs/current/language.html#escapes).
  public static func fish(_ text: String) -> String {
    var word = ""
    var quoted = ""
    var reader = VisibleScalars()
    func flush() {
      if !quoted.isEmpty { word += "'" + quoted + "'" }
      quoted = ""
    }
    for scalar in text.unicodeScalars where scalar != "\0" {
      if reader.shows(scalar) {
        if scalar == "'" || scalar == "\\" { quoted += "\\" }
        quoted.unicodeScalars.append(scalar)
      } else {
        flush()
        word += String(scalar).utf8.map { #"\X"# + hexadecimal(UInt32($0), width: 2) }.joined()
      }
    }
    flush()
    return word.isEmpty ? "''" : word
  }

  /// The same as ``bash(_:)``, and always in quotes: zsh puts something else in the place of some plain words behind an
  /// equals sign.
  public static func assignedInBash(_ text: String) -> String {
    let word = bash(text)
    return word == text ? "'" + text + "'" : word
  }
}
