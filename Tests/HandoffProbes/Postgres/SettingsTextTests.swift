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

  @Test("A line that goes on and on behind backslashes is read at once", .timeLimit(.minutes(1)))
  func continued() {
    let text = "a=" + String(repeating: "\\\\\\\n", count: 200_000)
    #expect(SettingsText(text, .java).all(in: "")["a"]?.utf8.count == 200_000)
    #expect(SettingsText("[s]\n" + text, .git)["s", "a"]?.utf8.count == 200_000)
  }

  @Test("A change of sqitch's that was reworked has the script that bears a tag between the two")
  func reworked() {
    let plan = SqitchPlan.changes(in: "%project=p\n@none\na x\n@v1\n@v2\nb\n@v3\na [a@v3]\n@v4\n")
    #expect(plan.project == "p")
    #expect(plan.changes.map(\.name) == ["a", "b", "a"])
    #expect(plan.changes.map(\.time) == [1, 1, 2])
    #expect(
      plan.changes.map(\.scripts) == [
        ["deploy/a@v1.sql", "deploy/a@v2.sql", "deploy/a@v3.sql"], ["deploy/b.sql"], ["deploy/a.sql"],
      ])
  }

  @Test("A plan of as many changes and tags as its limit allows is read at once", .timeLimit(.minutes(1)))
  func longPlan() {
    let changes = (0..<60_000).map { "c\($0)\n@t\($0)\n" }.joined()
    let plan = SqitchPlan.changes(in: changes + changes)
    #expect(plan.changes.count == 120_000 && plan.changes[0].scripts.count == 100)
  }
}
