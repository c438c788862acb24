import HandoffModel
import HandoffProject
import HandoffSystem
import HandoffText

/// The Python probe's findings with their remedies, and the commands of a new session.
struct PythonAdvice {
  let settings: PythonSettings
  let context: ProbeContext

  /// The folder that a new environment is made in.
  var folder: String { settings.environment.map { context.shown(context.path($0.value)) } ?? ".venv" }

  /// The environment's interpreter with arguments.
  func interpreter(_ words: String...) -> ShellCommand {
    .run([.path(ShellPath("\(folder)/bin/python"))] + words.map { .word($0) })
  }

  // MARK: Findings

  var noEnvironment: Finding {
    let place: Message =
      settings.environment != nil
      ? "there is no virtual environment at \(Untrusted(folder))" : "there is no virtual environment"
    return Finding(
      "python.no-environment", .failure, place, remedies: [create] + install, facts: ["python.environment"])
  }

  var noInterpreter: Finding {
    Finding(
      "python.interpreter-missing", .failure, "\(Untrusted(folder)) has no interpreter", remedies: [create] + install,
      facts: ["python.environment"])
  }

  func dangling(target: String) -> Finding {
    Finding(
      "python.interpreter-dangling", .failure,
      "the interpreter of \(Untrusted(folder)) points to \(Untrusted(context.shown(target))), where there is nothing",
      remedies: [relink, recreate] + install, facts: ["python.environment"])
  }

  func notExecutable(_ path: String) -> Finding {
    Finding(
      "python.not-executable", .failure, "\(Untrusted(context.shown(path))) may not be executed",
      remedies: [Remedy(ShellPath(context.shown(path)).command("chmod", "+x"), "allow it")],
      facts: ["python.environment"])
  }

  func broken(_ cause: InterpreterAnswer.Cause) -> Finding {
    let head: [FactID] = ["python.environment"]
    switch cause {
    case .variable(let names):
      let id = names.hasPrefix("PYTHONHOME") ? "python.home-set" : "python.path-breaks"
      return Finding(
        id, .failure, "\(Untrusted(names)) keeps the interpreter of \(Untrusted(folder)) from starting",
        remedies: [
          Remedy(
            ShellCommand(
              bash: "unset \(names)",
              powershell: "Remove-Item \(names.split(separator: " ").map { "Env:\($0)" }.joined(separator: ", "))"),
            "start without it in this session")
        ], facts: head)
    case .encodings:
      return Finding(
        "python.encodings-broken", .failure,
        "the interpreter of \(Untrusted(folder)) cannot import \(Untrusted("encodings")): its library is missing or damaged",
        remedies: [recreate] + install, facts: head)
    case .ended(let outcome):
      return Finding(
        "python.interpreter-broken", .failure,
        "the interpreter of \(Untrusted(folder)) does not start (\(Self.shown(outcome)))",
        remedies: [recreate] + install, facts: head)
    }
  }

  func unknown(_ prevention: Prevention) -> Finding {
    switch prevention {
    case .timedOut:
      Finding(
        "python.timeout", .unknown, "the interpreter gave no answer by the deadline", remedies: byHand,
        facts: ["python.*"])
    case .unreadable:
      Finding(
        "python.unexpected-answer", .unknown, "the interpreter's answer could not be read", remedies: byHand,
        facts: ["python.*"])
    case .notStarted(let outcome):
      Finding(
        "python.unexpected-answer", .unknown, "the interpreter could not be started (\(Self.shown(outcome)))",
        remedies: byHand, facts: ["python.*"])
    }
  }

  /// - Parameter packages: the distributions of the environment, pip among them or not.
  func toolMissing(_ tool: String, wantedBy source: Source, packages: Set<String> = ["pip"]) -> Finding {
    let wanted: Message =
      source.kind == .file || source.kind == .configuration ? ", which \(source.message) asks for," : ""
    return Finding(
      "python.tool-missing", .failure, "\(Untrusted(tool))\(wanted) is not installed in \(Untrusted(folder))",
      remedies: needsPip(packages) + [
        Remedy(interpreter("-m", "pip", "install", tool), "install it into the environment")
      ] + install, facts: [FactID("python.tool[\(tool)]")])
  }

  func toolBroken(_ tool: String, _ reason: String) -> Finding {
    Finding(
      "python.tool-broken", .failure, "\(Untrusted(tool)) is installed but does not start: \(Untrusted(reason))",
      remedies: [
        Remedy(
          interpreter("-m", "pip", "install", "--force-reinstall", tool), "install it and what it needs again")
      ], facts: [FactID("python.tool[\(tool)]")])
  }

  func toolUnknown(_ tool: String, _ prevention: Prevention) -> Finding {
    let why: Message =
      switch prevention {
      case .timedOut: "gave no answer by the deadline"
      case .unreadable: "gave an answer that could not be read"
      case .notStarted(let outcome): "could not be started (\(Self.shown(outcome)))"
      }
    return Finding(
      "python.timeout", .unknown, "\(Untrusted(tool)) \(why)",
      remedies: [Remedy(interpreter("-m", tool, "--version"), "asks it by hand, without a deadline")],
      facts: [FactID("python.tool[\(tool)]")])
  }

  private static func shown(_ outcome: CommandOutcome) -> Message {
    switch outcome {
    case .exited(let status): "exit status \(status)"
    case .signalled(let signal): "signal \(signal)"
    case .timedOut: "no answer by the deadline"
    case .tooMuchOutput: "too much output"
    case .notFound: "not found"
    case .notPermitted: "not permitted"
    case .failedToStart(let reason), .prevented(let reason): "\(Untrusted(reason))"
    }
  }

  // MARK: Commands

  private var byHand: [Remedy] {
    [Remedy(interpreter("-c", "import sys; print(sys.version)"), "asks it by hand, without a deadline")]
  }

  private func make(_ options: String...) -> ShellCommand {
    .run((["python3", "-m", "venv"] + options).map { .word($0) } + [.path(ShellPath(folder))])
  }

  private var create: Remedy {
    Remedy(make(), "make the environment")
  }

  /// Keeps what is installed, where the new interpreter is of the same minor version.
  private var relink: Remedy {
    let word = ShellPath(folder).bash
    return Remedy(
      ShellCommand(
        bash: "find \(word)/bin -name 'python*' -type l -delete && python3 -m venv \(word)", powershell: nil),
      "link the environment to an interpreter that is there")
  }

  private var recreate: Remedy {
    Remedy(
      make("--clear"), "make the environment anew; what is installed in it is lost",
      destructive: true)
  }

  private var install: [Remedy] { settings.requirements.map { install($0) } }

  /// Installs what a file asks for: one of requirements, or `pyproject.toml`.
  func install(_ file: String) -> Remedy {
    let description: Message = "install what the project needs"
    guard file == RequirementCheck.project else {
      return Remedy(interpreter("-m", "pip", "install", "-r", file), description)
    }
    // The tool that made the lock file installs from it.
    for (lock, words) in [
      ("uv.lock", ["uv", "sync"]), ("poetry.lock", ["poetry", "install"]), ("pdm.lock", ["pdm", "install"]),
    ] where context.host.files.kind(of: context.path(lock)) == .regular {
      return Remedy(.run(words), description)
    }
    return Remedy(interpreter("-m", "pip", "install", "-e", "."), "install the project and what it needs")
  }

  /// Puts pip into an environment that was made without it.
  func needsPip(_ packages: Set<String>) -> [Remedy] {
    packages.contains("pip") ? [] : [Remedy(interpreter("-m", "ensurepip"), "put pip into the environment")]
  }

  /// What a new session does.
  /// - Parameter isThere: whether there is an environment already, that need not be made first.
  func setup(isThere: Bool) -> [GuideStep] {
    let made = isThere ? [] : [GuideStep(create.command, create.description)]
    let filled = isThere ? [] : install.map { GuideStep($0.command, $0.description) }
    return made + [activate] + filled
  }

  private var activate: GuideStep {
    let word = ShellPath(folder).bash
    var powershell: String?
    if let windows = ShellPath(folder + "\\Scripts\\Activate.ps1").powershell,
      let unix = ShellPath(folder + "/bin/Activate.ps1").powershell
    {
      powershell = "if (Test-Path \(windows)) { & \(windows) } else { & \(unix) }"
    }
    return GuideStep(
      ShellCommand(bash: ". \(word)/bin/activate", powershell: powershell), "activate the environment")
  }

  var verification: [GuideStep] {
    [GuideStep(.run("python", "-c", "import sys, encodings; print(sys.version)"), "the interpreter works")]
      + settings.tools.value.map { GuideStep(.run("python", "-m", $0, "--version"), "\(Untrusted($0)) works") }
  }
}
