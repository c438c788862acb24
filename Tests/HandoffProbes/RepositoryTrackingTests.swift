import HandoffProject
import HandoffSystem
import HandoffTestSupport
import Testing

@testable import HandoffProbes

/// Whose a file is that a project leads to.
@Suite struct RepositoryTrackingTests {
  @Test("What a tracked link leads to is the repository's, also where a mark stands behind a slash of its path")
  func links() async throws {
    for name in ["l", "\u{301}l", "d/\u{301}l"] {
      let scratch = try Scratch()
      scratch.makeFolder("outside")
      scratch.makeFolder("project/d")
      try scratch.write("outside/tool", "")
      try await scratch.run("git", "init", "-q", in: "project")
      try await scratch.run("ln", "-s", scratch.path + "/outside", name, in: "project")
      let host = scratch.host(in: "project")
      let root = scratch.path + "/project"
      let project = try Discovery.project(at: root, host: host)
      let context = ProbeContext(host: host, project: project, deadline: .after(.seconds(10)))
      let before = await RepositoryTracking(of: "\(root)/\(name)/tool", context)
      guard case .untracked = before else {
        Issue.record("\(name): \(before)")
        continue
      }
      try await scratch.run("git", "add", "--all", in: "project")
      let after = await RepositoryTracking(of: "\(root)/\(name)/tool", context)
      guard case .tracked = after else {
        Issue.record("\(name): \(after)")
        continue
      }
    }
  }
}
