import HandoffSystem
import HandoffText

/// What the words of a command name in the project, and where in a word it stands.
///
/// A word may name a path as a whole, behind its first `=`, or anywhere within it (``all(in:)``). What stands behind `-c` of
/// a shell is a line of that shell.
struct NamedFiles {
  /// A path of the project, relative to its root.
  struct Name {
    let name: String
    let range: Range<String.Index>
  }

  /// The folder of the project, without symbolic links.
  let root: String

  private static let shells: Set<String> = ["sh", "bash", "dash", "ash", "zsh", "ksh", "mksh"]

  let files = FileSystem()

  /// Makes one for a project.
  init(root: String) { self.root = root }

  /// Every path that a command's words may name; "" is the folder of the project itself.
  func all(in words: [String]) -> [String] {
    var names: Set<PathText> = []
    for (index, word) in words.enumerated() {
      names.formUnion(paths(in: word, isProgram: index == 0).map { PathText($0.name) })
      // A program without a slash is one of the PATH.
      guard index > 0 || PathText(word).hasSlash else { continue }
      // What a shell starts as `.` is its own word for reading a script.
      let pieces = ShellLine(word).words.filter { !($0.isStarted && $0.text == ".") }.map(\.text)
      // What no shell parts, another reader of the line may.
      let spaced = pieces.flatMap { $0.split(whereSeparator: \.isWhitespace) }
      // A name may hold spaces and signs where it is quoted.
      let quoted = ShellLine.unquoted(word).filter { $0 != "." }.flatMap { [$0] + $0.pieces(between: "=") }
      for piece in [word[...]] + (word == "." ? [] : pieces + spaced + quoted.map { $0[...] }) {
        names.formUnion(self.names(within: piece).map { PathText($0) })
      }
    }
    return names.sorted().map(\.text)
  }

  /// A command's words with paths of the project taken from another folder.
  /// - Parameter place: the path of a file of the project, by its name, or nil where it stays.
  ///
  /// Of a line for a shell these are the programs and scripts that it starts; its other words stay as they are.
  func replaced(in words: [String], at place: (String) -> String?) -> [String] {
    words.indices.map { index in
      let word = words[index]
      if isLine(index, of: words) { return line(word, at: place) }
      for name in paths(in: word, isProgram: index == 0) {
        // An option is none of the project's files, though one may bear its name.
        if word.utf8.starts(with: "-".utf8), name.range.lowerBound == word.startIndex { continue }
        if let path = place(name.name) { return word[..<name.range.lowerBound] + path + word[name.range.upperBound...] }
      }
      return word
    }
  }

  /// Whether a word is what a shell reads: behind `-c`, `-ec`, `-ce`, and behind options that follow it.
  private func isLine(_ index: Int, of words: [String]) -> Bool {
    words[..<index].indices.contains { start in
      Self.shells.contains(PathText(words[start]).name) && Self.isLine(words[(start + 1)...index])
    }
  }

  /// Whether the last of a shell's words is the line that it reads.
  private static func isLine(_ words: ArraySlice<String>) -> Bool {
    var isRead = false
    var rest = words
    while let word = rest.popFirst() {
      if rest.isEmpty { return isRead && !isOption(word) }
      if word == "-" || word == "--" { return isRead && rest.count == 1 }
      guard isOption(word) else { return false }
      if word.utf8.starts(with: "--".utf8) {
        if word == "--rcfile" || word == "--init-file" { rest = rest.dropFirst() }
        continue
      }
      if word.utf8.starts(with: "-".utf8), word.utf8.contains(UInt8(ascii: "c")) { isRead = true }
      // Each of these letters takes a word of its own.
      rest = rest.dropFirst(word.unicodeScalars.count { $0 == "o" || $0 == "O" })
    }
    return false
  }

  private static func isOption(_ word: String) -> Bool {
    word.utf8.count > 1 && (word.utf8.starts(with: "-".utf8) || word.utf8.starts(with: "+".utf8))
  }

  private func line(_ line: String, at place: (String) -> String?) -> String {
    var result = line
    for word in ShellLine(line).words.reversed() where word.isStarted && PathText(word.text).hasSlash {
      guard let name = inside(word.text), !name.isEmpty, let path = place(name), Self.isPlain(path) else { continue }
      result.unicodeScalars.replaceSubrange(word.range, with: path.unicodeScalars)
    }
    return result
  }

  /// Whether a shell reads a path as it is, within quotes of any kind and without.
  private static func isPlain(_ path: String) -> Bool {
    path.utf8.allSatisfy { byte in
      switch byte {
      case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
      default: "/._-+,:@%".utf8.contains(byte)
      }
    }
  }

  /// What a word would name in the project: as it is, and behind its first `=`.
  private func paths(in word: String, isProgram: Bool) -> [Name] {
    let whole = word.startIndex..<word.endIndex
    let value = word.unicodeScalars.firstIndex(of: "=").map { word.unicodeScalars.index(after: $0)..<word.endIndex }
    return [whole, value].compactMap { range in
      guard let range, let name = inside(word[range]), !name.isEmpty else { return nil }
      return isProgram && range == whole && !PathText(word).hasSlash ? nil : Name(name: name, range: range)
    }
  }
}
