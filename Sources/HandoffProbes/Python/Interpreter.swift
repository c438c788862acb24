import HandoffModel
import HandoffSystem
import HandoffText

/// What an interpreter says of itself.
struct InterpreterDescription {
  /// `3.13.7`.
  let version: String
  /// The folder of the interpreter that the environment was made from.
  let base: String
  /// Distributions of the environment, by normalised name (PEP 503), with their versions.
  let packages: [String: String]
  /// Whether it uses the environment's own packages, and not those of the base.
  let isOwn: Bool
  /// Scripts of the environment that start an interpreter which is not there: their names, and that interpreter.
  let lostScripts: [(name: String, interpreter: String)]
  /// What it said of the requirements; nil where it was given none.
  let requirements: JSONValue?
  /// What of the installed packages this user may not read: a path, and the distribution, or nil where it may be any.
  let unreadable: [(path: String, name: String?)]
}

/// Whether an interpreter works.
enum InterpreterAnswer {
  /// Why an interpreter does not start.
  enum Cause {
    /// It starts without this variable.
    case variable(String)
    /// It cannot import `encodings`, whatever the variables are.
    case encodings
    /// It ended so.
    case ended(CommandOutcome)
  }

  case works(InterpreterDescription)
  case broken(Cause)
  case unknown(Prevention)
  /// This user may not read this file or folder of the standard library.
  case unseen(String)
}

/// What kept us from an answer.
enum Prevention: Equatable {
  case timedOut
  case unreadable
  case notStarted(CommandOutcome)
}

/// Whether a tool runs.
enum ToolAnswer {
  case version(String)
  case missing
  /// It ended with an error; the last line that it said.
  case broken(String)
  /// It starts without this variable.
  case brokenBy(String)
  case unknown(Prevention)
}

/// The interpreter of a virtual environment.
struct Interpreter {
  let path: String
  /// The environment's folder.
  let folder: String
  let context: ProbeContext
  /// PYTHONPATH without folders of the repository; nil where it is not set.
  private let pythonPath: String?

  init(path: String, folder: String, context: ProbeContext) async {
    self.path = path
    self.folder = folder
    self.context = context
    if let path = context.host.environment["PYTHONPATH"] {
      pythonPath = await ImportedFolders(context).pythonPath(path)
    } else {
      pythonPath = nil
    }
  }

  /// Starts the interpreter; when it does not start, finds out why.
  /// - Parameter requirements: what it is to hold against what is installed, as ``RequirementCheck`` writes it.
  func describe(_ requirements: [UInt8]?) async -> InterpreterAnswer {
    let result = await run(["-c", InterpreterScript.text, folder], without: [], input: requirements)
    switch result.outcome {
    case .exited(0): return Self.read(result.standardOutput).map { .works($0) } ?? .unknown(.unreadable)
    case .timedOut: return .unknown(.timedOut)
    case .tooMuchOutput: return .unknown(.unreadable)
    case .prevented: return .unknown(.notStarted(result.outcome))
    case .notFound, .notPermitted, .failedToStart: return await failedToStart(result.outcome)
    case .exited, .signalled: return await cause(of: result)
    }
  }

  /// Runs a tool for its version alone. What is wrong with one that has none is told by `-m`, as its user would start it.
  func version(ofTool tool: String) async -> ToolAnswer {
    if case .version(let version) = await version(ofTool: tool, by: ["-c", ToolScript.text, tool]) {
      return .version(version)
    }
    let answer = await version(ofTool: tool, by: ["-m", tool])
    guard case .broken = answer, context.host.environment["PYTHONPATH"] != nil else { return answer }
    if case .version = await version(ofTool: tool, by: ["-m", tool], without: ["PYTHONPATH"]) {
      return .brokenBy("PYTHONPATH")
    }
    return answer
  }

  private func version(
    ofTool tool: String, by start: [String], without variables: [String] = []
  ) async -> ToolAnswer {
    // The configuration is an empty file, so that none is looked for.
    let options = tool == "pytest" ? ["-c", "/dev/null", "-p", "no:cacheprovider"] : []
    let result = await run(start + ["--version"] + options, without: variables)
    switch result.outcome {
    case .exited(0):
      // Before version 7 it was printed on standard error.
      for text in [result.text, result.errorText] {
        if let version = Self.version(of: tool, in: text) { return .version(version) }
      }
      return .unknown(.unreadable)
    case .exited:
      let lines = result.errorText.split(whereSeparator: \.isNewline)
      if lines.last?.hasSuffix("No module named \(tool)") == true { return .missing }
      return .broken(lines.last.map(String.init) ?? "")
    case .signalled(let signal): return .broken("signal \(signal)")
    case .timedOut: return .unknown(.timedOut)
    case .tooMuchOutput: return .unknown(.unreadable)
    case .notFound, .notPermitted, .failedToStart, .prevented: return .unknown(.notStarted(result.outcome))
    }
  }

  private func run(
    _ arguments: [String], without variables: [String], input: [UInt8]? = nil
  ) async -> CommandResult {
    var environment = context.host.environment.variables
    environment["PYTHONPATH"] = pythonPath
    for variable in ["PYTEST_ADDOPTS", "PYTEST_PLUGINS", "PYTHONSTARTUP", "PYTHONINSPECT"] + variables {
      environment[variable] = nil
    }
    environment["PYTHONDONTWRITEBYTECODE"] = "1"
    environment["PYTHONIOENCODING"] = "utf-8"
    // Newer than 3.11; older ones put the folder `/` on their path, which is not the project's either.
    environment["PYTHONSAFEPATH"] = "1"
    return await context.host.commands.run(
      Command(path, arguments, environment: environment, workingDirectory: "/", input: input),
      deadline: context.deadline)
  }

  /// An interpreter that the kernel will not start: of another architecture, or cut short.
  private func failedToStart(_ outcome: CommandOutcome) async -> InterpreterAnswer {
    switch outcome {
    case .notPermitted: .unknown(.notStarted(outcome))
    default: .broken(.ended(outcome))
    }
  }

  private func cause(of result: CommandResult) async -> InterpreterAnswer {
    if let path = forbiddenLibrary { return .unseen(path) }
    let environment = context.host.environment
    var suspects: [[String]] = ["PYTHONHOME", "PYTHONPATH"].filter { environment[$0] != nil }.map { [$0] }
    if suspects.count == 2 { suspects.append(["PYTHONHOME", "PYTHONPATH"]) }
    for suspect in suspects {
      let retry = await run(["-c", "import encodings, json"], without: suspect)
      if retry.succeeded { return .broken(.variable(suspect.joined(separator: " "))) }
      if retry.outcome == .timedOut { return .unknown(.timedOut) }
      if case .prevented = retry.outcome { return .unknown(.notStarted(retry.outcome)) }
    }
    return .broken(result.errorText.contains("encodings") ? .encodings : .ended(result.outcome))
  }

  /// What of the standard library that the environment was made from this user may not read, or nil.
  private var forbiddenLibrary: String? {
    let files = context.host.files
    let venv = VirtualEnvironment(folder: folder, files: files)
    guard let home = venv.configuration?["home"], PathText(home).isAbsolute, let minor = venv.madeWith else {
      return nil
    }
    let base = PathText(home).components.dropLast().map { "/" + $0.text }.joined()
    for folder in ["\(base)/lib/python\(minor)", "\(base)/lib64/python\(minor)"] {
      for name in ["", "/os.py", "/encodings", "/encodings/__init__.py"] where files.isForbidden(folder + name) {
        return folder + name
      }
    }
    return nil
  }

  private static func read(_ bytes: [UInt8]) -> InterpreterDescription? {
    let lines = bytes.split(separator: UInt8(ascii: "\n"))
    guard let mark = lines.lastIndex(where: { $0.elementsEqual(InterpreterScript.mark.utf8) }), mark + 1 < lines.count,
      let answer = try? JSONValue(parsing: Array(lines[mark + 1])), let version = answer["version"]?.string,
      let base = answer["base"]?.string, let packages = answer["packages"]?.object
    else { return nil }
    let folder = base.lastIndex(of: "/").map { String(base[..<$0]) } ?? base
    let scripts = (answer["scripts"]?.array ?? []).compactMap { entry -> (String, String)? in
      guard let words = entry.strings, words.count == 2 else { return nil }
      return (words[0], words[1])
    }
    return InterpreterDescription(
      version: version, base: folder.isEmpty ? "/" : folder, packages: packages.compactMapValues(\.string),
      isOwn: answer["isOwn"]?.bool ?? true, lostScripts: scripts, requirements: answer["requirements"],
      unreadable: (answer["unreadable"]?.array ?? []).compactMap { entry in
        entry["path"]?.string.map { ($0, entry["name"]?.string) }
      })
  }

  /// The first word that looks like a version, in a line that names the tool, or else in any: `pytest 8.3.4`.
  private static func version(of tool: String, in text: String) -> String? {
    let lines = text.split(whereSeparator: \.isNewline)
    for line in lines.filter({ $0.lowercased().contains(tool.lowercased()) }) + lines {
      let word = line.split(whereSeparator: \.isWhitespace).first { word in
        word.first?.isNumber == true && word.contains(".")
      }
      if let word { return String(word.prefix { !",;()".contains($0) }) }
    }
    return nil
  }
}
