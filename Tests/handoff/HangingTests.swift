import Foundation
import HandoffModel
import HandoffTestSupport
import Testing

/// Servers and programs that accept and never answer, each alone and all at once.
@Suite(.serialized, SampleProject.requirement, Lab.needs("liars", "LIAR_SILENT", "LIAR_SOCKET_SILENT"))
struct HangingTests {
  static let timeout = 2

  @Test("What hangs is unknown by its name within its deadline and a second; the others are complete; nothing is left")
  func hanging() async throws {
    let project = try await SampleProject.make()
    // What it starts bears its name too, so that what is left of it can be seen.
    let bin = try TemporaryFolder(["hangs": "#!/bin/sh\ntrap '' TERM\n\"$0-on\" 300 & wait; \"$0-on\" 300\n"])
    try await project.ask("chmod", "+x", bin.path + "/hangs")
    // An AWS CLI that never answers, for credentials that only the AWS CLI can get.
    try await project.ask(
      "sh", "-ec",
      """
      sleep=$(command -v sleep); cd "$0"; mkdir only-git
      cp hangs aws; cp hangs only-git/git; for name in aws hangs only-git/git; do cp "$sleep" $name-on; done
      """, bin.path)
    try project.home.write(
      ".aws/config",
      "[profile helped]\nregion = us-east-1\ncredential_process = '\(bin.path)/hangs' --never\n")
    try await project.ask("cp", "-a", ".venv", ".venv-well")
    _ = try await project.generate("--title", "Healthy")
    let silent = try Lab.value("LIAR_SILENT")
    let port = try #require(silent.split(separator: ":").last.map(String.init))
    let socket = try Lab.value("LIAR_SOCKET_SILENT")
    // The virtual environment's interpreter never comes up.
    try await project.ask("rm", ".venv/bin/python")
    try await project.ask("cp", bin.path + "/hangs", ".venv/bin/python")
    try await project.ask("cp", bin.path + "/hangs-on", ".venv/bin/python-on")
    try await project.ask("mv", ".venv", ".venv-hung")
    try await project.ask("cp", "-a", ".venv-well", ".venv")
    try await project.ask("sh", "-c", "printf '%s\\n' '.venv-*/' >> .git/info/exclude")

    typealias Way = (area: String, head: String, changes: [String: String?])
    let service: Way = ("aws", "aws.account", ["AWS_ENDPOINT_URL": "http://\(silent)"])
    let helper: Way = (
      "aws", "aws.account",
      [
        "AWS_PROFILE": "helped", "AWS_ACCESS_KEY_ID": nil, "AWS_SECRET_ACCESS_KEY": nil,
        "PATH": bin.path + ":" + (project.environment["PATH"] ?? ""),
      ]
    )
    let others: [Way] = [
      ("postgres", "postgres.database", ["PGPORT": port]),
      ("docker", "docker.engine", ["DOCKER_HOST": "unix://\(socket)"]),
      ("python", "python.environment", [:]),
    ]
    let git: Way = (
      "git", "git.head", ["PATH": bin.path + "/only-git:" + (project.environment["PATH"] ?? "")]
    )
    func swap(_ isHung: Bool) async throws {
      try await project.ask("sh", "-c", "rm -rf .venv && cp -a \(isHung ? ".venv-hung" : ".venv-well") .venv")
    }
    for ways in ([service, helper, git] + others).map({ [$0] }) + [[service, git] + others, [helper] + others] {
      let hung = ways.map(\.area)
      try await swap(hung.contains("python"))
      var changes: [String: String?] = [:]
      for way in ways { changes.merge(way.changes) { $1 } }
      let clock = ContinuousClock()
      let start = clock.now
      let report = try await project.verify("--timeout", "\(Self.timeout)", changing: changes)
      let took = clock.now - start
      let note = Comment(rawValue: "\(hung) took \(took): \(report.findings)")
      #expect(took < .seconds(Self.timeout + 1), note)
      #expect(report.status == 2, note)
      // Without git nobody knows whose interpreter it is, and it is not run.
      let unseen = hung + (hung.contains("git") && !hung.contains("python") ? ["python"] : [])
      let heads =
        ways.map { "\($0.head) unknown unknown" }
        + (unseen.count > ways.count ? ["python.environment unknown unknown"] : [])
      #expect(Set(report.changes) == Set(heads), note)
      // It was waited for: a helper that fails would be unknown as well.
      if hung.contains("aws") { #expect(report.findings.contains("aws.timeout"), note) }
      for area in unseen { #expect(report.findings.contains { $0.hasPrefix(area + ".") }, note) }
      #expect(report.findings.allSatisfy { id in unseen.contains { id.hasPrefix($0 + ".") } }, note)
      let left = try await Witness.ask(
        "pgrep", ["-f", "\(project.path)|\(bin.path)"], environment: project.environment)
      #expect(left.status == 1, note)
    }
    try await project.remove()
  }

  @Test(
    "What a command leaves in sessions of its own is ended with it, without variables and forked twice, too",
    arguments: ["sleep 300", "exit 0"])
  func escaped(_ end: String) async throws {
    let folder = try TemporaryFolder([
      "handoff.yml": "commands: {leaves: {run: [./leaves]}}\n",
      "leaves": """
      #!/bin/sh
      stays="$(pwd)/stays"
      setsid "$stays" 300 &
      setsid sh -c '"$0" 300 & exit' "$stays" &
      env -i setsid /bin/sh -c '"$0" 300 & exit' "$stays" &
      # It ends when all of them are there.
      until [ "$(pgrep -c -f "^$stays 300")" = 3 ]; do :; done
      touch "$HOME/started"
      echo 1
      \(end)

      """,
    ])
    let home = try TemporaryFolder()
    let environment = Lab.bareEnvironment(home: home.path)
    try await Witness.ask(
      "sh", ["-c", "chmod +x \"$0/leaves\" && cp \"$(command -v sleep)\" \"$0/stays\"", folder.path],
      environment: environment)
    try await Witness.ask(Tool.path, ["trust", "--yes"], environment: environment, in: folder.path)
    let start = ContinuousClock.now
    let answer = try await Witness.ask(
      Tool.path, ["preflight", "--only", "command[leaves]", "--timeout", "3"], environment: environment,
      in: folder.path)
    #expect(answer.status == (end == "exit 0" ? 0 : 2), "\(answer.output)\n\(answer.complaint)")
    #expect(ContinuousClock.now - start < .seconds(4))
    #expect(try home.read("started") == "")
    // 1: none was found.
    let left = try await Witness.ask("pgrep", ["-f", "\(folder.path)|\(home.path)"], environment: environment)
    #expect(left.status == 1)
  }

  @Test("A Ctrl-C ends the run at once, and what it had started")
  func interrupted() async throws {
    let folder = try TemporaryFolder([
      "requirements.txt": "pytest\n", ".venv/pyvenv.cfg": "home = /usr/bin\n",
      ".venv/bin/python": "#!/bin/sh\ntouch started\ntouch \"$HOME/started\"\nsleep 300 & wait\n",
    ])
    let environment = Lab.bareEnvironment(home: folder.path)
    try await Witness.ask("chmod", ["+x", folder.path + "/.venv/bin/python"], environment: environment)
    // The interrupt is sent when the interpreter has started, not after some time.
    let script = """
      set -m
      "$0" preflight --only python --timeout 60 & tool=$!
      until [ -e "$HOME/started" ]; do kill -0 $tool || exit 99; done
      kill -INT $tool
      wait $tool
      """
    let clock = ContinuousClock()
    let start = clock.now
    let answer = try await Witness.ask("bash", ["-c", script, Tool.path], environment: environment, in: folder.path)
    #expect(answer.status == 130)
    #expect(clock.now - start < .seconds(20))
    // 1: none was found.
    #expect(try await Witness.ask("pgrep", ["-f", folder.path], environment: environment).status == 1)
  }
}
