import HandoffText
import Testing

/// Values stand in Markdown as what they are. What a parser makes of them is checked on whole documents, in the tests of
/// HandoffDocument; here are the bytes.
@Suite struct MarkdownTests {
  @Test(arguments: [
    ("plain", "`plain`"), ("a`b", "``a`b``"), ("`a", "`` `a ``"), ("a ", "` a  `"), ("", "(empty)"),
    ("  ", "(2 spaces)"),
    ("a\nb", #"`a\nb`"#), ("a\u{202e}b", #"`a\u{202e}b`"#),
    // A backtick with a combining mark is one character to Swift and ends a code span all the same.
    ("a`\u{301}b", "``a`\u{301}b``"), ("`\u{301}", "`` `\u{301} ``"),
  ])
  func codeSpans(text: String, span: String) {
    #expect(Array(Untrusted(text).markdownCode.utf8) == Array(span.utf8))
  }

  @Test(arguments: [
    ("a|b", #"`a\|b`"#), (#"a\|b"#, #"`a\\u{7c}b`"#), (#"a\"#, #"` a\  `"#), ("a|\u{301}b", "`a\\|\u{301}b`"),
  ])
  func cells(text: String, cell: String) {
    #expect(Array(Untrusted(text).markdownCell.utf8) == Array(cell.utf8))
  }

  @Test(arguments: [
    ("Post-cleanup", "Post-cleanup"), ("0.1.0", "0.1.0"), ("snake_case", "snake_case"), ("_a_", #"\_a\_"#),
    ("1. first", #"1\. first"#), ("- item", #"\- item"#), ("a|b", #"a\|b"#), ("<b>", #"\<b\>"#), ("a\nb", #"a\\nb"#),
    ("www.example.com", #"www\.example.com"#), ("https://x", #"https\:\/\/x"#), ("#1 @you", "\\#1 \\@you"),
    ("---", #"\-\-\-"#), ("it's done, (really)", "it's done, (really)"),
  ])
  func text(text: String, markdown: String) {
    #expect(Untrusted(text).markdownText == markdown)
  }

  @Test func ourWordsMeanNothingToMarkdown() {
    let message: Message = "no \(Untrusted("a*b")) - PG* or DB_*: none [yet] of port_number"
    #expect(message.markdown == #"no `a*b` - PG\* or DB\_\*: none \[yet\] of port_number"#)
    #expect(message.terminal == "no a*b - PG* or DB_*: none [yet] of port_number")
  }

  @Test func aFenceIsLongerThanWhatItHolds() {
    #expect(Fence.block("a\n````\nb", language: "sh") == "`````sh\na\n````\nb\n`````")
    // CRLF is one character to Swift: the carriage return is shown, and the line ends.
    #expect(Fence.block("a\r\nb", language: "") == "```\na\\r\nb\n```")
  }

  @Test func linesEndInEveryWay() {
    #expect(TextLines.lines(of: "a\nb\r\nc\rd\n\ne") == ["a", "b", "c", "d", "", "e"])
    #expect(TextLines.lines(of: "a\n") == ["a"])
    #expect(TextLines.lines(of: "").isEmpty)
  }

  @Test func noCommentOfOursIsACommandToAnyShell() {
    let message: Message = "use \(Untrusted("it's $(id) `id` ; rm -rf ~ <x>\n& | y"))"
    #expect(ShellComment.line(message) == "# use it s id id rm -rf x n y")
    #expect(ShellComment.line("put it into ~/.pgpass") == "# put it into ~/.pgpass")
  }
}
