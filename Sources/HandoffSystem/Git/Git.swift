public import HandoffText

/// The git command in one folder.
///
/// ``read(_:input:outputLimit:deadline:)`` runs it so that nothing is changed, nothing is fetched, and nothing that the
/// repository's own configuration names is run: no file system monitor, hook, pager, external diff, signature check or
/// content filter. What the user configured for all repositories stays.
public struct Git: Sendable {
  /// The folder that git is run in.
  public let folder: String
  private let runner: any CommandRunner
  private let environment: ProcessEnvironment
  private let disabledFilters: [String]
  /// What all commands that read and run at once may print together.
  private let budget: AnswerBudget

  /// The git command in a folder.
  /// - Parameters:
  ///   - folder: an absolute path.
  ///   - host: the door that runs it, and the variables of the user.
  public init(in folder: String, host: Host) {
    self.init(
      folder: folder, runner: host.commands, environment: host.environment, disabledFilters: [],
      budget: AnswerBudget(bytes: Self.mostAtOnce))
  }

  private init(
    folder: String, runner: any CommandRunner, environment: ProcessEnvironment, disabledFilters: [String],
    budget: AnswerBudget
  ) {
    self.folder = folder
    self.runner = runner
    self.environment = environment
    self.disabledFilters = disabledFilters
    self.budget = budget
  }

  /// The same with these content filters (`filter.NAME.*`) off.
  func disabling(filters: [String]) -> Git {
    Git(folder: folder, runner: runner, environment: environment, disabledFilters: filters, budget: budget)
  }

  /// The content filters that are off.
  public var filtersOff: [String] { disabledFilters }

  // MARK: Reading

  /// Runs a git command that reads.
  /// - Parameters:
  ///   - arguments: the command and its arguments. What comes from the world must stand behind `--end-of-options`, `--`
  ///     or in `input`.
  ///   - input: what it reads on standard input.
  ///   - outputLimit: how many bytes it may print; those that run at once, 8 MiB together.
  ///   - deadline: when it must have ended.
  public func read(
    _ arguments: [String], input: [UInt8]? = nil, outputLimit: Int = 8 << 20, deadline: Deadline
  ) async -> CommandResult {
    await runner.run(
      Command(
        "git", ["--no-optional-locks", "--no-pager"] + readingConfiguration + arguments,
        environment: readingEnvironment, workingDirectory: folder, input: input, outputLimit: outputLimit,
        budget: outputLimit > Self.mostAtOnce ? nil : budget, keepsDaemons: true),
      deadline: deadline)
  }

  /// How many bytes commands that read and run at once may print together, but for one that is let print more.
  private static let mostAtOnce = 8 << 20

  /// Settings of the repository that could run a program or change what is read.
  private var readingConfiguration: [String] {
    var settings = [
      // An empty name switches the monitor off in every version; `false` would be run as a program by old ones.
      "core.fsmonitor=", "core.hooksPath=/dev/null", "core.pager=cat", "log.showSignature=false", "log.showRoot=true",
      "i18n.logOutputEncoding=UTF-8", "safe.bareRepository=explicit", "core.quotePath=false",
    ]
    for filter in disabledFilters {
      settings += ["clean", "smudge", "process"].map { "filter.\(filter).\($0)=" }
      settings.append("filter.\(filter).required=false")
    }
    return settings.flatMap { ["-c", $0] }
  }

  private var readingEnvironment: [String: String] {
    var variables = ownVariables(keeping: Self.configurationVariables)
    variables["LC_ALL"] = "C"
    variables["LANGUAGE"] = nil
    variables["GIT_OPTIONAL_LOCKS"] = "0"
    variables["GIT_TERMINAL_PROMPT"] = "0"
    variables["GIT_NO_LAZY_FETCH"] = "1"
    // Older versions fetch what a partial clone lacks; no protocol has this name.
    variables["GIT_ALLOW_PROTOCOL"] = "none"
    return variables
  }

  // MARK: Acting

  /// Runs a git command that the user asked for: a commit, a push. Their hooks, signing and credentials are used; git
  /// itself asks nothing on a terminal.
  /// - Parameters:
  ///   - arguments: the command and its arguments, as for ``read(_:input:outputLimit:deadline:)``.
  ///   - input: what it reads on standard input.
  ///   - lock: a lock that git holds too while it runs, and whose file it reads on standard input instead.
  ///   - index: the index file to use instead of the repository's, an absolute path.
  ///   - deadline: when it must have ended.
  public func act(
    _ arguments: [String], input: [UInt8]? = nil, holding lock: FileLock? = nil, index: String? = nil,
    deadline: Deadline
  ) async -> CommandResult {
    var variables = ownVariables(keeping: Self.configurationVariables.union(Self.actingVariables))
    variables["GIT_TERMINAL_PROMPT"] = "0"
    variables["SSH_ASKPASS_REQUIRE"] = "never"
    if let index { variables["GIT_INDEX_FILE"] = index }
    return await runner.run(
      Command(
        "git", ["--no-pager"] + arguments, environment: variables, workingDirectory: folder, input: input,
        inputDescriptor: lock?.descriptor, outputLimit: 1 << 20, keepsDaemons: true),
      deadline: deadline)
  }

  // MARK: Variables

  /// Variables that say where the user's configuration and git itself are.
  private static let configurationVariables: Set<String> = [
    "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM", "GIT_CONFIG_COUNT", "GIT_EXEC_PATH",
    "GIT_CEILING_DIRECTORIES", "GIT_DISCOVERY_ACROSS_FILESYSTEM",
  ]

  /// Variables that say who commits and how a server is reached.
  private static let actingVariables: Set<String> = [
    "GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_AUTHOR_DATE", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL",
    "GIT_COMMITTER_DATE", "GIT_SSH", "GIT_SSH_COMMAND", "GIT_SSH_VARIANT", "GIT_SSL_CAINFO", "GIT_SSL_CERT",
    "GIT_SSL_KEY", "GIT_SSL_NO_VERIFY", "GIT_ASKPASS", "GIT_PROXY_COMMAND", "GIT_ALLOW_PROTOCOL",
    "GIT_HTTP_USER_AGENT",
  ]

  /// The user's variables without those of git that point at another repository, as a hook that runs us would have set
  /// them, or that trace into files.
  private func ownVariables(keeping kept: Set<String>) -> [String: String] {
    environment.variables.filter { name, _ in
      !name.hasPrefix("GIT_") || kept.contains(name) || name.hasPrefix("GIT_CONFIG_KEY_")
        || name.hasPrefix("GIT_CONFIG_VALUE_")
    }
  }
}

/// Why git could not say anything about a folder.
public enum GitFailure: Error, Hashable, Sendable {
  /// There is no git command.
  case notInstalled
  /// The folder is in no repository.
  case notARepository
  /// The folder is inside a repository that has no work tree.
  case noWorkTree
  /// The repository belongs to another user, and git does not read it; its work tree, if git named it.
  case dubiousOwnership(folder: String?)
  /// What stands at `.git` points to a repository that is not there: its path.
  case repositoryMoved(to: Untrusted)
  /// The repository is there, and what git has to read of it is damaged or missing: git's line about it.
  case damaged(Untrusted)
  /// It did not answer by the deadline.
  case timedOut
  /// Anything else: git's first line about it, without user names and passwords of URLs.
  case other(Untrusted)

  /// Reads the cause out of how a git command ended. Meaningful for a command that failed.
  public init(_ result: CommandResult) {
    let text = result.errorText
    switch result.outcome {
    case .notFound, .notPermitted: self = .notInstalled
    case .timedOut: self = .timedOut
    case .failedToStart(let reason), .prevented(let reason): self = .other(Untrusted(reason))
    case .tooMuchOutput: self = .other(Untrusted("it printed more than is read"))
    case .signalled(let signal): self = .other(Untrusted("ended by signal \(signal)"))
    case .exited:
      if text.contains("xcrun: error") || text.contains("xcode-select: ") {
        self = .notInstalled
      } else if text.contains("dubious ownership in repository") || text.contains("unsafe repository") {
        self = .dubiousOwnership(folder: Self.quoted(text))
      } else if text.contains("safe.bareRepository") || text.contains("must be run in a work tree") {
        self = .noWorkTree
      } else if let place = Self.place(text) {
        self = .repositoryMoved(to: Untrusted(place))
      } else if text.contains("not a git repository") {
        self = .notARepository
      } else if Self.tellsOfDamage(text) {
        self = .damaged(Untrusted(Self.firstLine(text)))
      } else {
        self = .other(Untrusted(Self.firstLine(text)))
      }
    }
  }

  /// What follows "not a git repository: "; git says `(null)` where it looked at no other place.
  private static func place(_ text: String) -> String? {
    guard let words = text.firstRange(of: "not a git repository: ") else { return nil }
    let place = text[words.upperBound...].prefix { $0 != "\n" }
    return place.isEmpty || place.hasPrefix("(null)") ? nil : String(place)
  }

  /// Whether git complains of objects, references or an index that cannot be read, rather than of what it was asked.
  private static func tellsOfDamage(_ text: String) -> Bool {
    // A partial clone lacks objects on purpose, and fetches them when the user's own git needs them.
    if text.contains("could not fetch") || text.contains("promisor") { return false }
    return [
      "index file corrupt", "index file smaller than expected", "bad signature", "bad index file", "is corrupt",
      "is empty", "missing object", "bad object", "bad tree object", "unable to read tree", "unable to read sha1 file",
      "unable to normalize alternate object path", "object directory", "No such ref: HEAD",
      "appears to be broken", "broken ref", "Could not read", "unable to parse object", "unknown index entry format",
    ].contains { text.contains($0) }
  }

  /// What stands between the first `'` and the last one of its line.
  private static func quoted(_ text: String) -> String? {
    guard let start = text.firstIndex(of: "'") else { return nil }
    let rest = text[text.index(after: start)...].prefix { $0 != "\n" }
    guard let end = rest.lastIndex(of: "'") else { return nil }
    return String(rest[..<end])
  }

  private static func firstLine(_ text: String) -> String {
    let lines = text.split(separator: "\n")
    let line =
      lines.first { $0.hasPrefix("fatal: ") || $0.hasPrefix("error: ") } ?? lines.first ?? "no reason was given"
    return withoutCredentials(String(line.prefix(300)))
  }
}

/// A text in which the user names and passwords of URLs are replaced by `***`.
public func withoutCredentials(_ text: String) -> String {
  var result = ""
  var rest = Substring(text)
  while let scheme = rest.firstRange(of: "://") {
    result += rest[..<scheme.upperBound]
    rest = rest[scheme.upperBound...]
    let authority = rest.prefix { !$0.isWhitespace && !"/?#'\"<>".contains($0) }
    if let at = authority.lastIndex(of: "@") {
      result += "***"
      rest = rest[at...]
    }
  }
  return result + rest
}
