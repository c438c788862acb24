import Foundation
import HandoffModel
import HandoffProject
import HandoffSecrets
import HandoffSystem
import HandoffTestSupport
import HandoffText
import Synchronization
import Testing

@testable import HandoffProbes

/// Checks and commands that `handoff.yml` declares.
@Suite struct DeclaredProbeTests {
  /// Answers as it is told, and notes what was asked.
  final class World: TCPConnector, HTTPTransport, CommandRunner, @unchecked Sendable {
    var tcp: TCPError?
    var http: Result<Int, HTTPError> = .success(200)
    var command = CommandResult(outcome: .exited(0), standardOutput: Array("7\n".utf8), standardError: [])
    private(set) var asked: [String] = []
    var variables: [String: String] = [:]
    var meanwhile: (Command) -> Void = { _ in }

    func reach(host: String, port: Int, deadline: Deadline) async throws(TCPError) {
      asked.append("\(host):\(port)")
      if let tcp { throw tcp }
    }

    func send(_ request: HTTPRequest, deadline: Deadline) async throws(HTTPError) -> HTTPResponse {
      asked.append(request.url)
      return HTTPResponse(status: try http.get(), headers: [:], body: [])
    }

    func run(_ command: Command, deadline: Deadline) async -> CommandResult {
      asked.append(([command.executable] + command.arguments).joined(separator: " "))
      meanwhile(command)
      return self.command
    }
  }

  /// A project of this configuration, and the probe of one area in it.
  private static func observe(
    _ area: String, _ configuration: String, _ world: World, trusted: Bool = false, expected: Snapshot? = nil,
    files: [String: String] = [:], known: [KnownSecret] = [], afterTrust: (String) throws -> Void = { _ in }
  ) async throws -> Observation {
    let state = try TemporaryFolder()
    let folder = try TemporaryFolder(files.merging(["handoff.yml": configuration]) { $1 })
    let host = Host(
      environment: ProcessEnvironment(world.variables.merging(["HOME": state.path]) { $1 }),
      workingDirectory: folder.path, commands: world,
      http: world,
      tcp: world)
    let root = try #require(host.files.realPath(folder.path))
    var project = try Discovery.project(at: root, host: host)
    if trusted {
      let digest = try #require(TrustSubject(project).digest(host.files))
      try TrustStore(host).grant(root, digest: digest)
    }
    try afterTrust(root)
    project = try Discovery.project(at: root, host: host)
    if let expected { project = project.expecting(expected) }
    let probes = (CheckProbe.probes(for: project) + CommandProbe.probes(for: project)).compactMap {
      use -> (any Probe)? in
      if case .used(let probe) = use { probe } else { nil }
    }
    let probe = try #require(probes.first { $0.area == area })
    return await probe.observe(
      ProbeContext(host: host, project: project, deadline: .after(.seconds(5)), expected: expected) {
        SecretScanner(known: known)
      })
  }

  private static func recorded(_ id: FactID, _ value: JSONValue) -> Snapshot {
    Snapshot(
      tool: "0", project: "p", capturedAt: Date(timeIntervalSince1970: 0),
      observations: [
        Observation(probe: id.area, facts: [Fact(id, .state, value, source: Source(.configuration))])
      ])
  }

  // MARK: Checks

  @Test(
    "A TCP check that is refused has failed; what kept us from asking is unknown, and no fact",
    arguments: [
      (nil, "passed", nil), (.refused, "failed", "check.refused"), (.timedOut, nil, "check.timeout"),
      (.nameNotResolved, nil, "check.unreachable"), (.noRoute, nil, "check.unreachable"),
      (.notPermitted, nil, "check.unreachable"), (.other("x"), nil, "check.unreachable"),
    ] as [(TCPError?, JSONValue?, String?)])
  func tcp(error: TCPError?, value: JSONValue?, finding: String?) async throws {
    let world = World()
    world.tcp = error
    let seen = try await Self.observe("check[cache]", "checks: {cache: {tcp: 'localhost:6379'}}\n", world)
    #expect(seen.fact("check[cache]")?.value == value)
    #expect(seen.findings.map(\.id) == [finding].compactMap(\.self))
    #expect(seen.status == (finding == nil ? .ok : value == nil ? .unknown : .failure))
    #expect(seen.findings.allSatisfy { $0.message.plain.contains("localhost:6379") && $0.names("check[cache]") })
    #expect(world.asked == ["localhost:6379"])
  }

  @Test(
    "An HTTP check passes with an expected status only",
    arguments: [
      ("", .success(204), "passed", nil), ("", .success(302), "failed", "check.failed"),
      (", expect: 302", .success(302), "passed", nil), (", expect: [200, 401]", .success(401), "passed", nil),
      ("", .success(503), "failed", "check.failed"), ("", .failure(.refused), "failed", "check.refused"),
      ("", .failure(.timedOut), nil, "check.timeout"), ("", .failure(.garbage), nil, "check.unexpected-answer"),
      ("", .failure(.tls("x")), nil, "check.tls"), ("", .failure(.nameNotResolved), nil, "check.unreachable"),
    ] as [(String, Result<Int, HTTPError>, JSONValue?, String?)])
  func http(expect: String, answer: Result<Int, HTTPError>, value: JSONValue?, finding: String?) async throws {
    let world = World()
    world.http = answer
    let seen = try await Self.observe(
      "check[api]", "checks: {api: {http: 'http://127.0.0.1:8080/health?token=x'\(expect)}}\n", world)
    #expect(seen.fact("check[api]")?.value == value)
    #expect(seen.findings.map(\.id) == [finding].compactMap(\.self))
    #expect(world.asked == ["http://127.0.0.1:8080/health?token=x"])
    #expect(!seen.verification.contains { $0.command.bash.contains("token") })
  }

  @Test(
    "Another machine is not asked, whatever its name looks like, unless the project is trusted",
    arguments: [
      "tcp: 'example.com:80'", "tcp: '127.0.0.1.example.com:80'", "tcp: '10.0.0.1:80'", "tcp: '0127.0.0.1:80'",
      "tcp: '[::2]:80'", "http: 'http://example.com/'", "http: 'https://localhost.example.com'",
    ])
  func otherMachines(check: String) async throws {
    let world = World()
    let text = "checks: {x: {\(check)}}\n"
    let seen = try await Self.observe("check[x]", text, world)
    #expect(seen.findings.map(\.id) == ["check.untrusted"])
    #expect(seen.status == .unknown)
    #expect(seen.findings.flatMap(\.remedies).map(\.command.bash) == ["handoff trust"])
    #expect(world.asked.isEmpty)
    #expect(try await Self.observe("check[x]", text, world, trusted: true).status == .ok)
    #expect(world.asked.count == 1)
  }

  @Test("A check or command that was recorded and is declared no more has failed, and is quiet where switched off")
  func gone() async throws {
    for area in ["check[x]", "command[x]"] {
      let expected = Self.recorded(FactID(area), "passed")
      let seen = try await Self.observe(area, "", World(), expected: expected)
      #expect(seen.findings.map(\.id) == ["\(FactID(area).kind).not-declared"])
      #expect(seen.status == .failure)
      let folder = try TemporaryFolder(["handoff.yml": "checks: off\ncommands: off\n"])
      let host = Host(environment: ProcessEnvironment([:]), workingDirectory: folder.path)
      let project = try Discovery.project(at: folder.path, host: host).expecting(expected)
      #expect(project.recalledChecks.isEmpty && project.recalledCommands.isEmpty)
    }
  }

  // MARK: Commands

  private static let command = "commands: {schema: {run: [bin/v, -x], capture: '^v(\\d+)$', fix: bin/migrate --all}}\n"
  private static let files = ["bin/v": "#!/bin/sh\necho v7\n"]

  @Test("A command is not run before it is trusted, and its value is the group of its capture")
  func trust() async throws {
    let world = World()
    world.command = CommandResult(outcome: .exited(0), standardOutput: Array("hello\nv7\n".utf8), standardError: [])
    let before = try await Self.observe("command[schema]", Self.command, world, files: Self.files)
    #expect(before.findings.map(\.id) == ["command.untrusted"])
    #expect(before.status == .unknown && before.facts.isEmpty && world.asked.isEmpty)
    #expect(before.findings.flatMap(\.remedies).map(\.command.bash) == ["handoff trust"])
    let after = try await Self.observe("command[schema]", Self.command, world, trusted: true, files: Self.files)
    #expect(after.fact("command[schema]")?.value == "7")
    #expect(world.asked.count == 1 && world.asked[0].hasSuffix("/bin/v -x"))
  }

  @Test(
    "Trust ends with a change of what is run: the command, a file that it names, a link on the way",
    arguments: ["handoff.yml", "bin/v", "link", "gone"])
  func changed(what: String) async throws {
    let world = World()
    let seen = try await Self.observe(
      "command[schema]", Self.command, world, trusted: true, files: Self.files,
      afterTrust: { root in
        switch what {
        case "handoff.yml":
          try Self.command.replacing("-x", with: "-y").write(
            toFile: root + "/handoff.yml", atomically: true, encoding: .utf8)
        case "bin/v": try "#!/bin/sh\necho v8\n".write(toFile: root + "/bin/v", atomically: true, encoding: .utf8)
        case "link":
          try FileManager.default.moveItem(atPath: root + "/bin/v", toPath: root + "/bin/w")
          try FileManager.default.createSymbolicLink(atPath: root + "/bin/v", withDestinationPath: "w")
        default: try FileManager.default.removeItem(atPath: root + "/bin/v")
        }
      })
    #expect(seen.findings.map(\.id) == ["command.untrusted"])
    #expect(world.asked.isEmpty)
  }

  @Test("One more byte in handoff.yml ends the trust, whatever it says", arguments: ["#", " ", "\u{feff}"])
  func oneByte(byte: String) async throws {
    let world = World()
    let seen = try await Self.observe(
      "command[schema]", Self.command, world, trusted: true, files: Self.files,
      afterTrust: { root in
        let text = byte == "\u{feff}" ? byte + Self.command : Self.command + byte
        try Data(text.utf8).write(to: URL(fileURLWithPath: root + "/handoff.yml"))
      })
    #expect(seen.findings.map(\.id) == ["command.untrusted"])
    #expect(world.asked.isEmpty)
  }

  @Test(
    "What is run is what was read: another script put in its place meanwhile is not; what stands beside it is found")
  func swapped() async throws {
    let world = World()
    let seen = Mutex<[String]>([])
    world.meanwhile = { command in
      let project = command.workingDirectory
      // Whatever the project holds by now.
      try? "#!/bin/sh\necho evil\n".write(toFile: (project ?? "") + "/bin/v", atomically: false, encoding: .utf8)
      let folder = command.executable.split(separator: "/").dropLast(2).map { "/" + $0 }.joined()
      let mode = try? FileManager.default.attributesOfItem(atPath: folder)[.posixPermissions] as? Int
      seen.withLock {
        $0 = [
          (try? String(contentsOfFile: command.executable, encoding: .utf8)) ?? "",
          (try? String(contentsOfFile: folder + "/bin/neighbour", encoding: .utf8)) ?? "",
          (try? String(contentsOfFile: folder + "/other", encoding: .utf8)) ?? "",
          command.arguments[1].hasPrefix("--file=\(folder)/") ? "argument" : command.arguments[1],
          String(mode ?? 0, radix: 8), folder,
        ]
      }
    }
    let files = Self.files.merging(["bin/neighbour": "n", "other": "o", "data": "d"]) { $1 }
    _ = try await Self.observe(
      "command[schema]", "commands: {schema: {run: [bin/v, -x, --file=data]}}\n", world, trusted: true, files: files)
    let what = seen.withLock { $0 }
    #expect(what.dropLast() == ["#!/bin/sh\necho v7\n", "n", "o", "argument", "700"])
    #expect(!FileManager.default.fileExists(atPath: try #require(what.last)), "it is removed")
  }

  @Test("A script that a line for the shell starts is run from what was read, too", arguments: ["shell", "bash"])
  func swappedInLine(kind: String) async throws {
    let world = World()
    let seen = Mutex<[String]>([])
    world.meanwhile = { command in
      try? "echo evil\n".write(
        toFile: (command.workingDirectory ?? "") + "/bin/v", atomically: false, encoding: .utf8)
      let script = command.arguments.last.map { String($0.split(separator: " ")[1]) } ?? ""
      seen.withLock { $0 = [(try? String(contentsOfFile: script, encoding: .utf8)) ?? "nothing at \(script)"] }
    }
    let run = kind == "shell" ? "shell: true, run: 'sh bin/v | cat'" : "run: [bash, -c, 'sh bin/v | cat']"
    _ = try await Self.observe(
      "command[schema]", "commands: {schema: {\(run)}}\n", world, trusted: true, files: Self.files)
    #expect(seen.withLock { $0 } == ["#!/bin/sh\necho v7\n"])
  }

  @Test("What a command prints, or complains, is held against the secrets that this machine holds")
  func known() async throws {
    let secret = "harbour " + "lantern seven"
    let known = [KnownSecret(exactly: secret, name: "it")]
    for status in [0, 3] {
      let world = World()
      world.command = CommandResult(
        outcome: .exited(status), standardOutput: Array("is \(secret)\n".utf8),
        standardError: Array("no \(secret)".utf8))
      let seen = try await Self.observe(
        "command[x]", "commands: {x: {run: [x]}}\n", world, trusted: true, known: known)
      #expect(seen.facts.isEmpty)
      #expect(seen.findings.map(\.id) == [status == 0 ? "command.secret" : "command.failed"])
      #expect(!seen.findings.contains { $0.message.plain.contains("lantern") })
    }
  }

  @Test(
    "A command gets no secret that is nothing of the project's, nothing that runs before it, and no folder of the project"
  )
  func environment() async throws {
    let secret = "q7" + String(repeating: "Zx9", count: 8)
    let world = World()
    let seen = Mutex<[String: String]>([:])
    world.meanwhile = { command in seen.withLock { $0 = command.environment } }
    world.variables = [
      "CI_TOKEN": secret, "STORY_KEY": secret, "HANDOFF_MASK_KEY": "a phrase of the team",
      "LD_PRELOAD": "x", "BASH_ENV": "x", "GIT_DIR": "x", "EDITOR": "vi",
      "PATH": "/usr/bin:.::node_modules/.bin:/bin",
    ]
    _ = try await Self.observe(
      "command[x]", "commands: {x: {run: [x]}}\nenvironment: {required: [STORY_KEY]}\n", world, trusted: true)
    var variables = seen.withLock { $0 }
    variables["HOME"] = nil
    #expect(
      variables == [
        "STORY_KEY": secret, "EDITOR": "vi", "PATH": "/usr/bin:/bin", "PYTHONPYCACHEPREFIX": "/dev/null",
        "PYTHONDONTWRITEBYTECODE": "1",
      ])
  }

  @Test(
    "A command that says no has failed; one that could not be asked, or whose answer cannot be taken, is unknown",
    arguments: [
      (.exited(3), "", "bad\n", .failure, "command.failed"), (.signalled(9), "", "", .failure, "command.failed"),
      (.timedOut, "", "", .unknown, "command.timeout"), (.notFound, "", "", .unknown, "command.missing"),
      (.notPermitted, "", "", .unknown, "command.missing"), (.failedToStart("x"), "", "", .unknown, "command.missing"),
      (.tooMuchOutput, "", "", .unknown, "command.unexpected-output"),
      (.exited(0), "nothing", "", .unknown, "command.unexpected-output"),
      (.exited(0), "v" + String(repeating: "1", count: 1001), "", .unknown, "command.unexpected-output"),
    ] as [(CommandOutcome, String, String, Status, String)])
  func lost(outcome: CommandOutcome, output: String, complaint: String, status: Status, id: String) async throws {
    let world = World()
    world.command = CommandResult(
      outcome: outcome, standardOutput: Array(output.utf8), standardError: Array(complaint.utf8))
    let seen = try await Self.observe("command[schema]", Self.command, world, trusted: true, files: Self.files)
    #expect(seen.findings.map(\.id) == [id])
    #expect(seen.status == status && seen.facts.isEmpty)
    #expect(seen.findings[0].message.plain.contains("bin/v"))
    #expect(!complaint.isEmpty == seen.findings[0].message.plain.contains("bad"))
    #expect((status == .failure) == seen.findings[0].remedies.contains { $0.command.bash == "bin/migrate --all" })
  }

  @Test("What looks like a secret is no value, and no part of a sentence")
  func secret() async throws {
    let token = "ghp_" + String(repeating: "a1B2c3", count: 6)
    let world = World()
    for outcome in [CommandOutcome.exited(0), .exited(1)] {
      world.command = CommandResult(
        outcome: outcome, standardOutput: Array(token.utf8), standardError: Array("x \(token)".utf8))
      let seen = try await Self.observe("command[x]", "commands: {x: {run: [x]}}\n", world, trusted: true)
      #expect(seen.facts.isEmpty)
      #expect(!seen.findings.contains { $0.message.plain.contains(token) })
      #expect(seen.findings.map(\.id) == [outcome == .exited(0) ? "command.secret" : "command.failed"])
    }
  }

  @Test(
    "The declared class says what another value means, and the fix is its remedy",
    arguments: [("identity", "failure"), ("state", "failure"), ("progress", "note"), ("volatile", nil)]
      as [(String, String?)])
  func classes(kind: String, severity: String?) async throws {
    let text = "commands: {x: {run: [x], class: \(kind), fix: [bin/mend, 'a b']}}\n"
    let expected = Self.recorded("command[x]", "6")
    let seen = try await Self.observe("command[x]", text, World(), trusted: true, expected: expected)
    let actual = Snapshot(tool: "0", project: "p", capturedAt: Date(), observations: [seen])
    let comparison = Comparator(ProbeCatalog.dictionary).compare(
      expected: expected, named: "old", actual: actual, named: "now")
    #expect(comparison.changes.map(\.severity.rawValue) == [severity].compactMap(\.self))
    if severity == "failure" {
      #expect(comparison.changes[0].remedies.first?.command.bash == "bin/mend 'a b'")
      #expect(comparison.changes[0].message.plain.contains("7"))
    }
  }
}
