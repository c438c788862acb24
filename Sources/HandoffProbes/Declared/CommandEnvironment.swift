import HandoffProject
import HandoffSecrets
import HandoffSystem

/// The variables that a declared command gets: the session's, without secrets that are nothing of the project's, and
/// without what makes a program run something else before itself, and without Python's caches.
struct CommandEnvironment {
  let variables: [String: String]

  /// Names that load code into a program or a shell, whatever the program is.
  private static let loaders: Set<String> = [
    "LD_PRELOAD", "LD_AUDIT", "DYLD_INSERT_LIBRARIES", "BASH_ENV", "ENV", "SHELLOPTS", "BASHOPTS", "PS4",
    "PROMPT_COMMAND", "PYTHONSTARTUP", "PYTHONINSPECT", "PYTEST_ADDOPTS", "PYTEST_PLUGINS", "PERL5OPT", "RUBYOPT",
    "NODE_OPTIONS", "JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS",
  ]

  init(_ context: ProbeContext) {
    let project = context.project
    let own = Set(project.variables.settings?.required.map(\.value) ?? [])
    // What a project's own client would connect with.
    var areas: [String] = []
    if project.aws.settings != nil { areas.append("AWS_") }
    if project.postgres.settings != nil { areas += ["PG", "DB_", "POSTGRES_"] }
    var kept = context.host.environment.variables.filter { name, value in
      if name == FingerprintKey.variable || Self.loaders.contains(name) { return false }
      if name.hasPrefix("BASH_FUNC_") || name.hasPrefix("GIT_") { return false }
      if own.contains(name) || areas.contains(where: name.hasPrefix) { return true }
      return !HeldValue.isSecret(value, named: name) && HeldValue.urlPasswords(in: value).isEmpty
    }
    // A relative folder would be one of the project.
    kept["PATH"] = kept["PATH"].map { PathText.absoluteFolders(in: $0).joined(separator: ":") }
    // Of folders that a command names, bytecode that Python rewrites by itself is not hashed, so it is not read.
    kept["PYTHONPYCACHEPREFIX"] = "/dev/null"
    kept["PYTHONDONTWRITEBYTECODE"] = "1"
    variables = kept
  }
}
