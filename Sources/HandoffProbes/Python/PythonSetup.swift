public import HandoffModel
public import HandoffProject
public import HandoffSystem
public import HandoffText

/// What makes a project's Python environment work, as commands for whoever runs them.
public struct PythonSetup: Sendable {
  /// The environment's folder, as it is shown.
  public let folder: String
  /// The commands, in their order. One that loses what is installed is destructive.
  public let commands: [Remedy]
  /// Why nothing can be done, where there is nothing in ``commands``.
  public let problem: Message?
  /// Variables of the session that keep interpreters from starting, and are taken away for these commands.
  public static let variables = ["PYTHONHOME", "PYTHONPATH", "PYTHONSTARTUP", "PYTHONINSPECT"]

  /// What is wrong with an environment that is not there, or of which nothing works.
  private static let absent: Set = ["python.no-environment", "python.interpreter-missing", "python.base-broken"]
  private static let damaged: Set = [
    "python.interpreter-dangling", "python.encodings-broken", "python.interpreter-broken", "python.base-replaced",
    "python.configuration-missing", "python.scripts-dangling", "python.version-unwanted",
  ]
  private static let incomplete: Set = ["python.requirement-missing", "python.tool-missing", "python.tool-broken"]

  /// Whether a finding is one that these commands mend.
  public static func mends(_ finding: Finding) -> Bool {
    let isWorse = finding.severity == .failure
    return isWorse && (absent.contains(finding.id) || damaged.contains(finding.id)) || incomplete.contains(finding.id)
  }

  /// Finds out what is to be done.
  /// - Parameters:
  ///   - findings: those of the environment's area.
  ///   - settings: which environment it is.
  /// - Returns: nil where none of the findings is mended here.
  public init?(
    for findings: [Finding], of settings: PythonSettings, in project: Project, _ host: Host
  ) async {
    let mended = findings.filter(Self.mends)
    guard !mended.isEmpty else { return nil }
    let context = ProbeContext(host: host, project: project, deadline: .after(.seconds(60)))
    let manager = EnvironmentManager(of: settings.environment.map { context.path($0.value) }, context)
    let advice = PythonAdvice(settings: settings, context: context, manager: manager)
    folder = advice.folder
    let isAbsent = mended.contains { Self.absent.contains($0.id) }
    guard isAbsent || mended.contains(where: { Self.damaged.contains($0.id) }) else {
      // One that this session has activated is its user's own, wherever it is.
      if settings.environment?.source.kind != .environment, !manager.keepsElsewhere,
        let why = Self.outside(advice, context)
      {
        commands = []
        problem = why.message
        return
      }
      var seen: Set<ShellCommand> = []
      commands = mended.flatMap(\.remedies).filter { remedy in
        !remedy.destructive && remedy != .setup("venv") && seen.insert(remedy.command).inserted
      }
      problem = nil
      return
    }
    let requirements = Requirements(
      of: settings.requirements, root: project.root, files: host.files, isProject: settings.name == nil)
    switch await Self.making(isAbsent: isAbsent, advice, PythonWish(requirements), context) {
    case .success(let making):
      let isFilled = making.contains { $0.command == advice.commands.create.command && manager.fillsByCreating }
      let filling = isFilled ? [] : settings.requirements.compactMap { advice.commands.install($0).first }
      commands = making + filling
      problem = nil
    case .failure(let why):
      commands = []
      problem = why.message
    }
  }

  private struct NoInterpreter: Error { let message: Message }

  /// Why a folder is not made, or not emptied: `handoff.yml` may name any, and one that is made anew loses all that is
  /// in it.
  private static func notOurs(isAbsent: Bool, _ advice: PythonAdvice, _ context: ProbeContext) -> NoInterpreter? {
    if let problem = outside(advice, context) { return problem }
    let files = context.host.files
    let path = context.path(advice.folder)
    let folder = Untrusted(advice.folder)
    switch files.kind(of: path, followLinks: false) {
    case nil: return nil
    case .folder where ((try? files.list(path)) ?? [""]).isEmpty: return nil
    case .folder
    where ["pyvenv.cfg", "bin/activate", "conda-meta/history"].contains {
      files.kind(of: path + "/" + $0) == .regular
    }:
      // One that is made where nothing works loses nothing.
      guard !isAbsent,
        let other = EnvironmentContent(path, files).other(isOfConda: advice.manager == .conda)
      else { return nil }
      return NoInterpreter(
        message:
          "\(folder) would be emptied, and holds \(Untrusted(other)), which is none of an environment's own; move that away, or remove \(folder) yourself"
      )
    case .folder: return NoInterpreter(message: "\(folder) holds other things than an environment, and is left to you")
    default: return NoInterpreter(message: "\(folder) is a link or no folder, and is left to you")
    }
  }

  /// Why a folder is not touched that is not in the project, or is all of it.
  private static func outside(_ advice: PythonAdvice, _ context: ProbeContext) -> NoInterpreter? {
    let files = context.host.files
    let path = context.path(advice.folder)
    // Where it is going to be: what is not there yet is made below what is.
    var place = PathText(path).shortened
    while files.realPath(place.text) == nil, place.text != place.folder.text { place = place.folder }
    guard let real = files.realPath(place.text), PathText(path).shortened.isBelow(context.project.root),
      PathText(real).isInside(context.project.root)
    else {
      return NoInterpreter(message: "\(Untrusted(advice.folder)) is outside of the project, and is left to you")
    }
    if let folder = leadingOut(of: real, files) {
      return NoInterpreter(
        message:
          "\(Untrusted(folder)) in \(Untrusted(advice.folder)) leads out of the project, so nothing is installed there")
    }
    return nil
  }

  /// A folder of an environment that is a link to another place, into which packages or scripts would be installed.
  private static func leadingOut(of environment: String, _ files: FileSystem) -> String? {
    let libraries = ["lib", "lib64"].flatMap { library -> [String] in
      let versions = ((try? files.list(environment + "/" + library)) ?? []).filter {
        $0.hasPrefix("python") || $0.hasPrefix("pypy")
      }
      return [library] + versions.flatMap { ["\(library)/\($0)", "\(library)/\($0)/site-packages"] }
    }
    return (["bin"] + libraries).first { folder in
      files.realPath(environment + "/" + folder).map { !PathText($0).isInside(environment) } ?? false
    }
  }

  /// Makes the environment, or makes it anew.
  private static func making(
    isAbsent: Bool, _ advice: PythonAdvice, _ wish: PythonWish, _ context: ProbeContext
  ) async -> Result<[Remedy], NoInterpreter> {
    let manager = advice.manager
    if !manager.keepsElsewhere, let problem = notOurs(isAbsent: isAbsent, advice, context) {
      return .failure(problem)
    }
    let isLost: Message = "make the environment anew; what is installed in it is lost"
    guard manager == .venv else {
      guard context.host.executable(named: manager.rawValue) != nil else {
        return .failure(
          NoInterpreter(
            message: "\(Untrusted(manager.rawValue)), with which this project makes its environment, is not installed"))
      }
      let commands = advice.commands
      if isAbsent { return .success([commands.create]) }
      // uv makes it anew in one command, the others after they have removed it.
      return .success([commands.recreate] + (manager == .uv && !commands.has("uv.lock") ? [] : [commands.create]))
    }
    switch await PythonSearch(context).find(wish) {
    case .found(let interpreter):
      let place = ShellPath(advice.folder)
      let words: [ShellArgument] =
        [.path(ShellPath(interpreter.path)), .word("-m"), .word("venv")] + (isAbsent ? [] : [.word("--clear")])
      let what: Message = isAbsent ? "make the environment" : isLost
      return .success([
        Remedy(
          .run(words + [.path(place)]), "\(what), with Python \(Untrusted(interpreter.version))",
          destructive: !isAbsent)
      ])
    case .none(let reasons):
      let seen: Message =
        reasons.isEmpty ? "there is none" : "looked at: \(Message.joined(Array(reasons.prefix(6)), separator: "; "))"
      return .failure(NoInterpreter(message: "no Python\(wish.shown) was found that can make an environment: \(seen)"))
    }
  }
}

extension EnvironmentManager {
  /// Whether it keeps environments in a place of its own, by the project's name.
  fileprivate var keepsElsewhere: Bool { self == .poetry || self == .pipenv }

  /// Whether what makes the environment installs what the project needs, too.
  fileprivate var fillsByCreating: Bool { [.poetry, .pipenv, .conda].contains(self) }
}

/// Which Python a project asks for.
struct PythonWish {
  /// What `requires-python` asks for (https://packaging.python.org/en/latest/specifications/version-specifiers/), or
  /// poetry's own list of dependencies.
  let specifier: String?
  /// The minor versions that `.python-version` names.
  let minors: [String]

  init(_ requirements: Requirements) {
    let toml = requirements.pyproject.map { TOMLReader($0) }
    specifier =
      toml?.value("project", "requires-python")?.text ?? toml?.value("tool", "poetry", "dependencies", "python")?.text
    minors = requirements.pythonVersions
  }

  init(specifier: String?, minors: [String] = []) {
    self.specifier = specifier
    self.minors = minors
  }

  /// For a sentence, with a space before it.
  var shown: Message {
    if let specifier { return " \(Untrusted(specifier))" }
    return minors.first.map { " \(Untrusted($0))" } ?? ""
  }

  /// Whether a version must not be taken.
  func forbids(_ version: String) -> Bool { specifier.map { !Self.holds($0, of: version) } ?? false }

  /// Whether a version is what was asked for, and not only one that will do.
  func isMet(by version: String) -> Bool {
    !forbids(version) && (minors.isEmpty || VirtualEnvironment.minor(version).map(minors.contains) == true)
  }

  /// Whether all clauses of a specifier hold of a version: `>=3.11,<3.14`, `==3.12.*`, `~=3.11`, poetry's `^3.11` and
  /// `3.12`. A clause that is not understood holds.
  static func holds(_ specifier: String, of version: String) -> Bool {
    // Poetry's alternatives.
    let alternatives = specifier.pieces(between: "|")
    if alternatives.count > 1 { return alternatives.contains { holds($0, of: version) } }
    let actual = numbers(version)
    return specifier.split(separator: ",").allSatisfy { clause in
      let clause = clause.filter { !$0.isWhitespace }
      let sign = clause.prefix { "<>=!~^".contains($0) }
      let text = clause.dropFirst(sign.count)
      let isPrefix = text.hasSuffix(".*")
      let wanted = numbers(isPrefix ? String(text.dropLast(2)) : String(text))
      guard text.first?.isNumber == true, !wanted.isEmpty else { return true }
      let order = compare(actual, wanted)
      let isBelow = Array(actual.prefix(wanted.count)) == wanted
      switch sign {
      case ">=": return order >= 0
      case ">": return order > 0
      case "<=": return order <= 0
      case "<": return order < 0
      case "!=": return isPrefix ? !isBelow : order != 0
      case "==", "===", "=": return isPrefix ? isBelow : order == 0
      case "": return wanted.count < 3 ? isBelow : order == 0
      case "~=": return order >= 0 && Array(actual.prefix(wanted.count - 1)) == Array(wanted.dropLast())
      case "^": return order >= 0 && actual.first == wanted.first
      case "~": return order >= 0 && Array(actual.prefix(2)) == Array(wanted.prefix(2))
      default: return true
      }
    }
  }

  private static func numbers(_ text: String) -> [Int] {
    text.split(separator: ".").prefix(3).map { part in Int(part.prefix { $0.isNumber }) ?? 0 }
  }

  private static func compare(_ one: [Int], _ other: [Int]) -> Int {
    for index in 0..<max(one.count, other.count) {
      let left = index < one.count ? one[index] : 0
      let right = index < other.count ? other[index] : 0
      if left != right { return left < right ? -1 : 1 }
    }
    return 0
  }
}
