import Foundation
import HandoffTestSupport
import Testing

/// Virtual environments: removed whole, and nothing else.
@Suite struct ResetEnvironmentTests {
  /// As `python3 -m venv` lays one out.
  private static func environment(_ folder: String = ".venv") -> [String: String] {
    [
      "\(folder)/pyvenv.cfg": "home = /usr/bin\nversion = 3.11.2\n", "\(folder)/bin/activate": "",
      "\(folder)/lib/python3.11/site-packages/pytest-8.0.dist-info/METADATA": "x",
      "\(folder)/lib/python3.11/site-packages/pluggy-1.4.dist-info/METADATA": "x", "requirements.txt": "pytest\n",
    ]
  }

  @Test("All of it goes, what links in it lead to stays, and the plan told it")
  func removed() async throws {
    let project = try ResetProject(Self.environment())
    try project.folder.write(".venv/notes.txt", "my own\n")
    try await project.shell("ln -s \"$0\" .venv/lib/far; ln -s \"$0/precious\" .venv/near; git init -q .")
    let plan = try await project.reset("--venv", "--dry-run")
    #expect(plan.status == 0)
    #expect(plan.output.contains("virtual environment .venv: ") && plan.output.contains(", 2 packages, "))
    #expect(plan.output.contains(".venv/notes.txt, which is none of an environment's own"))
    #expect(project.exists(".venv/bin/activate"))
    let answer = try await project.reset("--venv", "--yes-destroy", project.name)
    #expect(answer.status == 0, "\(answer.complaint)")
    #expect(!project.exists(".venv") && project.isPreciousThere && project.exists("requirements.txt"))
    let names = try FileManager.default.contentsOfDirectory(atPath: project.folder.path)
    #expect(Set(names) == [".git", "requirements.txt", "handoff.yml"])
    #expect(try await project.reset("--venv", "--yes-destroy", project.name).output.contains("nothing to destroy"))
  }

  @Test("A file whose name is no text goes as well")
  func bytes() async throws {
    let project = try ResetProject(Self.environment())
    try await project.shell("touch \"$(printf '.venv/lib/a\\377b')\"; mkdir \"$(printf '.venv/\\376')\"")
    let answer = try await project.reset("--venv", "--yes-destroy", project.name)
    #expect(answer.status == 0, "\(answer.complaint)")
    #expect(!project.exists(".venv"))
  }

  @Test("What a reset that was killed left of one is told, and goes; what only looks so stays")
  func remains() async throws {
    let project = try ResetProject(Self.environment())
    try await project.shell("mv .venv ..venv.removed-1x2y3z; mkdir ..venv.removed- ..venv.removed-a.b .venv.removed-1")
    let plan = try await project.reset("--venv", "--dry-run")
    #expect(plan.output.contains("..venv.removed-1x2y3z, which a reset that was killed left"), "\(plan.output)")
    #expect(project.exists("..venv.removed-1x2y3z/bin/activate"))
    let answer = try await project.reset("--venv", "--yes-destroy", project.name)
    #expect(answer.status == 0, "\(answer.complaint)")
    let names = try FileManager.default.contentsOfDirectory(atPath: project.folder.path)
    #expect(
      Set(names) == ["requirements.txt", "handoff.yml", "..venv.removed-", "..venv.removed-a.b", ".venv.removed-1"])
    try await project.shell(
      "git init -q .; mkdir ..venv.removed-2; touch ..venv.removed-2/x; git add -f ..venv.removed-2")
    #expect(try await project.reset("--venv", "--yes-destroy", project.name).status == 3)
    #expect(project.exists("..venv.removed-2/x"))
  }

  @Test(
    "Where the plan cannot be shown, nothing goes",
    arguments: [
      "exec \"$@\" >/dev/full", "exec \"$@\" >&-",
      """
      exec python3 -Ic '
      import os, sys
      read, write = os.pipe(); os.close(read); os.dup2(write, 1); os.execv(sys.argv[1], sys.argv[1:])' "$@"
      """,
    ])
  func unshown(script: String) async throws {
    let project = try ResetProject(Self.environment())
    let answer = try await Witness.ask(
      "sh", ["-c", script, "sh", Tool.path, "reset", "--venv", "--yes-destroy", project.name],
      environment: project.environment, in: project.folder.path)
    #expect(answer.status == 2 || answer.status == 3)
    #expect(answer.complaint.contains("could not be shown"), "\(answer.complaint)")
    #expect(project.exists(".venv/bin/activate"))
  }

  @Test("The project's name has to be typed, or given, as it is")
  func confirmed() async throws {
    let project = try ResetProject(Self.environment())
    let silent = try await project.reset("--venv")
    #expect(silent.status == 3 && silent.complaint.contains("--yes-destroy story-engine"))
    #expect(silent.output.contains("virtual environment .venv"))
    for name in ["story", "STORY-ENGINE", "", "story-engine2"] {
      #expect(try await project.reset("--venv", "--yes-destroy", name).status == 3)
    }
    for line in ["story", "y", "yes", ""] {
      let answer = try await project.reset(typing: line, "--venv")
      #expect(answer.status == 3 && answer.output.contains("nothing was destroyed"), "\(answer.output)")
    }
    #expect(try await project.reset().status == 64)
    #expect(project.exists(".venv/bin/activate"))
    #expect(try await project.reset(typing: "story-engine", "--venv").status == 0)
    #expect(!project.exists(".venv"))
  }

  /// What makes a folder one that must not be removed, and in which words it is refused.
  static let refusals: [(what: String, configuration: String, script: String, words: String)] = [
    ("a link", "", "mv .venv \"$0/there\"; ln -s \"$0/there\" .venv", "symbolic link"),
    ("a link to another in the project", "", "mv .venv other; ln -s other .venv", "symbolic link"),
    (
      "behind a link", "python: {environment: tools/.venv}", "mv .venv \"$0/.venv\"; ln -s \"$0\" tools",
      "symbolic link"
    ),
    ("outside", "python: {environment: ../AWAY/.venv}", "mv .venv \"$0/.venv\"", "outside the project's folder"),
    ("the project itself", "python: {environment: .}", "cp .venv/pyvenv.cfg .", "is that folder"),
    (
      "upwards and back", "python: {environment: .venv/../../AWAY}", "cp .venv/pyvenv.cfg \"$0\"",
      "outside the project's folder"
    ),
    ("tracked", "", "git init -q .; git add -f .venv; git commit -qm x", "git tracks files"),
    ("one file tracked", "", "git init -q .; git add -f .venv/bin/activate; git commit -qm x", "git tracks files"),
    ("no environment", "python: {environment: .venv}", "rm .venv/pyvenv.cfg", "no virtual environment"),
    ("another pyvenv.cfg", "", "echo 'x = y' > .venv/pyvenv.cfg", "no virtual environment"),
    ("a linked pyvenv.cfg", "", "mv .venv/pyvenv.cfg x.cfg; ln -s ../x.cfg .venv/pyvenv.cfg", "no virtual environment"),
    ("with a repository", "", "git init -q .venv", "repository of its own"),
  ]

  @Test("What may be something else is refused, and stays", arguments: refusals.map(\.what))
  func refused(what: String) async throws {
    let refusal = try #require(Self.refusals.first { $0.what == what })
    let project = try ResetProject(Self.environment())
    let away = URL(fileURLWithPath: project.beside.path).lastPathComponent
    try project.folder.write(
      "handoff.yml", "project: story-engine\n\(refusal.configuration.replacing("AWAY", with: away))\n")
    try await project.shell(refusal.script)
    let listing = "find . \"$0\" | grep -v /.git/ | sort"
    func all() async throws -> String {
      try await Witness.ask(
        "sh", ["-c", listing, project.beside.path], environment: project.environment, in: project.folder.path
      ).output
    }
    let before = try await all()
    for arguments in [["--venv"], ["--all"]] {
      let answer = try await Witness.ask(
        Tool.path, ["reset"] + arguments + ["--yes-destroy", project.name], environment: project.environment,
        in: project.folder.path)
      #expect(answer.status == 3, "\(answer.output)")
      #expect(answer.complaint.contains(refusal.words), "\(answer.complaint)")
    }
    #expect(try await all() == before)
    #expect(project.isPreciousThere)
  }
}
