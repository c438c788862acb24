import HandoffModel
import HandoffProject
import HandoffSystem
import HandoffText

/// The Python probe's findings with their remedies, and the commands of a new session.
struct PythonAdvice {
  let settings: PythonSettings
  let context: ProbeContext

  /// The folder that a new environment is made in.
  private var folder: String { settings.environment?.value ?? ".venv" }
  private var pip: String { "\(folder)/bin/python" }

  // MARK: Findings

  var noEnvironment: Finding {
    let place: Message =
      settings.environment.map { "there is no virtual environment at \(Untrusted($0.value))" }
      ?? "there is no virtual environment"
    return Finding(
      "python.no-environment", .failure, place, remedies: [create] + install, facts: ["python.environment"])
  }

  func noInterpreter(in folder: String) -> Finding {
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
      remedies: [Remedy(.run("chmod", "+x", context.shown(path)), "allow it")], facts: ["python.environment"])
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
      Finding("python.timeout", .unknown, "the interpreter gave no answer by the deadline", facts: ["python.*"])
    case .unreadable:
      Finding(
        "python.unexpected-answer", .unknown, "the interpreter's answer could not be read", facts: ["python.*"])
    case .notStarted(let outcome):
      Finding(
        "python.unexpected-answer", .unknown, "the interpreter could not be started (\(Self.shown(outcome)))",
        facts: ["python.*"])
    }
  }

  func toolMissing(_ tool: String, wantedBy source: Source) -> Finding {
    let wanted: Message =
      source.kind == .file || source.kind == .configuration ? ", which \(source.message) asks for," : ""
    return Finding(
      "python.tool-missing", .failure, "\(Untrusted(tool))\(wanted) is not installed in \(Untrusted(folder))",
      remedies: [
        Remedy(.run(pip, "-m", "pip", "install", tool), "install it into the environment")
      ] + install, facts: [FactID("python.tool[\(tool)]")])
  }

  func toolBroken(_ tool: String, _ reason: String) -> Finding {
    Finding(
      "python.tool-broken", .failure, "\(Untrusted(tool)) is installed but does not start: \(Untrusted(reason))",
      remedies: [
        Remedy(
          .run(pip, "-m", "pip", "install", "--force-reinstall", tool), "install it and what it needs again")
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
      "python.timeout", .unknown, "\(Untrusted(tool)) \(why)", facts: [FactID("python.tool[\(tool)]")])
  }

  private static func shown(_ outcome: CommandOutcome) -> Message {
    switch outcome {
    case .exited(let status): "exit status \(status)"
    case .signalled(let signal): "signal \(signal)"
    case .timedOut: "no answer by the deadline"
    case .tooMuchOutput: "too much output"
    case .notFound: "not found"
    case .notPermitted: "not permitted"
    case .failedToStart(let reason): "\(Untrusted(reason))"
    }
  }

  // MARK: Commands

  private var create: Remedy {
    Remedy(.run("python3", "-m", "venv", folder), "make the environment")
  }

  /// Keeps what is installed, where the new interpreter is of the same minor version.
  private var relink: Remedy {
    let word = ShellWord.bash(folder)
    return Remedy(
      ShellCommand(
        bash: "find \(word)/bin -name 'python*' -type l -delete && python3 -m venv \(word)", powershell: nil),
      "link the environment to an interpreter that is there")
  }

  private var recreate: Remedy {
    Remedy(
      .run("python3", "-m", "venv", "--clear", folder), "make the environment anew; what is installed in it is lost",
      destructive: true)
  }

  private var install: [Remedy] {
    settings.requirements.map { file in
      Remedy(.run(pip, "-m", "pip", "install", "-r", file), "install what the project needs")
    }
  }

  func setup(_ folder: String) -> [GuideStep] {
    let word = ShellWord.bash(folder)
    var powershell: String?
    if let windows = ShellWord.powershell(folder + "\\Scripts\\Activate.ps1", quoted: true),
      let unix = ShellWord.powershell(folder + "/bin/Activate.ps1", quoted: true)
    {
      powershell = "if (Test-Path \(windows)) { & \(windows) } else { & \(unix) }"
    }
    return [
      GuideStep(
        ShellCommand(bash: ". \(word)/bin/activate", powershell: powershell), "activate the environment")
    ]
  }

  var verification: [GuideStep] {
    [GuideStep(.run("python", "-c", "import sys, encodings; print(sys.version)"), "the interpreter works")]
      + settings.tools.value.map { GuideStep(.run("python", "-m", $0, "--version"), "\(Untrusted($0)) works") }
  }
}
