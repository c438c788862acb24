/// Words as Python's `shlex.split` takes them apart: separated by blanks, with POSIX quotes and backslashes.
enum ShellSplit {
  /// The words of a text, or nil when a quote or an escape does not end.
  static func words(_ text: String) -> [String]? {
    var words: [String] = []
    var word = String.UnicodeScalarView()
    var inWord = false
    var quote: Unicode.Scalar?
    var scalars = text.unicodeScalars.makeIterator()
    while let scalar = scalars.next() {
      switch (scalar, quote) {
      case ("\\", nil):
        guard let next = scalars.next() else { return nil }
        word.append(next)
        inWord = true
      case ("\\", "\""?):
        guard let next = scalars.next() else { return nil }
        if next != "\\", next != "\"" { word.append("\\") }
        word.append(next)
      case (_, let open?):
        if scalar == open { quote = nil } else { word.append(scalar) }
      case ("'", nil), ("\"", nil):
        quote = scalar
        inWord = true
      case (" ", nil), ("\t", nil), ("\r", nil), ("\n", nil):
        if inWord { words.append(String(word)) }
        word = String.UnicodeScalarView()
        inWord = false
      default:
        word.append(scalar)
        inWord = true
      }
    }
    if quote != nil { return nil }
    if inWord { words.append(String(word)) }
    return words
  }
}
