/// Puts variables into the texts of a file: `$NAME`, `${NAME}` and the forms with `:-`, `-`, `:+`, `+`, `:?` and `?`,
/// which may hold further ones; `$$` stands for a dollar sign
/// (https://docs.docker.com/reference/compose-file/interpolation/).
///
/// Values are put in up to a sum, so that a file that names a long one over and over does not grow without end; what is
/// left stands as it is written.
final class Interpolation {
  /// How deeply variables may stand in each other.
  private static let deepest = 50

  /// How many bytes of values may still be put in.
  private var left: Int

  /// - Parameter limit: how many bytes of values are put in at most, into all texts together.
  init(limit: Int = 4 << 20) {
    left = limit
  }

  /// A text with its variables put in; one that is not set is empty.
  func filled(_ text: String, _ variables: (String) -> String?) -> String {
    guard text.utf8.contains(UInt8(ascii: "$")) else { return text }
    return filled(text[...], VariableBraces(text), depth: 0, variables)
  }

  private func filled(
    _ text: Substring, _ braces: VariableBraces, depth: Int, _ variables: (String) -> String?
  ) -> String {
    var result = ""
    var rest = text
    while let dollar = rest.firstIndex(of: "$") {
      result += rest[..<dollar]
      rest = rest[rest.index(after: dollar)...]
      if rest.first == "$" {
        result += "$"
        rest = rest.dropFirst()
      } else if rest.first == "{", let close = braces.end(of: rest.startIndex) {
        let body = rest[rest.index(after: rest.startIndex)..<close]
        result += substituted(body, braces, depth: depth, variables) ?? "${\(body)}"
        rest = rest[rest.index(after: close)...]
      } else {
        let name = rest.prefix { $0 == "_" || $0.isLetter || $0.isNumber }
        result += name.isEmpty ? "$" : take(variables(String(name)) ?? "") ?? "$\(name)"
        rest = rest[name.endIndex...]
      }
    }
    return result + rest
  }

  /// What stands for the inside of a `${…}`; nil where that is too much or too deep.
  private func substituted(
    _ body: Substring, _ braces: VariableBraces, depth: Int, _ variables: (String) -> String?
  ) -> String? {
    let name = body.prefix { $0 == "_" || $0.isLetter || $0.isNumber }
    var form = body[name.endIndex...]
    var value = variables(String(name))
    if form.first == ":" {
      form = form.dropFirst()
      if value?.isEmpty == true { value = nil }
    }
    switch form.first {
    case "-":
      if let value { return take(value) }
    case "+":
      if value == nil { return "" }
    default: return take(value ?? "")
    }
    guard depth < Self.deepest else { return nil }
    return filled(form.dropFirst(), braces, depth: depth + 1, variables)
  }

  /// The value, or nil when there is no room left for it.
  private func take(_ value: String) -> String? {
    guard value.utf8.count <= left else { return nil }
    left -= value.utf8.count
    return value
  }
}

/// Where the braces of a text end that begin with `${`, however many of them stand in each other.
struct VariableBraces {
  private var ends: [Substring.Index: Substring.Index] = [:]

  /// Reads a text once.
  init(_ text: some StringProtocol) {
    var open: [Substring.Index] = []
    var previous: Character?
    for index in text.indices {
      let character = text[index]
      if character == "{", previous == "$" { open.append(index) }
      if character == "}", let start = open.popLast() { ends[start] = index }
      previous = character
    }
  }

  /// Where an opening brace ends, or nil.
  func end(of brace: Substring.Index) -> Substring.Index? { ends[brace] }
}
