import Foundation
import HandoffTestSupport
import Testing

/// A folder that is about to become a repository, of a user with nothing but git.
struct GitProject {
  let folder: TemporaryFolder
  let home: TemporaryFolder
  let environment: [String: String]

  init() throws {
    home = try TemporaryFolder([".gitconfig": "[user]\n\tname = Sample\n\temail = sample@localhost\n"])
    folder = try TemporaryFolder(["README.md": "# Sample\n"])
    environment = Lab.bareEnvironment(home: home.path)
  }
}

/// A suite whose tests work in such a project.
protocol GitProjectSuite {
  var project: GitProject { get }
}

extension GitProjectSuite {
  var folder: TemporaryFolder { project.folder }
  var home: TemporaryFolder { project.home }
  var environment: [String: String] { project.environment }

  /// Makes the repository, with one commit.
  func begin() async throws {
    try await git("init", "-q", "-b", "main")
    try await git("add", "-A")
    try await git("commit", "-qm", "Begin")
  }

  @discardableResult func git(_ arguments: String...) async throws -> String {
    let answer = try await Witness.ask("git", arguments, environment: environment, in: folder.path)
    try #require(answer.status == 0, "git \(arguments): \(answer.complaint)")
    return answer.output
  }

  /// Runs the tool.
  func handoff(_ arguments: String..., extra: [String: String] = [:]) async throws -> Witness.Answer {
    try await Witness.ask(Tool.path, arguments, environment: environment.merging(extra) { $1 }, in: folder.path)
  }

  /// Runs a script, to which the tool is `$0`.
  @discardableResult func shell(_ script: String) async throws -> Witness.Answer {
    try await Witness.ask("bash", ["-c", script, Tool.path], environment: environment, in: folder.path)
  }
}
