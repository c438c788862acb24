import Foundation
import HandoffTestSupport
import Testing

/// `handoff env`, evaluated by real shells.
@Suite struct EnvTests: GitProjectSuite {
  let project: GitProject
  /// A value that nobody may see.
  private let secret = "q7" + "Zk" + String(repeating: "vW3", count: 6)

  init() throws { project = try GitProject() }

  private func prepare(environment name: String = ".venv") async throws {
    try folder.write("\(name)/pyvenv.cfg", "home = /usr/bin\n")
    try folder.write("\(name)/bin/python", "#!/bin/sh\n")
    try folder.write("requirements.txt", "")
    try folder.write(".gitignore", ".venv/\n.env\n")
    try folder.write("handoff.yml", "aws: {profile: dev, region: eu-west-9}\ndocker: {project: tales}\n")
    try folder.write(".env.example", "STORY_KEY=change-me\nUNSET_ONE=change-me\n")
    try folder.write(
      ".env",
      "STORY_KEY=\(secret)\nDB_HOST=localhost\nDB_PORT=6543\nDB_NAME=tales\nDB_USER=teller\nDB_PASSWORD=\(secret)x\n")
    try await git("init", "-q", "-b", "main")
    try await git("add", "requirements.txt", ".gitignore", "handoff.yml", ".env.example")
    try await git("commit", "-qm", "Begin")
  }

  private func text(_ shell: EvaluatingShell) async throws -> String {
    let answer = try await handoff("env", "--shell", shell.name)
    #expect(answer.status == 0 && answer.complaint.isEmpty, "\(answer.complaint)")
    return answer.output + "\n"
  }

  @Test("One line sets up a session in any folder", EvaluatingShell.allInCI, arguments: EvaluatingShell.installed)
  func session(_ shell: EvaluatingShell) async throws {
    try await prepare()
    let found = try await shell.variables(
      after: try await text(shell), environment: environment.merging(["PYTHONHOME": "/nowhere"]) { $1 })
    let expected = [
      "VIRTUAL_ENV": folder.path + "/.venv", "AWS_PROFILE": "dev", "AWS_REGION": "eu-west-9",
      "AWS_DEFAULT_REGION": "eu-west-9", "PGHOST": "localhost", "PGPORT": "6543", "PGDATABASE": "tales",
      "PGUSER": "teller", "DB_HOST": "localhost", "DB_PORT": "6543", "DB_NAME": "tales", "DB_USER": "teller",
      "COMPOSE_PROJECT_NAME": "tales",
    ]
    for (name, value) in expected { #expect(found[name] == value, "\(name)") }
    #expect(found["PATH"]?.hasPrefix(folder.path + "/.venv/bin:") == true)
    #expect(found["PYTHONHOME"] == nil)
    for name in ["STORY_KEY", "DB_PASSWORD", "PGPASSWORD"] { #expect(found[name] == nil, "\(name)") }
  }

  @Test("Of what is secret only the place is said, in every shell and for direnv")
  func secrets() async throws {
    try await prepare()
    try folder.write(".env", try folder.read(".env") + "DATABASE_URL=postgresql://a:\(secret)y@localhost/b\n")
    for options in [
      ["--shell", "bash"], ["--shell", "zsh"], ["--shell", "fish"], ["--shell", "powershell"], ["--direnv"],
    ] {
      let answer = try await Witness.ask(
        Tool.path, ["env"] + options, environment: environment.merging(["PGPASSWORD": secret + "z"]) { $1 },
        in: folder.path)
      #expect(answer.status == 0)
      #expect(!(answer.output + answer.complaint).contains(secret))
      for words in [
        "# STORY_KEY: set in .env", "# DATABASE_URL: set in .env", "# PGPASSWORD: set in this shell alone",
        "# UNSET_ONE: not set",
      ] {
        #expect(answer.output.contains("\n" + words), "\(words)")
      }
    }
  }

  @Test("The command of a remark loads the file")
  func loading() async throws {
    try await prepare()
    let line = try #require(
      try await handoff("env").output.split(separator: "\n").first { $0.hasPrefix("# STORY_KEY") })
    let command = try #require(line.split(separator: "load it: ").last)
    #expect(try await shell("\(command) && sh -c 'echo $STORY_KEY'").output == secret)
  }

  @Test("A virtual environment that git tracks is not activated", arguments: [".venv", "tools/env"])
  func tracked(name: String) async throws {
    try await prepare(environment: name)
    try folder.write("handoff.yml", "python: {environment: \(name)}\n")
    #expect(try await handoff("env").output.contains("VIRTUAL_ENV="))
    try await git("add", "-f", name)
    let answer = try await handoff("env")
    #expect(answer.status == 0)
    #expect(!answer.output.contains("VIRTUAL_ENV=") && !answer.output.contains("PATH="))
    #expect(answer.output.contains("# git tracks \(name)"))
  }

  @Test("A file that came with the repository leads to a database of another machine only once it is trusted")
  func remoteDatabase() async throws {
    try await prepare()
    try folder.write("handoff.yml", "postgres: {host: db.example.com, database: tales}\n")
    let before = try await handoff("env")
    #expect(!before.output.contains("db.example.com'") && !before.output.contains("PGHOST="))
    #expect(before.output.contains("# the database is left out: handoff.yml"))
    #expect(try await handoff("trust", "--yes").status == 0)
    #expect(try await handoff("env").output.contains("export PGHOST='db.example.com'"))
  }

  @Test(
    "Nothing that a file of the repository says becomes a command", EvaluatingShell.allInCI,
    arguments: EvaluatingShell.installed)
  func hostile(_ shell: EvaluatingShell) async throws {
    try await prepare()
    let mark = home.path + "/PWNED"
    let values = [
      "'; touch \(mark); '", "$(touch \(mark))", "`touch \(mark)`", "\\'; touch \(mark) #", "x\n touch \(mark)\n",
    ]
    for value in values {
      let quoted = value.replacing("\\", with: "\\\\").replacing("\n", with: "\\n").replacing("\"", with: "\\\"")
      let line = quoted.replacing("\\n", with: " ")
      try folder.write(
        "handoff.yml", "aws: {profile: \"\(line)\", region: \"\(line)\"}\ndocker: {project: \"\(line)\"}\n")
      try folder.write(
        "compose.yml",
        "services: {db: {image: postgres, ports: ['5:5432'], environment: {POSTGRES_DB: \"\(quoted)\", POSTGRES_PASSWORD: \"\(line)\"}}}\n"
      )
      try folder.write(".env", "X=1; touch \(mark)\nA$(touch \(mark))=1\nFINE=`touch \(mark)`\n")
      let found = try await shell.variables(after: try await text(shell), environment: environment)
      #expect(!FileManager.default.fileExists(atPath: mark), "\(value)")
      #expect(found["PGDATABASE"] == value || found["PGDATABASE"] == nil)
      #expect(found["VIRTUAL_ENV"] == folder.path + "/.venv")
    }
  }

  @Test("A project in a folder with an odd name", EvaluatingShell.allInCI, arguments: EvaluatingShell.installed)
  func oddFolder(_ shell: EvaluatingShell) async throws {
    let name = "it's $(odd) \"n\u{e4}me\"\n\u{1b}x"
    try folder.write(name + "/.venv/pyvenv.cfg", "")
    try folder.write(name + "/.venv/bin/python", "")
    let path = folder.path + "/" + name
    let answer = try await Witness.ask(Tool.path, ["env", "--shell", shell.name], environment: environment, in: path)
    let found = try await shell.variables(after: answer.output + "\n", environment: environment)
    #expect(found["VIRTUAL_ENV"] == path + "/.venv")
    #expect(found["PATH"]?.hasPrefix(path + "/.venv/bin:") == true)
  }

  @Test("For direnv it is the same, and what it depends on is watched")
  func direnv() async throws {
    try await prepare()
    let (plain, envrc) = (try await handoff("env", "--shell", "bash"), try await handoff("env", "--direnv"))
    let lines = envrc.output.split(separator: "\n")
    #expect(lines.dropFirst(2).joined(separator: "\n") == plain.output)
    // What direnv defines before it reads the file.
    let watching = "watch_file() { WATCHED=\"$*\"; export WATCHED; }\n"
    let found = try await EvaluatingShell.bash.variables(after: watching + envrc.output, environment: environment)
    #expect(found["WATCHED"] == "handoff.yml .env .env.local")
    #expect(found["AWS_PROFILE"] == "dev")
  }

  @Test("The shell is that of SHELL, and a shell that is not known is wrong usage")
  func shells() async throws {
    try await prepare()
    #expect(try await handoff("env", extra: ["SHELL": "/usr/bin/fish"]).output.contains("set -gx AWS_PROFILE 'dev'"))
    #expect(try await handoff("env", extra: ["SHELL": "/bin/zsh"]).output.contains("export AWS_PROFILE='dev'"))
    #expect(try await handoff("env").output.contains("export AWS_PROFILE='dev'"))
    #expect(try await handoff("env", "--shell", "tcsh").status == 64)
    #expect(try await handoff("env", "--shell", "fish", "--direnv").status == 64)
  }
}
