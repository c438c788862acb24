import HandoffTestSupport
import Testing

@testable import HandoffProbes

/// Settings as the programs take them that read them.
@Suite struct SettingsTextTests {
  @Test("What Java's escapes stand for is in a value and in a key")
  func java() {
    let text = #"""
      plain=a\tb\nc\rd\fe\q
      name\u002dx : \u0041\u00e9\ud83d\ude00\u12
      path=C\:\\new\\u0041
      more=a\
        b
      """#
    let settings = SettingsText(text, .java).all(in: "")
    // https://docs.oracle.com/en/java/javase/21/docs/api/java.base/java/util/Properties.html#load(java.io.Reader)
    #expect(settings["plain"] == "a\tb\nc\rd\u{c}eq")
    #expect(settings["name-x"] == "Aé😀u12")
    #expect(settings["path"] == #"C:\new\u0041"#)
    #expect(settings["more"] == "ab")
  }

  @Test("A value goes on behind an odd number of backslashes, as git itself reads it", arguments: 1...4)
  func git(count: Int) async throws {
    let scratch = try Scratch()
    let text = "[core]\n\ta = x" + String(repeating: "\\", count: count) + "\n b = y\n"
    try scratch.write("sqitch.conf", text)
    let settings = SettingsText(text, .git)
    let said = try await scratch.run("git", "config", "-f", "sqitch.conf", "--get", "core.a")
    #expect(settings["core", "a"] == said)
    #expect((settings["core", "b"] == nil) == (count % 2 == 1))
  }
}
