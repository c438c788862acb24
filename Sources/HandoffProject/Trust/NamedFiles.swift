/// What the words of a command name in the project, and where in a word it stands.
///
/// A word may name a path as a whole, behind its first `=`, or anywhere within it. What stands behind `-c` of a shell is a
/// line of that shell.
struct NamedFiles {
  /// A path of the project, relative to its root.
  struct Name {
    let name: String
    let range: Range<String.Index>
  }

  /// The folder of the project, without symbolic links.
  let root: String

  private static let shells: Set<String> = ["sh", "bash", "dash", "ash", "zsh", "ksh", "mksh"]

  /// Every path that a command's words may name.
  func all(in words: [String]) -> [String] {
    var names: Set<String> = []
    for (index, word) in words.enumerated() {
      names.formUnion(paths(in: word, isProgram: index == 0).map(\.name))
      // A program without a slash is one of the PATH.
      guard index > 0 || word.contains("/") else { continue }
      names.formUnion(ShellLine(word).words.compactMap { inside(Self.literal($0.text)) })
    }
    return names.filter { !$0.isEmpty }.sorted()
  }

  /// Of a pattern for names of files the folder that all of them stand in.
  private static func literal(_ word: Substring) -> Substring {
    guard let special = word.firstIndex(where: { "*?[".contains($0) }) else { return word }
    return word[..<(word[..<special].lastIndex(of: "/") ?? word.startIndex)]
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
        if word.hasPrefix("-"), name.range.lowerBound == word.startIndex { continue }
        if let path = place(name.name) { return word[..<name.range.lowerBound] + path + word[name.range.upperBound...] }
      }
      return word
    }
  }

  /// Whether a word is what a shell reads: behind `-c`, `-ec`.
  private func isLine(_ index: Int, of words: [String]) -> Bool {
    guard index >= 2, case let option = words[index - 1], option.hasPrefix("-"), !option.hasPrefix("--"),
      option.hasSuffix("c")
    else { return false }
    return words[..<index].contains { Self.shells.contains($0.split(separator: "/").last.map(String.init) ?? "") }
  }

  private func line(_ line: String, at place: (String) -> String?) -> String {
    var result = line
    for word in ShellLine(line).words.reversed() where word.isStarted && word.text.contains("/") {
      guard let name = inside(word.text), !name.isEmpty, let path = place(name), Self.isPlain(path) else { continue }
      result.replaceSubrange(word.range, with: path)
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
    let value = word.firstIndex(of: "=").map { word.index(after: $0)..<word.endIndex }
    return [whole, value].compactMap { range in
      guard let range, let name = inside(word[range]), !name.isEmpty else { return nil }
      return isProgram && range == whole && !word.contains("/") ? nil : Name(name: name, range: range)
    }
  }

  /// A word as a path relative to the root, without `.` and `..`; nil where it leads out of the project.
  private func inside(_ word: Substring) -> String? {
    let isAbsolute = word.hasPrefix("/")
    let parts = ((isAbsolute ? "" : root + "/") + word).split(separator: "/")
    var path: [Substring] = []
    for part in parts where part != "." {
      if part == ".." { _ = path.popLast() } else { path.append(part) }
    }
    let top = root.split(separator: "/")
    return path.starts(with: top) ? path.dropFirst(top.count).joined(separator: "/") : nil
  }
}
