import HandoffModel
import HandoffProbes
import HandoffSystem
import HandoffTestSupport
import HandoffText
import Testing

@Suite struct GitTroubleTests {
  /// Two branches that disagree about `a.txt`.
  private func conflict() async throws -> GitFixture {
    let fixture = try await GitFixture()
    try await fixture.git("switch", "-q", "-c", "side")
    try await fixture.commit("a.txt", "side\n")
    try await fixture.git("switch", "-q", "main")
    try await fixture.commit("a.txt", "main\n")
    return fixture
  }

  @Test(arguments: [
    ("merge", ["merge", "side"]), ("rebase", ["rebase", "side"]), ("cherry-pick", ["cherry-pick", "side"]),
    ("revert", ["revert", "--no-edit", "HEAD~1"]),
  ])
  func anOperationUnderWayIsTold(name: String, words: [String]) async throws {
    let fixture = try await conflict()
    let recorded = await fixture.observe()
    await #expect(throws: (any Error).self) {
      try await fixture.scratch.run(["git"] + words, in: "project")
    }
    let observation = await fixture.observe(expected: recorded)
    #expect(observation["git.operation"] == .string(name))
    #expect(observation["git.branch"] == "main")
    #expect(observation["git.changes"]?["conflicted"] == 1)
    #expect(observation.status == .warning)
    let finding = try #require(observation.findings.first)
    #expect(finding.id == "git.operation-under-way")
    // With a conflict nothing can simply go on.
    #expect(finding.remedies.map(\.command.bash) == ["git \(name) --abort"])
    #expect(!finding.remedies.contains { !$0.destructive })
    try await fixture.git(name, "--abort")
    #expect(await fixture.observe(expected: recorded).facts == recorded.facts)
  }

  @Test func aMergeWithoutConflictsCanGoOn() async throws {
    let fixture = try await GitFixture()
    try await fixture.git("switch", "-q", "-c", "side")
    try await fixture.commit("b.txt", "side\n")
    try await fixture.git("switch", "-q", "main")
    try await fixture.git("merge", "-q", "--no-ff", "--no-commit", "side")
    let finding = try #require(await fixture.observe().findings.first)
    let remedy = try #require(finding.remedies.first { !$0.destructive })
    try await fixture.scratch.run("sh", "-c", remedy.command.bash, in: "project")
    #expect(await fixture.observe()["git.operation"] == .null)
  }

  @Test func mailBeingAppliedAndABisectAreTold() async throws {
    let fixture = try await conflict()
    let patch = try await fixture.git("format-patch", "-1", "--stdout", "side")
    try fixture.scratch.write("patch", patch + "\n")
    await #expect(throws: (any Error).self) { try await fixture.git("am", "-q", "../patch") }
    #expect(await fixture.observe()["git.operation"] == "am")
    try await fixture.git("am", "--abort")
    try await fixture.git("bisect", "start", "HEAD", "HEAD~1")
    let recorded = await fixture.observe()
    #expect(recorded["git.operation"] == "bisect")
    #expect(recorded["git.branch"] == "main")
    let remedy = try #require(recorded.findings.first?.remedies.first)
    #expect(!remedy.destructive)
    try await fixture.scratch.run("sh", "-c", remedy.command.bash, in: "project")
    #expect(await fixture.observe()["git.operation"] == .null)
  }

  @Test func anotherBranchHasItsWayBack() async throws {
    let fixture = try await GitFixture()
    let recorded = await fixture.observe()
    try await fixture.git("switch", "-q", "-c", "feature")
    let observation = await fixture.observe(expected: recorded)
    let remedy = try #require(observation.findings.first { $0.facts == ["git.branch"] }?.remedies.first)
    try await fixture.scratch.run("sh", "-c", remedy.command.bash, in: "project")
    #expect(await fixture.observe(expected: recorded) == recorded)
  }

  @Test func aLostUpstreamHasItsWayBack() async throws {
    let fixture = try await GitFixture()
    try await fixture.addRemote()
    let recorded = await fixture.observe()
    try await fixture.git("branch", "-q", "--unset-upstream")
    let observation = await fixture.observe(expected: recorded)
    #expect(observation["git.upstream"] == .null)
    let remedy = try #require(observation.findings.first { $0.facts == ["git.upstream"] }?.remedies.first)
    try await fixture.scratch.run("sh", "-c", remedy.command.bash, in: "project")
    #expect(await fixture.observe(expected: recorded) == recorded)
  }

  @Test func anUpstreamThatIsNotThereIsTold() async throws {
    let fixture = try await GitFixture()
    try await fixture.addRemote()
    try await fixture.git("update-ref", "-d", "refs/remotes/origin/main")
    let observation = await fixture.observe()
    #expect(observation.findingIDs == ["git.upstream-gone"])
    #expect(observation["git.upstream"] == "origin/main")
    #expect(observation["git.ahead"] == .null)
  }

  @Test func rewrittenHistoryIsTold() async throws {
    let fixture = try await GitFixture()
    try await fixture.commit("b.txt", "b\n")
    let recorded = await fixture.observe()
    #expect(await fixture.observe(expected: recorded).findings.isEmpty)
    try await fixture.git("commit", "-q", "--amend", "-m", "another")
    #expect(await fixture.observe(expected: recorded).findingIDs == ["git.head-unreachable"])
    try await fixture.git("branch", "kept", try #require(recorded["git.head"]?.string))
    #expect(await fixture.observe(expected: recorded).findings.isEmpty)
  }

  @Test func aHostileRecordedHandoffGivesNoArgument() async throws {
    let fixture = try await GitFixture()
    var facts = await fixture.observe().facts.filter { $0.id != "git.head" && $0.id != "git.branch" }
    let source = Source(.measured, "git")
    facts.append(Fact("git.head", .progress, "--output=/tmp/owned", source: source))
    facts.append(Fact("git.branch", .state, "--orphan=x", source: source))
    let observation = await fixture.observe(expected: Observation(probe: "git", facts: facts))
    #expect(observation.findings.isEmpty)
    #expect(observation.setup.map(\.command.bash) == ["git switch main"])
  }

  @Test func noRepositoryIsAFailure() async throws {
    let scratch = try await GitFixture()
    scratch.scratch.makeFolder("elsewhere")
    let observation = await scratch.observe(in: scratch.scratch.path + "/elsewhere")
    #expect(observation.findingIDs == ["git.not-a-repository"])
    #expect(observation.status == .failure)
    #expect(observation.findings[0].remedies.map(\.command.bash) == ["git init"])
    let recorded = await scratch.observe()
    let moved = await scratch.observe(in: scratch.scratch.path + "/elsewhere", expected: recorded)
    #expect(moved.findings[0].remedies.map(\.command.bash) == ["pwd", "git clone ..."])
    #expect(observation.facts.isEmpty)
  }

  @Test func aBareRepositoryIsNotAWorkTree() async throws {
    let fixture = try await GitFixture()
    try await fixture.addRemote()
    let observation = await fixture.observe(in: fixture.scratch.path + "/remote.git")
    #expect(observation.findingIDs == ["git.no-work-tree"])
  }

  @Test func aRepositoryOfAnotherUserIsUnknownAndItsRemedyMends() async throws {
    let fixture = try await GitFixture()
    let variables = ["GIT_TEST_ASSUME_DIFFERENT_OWNER": "1"]
    fixture.scratch.makeFolder("project/sub")
    for (folder, commands) in [("", Pretending(variables)), ("/sub", Pretending(variables))] {
      try fixture.scratch.write("home/.gitconfig", "[user]\n\tname = Test\n\temail = t@example.org\n")
      let observation = await fixture.observe(in: fixture.root + folder, commands: commands)
      #expect(observation.findingIDs == ["git.dubious-ownership"])
      #expect(observation.status == .unknown)
      let remedy = try #require(observation.findings.first?.remedies.first)
      #expect(!remedy.command.bash.contains(fixture.root))
      try await fixture.scratch.run("bash", "-c", remedy.command.bash, in: "project" + folder)
      #expect(await fixture.observe(in: fixture.root + folder, commands: commands).status == .ok)
    }
  }

  @Test func withoutGitNothingIsKnown() async throws {
    let fixture = try await GitFixture()
    let observation = await fixture.observe(with: ["PATH": "/nonexistent"])
    #expect(observation.findingIDs == ["git.not-installed"])
    #expect(observation.status == .unknown)
  }

  @Test func aStatusThatHangsCostsItsOwnFactAlone() async throws {
    let fixture = try await GitFixture()
    let observation = await fixture.observe(seconds: 1.5, commands: Hanging(on: "status"))
    #expect(observation.findingIDs == ["git.timeout"])
    #expect(observation.findings.first?.facts == ["git.changes"])
    #expect(observation.facts.count == GitProbe.facts.count - 1)
  }

  @Test func aBrokenConfigurationIsUnknown() async throws {
    let fixture = try await GitFixture()
    try fixture.write(".git/config", "[core\n")
    let observation = await fixture.observe()
    #expect(observation.findingIDs == ["git.unreadable"])
    #expect(observation.facts.isEmpty)
  }

  @Test func aLockLeftBehindIsTold() async throws {
    let fixture = try await GitFixture()
    try fixture.write(".git/index.lock", "")
    #expect(await fixture.observe().findings.isEmpty)
    try await fixture.scratch.run("touch", "-d", "2020-01-01", ".git/index.lock", in: "project")
    #expect(await fixture.observe().findingIDs == ["git.index-locked"])
  }

  /// Git keeps references so since 2.45 (https://git-scm.com/docs/reftable), which is younger than the oldest one here.
  @Test("A lock of the list of tables, in which references may be kept, is told as one that keeps git from committing")
  func aLockOfReftables() async throws {
    let fixture = try await GitFixture()
    try fixture.write(".git/reftable/tables.list.lock", "")
    #expect(await fixture.observe().findings.isEmpty)
    try await fixture.scratch.run("touch", "-d", "2020-01-01", ".git/reftable/tables.list.lock", in: "project")
    let finding = try #require(await fixture.observe().findings.first)
    #expect(finding.id == "git.ref-locked")
    #expect(finding.message.plain.hasSuffix("git refuses to commit"))
    #expect(finding.remedies.map(\.command.bash) == ["rm .git/reftable/tables.list.lock"])
  }
}

/// Runs programs with variables that git's own tests use, past the tool's choice of variables.
private struct Pretending: CommandRunner {
  let variables: [String: String]

  init(_ variables: [String: String]) { self.variables = variables }

  func run(_ command: Command, deadline: Deadline) async -> CommandResult {
    var command = command
    command.environment.merge(variables) { $1 }
    return await SubprocessRunner().run(command, deadline: deadline)
  }
}

/// Runs `sleep` in the place of one git command.
private struct Hanging: CommandRunner {
  let word: String

  init(on word: String) { self.word = word }

  func run(_ command: Command, deadline: Deadline) async -> CommandResult {
    guard command.arguments.contains(word) else { return await SubprocessRunner().run(command, deadline: deadline) }
    return await SubprocessRunner().run(
      Command("sleep", ["600"], environment: command.environment), deadline: deadline)
  }
}
