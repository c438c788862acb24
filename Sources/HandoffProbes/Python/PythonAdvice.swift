import HandoffModel
import HandoffProject
import HandoffSystem
import HandoffText

/// The Python probe's findings with their remedies, and the commands of a new session.
struct PythonAdvice {
  let settings: PythonSettings
  let context: ProbeContext
  /// What keeps the environment.
  let manager: EnvironmentManager
  /// The commands that make it and fill it.
  let commands: EnvironmentCommands

  init(settings: PythonSettings, context: ProbeContext, manager: EnvironmentManager) {
    self.settings = settings
    self.context = context
    self.manager = manager
    folder = settings.environment.map { context.shown(context.path($0.value)) } ?? ".venv"
    commands = EnvironmentCommands(manager: manager, folder: folder, context: context)
  }

  /// The folder that a new environment is made in.
  let folder: String

  /// The environment's interpreter with arguments.
  func interpreter(_ words: String...) -> ShellCommand {
    .run([.path(ShellPath("\(folder)/bin/python"))] + words.map { .word($0) })
  }

  // MARK: Findings

  var noEnvironment: Finding {
    let place: Message =
      settings.environment != nil
      ? "there is no virtual environment at \(Untrusted(folder))" : "there is no virtual environment"
    return Finding("python.no-environment", .failure, place, remedies: createFilled, facts: ["python.environment"])
  }

  /// - Parameters:
  ///   - path: what is started by the name `python3`.
  ///   - complaint: the last line that it said.
  func baseBroken(_ path: String, _ complaint: String) -> Finding {
    let why: Message =
      complaint.contains("encodings")
      ? "cannot import \(Untrusted("encodings"))"
      : complaint.contains("ensurepip") || complaint.contains("venv")
        ? "lacks a part of its library: \(Untrusted(complaint))" : "does not start: \(Untrusted(complaint))"
    return Finding(
      "python.base-broken", .failure,
      "\(Untrusted(context.shown(path))), which the name python3 starts in this shell, \(why)",
      remedies: offer + [Remedy(.run("which", "-a", "python3"), "shows which others there are")],
      facts: ["python.environment"])
  }

  var noInterpreter: Finding {
    Finding(
      "python.interpreter-missing", .failure, "\(Untrusted(folder)) has no interpreter", remedies: createFilled,
      facts: ["python.environment"])
  }

  func dangling(target: String, version: String?) -> Finding {
    Finding(
      "python.interpreter-dangling", .failure,
      "the interpreter of \(Untrusted(folder)) points to \(Untrusted(context.shown(target))), where there is nothing",
      remedies: offer + commands.relink(version: version) + recreateFilled, facts: ["python.environment"])
  }

  func notExecutable(_ path: String) -> Finding {
    Finding(
      "python.not-executable", .failure, "\(Untrusted(context.shown(path))) may not be executed",
      remedies: [Remedy(ShellPath(context.shown(path)).command("chmod", "+x"), "allow it")],
      facts: ["python.environment"])
  }

  /// An interpreter that does not start, or cannot import what it needs to.
  /// - Parameter version: the minor version that the environment was made with.
  func broken(_ cause: InterpreterAnswer.Cause, madeWith version: String?) -> Finding {
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
        remedies: offer + commands.relink(version: version) + recreateFilled, facts: head)
    case .ended(let outcome):
      return Finding(
        "python.interpreter-broken", .failure,
        "the interpreter of \(Untrusted(folder)) does not start (\(Self.shown(outcome)))",
        remedies: offer + recreateFilled, facts: head)
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
    let hasPip = packages.contains("pip")
    let wanted: Message =
      source.kind == .file || source.kind == .configuration ? ", which \(source.message) asks for," : ""
    return Finding(
      "python.tool-missing", .failure, "\(Untrusted(tool))\(wanted) is not installed in \(Untrusted(folder))",
      remedies: offer + commands.needsPip(hasPip) + [commands.install(distribution: tool, hasPip: hasPip)]
        + install(hasPip: hasPip), facts: [FactID("python.tool[\(tool)]")])
  }

  /// - Parameters:
  ///   - reason: the last line that it said.
  ///   - packages: the distributions of the environment, pip among them or not.
  func toolBroken(_ tool: String, _ reason: String, packages: Set<String>) -> Finding {
    let hasPip = packages.contains("pip")
    return Finding(
      "python.tool-broken", .failure, "\(Untrusted(tool)) is installed but does not start: \(Untrusted(reason))",
      remedies: commands.needsPip(hasPip) + [commands.install(distribution: tool, again: true, hasPip: hasPip)],
      facts: [FactID("python.tool[\(tool)]")])
  }

  /// - Parameter variable: without it, the tool starts.
  func toolBroken(_ tool: String, by variable: String) -> Finding {
    Finding(
      "python.path-breaks", .failure,
      "\(Untrusted(variable)) keeps \(Untrusted(tool)) of \(Untrusted(folder)) from starting",
      remedies: [Remedy(.unset(variable), "start without it in this session")],
      facts: [FactID("python.tool[\(tool)]")])
  }

  func toolUnknown(_ tool: String, _ prevention: Prevention) -> Finding {
    let why: Message =
      switch prevention {
      case .timedOut: "gave no answer by the deadline"
      case .unreadable: "gave an answer that could not be read"
      case .notStarted(let outcome): "could not be started (\(Self.shown(outcome)))"
      }
    return Finding(
      prevention == .timedOut ? "python.timeout" : "python.unexpected-answer", .unknown, "\(Untrusted(tool)) \(why)",
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

  /// What puts back what was recorded. A document names no package to install: what the project asks for is installed,
  /// and the tools that are known here, in a version that was recorded.
  func wayBack(hasPip: Bool) -> [FactID: [Remedy]] {
    let refill = commands.refill + install(hasPip: hasPip) + [commands.list(hasPip: hasPip)]
    var ways: [FactID: [Remedy]] = ["python.packages": refill]
    for tool in settings.tools.value {
      let id = FactID("python.tool[\(tool)]")
      guard let version = context.expected?.fact(id)?.value.string,
        version.utf8.allSatisfy({ "0123456789.abcdeprvost+!".utf8.contains($0) })
      else { continue }
      ways[id] =
        commands.needsPip(hasPip) + [commands.install(distribution: "\(tool)==\(version)", hasPip: hasPip)]
    }
    return ways
  }

  private var byHand: [Remedy] {
    [Remedy(interpreter("-c", "import sys; print(sys.version)"), "asks it by hand, without a deadline")]
  }

  private var createFilled: [Remedy] { offer + [commands.create] + install() }

  /// What `handoff setup` does, which leaves alone what is outside of the project.
  var offer: [Remedy] {
    folder.hasPrefix("/") || folder.hasPrefix("~") || folder.hasPrefix("..") ? [] : [.setup("venv")]
  }

  var recreateFilled: [Remedy] {
    // What conda and poetry removed, they make again.
    [commands.recreate] + ([.conda, .poetry, .pipenv].contains(manager) ? [commands.create] : []) + install()
  }

  private func install(hasPip: Bool = false) -> [Remedy] {
    settings.requirements.flatMap { commands.install($0, hasPip: hasPip) }
  }

  /// What a new session does.
  /// - Parameter isThere: whether there is an environment already, that need not be made first.
  func setup(isThere: Bool) -> [GuideStep] {
    let made = isThere ? [] : [GuideStep(commands.create.command, commands.create.description)]
    let filled = isThere ? [] : install().map { GuideStep($0.command, $0.description) }
    // In one session one environment is active: the first.
    let active = settings.name == nil ? [GuideStep(commands.activate, "activate the environment")] : []
    return made + active + filled
  }

  var verification: [GuideStep] {
    if settings.name != nil {
      return [GuideStep(interpreter("-c", "import sys, encodings; print(sys.version)"), "the interpreter works")]
        + settings.tools.value.map { GuideStep(interpreter("-m", $0, "--version"), "\(Untrusted($0)) works") }
    }
    return [GuideStep(.run("python", "-c", "import sys, encodings; print(sys.version)"), "the interpreter works")]
      + settings.tools.value.map { GuideStep(.run("python", "-m", $0, "--version"), "\(Untrusted($0)) works") }
  }
}
