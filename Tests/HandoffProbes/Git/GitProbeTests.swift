import HandoffModel
import HandoffProbes
import HandoffSystem
import HandoffTestSupport
import HandoffText
import Testing

@Suite struct GitProbeTests {
  @Test func aCleanRepositoryIsTold() async throws {
    let fixture = try await GitFixture()
    try await fixture.addRemote()
    let observation = await fixture.observe()
    #expect(observation.status == .ok)
    #expect(observation["git.branch"] == "main")
    let head = try await fixture.git("rev-parse", "HEAD")
    #expect(observation["git.head"] == .string(head))
    #expect(observation["git.upstream"] == "origin/main")
    #expect(observation["git.operation"] == .null)
    #expect(observation["git.ahead"] == 0)
    #expect(observation["git.behind"] == 0)
    #expect(observation["git.stashes"] == 0)
    #expect(observation["git.changes"] == ["staged": 0, "modified": 0, "untracked": 0, "conflicted": 0])
    #expect(observation.facts.count == GitProbe.facts.count)
  }

  @Test func changesAreCounted() async throws {
    let fixture = try await GitFixture()
    try await fixture.commit("b.txt", "b\n")
    try fixture.write("staged.txt", "new\n")
    try await fixture.git("add", "staged.txt")
    try fixture.write("staged.txt", "new and changed\n")
    try fixture.write("a.txt", "changed\n")
    try fixture.write("loose/one", "1")
    try fixture.write("loose/two", "2")
    let observation = await fixture.observe()
    #expect(observation["git.changes"] == ["staged": 1, "modified": 2, "untracked": 1, "conflicted": 0])
    #expect(observation.summary.plain.contains("1 staged, 2 modified, 1 untracked"))
  }

  @Test func aheadBehindAndStashesAreCounted() async throws {
    let fixture = try await GitFixture()
    try await fixture.addRemote()
    try await fixture.git("clone", "-q", "../remote.git", "../other")
    try await fixture.scratch.run("git", "commit", "-q", "--allow-empty", "-m", "theirs", in: "other")
    try await fixture.scratch.run("git", "push", "-q", in: "other")
    try await fixture.git("fetch", "-q")
    try await fixture.commit("b.txt", "b\n")
    try await fixture.commit("c.txt", "c\n")
    for text in ["x", "y", "z"] {
      try fixture.write("a.txt", text)
      try await fixture.git("stash", "-q")
    }
    let observation = await fixture.observe()
    #expect(observation["git.ahead"] == 2)
    #expect(observation["git.behind"] == 1)
    #expect(observation["git.stashes"] == 3)
    #expect(observation.summary.plain.contains("2 ahead, 1 behind · 3 stashes"))
  }

  @Test func aRepositoryWithoutCommitsHasANullHead() async throws {
    let fixture = try await GitFixture(commit: false)
    let observation = await fixture.observe()
    #expect(observation.status == .ok)
    #expect(observation["git.head"] == .null)
    #expect(observation["git.branch"] == "main")
    #expect(observation["git.ahead"] == .null)
  }

  @Test func aCloneOfAnEmptyRepositoryFollowsItsUpstreamBeforeAndAfterTheFirstCommit() async throws {
    let fixture = try await GitFixture(commit: false)
    try await fixture.git("init", "-q", "--bare", "../remote.git")
    try await fixture.git("clone", "-q", "../remote.git", "../clone")
    let before = await fixture.observe(in: fixture.scratch.path + "/clone")
    #expect(before["git.upstream"] == "origin/main")
    try await fixture.scratch.run("git", "commit", "-q", "--allow-empty", "-m", "first", in: "clone")
    let after = await fixture.observe(in: fixture.scratch.path + "/clone")
    #expect(after["git.upstream"] == "origin/main")
    #expect(before.findingIDs == after.findingIDs)
  }

  @Test func aDetachedHeadHasNoBranch() async throws {
    let fixture = try await GitFixture()
    let recorded = await fixture.observe()
    try await fixture.git("checkout", "-q", "--detach")
    let observation = await fixture.observe(expected: recorded)
    #expect(observation["git.branch"] == .null)
    let finding = try #require(observation.findings.first { $0.id == "git.other-branch" })
    #expect(finding.remedies.first?.command.bash == "git switch main")
  }

  @Test func theFactsAreTheSameFromASubfolderAndInAnotherLocale() async throws {
    let fixture = try await GitFixture()
    try fixture.write("sub/x", "x")
    try fixture.write("top", "t")
    let top = await fixture.observe()
    let sub = await fixture.observe(
      in: fixture.root + "/sub", handoffs: "handoffs",
      with: ["LC_ALL": "tr_TR.UTF-8", "LANGUAGE": "de", "TZ": "Asia/Tokyo"])
    #expect(top.facts == sub.facts)
    #expect(sub["git.changes"]?["untracked"] == 2)
  }

  @Test(arguments: ["with space and 'quote'", "line\nend", "umlaut ü"])
  func aPathMayHoldAnything(name: String) async throws {
    let fixture = try await GitFixture(named: name)
    try fixture.write("sub\nfolder/x", "x")
    try await fixture.git("merge-base", "HEAD", "HEAD")
    let observation = await fixture.observe(in: fixture.root + "/sub\nfolder")
    #expect(observation.status == .ok)
    #expect(observation["git.operation"] == .null)
    try await fixture.git("bisect", "start")
    let bisecting = await fixture.observe(in: fixture.root + "/sub\nfolder")
    #expect(bisecting["git.operation"] == "bisect")
  }

  @Test func aWorktreeHasItsOwnBranchAndOperation() async throws {
    let fixture = try await GitFixture()
    try await fixture.git("worktree", "add", "-q", "-b", "feature", "../tree")
    try await fixture.git("bisect", "start")
    let observation = await fixture.observe(in: fixture.scratch.path + "/tree")
    #expect(observation["git.branch"] == "feature")
    #expect(observation["git.operation"] == .null)
  }

  @Test func aMovedSubmoduleCounts() async throws {
    let fixture = try await GitFixture()
    try await fixture.git("init", "-q", "../module")
    for _ in 1...2 {
      try await fixture.scratch.run("git", "commit", "-q", "--allow-empty", "-m", "m", in: "module")
    }
    try await fixture.git("submodule", "--quiet", "add", "../module", "module")
    try await fixture.git("commit", "-q", "-m", "module")
    #expect(await fixture.observe()["git.changes"]?["modified"] == 0)
    try await fixture.git("checkout", "-q", "HEAD~1", in: "project/module")
    #expect(await fixture.observe()["git.changes"]?["modified"] == 1)
    // The submodule is a repository of its own.
    #expect(await fixture.observe(in: fixture.root + "/module")["git.branch"] == .null)
  }

  @Test func variablesOfAHookThatRunsUsDoNotLeadElsewhere() async throws {
    let fixture = try await GitFixture()
    try await fixture.git("init", "-q", "../other")
    let head = try await fixture.git("rev-parse", "HEAD")
    let observation = await fixture.observe(
      with: [
        "GIT_DIR": fixture.scratch.path + "/other/.git", "GIT_INDEX_FILE": "/nonexistent", "GIT_LITERAL_PATHSPECS": "1",
      ])
    #expect(observation["git.head"] == .string(head))
    #expect(observation["git.changes"]?["staged"] == 0)
  }
}
