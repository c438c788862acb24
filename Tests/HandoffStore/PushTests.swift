import Foundation
import HandoffDocument
import HandoffModel
import HandoffSecrets
import HandoffStore
import HandoffSystem
import HandoffTestSupport
import HandoffText
import Testing

@Suite struct PushTests {
  private func fixture() async throws -> StoreFixture {
    let fixture = try await StoreFixture.repository()
    try await fixture.git("init", "-q", "--bare", "../remote.git")
    try await fixture.git("remote", "add", "origin", "../remote.git")
    try await fixture.git("push", "-q", "-u", "origin", "main")
    try await fixture.git("commit", "-q", "--allow-empty", "-m", "mine")
    return fixture
  }

  private func failure(_ fixture: StoreFixture, _ variables: [String: String] = [:], seconds: Int = 30) async throws
    -> StoreError?
  {
    do {
      _ = try await fixture.store(with: variables).push(deadline: .after(.seconds(seconds)))
      return nil
    } catch let error as StoreError { return error }
  }

  @Test func theBranchGoesToItsUpstream() async throws {
    let fixture = try await fixture()
    let pushed = try await fixture.store().push()
    #expect(pushed.remote.raw == "origin" && pushed.branch.raw == "main")
    let (here, there) = (
      try await fixture.git("rev-parse", "HEAD"), try await fixture.git("rev-parse", "main", in: "remote.git")
    )
    #expect(here == there)
    // Once more there is nothing to do.
    _ = try await fixture.store().push()
  }

  @Test func theUpstreamMayHaveAnotherName() async throws {
    let fixture = try await fixture()
    try await fixture.git("push", "-q", "-u", "origin", "main:trunk")
    try await fixture.git("commit", "-q", "--allow-empty", "-m", "more")
    let pushed = try await fixture.store().push()
    #expect(pushed.branch.raw == "trunk")
    let there = try await fixture.git("log", "-1", "--format=%s", "trunk", in: "remote.git")
    #expect(there == "more")
  }

  @Test func aForkIsPushedToWhereTheUserSays() async throws {
    let fixture = try await fixture()
    try await fixture.git("init", "-q", "--bare", "../fork.git")
    try await fixture.git("remote", "add", "fork", "../fork.git")
    try await fixture.git("config", "remote.pushDefault", "fork")
    let pushed = try await fixture.store().push()
    #expect(pushed.remote.raw == "fork")
  }

  @Test func aRemoteThatMovedIsTold() async throws {
    let fixture = try await fixture()
    try await fixture.git("clone", "-q", "../remote.git", "../other")
    try await fixture.git("commit", "-q", "--allow-empty", "-m", "theirs", in: "other")
    try await fixture.git("push", "-q", in: "other")
    let error = try await failure(fixture)
    #expect(error == .remoteMoved(remote: "origin", branch: "main"))
    #expect(error?.description.contains("git pull --rebase") == true)
    // What it says mends it.
    try await fixture.git("pull", "-q", "--rebase")
    #expect(try await failure(fixture) == nil)
  }

  @Test func withoutAnUpstreamTheWayIsTold() async throws {
    let fixture = try await fixture()
    try await fixture.git("switch", "-q", "-c", "topic")
    let error = try await failure(fixture)
    #expect(error == .noUpstream(branch: "topic", remote: "origin"))
    #expect(error?.description.contains("git push -u origin topic") == true)
    try await fixture.git("switch", "-q", "--detach")
    #expect(try await failure(fixture) == .detached)
    let alone = try await StoreFixture.repository()
    #expect(try await failure(alone) == .noUpstream(branch: "main", remote: nil))
  }

  @Test func aRemoteThatIsNotThereIsTold() async throws {
    let fixture = try await fixture()
    try await fixture.git("remote", "set-url", "origin", "../gone.git")
    guard case .unreachable("origin", _)? = try await failure(fixture) else { throw Unexpected() }
    // A port on which nothing listens.
    try await fixture.git("remote", "set-url", "origin", "http://user:" + "sec" + "ret9@127.0.0.1:9/x.git")
    let error = try #require(try await failure(fixture))
    guard case .unreachable = error else { throw Unexpected() }
    #expect(!error.description.contains("ret9"))
  }

  @Test func aRefusalByTheRemoteIsShownEscaped() async throws {
    let fixture = try await fixture()
    try fixture.scratch.write(
      "remote.git/hooks/pre-receive", "#!/bin/sh\nprintf 'protected \\033[2J\\n' >&2\nexit 1\n", executable: true)
    let error = try #require(try await failure(fixture))
    guard case .pushRefused = error else { throw Unexpected() }
    #expect(error.description.contains("protected \\u{1b}[2J"))
  }

  @Test func aServerThatAsksIsNotAnswered() async throws {
    let fixture = try await fixture()
    // As ssh ends where it may not ask.
    try fixture.scratch.write(
      "ssh", "#!/bin/sh\necho 'git@host: Permission denied (publickey).' >&2\nexit 255\n", executable: true)
    try await fixture.git("remote", "set-url", "origin", "git@host.invalid:x.git")
    guard case .authentication? = try await failure(fixture, ["GIT_SSH_COMMAND": fixture.scratch.path + "/ssh"]) else {
      throw Unexpected()
    }
  }

  @Test func aServerThatHangsEndsAtTheDeadline() async throws {
    let fixture = try await fixture()
    try fixture.scratch.write("ssh", "#!/bin/sh\nexec sleep 600\n", executable: true)
    try await fixture.git("remote", "set-url", "origin", "git@host.invalid:x.git")
    let error = try await failure(fixture, ["GIT_SSH_COMMAND": fixture.scratch.path + "/ssh"], seconds: 2)
    #expect(error == .pushTimedOut(remote: "origin"))
  }

  struct Unexpected: Error {}
}
