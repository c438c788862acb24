import Foundation
import HandoffModel
import HandoffProject
import HandoffSystem
import Testing

/// Where an environment is looked for: in the project, then where the programs that make them keep them.
@Suite struct PythonPlacesTests {
  func environment(_ files: [String: String], _ variables: [String: String] = [:]) throws -> Setting<String>? {
    try TemporaryProject(files).discover(variables).python.settings?.environment
  }

  @Test("An environment in the project goes before one that is active elsewhere")
  func inside() throws {
    let other = try TemporaryProject(["pyvenv.cfg": "home = /usr/bin\n"])
    let active = ["VIRTUAL_ENV": other.root]
    let own = try environment([".venv/pyvenv.cfg": "home = /usr/bin\n", "requirements.txt": ""], active)
    #expect(own?.value == ".venv")
    let none = try environment(["requirements.txt": ""], active)
    #expect(none == Setting(other.root, Source(.environment, "VIRTUAL_ENV")))
    // It is nothing of a project that does not use Python.
    #expect(try environment(["story.txt": ""], active) == nil)
  }

  @Test("A conda environment in the project is told by what conda notes of it")
  func condaInside() throws {
    #expect(try environment(["env/conda-meta/history": ""])?.value == "env")
  }

  @Test("conda's environment is the one that environment.yml names, active or listed, and never conda's own")
  func conda() throws {
    let conda = try TemporaryProject(["envs/tales/conda-meta/history": "", "conda-meta/history": ""])
    let folder = conda.root + "/envs/tales"
    let file = ["environment.yml": "name: tales # ours\ndependencies: [python]\n"]
    #expect(
      try environment(file, ["CONDA_PREFIX": folder, "CONDA_DEFAULT_ENV": "tales"])
        == Setting(folder, Source(.environment, "CONDA_PREFIX")))
    let home = try TemporaryProject([".conda/environments.txt": "\(conda.root)\n\(folder)\n"])
    #expect(
      try environment(file, ["HOME": home.root, "CONDA_PREFIX": conda.root, "CONDA_DEFAULT_ENV": "base"])
        == Setting(folder, Source(.file, "environment.yml")))
    #expect(try environment(file, ["CONDA_PREFIX": conda.root, "CONDA_DEFAULT_ENV": "base"]) == nil)
  }

  @Test("uv's variable names the environment of a project that uv keeps, and of no other")
  func uv() throws {
    let variables = ["UV_PROJECT_ENVIRONMENT": "kept"]
    #expect(
      try environment(["uv.lock": "", "pyproject.toml": ""], variables)
        == Setting("kept", Source(.environment, "UV_PROJECT_ENVIRONMENT")))
    #expect(try environment(["pyproject.toml": ""], variables) == nil)
  }
}
