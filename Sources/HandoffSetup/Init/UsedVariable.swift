public import HandoffText

/// Where a variable is named.
public struct VariablePlace: Hashable, Sendable {
  /// The file, relative to the project's folder.
  public let path: String
  /// The line, from 1; nil where the whole file is meant.
  public let line: Int?

  /// Names a place.
  public init(_ path: String, line: Int?) {
    self.path = path
    self.line = line
  }

  /// `app/settings.py:12`.
  var message: Message {
    line.map { "\(Untrusted(path)):\($0)" } ?? "\(Untrusted(path))"
  }
}

/// A variable that a project uses.
public struct UsedVariable: Hashable, Sendable {
  /// Its name: letters, digits and underscores.
  public let name: String
  /// Where it is used, sources first; where nothing uses it, the dotenv files that set it. Never empty.
  public internal(set) var places: [VariablePlace]
  /// Whether dotenv files set it, and nothing that was found uses it.
  public internal(set) var isOnlySet = false
  /// Whether every use has another value where it is not set.
  public internal(set) var hasDefault = false

  /// How many places are shown.
  private static let shown = 2

  /// `app.py:3, web/index.ts:8 and 3 more`.
  public var whereUsed: Message {
    let first = Message.joined(places.prefix(Self.shown).map(\.message), separator: ", ")
    let rest = places.count - Self.shown
    return rest > 0 ? "\(first) and \(rest) more" : first
  }

  /// `app.py:3; has a default`, or `set in .env:1`.
  public var summary: Message {
    let places: Message = isOnlySet ? "set in \(whereUsed)" : whereUsed
    return hasDefault ? "\(places); has a default" : places
  }
}

/// Names that say nothing of a project: the system, the shell, the terminal or the service that runs the tests sets them.
enum SystemVariables {
  static func contains(_ name: String) -> Bool {
    let upper = name.uppercased()
    return names.contains(upper) || prefixes.contains(where: upper.hasPrefix)
  }

  private static let prefixes = [
    "LC_", "BASH", "ZSH_", "FISH_", "XDG_", "SSH_", "NPM_", "GITHUB_ACTION", "GITHUB_RUN", "RUNNER_", "COMP_",
    "PROCESSOR_", "PROGRAMFILES", "COMMONPROGRAM", "GIT_", "DEBIAN_", "DIRENV_", "WSL_",
  ]

  private static let names: Set<String> = [
    "PATH", "HOME", "USER", "LOGNAME", "SHELL", "PWD", "OLDPWD", "TMPDIR", "TMP", "TEMP", "LANG", "LANGUAGE", "TERM",
    "TERM_PROGRAM", "COLORTERM", "NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS", "LINES", "TZ",
    "CI", "EDITOR", "VISUAL", "PAGER", "BROWSER", "DISPLAY", "WAYLAND_DISPLAY", "HOSTNAME", "HOSTTYPE", "OSTYPE",
    "MACHTYPE", "UID", "EUID", "GID", "PPID", "SHLVL", "IFS", "RANDOM", "SECONDS", "LINENO", "FUNCNAME", "PIPESTATUS",
    "OPTARG", "OPTIND", "OPTERR", "REPLY", "PS1", "PS2", "PS4", "ENV", "DIRSTACK", "GROUPS", "EPOCHSECONDS",
    "EPOCHREALTIME", "COMPREPLY", "MAPFILE", "HISTFILE", "MAIL", "MANPATH", "LD_LIBRARY_PATH", "LD_PRELOAD",
    "DYLD_LIBRARY_PATH", "PYTHONPATH", "PYTHONHOME", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE", "VIRTUAL_ENV",
    "CONDA_PREFIX", "CONDA_DEFAULT_ENV", "NODE_PATH", "NODE_OPTIONS", "GOPATH", "GOROOT", "GOBIN", "CARGO_HOME",
    "RUSTUP_HOME", "RUST_LOG_STYLE", "JAVA_HOME", "ANDROID_HOME", "GEM_HOME", "BUNDLE_GEMFILE", "CC", "CXX", "CFLAGS",
    "CXXFLAGS", "LDFLAGS", "MAKEFLAGS", "DESTDIR", "PKG_CONFIG_PATH", "SUDO_USER", "SUDO_UID", "SUDO_GID", "APPDATA",
    "LOCALAPPDATA", "USERPROFILE", "USERNAME", "USERDOMAIN", "COMPUTERNAME", "HOMEDRIVE", "HOMEPATH", "SYSTEMROOT",
    "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PATHEXT", "PSMODULEPATH", "PROGRAMDATA", "ALLUSERSPROFILE", "OS", "PUBLIC",
    "NUMBER_OF_PROCESSORS", "GITHUB_WORKSPACE", "GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_PATH", "GITHUB_STEP_SUMMARY",
    "GITHUB_SHA", "GITHUB_REF", "GITHUB_EVENT_PATH", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY",
  ]
}
