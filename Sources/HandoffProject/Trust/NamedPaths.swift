import HandoffSystem

extension NamedFiles {
  /// What a piece of a word may name: whole, between `:` and `,`, behind an option's letters, and by a pattern.
  func names(within piece: Substring) -> [String] {
    let parts = [piece] + piece.split(whereSeparator: { ":,".contains($0) })
    let candidates = parts.flatMap { part in
      guard part.hasPrefix("-"), !part.hasPrefix("--") else { return [part.hasPrefix("@") ? part.dropFirst() : part] }
      // Letters of options that take nothing may stand before the one that takes a path.
      return [part] + (2...Self.letters).map { part.dropFirst($0) }
    }
    return candidates.filter { !$0.isEmpty }.flatMap { all($0) + matching($0) }
  }

  /// How many letters of options are looked behind.
  private static let letters = 16

  /// What a pattern for names of files stands for: the folder that all of them stand in, or entries of the project's own.
  private func matching(_ word: Substring) -> [String] {
    guard let special = word.firstIndex(where: { "*?[".contains($0) }) else { return [] }
    let slash = word[..<special].lastIndex(of: "/")
    let folder = all(slash.map { word[..<$0] } ?? ".")
    guard folder.contains("") else { return folder }
    let pattern = word[(slash.map { word.index(after: $0) } ?? word.startIndex)...]
    let first = pattern.prefix { $0 != "/" }
    let rest = pattern[first.endIndex...]
    let start = first.prefix { !"*?[".contains($0) }
    let end = first[(first.lastIndex { "*?]".contains($0) }.map { first.index(after: $0) } ?? first.endIndex)...]
    // A sign for all names alone is far more often one of a regular expression, or of SQL.
    let others = folder.filter { !$0.isEmpty }
    guard slash != nil || rest.count > 1 || (start + end).contains(where: { $0.isLetter || $0.isNumber }) else {
      return others
    }
    let entries = ((try? files.list(root)) ?? []).filter { name in
      name != ".git" && (start.isEmpty ? !name.hasPrefix(".") : name.hasPrefix(start)) && name.hasSuffix(end)
    }
    let isPattern = rest.contains { "*?[".contains($0) }
    return others + entries.map { isPattern || rest == "/" ? $0 : $0 + rest }
  }

  /// A word as a path relative to the root, without `.` and `..`, as the system goes there: `..` behind a link is the
  /// folder above the one that it leads to. Nil where it leads out of the project.
  func inside(_ word: Substring) -> String? { ways(word).real }

  /// Every path that a word may be: as the system goes there, with the links behind which a `..` stands, and as a program
  /// would that shortens its text.
  func all(_ word: Substring) -> [String] {
    let ways = ways(word)
    return Set([ways.real, ways.text].compactMap(\.self) + ways.links).sorted()
  }

  private func ways(_ word: Substring) -> (real: String?, text: String?, links: [String]) {
    // No system opens a longer path.
    guard !word.isEmpty, word.utf8.count <= 4096 else { return (nil, nil, []) }
    var (real, text) = ([Substring](), [Substring]())
    var links: [[Substring]] = []
    for part in ((word.hasPrefix("/") ? "" : root + "/") + word).split(separator: "/") where part != "." {
      guard part == ".." else {
        real.append(part)
        text.append(part)
        continue
      }
      let path = "/" + real.joined(separator: "/")
      if let place = files.realPath(path), place != path {
        links.append(real)
        real = place.split(separator: "/")
      }
      _ = real.popLast()
      _ = text.popLast()
    }
    let top = root.split(separator: "/")
    func name(_ path: [Substring]) -> String? {
      path.starts(with: top) ? path.dropFirst(top.count).joined(separator: "/") : nil
    }
    return (name(real), name(text), links.compactMap(name))
  }
}
