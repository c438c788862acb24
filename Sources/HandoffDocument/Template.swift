import HandoffTemplates
import Mustache

/// A template that was checked: Mustache, with the names of ``TemplateName`` and without anything that could change how
/// a value is written.
public struct Template: Sendable {
  /// The file's name, for messages.
  public let name: String
  let mustache: MustacheTemplate
  /// The names of the tool's parts, in order.
  let parts: [String]
  /// The words of its own text, in small letters: they stand in every document.
  public let words: Set<String>

  /// Checks a template.
  /// - Parameters:
  ///   - name: the name of its file for messages, for example `templates/session-handoff.md`.
  ///   - text: its text; line ends may be LF or CRLF.
  ///   - partials: the text of a partial by its name, or nil when there is none; throws where it cannot be read.
  /// - Throws: a ``TemplateError`` with file and line for unknown names, missing or cyclic partials, tags that are not
  ///   available, sections and markers that do not match, and parts that are missing or stand twice.
  public init(
    named name: String, text: String, partials: (String) throws(PartialUnreadable) -> String? = { _ in nil }
  ) throws(TemplateError) {
    let tokens = try TemplateInliner.inline(text, file: name, partials: partials)
    parts = try TemplateChecker(tokens: tokens, file: name).check()
    self.name = name
    words = Set(
      tokens.filter { $0.kind == .text }.flatMap { $0.raw.lowercased().split { !$0.isLetter } }.map(String.init))
    do {
      // The engine writes values for HTML unless it is told otherwise.
      mustache = try MustacheTemplate(string: "{{% CONTENT_TYPE: TEXT}}\n" + tokens.map(\.raw).joined())
    } catch {
      throw TemplateError(file: name, line: 1, message: "the template cannot be read: \(error)")
    }
  }

  /// A template that is compiled into the program; nil when there is none of that name.
  public static func builtIn(named name: String) throws(TemplateError) -> Template? {
    guard let text = BuiltInTemplates.text(named: name) else { return nil }
    return try Template(named: "templates/\(name).md", text: text)
  }
}

/// A partial is there and cannot be read.
public struct PartialUnreadable: Error {
  let reason: String

  /// - Parameter reason: words that follow "cannot be read:".
  public init(reason: String) {
    self.reason = reason
  }
}

/// Puts the text of partials in the place of their tags, so that the engine, which would write their values for HTML,
/// never sees one.
enum TemplateInliner {
  private static let tokenLimit = 100_000

  static func inline(
    _ text: String, file: String, partials: (String) throws(PartialUnreadable) -> String?, within stack: [String] = []
  ) throws(TemplateError) -> [TemplateToken] {
    var result: [TemplateToken] = []
    var skipsLineEnd = false
    for token in try TemplateToken.tokens(of: text, file: file) {
      // Partials that name each other twice grow without end, long before they name themselves.
      guard result.count < tokenLimit else {
        throw TemplateError(
          file: file, line: token.line, message: "the template, with its partials, has more than \(tokenLimit) parts")
      }
      switch token.kind {
      case .partial(let name):
        let shown = TemplateToken.shown(name)
        guard !name.isEmpty, name.utf8.allSatisfy(isNameByte) else {
          throw TemplateError(
            file: file, line: token.line,
            message: "the name of a partial is made of letters, digits, - and _, not \(shown)")
        }
        guard !stack.contains(name) else {
          throw TemplateError(
            file: file, line: token.line,
            message: "the partial \(shown) contains itself: " + (stack + [name]).joined(separator: " > "))
        }
        let found: String?
        do throws(PartialUnreadable) {
          found = try partials(name)
        } catch {
          throw TemplateError(
            file: file, line: token.line, message: "the partial \(shown) cannot be read: \(error.reason)")
        }
        guard let partial = found else {
          throw TemplateError(file: file, line: token.line, message: "there is no partial \(shown)")
        }
        let folder = file.lastIndex(of: "/").map { String(file[...$0]) } ?? ""
        var inlined = try inline(
          partial, file: folder + name + ".md", partials: partials, within: stack + [name])
        // The partial's own last line end stands for that of the line of its tag, or does not belong in its middle.
        if !token.alone, let last = inlined.popLast() { inlined.append(last.withoutLineEnd) }
        result += inlined
        skipsLineEnd = token.alone
      case .text where skipsLineEnd:
        let rest = token.raw.drop { $0 == " " || $0 == "\t" }.dropFirst()
        result.append(TemplateToken(kind: .text, raw: String(rest), file: file, line: token.line + 1))
        skipsLineEnd = false
      default:
        result.append(token)
        skipsLineEnd = false
      }
    }
    return result
  }
  private static func isNameByte(_ byte: UInt8) -> Bool {
    let character = Unicode.Scalar(byte)
    return character == "-" || character == "_" || character.properties.isAlphabetic && byte < 0x80
      || character.properties.numericType == .decimal
  }
}

extension TemplateToken {
  fileprivate var withoutLineEnd: TemplateToken {
    guard kind == .text, raw.utf8.last == 0x0a else { return self }
    return TemplateToken(kind: kind, raw: String(raw.unicodeScalars.dropLast()), file: file, line: line, alone: alone)
  }
}
