import HandoffModel
import HandoffProject
import HandoffSystem
import HandoffTestSupport
import HandoffText
import Testing

@testable import HandoffProbes

/// What every remedy owes its reader, whichever way a server or a tool fails.
@Suite struct RemedyTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func context(_ variables: [String: String] = [:]) -> ProbeContext {
    ProbeContext(
      host: scratch.host(with: variables), project: GitFixture.project(at: scratch.path, handoffs: "handoffs"),
      deadline: .after(.seconds(5)))
  }

  @Test("A path that is shown with ~ means the home folder in bash, whatever the rest of it holds")
  func homeExpands() async throws {
    try scratch.write("home/it's a folder/$x.lock", "")
    let shown = "~/it's a folder/$x.lock"
    let script = ShellPath(shown).command("ls").bash + " && " + ShellCommand.export("X", path: shown).bash
    let answer = try await scratch.run("bash", "-c", script + " && printf %s \"$X\"")
    let path = scratch.path + "/home/it's a folder/$x.lock"
    #expect(answer == path + "\n" + path)
    let lock = GitFindings.indexLocked(shown, minutes: 3)
    try await scratch.run("bash", "-c", try #require(lock.byHand.first).command.bash)
    #expect(scratch.host().files.kind(of: path) == nil)
  }

  @Test("A virtual environment in the home folder is shown with ~ and its commands find it")
  func environmentAtHome() async throws {
    try scratch.write("home/my env/bin/python", "#!/bin/sh\necho \"$@\"\n", executable: true)
    try scratch.write("home/my env/bin/activate", "X=activated\n")
    let source = Source(.configuration, "handoff.yml")
    let settings = PythonSettings(
      environment: Setting(scratch.path + "/home/my env", source), tools: Setting(["pytest"], source), requirements: [])
    let advice = PythonAdvice(settings: settings, context: context(), manager: .venv)
    let forbidden = advice.notExecutable(scratch.path + "/home/my env/bin/python")
    let install = advice.toolMissing("pytest", wantedBy: source)
    let lost = [("pytest", scratch.path + "/home/old/bin/python")]
    let others = [
      forbidden, install, advice.noEnvironment, advice.dangling(target: "/x", version: "3.11"),
      advice.unknown(.timedOut), advice.tracked, advice.noConfiguration,
      advice.baseReplaced(from: "3.11", to: "3.12.1"),
      try #require(advice.scriptsLost(lost, in: scratch.path + "/home/env")),
    ]
    for finding in others {
      #expect(!finding.byHand.isEmpty)
      #expect(!finding.message.plain.contains(scratch.path))
      for remedy in finding.byHand { #expect(!remedy.command.bash.contains(scratch.path)) }
    }
    try await scratch.run("bash", "-c", try #require(forbidden.byHand.first).command.bash)
    let said = try await scratch.run("bash", "-c", try #require(install.byHand.first).command.bash)
    #expect(said == "-m pip install pytest")
    let activate = try #require(advice.setup(isThere: true).first).command.bash
    #expect(try await scratch.run("bash", "-c", activate + " && echo $X") == "activated")
  }

  @Test("The socket's folder below the home folder is shown with ~, and commands find it")
  func socketAtHome() async throws {
    try scratch.write("bin/pg_isready", "#!/bin/sh\necho \"$@\"\n", executable: true)
    var settings = PostgresSettings()
    settings.host = Setting(scratch.path + "/home/run", Source(.environment, "PGHOST"))
    let target = PostgresTarget(settings, context())
    #expect(target.address.raw == "~/run/.s.PGSQL.5432")
    let command = target.run("pg_isready", user: nil).bash
    #expect(!command.contains(scratch.path))
    let said = try await scratch.run("bash", "-c", command, with: ["PATH": scratch.path + "/bin:/usr/bin:/bin"])
    #expect(said == "-h \(scratch.path)/home/run -p 5432")
  }

  @Test("Every way in which a server or git refuses has a command to paste")
  func everyFailure() {
    var findings: [Finding] = []
    let advice = PostgresAdvice(
      area: "postgres", target: PostgresTarget(PostgresSettings(), context()), context: context())
    let states = [
      "3D000", "28P01", "28000", "42501", "57P03", "53300", "57014", "XX000", "08P01", "55000",
    ]
    let errors: [PostgresError] =
      [
        .refused, .noSocket, .passwordRequired, .tls(.failed), .serviceMissing, .notPermitted, .nameNotResolved,
        .noRoute, .timedOut,
      ]
      + [.garbage, .tooLarge, .other("x"), .sessionKind, .keyword("sslmode"), .keyword(nil)]
      + states.map { .server(sqlState: $0, message: "x", routine: nil) }
    findings += errors.map(advice.lost)
    let git: [GitFailure] = [
      .notARepository, .noWorkTree, .dubiousOwnership(folder: nil), .repositoryMoved(to: Untrusted("/x")),
      .damaged(Untrusted("x")),
    ]
    findings += git.map { GitFindings.lost($0, context()) }
    let engine = EngineFindings(context: context())
    for source in [
      Source(.environment, "DOCKER_HOST"), Source(.dockerContext, "other"), Source(.defaultValue, "Docker"),
    ] {
      findings.append(engine.problem(.contextMissing("x", source)))
      findings.append(engine.problem(.contextUnusable("x", source)))
      findings.append(engine.problem(.invalidAddress("x", source)))
    }
    for finding in findings { #expect(!finding.byHand.isEmpty, "\(finding.id): \(finding.message.plain)") }
  }
}
