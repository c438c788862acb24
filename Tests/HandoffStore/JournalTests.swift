import Foundation
import HandoffDocument
import HandoffModel
import HandoffSecrets
import HandoffStore
import HandoffSystem
import HandoffTestSupport
import HandoffText
import Synchronization
import Testing

@Suite struct JournalTests {
  @discardableResult
  private func commit(_ fixture: StoreFixture, _ file: String, _ subject: String) async throws -> String {
    try fixture.write(file, subject + "\n")
    try await fixture.git("add", "--", file)
    try await fixture.git("commit", "-q", "-m", subject)
    return try await fixture.git("rev-parse", "HEAD")
  }

  private func journal(_ fixture: StoreFixture, since commit: String?, root: String? = nil) async -> Journal? {
    await JournalReader(host: fixture.scratch.host(in: "project"), root: root ?? fixture.root, folder: "handoffs")
      .journal(since: commit, named: "before.md", deadline: .after(.seconds(30)))
  }

  @Test func commitsAndFilesSinceAHandoff() async throws {
    let fixture = try await StoreFixture.repository()
    let base = try await fixture.git("rev-parse", "HEAD")
    try await commit(fixture, "handoffs/x.md", "hand off")
    try await commit(fixture, "b.txt", "add b \u{1f}with a unit separator")
    try await fixture.git("mv", "a.txt", "c.txt")
    try await fixture.git("commit", "-q", "-m", "move a")
    let journal = try #require(await journal(fixture, since: base))
    #expect(journal.since == "before.md")
    #expect(journal.commits.map(\.subject.raw) == ["move a", "add b \u{1f}with a unit separator"])
    #expect(journal.moreCommits == 0)
    #expect(journal.changedFiles.map { "\($0.status.raw) \($0.path.raw)" } == ["D a.txt", "A b.txt", "A c.txt"])
  }

  @Test func whatIsLeftOutIsCounted() async throws {
    let fixture = try await StoreFixture.repository()
    let base = try await fixture.git("rev-parse", "HEAD")
    for number in 1...35 {
      try await commit(fixture, "f\(number).txt", "change \(number)")
      if number % 5 == 0 { try await commit(fixture, "handoffs/\(number).md", "hand off \(number)") }
    }
    try await fixture.scratch.run(
      "sh", "-c", "for i in $(seq 70); do echo x > g$i; done; git add g*; git commit -qm many", in: "project")
    let journal = try #require(await journal(fixture, since: base))
    #expect(journal.commits.count == 30)
    #expect(journal.moreCommits == 6)
    #expect(journal.commits.first?.subject.raw == "many")
    #expect(!journal.commits.contains { $0.subject.raw.hasPrefix("hand off") })
    #expect(journal.changedFiles.count + journal.moreFiles == 105)
    let count = await JournalReader(host: fixture.scratch.host(in: "project"), root: fixture.root, folder: "handoffs")
      .commits(since: base, deadline: .after(.seconds(30)))
    #expect(count == 36)
  }

  @Test func whereNothingCameGitIsAskedOnce() async throws {
    let fixture = try await StoreFixture.repository()
    let base = try await fixture.git("rev-parse", "HEAD")
    var host = fixture.scratch.host(in: "project")
    let counting = CountingRunner(host.commands)
    host.commands = counting
    let reader = JournalReader(host: host, root: fixture.root, folder: "handoffs")
    #expect(await reader.commits(since: base, deadline: .after(.seconds(30))) == 0)
    #expect(counting.runs.withLock(\.self) == 1)
    try await commit(fixture, "handoffs/x.md", "hand off")
    #expect(await reader.commits(since: base, deadline: .after(.seconds(30))) == 0)
    try await commit(fixture, "b.txt", "work")
    #expect(await reader.commits(since: base, deadline: .after(.seconds(30))) == 1)
    try await fixture.git("reset", "-q", "--hard", "HEAD~2")
    try await commit(fixture, "c.txt", "other work")
    let left = try await fixture.git("rev-parse", "HEAD")
    try await fixture.git("reset", "-q", "--hard", base)
    #expect(await reader.commits(since: left, deadline: .after(.seconds(30))) == nil)
  }

  @Test func pathsAreToldFromTheProject() async throws {
    let fixture = try await StoreFixture.repository()
    let base = try await fixture.git("rev-parse", "HEAD")
    try await commit(fixture, "sub/in.txt", "in")
    try await commit(fixture, "out.txt", "out")
    let journal = try #require(await journal(fixture, since: base, root: fixture.root + "/sub"))
    #expect(journal.changedFiles.map(\.path.raw) == ["../out.txt", "in.txt"])
  }

  @Test func withoutABeginningTheNewestAreNamed() async throws {
    let fixture = try await StoreFixture.repository()
    let lost = String(repeating: "0", count: 40)
    for since in [nil, lost, "--all"] as [String?] {
      let journal = try #require(await journal(fixture, since: since))
      #expect(journal.since == nil)
      #expect(journal.lost == "before.md")
      #expect(journal.commits.map(\.subject.raw) == ["one"])
    }
    let empty = try await StoreFixture.repository(commit: false)
    #expect(await journal(empty, since: nil)?.commits.isEmpty == true)
    #expect(await journal(try StoreFixture(), since: nil) == nil)
  }
}

/// Counts the programs that are run.
private final class CountingRunner: CommandRunner {
  let runs = Mutex(0)
  private let base: any CommandRunner

  init(_ base: any CommandRunner) { self.base = base }

  func run(_ command: Command, deadline: Deadline) async -> CommandResult {
    runs.withLock { $0 += 1 }
    return await base.run(command, deadline: deadline)
  }
}
