import HandoffSystem

extension NamedFiles {
  /// What a piece of a word may name: whole, between `:` and `,`, behind an option's letters, and by a pattern.
  func names(within piece: Substring) -> [String] {
    let parts = [piece] + piece.unicodeScalars.split { $0 == ":" || $0 == "," }.map { Substring($0) }
    let candidates = parts.flatMap { part -> [Substring] in
      func rest(_ count: Int) -> Substring { Substring(part.unicodeScalars.dropFirst(count)) }
      guard part.utf8.starts(with: "-".utf8), !part.utf8.starts(with: "--".utf8) else {
        return [part.utf8.starts(with: "@".utf8) ? rest(1) : part]
      }
      // Letters of options that take nothing may stand before the one that takes a path.
      return [part] + (2...Self.letters).map(rest)
    }
    return candidates.filter { !$0.isEmpty }.flatMap { all($0) + matching($0) }
  }

  /// How many letters of options are looked behind.
  private static let letters = 16

  /// What a pattern for names of files stands for: the folder that all of them stand in, or entries of the project's own.
  private func matching(_ word: Substring) -> [String] {
    let scalars = word.unicodeScalars
    func isSpecial(_ scalar: Unicode.Scalar) -> Bool { "*?[".unicodeScalars.contains(scalar) }
    guard let special = scalars.firstIndex(where: isSpecial) else { return [] }
    let slash = scalars[..<special].lastIndex(of: "/")
    let folder = all(slash.map { word[..<$0] } ?? ".")
    guard folder.contains("") else { return folder }
    let pattern = scalars[(slash.map { scalars.index(after: $0) } ?? word.startIndex)...]
    let first = pattern.prefix { $0 != "/" }
    let rest = pattern[first.endIndex...]
    let start = first.prefix { !isSpecial($0) }
    let close = first.lastIndex { isSpecial($0) && $0 != "[" || $0 == "]" }
    let end = first[(close.map { first.index(after: $0) } ?? first.endIndex)...]
    // A sign for all names alone is far more often one of a regular expression, or of SQL.
    let others = folder.filter { !$0.isEmpty }
    let isName = (start + end).contains { !$0.isASCII || Character($0).isLetter || Character($0).isNumber }
    guard slash != nil || rest.count > 1 || isName else { return others }
    let (head, tail) = (Array(Substring(start).utf8), Array(Substring(end).utf8.reversed()))
    let entries = ((try? files.list(root)) ?? []).filter { name in
      let isShown = head.isEmpty ? !name.utf8.starts(with: ".".utf8) : name.utf8.starts(with: head)
      return name != ".git" && isShown && name.utf8.reversed().starts(with: tail)
    }
    let isPattern = rest.contains(where: isSpecial)
    return others + entries.map { isPattern || rest.elementsEqual("/".unicodeScalars) ? $0 : $0 + String(rest) }
  }

  /// A word as a path relative to the root, without `.` and `..`, as the system goes there: `..` behind a link is the
  /// folder above the one that it leads to. Nil where it leads out of the project.
  func inside(_ word: Substring) -> String? { ways(word).real }

  /// Every path that a word may be: as the system goes there, with the links behind which a `..` stands, and as a program
  /// would that shortens its text.
  func all(_ word: Substring) -> [String] {
    let ways = ways(word)
    return Set(([ways.real, ways.text].compactMap(\.self) + ways.links).map { PathText($0) }).sorted().map(\.text)
  }

  private func ways(_ word: Substring) -> (real: String?, text: String?, links: [String]) {
    // No system opens a longer path.
    guard !word.isEmpty, word.utf8.count <= 4096 else { return (nil, nil, []) }
    var (real, text) = ([PathText](), [PathText]())
    var links: [[PathText]] = []
    for part in PathText(root).appending(word).components {
      guard part.text == ".." else {
        real.append(part)
        text.append(part)
        continue
      }
      let path = Self.path(real)
      if let place = files.realPath(path.text).map({ PathText($0) }), place != path {
        links.append(real)
        real = place.components
      }
      _ = real.popLast()
      _ = text.popLast()
    }
    func name(_ parts: [PathText]) -> String? { Self.path(parts).relative(to: root) }
    return (name(real), name(text), links.compactMap(name))
  }

  private static func path(_ parts: [PathText]) -> PathText { PathText("/" + parts.map(\.text).joined(separator: "/")) }
}
