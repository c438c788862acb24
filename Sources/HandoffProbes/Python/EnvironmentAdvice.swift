import HandoffModel
import HandoffSystem
import HandoffText

/// What is wrong with an environment whose interpreter is there.
extension PythonAdvice {
  private static let head: [FactID] = ["python.environment"]

  // MARK: Not looked at

  /// Its files came with the repository.
  var tracked: Finding {
    Finding(
      "python.environment-tracked", .unknown,
      "git tracks \(Untrusted(folder)), so that its interpreter is whatever the repository says, and is not run",
      remedies: [
        Remedy(
          ShellPath(folder).command("git", "rm", "-r", "-q", "--cached"),
          "if its files are your own: takes them out of git, and leaves them here")
      ], facts: ["python.*"])
  }

  /// A module that the environment's interpreter would import and that is the repository's.
  func planted(_ module: String, _ failure: GitFailure?) -> Finding {
    let path = context.shown(module)
    let whose: Message =
      failure.map { "git may track it (\(Self.why($0)))" } ?? "git tracks it"
    return Finding(
      "python.environment-tracked", .unknown,
      "the interpreter of \(Untrusted(folder)) would import \(Untrusted(path)), and \(whose), so that it is not run",
      remedies: [
        Remedy(ShellPath(path).command("ls", "-ld"), "shows it; a folder of the repository is on Python's path")
      ],
      facts: ["python.*"])
  }

  private static func why(_ failure: GitFailure) -> Message {
    switch failure {
    case .notInstalled: "there is no git command"
    case .timedOut: "git gave no answer by the deadline"
    case .dubiousOwnership: "the repository belongs to another user"
    case .other(let reason), .damaged(let reason): "\(reason)"
    case .repositoryMoved: "the repository is not where .git says"
    case .notARepository, .noWorkTree: "there is no work tree"
    }
  }

  func trackingUnknown(_ failure: GitFailure) -> Finding {
    let why = Self.why(failure)
    return Finding(
      "python.environment-tracked", .unknown,
      "whether git tracks \(Untrusted(folder)) could not be told (\(why)), and what it tracks is not run",
      remedies: [
        Remedy(ShellPath(folder).command("git", "ls-files", "--"), "shows what git tracks of it, or why not")
      ], facts: ["python.*"])
  }

  /// What stands outside of the environment, and would tell where it is or is what it is made of, may not be read.
  /// - Parameter path: at which the look ended.
  func unseenElsewhere(_ path: String) -> Finding {
    let word = ShellPath(context.shown(path))
    return Finding(
      "python.environment-unseen", .unknown, "this user may not look at \(Untrusted(context.shown(path)))",
      remedies: [
        Remedy(word.command("ls", "-ld"), "shows whose it is"),
        Remedy(ShellCommand(bash: "sudo chmod -R a+rX \(word.bash)", powershell: nil), "lets everybody read it"),
      ], facts: ["python.*"])
  }

  /// What of the installed packages could not be read.
  /// - Parameters:
  ///   - paths: the folders and files.
  ///   - tools: those that may be among them.
  func packagesUnreadable(_ paths: [String], tools: [String]) -> Finding {
    let first = paths.first ?? folder
    let more: Message = paths.count > 1 ? " and \(paths.count - 1) more" : ""
    let word = ShellPath(context.shown(first))
    return Finding(
      "python.packages-unreadable", .unknown,
      "this user may not read \(Untrusted(context.shown(first)))\(more), so that what is installed is not known",
      remedies: [
        Remedy(word.command("ls", "-ld"), "shows whose it is"),
        Remedy(
          ShellCommand(bash: "sudo chown -R \"$(id -un)\" \(ShellPath(folder).bash)", powershell: nil),
          "makes the environment yours"),
      ], facts: ["python.packages"] + tools.map { FactID("python.tool[\($0)]") })
  }

  /// - Parameter path: at which the look ended.
  func unseen(_ path: String) -> Finding {
    let word = ShellPath(folder)
    return Finding(
      "python.environment-unseen", .unknown,
      "this user may not look at \(Untrusted(context.shown(path)))",
      remedies: [
        Remedy(word.command("ls", "-ld"), "shows whose it is"),
        Remedy(
          ShellCommand(bash: "sudo chown -R \"$(id -un)\" \(word.bash)", powershell: nil), "makes it yours"),
      ], facts: ["python.*"])
  }

  // MARK: Not its own packages

  /// Without it, an interpreter takes itself for the base.
  var noConfiguration: Finding {
    Finding(
      "python.configuration-missing", .failure,
      "the interpreter of \(Untrusted(folder)) does not see what is installed in it: pyvenv.cfg is missing or damaged",
      remedies: offer + commands.relink(version: nil), facts: Self.head)
  }

  // MARK: Another version than asked for

  /// - Parameters:
  ///   - version: that of the environment.
  ///   - wanted: what `requires-python` asks for.
  func versionUnwanted(_ version: String, wanted: String) -> Finding {
    Finding(
      "python.version-unwanted", .failure,
      "\(Untrusted(folder)) has Python \(Untrusted(version)), and \(Untrusted(RequirementCheck.project)) asks for \(Untrusted(wanted))",
      remedies: offer + another(wanted), facts: ["python.version"])
  }

  /// - Parameters:
  ///   - version: that of the environment.
  ///   - named: the minor versions that `.python-version` names.
  func versionUnwanted(_ version: String, named: [String]) -> Finding? {
    guard let first = named.first, let minor = VirtualEnvironment.minor(version), !named.contains(minor) else {
      return nil
    }
    return Finding(
      "python.version-unwanted", .warning,
      "\(Untrusted(folder)) has Python \(Untrusted(version)), and .python-version names \(Untrusted(first))",
      remedies: another(first), facts: ["python.version"])
  }

  /// Makes the environment of another version.
  /// - Parameter wanted: a version, or what it must be.
  private func another(_ wanted: String) -> [Remedy] {
    let text: Message = "make the environment anew with that version; what is installed in it is lost"
    let digits = wanted.drop { !$0.isNumber }.prefix { $0.isNumber || $0 == "." }
    let minor = VirtualEnvironment.minor(String(digits)) ?? "..."
    let place = ShellPath(folder)
    let make =
      switch manager {
      case .uv: place.command("uv", "venv", "--clear", "--python", minor)
      case .poetry: ShellCommand.run("poetry", "env", "use", minor)
      case .pipenv: ShellCommand.run("pipenv", "--python", minor)
      case .conda: place.command("conda", "install", "-y", "python=" + minor, "-p")
      case .venv: place.command("python" + minor, "-m", "venv", "--clear")
      }
    return [Remedy(make, text, destructive: true)]
  }

  // MARK: Beside it

  /// - Parameters:
  ///   - before: the minor version that the environment was made with.
  ///   - now: the version that it starts now.
  func baseReplaced(from before: String, to now: String) -> Finding {
    let back = commands.relink(version: before).filter { $0.command.bash.contains(before) }
    return Finding(
      "python.base-replaced", .failure,
      """
      \(Untrusted(folder)) was made with Python \(Untrusted(before)), and its interpreter is now \(Untrusted(now)), \
      which does not see what is installed in it
      """,
      remedies: offer + back + recreateFilled,
      facts: ["python.version", "python.base", "python.packages", "python.tool[*]"])
  }

  /// Another environment than this one is active in the shell.
  /// - Parameter environment: this one's folder.
  func otherActive(_ environment: String) -> Finding? {
    let files = context.host.files
    let variables = context.host.environment
    let name = manager == .conda ? "CONDA_PREFIX" : "VIRTUAL_ENV"
    guard let active = variables[name], !active.isEmpty,
      manager != .conda || variables["CONDA_DEFAULT_ENV"] != "base",
      (files.realPath(active) ?? active) != (files.realPath(environment) ?? environment)
    else { return nil }
    let what: Message =
      files.kind(of: active) == .folder ? "is active in this shell" : "is active in this shell, and is not there"
    return Finding(
      "python.other-active", .warning,
      "another environment than \(Untrusted(folder)) \(what): \(Untrusted(context.shown(active)))",
      remedies: [Remedy(commands.activate, "activate the project's")], facts: [])
  }

  /// Scripts that start an interpreter at the environment's old place.
  /// - Parameters:
  ///   - scripts: their names, and that interpreter.
  ///   - environment: the environment's folder.
  func scriptsLost(_ scripts: [(name: String, interpreter: String)], in environment: String) -> Finding? {
    guard let first = scripts.first(where: { $0.name != "activate" }) ?? scripts.first else { return nil }
    let more: Message = scripts.count > 1 ? " and \(scripts.count - 1) more" : ""
    let verb: Message = scripts.count > 1 ? "start" : "starts"
    return Finding(
      "python.scripts-dangling", .failure,
      """
      \(Untrusted("\(folder)/bin/\(first.name)"))\(more) \(verb) \(Untrusted(context.shown(first.interpreter))), \
      where there is nothing: the environment was moved or copied
      """,
      remedies: offer + moved(from: first.interpreter, to: environment) + [commands.recreate, commands.create],
      facts: Self.head)
  }

  /// Writes the new place into the scripts.
  private func moved(from interpreter: String, to environment: String) -> [Remedy] {
    let parts = interpreter.split(separator: "/", omittingEmptySubsequences: false)
    // The kernel ends the name of a script's interpreter at white space.
    guard parts.count > 3, !environment.contains(where: \.isWhitespace) else { return [] }
    let old = parts.dropLast(2).joined(separator: "/")
    func absolute(_ shown: String) -> String {
      let word = ShellPath(shown).bash
      return shown.hasPrefix("/") || shown.hasPrefix("~/") ? word : "\"$PWD\"/\(word)"
    }
    let command =
      "OLD=\(absolute(context.shown(old))) NEW=\(absolute(folder)) find \(ShellPath(folder).bash)/bin -type f "
      + #"-exec perl -pi -e 's/\Q$ENV{OLD}\E/$ENV{NEW}/g' {} +"#
    return [
      Remedy(ShellCommand(bash: command, powershell: nil), "write the new place into the environment's scripts")
    ]
  }
}
