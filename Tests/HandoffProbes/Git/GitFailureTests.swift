import HandoffSystem
import HandoffText
import Testing

/// What git's own words mean.
@Suite struct GitFailureTests {
  private func failure(_ text: String) -> GitFailure {
    GitFailure(CommandResult(outcome: .exited(128), standardOutput: [], standardError: Array(text.utf8)))
  }

  @Test(
    "Damage is told from a question that git did not understand",
    arguments: [
      ("error: bad signature 0x00000000\nfatal: index file corrupt", true),
      ("fatal: .git/index: index file smaller than expected", true),
      ("error: object file .git/objects/ab/cd is empty\nfatal: loose object abcd is corrupt", true),
      ("fatal: bad object HEAD", true), ("fatal: your current branch appears to be broken", true),
      ("fatal: bad config line 3 in file .git/config", false), ("fatal: ambiguous argument 'x'", false),
      ("fatal: Expected git repo version <= 1, found 99", false),
      // A partial clone without its remote lacks objects, and is not damaged.
      ("fatal: could not fetch abcd from promisor remote\nfatal: bad object HEAD", false),
    ])
  func damage(text: String, isDamage: Bool) {
    if case .damaged = failure(text) { #expect(isDamage) } else { #expect(!isDamage) }
  }

  @Test("A .git file that points nowhere is told with the place, and a folder that is no repository is not")
  func places() {
    let moved = failure("fatal: not a git repository: /home/x/old place/.git/worktrees/side")
    #expect(moved == .repositoryMoved(to: Untrusted("/home/x/old place/.git/worktrees/side")))
    #expect(failure("fatal: not a git repository (or any of the parent directories): .git") == .notARepository)
    #expect(failure("fatal: not a git repository: (null)") == .notARepository)
  }
}
