/// The texts of a small XML document's elements that hold no others. It is strict: whatever is not a plain, well-formed
/// tree of elements (a document type, CDATA, entities of its own) is refused.
enum XMLLeaves {
  private static let deepest = 16

  /// Texts by path, without namespace prefixes; of two with one path the first. Nil when it is refused.
  static func read(_ body: [UInt8]) -> [String: String]? {
    guard let text = String(validating: body, as: UTF8.self) else { return nil }
    var rest = text.unicodeScalars[...]
    var open: [(name: Substring.UnicodeScalarView, isLeaf: Bool)] = []
    var leaves: [String: String] = [:]
    var content = Substring.UnicodeScalarView()
    var hasRoot = false
    while !rest.isEmpty {
      let run = rest.prefix { $0 != "<" }
      rest = rest[run.endIndex...]
      if open.isEmpty {
        guard run.allSatisfy({ $0.properties.isWhitespace || $0 == "\u{feff}" }) else { return nil }
      }
      content = run
      if rest.isEmpty { break }
      if rest.starts(with: "<!--".unicodeScalars) || rest.starts(with: "<?".unicodeScalars) {
        // A comment or instruction in the middle of a text would split it.
        guard content.allSatisfy({ $0.properties.isWhitespace }) else { return nil }
        guard let end = end(of: rest.starts(with: "<?".unicodeScalars) ? "?>" : "-->", in: rest) else { return nil }
        rest = rest[end...]
        continue
      }
      guard let close = rest.firstIndex(of: ">") else { return nil }
      var tag = rest[rest.index(after: rest.startIndex)..<close]
      rest = rest[rest.index(after: close)...]
      if tag.first == "/" {
        tag = tag.dropFirst()
        guard let last = open.popLast(), last.name.elementsEqual(trimmed(tag)) else { return nil }
        if last.isLeaf {
          guard let value = decoded(content) else { return nil }
          let path = (open.map(\.name) + [last.name]).map(local).joined(separator: "/")
          if leaves[path] == nil { leaves[path] = value }
        }
      } else {
        guard !tag.contains("<"), tag.count(where: { $0 == "\"" }).isMultiple(of: 2) else { return nil }
        let isEmpty = tag.last == "/"
        if isEmpty { tag = tag.dropLast() }
        let name = tag.prefix { !$0.properties.isWhitespace }
        guard isName(name), !open.isEmpty || !hasRoot, open.count < deepest else { return nil }
        hasRoot = true
        if !open.isEmpty { open[open.count - 1].isLeaf = false }
        if !isEmpty { open.append((name, true)) }
      }
    }
    return open.isEmpty && hasRoot ? leaves : nil
  }

  private static func end(of mark: String, in text: Substring.UnicodeScalarView) -> String.Index? {
    var rest = text.dropFirst(2)
    while !rest.isEmpty {
      if rest.starts(with: mark.unicodeScalars) {
        return rest.index(rest.startIndex, offsetBy: mark.unicodeScalars.count)
      }
      rest = rest.dropFirst()
    }
    return nil
  }

  private static func trimmed(_ text: Substring.UnicodeScalarView) -> Substring.UnicodeScalarView {
    guard let last = text.lastIndex(where: { !$0.properties.isWhitespace }) else { return text.prefix(0) }
    return text[...last]
  }

  private static func isName(_ text: Substring.UnicodeScalarView) -> Bool {
    !text.isEmpty
      && text.allSatisfy { $0.isASCII && ($0.properties.isAlphabetic || "0123456789_-.:".unicodeScalars.contains($0)) }
  }

  private static func local(_ name: Substring.UnicodeScalarView) -> String {
    String(name.lastIndex(of: ":").map { name[name.index(after: $0)...] } ?? name)
  }

  private static func decoded(_ text: Substring.UnicodeScalarView) -> String? {
    var result = String.UnicodeScalarView()
    var rest = text
    while let mark = rest.firstIndex(of: "&") {
      result.append(contentsOf: rest[..<mark])
      guard let end = rest[mark...].firstIndex(of: ";") else { return nil }
      guard let scalar = entity(String(rest[rest.index(after: mark)..<end])) else { return nil }
      result.append(scalar)
      rest = rest[rest.index(after: end)...]
    }
    result.append(contentsOf: rest)
    return String(result)
  }

  private static func entity(_ name: String) -> Unicode.Scalar? {
    switch name {
    case "lt": return "<"
    case "gt": return ">"
    case "amp": return "&"
    case "quot": return "\""
    case "apos": return "'"
    default:
      guard name.hasPrefix("#"), !name.contains("+"), !name.contains("-") else { return nil }
      let digits = name.dropFirst()
      let number = digits.hasPrefix("x") ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
      return number.flatMap(Unicode.Scalar.init)
    }
  }
}
