import Foundation
import HandoffTestSupport
import Testing

/// `handoff generate --commit` as its users see it: what is told, and what is left when it cannot commit or write.
@Suite struct GenerateCommitTests: GitProjectSuite {
  let project: GitProject

  init() throws { project = try GitProject() }

  func hook(_ name: String, _ script: String) async throws {
    try folder.write(".git/hooks/" + name, "#!/bin/sh\n" + script + "\n")
    try await Witness.ask("chmod", ["+x", folder.path + "/.git/hooks/" + name], environment: environment)
  }

  @Test("A refusal before anything is written says so, and nothing is")
  func refusedEarly() async throws {
    try await begin()
    try await git("bisect", "start")
    let answer = try await handoff("generate", "--commit")
    #expect(answer.status == 2)
    #expect(answer.output.isEmpty)
    #expect(answer.complaint.contains("a bisect was begun") && answer.complaint.contains("; nothing was written"))
    #expect(!answer.complaint.contains("stays"))
    #expect(try await git("status", "--porcelain").isEmpty)
  }

  @Test("A hook's refusal after the file was written says that it is there, and it is as if never staged")
  func refusedByHook() async throws {
    try await begin()
    try await hook("commit-msg", "echo too short >&2; exit 1")
    let answer = try await handoff("generate", "--commit")
    #expect(answer.status == 2)
    #expect(answer.complaint.hasPrefix("handoff: \(answer.output) is written and not committed: a hook of this "))
    #expect(answer.complaint.contains("too short"))
    #expect(try folder.read(answer.output).contains("# Session handoff"))
    #expect(try await git("status", "--porcelain") == "?? handoffs/")
  }

  @Test("What a hook puts into the commit is a warning that names it")
  func hookStagesMore() async throws {
    try await begin()
    try await hook("pre-commit", "echo more >> README.md; git add README.md")
    let answer = try await handoff("generate", "--commit", "--quiet")
    #expect(answer.status == 0)
    #expect(answer.complaint.hasPrefix("handoff: warning: a hook put more than the handoff into commit "))
    #expect(answer.complaint.hasSuffix("\n  README.md\n"))
    #expect(try await git("status", "--porcelain").isEmpty)
  }

  @Test("A kill while a hook runs loses nothing and stages no deletion, whether git still commits or not")
  func killed() async throws {
    try await begin()
    for (hook, expected) in [("pre-commit", "A "), ("post-commit", "")] {
      try await self.hook(hook, "touch \"$HOME/\(hook)\"\nuntil [ -e \"$HOME/go-\(hook)\" ]; do sleep 0.01; done")
      // Git goes on alone; its end is seen when the lock that it holds can be had.
      let answer = try await shell(
        """
        "$0" generate --title '\(hook)' --commit & tool=$!
        until [ -e "$HOME/\(hook)" ]; do kill -0 $tool || exit 99; done
        kill -KILL $tool; wait $tool
        git status --porcelain
        touch "$HOME/go-\(hook)"
        exec 9<> .git/handoff-commit; flock 9
        """)
      #expect(answer.status == 0)
      let lines = answer.output.split(separator: "\n").dropFirst()
      #expect(lines.allSatisfy { $0.hasPrefix(expected) } && lines.isEmpty == expected.isEmpty, "\(answer.output)")
      #expect(try await git("status", "--porcelain").isEmpty)
      #expect(try await git("log", "-1", "--format=%s") == "Hand off: \(hook)")
      try folder.remove(".git/hooks/" + hook)
    }
    let next = try await handoff("generate", "--title", "next", "--commit")
    #expect(next.status == 0, "\(next.complaint)")
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.path + "/.git").filter { $0.contains("handoff") } == []
    )
  }

  @Test("A file that may not be as large as the handoff is told, and nothing is left of it")
  func noRoom() async throws {
    try await begin()
    let answer = try await shell("ulimit -f 1; \"$0\" generate --title One")
    #expect(answer.status == 2)
    #expect(answer.complaint.contains("cannot be written: it would be larger than"))
    #expect(answer.complaint.contains("nothing was changed"))
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/handoffs"))
    // Nor is anything of one that is refreshed.
    let path = try await handoff("generate", "--title", "One").output
    let before = try folder.read(path)
    try folder.write("new.txt", "")
    #expect(try await shell("ulimit -f 1; \"$0\" generate --update latest").status == 2)
    #expect(try folder.read(path) == before)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.path + "/handoffs").map { "handoffs/" + $0 } == [path])
  }

  @Test("A folder that cannot be written to is told")
  func readOnly() async throws {
    try await begin()
    try folder.write("handoffs/README.md", "")
    // The superuser writes everywhere.
    let isRoot = geteuid() == 0
    if isRoot { try await shell("chown -R 65534:65534 \"$HOME\" .") }
    let user = isRoot ? "setpriv --reuid=65534 --regid=65534 --clear-groups" : ""
    let answer = try await shell("chmod 555 handoffs; \(user) \"$0\" generate --title One --commit")
    #expect(answer.status == 2)
    #expect(answer.complaint.contains("permission denied; nothing was changed"), "\(answer.complaint)")
    try await shell("chmod 755 handoffs")
  }
}
