import HandoffProject
import HandoffSystem
import HandoffTestSupport
import HandoffText
import Testing

@testable import HandoffSetup

/// Which variables a project's files name.
@Suite struct VariableScanTests {
  struct Sample: Sendable, CustomTestStringConvertible {
    let path: String
    let text: String
    let names: [String]

    var testDescription: String { path }
  }

  static let samples = [
    Sample(
      path: "app.py",
      text: """
        import os
        a = os.environ["P_INDEX"]; b = os.environ.get('P_GET', "none"); c = os.getenv(
            "P_WRAPPED")
        from os import environ; environ["P_SHORT"]; env("P_NOT_CERTAIN"); os.environ[name]; os.environ["HOME"]
        """, names: ["P_GET", "P_INDEX", "P_SHORT", "P_WRAPPED"]),
    Sample(
      path: "settings.py",
      text:
        #"import environ\#nenv = environ.Env()\#nA = env("S_PLAIN"); B = env.bool("S_BOOL", default=False); my_env("S_NOT")"#,
      names: ["S_BOOL", "S_PLAIN"]),
    Sample(
      path: "web/index.ts",
      text: """
        const {
          T_ONE, T_TWO: two = 1 } = process.env; process.env.T_DOT; process.env["T_INDEX"]; process.env?.T_MAYBE
        import.meta.env.VITE_T; import.meta.env.PROD; process.env[key]; process.env.hasOwnProperty("T_NOT")
        """, names: ["T_DOT", "T_INDEX", "T_MAYBE", "T_ONE", "T_TWO", "VITE_T"]),
    Sample(
      path: "lib/a.rb", text: #"ENV["R_INDEX"]; ENV.fetch("R_FETCH", nil); MY_ENV["R_NOT"]"#,
      names: ["R_FETCH", "R_INDEX"]),
    Sample(path: "main.go", text: #"os.Getenv("G_GET"); os.LookupEnv(`G_LOOK`)"#, names: ["G_GET", "G_LOOK"]),
    Sample(
      path: "src/main.rs", text: #"std::env::var("RS_RUN"); env::var_os("RS_OS"); env!("RS_BUILD")"#,
      names: ["RS_OS", "RS_RUN"]),
    Sample(path: "a.swift", text: #"ProcessInfo.processInfo.environment["SW_ONE"]"#, names: ["SW_ONE"]),
    Sample(
      path: "a.php", text: #"getenv('PHP_GET'); $_ENV["PHP_ENV"]; env('PHP_HELPER')"#,
      names: ["PHP_ENV", "PHP_GET", "PHP_HELPER"]),
    Sample(path: "A.java", text: #"System.getenv("J_ONE"); System.getenv().get("J_TWO")"#, names: ["J_ONE", "J_TWO"]),
    Sample(path: "A.kt", text: #"System.getenv("K_ONE"); System.getenv()["K_TWO"]"#, names: ["K_ONE", "K_TWO"]),
    Sample(path: "a.c", text: #"getenv("C_ONE"); mygetenv("C_NOT");"#, names: ["C_ONE"]),
    Sample(
      path: "bin/run.sh",
      text: """
        OWN=1; read -r LINE; for FILE in a; do echo $FILE $LINE $OWN; done  # don't stop
        echo ${SH_NEEDED:?} "$SH_QUOTED" '$SH_LITERAL' "$(awk '{print $NF}' x)" \\$SH_ESCAPED $small $1 $$
        PORT="${PORT:-80}"
        cat <<'END'
        $SH_NOT_EXPANDED
        END
        cat <<END
        $SH_EXPANDED it's
        END
        echo $SH_AFTER
        """, names: ["PORT", "SH_AFTER", "SH_EXPANDED", "SH_NEEDED", "SH_QUOTED"]),
    Sample(path: "tool", text: "#!/usr/bin/env bash\necho $TOOL_ONE\n", names: ["TOOL_ONE"]),
    Sample(
      path: "a.ps1", text: "$env:PS_ONE; ${env:PS_BRACED}; $Env:PS_SET = 1; $env:PS_SET\n",
      names: ["PS_BRACED", "PS_ONE"]),
    Sample(
      path: "docker-compose.yml",
      text: """
        services:
          a: {image: "x:${D_TAG:-1}", environment: {D_MAP: "y", D_FROM: "$D_BARE $$D_NOT"}}
          b:
            environment:
              - D_PASSED
              - D_LIST=1
        """, names: ["D_BARE", "D_FROM", "D_LIST", "D_MAP", "D_PASSED", "D_TAG"]),
    Sample(path: "conf/app.yml", text: "url: ${Y_URL:none}\nother: ${small} $Y_NOT\n", names: ["Y_URL"]),
    Sample(
      path: ".env.production", text: "export E_ONE=1\n# E_NOT=1\nE_TWO='a\nE_WITHIN=1'\n", names: ["E_ONE", "E_TWO"]),
    Sample(path: "README.md", text: #"os.environ["M_NOT"] ${M_NOR}"#, names: []),
  ]

  @Test("Each language's ways of asking for a variable are known", arguments: samples)
  func languages(_ sample: Sample) async throws {
    let scratch = try Scratch()
    try scratch.write("p/" + sample.path, sample.text)
    #expect(try await scan(scratch).variables.map(\.name) == sample.names)
  }

  @Test("Names stand in .env and in the files of env_file, and no value is kept")
  func dotenv() async throws {
    let scratch = try Scratch()
    try scratch.write("p/.env", "ONE=first-value\n\nTWO=second-value\n")
    try scratch.write("p/deploy/compose.yml", "services: {a: {env_file: [./vars, ../../outside]}}\n")
    try scratch.write("p/deploy/vars", "THREE=third-value\n")
    try scratch.write("outside", "FOUR=4\n")
    let found = try await scan(scratch).variables
    #expect(found.map(\.name) == ["ONE", "THREE", "TWO"])
    #expect(
      found.map(\.places) == [
        [VariablePlace(".env", line: 1)], [VariablePlace("deploy/vars", line: 1)], [VariablePlace(".env", line: 3)],
      ])
  }

  @Test("Sources are named first, and of many places two are shown")
  func places() async throws {
    let scratch = try Scratch()
    try scratch.write("p/.env", "KEY=1\n")
    try scratch.write("p/b.py", "\nos.environ['KEY']\nos.environ['KEY']\n")
    try scratch.write("p/a.py", "os.environ['KEY']; os.getenv('KEY')\n")
    let variable = try #require(try await scan(scratch).variables.first)
    #expect(variable.whereUsed.terminal == "a.py:1, b.py:2 and 2 more")
  }

  @Test("What git ignores, what others wrote, and what links lead to is not read", arguments: [true, false])
  func leftOut(usesGit: Bool) async throws {
    let scratch = try Scratch()
    try scratch.write("p/kept.py", "os.environ['KEPT']")
    try scratch.write("p/node_modules/a.js", "process.env.FOREIGN")
    try scratch.write("p/build/a.js", "process.env.BUILT")
    try scratch.write("p/envs/pyvenv.cfg", "")
    try scratch.write("p/envs/a.py", "os.environ['INSTALLED']")
    try scratch.write("p/handoffs/a.py", "os.environ['DOCUMENT']")
    try scratch.write("p/.gitignore", "build/\nenvs/\n")
    try scratch.write("elsewhere/a.py", "os.environ['OUTSIDE']")
    try await scratch.run("ln", "-s", scratch.path + "/elsewhere", "p/link")
    try await scratch.run("ln", "-s", scratch.path + "/elsewhere/a.py", "p/linked.py")
    // Nobody writes to it: reading would never end.
    try await scratch.run("mkfifo", "p/pipe.py")
    if usesGit {
      try await scratch.run("git", "init", "-q", in: "p")
      try await scratch.run("git", "add", "-A", in: "p")
    }
    #expect(try await scan(scratch).variables.map(\.name) == ["KEPT"])
  }

  @Test("A file that is too long is left out, and that is told")
  func long() async throws {
    let scratch = try Scratch()
    try scratch.write("p/long.py", "os.environ['LONG']\n" + String(repeating: "#\n", count: 1 << 19))
    try scratch.write("p/short.py", "os.environ['SHORT']\n")
    let found = try await scan(scratch)
    #expect(found.variables.map(\.name) == ["SHORT"])
    #expect(found.filesLeftOut == 1)
  }

  @Test("Whatever bytes a file holds, it is read to its end, and lines are counted as they stand")
  func anyBytes() {
    let parts = [
      "$", "${", "}", "'", "\"", "`", "\\", "\n", "\r\n", " ", "=", "A", "AB_1", "<<", "<<-", "(", ")", "#", "$(", "$'",
      "for ", "read ", "process.env", "process.env.", "{", ",", "environ[", "env(", "$ENV{", "$env:", "${env:", ":-",
      "!",
      "\u{0}", "\u{e9}", "import environ\nenviron.Env(",
    ].map { Array($0.utf8) }
    var random = SystemRandomNumberGenerator()
    for _ in 0..<20_000 {
      let bytes = (0..<Int.random(in: 0...12, using: &random)).flatMap { _ in
        parts.randomElement(using: &random) ?? []
      }
      let lines = 1 + bytes.count { $0 == 0x0a }
      var found = ShellScript(bytes).found + TemplatedText.powershell(bytes)
      found += TemplatedText.names(in: bytes, isCompose: true) + TemplatedText.names(in: bytes, isCompose: false)
      for path in ["a.py", "a.js", "a.pl"] {
        found += VariableForms.of(path, holding: bytes).map { SourceReader(bytes, $0).found } ?? []
      }
      let isWrong = found.contains { !(1...lines).contains($0.line) || !Dotenv.isName($0.name) }
      #expect(!isWrong, "\(bytes)")
    }
  }

  private func scan(_ scratch: Scratch) async throws -> VariableScan {
    let host = scratch.host(in: "p")
    let project = try Discovery.project(at: scratch.path + "/p", host: host)
    return await VariableScan(project, host: host, deadline: .after(.seconds(30)))
  }
}
