import HandoffModel
import HandoffProject
import HandoffSystem
import HandoffTestSupport
import HandoffText
import Testing

@testable import HandoffProbes

/// Which projects poetry installs, and how.
@Suite struct PoetryTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func commands(_ environment: String) -> EnvironmentCommands {
    let context = ProbeContext(
      host: scratch.host(), project: GitFixture.project(at: scratch.path, handoffs: "handoffs"),
      deadline: .after(.seconds(5)))
    let folder = environment.hasPrefix("/") ? environment : "\(scratch.path)/\(environment)"
    let manager = EnvironmentManager(of: folder, context)
    return EnvironmentCommands(manager: manager, folder: environment, context: context)
  }

  @Test("A build backend of poetry's does not make a project one that poetry installs; a table of poetry's does")
  func backend() throws {
    try scratch.write(".venv/pyvenv.cfg", "home = /usr/bin\n")
    let backend = "[project]\nname = \"x\"\n[build-system]\nbuild-backend = \"poetry.core.masonry.api\"\n"
    try scratch.write("pyproject.toml", backend)
    #expect(commands(".venv").manager == .venv)
    #expect(
      commands(".venv").install("pyproject.toml").map(\.command.bash) == [".venv/bin/python -m pip install -e ."])
    #expect(commands(".venv").refill.isEmpty)
    // Made by the `virtualenv` module, it may be poetry's where the project is.
    try scratch.write(".venv/pyvenv.cfg", "home = /usr/bin\nvirtualenv = 20\n")
    #expect(commands(".venv").manager == .venv)
    for table in ["[tool.poetry]", "[tool.poetry.group.dev.dependencies]", "[[tool.poetry.source]]"] {
      try scratch.write("pyproject.toml", backend + table + "\n")
      #expect(commands(".venv").manager == .poetry, "\(table)")
    }
    try scratch.write("pyproject.toml", backend + "[tool.poetry-dynamic-versioning]\n")
    #expect(commands(".venv").manager == .venv)
  }

  @Test("An environment that bears the name that poetry gives it is poetry's, also when it is gone")
  func named() async throws {
    try scratch.write("pyproject.toml", "[build-system]\nbuild-backend = \"poetry.core.masonry.api\"\n")
    let sign = PoetrySign(root: scratch.path, files: FileSystem())
    #expect(sign.file == nil)
    let folder = scratch.path + "/kept/tales-" + (try #require(try await hash())) + "-py3.11"
    #expect(commands(folder).manager == .poetry)
    try scratch.write(folder + "/pyvenv.cfg", "home = /usr/bin\n")
    #expect(commands(folder).manager == .poetry)
    #expect(commands(folder).refill.map(\.command.bash) == ["poetry install"])
    #expect(commands(scratch.path + "/kept/tales-00000000-py3.11").manager == .venv)
  }

  /// The hash in the name, as Python makes it.
  private func hash() async throws -> String? {
    let script =
      "import base64, hashlib, sys; print(base64.urlsafe_b64encode(hashlib.sha256(sys.argv[1].encode()).digest()).decode()[:8])"
    return try await scratch.run("python3", "-c", script, scratch.path).split(separator: "\n").first.map(String.init)
  }

  @Test(
    "What is locked stays: poetry 1 is told so, and poetry 2, which has no such option any more, is not",
    arguments: [
      ("      --no-update    Do not update locked versions.", "lock --no-update"), ("      --regenerate", "lock"),
    ])
  func keepsWhatIsLocked(help: String, asked: String) async throws {
    try scratch.write("poetry.lock", "")
    try scratch.write(
      "bin/poetry", "#!/bin/sh\n[ \"$2\" = --help ] && echo '\(help)' || echo \"$@\" >>\"$HOME/asked\"\n",
      executable: true)
    let command = try #require(commands(".venv").refill.last).command.bash
    try await scratch.run("bash", "-ec", "PATH=\"$PWD/bin:$PATH\"; " + command)
    let home = try #require(scratch.host().environment.home)
    #expect(try FileSystem().readText(home + "/asked") == asked + "\ninstall\n")
  }
}
