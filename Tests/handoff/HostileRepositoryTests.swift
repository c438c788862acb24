import Foundation
import HandoffTestSupport
import Testing

/// What a repository may not have run or read, however it leads there. `Tests/Safety/repositories` holds many more.
@Suite struct HostileRepositoryTests {
  private let base: TemporaryFolder
  private var environment: [String: String]
  private var project: String { base.path + "/project" }

  init() async throws {
    base = try TemporaryFolder(["home/x": "", "project/requirements.txt": "pytest\n"])
    environment = Lab.bareEnvironment(home: base.path + "/home")
    try await Witness.ask("git", ["init", "-q"], environment: environment, in: project)
  }

  private func program(_ path: String) throws {
    try base.write(path, "#!/bin/sh\necho fired >> '\(base.path)/canary'\n")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(base.path)/\(path)")
  }

  private func preflight(_ area: String) async throws -> Report {
    let report = try Report(
      try await Tool.run(
        "preflight", "--only", area, "--format", "json", environment: environment, in: project))
    #expect(!FileManager.default.fileExists(atPath: base.path + "/canary"), "it was run")
    return report
  }

  @Test("An environment that a tracked link leads to is not run, at the link's end or on its way")
  func links() async throws {
    try base.write("elsewhere/env/pyvenv.cfg", "home = /usr/bin\n")
    try program("elsewhere/env/bin/python")
    for (link, target, place) in [(".venv", "../elsewhere/env", ".venv"), ("tools", "../elsewhere", "tools/env")] {
      try FileManager.default.createSymbolicLink(atPath: "\(project)/\(link)", withDestinationPath: target)
      try base.write("project/handoff.yml", "python: {environment: \(place)}\n")
      try await Witness.ask("git", ["add", link], environment: environment, in: project)
      #expect(try await preflight("python").findings == ["python.environment-tracked"], "\(link)")
    }
  }

  @Test("A folder of the project on PATH holds no git for the tool")
  mutating func programs() async throws {
    try program("project/node_modules/.bin/git")
    environment["PATH"] = "\(project)/node_modules/.bin:" + (environment["PATH"] ?? "")
    #expect(try await preflight("git").findings.isEmpty)
  }

  @Test("A compose file's variables are not read from a file outside of the project")
  func variables() async throws {
    try base.write("elsewhere/db.env", "POSTGRES_DB=theirs\nPOSTGRES_USER=theirs\n")
    try base.write(
      "project/compose.yml",
      "services: {db: {image: 'postgres:15', env_file: ../elsewhere/db.env, ports: ['127.0.0.1:1:5432']}}\n")
    let told = try await Tool.run("preflight", "--only", "postgres", environment: environment, in: project)
    #expect(!told.output.contains("theirs"), "\(told.output)")
  }
}
