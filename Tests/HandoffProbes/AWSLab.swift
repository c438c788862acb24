import Foundation
import HandoffModel
import HandoffProject
import HandoffSystem
import HandoffText
import Testing

@testable import HandoffProbes

/// The lab's AWS: a server that checks every signature, and the AWS CLI as a witness.
enum AWSLab {
  static func value(_ name: String) throws -> String {
    let name = "HANDOFF_LAB_" + name
    return try #require(ProcessInfo.processInfo.environment[name], "\(name) is not set: Tests/Lab/lab up aws liars")
  }

  static var isUp: Bool { ProcessInfo.processInfo.environment["HANDOFF_LAB_AWS_ENDPOINT"] != nil }
  static var isCI: Bool { ProcessInfo.processInfo.environment["CI"] == "true" }

  static func user() throws -> AWSKeys {
    try AWSKeys(
      accessKeyID: value("AWS_ACCESS_KEY_ID"), secretAccessKey: value("AWS_SECRET_ACCESS_KEY"), sessionToken: nil)
  }

  static func session() throws -> AWSKeys {
    try AWSKeys(
      accessKeyID: value("AWS_SESSION_ACCESS_KEY_ID"), secretAccessKey: value("AWS_SESSION_SECRET_ACCESS_KEY"),
      sessionToken: value("AWS_SESSION_TOKEN"))
  }
}

extension Trait where Self == ConditionTrait {
  /// Skips without the lab; in CI the test runs, and fails at the first thing that it misses.
  static var needsAWSLab: Self {
    .enabled(if: AWSLab.isUp || AWSLab.isCI, "the lab's AWS is not up: Tests/Lab/lab up aws liars")
  }
}

extension AWSKeys {
  var variables: [String: String] {
    var variables = ["AWS_ACCESS_KEY_ID": accessKeyID, "AWS_SECRET_ACCESS_KEY": secretAccessKey]
    variables["AWS_SESSION_TOKEN"] = sessionToken
    return variables
  }

  /// A section of one of the two files.
  func section(_ name: String, _ options: String...) -> String {
    var lines = ["[\(name)]", "aws_access_key_id = \(accessKeyID)", "aws_secret_access_key = \(secretAccessKey)"]
    if let sessionToken { lines.append("aws_session_token = \(sessionToken)") }
    return (lines + options).joined(separator: "\n") + "\n\n"
  }

  /// What looks like a key and is none.
  static var invented: AWSKeys {
    AWSKeys(
      accessKeyID: "AK" + "IA" + String(repeating: "Z", count: 16), secretAccessKey: String(repeating: "z", count: 40),
      sessionToken: nil)
  }
}

/// A home folder of its own, and what a session in it would see.
final class AWSHome {
  let path: String
  var variables: [String: String]

  init() throws {
    path = "/tmp/handoff-aws-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path + "/.aws", withIntermediateDirectories: true)
    variables = ["HOME": path, "PATH": "/usr/bin:/bin", "AWS_EC2_METADATA_DISABLED": "true"]
  }

  /// With the lab's server as the endpoint and the lab's AWS CLI on the path.
  convenience init(region: String?) throws {
    try self.init()
    let tool = try AWSLab.value("AWS_CLI")
    variables["PATH"] = tool.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 } + ":/usr/bin:/bin"
    variables["AWS_ENDPOINT_URL"] = try AWSLab.value("AWS_ENDPOINT")
    variables["AWS_DEFAULT_REGION"] = region
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func write(_ name: String, _ text: String, executable: Bool = false) throws {
    let url = URL(fileURLWithPath: path + "/" + name)
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: url)
    if executable { try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: url.path) }
  }

  func host(_ http: (any HTTPTransport)? = nil, _ commands: any CommandRunner = SubprocessRunner())
    -> HandoffSystem.Host
  {
    let environment = ProcessEnvironment(variables)
    return HandoffSystem.Host(
      environment: environment, workingDirectory: path, commands: commands,
      http: http ?? CurlTransport(environment: environment), tcp: SystemTCP())
  }

  func observe(
    _ settings: AWSSettings = AWSSettings(), expected: Observation? = nil, seconds: Double = 20,
    host: HandoffSystem.Host? = nil
  ) async -> Observation {
    let setting = { (text: String) in Setting(text, Source(.defaultValue)) }
    let project = Project(
      root: path + "/project", name: setting("sample"), handoffs: setting("handoffs"),
      template: setting("session-handoff"), shells: Setting(["bash", "powershell"], Source(.defaultValue)),
      deadline: Setting(seconds, Source(.defaultValue)), aws: .used(settings), python: .unused(""),
      postgres: .unused(""), docker: .unused(""), git: .unused(""), variables: .unused(""))
    let snapshot = expected.map {
      Snapshot(tool: "test", project: "sample", capturedAt: Date(), observations: [$0.recorded])
    }
    return await AWSProbe(settings).observe(
      ProbeContext(
        host: host ?? self.host(), project: project, deadline: .after(.seconds(seconds)), expected: snapshot)
    ).checked()
  }

  /// What the AWS CLI says, run as a person would.
  func witness(_ arguments: String...) async throws -> (account: String, arn: String) {
    let result = await SubprocessRunner().run(
      Command("aws", ["sts", "get-caller-identity", "--output", "json"] + arguments, environment: variables),
      deadline: .after(.seconds(30)))
    try #require(result.succeeded, "the AWS CLI: \(result.errorText)")
    let answer = try JSONValue(parsing: result.standardOutput)
    return try (#require(answer["Account"]?.string), #require(answer["Arn"]?.string))
  }

  /// Runs a command of ours in bash, and takes over the variables that it sets and removes.
  func paste(_ command: String) async throws {
    let script = "cd '\(path)/project' && \(command) && env -0"
    let result = await SubprocessRunner().run(
      Command("/bin/bash", ["-c", script], environment: variables), deadline: .after(.seconds(30)))
    try #require(result.succeeded, "bash: \(result.errorText)")
    variables = [:]
    for entry in result.standardOutput.split(separator: 0) {
      let text = String(decoding: entry, as: UTF8.self)
      guard let equals = text.firstIndex(of: "=") else { continue }
      variables[String(text[..<equals])] = String(text[text.index(after: equals)...])
    }
  }
}

/// Answers every request with the same.
struct FixedTransport: HTTPTransport {
  let answer: Result<HTTPResponse, HTTPError>

  init(_ status: Int, _ body: String, headers: [String: String] = [:]) {
    answer = .success(HTTPResponse(status: status, headers: headers, body: Array(body.utf8)))
  }

  init(_ error: HTTPError) { answer = .failure(error) }

  func send(_ request: HTTPRequest, deadline: Deadline) async throws(HTTPError) -> HTTPResponse { try answer.get() }
}

/// Answers every command with the same, and remembers nothing.
struct FixedCommand: CommandRunner {
  var outcome: CommandOutcome
  var output = ""
  var error = ""

  func run(_ command: Command, deadline: Deadline) async -> CommandResult {
    CommandResult(outcome: outcome, standardOutput: Array(output.utf8), standardError: Array(error.utf8))
  }
}

extension Observation {
  func value(_ id: FactID) -> String? { fact(id)?.value.string }
  func source(_ id: FactID) -> String? { fact(id)?.source.description }
  var findingNames: [String] { findings.map(\.id) }

  /// All that is passed on, in one text, for looking for what must not be in it.
  var everything: String {
    var parts = facts.map { "\($0.id) \($0.value.canonical) \($0.source)" } + [summary.plain]
    let commands = findings.flatMap(\.remedies).map(\.command) + (setup + verification).map(\.command)
    parts += commands.flatMap { [$0.bash, $0.powershell ?? ""] }
    parts += findings.flatMap { [$0.message.plain] + $0.remedies.map(\.description.plain) }
    return parts.joined(separator: "\n")
  }
}
