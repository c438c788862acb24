import HandoffProject
import Testing

@Suite struct DotenvTests {
  @Test("Names and values are read as docker compose and python-dotenv read them")
  func reading() {
    let dotenv = Dotenv(
      """
      # a comment
      PLAIN=value # with a comment
      export EXPORTED=1
      SINGLE='a # b'
      DOUBLE="two\\nlines"
      MANY="first
      second"
      EMPTY=
      HASH=a#b
      not an assignment
      1BAD=x
      AFTER=yes
      """)
    #expect(dotenv.names == ["PLAIN", "EXPORTED", "SINGLE", "DOUBLE", "MANY", "EMPTY", "HASH", "AFTER"])
    #expect(dotenv["PLAIN"] == "value")
    #expect(dotenv["EXPORTED"] == "1")
    #expect(dotenv["SINGLE"] == "a # b")
    #expect(dotenv["DOUBLE"] == "two\nlines")
    #expect(dotenv["MANY"] == "first\nsecond")
    #expect(dotenv["EMPTY"] == nil)
    #expect(dotenv["HASH"] == "a#b")
    #expect(dotenv["AFTER"] == "yes")
  }

  @Test("Windows line ends and an unclosed quote lose no line after them")
  func rough() {
    let dotenv = Dotenv("A=1\r\nB=\"open\r\nC=3\r\n")
    #expect(dotenv.names == ["A", "B", "C"])
    #expect(dotenv["A"] == "1")
    #expect(dotenv["C"] == "3")
  }
}
