import HandoffText

/// How programs of one language give another value for a variable that is not set. Only what is certain counts: where
/// it is not, the variable is taken for one that is needed.
struct DefaultForms: Sendable {
  /// The forms whose second argument is that value.
  var arguments: Set<String> = []
  /// The forms that take it as an argument named `default`.
  var keywords: Set<String> = []
  /// What stands between the variable and that value.
  var operators: [String] = []
  /// The forms that end a program where the variable is not set, so that no operator behind them is reached.
  var strict: Set<String> = []
  /// Methods of the variable that give it.
  var methods: Set<String> = []
  /// The forms behind which a block gives it.
  var blocks: Set<String> = []
  /// What may stand around the variable before an operator or a method.
  var wraps: [String] = []
  /// Functions that take the first of their arguments that is not empty.
  var choosers: [String] = []

  /// How far is looked.
  private static let far = 400

  /// What ends a program, or is no value.
  private static let endings: Set<String> = [
    "throw", "raise", "die", "exit", "abort", "fail", "panic", "error", "fatalError", "preconditionFailure", "return",
    "undefined", "null", "nil", "None", "unreachable", "croak", "confess",
  ]
  /// Words behind which a text asks whether one thing or another holds.
  private static let questions: Set<String> = ["if", "while", "unless", "until", "elsif", "elif", "not", "and"]

  /// Whether a use of a variable has another value.
  /// - Parameters:
  ///   - form: the words of the form.
  ///   - start: where the form begins.
  ///   - nameEnd: where the name ends with its quotes or braces.
  func follow(_ form: String, in bytes: [UInt8], from start: Int, nameEnd: Int) -> Bool {
    let text = Text(bytes: bytes, limit: min(bytes.count, nameEnd + Self.far))
    let before = text.before(start)
    var index = text.blanksEnd(nameEnd)
    if text.has(",", at: index) {
      if arguments.contains(form) { return text.isValue(text.labelEnd(index + 1)) }
      if keywords.contains(form) { return text.hasKeyword(index) }
    }
    if form.hasSuffix("(") || form.hasSuffix("[") {
      guard text.has(")", at: index) || text.has("]", at: index) else { return false }
      index += 1
    }
    if blocks.contains(form), let block = text.blockStart(text.blanksEnd(index)) { return text.isValue(block) }
    if choosers.contains(where: { text.ends($0, at: before) }) {
      index = text.blanksEnd(index)
      return text.has(",", at: index) && text.isValue(index + 1)
    }
    var isWrapped = wraps.contains { text.ends($0, at: before) }
    while true {
      index = text.blanksEnd(index)
      if let sign = operators.first(where: { text.hasOperator($0, at: index) }) {
        if strict.contains(form) || (sign == "||" || sign == "or") && isQuestion(text, before) { return false }
        return text.isValue(index + sign.utf8.count)
      }
      if isWrapped, let end = text.callEnd(index) {
        isWrapped = false
        index = end
      } else if let (name, open) = text.method(index), !methods.isEmpty || operators.contains("??") {
        if methods.contains(name) { return text.isValue(open + 1) }
        guard let close = text.closing(open) else { return false }
        index = close + 1
      } else {
        return false
      }
    }
  }

  /// Whether what stands before a variable makes a condition of it.
  private func isQuestion(_ text: Text, _ before: Int) -> Bool {
    guard before > 0 else { return false }
    switch text.bytes[before - 1] {
    case UInt8(ascii: "!"), UInt8(ascii: "&"), UInt8(ascii: "<"): return true
    case UInt8(ascii: "="): return before > 1 && "=!~".utf8.contains(text.bytes[before - 2])
    case UInt8(ascii: "("): return Self.questions.contains(text.word(endingAt: text.blanksStart(before - 1)))
    default: return Self.questions.contains(text.word(endingAt: before))
    }
  }

  /// A text that is read from some place on.
  private struct Text {
    let bytes: [UInt8]
    /// Nothing is looked at from here on.
    let limit: Int

    func has(_ words: String, at index: Int) -> Bool {
      index + words.utf8.count <= limit && bytes[index...].starts(with: words.utf8)
    }

    func ends(_ words: String, at index: Int) -> Bool {
      let start = index - words.utf8.count
      guard start >= 0, bytes[start..<index].elementsEqual(words.utf8) else { return false }
      return start == 0 || !bytes[start - 1].isWordOfASCII
    }

    func hasOperator(_ sign: String, at index: Int) -> Bool {
      guard has(sign, at: index) else { return false }
      let end = index + sign.utf8.count
      return sign != "or" || end == limit || !bytes[end].isWordOfASCII
    }

    func blanksEnd(_ start: Int) -> Int {
      var end = start
      while end < limit, " \t\r\n".utf8.contains(bytes[end]) { end += 1 }
      return end
    }

    func blanksStart(_ end: Int) -> Int {
      var start = end
      while start > 0, end - start < DefaultForms.far, " \t\r\n".utf8.contains(bytes[start - 1]) { start -= 1 }
      return start
    }

    /// The end of what stands before a form, without the names of modules that belong to it and without blanks.
    func before(_ start: Int) -> Int {
      var index = start
      while index > 0, start - index < DefaultForms.far,
        bytes[index - 1] == UInt8(ascii: ".") || bytes[index - 1] == UInt8(ascii: ":")
          || bytes[index - 1].isWordOfASCII && index < start
      {
        index -= 1
      }
      return blanksStart(index)
    }

    func word(endingAt end: Int) -> String {
      var start = end
      while start > 0, end - start < 20, bytes[start - 1].isWordOfASCII { start -= 1 }
      return String(decoding: bytes[start..<end], as: UTF8.self)
    }

    func wordEnd(_ start: Int) -> Int {
      var end = min(start, limit)
      while end < limit, bytes[end].isWordOfASCII { end += 1 }
      return end
    }

    /// Behind `default=` or `default:`, where it stands.
    func labelEnd(_ start: Int) -> Int {
      let start = blanksEnd(start)
      guard has("default", at: start) else { return start }
      let end = blanksEnd(wordEnd(start))
      return has("=", at: end) || has(":", at: end) ? end + 1 : start
    }

    /// Whether one of the arguments from here on is named `default`, and is a value.
    func hasKeyword(_ start: Int) -> Bool {
      var (index, depth) = (start, 0)
      while index < limit {
        if "([{".utf8.contains(bytes[index]) { depth += 1 }
        if ")]}".utf8.contains(bytes[index]) { depth -= 1 }
        if depth < 0 { return false }
        if depth == 0, bytes[index] == UInt8(ascii: ",") {
          let name = blanksEnd(index + 1)
          let value = labelEnd(name)
          if value != name { return isValue(value) }
        }
        index += 1
      }
      return false
    }

    /// Whether what begins here is a value: neither nothing, nor what ends the program.
    func isValue(_ start: Int) -> Bool {
      var index = blanksEnd(start)
      guard index < limit, !has(")", at: index), !has("]", at: index) else { return false }
      while index < limit, " \t\r\n({=>)&|$".utf8.contains(bytes[index]) {
        // The names of what a closure takes.
        if bytes[index] == UInt8(ascii: "|"), let end = bytes[(index + 1)..<limit].firstIndex(of: UInt8(ascii: "|")) {
          index = end
        }
        index += 1
      }
      var word = index
      while word < limit, bytes[word].isWordOfASCII || ".:".utf8.contains(bytes[word]) { word += 1 }
      let parts = bytes[index..<word].split { ".:".utf8.contains($0) }.map { String(decoding: $0, as: UTF8.self) }
      return !parts.contains(where: DefaultForms.endings.contains)
    }

    /// Behind the brace or the word that begins a block.
    func blockStart(_ index: Int) -> Int? {
      if has("{", at: index) { return index + 1 }
      return has("do", at: index) && wordEnd(index) == index + 2 ? index + 2 : nil
    }

    /// Behind the end of a call, before which a number may stand as in `parseInt(x, 10)`.
    func callEnd(_ start: Int) -> Int? {
      var index = start
      if has(",", at: index) { index = blanksEnd(wordEnd(blanksEnd(index + 1))) }
      return has(")", at: index) ? index + 1 : nil
    }

    /// The name of a method that is called, and where its arguments open.
    func method(_ start: Int) -> (name: String, open: Int)? {
      var index = start
      if has("?", at: index) { index += 1 }
      guard has(".", at: index) else { return nil }
      let end = wordEnd(index + 1)
      guard has("(", at: end) else { return nil }
      return (String(decoding: bytes[(index + 1)..<end], as: UTF8.self), end)
    }

    func closing(_ open: Int) -> Int? {
      var depth = 0
      for index in open..<limit {
        if bytes[index] == UInt8(ascii: "(") { depth += 1 }
        if bytes[index] == UInt8(ascii: ")") { depth -= 1 }
        if depth == 0 { return index }
      }
      return nil
    }
  }
}
