import Foundation
import HandoffDocument
import HandoffModel
import HandoffSecrets
import HandoffStore
import HandoffSystem
import HandoffTestSupport
import HandoffText
import Testing

@Suite struct CommitTests {
  private static let path = "handoffs/SESSION-HANDOFF-2025-11-07-X.md"

  /// A repository in which everything is in motion, and a handoff that was just written.
  private func fixture() async throws -> StoreFixture {
    let fixture = try await StoreFixture.repository()
    try fixture.write("b.txt", "b\n")
    try await fixture.git("add", "b.txt")
    try await fixture.git("commit", "-q", "-m", "b")
    try fixture.write("a.txt", "staged\n")
    try await fixture.git("add", "a.txt")
    try fixture.write("a.txt", "staged and changed\n")
    try fixture.write("new.txt", "staged as new\n")
    try await fixture.git("add", "new.txt")
    try fixture.write("intended.txt", "to be added\n")
    try await fixture.git("add", "-N", "intended.txt")
    try await fixture.git("rm", "-q", "--cached", "b.txt")
    try fixture.write(Self.path, "a handoff\n")
    return fixture
  }

  @discardableResult
  private func commit(_ fixture: StoreFixture, _ store: HandoffStore? = nil) async throws -> CommittedHandoff {
    try await (try store ?? fixture.store()).commit(Self.path, message: "Hand off: x\n\nBody.\n")
  }

  /// The index without the handoff, as git lists it.
  private func entries(_ fixture: StoreFixture) async throws -> [String] {
    let list = try await fixture.git("ls-files", "--stage", "-t")
    let changes = try await fixture.git("status", "--porcelain=v2")
    return (list + "\n" + changes).split(separator: "\n").map(String.init).filter { !$0.contains("handoffs/") }
  }

  @Test func exactlyTheFileIsCommittedAndTheRestIsAsItWas() async throws {
    let fixture = try await fixture()
    let before = try await entries(fixture)
    let made = try await commit(fixture)
    #expect(try await fixture.git("rev-parse", "HEAD") == made.id)
    #expect(made.others == [])
    #expect(try await fixture.git("show", "--name-status", "--format=", "HEAD") == "A\t" + Self.path)
    #expect(try await fixture.git("log", "-1", "--format=%B") == "Hand off: x\n\nBody.")
    #expect(try await entries(fixture) == before)
    #expect(try await fixture.git("status", "--porcelain", "--", "handoffs") == "")
    let leftovers = try FileSystem().list(fixture.root + "/.git").filter { $0.hasPrefix("index") }
    #expect(leftovers == ["index"])
  }

  @Test func anUpdatedHandoffIsCommittedAgain() async throws {
    let fixture = try await fixture()
    try await commit(fixture)
    await #expect(throws: StoreError.nothingToCommit(path: Self.path)) { try await commit(fixture) }
    try fixture.write(Self.path, "refreshed\n")
    let before = try await entries(fixture)
    try await commit(fixture)
    #expect(try await fixture.git("show", "--name-status", "--format=", "HEAD") == "M\t" + Self.path)
    #expect(try await entries(fixture) == before)
  }

  @Test func theFirstCommitOfARepositoryMayBeAHandoff() async throws {
    let fixture = try await StoreFixture.repository(commit: false)
    try fixture.write("staged.txt", "s\n")
    try await fixture.git("add", "staged.txt")
    try fixture.write(Self.path, "a handoff\n")
    try await commit(fixture)
    #expect(try await fixture.git("ls-tree", "-r", "--name-only", "HEAD") == Self.path)
    #expect(try await fixture.git("status", "--porcelain") == "A  staged.txt")
    // And with nothing staged at all.
    let empty = try await StoreFixture.repository(commit: false)
    try empty.write(Self.path, "a handoff\n")
    try await commit(empty)
    #expect(try await empty.git("status", "--porcelain") == "")
  }

  @Test func aWorktreeHasItsOwnIndex() async throws {
    let fixture = try await fixture()
    let before = try await fixture.state()
    try await fixture.git("worktree", "add", "-q", "-b", "side", "../tree")
    try fixture.scratch.write("tree/" + Self.path, "a handoff\n")
    let store = try fixture.store(root: fixture.scratch.path + "/tree")
    _ = try await store.commit(Self.path, message: "x")
    #expect(try await fixture.git("log", "-1", "--format=%s", "side") == "x")
    #expect(try await fixture.state() == before)
    #expect(try await fixture.git("status", "--porcelain", in: "tree") == "")
  }

  @Test func aProjectInASubfolderCommitsItsOwn() async throws {
    let fixture = try await StoreFixture.repository()
    try fixture.write("sub dir [1]/" + Self.path, "a handoff\n")
    let store = try fixture.store(root: fixture.root + "/sub dir [1]")
    _ = try await store.commit(Self.path, message: "x")
    #expect(try await fixture.git("ls-tree", "-r", "--name-only", "HEAD") == "a.txt\nsub dir [1]/" + Self.path)
    #expect(try await fixture.git("status", "--porcelain") == "")
  }

  @Test func variablesOfARunningHookDoNotLeadElsewhere() async throws {
    let fixture = try await fixture()
    let store = try fixture.store(with: [
      "GIT_DIR": "/nonexistent", "GIT_INDEX_FILE": "/nonexistent", "GIT_WORK_TREE": "/",
    ])
    try await commit(fixture, store)
    #expect(try await fixture.git("log", "-1", "--format=%s") == "Hand off: x")
  }

  // MARK: Hooks

  @Test func hooksAreRunAndSeeTheHandoffAlone() async throws {
    let fixture = try await fixture()
    let seen = fixture.scratch.path + "/seen"
    for hook in ["pre-commit", "prepare-commit-msg", "commit-msg", "post-commit"] {
      try fixture.write(
        ".git/hooks/" + hook,
        "#!/bin/sh\necho \(hook) >> \(seen)\n"
          + (hook == "pre-commit" ? "git diff --cached --name-only >> \(seen)\n" : ""), executable: true)
    }
    let before = try await entries(fixture)
    try await commit(fixture)
    let text = try FileSystem().readText(seen)
    #expect(text == "pre-commit\n\(Self.path)\nprepare-commit-msg\ncommit-msg\npost-commit\n")
    #expect(try await entries(fixture) == before)
  }

  @Test(arguments: ["pre-commit", "commit-msg", "prepare-commit-msg"])
  func aHookThatRefusesLeavesTheIndexByteForByte(hook: String) async throws {
    let fixture = try await fixture()
    try fixture.write(
      ".git/hooks/" + hook, "#!/bin/sh\nprintf 'no \\033[31mhandoffs\\n' >&2\nexit 7\n", executable: true)
    let index = try FileSystem().read(fixture.root + "/.git/index")
    let head = try await fixture.git("rev-parse", "HEAD")
    do {
      try await commit(fixture)
      Issue.record("it was committed")
    } catch let error as StoreError {
      guard case .hookRefused = error else { throw error }
      #expect(error.description.contains("no \\u{1b}[31mhandoffs"))
    }
    #expect(try FileSystem().read(fixture.root + "/.git/index") == index)
    #expect(try await fixture.git("rev-parse", "HEAD") == head)
    #expect(fixture.read(Self.path) == "a handoff\n")
    #expect(try FileSystem().list(fixture.root + "/.git").filter { $0.hasPrefix("index") } == ["index"])
  }

  @Test func aHookThatHangsIsEnded() async throws {
    let fixture = try await fixture()
    try fixture.write(".git/hooks/pre-commit", "#!/bin/sh\nsleep 600\n", executable: true)
    let index = try FileSystem().read(fixture.root + "/.git/index")
    await #expect(throws: StoreError.commitTimedOut) {
      _ = try await fixture.store().commit(Self.path, message: "x", deadline: .after(.seconds(2)))
    }
    #expect(try FileSystem().read(fixture.root + "/.git/index") == index)
    #expect(try FileSystem().list(fixture.root + "/.git").filter { $0.hasPrefix("index") } == ["index"])
  }

  // MARK: Refusals

  /// Runs the early check and the commit, and expects both to refuse with the index untouched.
  private func expectRefusal(_ fixture: StoreFixture, _ store: HandoffStore? = nil, _ expected: (StoreError) -> Bool)
    async throws
  {
    let store = try store ?? fixture.store()
    let index = try? FileSystem().read(fixture.root + "/.git/index")
    do {
      try await store.checkCommit()
      Issue.record("the check passed")
    } catch { #expect(expected(error), "\(error)") }
    do {
      _ = try await store.commit(Self.path, message: "x")
      Issue.record("it was committed")
    } catch { #expect(expected(error), "\(error)") }
    #expect((try? FileSystem().read(fixture.root + "/.git/index")) == index)
  }

  @Test(arguments: [
    (GitOperation.merge, ["merge", "side"]), (.rebase, ["rebase", "side"]), (.cherryPick, ["cherry-pick", "side"]),
    (.revert, ["revert", "--no-edit", "HEAD~1"]), (.bisect, ["bisect", "start"]),
  ])
  func anOperationUnderWayRefuses(operation: GitOperation, words: [String]) async throws {
    let fixture = try await StoreFixture.repository()
    try await fixture.git("switch", "-q", "-c", "side")
    try fixture.write("a.txt", "side\n")
    try await fixture.git("commit", "-q", "-am", "side")
    try await fixture.git("switch", "-q", "main")
    try fixture.write("a.txt", "main\n")
    try await fixture.git("commit", "-q", "-am", "main")
    _ = try? await fixture.scratch.run(["git"] + words, in: "project")
    try fixture.write(Self.path, "a handoff\n")
    try await expectRefusal(fixture) { $0 == .operationUnderWay(operation) }
  }

  @Test func conflictsWithoutAnOperationRefuse() async throws {
    let fixture = try await StoreFixture.repository()
    try fixture.write("a.txt", "stashed\n")
    try await fixture.git("stash", "-q")
    try fixture.write("a.txt", "other\n")
    try await fixture.git("commit", "-q", "-am", "other")
    _ = try? await fixture.git("stash", "pop")
    try fixture.write(Self.path, "a handoff\n")
    try await expectRefusal(fixture) { $0 == .conflicts }
  }

  @Test func anIgnoredFileRefuses() async throws {
    let fixture = try await fixture()
    try fixture.write(".gitignore", "# local\n/handoffs/\n")
    try await expectRefusal(fixture) {
      if case .ignored(_, let rule) = $0 { rule == ".gitignore:2: /handoffs/" } else { false }
    }
  }

  @Test func anUnknownCommitterRefuses() async throws {
    let fixture = try await fixture()
    try fixture.scratch.write("home/.gitconfig", "[user]\n\tuseConfigOnly = true\n")
    try await expectRefusal(fixture) { $0 == .noIdentity }
  }

  @Test func aLockedIndexRefuses() async throws {
    let fixture = try await fixture()
    try fixture.write(".git/index.lock", "")
    try await expectRefusal(fixture) { if case .indexLocked = $0 { true } else { false } }
  }

  @Test func withoutARepositoryThereIsNoCommit() async throws {
    let fixture = try StoreFixture()
    try fixture.write(Self.path, "a handoff\n")
    try await expectRefusal(fixture) { $0 == .git(.notARepository) }
  }

  @Test func aSecretInTheMessageRefuses() async throws {
    let fixture = try await fixture()
    let message = "Hand off: DB_PASSWORD=" + "Sunn" + "1day!"
    do {
      _ = try await fixture.store().commit(Self.path, message: message)
      Issue.record("it was committed")
    } catch let error as StoreError { #expect(error.isSafetyRefusal) }
  }

  @Test func aSignatureThatCannotBeMadeIsTold() async throws {
    let fixture = try await fixture()
    try await fixture.git("config", "commit.gpgsign", "true")
    try await fixture.git("config", "gpg.program", "/bin/false")
    let index = try FileSystem().read(fixture.root + "/.git/index")
    do {
      try await commit(fixture)
      Issue.record("it was committed")
    } catch let error as StoreError {
      guard case .commitFailed = error else { throw error }
      #expect(error.description.contains("sign"))
    }
    #expect(try FileSystem().read(fixture.root + "/.git/index") == index)
  }

  @Test func theMessageHasATitleAndTheStateOfEachArea() {
    let snapshot = Snapshot(
      tool: "0", project: "p", capturedAt: StoreFixture.moment("2025-11-07T23:15:00Z"),
      observations: [
        Observation(probe: "git", facts: []),
        Observation(probe: "aws", facts: [], findings: [Finding("aws.not-used", .skipped, "no")]),
        Observation(probe: "postgres", facts: [], findings: [Finding("postgres.no-server", .failure, "no")]),
      ])
    let handoff = Handoff(
      notes: AuthorNotes(title: "Post\ncleanup \u{1b}[2J" + String(repeating: "x", count: 99)), previous: nil,
      snapshot: snapshot)
    let text = CommitMessage.text(for: handoff, name: "SESSION-HANDOFF-2025-11-07-X.md")
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines[0].hasPrefix("Hand off: Post cleanup \\u{1b}[2J") && lines[0].count == 72)
    #expect(lines[1].isEmpty)
    #expect(
      lines.dropFirst(2) == [
        "Measured at 2025-11-07T23:15:00Z.", "", "- git: ok", "- postgres: failure (postgres.no-server)", "",
      ])
    let untitled = CommitMessage.text(
      for: Handoff(notes: AuthorNotes(), previous: nil, snapshot: snapshot), name: "SESSION-HANDOFF-2025-11-07-X.md")
    #expect(untitled.hasPrefix("Hand off: X\n"))
  }
}
