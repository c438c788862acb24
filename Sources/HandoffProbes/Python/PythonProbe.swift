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

  /// What it is called in documents.
  public static let title: StaticString = "Python"

  /// The area.
  public var area: String { "python" }

  /// One for a project that uses Python.
  public static func probes(for project: Project) -> [ProbeUse] {
    project.python.probes("python") { [PythonProbe(settings: $0)] }
      + project.furtherPython.compactMap { further in
        further.name.map { .used(NamedProbe(base: PythonProbe(settings: further), name: $0)) }
      }
  }

  /// The folder of the environment.
  public func settled(_ context: ProbeContext) -> [SettledValue] {
    settings.environment.map { [SettledValue("python.environment", context.shown(context.path($0.value)))] } ?? []
  }

  /// Measures.
  public func observe(_ context: ProbeContext) async -> Observation {
    let folder = settings.environment.map { context.path($0.value) }
    let manager = EnvironmentManager(of: folder, context)
    let advice = PythonAdvice(settings: settings, context: context, manager: manager)
    guard let environment = settings.environment, let folder else {
      if let path = settings.hidden { return lost(advice.unseenElsewhere(path), advice) }
      return await withoutEnvironment(advice)
    }
    do throws(FileError) {
      guard try context.host.files.examine(folder) == .folder else {
        return await withoutEnvironment(advice)
      }
    } catch {
      if error == .missing { return await withoutEnvironment(advice) }
      return lost(advice.unseen(folder), advice)
    }
    let venv = VirtualEnvironment(folder: folder, files: context.host.files)
    if case .unseen(let path) = venv.interpreter { return lost(advice.unseen(path), advice) }
    let configuration = folder + "/pyvenv.cfg"
    if context.host.files.isForbidden(configuration) { return lost(advice.unseen(configuration), advice) }
    // Before anything of it is run.
    switch await RepositoryTracking(of: folder, context) {
    case .untracked: break
    case .tracked: return Observation(probe: area, facts: [], findings: [advice.tracked])
    case .unknown(let failure):
      return Observation(probe: area, facts: [], findings: [advice.trackingUnknown(failure)])
    }
    switch venv.interpreter {
    case .missing: return lost(advice.noInterpreter, advice, isThere: false)
    case .dangling(let target): return lost(advice.dangling(target: target, version: venv.madeWith), advice)
    case .notExecutable(let path): return lost(advice.notExecutable(path), advice)
    case .unseen(let path): return lost(advice.unseen(path), advice)
    case .found(let path):
      if let (module, failure) = await ImportedFolders(context).plantedModule(folder) {
        return Observation(probe: area, facts: [], findings: [advice.planted(module, failure)])
      }
      let interpreter = await Interpreter(path: path, folder: folder, context: context)
      return await measure(interpreter, venv, environment, advice, context)
    }
  }

  /// There is none, and perhaps no interpreter by its plain name that could make one.
  private func withoutEnvironment(_ advice: PythonAdvice) async -> Observation {
    guard advice.manager == .venv, let plain = await PythonSearch(advice.context).plainWorks(), !plain.works else {
      return lost(advice.noEnvironment, advice, isThere: false)
    }
    let missing = lost(advice.noEnvironment, advice, isThere: false)
    return Observation(
      probe: area, facts: [], findings: missing.allFindings + [advice.baseBroken(plain.path, plain.complaint)],
      setup: missing.setup, verification: missing.verification)
  }

  private func lost(_ finding: Finding, _ advice: PythonAdvice, isThere: Bool = true) -> Observation {
    Observation(
      probe: area, facts: [], findings: [finding], setup: advice.setup(isThere: isThere),
      verification: advice.verification)
  }

  private func measure(
    _ python: Interpreter, _ venv: VirtualEnvironment, _ environment: Setting<String>, _ advice: PythonAdvice,
    _ context: ProbeContext
  ) async -> Observation {
    let requirements = Requirements(
      of: settings.requirements, root: context.project.root, files: context.host.files, isProject: settings.name == nil)
    // What the project itself depends on belongs into its first environment.
    let isUV = advice.commands.has("uv.lock")
    let input = RequirementCheck.input(requirements, isFirst: settings.name == nil, isUV: isUV)
    // What takes longest is started first.
    async let toolAnswers = withTaskGroup(of: (String, ToolAnswer).self) { group in
      for tool in settings.tools.value { group.addTask { (tool, await python.version(ofTool: tool)) } }
      return await group.reduce(into: [String: ToolAnswer]()) { $0[$1.0] = $1.1 }
    }
    async let description = python.describe(input)
    let (answer, tools) = await (description, toolAnswers)
    switch answer {
    case .works(let description) where !description.isOwn:
      return lost(advice.noConfiguration, advice)
    case .works(let description):
      return Observation(
        probe: area, facts: facts(description, venv, tools, environment, context),
        findings: findings(description, tools, requirements, venv, advice),
        summary: summary(description, tools, environment, advice), setup: advice.setup(isThere: true),
        verification: advice.verification, wayBack: advice.wayBack(hasPip: description.packages["pip"] != nil))
    case .broken(let cause): return lost(advice.broken(cause, madeWith: venv.madeWith), advice)
    case .unknown(let reason): return lost(advice.unknown(reason), advice)
    case .unseen(let path): return lost(advice.unseenElsewhere(path), advice)
    }
  }

  private func findings(
    _ description: InterpreterDescription, _ tools: [String: ToolAnswer], _ requirements: Requirements,
    _ venv: VirtualEnvironment, _ advice: PythonAdvice
  ) -> [Finding] {
    // In one session one environment is active: the first, and no further one.
    let active = settings.name == nil ? advice.otherActive(venv.folder) : nil
    let others = [active, advice.scriptsLost(description.lostScripts, in: venv.folder)]
      .compactMap(\.self)
    if let before = venv.madeWith, let now = VirtualEnvironment.minor(description.version), before != now {
      // What is installed is where that other version looks: that it does not see it follows.
      return [advice.baseReplaced(from: before, to: description.version)] + others
    }
    var findings: [Finding] = []
    let packages = Set(description.packages.keys)
    func isHidden(_ name: String) -> Bool {
      description.unreadable.contains { $0.name == nil || $0.name == name }
    }
    var hiddenTools: [String] = []
    for (tool, answer) in tools.sorted(by: { $0.key < $1.key }) {
      switch answer {
      case .version: continue
      case .missing where isHidden(tool), .broken where isHidden(tool): hiddenTools.append(tool)
      case .missing: findings.append(advice.toolMissing(tool, wantedBy: settings.tools.source, packages: packages))
      case .broken(let reason): findings.append(advice.toolBroken(tool, reason, packages: packages))
      case .brokenBy(let variable): findings.append(advice.toolBroken(tool, by: variable))
      case .unknown(let reason): findings.append(advice.toolUnknown(tool, reason))
      }
    }
    if !description.unreadable.isEmpty {
      findings.append(advice.packagesUnreadable(description.unreadable.map(\.path), tools: hiddenTools))
    }
    let told = Set(findings.filter { $0.id.hasPrefix("python.tool-") }.compactMap { $0.facts.first?.member })
    let check = RequirementCheck(description.requirements, requirements)
    if let wanted = check.unmetPython { findings.append(advice.versionUnwanted(description.version, wanted: wanted)) }
    if settings.name == nil,
      let finding = advice.versionUnwanted(description.version, named: requirements.pythonVersions)
    {
      findings.append(finding)
    }
    let asked = RequirementAdvice(
      advice: advice, requirements: requirements, check: check, packages: packages)
    return findings + asked.findings(told: told, isHidden: isHidden) + others
  }

  private func facts(
    _ description: InterpreterDescription, _ venv: VirtualEnvironment, _ tools: [String: ToolAnswer],
    _ environment: Setting<String>, _ context: ProbeContext
  ) -> [Fact] {
    // With PYTHONHOME set, an interpreter takes itself for its base.
    let base = venv.configuration?["home"] ?? description.base
    let said = Source(.measured, "the interpreter")
    let versions = tools.sorted { $0.key < $1.key }.compactMap { tool, answer -> Fact? in
      guard case .version(let version) = answer else { return nil }
      return Fact(FactID("python.tool[\(tool)]"), .state, .string(version), source: Source(.measured, tool))
    }
    // What may not be read might be installed, too.
    let packages =
      description.unreadable.isEmpty
      ? [Fact("python.packages", .map, .object(description.packages.mapValues(JSONValue.string)), source: said)] : []
    return [
      Fact(
        "python.environment", .identity, .string(context.shown(context.path(environment.value))),
        source: environment.source),
      Fact("python.version", .identity, .string(description.version), source: said),
      Fact("python.base", .state, .string(context.shown(base)), source: Source(.file, "pyvenv.cfg")),
    ] + packages + versions
  }

  private func summary(
    _ description: InterpreterDescription, _ tools: [String: ToolAnswer], _ environment: Setting<String>,
    _ advice: PythonAdvice
  ) -> Message {
    var parts: [Message] = ["\(Untrusted(advice.folder))", "\(Untrusted(description.version))"]
    if advice.manager != .venv { parts.append("\(Untrusted(advice.manager.rawValue))") }
    for (tool, answer) in tools.sorted(by: { $0.key < $1.key }) {
      if case .version(let version) = answer { parts.append("\(Untrusted(tool)) \(Untrusted(version))") }
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
      "python.base", .state, title: "base interpreter", backedBy: "python.version",
      meaning:
        "folder of the interpreter that the environment was made from; another one of the same version is a warning"
    ),
    FactDefinition(
      "python.packages", .map, title: "packages", meaning: "installed distributions, with their versions"),
    FactDefinition(
      "python.tool[*]", .state, order: .higherIsBetter, title: "version",
      meaning: "version of a tool that the project runs, as it said when it was run"),
  ]

  /// What it finds.
  public static let findings: [FindingDefinition] = [
    FindingDefinition("python.no-environment", "there is no virtual environment"),
    FindingDefinition("python.environment-tracked", "git tracks the virtual environment, so that it is not run"),
    FindingDefinition("python.environment-unseen", "this user may not look into the virtual environment"),
    FindingDefinition("python.other-active", "another environment than the project's is active"),
    FindingDefinition("python.configuration-missing", "the virtual environment lost its `pyvenv.cfg`"),
    FindingDefinition("python.base-replaced", "another minor version stands where the environment's interpreter was"),
    FindingDefinition(
      "python.scripts-dangling", "scripts of the virtual environment start an interpreter that is gone"),
    FindingDefinition("python.interpreter-missing", "the virtual environment has no interpreter"),
    FindingDefinition("python.interpreter-dangling", "the virtual environment's interpreter points to nothing"),
    FindingDefinition("python.not-executable", "the interpreter may not be executed"),
    FindingDefinition(
      "python.base-broken", "the `python3` that would make the virtual environment cannot do so"),
    FindingDefinition("python.encodings-broken", "the interpreter cannot import `encodings`"),
    FindingDefinition("python.home-set", "PYTHONHOME keeps the interpreter from starting"),
    FindingDefinition("python.path-breaks", "PYTHONPATH keeps the interpreter or a tool from starting"),
    FindingDefinition("python.interpreter-broken", "the interpreter does not start"),
    FindingDefinition("python.tool-missing", "a tool that the project runs is not installed"),
    FindingDefinition("python.tool-broken", "a tool that the project runs does not start"),
    FindingDefinition(
      "python.requirement-missing", "what the project asks for is not installed, or in another version"),
    FindingDefinition("python.requirement-unknown", "whether a requirement is met could not be told"),
    FindingDefinition("python.packages-unreadable", "this user may not read what is installed"),
    FindingDefinition("python.version-unwanted", "the environment has another Python than the project asks for"),
    FindingDefinition("python.unexpected-answer", "the interpreter's answer could not be read"),
  ]
}
