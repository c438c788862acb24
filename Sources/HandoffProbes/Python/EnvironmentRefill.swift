import HandoffModel
import HandoffProject
import HandoffSystem
import HandoffText

/// What puts back what a manager keeps a list of, and what shows what is there.
extension EnvironmentCommands {
  private static let whole: Message = "install what the project needs"

  /// Installs what the manager's own files ask for: the common part first, then with all that is optional.
  var refill: [Remedy] {
    if has("uv.lock") {
      return [
        Remedy(sync(), Self.whole),
        Remedy(
          sync("--all-packages", "--all-extras", "--all-groups"),
          "install it with each member of the workspace, extra and group"),
      ]
    }
    if isPoetry { return poetryInstall }
    switch manager {
    case .pipenv: return [Remedy(.run("pipenv", "install", "--dev"), Self.whole)]
    case .conda:
      guard let file = EnvironmentManager.condaFile(context) else { return [] }
      return [Remedy(run(["conda", "env", "update", "-p"], place, ["-f", file]), Self.whole)]
    case .venv, .uv, .poetry: return []
    }
  }

  /// Installs what poetry's lock file or `pyproject.toml` asks for; poetry refuses a lock file that does not fit that.
  /// What is locked keeps its version: from poetry 2 on of itself, before it by an option that it does not have any more
  /// (https://python-poetry.org/docs/1.8/cli/#lock).
  var poetryInstall: [Remedy] {
    let locked = ShellCommand.run("poetry", "install")
    guard has(PoetrySign.lock) else { return [Remedy(locked, Self.whole)] }
    return [
      Remedy(locked, Self.whole),
      Remedy(
        ShellCommand(
          bash: "poetry lock $(poetry lock --help | grep -o -e --no-update) && poetry install",
          powershell: "if ((poetry lock --help) -match '--no-update') { poetry lock --no-update } "
            + "else { poetry lock }; poetry install"), "install it where pyproject.toml has changed since poetry.lock"),
    ]
  }

  /// Shows what is installed.
  /// - Parameter hasPip: whether pip is in the environment.
  func list(hasPip: Bool) -> Remedy {
    let read =
      "import importlib.metadata as m; print(sorted((d.metadata['Name'], d.version) for d in m.distributions()))"
    return Remedy(
      hasPip || manager == .uv ? pip(["list"], hasPip: hasPip) : interpreter(["-c", read]), "shows what is installed")
  }

  /// A command of pip's, which uv has for environments that were made without pip.
  func pip(_ words: [String], _ more: String..., hasPip: Bool) -> ShellCommand {
    guard manager == .uv, !hasPip else { return interpreter(["-m", "pip"] + words + more) }
    return run(["uv", "pip"] + words + ["--python"], place, more)
  }
}
