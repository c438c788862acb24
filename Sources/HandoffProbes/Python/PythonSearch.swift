import HandoffProject
import HandoffSystem
import HandoffText

/// Finds an interpreter on this machine that can make an environment: it starts, imports its own library, and has `venv`
/// and `ensurepip`.
struct PythonSearch {
  /// An interpreter that works.
  struct Interpreter: Hashable {
    /// Its path, as it is shown.
    let path: String
    /// `3.13.7`.
    let version: String
  }

  /// What the search came to.
  enum Outcome {
    case found(Interpreter)
    /// There is none, and why those that were looked at will not do.
    case none([Message])
  }

  private let context: ProbeContext
  private let files: FileSystem
  /// How many interpreters are started at most.
  private static let limit = 24
  /// How long one may take.
  private static let patience = Duration.seconds(10)

  init(_ context: ProbeContext) {
    self.context = context
    files = context.host.files
  }

  /// Whether the interpreter that a session starts by the name alone could make an environment; nil where there is none.
  func plainWorks() async -> (path: String, works: Bool, complaint: String)? {
    guard let path = context.host.executable(named: "python3") else { return nil }
    let result = await ask(path)
    let lines = result.errorText.split(whereSeparator: \.isNewline).filter { !$0.isEmpty }
    let last = lines.first { $0.contains("No module named") } ?? lines.last
    // What did not come to an end says nothing.
    guard case .exited = result.outcome else { return (path, true, "") }
    return (path, result.succeeded, last.map(String.init) ?? "")
  }

  /// Takes the first that is what was asked for, else the first that will do.
  func find(_ wish: PythonWish) async -> Outcome {
    var second: Interpreter?
    var reasons: [Message] = []
    for path in candidates(wish).prefix(Self.limit) {
      let shown = context.shown(path)
      guard let version = await version(of: path) else {
        reasons.append("\(Untrusted(shown)) does not work")
        continue
      }
      if wish.isMet(by: version) { return .found(Interpreter(path: shown, version: version)) }
      if wish.forbids(version) {
        reasons.append("\(Untrusted(shown)) is \(Untrusted(version))")
      } else if second == nil {
        second = Interpreter(path: shown, version: version)
      }
    }
    return second.map { .found($0) } ?? .none(reasons)
  }

  private func version(of path: String) async -> String? {
    let result = await ask(path)
    let text = result.text
    return result.succeeded && text.split(separator: ".").count == 3 ? text : nil
  }

  /// As it is going to be started: what a wrapper sets for it counts.
  private func ask(_ path: String) async -> CommandResult {
    var environment = context.host.environment.variables
    for name in PythonSetup.variables { environment[name] = nil }
    environment["PYTHONSAFEPATH"] = "1"
    let script = "import encodings, ensurepip, sys, venv; print('%d.%d.%d' % sys.version_info[:3])"
    return await context.host.commands.run(
      Command(path, ["-c", script], environment: environment, workingDirectory: "/", outputLimit: 1 << 16),
      deadline: min(.after(Self.patience), context.deadline))
  }

  /// Paths of interpreters, each file once: those of `PATH` in its order, then where pyenv, uv, Homebrew and the system
  /// keep theirs. What stands in the project is none.
  private func candidates(_ wish: PythonWish) -> [String] {
    let environment = context.host.environment
    let minors = wish.minors + (8...20).reversed().map { "3.\($0)" }
    let names = wish.minors.map { "python\($0)" } + ["python3", "python"]
    let folders = PathText.absoluteFolders(in: environment["PATH"] ?? "")
    var paths = names.flatMap { name in folders.map { $0 + "/" + name } }
    paths += minors.flatMap { minor in folders.map { $0 + "/python" + minor } }
    let home = environment.home ?? ""
    for place in [environment["PYENV_ROOT"] ?? home + "/.pyenv"].map({ $0 + "/versions" })
      + [environment["UV_PYTHON_INSTALL_DIR"] ?? home + "/.local/share/uv/python"]
    {
      paths += ((try? files.list(place)) ?? []).sorted().reversed().map { "\(place)/\($0)/bin/python3" }
    }
    paths += ["/opt/homebrew/bin", "/usr/local/bin", "/usr/bin"].map { $0 + "/python3" }
    var seen: Set<String> = []
    return paths.filter { path in
      guard files.isExecutable(path), let real = files.realPath(path) else { return false }
      let isOutside = !PathText(path).isInside(context.project.root) && !PathText(real).isInside(context.project.root)
      // A shim of pyenv's is one file by many names.
      let name = path.split(separator: "/").last.map(String.init) ?? ""
      return isOutside
        && seen.insert(real.contains("/shims/") || real.hasSuffix("/pyenv") ? real + name : real).inserted
    }
  }
}
