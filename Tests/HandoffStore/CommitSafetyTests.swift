import Foundation
import HandoffStore
import HandoffSystem
import HandoffTestSupport
import Testing

/// What a commit leaves behind when something goes wrong on the way, with git as the witness.
@Suite struct CommitSafetyTests {
  private static let path = "handoffs/SESSION-HANDOFF-2025-11-07-X.md"

  private func fixture() async throws -> StoreFixture {
    let fixture = try await StoreFixture.repository()
    try fixture.write(Self.path, "a handoff\n")
    return fixture
  }

  private func hook(_ name: String, _ script: String, _ fixture: StoreFixture) throws {
    try fixture.write(".git/hooks/" + name, "#!/bin/sh\n" + script + "\n", executable: true)
  }

  @discardableResult
  private func commit(
    _ fixture: StoreFixture, _ path: String = path, message: String = "x", in folder: String = "handoffs"
  ) async throws -> CommittedHandoff {
    try await fixture.store(in: folder).commit(path, message: message)
  }

  private func failure(_ work: () async throws -> Void) async throws -> StoreError? {
    do {
      try await work()
      return nil
    } catch let error as StoreError { return error }
  }

  // MARK: The index

  @Test("While hooks run the user's index has the file already, so that a kill leaves no staged deletion")
  func theIndexIsAheadOfTheCommit() async throws {
    let fixture = try await fixture()
    let seen = fixture.scratch.path + "/seen"
    try hook("pre-commit", "env -u GIT_INDEX_FILE git status --porcelain > \(seen)", fixture)
    try hook("post-commit", "env -u GIT_INDEX_FILE git status --porcelain >> \(seen)", fixture)
    try await commit(fixture)
    let text = try FileSystem().readText(seen)
    #expect(text == "A  \(Self.path)\n")
  }

  @Test("When somebody stages something while a hook runs that refuses, that stays and the handoff is taken out")
  func theIndexWasWrittenMeanwhile() async throws {
    let fixture = try await fixture()
    try fixture.write("mine.txt", "mine\n")
    try hook("pre-commit", "env -u GIT_INDEX_FILE git add mine.txt\nexit 1", fixture)
    await #expect(throws: StoreError.self) { try await commit(fixture) }
    #expect(try await fixture.git("status", "--porcelain") == "A  mine.txt\n?? handoffs/")
    // What was staged of the handoff itself is staged again.
    try await fixture.git("add", Self.path)
    try await fixture.git("rm", "-q", "--cached", "mine.txt")
    let entry = try await fixture.git("ls-files", "--stage", Self.path)
    try fixture.write(Self.path, "changed\n")
    await #expect(throws: StoreError.self) { try await commit(fixture) }
    #expect(try await fixture.git("ls-files", "--stage", Self.path) == entry)
  }

  @Test("A refused first commit leaves no index where none was")
  func theFirstCommitRefused() async throws {
    let fixture = try await StoreFixture.repository(commit: false)
    try fixture.write(Self.path, "a handoff\n")
    try hook("pre-commit", "exit 1", fixture)
    await #expect(throws: StoreError.self) { try await commit(fixture) }
    #expect(FileSystem().kind(of: fixture.root + "/.git/index") == nil)
    #expect(try await fixture.git("status", "--porcelain") == "?? handoffs/")
  }

  @Test("What a killed process left behind is removed by the next commit")
  func leftoversAreReaped() async throws {
    let fixture = try await fixture()
    for name in ["index.handoff-1", "index.handoff-1.lock", "index.handoff-1-before", "handoff-commit"] {
      try fixture.write(".git/" + name, "left behind")
    }
    try await commit(fixture)
    let names = try FileSystem().list(fixture.root + "/.git")
    #expect(names.filter { $0.contains("handoff") } == [])
  }

  @Test("What a living process holds is left alone, and its end is waited for")
  func theLockIsRespected() async throws {
    let fixture = try await fixture()
    try fixture.write(".git/handoff-commit", "")
    try fixture.write(".git/index.handoff-1", "in use")
    let living = open(fixture.root + "/.git/handoff-commit", O_RDWR)
    #expect(flock(living, LOCK_EX | LOCK_NB) == 0)
    let error = try await failure {
      _ = try await fixture.store().commit(Self.path, message: "x", deadline: .after(.milliseconds(500)))
    }
    #expect(error == .commitUnderWay)
    #expect(fixture.read(".git/index.handoff-1") == "in use")
    #expect(try await fixture.git("status", "--porcelain") == "?? handoffs/")
    // Its end lets the next one in, that waits already.
    async let waiting = fixture.store().commit(Self.path, message: "x")
    close(living)
    let made = try await waiting
    #expect(try await fixture.git("rev-parse", "HEAD") == made.id)
  }

  #if os(Linux)
    @Test("Git holds the lock as well, for the time after our process was killed")
    func gitHoldsTheLock() async throws {
      let fixture = try await fixture()
      let seen = fixture.scratch.path + "/seen"
      // The lock of the hook's parent, which is git: the open files of both.
      try hook("pre-commit", "readlink /proc/$PPID/fd/0 > \(seen)", fixture)
      try await commit(fixture)
      #expect(try FileSystem().readText(seen) == fixture.root + "/.git/handoff-commit\n")
    }

  #endif

  @Test("Many who commit at once get a commit each, with its own message and file")
  func manyAtOnce() async throws {
    let fixture = try await StoreFixture.repository()
    try hook("pre-commit", "git status > /dev/null", fixture)
    let numbers = 0..<8
    for number in numbers { try fixture.write("handoffs/\(number).md", "\(number)\n") }
    try await withThrowingTaskGroup { group in
      for number in numbers {
        group.addTask { try await commit(fixture, "handoffs/\(number).md", message: "message \(number)\n") }
      }
      try await group.waitForAll()
    }
    let log = try await fixture.git("log", "--format=%s", "--name-only", "--skip=0", "HEAD~8..HEAD")
    let lines = log.split(separator: "\n").map(String.init)
    let pairs = stride(from: 0, to: lines.count, by: 2).map { lines[$0] + " " + lines[$0 + 1] }
    #expect(Set(pairs) == Set(numbers.map { "message \($0) handoffs/\($0).md" }))
    #expect(try await fixture.git("status", "--porcelain") == "")
  }

  // MARK: Hooks

  @Test("A commit that fails without a hook is not put on a hook")
  func noHookNoHookRefused() async throws {
    let fixture = try await fixture()
    // Ends git with status 1, as a hook that refuses does.
    try fixture.scratch.write(
      "bin/git", "#!/bin/sh\nfor w; do [ \"$w\" = commit ] && exit 1; done\nexec /usr/bin/git \"$@\"\n",
      executable: true)
    let store = try fixture.store(with: ["PATH": fixture.scratch.path + "/bin:/usr/bin:/bin"])
    func refusal() async throws -> StoreError? {
      try await failure { _ = try await store.commit(Self.path, message: "x") }
    }
    guard case .commitFailed? = try await refusal() else { throw Unexpected() }
    // Neither by one that is not executable, nor by one that has no say.
    try fixture.write(".git/hooks/pre-commit", "#!/bin/sh\n")
    try hook("post-commit", "true", fixture)
    guard case .commitFailed? = try await refusal() else { throw Unexpected() }
    try await fixture.git("config", "core.hooksPath", "own hooks")
    try fixture.write("own hooks/commit-msg", "#!/bin/sh\n", executable: true)
    guard case .hookRefused? = try await refusal() else { throw Unexpected() }
  }

  @Test("What a hook puts into the commit is named, and nothing of it is staged backwards")
  func aHookThatStagesMore() async throws {
    let fixture = try await StoreFixture.repository()
    try fixture.write("sub/gone.txt", "gone\n")
    try await fixture.git("add", "-A")
    try await fixture.git("commit", "-q", "-m", "more")
    try fixture.write("sub/kept.txt", "staged by the user\n")
    try await fixture.git("add", "sub/kept.txt")
    try fixture.write("a.txt", "formatted\n")
    try fixture.write("sub/new [1].txt", "made\n")
    try fixture.write("sub/" + Self.path, "a handoff\n")
    try hook(
      "pre-commit", "git add a.txt 'sub/new [1].txt' && git rm -q --cached sub/gone.txt && rm sub/gone.txt", fixture)
    let store = try fixture.store(root: fixture.root + "/sub")
    let made = try await store.commit(Self.path, message: "x")
    #expect(Set(made.others) == ["a.txt", "sub/gone.txt", "sub/new [1].txt"])
    #expect(try await fixture.git("rev-parse", "HEAD") == made.id)
    #expect(try await fixture.git("status", "--porcelain") == "A  sub/kept.txt")
  }

  @Test("A hook that changes the handoff itself, and one that takes it out, are understood")
  func aHookThatChangesTheHandoff() async throws {
    let fixture = try await fixture()
    try hook("pre-commit", "echo more >> \(Self.path); git add \(Self.path)", fixture)
    #expect(try await commit(fixture).others == [])
    #expect(try await fixture.git("status", "--porcelain") == "")
    let other = try await self.fixture()
    try hook("pre-commit", "git rm -q --cached \(Self.path)", other)
    guard let error = try await failure({ try await commit(other) }) else { throw Unexpected() }
    #expect(error == .notInCommit(path: Self.path), "\(error)")
    #expect(try await other.git("status", "--porcelain") == "?? handoffs/")
  }

  @Test("An index that cannot follow the commit is told, with a command that mends it")
  func theIndexCannotFollow() async throws {
    let fixture = try await StoreFixture.repository()
    try fixture.write(":(top)*/x.md", "a handoff\n")
    // A hook leaves the index locked, and the commit holds another content than was staged.
    try hook("pre-commit", "echo more >> ':(top)*/x.md'; git add './:(top)*/x.md'", fixture)
    try hook("post-commit", "touch .git/index.lock", fixture)
    guard let error = try await failure({ try await commit(fixture, ":(top)*/x.md", in: ":(top)*") }),
      case .indexNotUpdated = error
    else { throw Unexpected() }
    #expect(error.isCommitted)
    try await fixture.scratch.run("rm", "project/.git/index.lock")
    let command = try #require(error.description.split(separator: "; run ").last)
    try await fixture.scratch.run(["sh", "-c", String(command)], in: "project")
    #expect(try await fixture.git("status", "--porcelain") == "")
  }

  @Test("A disk without room for the index's lock is told as that, and not as somebody's lock")
  func noRoomForTheLock() async throws {
    let fixture = try await fixture()
    let reason = "fatal: Unable to create '\(fixture.root)/.git/index.lock': No space left on device"
    try fixture.scratch.write(
      "bin/git",
      "#!/bin/sh\nfor word; do [ \"$word\" = update-index ] && { echo \"\(reason)\" >&2; exit 128; }; done\n"
        + "PATH=${PATH#*:} exec git \"$@\"\n", executable: true)
    let path = "\(fixture.scratch.path)/bin:\(fixture.scratch.environment["PATH"] ?? "")"
    let error = try await failure { _ = try await fixture.store(with: ["PATH": path]).commit(Self.path, message: "x") }
    #expect(error?.description.contains("No space left on device") == true, "\(String(describing: error))")
    #expect(error?.description.contains("another") == false)
    #expect(try await fixture.git("status", "--porcelain") == "?? handoffs/")
  }

  // MARK: Folders

  @Test(
    "A folder whose name git or a shell could take for a pattern is one name",
    arguments: [
      ":(top)*", "*", "[a]", ":/", ":!x", "a\\b", "-x", "--all", " ", "ü\u{7f}",
    ])
  func foldersLikePatterns(folder: String) async throws {
    let fixture = try await StoreFixture.repository()
    try fixture.write("other/z.md", "another\n")
    try fixture.write("a/x.md", "another\n")
    let path = folder.split(separator: "/").joined(separator: "/") + "/x.md"
    try fixture.write(path, "a handoff\n")
    let store = try fixture.store(in: folder)
    try await store.checkCommit()
    let made = try await store.commit(path, message: "x")
    #expect(made.others == [])
    #expect(try await fixture.git("ls-tree", "-r", "-z", "--name-only", "HEAD").split(separator: "\0").count == 2)
    #expect(try await fixture.git("status", "--porcelain") == "?? a/\n?? other/")
  }

  @Test(
    "A folder that is a link to another of the project is committed where it really is",
    arguments: [
      "handoffs", "handoffs/new", "linked/handoffs",
    ])
  func linkedFolders(folder: String) async throws {
    let fixture = try await StoreFixture.repository()
    fixture.scratch.makeFolder("project/docs/real")
    try await fixture.scratch.run("ln", "-s", "docs/real", "handoffs", in: "project")
    try await fixture.scratch.run("ln", "-s", "docs", "linked", in: "project")
    let store = try fixture.store(in: folder)
    try await store.checkCommit()
    let path = try store.create(capturedAt: StoreFixture.moment("2025-11-07T23:15:00Z"), slug: "x") { _ in "text\n" }
    _ = try await store.commit(path, message: "x")
    let real = try #require(FileSystem().realPath(fixture.root + "/" + path))
    let shown = try await fixture.git("show", "--name-only", "--format=", "HEAD")
    #expect(fixture.root + "/" + shown == real)
    #expect(try await fixture.git("status", "--porcelain") == "?? handoffs\n?? linked")
  }

  @Test("A folder that the ignored place behind a link is, is refused before anything is written")
  func linkedToIgnored() async throws {
    let fixture = try await StoreFixture.repository()
    try fixture.write(".gitignore", "docs/\n")
    fixture.scratch.makeFolder("project/docs")
    try await fixture.scratch.run("ln", "-s", "docs", "handoffs", in: "project")
    guard case .ignored? = try await failure({ try await fixture.store().checkCommit() }) else { throw Unexpected() }
  }

  @Test(
    "A folder of git's own is refused",
    arguments: [
      ".git", ".git/handoffs", ".GIT/x", "sub/.git/x", "link", "link/inner",
      ".git/\u{301}x", ".git/\u{301}/x", "link/\u{301}x",
    ])
  func foldersOfGit(folder: String) async throws {
    let fixture = try await StoreFixture.repository()
    try await fixture.scratch.run("ln", "-s", ".git/info", "link", in: "project")
    #expect(throws: StoreError.folderInGit(folder)) { try fixture.store(in: folder) }
    #expect(StoreError.folderInGit(folder).description.contains("handoff.yml"))
  }

  @Test("A git folder of another name is refused for a commit")
  func aSeparateGitFolder() async throws {
    let fixture = try StoreFixture()
    try await fixture.git("init", "-q", "--separate-git-dir", "meta")
    let store = try fixture.store(in: "meta/handoffs")
    guard case .folderInGit? = try await failure({ try await store.checkCommit() }) else { throw Unexpected() }
  }

  struct Unexpected: Error {}
}
