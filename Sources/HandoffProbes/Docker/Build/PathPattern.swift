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
  func matches(_ path: String) -> Bool { fits(path, orFolderOf: true) }

  /// Whether this path itself matches.
  func matchesExactly(_ path: String) -> Bool { fits(path, orFolderOf: false) }

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

  /// Goes through the path once with all the places in the pattern where it may be, so that no pattern takes longer than
  /// the product of both lengths.
  private func fits(_ path: String, orFolderOf: Bool) -> Bool {
    var places = Places(count: tokens.count + 1)
    var next = places
    if enter(0, &places) { return true }
    for scalar in path.unicodeScalars {
      if orFolderOf, scalar == "/", places.contains(tokens.count) { return true }
      for place in places.all where place < tokens.count {
        let isRestOpen: Bool
        switch tokens[place] {
        case .character(let wanted): isRestOpen = scalar == wanted && enter(place + 1, &next)
        case .anyCharacter: isRestOpen = scalar != "/" && enter(place + 1, &next)
        case .characters(let ranges, let inverted):
          isRestOpen = ranges.contains { $0.contains(scalar) } != inverted && enter(place + 1, &next)
        case .anyName: isRestOpen = scalar != "/" && enter(place, &next)
        case .anyFolders:
          next.insert(place)
          isRestOpen = scalar == "/" && enter(place + 1, &next)
        case .anything: isRestOpen = true
        }
        if isRestOpen { return true }
      }
      if next.all.isEmpty { return false }
      swap(&places, &next)
      next.removeAll()
    }
    return places.contains(tokens.count)
  }

  /// Adds a place, and those behind it that nothing need stand before.
  /// - Returns: whether the pattern takes whatever follows.
  private func enter(_ start: Int, _ places: inout Places) -> Bool {
    for place in start...tokens.count {
      guard places.enter(place), place < tokens.count else { return false }
      switch tokens[place] {
      case .anything: return true
      case .anyName, .anyFolders: continue
      default: return false
      }
    }
    return false
  }
}

/// Places in a pattern.
private struct Places {
  private(set) var all: [Int] = []
  private var isIn: [Bool]
  private var isEntered: [Bool]

  /// - Parameter count: how many there are in the pattern.
  init(count: Int) {
    isIn = Array(repeating: false, count: count)
    isEntered = isIn
  }

  func contains(_ place: Int) -> Bool { isIn[place] }

  mutating func insert(_ place: Int) {
    guard !isIn[place] else { return }
    isIn[place] = true
    all.append(place)
  }

  /// Adds a place together with those behind it.
  /// - Returns: whether that was not done before.
  mutating func enter(_ place: Int) -> Bool {
    insert(place)
    defer { isEntered[place] = true }
    return !isEntered[place]
  }

  mutating func removeAll() {
    for place in all { (isIn[place], isEntered[place]) = (false, false) }
    all.removeAll(keepingCapacity: true)
  }
}
