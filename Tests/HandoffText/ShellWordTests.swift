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
}
