import HandoffText
import Testing

@Suite struct ShellWordTests {
  @Test(arguments: [("plain", "plain"), ("two words", "'two words'"), ("it's", #"'it'\''s'"#), ("", "''")])
  func bashQuoting(text: String, word: String) {
    #expect(ShellWord.bash(text) == word)
  }

  @Test func powershellRefusesWhatItWouldChange() {
    #expect(ShellWord.powershell("a\"b") == nil)
    #expect(ShellWord.powershell("it's") == "'it''s'")
  }

  @Test func noLineOfACommandBeginsWithTheWorldsText() {
    #expect(ShellWord.bash("a\n<!-- x") == "'a\n''<!-- x'")
  }

  @Test func aQuoteWithACombiningMarkIsAQuote() {
    #expect(Array((ShellWord.powershell("a'\u{301}b") ?? "").utf8) == Array("'a''\u{301}b'".utf8))
    #expect(ShellWord.powershell("a\"\u{301}b") == nil)
  }
}
