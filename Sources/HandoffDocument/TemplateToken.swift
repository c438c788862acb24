import HandoffText

/// A piece of a template: literal text or a tag.
struct TemplateToken: Hashable {
  enum Kind: Hashable {
    case text, comment
    case value(String)
    case open(String)
    case openInverted(String)
    case close(String)
    case partial(String)
  }

  let kind: Kind
  /// As it stands in the file.
  let raw: String
  let file: String
  let line: Int
  /// Whether nothing else stands on its line.
  var alone = false

  /// Cuts a file into tokens.
  /// - Throws: for a tag without an end, and for tags that templates may not use.
  static func tokens(of text: String, file: String) throws(TemplateError) -> [TemplateToken] {
    var tokens: [TemplateToken] = []
    let bytes = Array((TextLines.lines(of: text).joined(separator: "\n") + "\n").utf8)
    var position = 0
    var line = 1
    func string(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
    while position < bytes.count {
      let open = index(of: "{{", in: bytes, from: position) ?? bytes.count
      if open > position {
        tokens.append(TemplateToken(kind: .text, raw: string(position..<open), file: file, line: line))
        line += newlines(bytes[position..<open])
        position = open
      }
      guard open < bytes.count else { break }
      guard let close = index(of: "}}", in: bytes, from: open + 2) else {
        throw TemplateError(file: file, line: line, message: "this tag has no end; close it with }}")
      }
      let content = string(open + 2..<close)
      guard content.first == "!" || !content.contains("\n") else {
        throw TemplateError(file: file, line: line, message: "this tag has no end on its line; close it with }}")
      }
      let kind = try kind(of: content, file: file, line: line)
      let end = close + 2
      let before = bytes[..<open].reversed().prefix { $0 != 0x0a }
      let after = bytes[end...].prefix { $0 != 0x0a }
      let alone = (Array(before) + Array(after)).allSatisfy { $0 == 0x20 || $0 == 0x09 }
      tokens.append(TemplateToken(kind: kind, raw: string(open..<end), file: file, line: line, alone: alone))
      line += newlines(bytes[open..<end])
      position = end
    }
    return tokens
  }

  private static func kind(of content: String, file: String, line: Int) throws(TemplateError) -> Kind {
    guard let sigil = content.first else { throw TemplateError(file: file, line: line, message: "this tag is empty") }
    let rest = String(content.dropFirst().trimmed)
    switch sigil {
    case "!": return .comment
    case "#": return .open(rest)
    case "^": return .openInverted(rest)
    case "/": return .close(rest)
    case ">":
      if rest.hasPrefix("*") {
        throw TemplateError(
          file: file, line: line, message: "the partial \(shown(rest)) is chosen by a value; write its name")
      }
      return .partial(rest)
    case "{", "&":
      throw TemplateError(
        file: file, line: line,
        message: "{{\(sigil) is not available; values are already written for Markdown, so {{name}} is enough")
    case "<", "$":
      throw TemplateError(
        file: file, line: line, message: "{{\(sigil) (inheritance) is not available; use a partial: {{> name}}")
    case "=":
      throw TemplateError(file: file, line: line, message: "{{= (other delimiters) is not available")
    case "%":
      throw TemplateError(file: file, line: line, message: "{{% (pragmas) is not available")
    default: return .value(String(content.trimmed))
    }
  }

  /// A name of the template as it can be shown in a message.
  static func shown(_ name: String) -> String { Untrusted(name).terminal }

  private static func newlines(_ bytes: ArraySlice<UInt8>) -> Int {
    bytes.reduce(0) { $1 == 0x0a ? $0 + 1 : $0 }
  }

  private static func index(of pair: StaticString, in bytes: [UInt8], from start: Int) -> Int? {
    let byte = pair.utf8Start.pointee
    var position = start
    while position + 1 < bytes.count {
      if bytes[position] == byte, bytes[position + 1] == byte { return position }
      position += 1
    }
    return nil
  }
}
