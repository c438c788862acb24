import HandoffModel
import HandoffProbes
import HandoffSystem
import HandoffTestSupport
import HandoffText
import Testing

/// Writing and committing a handoff is not drift.
@Suite struct GitHandoffTests {
  @Test(arguments: ["handoffs", "docs/handoffs", "./handoffs/", "."])
  func filesOfTheHandoffsFolderAreNotSeen(folder: String) async throws {
    let fixture = try await GitFixture()
    let before = await fixture.observe(handoffs: folder)
    try fixture.write("\(folder)/SESSION-HANDOFF-2025-11-07-ONE.md", "one")
    #expect(await fixture.observe(handoffs: folder).facts == before.facts)
    try await fixture.git("add", "--", folder)
    #expect(await fixture.observe(handoffs: folder).facts == before.facts)
    try await fixture.git("commit", "-q", "-m", "hand off")
    #expect(await fixture.observe(handoffs: folder).facts == before.facts)
    try fixture.write("other.txt", "seen")
    #expect(await fixture.observe(handoffs: folder)["git.changes"]?["untracked"] == 1)
  }

  @Test func commitsOfHandoffsAloneAreNotSeen() async throws {
    let fixture = try await GitFixture()
    try await fixture.addRemote()
    let work = try await fixture.commit("b.txt", "b\n")
    let before = await fixture.observe()
    // More of them than the first look takes.
    for number in 1...12 { try await fixture.commit("handoffs/\(number).md", "h\(number)\n") }
    let after = await fixture.observe()
    #expect(after["git.head"] == .string(work))
    #expect(after["git.ahead"] == 1)
    #expect(after.facts == before.facts)
  }

  @Test func aCommitThatTouchesMoreIsSeen() async throws {
    let fixture = try await GitFixture()
    try fixture.write("handoffs/x.md", "x")
    try await fixture.git("add", ".")
    let both = try await fixture.commit("b.txt", "b\n")
    #expect(await fixture.observe()["git.head"] == .string(both))
    try await fixture.git("commit", "-q", "--allow-empty", "-m", "empty")
    let empty = try await fixture.git("rev-parse", "HEAD")
    #expect(await fixture.observe()["git.head"] == .string(empty))
  }

  @Test func aMergeOfHandoffsIsSeen() async throws {
    let fixture = try await GitFixture()
    try await fixture.git("switch", "-q", "-c", "side")
    try await fixture.commit("handoffs/side.md", "s\n")
    try await fixture.git("switch", "-q", "main")
    try await fixture.commit("handoffs/main.md", "m\n")
    try await fixture.git("merge", "-q", "-m", "merge", "side")
    let merge = try await fixture.git("rev-parse", "HEAD")
    #expect(await fixture.observe()["git.head"] == .string(merge))
  }

  @Test func theFirstCommitMayBeAHandoff() async throws {
    let fixture = try await GitFixture(commit: false)
    try fixture.write("a.txt", "not yet committed")
    let before = await fixture.observe()
    try await fixture.commit("handoffs/first.md", "h\n")
    let after = await fixture.observe()
    #expect(after["git.head"] == .null)
    #expect(after.facts == before.facts)
  }

  @Test func aProjectInASubfolderHasItsHandoffsThere() async throws {
    let fixture = try await GitFixture()
    let before = await fixture.observe(in: fixture.root)
    try await fixture.commit("sub/handoffs/x.md", "x\n")
    let sub = await fixture.observe(in: fixture.root + "/sub")
    #expect(sub.facts == before.facts)
    // Seen from the top the same folder is nobody's handoffs.
    #expect(await fixture.observe()["git.head"] != before["git.head"])
  }
}
