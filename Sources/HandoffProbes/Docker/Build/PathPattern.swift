/// A pattern of paths as `.dockerignore` and COPY write it: `*` and `?` stay within a folder, `**` does not.
/// https://github.com/moby/patternmatcher
struct PathPattern: Hashable, Sendable {
  private enum Token: Hashable {
    case character(Unicode.Scalar)
    case anyCharacter
    case anyName
    /// `**/`: any folders, or none.
    case anyFolders
    /// `**` at the end: anything.
    case anything
    case characters([ClosedRange<Unicode.Scalar>], inverted: Bool)
  }

  private let tokens: [Token]
  /// The pattern in its shortest form: without `.`, `..`, doubled slashes, and slashes at its ends.
  let text: String

  init(_ pattern: String) {
    text = Self.clean(pattern)
    tokens = Self.tokens(of: Array(text.unicodeScalars))
  }

  /// Whether a path, or a folder that it is in, matches.
  func matches(_ path: String) -> Bool {
    let path = Array(path.unicodeScalars)
    if matches(path[...]) { return true }
    return path.indices.contains { path[$0] == "/" && matches(path[..<$0]) }
  }

  /// Whether this path itself matches.
  func matchesExactly(_ path: String) -> Bool { matches(Array(path.unicodeScalars)[...]) }

  // MARK: Reading

  private static func clean(_ pattern: String) -> String {
    var parts: [Substring] = []
    for part in pattern.split(separator: "/") where part != "." {
      if part == "..", parts.last != nil, parts.last != ".." { parts.removeLast() } else { parts.append(part) }
    }
    return parts.joined(separator: "/")
  }

  private static func tokens(of text: [Unicode.Scalar]) -> [Token] {
    var tokens: [Token] = []
    var index = 0
    while index < text.count {
      let character = text[index]
      index += 1
      switch character {
      case "*" where index < text.count && text[index] == "*":
        index += 1
        if index < text.count, text[index] == "/" { index += 1 }
        tokens.append(index == text.count ? .anything : .anyFolders)
      case "*": tokens.append(.anyName)
      case "?": tokens.append(.anyCharacter)
      case "\\" where index < text.count:
        tokens.append(.character(text[index]))
        index += 1
      case "[":
        if let (set, end) = characters(text, from: index) {
          tokens.append(set)
          index = end
        } else {
          tokens.append(.character(character))
        }
      default: tokens.append(.character(character))
      }
    }
    return tokens
  }

  /// `[a-z]` or `[^a-z]`, read from behind its opening bracket.
  private static func characters(_ text: [Unicode.Scalar], from start: Int) -> (Token, Int)? {
    var index = start
    let inverted = index < text.count && text[index] == "^"
    if inverted { index += 1 }
    var ranges: [ClosedRange<Unicode.Scalar>] = []
    while index < text.count, text[index] != "]" || ranges.isEmpty {
      let first = text[index]
      if index + 2 < text.count, text[index + 1] == "-", text[index + 2] != "]", first <= text[index + 2] {
        ranges.append(first...text[index + 2])
        index += 3
      } else {
        ranges.append(first...first)
        index += 1
      }
    }
    return index < text.count ? (.characters(ranges, inverted: inverted), index + 1) : nil
  }

  // MARK: Matching

  private func matches(_ path: ArraySlice<Unicode.Scalar>) -> Bool { matches(tokens[...], path) }

  private func matches(_ tokens: ArraySlice<Token>, _ path: ArraySlice<Unicode.Scalar>) -> Bool {
    var (tokens, path) = (tokens, path)
    while let token = tokens.first {
      tokens = tokens.dropFirst()
      switch token {
      case .character(let wanted):
        guard path.first == wanted else { return false }
        path = path.dropFirst()
      case .anyCharacter:
        guard let first = path.first, first != "/" else { return false }
        path = path.dropFirst()
      case .characters(let ranges, let inverted):
        guard let first = path.first, ranges.contains(where: { $0.contains(first) }) != inverted else { return false }
        path = path.dropFirst()
      case .anything: return true
      case .anyName:
        while true {
          if matches(tokens, path) { return true }
          guard let first = path.first, first != "/" else { return false }
          path = path.dropFirst()
        }
      case .anyFolders:
        if matches(tokens, path) { return true }
        while let slash = path.firstIndex(of: "/") {
          path = path[(slash + 1)...]
          if matches(tokens, path) { return true }
        }
        return false
      }
    }
    return path.isEmpty
  }
}
