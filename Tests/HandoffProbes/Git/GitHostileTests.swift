import HandoffModel
import HandoffProbes
import HandoffSystem
import HandoffTestSupport
import HandoffText
import Testing

/// A repository's own configuration makes nothing run.
@Suite struct GitHostileTests {
  @Test func nothingThatTheConfigurationNamesIsRun() async throws {
    let fixture = try await GitFixture()
    let canary = fixture.scratch.path + "/canary"
    let touch = "touch \(canary) #"
    try fixture.scratch.write("evil", "#!/bin/sh\ntouch \(canary)\ncat\n", executable: true)
    let evil = fixture.scratch.path + "/evil"
    try await fixture.commit(".gitattributes", "*.txt filter=evil diff=evil\n*.md filter=a=b\n*.bin filter=evil.dots\n")
    try await fixture.commit("x.bin", "bin\n")
    for (key, value) in [
      ("core.fsmonitor", evil), ("core.hooksPath", fixture.scratch.path), ("core.pager", touch),
      ("core.sshCommand", touch), ("diff.external", evil), ("diff.evil.textconv", evil), ("diff.evil.command", evil),
      ("filter.evil.clean", evil), ("filter.evil.smudge", evil), ("filter.evil.required", "true"),
      ("filter.evil.dots.process", evil), ("filter.evil.dots.required", "true"), ("gpg.program", evil),
      ("log.showSignature", "true"), ("status.submoduleSummary", "true"), ("core.alternateRefsCommand", evil),
    ] {
      try await fixture.git("config", key, value)
    }
    try fixture.scratch.write("post-index-change", "#!/bin/sh\ntouch \(canary)\n", executable: true)
    try fixture.write("a.txt", "changed, so that its content is compared\n")
    try fixture.write("x.bin", "changed\n")
    let recorded = await fixture.observe()
    _ = await fixture.observe(expected: recorded)
    #expect(FileSystem().kind(of: canary) == nil)
    // What a filter that is not run might have made equal is not claimed to differ.
    #expect(recorded["git.changes"] == nil)
    #expect(recorded.findingIDs == ["git.unreadable"])
    #expect(recorded["git.branch"] == "main")
  }

  @Test func aFilterThatCannotBeSwitchedOffKeepsTheWorkTreeUnread() async throws {
    let fixture = try await GitFixture()
    let canary = fixture.scratch.path + "/canary"
    try await fixture.commit(".gitattributes", "*.txt filter=a=b\n")
    try fixture.write(
      ".git/config",
      "[core]\n\trepositoryformatversion = 0\n[filter \"a=b\"]\n\tclean = touch \(canary); cat\n")
    try fixture.write("a.txt", "changed\n")
    let observation = await fixture.observe()
    #expect(FileSystem().kind(of: canary) == nil)
    #expect(observation["git.changes"] == nil)
  }

  @Test func aFilterOfTheUserIsRun() async throws {
    let fixture = try await GitFixture()
    try fixture.scratch.write(
      "home/.gitconfig",
      "[user]\n\tname = T\n\temail = t@example.org\n[init]\n\tdefaultBranch = main\n[filter \"upper\"]\n\tclean = tr a-z A-Z\n"
    )
    try await fixture.commit(".gitattributes", "*.up filter=upper\n")
    try await fixture.commit("x.up", "text\n")
    // The same content for the filter, another one for the disk.
    try fixture.write("x.up", "TEXT\n")
    try await fixture.scratch.run("touch", "-d", "2020-01-01", "x.up", in: "project")
    #expect(await fixture.observe()["git.changes"]?["modified"] == 0)
  }

  @Test("What a branch without commits follows may be a URL, of which a password is not told")
  func passwordInTheUpstream() async throws {
    let fixture = try await GitFixture(commit: false)
    let password = ["s3", "cret", "canary"].joined()
    try await fixture.git("config", "branch.main.remote", "https://story:\(password)@127.0.0.1/story.git")
    try await fixture.git("config", "branch.main.merge", "refs/heads/main")
    let observation = await fixture.observe()
    #expect(observation["git.upstream"] == "https://***@127.0.0.1/story.git/main")
    #expect(observation.findings == [])
    #expect(!String(reflecting: observation).contains(password))
  }

  @Test func aRepositoryInsideTheRepositoryIsNotTaken() async throws {
    let fixture = try await GitFixture()
    let canary = fixture.scratch.path + "/canary"
    try fixture.write("trap/HEAD", "ref: refs/heads/main\n")
    try fixture.write("trap/objects/x", "")
    try fixture.write("trap/refs/x", "")
    try fixture.write(
      "trap/config",
      "[core]\n\trepositoryformatversion = 0\n\tbare = false\n\tworktree = ..\n\tfsmonitor = \"touch \(canary)\"\n")
    let observation = await fixture.observe(in: fixture.root + "/trap")
    #expect(FileSystem().kind(of: canary) == nil)
    #expect(observation.facts.isEmpty)
  }

  @Test func nothingIsWritten() async throws {
    let fixture = try await GitFixture()
    try fixture.write("a.txt", "changed\n")
    let listing = ["sh", "-c", "find . -printf '%p %T@ %s\\n' | sort"]
    let before = try await fixture.scratch.run(listing, in: "project")
    _ = await fixture.observe()
    let after = try await fixture.scratch.run(listing, in: "project")
    #expect(after == before)
  }
}
