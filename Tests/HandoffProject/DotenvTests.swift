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

  @Test("A value whose braces open over and over holds nobody up", .timeLimit(.minutes(1)))
  func openBraces() {
    let open = String(repeating: "${", count: 200_000)
    #expect(Dotenv("A=\(open)\nB=1", expands: true)["A"] == open)
    #expect(Dotenv("A=\(open)}\nB=1", expands: true)["A"] == open + "}")
  }

  @Test("Defaults that stand in each other are put in, and left as they are where no person wrote them")
  func nestedDefaults() {
    func nested(_ depth: Int) -> String {
      String(repeating: "${A:-", count: depth) + "x" + String(repeating: "}", count: depth)
    }
    #expect(Dotenv("B=\(nested(20))", expands: true)["B"] == "x")
    #expect(Dotenv("B=\(nested(100_000))", expands: true)["B"]?.hasSuffix("}") == true)
  }
}
