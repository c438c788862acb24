import Foundation
import HandoffModel
import HandoffTestSupport
import Testing

@Suite struct PreflightTests {
  @Test("A folder that uses nothing is skipped area by area, with reasons, and all is well")
  func empty() async throws {
    let folder = try TemporaryFolder()
    let answer = try await Tool.run(
      "preflight", "--format", "json", environment: Lab.bareEnvironment(home: folder.path), in: folder.path)
    let report = try Report(answer)
    #expect(report.status == 0)
    let probes = report.json["probes"]?.array ?? []
    #expect(!probes.isEmpty)
    for probe in probes {
      #expect(probe["status"]?.string == "skipped")
      #expect(probe["findings"]?.array?.first?["message"]?.string?.isEmpty == false)
    }
  }

  @Test("A mistake in handoff.yml is exit status 2, on standard error, with its place")
  func mistake() async throws {
    let folder = try TemporaryFolder(["handoff.yml": "deadlin: 3\n"])
    let answer = try await Tool.run("preflight", environment: Lab.bareEnvironment(home: folder.path), in: folder.path)
    #expect(answer.status == 2)
    #expect(answer.output.isEmpty)
    #expect(answer.complaint == "handoff: handoff.yml:1:1: unknown key \"deadlin\"; did you mean \"deadline\"?\n")
  }

  @Test(
    "Wrong usage is exit status 64",
    arguments: [
      ["preflight", "--only", "nothing"], ["preflight", "--timeout", "0"], ["nonsense"], ["--nonsense"],
      ["preflight", "--only", "\u{1b}[2J"],
    ])
  func usage(arguments: [String]) async throws {
    let folder = try TemporaryFolder()
    let answer = try await Witness.ask(
      Tool.path, arguments, environment: Lab.bareEnvironment(home: folder.path), in: folder.path)
    #expect(answer.status == 64)
    #expect(answer.output.isEmpty)
    #expect(!answer.complaint.contains("\u{1b}"))
  }

  @Test("Colours and progress stay away where nobody looks")
  func plain() async throws {
    let folder = try TemporaryFolder([".env.example": "A=1\n"])
    let environment = Lab.bareEnvironment(home: folder.path)
    let plain = try await Tool.run("preflight", environment: environment, in: folder.path)
    #expect(!plain.output.contains("\u{1b}"))
    #expect(plain.complaint.isEmpty)
    let forced = try await Tool.run("preflight", "--color", "always", environment: environment, in: folder.path)
    #expect(forced.output.contains("\u{1b}[33m"))
  }

  @Test("--only and --skip choose the areas, --timings shows the time, --quiet only what is not well")
  func choosing() async throws {
    let folder = try TemporaryFolder([".env.example": "A=1\n"])
    let environment = Lab.bareEnvironment(home: folder.path)
    func areas(_ arguments: String...) async throws -> [String] {
      let answer = try await Witness.ask(
        Tool.path, ["preflight", "--format", "json"] + arguments, environment: environment, in: folder.path)
      return try Report(answer).json["probes"]?.array?.compactMap { $0["probe"]?.string } ?? []
    }
    #expect(try await areas("--only", "environment,python") == ["python", "environment"])
    #expect(try await !areas("--skip", "environment", "--skip", "python").contains("python"))
    let quiet = try await Tool.run("preflight", "-q", environment: environment, in: folder.path)
    #expect(quiet.output.hasPrefix("! environment"))
    let timed = try await Tool.run("preflight", "--timings", environment: environment, in: folder.path)
    #expect(timed.output.contains(" ms"))
  }

  @Test("-v shows where each value came from")
  func origins() async throws {
    let folder = try TemporaryFolder([
      "handoff.yml": "deadline: 3\n", ".env.example": "A=1\n", "requirements.txt": "pytest\n",
      "docker-compose.yml": "services: {web: {image: httpd}}\n", "migrations/001_first.sql": "select 1;\n",
    ])
    var environment = Lab.bareEnvironment(home: folder.path)
    environment["AWS_PROFILE"] = "nobody"
    environment["DOCKER_HOST"] = "unix://\(folder.path)/no.sock"
    environment["DATABASE_URL"] = "postgresql://app:" + "hidden" + "@127.0.0.1:1/shop"
    let answer = try await Tool.run("preflight", "-v", environment: environment, in: folder.path)
    #expect(answer.output.contains("(handoff.yml, deadline)"))
    #expect(answer.output.contains("(.env.example)"))
    // No area was reached, and still each value is there with its origin.
    for (key, value, origin) in [
      ("aws.profile", "nobody", "environment variable AWS_PROFILE"),
      ("python.requirements", "requirements.txt", "requirements.txt"),
      ("python.tools", "pytest", "requirements.txt"),
      ("postgres.host", "127.0.0.1", "environment variable DATABASE_URL"),
      ("postgres.port", "1", "environment variable DATABASE_URL"),
      ("postgres.database", "shop", "environment variable DATABASE_URL"),
      ("postgres.user", "app", "environment variable DATABASE_URL"),
      ("postgres.password", "set, not shown", "environment variable DATABASE_URL"),
      ("postgres.migrations", "migrations", "migrations"),
      ("docker.compose", "docker-compose.yml", "docker-compose.yml"),
      ("environment.required", "A", ".env.example: A"),
    ] {
      let line = answer.output.split(separator: "\n").first { $0.hasPrefix("  \(key) ") }
      #expect(line?.contains("  \(value)  (\(origin))") == true, "\(key): \(line ?? "not listed")")
    }
    #expect(!answer.output.contains("hidden"))
  }

  @Test("Every command's help has an example, and the program names its version")
  func help() async throws {
    let folder = try TemporaryFolder()
    let environment = Lab.bareEnvironment(home: folder.path)
    let all = try await Tool.run("--help", environment: environment, in: folder.path)
    #expect(all.status == 0)
    for command in ["preflight", "generate", "verify", "diff", "list", "show", "probes", "trust"] {
      #expect(all.output.contains("  \(command) "))
      let help = try await Tool.run(command, "--help", environment: environment, in: folder.path)
      #expect(help.status == 0)
      #expect(help.output.contains("Example:   handoff \(command)"))
    }
    #if os(Linux)
      let full = try await Witness.ask(
        "/bin/sh", ["-c", "\"$0\" --help > /dev/full", Tool.path], environment: environment, in: folder.path)
      #expect(full.status == 2)
      #expect(full.complaint.contains("could not be written"))
    #endif
    let version = try await Tool.run("--version", environment: environment, in: folder.path)
    #expect(version.status == 0)
    #expect(version.output.wholeMatch(of: /\d+\.\d+\.\d+/) != nil)
    for shell in ["bash", "zsh", "fish"] {
      let script = try await Tool.run("--generate-completion-script", shell, environment: environment, in: folder.path)
      #expect(script.status == 0)
      #expect(script.output.contains("preflight"))
    }
  }
}
