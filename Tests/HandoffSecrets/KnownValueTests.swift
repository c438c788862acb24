import Foundation
import HandoffSecrets
import HandoffText
import Testing

@Suite struct KnownValueTests {
  private func scanner(_ value: String) throws -> SecretScanner {
    SecretScanner(known: [try #require(KnownSecret(name: "STORY_KEY", value: value))])
  }

  /// Values without any shape, which nothing but the value itself gives away.
  static let values = [
    "correct horse", "tr0ub4dor", "p@ss/w:rd?", "my_Str0ng!Pw", "Passw0rd(x1)", "$Ecret99Word", "fakeKing$9xZ",
    "aaaaaa1Kq9z",
    "[Sup3rS3cret]", "<a>b3kQ9zz", "yourpass1234", "a\"b\\c`d<e>", "grüße-2024", "xK9#mP2$vL5q",
  ]

  @Test(arguments: values)
  func aValueIsFoundInEachOfItsForms(value: String) throws {
    let scanner = try scanner(value)
    var forms = [value, value.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""]
    forms.append(String(decoding: try JSONEncoder().encode(value), as: UTF8.self))
    for before in ["", "u", "us", "use", "user:"] {
      for after in ["", "@", "@h", "@ho"] {
        let encoded = Data((before + value + after).utf8).base64EncodedString()
        forms += [encoded, encoded.replacing("+", with: "-").replacing("/", with: "_")]
      }
    }
    for form in forms {
      let hits = scanner.scan("one\ntwo says \(form) to it\n")
      #expect(hits.contains { $0.rule == "known-value" && $0.line == 2 && $0.subject?.raw == "STORY_KEY" }, "\(form)")
    }
    #expect(scanner.scan("one\ntwo says nothing\n").isEmpty)
  }

  @Test func aKeyOfManyLinesIsFoundByEachLine() throws {
    let lines = (1...4).map { Material.random(64, of: Material.base64, seed: $0) }
    let scanner = try scanner(lines.joined(separator: "\n"))
    #expect(scanner.scan("x \(lines[2])").count == 1)
  }

  @Test(arguments: [
    "", "short", "postgres", "password", "12345", "aaaaaaaa", "your_key_here", "123456", "true", "${PASSWORD}",
  ])
  func aValueThatIsAnOrdinaryWordIsNotLookedFor(value: String) {
    #expect(KnownSecret(name: "X", value: value) == nil)
  }

  @Test func aShortWordInsideAnotherIsNotFound() throws {
    let scanner = try scanner("dragon7")
    #expect(scanner.scan("dragon77 snapdragon7 dragon7s").isEmpty)
    #expect(scanner.scan("a (dragon7) b").count == 1)
  }

  @Test("A value that a text nearly repeats at each place costs no more than another", .timeLimit(.minutes(1)))
  func aValueThatIsNearlyRepeatedCostsNoMore() throws {
    let value = String(repeating: "a", count: 1000) + "b"
    let scanner = try scanner(value)
    #expect(scanner.scan(String(repeating: "a", count: 500_000) + "\n").isEmpty)
    #expect(scanner.scan(String(repeating: "a", count: 250_000) + "b\n").map(\.rule) == ["known-value"])
    // Of a longer one its beginning tells it.
    #expect(
      try self.scanner(value + String(repeating: "c", count: 200_000)).scan(value + "ccccccccccccccccccccccccc").count
        == 1)
  }

  @Test func valuesThatOverlapAreLeftOutTogether() throws {
    let known = ["harbour lantern", "lantern walnut"].compactMap { KnownSecret(name: $0, value: $0) }
    #expect(SecretScanner(known: known).redacted("a harbour lantern walnut b") == "a *** b")
  }

  @Test func aPercentSignBeforeASignIsNoEscape() {
    #expect(HeldValue.urlPasswords(in: "redis://:Tu%+4lip%419@h") == ["Tu%+4lip%419", "Tu%+4lipA9"])
  }

  @Test func manyValuesAreFoundInOnePass() throws {
    let values = (1...200).map { Material.random(20, of: Material.alphanumeric, seed: UInt64($0)) }
    let scanner = SecretScanner(
      known: values.enumerated().compactMap { KnownSecret(name: "N\($0.offset)", value: $0.element) })
    let text = values.enumerated().map { "line \($0.offset): \($0.element)" }.joined(separator: "\n")
    #expect(scanner.scan(text).map(\.line) == Array(1...200))
  }

  @Test("A short value that looks like a password is found within other words, too", arguments: ["dump_V.sql", "q=aV"])
  func aTellingValueInsideAWordIsFound(text: String) throws {
    #expect(try scanner("hunter2abc").scan(text.replacing("V", with: "hunter2abc")).count == 1)
  }

  @Test("What is waived hides nothing that stands over it")
  func whatIsWaivedHidesNothing() throws {
    let key = try #require(FingerprintKey(Array("a key of the tests alone".utf8)))
    let waived = ["waived", "pw1"].joined(separator: "-")
    let others = ["postgres://u:\(waived)OtherSecret99@h/db", "b \(waived)Zq9RealSecret77"]
    let secrets = [
      try #require(KnownSecret(name: "A_PASSWORD", value: waived)),
      try #require(KnownSecret(name: "B_PASSWORD", value: waived + "Zq9RealSecret77")),
    ]
    let fingerprint = try #require(
      SecretScanner(known: secrets) { key }.scan("a \(waived) b").first?.fingerprint)
    let scanner = SecretScanner(known: secrets, waived: [fingerprint]) { key }
    #expect(scanner.scan("a \(waived) b").isEmpty)
    for text in others { #expect(scanner.scan(text).count == 1, "\(text)") }
  }
}
