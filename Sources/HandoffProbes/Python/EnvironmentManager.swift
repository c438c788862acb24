import HandoffModel
import HandoffProject
import HandoffSystem
import HandoffText

/// The program that made an environment, or would make it, and that fills it.
enum EnvironmentManager: String {
  case venv, uv, poetry, pipenv, conda

  /// Told by what it leaves in the environment, and where that is gone, by its lock file.
  init(of folder: String?, _ context: ProbeContext) {
    let files = context.host.files
    let poetry = PoetrySign(root: context.project.root, files: files)
    func has(_ name: String) -> Bool { files.kind(of: context.path(name)) == .regular }
    let hasLock = has("uv.lock") || has(PoetrySign.lock)
    if let folder {
      let environment = VirtualEnvironment(folder: folder, files: files)
      if environment.isConda {
        self = .conda
        return
      }
      if let configuration = environment.configuration, configuration["uv"] != nil {
        self = .uv
        return
      }
      if let configuration = environment.configuration, !hasLock {
        // Poetry's environments are those of the `virtualenv` module, or stand where it keeps them.
        let isInside = PathText(folder).isBelow(context.project.root)
        let isPoetry = poetry.file != nil && (!isInside || configuration["virtualenv"] != nil)
        self = isPoetry || poetry.names(folder) ? .poetry : has("Pipfile") && !isInside ? .pipenv : .venv
        return
      }
    }
    if has("uv.lock") {
      self = .uv
    } else if poetry.file != nil || folder.map(poetry.names) == true {
      self = .poetry
    } else if has("Pipfile") {
      self = .pipenv
    } else {
      let isVenv = ["requirements.txt", "pyproject.toml", "setup.py"].contains(where: has)
      self = !isVenv && Self.condaFile(context) != nil ? .conda : .venv
    }
  }

  /// The file that lists what conda installs.
  static func condaFile(_ context: ProbeContext) -> String? {
    ["environment.yml", "environment.yaml"].first { context.host.files.kind(of: context.path($0)) == .regular }
  }
}

/// The commands of the program that keeps an environment.
struct EnvironmentCommands {
  let manager: EnvironmentManager
  /// The environment's folder as it is shown.
  let folder: String
  let context: ProbeContext
  /// Whether poetry installs the project.
  let isPoetry: Bool

  init(manager: EnvironmentManager, folder: String, context: ProbeContext) {
    self.manager = manager
    self.folder = folder
    self.context = context
    isPoetry =
      manager == .poetry || PoetrySign(root: context.project.root, files: context.host.files).file != nil
  }

  var place: ShellPath { ShellPath(folder) }

  func has(_ name: String) -> Bool { context.host.files.kind(of: context.path(name)) == .regular }

  /// A command with this path in or after its words.
  func run(_ words: [String], _ last: ShellPath? = nil, _ more: [String] = []) -> ShellCommand {
    .run(words.map { .word($0) } + (last.map { [.path($0)] } ?? []) + more.map { .word($0) })
  }

  /// The environment's interpreter with arguments.
  func interpreter(_ words: [String]) -> ShellCommand {
    .run([.path(ShellPath("\(folder)/bin/python"))] + words.map { .word($0) })
  }

  /// Installs from the lock file into the environment, leaving alone what else is in it.
  func sync(_ options: String...) -> ShellCommand {
    let command = run(["uv", "sync", "--inexact"] + options)
    guard folder != ".venv" else { return command }
    return ShellCommand(bash: "UV_PROJECT_ENVIRONMENT=\(place.bash) \(command.bash)", powershell: nil)
  }

  /// Makes the environment where there is none.
  var create: Remedy {
    let description: Message = "make the environment"
    switch manager {
    case .venv: return Remedy(run(["python3", "-m", "venv"], place), description)
    case .uv: return Remedy(has("uv.lock") ? sync() : run(["uv", "venv"], place), description)
    case .poetry: return Remedy(run(["poetry", "install"]), "make the environment, with what the project needs")
    case .pipenv:
      return Remedy(run(["pipenv", "install", "--dev"]), "make the environment, with what the project needs")
    case .conda:
      guard let file = EnvironmentManager.condaFile(context) else {
        return Remedy(run(["conda", "create", "-y", "-p"], place, ["python"]), description)
      }
      return Remedy(
        run(["conda", "env", "create", "-p"], place, ["-f", file]), "make the environment, with what the project needs")
    }
  }

  /// Makes it anew, and loses what is installed in it.
  var recreate: Remedy {
    let description: Message = "make the environment anew; what is installed in it is lost"
    switch manager {
    case .venv: return Remedy(run(["python3", "-m", "venv", "--clear"], place), description, destructive: true)
    case .uv: return Remedy(run(["uv", "venv", "--clear"], place), description, destructive: true)
    case .poetry: return Remedy(run(["poetry", "env", "remove", "--all"]), description, destructive: true)
    case .pipenv: return Remedy(run(["pipenv", "--rm"]), description, destructive: true)
    case .conda: return Remedy(run(["conda", "env", "remove", "-y", "-p"], place), description, destructive: true)
    }
  }

  /// Writes the links to the base interpreter and `pyvenv.cfg` anew, and keeps what is installed.
  /// - Parameter version: the minor version that it was made with.
  func relink(version: String?) -> [Remedy] {
    let description: Message = "link the environment to an interpreter that is there"
    switch manager {
    case .uv:
      let options = version.map { ["--python", $0] } ?? []
      return [Remedy(run(["uv", "venv", "--allow-existing"] + options, place), description)]
    case .conda:
      return [Remedy(run(["conda", "install", "-y", "--force-reinstall", "-p"], place, ["python"]), description)]
    case .venv, .poetry, .pipenv:
      var names = ["python3"]
      if let version, context.host.executable(named: "python\(version)") != nil {
        names.insert("python\(version)", at: 0)
      }
      return names.map { name in
        let make = "\(name) -m venv --without-pip"
        return Remedy(
          ShellCommand(
            bash: "\(make) -h >/dev/null && find \(place.bash)/bin -name 'python*' -type l -delete && "
              + "\(make) \(place.bash)", powershell: nil), description)
      }
    }
  }

  /// Installs what a file asks for: one of requirements, or `pyproject.toml`.
  /// - Parameter hasPip: whether pip is in the environment.
  func install(_ file: String, hasPip: Bool = true) -> [Remedy] {
    let description: Message = "install what the project needs"
    if file == RequirementCheck.pipfile { return [Remedy(run(["pipenv", "install", "--dev"]), description)] }
    if file == RequirementCheck.group {
      return [Remedy(pip(["install"], "--group", "dev", hasPip: hasPip), description)]
    }
    guard [RequirementCheck.project, RequirementCheck.setup, RequirementCheck.program].contains(file) else {
      return [Remedy(pip(["install"], "-r", file, hasPip: hasPip), description)]
    }
    if has("uv.lock") { return [Remedy(sync(), description)] }
    // The tool that made the lock file installs from it.
    let project = [Remedy(pip(["install"], "-e", ".", hasPip: hasPip), "install the project and what it needs")]
    if file == RequirementCheck.project, isPoetry {
      // Of the folders in a project, poetry knows this one.
      return poetryInstall + (manager == .poetry || folder == ".venv" ? [] : project)
    }
    return has("pdm.lock") ? [Remedy(.run("pdm", "install"), description)] : project
  }

  /// Installs a distribution.
  func install(distribution name: String, again: Bool = false, hasPip: Bool = true) -> Remedy {
    let description: Message = again ? "install it and what it needs again" : "install it into the environment"
    let option = manager == .uv && !hasPip ? "--reinstall" : "--force-reinstall"
    return Remedy(pip(["install"] + (again ? [option] : []), name, hasPip: hasPip), description)
  }

  /// Puts pip into an environment that was made without it.
  func needsPip(_ hasPip: Bool) -> [Remedy] {
    hasPip || manager == .uv
      ? [] : [Remedy(interpreter(["-m", "ensurepip"]), "put pip into the environment")]
  }

  /// Makes it the one of this session.
  var activate: ShellCommand {
    if manager == .conda {
      let isPath = folder.contains("/")
      return run(["conda", "activate"], ShellPath(isPath ? folder : "./" + folder))
    }
    if manager == .pipenv, context.host.files.kind(of: context.path(folder)) == nil {
      return ShellCommand(bash: ". \"$(pipenv --venv)/bin/activate\"", powershell: nil)
    }
    var powershell: String?
    if let windows = ShellPath(folder + "\\Scripts\\Activate.ps1").powershell,
      let unix = ShellPath(folder + "/bin/Activate.ps1").powershell
    {
      powershell = "if (Test-Path \(windows)) { & \(windows) } else { & \(unix) }"
    }
    return ShellCommand(bash: ". \(place.bash)/bin/activate", powershell: powershell)
  }
}
