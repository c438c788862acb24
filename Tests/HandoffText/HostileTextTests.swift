import Foundation
import HandoffTestSupport
import HandoffText
import Testing

/// Hostile text through each sink of this module. What a program makes of it is asked of that program.
@Suite struct HostileTextTests {
  static let strings = HostileStrings.all

  @Test func terminal() {
    var sweep = Sweep("terminal")
    for text in Self.strings {
      let shown = Untrusted(text).terminal
      let isPlain = text.unicodeScalars.allSatisfy { (" "..."~").contains($0) }
      sweep.count(
        text, HiddenCharacters.first(in: shown) ?? (isPlain && shown != text ? "plain text was changed" : nil))
    }
    // Bytes that are not UTF-8, each possible one.
    for byte in UInt8.min...UInt8.max {
      let shown = Untrusted(bytes: [0x61, byte, 0xff, 0x62]).terminal
      sweep.count("byte \(byte)", HiddenCharacters.first(in: shown) ?? (shown.hasSuffix(#"\xffb"#) ? nil : shown))
    }
    sweep.end()
  }

  @Test func theAuthorsLines() {
    var sweep = Sweep("lines of notes")
    // A joiner stands between two signs, a variation selector behind one.
    let joiners: Set<Unicode.Scalar> = ["\n", "\t", "\u{200c}", "\u{200d}", "\u{fe0e}", "\u{fe0f}"]
    for text in Self.strings {
      // Every end of a line becomes one.
      let shown = TextLines.lines(of: Untrusted(text).visibleLines).joined(separator: "\n")
      var failure = HiddenCharacters.first(in: shown, allowed: joiners)
      let scalars = Array(shown.unicodeScalars)
      for (index, scalar) in scalars.enumerated() where joiners.contains(scalar) && scalar.value > 0x20 {
        let before = index > 0 ? scalars[index - 1] : "\n"
        if before.isASCII && !"0123456789#*".unicodeScalars.contains(before)
          || joiners.subtracting(["\u{fe0f}"]).contains(before)
        {
          failure = "a joiner that joins nothing"
        }
      }
      sweep.count(text, failure)
    }
    #expect(
      Untrusted("\u{1f469}\u{200d}\u{1f4bb} \u{2764}\u{fe0f} 1\u{fe0f}\u{20e3}").visibleLines
        == "\u{1f469}\u{200d}\u{1f4bb} \u{2764}\u{fe0f} 1\u{fe0f}\u{20e3}")
    #expect(Untrusted("a\u{200d}b x\u{fe0f}\u{fe0f}").visibleLines == #"a\u{200d}b x\u{fe0f}\u{fe0f}"#)
    sweep.end()
  }

  @Test func commentsOfShells() {
    var sweep = Sweep("comment in a block of commands")
    let acting = Set("'\"\\`$(){}[]<>|&;!#*?=^\n".unicodeScalars)
    for text in Self.strings {
      let line = ShellComment.line("use \(Untrusted(text)) now")
      let acts = line.unicodeScalars.dropFirst().contains { acting.contains($0) }
      sweep.count(text, HiddenCharacters.first(in: line) ?? (acts || !line.hasPrefix("# use") ? line : nil))
    }
    sweep.end()
  }

  // MARK: Markdown

  /// Puts one piece of Markdown for each text between marks, and gives back what stands between them in HTML.
  static func read(_ pieces: [String]) throws -> [String?] {
    let document = pieces.enumerated().map { "mark\($0)begins\n\n\($1)\n\nmark\($0)ends\n" }.joined(separator: "\n")
    let html = try CommonMark.html(document)
    return pieces.indices.map { index in
      guard let begin = html.range(of: "<p>mark\(index)begins</p>\n"),
        let end = html.range(of: "<p>mark\(index)ends</p>\n", range: begin.upperBound..<html.endIndex)
      else { return nil }
      return String(html[begin.upperBound..<end.lowerBound])
    }
  }

  static func escaped(_ text: String) -> String {
    // By scalars, as a parser reads them.
    text.unicodeScalars.reduce(into: "") { result, scalar in
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      default: result.unicodeScalars.append(scalar)
      }
    }
  }

  /// What a block or span shows where more backticks follow each other than parsers can tell apart.
  static func shown(_ text: String) -> String {
    let shown = Untrusted(text).visible
    return longestRun(of: "`", in: shown) > 64 ? shown.replacing("`", with: #"\u{60}"#) : shown
  }

  /// What a code span shows of a text; the shown form of text without anything in it is words of ours.
  static func span(_ text: String) -> String {
    let shown = Self.shown(text)
    if shown.isEmpty { return "(empty)" }
    if shown.allSatisfy({ $0 == " " }) { return "(\(shown.count) spaces)" }
    return "<code>\(escaped(shown))</code>"
  }

  @Test(.enabled(if: CommonMark.isAvailable, "cmark-gfm reads it")) func codeSpans() throws {
    var sweep = Sweep("code span")
    let html = try Self.read(Self.strings.map { "a \(Untrusted($0).markdownCode) b" })
    for (text, html) in zip(Self.strings, html) {
      sweep.count(text, html == "<p>a \(Self.span(text)) b</p>\n" ? nil : html ?? "it ran into what follows")
    }
    sweep.end()
  }

  @Test(.enabled(if: CommonMark.isAvailable, "cmark-gfm reads it")) func messages() throws {
    var sweep = Sweep("message in Markdown")
    let others = Self.strings.dropFirst(17) + Self.strings.prefix(17)
    let messages: [Message] = zip(Self.strings, others).map { "\(Untrusted($0)), \(Untrusted($0))\(Untrusted($1))" }
    let html = try Self.read(messages.map(\.markdown))
    for ((text, other), html) in zip(zip(Self.strings, others), html) {
      let expected = "<p>\(Self.span(text)), \(Self.span(text + other))</p>\n"
      sweep.count(text, html == expected ? nil : html ?? "it ran into what follows")
    }
    sweep.end()
  }

  @Test(.enabled(if: CommonMark.isAvailable, "cmark-gfm reads it")) func runningText() throws {
    var sweep = Sweep("Markdown text")
    let texts = Self.strings.map { Untrusted($0).markdownText }
    let html = try Self.read(
      texts.map { "\($0)\n\n# Title: \($0)\n\n- **Status**: \($0)\n\n| \($0) |\n|---|\n| \($0) |" })
    for (text, html) in zip(Self.strings, html) {
      let own = Self.squeezed(Self.escaped(Untrusted(text).visible))
      // A heading's closing marks are escaped, too. Spaces are left out on both sides, by scalars: with a mark upon it, a
      // space is a character of its own, and white space.
      let expected =
        (own.isEmpty ? "" : "<p>\(own)</p>\n")
        + "<h1>Title: \(own)</h1>\n<ul>\n<li><strong>Status</strong>: "
        + "\(own)</li>\n</ul>\n<table>\n<thead>\n<tr>\n<th>\(own)</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>\(own)"
        + "</td>\n</tr>\n</tbody>\n</table>\n"
      sweep.count(
        text, html.map(Self.squeezed) == Self.squeezed(expected) ? nil : html ?? "it ran into what follows")
    }
    sweep.end()
  }

  /// Text without white space, which says nothing about structure.
  private static func squeezed(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.filter { $0 != " " }))
  }

  @Test(.enabled(if: CommonMark.isAvailable, "cmark-gfm reads it")) func cells() throws {
    var sweep = Sweep("table cell")
    let rows = Self.strings.enumerated().map {
      "| \($0) | \(Untrusted($1).markdownCell) | \(("\(Untrusted($1)) is" as Message).markdownCell) |"
    }
    let html = try CommonMark.html("| n | a | b |\n|---|---|---|\n" + rows.joined(separator: "\n") + "\n\nafter\n")
    let cells = html.components(separatedBy: "<tr>\n").dropFirst(2).map { row in
      row.components(separatedBy: "<td>").dropFirst().map {
        String($0.prefix(upTo: $0.range(of: "</td>")?.lowerBound ?? $0.endIndex))
      }
    }
    #expect(cells.count == Self.strings.count && html.hasSuffix("</table>\n<p>after</p>\n"))
    for (index, text) in Self.strings.enumerated() {
      // A pipe behind a backslash is spelled out, and a backslash at the end gets a space.
      func plain(_ text: String) -> String {
        text.replacing("\\u{7c}", with: "|").replacing("\\ </code>", with: "\\</code>")
      }
      let expected = [String(index), plain(Self.span(text)), plain(Self.span(text)) + " is"]
      let row = index < cells.count ? cells[index].map(plain) : []
      sweep.count(text, row == expected ? nil : "\(row)")
    }
    sweep.end()
  }

  @Test(.enabled(if: CommonMark.isAvailable, "cmark-gfm reads it")) func fences() throws {
    var sweep = Sweep("fence")
    let html = try Self.read(Self.strings.map { Fence.block($0, language: "text") })
    for (text, html) in zip(Self.strings, html) {
      let lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map {
        Self.shown(String($0))
      }
      let expected =
        "<pre><code class=\"language-text\">\(Self.escaped(lines.joined(separator: "\n")))\n</code></pre>\n"
      sweep.count(text, html == expected ? nil : html ?? "it ran into what follows")
    }
    sweep.end()
  }

  // MARK: Shells

  /// What a shell makes of the words of some texts, given to it as one script.
  private static func words(_ shell: String, _ texts: [String]) throws -> [[UInt8]] {
    let script = texts.map { "printf '%s\\0' \(ShellWord.bash($0))\n" }.joined()
    let folder = try TemporaryFolder(["script": script])
    return try Witness.bytes(shell, [folder.path + "/script"]).split(separator: 0, omittingEmptySubsequences: false)
      .map(Array.init)
  }

  @Test(arguments: ["bash", "dash"])
  func shellWords(shell: String) throws {
    var sweep = Sweep("\(shell) word")
    let random = HostileStrings.random(10_000, seed: 20_261_123)
    let texts = Self.strings + random
    let words = try Self.words(shell, texts)
    #expect(words.count == texts.count + 1)
    for (text, word) in zip(texts, words) {
      // No argument can hold NUL.
      let expected = text.utf8.filter { $0 != 0 }
      let source = ShellWord.bash(text)
      sweep.count(
        text, word == expected ? HiddenCharacters.first(in: source, allowed: ["\n"]) : "\(source) gave other bytes")
    }
    sweep.end(atLeast: 10_300)
  }

  @Test func powershellWords() {
    var sweep = Sweep("PowerShell word")
    var said = 0
    for text in Self.strings {
      for quoted in [false, true] {
        guard let word = ShellWord.powershell(text, quoted: quoted) else {
          // Ordinary text is not left out.
          let isOrdinary =
            !text.isEmpty && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || " '$;()".contains($0)) }
          sweep.count(text, isOrdinary ? "was left out" : nil)
          continue
        }
        said += 1
        let isSafe =
          !text.contains("\"") && !text.hasSuffix("\\") && !text.isEmpty && HiddenCharacters.first(in: text) == nil
        sweep.count(
          text, PowerShellReader.value(of: word).map { Array($0.utf8) } == Array(text.utf8) && isSafe ? nil : word)
      }
      // To a program, which may be a batch file.
      if let line = ShellCommand.run("program", text).powershell {
        let acting = text.contains { "&|<>^".contains($0) } || text.count(where: { $0 == "%" }) > 1
        sweep.count(text, acting ? line : nil)
      }
    }
    #expect(said > 300)
    sweep.end()
  }
}

/// Reads one word of a command line as PowerShell's tokenizer does in argument mode
/// (https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_parsing, about_quoting_rules).
enum PowerShellReader {
  private static let quotes = Set("'\u{2018}\u{2019}\u{201a}\u{201b}".unicodeScalars)

  /// What a program is given; nil where the word is more than one plain or single-quoted one.
  static func value(of word: String) -> String? {
    let scalars = Array(word.unicodeScalars)
    guard let first = scalars.first else { return nil }
    var value = String.UnicodeScalarView()
    guard quotes.contains(first) else {
      // A plain word: nothing that is an operator, a variable, a list, a splat or a comment, and no dash that begins a
      // parameter which is cut at a colon or a point.
      let plain = scalars.allSatisfy {
        $0.isASCII && ($0.properties.isAlphabetic || "0123456789-_./:=+%".unicodeScalars.contains($0))
      }
      let begins = first.properties.isAlphabetic || "0123456789./-".unicodeScalars.contains(first)
      let isCut = first == "-" && scalars.contains { $0 == "." || $0 == ":" }
      return plain && begins && !isCut && !word.hasPrefix("--%") ? word : nil
    }
    var index = 1
    while index < scalars.count {
      if quotes.contains(scalars[index]) {
        index += 1
        if index == scalars.count { return String(value) }
        guard quotes.contains(scalars[index]) else { return nil }
      }
      value.append(scalars[index])
      index += 1
    }
    return nil
  }
}
