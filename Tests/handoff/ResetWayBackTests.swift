import Foundation
import HandoffTestSupport
import Testing

/// A database goes only where its dump stays, holds all of it, and can be brought back by what is told.
@Suite(.serialized, Lab.needs("postgres", "PG_PORT", "PG_BIN")) struct ResetWayBackTests: ResetDatabaseSuite {
  private static let environment = ["pyvenv.cfg": "home = /usr/bin\n", "bin/activate": "", "d/here": ""]

  @Test(
    "A dump that would stand in what is removed is refused, however that is named",
    arguments: [
      ("", ["XDG_STATE_HOME": "ROOT/.venv/state"], []),
      ("", ["XDG_STATE_HOME": "ROOT/link/state"], []),
      ("python: {environment: foo/../.venv}\n", [:], ["--dump-to", ".venv/d"]),
    ])
  func dumpInEnvironment(settings: String, variables: [String: String], arguments: [String]) async throws {
    try await with { database in
      let project = try project(database)
      for (name, text) in Self.environment { try project.folder.write(".venv/" + name, text) }
      try project.folder.write("handoff.yml", "project: story-engine\n" + settings)
      try project.folder.write("foo/here", "")
      try await project.shell("ln -s .venv link")
      let answer = try await Witness.ask(
        Tool.path, ["reset", "--database", "--venv", "--yes-destroy", project.name] + arguments,
        environment: project.environment.merging(
          variables.mapValues { $0.replacing("ROOT", with: project.folder.path) }
        ) { $1 }, in: project.folder.path)
      #expect(answer.status == 3, "\(answer.output)\(answer.complaint)")
      #expect(answer.complaint.contains("for the dump, stands in the virtual environment"), "\(answer.complaint)")
      #expect(try await isThere(database) && project.exists(".venv/bin/activate"))
    }
  }
}
