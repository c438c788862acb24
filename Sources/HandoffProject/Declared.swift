import HandoffText

/// A check that `handoff.yml` declares: somebody listens, or answers as expected. No program is run for it.
public struct CheckSettings: Sendable, Hashable {
  /// What is asked.
  public enum Target: Sendable, Hashable {
    /// Whether a TCP connection is accepted.
    case tcp
    /// Whether a GET is answered with one of these statuses; with any from 200 to 299 where none is named.
    case http(url: String, expected: [Int])
  }

  /// Its name: `api` of `check[api]`.
  public var name: String
  /// A host name or address, without brackets.
  public var host: String
  /// The port.
  public var port: Int
  /// What is asked there.
  public var target: Target

  /// Describes a check.
  public init(name: String, host: String, port: Int, target: Target) {
    self.name = name
    self.host = host
    self.port = port
    self.target = target
  }

  /// Whether it asks this machine itself, which needs no trust.
  public var isLocal: Bool { LoopbackHost.contains(host) }

  /// `localhost:6379`, `[::1]:6379`.
  public var place: String { (host.contains(":") ? "[\(host)]" : host) + ":\(port)" }
}

/// A command that `handoff.yml` declares. It is run only when its user trusts it.
public struct CommandSettings: Sendable, Hashable {
  /// How its value is compared.
  public enum Kind: String, Sendable, CaseIterable {
    case identity, state, progress, volatile
  }

  /// Its name: `schema` of `command[schema]`.
  public var name: String
  /// The program and its arguments; no shell reads them, unless the program is one.
  public var run: [String]
  /// Whether the last of them is a line that a shell reads, as it was asked for.
  public var usesShell: Bool
  /// A regular expression with one group, which is the value; nil for all that it prints.
  public var capture: String?
  /// How the value is compared.
  public var kind: Kind
  /// What mends it: a command line, or a program with its arguments.
  public var fix: [String]
  /// Whether the fix is one command line for a shell.
  public var fixIsLine: Bool

  /// Describes a command.
  public init(
    name: String, run: [String], usesShell: Bool = false, capture: String? = nil, kind: Kind = .state,
    fix: [String] = [], fixIsLine: Bool = false
  ) {
    self.name = name
    self.run = run
    self.usesShell = usesShell
    self.capture = capture
    self.kind = kind
    self.fix = fix
    self.fixIsLine = fixIsLine
  }
}
