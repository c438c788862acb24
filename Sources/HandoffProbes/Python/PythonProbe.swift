public import HandoffModel
public import HandoffProject
import HandoffSystem
import HandoffText

/// Starts the interpreter of the project's virtual environment and asks it, and not its `--version`, what works.
///
/// Everything runs from outside the project, since `python -m pytest` in a repository runs that repository's `pytest.py`,
/// `conftest.py` and `addopts`.
public struct PythonProbe: Probe {
  /// Which environment the project means.
  let settings: PythonSettings

  /// The area.
  public var area: String { "python" }

  /// One for a project that uses Python.
  public static func probes(for project: Project) -> [ProbeUse] {
    project.python.probes("python") { [PythonProbe(settings: $0)] }
  }

  /// Measures.
  public func observe(_ context: ProbeContext) async -> Observation {
    let advice = PythonAdvice(settings: settings, context: context)
    guard let environment = settings.environment,
      context.host.files.kind(of: context.path(environment.value)) == .folder
    else {
      return lost(advice.noEnvironment, advice, isThere: false)
    }
    let venv = VirtualEnvironment(folder: context.path(environment.value), files: context.host.files)
    switch venv.interpreter {
    case .missing: return lost(advice.noInterpreter, advice, isThere: false)
    case .dangling(let target): return lost(advice.dangling(target: target), advice)
    case .notExecutable(let path): return lost(advice.notExecutable(path), advice)
    case .found(let path):
      return await measure(path, environment, advice, context)
    }
  }

  private func lost(_ finding: Finding, _ advice: PythonAdvice, isThere: Bool = true) -> Observation {
    Observation(
      probe: area, facts: [], findings: [finding], setup: advice.setup(isThere: isThere),
      verification: advice.verification)
  }

  private func measure(
    _ interpreter: String, _ environment: Setting<String>, _ advice: PythonAdvice, _ context: ProbeContext
  ) async -> Observation {
    let python = Interpreter(path: interpreter, context: context)
    let requirements = Requirements(
      of: settings.requirements, root: context.project.root, files: context.host.files)
    let pyproject = try? context.host.files.readText(context.path(RequirementCheck.project))
    let input = RequirementCheck.input(requirements, pyproject: pyproject)
    async let answer = python.describe(input)
    let tools = await withTaskGroup(of: (String, ToolAnswer).self) { group in
      for tool in settings.tools.value { group.addTask { (tool, await python.version(ofTool: tool)) } }
      return await group.reduce(into: [String: ToolAnswer]()) { $0[$1.0] = $1.1 }
    }
    switch await answer {
    case .works(let description):
      var findings: [Finding] = []
      let packages = Set(description.packages.keys)
      var facts = facts(description, environment, context)
      for (tool, answer) in tools.sorted(by: { $0.key < $1.key }) {
        switch answer {
        case .version(let version):
          facts.append(
            Fact(FactID("python.tool[\(tool)]"), .state, .string(version), source: Source(.measured, tool)))
        case .missing: findings.append(advice.toolMissing(tool, wantedBy: settings.tools.source, packages: packages))
        case .broken(let reason): findings.append(advice.toolBroken(tool, reason))
        case .unknown(let reason): findings.append(advice.toolUnknown(tool, reason))
        }
      }
      let told = Set(findings.filter { $0.id.hasPrefix("python.tool-") }.compactMap { $0.facts.first?.member })
      let asked = RequirementAdvice(
        advice: advice, requirements: requirements, check: RequirementCheck(description.requirements, requirements),
        packages: packages)
      findings += asked.findings(told: told)
      return Observation(
        probe: area, facts: facts, findings: findings, summary: summary(facts, description),
        setup: advice.setup(isThere: true), verification: advice.verification)
    case .broken(let cause): return lost(advice.broken(cause), advice)
    case .unknown(let reason): return lost(advice.unknown(reason), advice)
    }
  }

  private func facts(
    _ description: InterpreterDescription, _ environment: Setting<String>, _ context: ProbeContext
  ) -> [Fact] {
    let said = Source(.measured, "the interpreter")
    return [
      Fact(
        "python.environment", .identity, .string(context.shown(context.path(environment.value))),
        source: environment.source),
      Fact("python.version", .identity, .string(description.version), source: said),
      Fact("python.base", .state, .string(context.shown(description.base)), source: Source(.file, "pyvenv.cfg")),
      Fact(
        "python.packages", .map, .object(description.packages.mapValues(JSONValue.string)), source: said),
    ]
  }

  private func summary(_ facts: [Fact], _ description: InterpreterDescription) -> Message {
    var parts: [Message] = []
    for fact in facts {
      switch fact.id.pattern {
      case "python.environment", "python.version": parts.append(ValueText.message(fact.value))
      case "python.tool[*]": parts.append("\(Untrusted(fact.id.member ?? "")) \(ValueText.message(fact.value))")
      default: continue
      }
    }
    parts.append(description.packages.count == 1 ? "1 package" : "\(description.packages.count) packages")
    return .joined(parts, separator: " · ")
  }

  /// What it establishes.
  public static let facts: [FactDefinition] = [
    FactDefinition(
      "python.environment", .identity, title: "virtual environment", isHead: true,
      meaning: "folder of the virtual environment, relative to the project"),
    FactDefinition("python.version", .identity, title: "Python", meaning: "version, as the interpreter says it"),
    FactDefinition(
      "python.base", .state, title: "base interpreter",
      meaning: "folder of the interpreter that the environment was made from"),
    FactDefinition(
      "python.packages", .map, title: "packages", meaning: "installed distributions, with their versions"),
    FactDefinition(
      "python.tool[*]", .state, order: .higherIsBetter, title: "version",
      meaning: "version of a tool that the project runs, as it said when it was run"),
  ]

  /// What it finds.
  public static let findings: [FindingDefinition] = [
    FindingDefinition("python.no-environment", "there is no virtual environment"),
    FindingDefinition("python.interpreter-missing", "the virtual environment has no interpreter"),
    FindingDefinition("python.interpreter-dangling", "the virtual environment's interpreter points to nothing"),
    FindingDefinition("python.not-executable", "the interpreter may not be executed"),
    FindingDefinition("python.encodings-broken", "the interpreter cannot import `encodings`"),
    FindingDefinition("python.home-set", "PYTHONHOME keeps the interpreter from starting"),
    FindingDefinition("python.path-breaks", "PYTHONPATH keeps the interpreter from starting"),
    FindingDefinition("python.interpreter-broken", "the interpreter does not start"),
    FindingDefinition("python.tool-missing", "a tool that the project runs is not installed"),
    FindingDefinition("python.tool-broken", "a tool that the project runs does not start"),
    FindingDefinition(
      "python.requirement-missing", "what the project asks for is not installed, or in another version"),
    FindingDefinition("python.requirement-unknown", "whether a requirement is met could not be told"),
    FindingDefinition("python.unexpected-answer", "the interpreter's answer could not be read"),
    FindingDefinition("python.not-used", "the project does not use Python"),
  ]
}
