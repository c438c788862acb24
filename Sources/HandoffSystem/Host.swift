#if canImport(FoundationEssentials)
  public import FoundationEssentials
#else
  public import Foundation
#endif

/// The world as the rest of the tool sees it: the door to processes, servers, files, variables and the clock. What is
/// written is written by ``FileWriter``.
///
/// A test builds one with what it supplies. Programs and servers that it did not supply answer that they are
/// unavailable; files and the clock are the machine's unless it supplies others.
public struct Host: Sendable {
  /// The variables of the process.
  public var environment: ProcessEnvironment
  /// Where the command was started; an absolute path.
  public var workingDirectory: String
  /// Files, read with limits.
  public var files: FileSystem
  /// Runs programs.
  public var commands: any CommandRunner
  /// Speaks HTTP.
  public var http: any HTTPTransport
  /// Speaks to PostgreSQL.
  public var postgres: any PostgresConnector
  /// Finds out whether somebody listens on a TCP port.
  public var tcp: any TCPConnector
  /// The time of day.
  public var now: @Sendable () -> Date

  /// Gathers the doors.
  public init(
    environment: ProcessEnvironment, workingDirectory: String, files: FileSystem = FileSystem(),
    commands: any CommandRunner = UnavailableWorld(), http: any HTTPTransport = UnavailableWorld(),
    postgres: any PostgresConnector = UnavailableWorld(), tcp: any TCPConnector = UnavailableWorld(),
    now: @escaping @Sendable () -> Date = { Date() }
  ) {
    self.environment = environment
    self.workingDirectory = workingDirectory
    self.files = files
    self.commands = commands
    self.http = http
    self.postgres = postgres
    self.tcp = tcp
    self.now = now
  }

  /// The file that is run for a program's name in this session.
  /// - Parameter name: a name, which is looked for in the absolute folders of `PATH`, or an absolute path.
  /// - Returns: its path; nil when there is none that may be executed.
  public func executable(named name: String) -> String? {
    let command = Command(name, [], environment: environment.variables)
    if case .found(let path) = ExecutableSearch.look(for: command) { return path }
    return nil
  }
}

/// What a test that did not supply a door gets: every use answers that it is unavailable.
public struct UnavailableWorld: CommandRunner, HTTPTransport, PostgresConnector {
  /// Makes one.
  public init() {}

  /// Answers that no program can be run.
  public func run(_ command: Command, deadline: Deadline) async -> CommandResult {
    CommandResult(outcome: .failedToStart("no command runner was supplied"), standardOutput: [], standardError: [])
  }

  /// Answers that nothing can be sent.
  public func send(_ request: HTTPRequest, deadline: Deadline) async throws(HTTPError) -> HTTPResponse {
    throw .other("no HTTP transport was supplied")
  }

  /// Answers that nothing can be connected to.
  public func connect(
    _ parameters: PostgresParameters, deadline: Deadline
  ) async throws(PostgresError) -> any PostgresSession {
    throw .other("no PostgreSQL connector was supplied")
  }
}

/// A moment by which something must have ended, on a clock that does not jump.
public struct Deadline: Hashable, Sendable, Comparable {
  /// The moment.
  public let instant: ContinuousClock.Instant

  /// The moment this much from now.
  public static func after(_ duration: Duration) -> Deadline {
    Deadline(instant: ContinuousClock.now + duration)
  }

  /// A moment of the continuous clock.
  public init(instant: ContinuousClock.Instant) {
    self.instant = instant
  }

  /// How long is left; never negative.
  public var remaining: Duration { max(.zero, instant - ContinuousClock.now) }

  /// How many milliseconds are left, rounded up; never negative.
  public var remainingMilliseconds: Int {
    let left = remaining.components
    return Int(left.seconds) * 1000 + Int((left.attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
  }

  /// Whether the moment has come.
  public var hasPassed: Bool { ContinuousClock.now >= instant }

  /// The earlier one is less.
  public static func < (left: Deadline, right: Deadline) -> Bool { left.instant < right.instant }
}

/// The variables of a process.
public struct ProcessEnvironment: Hashable, Sendable {
  /// The variables by name.
  public var variables: [String: String]

  /// Takes variables.
  public init(_ variables: [String: String]) {
    self.variables = variables
  }

  /// The value of a variable; nil when it is not set or empty.
  public subscript(_ name: String) -> String? {
    guard let value = variables[name], !value.isEmpty else { return nil }
    return value
  }

  /// The user's home folder: `HOME`, or nil.
  public var home: String? { self["HOME"] }
}
