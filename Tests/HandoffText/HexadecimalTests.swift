import HandoffText
import Testing

@Suite struct HexadecimalTests {
  @Test(
    "Digits alone are a number",
    arguments: [
      ("0", 0), ("fF", 255), ("00000041", 65), ("ffffffff", .max), ("", nil), ("+4", nil), ("-4", nil), ("0x1", nil),
      ("g", nil), (" 1", nil), ("123456789", nil),
    ] as [(String, UInt32?)])
  func number(text: String, number: UInt32?) {
    #expect(text.utf8.hexadecimalNumber == number)
  }

  @Test(
    "A percent sign that no two digits follow stays",
    arguments: [("a%41%4", "aA%4"), ("%+4%-1%", "%+4%-1%"), ("%c3%BC", "ü"), ("%%41", "%A")])
  func percentDecoded(text: String, decoded: String) {
    #expect(text.utf8.percentDecoded == Array(decoded.utf8))
  }
}
