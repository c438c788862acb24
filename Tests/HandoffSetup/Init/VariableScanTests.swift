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
              - D_EMPTY=
              - D_SET=${D_GIVEN}
          c: {environment: {D_NULL: , D_TILDE: ~, D_BLANK: ""}}
        """, names: ["D_BARE", "D_GIVEN", "D_NULL", "D_PASSED", "D_TAG", "D_TILDE"]),
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
    #expect(variable.summary.terminal == "a.py:1, b.py:2 and 1 more")
    try scratch.write("p/.env", "KEY=1\nALONE=1\n")
    #expect(try await scan(scratch).variables.map(\.summary.terminal).first == "set in .env:2")
  }

  static let defaults = [
    Sample(
      path: "docker-compose.yml",
      text: "x: ['${Y1:-a}', '${Y2-a}', '${Y3:-}', '${Y4:+a}', '${N1}', '${N2:?a}', '${N3?a}', '$N4', '${Y5:-${N5}}']",
      names: ["Y1", "Y2", "Y3", "Y4", "Y5"]),
    Sample(path: "app.yml", text: "a: [ '${Y1:a}', '${Y2:-a}', '${N1}', '${N2:?a}' ]", names: ["Y1", "Y2"]),
    Sample(
      path: "run.sh",
      text: """
        echo "${Y1:-80}" ${Y2-80}; : "${Y3:=80}"; echo $Y3; Y4=${Y4:-1}; echo "$Y4" ${Y5:+x}
        echo ${N1:?} $N2 ${N3} ${#N4} ${N5%x} ${N6:0:3}; echo $N7; : ${N7:=1}; N8=${N8:?}; ${Y6:-$N9}
        """, names: ["Y1", "Y2", "Y3", "Y4", "Y5", "Y6"]),
    Sample(
      path: "a.ps1", text: "$env:Y1 ?? 'a'; ${env:Y2} ?? 'a'; $env:N1; $env:N2 ?? $(throw 'a')", names: ["Y1", "Y2"]),
    Sample(
      path: "a.py",
      text: """
        os.getenv("Y1", "8000"); os.environ.get("Y2", default=1); os.environ.setdefault("Y3", "a"); int(os.getenv("Y4",
          8000)); x = os.getenv("Y5") or "a"; os.environ["N1"]; os.getenv("N2"); os.getenv("N3", None); os.getenv("N4",)
        if os.getenv("N5") or a: pass
        x = os.getenv("N6") or sys.exit(1); os.getenv("N7") or_not; os.environ["N8"] or "a"; os.getenv("N9", default=None)
        """, names: ["Y1", "Y2", "Y3", "Y4", "Y5"]),
    Sample(
      path: "settings.py",
      text:
        #"from decouple import config\#nconfig("Y1", cast=int, default=f(1, 2)); config("N1", cast=int); f(config("N2"), default=1)"#,
      names: ["Y1"]),
    Sample(
      path: "a.ts",
      text: """
        process.env.Y1 || 3000; process.env.Y2 ?? "a"; process.env["Y3"] || 1; parseInt(process.env.Y4, 10) || 3000
        const { Y5 = 1, Y6: b = 2, N1, N2: c } = process.env; process.env.Y7 ||= "a"; process.env.Y8?.trim() || "a"
        parseInt(process.env.Y9 || "3000", 10); () => process.env.YA || 1; Number(process.env.YB ?? 1)
        if (!process.env.N3 || !process.env.N4) {}; if (process.env.N5 || a) {}; process.env.N6 ?? fail("a")
        process.env.N7 || process.exit(1); a === process.env.N8 || b; process.env.N9 ? 1 : 2; f(process.env.NA) || 2
        """, names: ["Y1", "Y2", "Y3", "Y4", "Y5", "Y6", "Y7", "Y8", "Y9", "YA", "YB"]),
    Sample(
      path: "a.rb",
      text: """
        ENV.fetch("Y1", "y"); ENV.fetch("Y2") { 3 }; ENV["Y3"] || "a"; ENV["Y4"] ||= "a"; ENV.fetch "Y5", 1
        ENV.fetch("Y6") do |name| 4 end; ENV.fetch("N1"); ENV["N2"]; ENV.fetch("N3") { |k| raise k }; ENV.fetch("N4", nil)
        ENV.fetch("N5") || 1; a if ENV["N6"] || b
        """, names: ["Y1", "Y2", "Y3", "Y4", "Y5", "Y6"]),
    Sample(
      path: "a.go", text: #"cmp.Or(os.Getenv("Y1"), "a"); f(os.Getenv("N1"), "a"); os.Getenv("N2")"#, names: ["Y1"]),
    Sample(
      path: "a.rs",
      text:
        #"env::var("Y1").unwrap_or("a".into()); env::var("Y2").ok().and_then(|a| a.parse().ok()).unwrap_or(1); env::var("Y3").unwrap_or_else(|_| "a".into()); env::var("N1").unwrap(); env::var("N2")?; env::var("N3").unwrap_or_else(|_| panic!("a"))"#,
      names: ["Y1", "Y2", "Y3"]),
    Sample(
      path: "a.swift",
      text:
        #"ProcessInfo.processInfo.environment["Y1"] ?? "a"; Environment.get("Y2").flatMap(Int.init) ?? 1; ProcessInfo.processInfo.environment["Y3", default: "a"]; Environment.get("N1"); Environment.get("N2") ?? fatalError()"#,
      names: ["Y1", "Y2", "Y3"]),
    Sample(
      path: "a.php",
      text:
        #"getenv('Y1') ?: 'a'; $_ENV['Y2'] ?? 'a'; env('Y3', 'a'); getenv('N1', true); env('N2', null); $_ENV['N3']; getenv('N4') || die()"#,
      names: ["Y1", "Y2", "Y3"]),
    Sample(
      path: "A.java",
      text:
        #"System.getenv().getOrDefault("Y1", "a"); Optional.ofNullable(System.getenv("Y2")).orElse("a"); System.getenv("N1"); Optional.ofNullable(System.getenv("N2")).orElseThrow()"#,
      names: ["Y1", "Y2"]),
    Sample(path: "A.kt", text: #"System.getenv("Y1") ?: "a"; System.getenv("N1") ?: error("a")"#, names: ["Y1"]),
    Sample(
      path: "A.scala", text: #"sys.env.getOrElse("Y1", "a"); sys.env.get("Y2").getOrElse(1); sys.env("N1")"#,
      names: ["Y1", "Y2"]),
    Sample(path: "a.c", text: #"getenv("Y1") ?: "a"; getenv("N1")"#, names: ["Y1"]),
    Sample(
      path: "a.cs",
      text:
        #"Environment.GetEnvironmentVariable("Y1") ?? "a"; Environment.GetEnvironmentVariable("N1") ?? throw new E()"#,
      names: ["Y1"]),
    Sample(
      path: "a.exs",
      text:
        #"System.get_env("Y1", "a"); System.get_env("Y2") || "a"; System.get_env("N1") || raise "a"; System.fetch_env!("N2")"#,
      names: ["Y1", "Y2"]),
    Sample(path: "a.pl", text: #"$ENV{Y1} // 'a'; $ENV{'Y2'} || 'a'; $ENV{N1}; $ENV{N2} || die"#, names: ["Y1", "Y2"]),
    Sample(
      path: "a.lua", text: #"os.getenv("Y1") or "a"; os.getenv("N1"); os.getenv("N2") or error("a")"#, names: ["Y1"]),
    Sample(path: "a.dart", text: #"Platform.environment["Y1"] ?? "a"; Platform.environment["N1"]"#, names: ["Y1"]),
  ]

  @Test("What certainly has a default is told from what may be needed", arguments: defaults)
  func hasDefault(_ sample: Sample) async throws {
    let scratch = try Scratch()
    try scratch.write("p/" + sample.path, sample.text)
    let found = try await scan(scratch).variables
    #expect(found.filter(\.hasDefault).map(\.name) == sample.names)
    #expect(found.filter { !$0.hasDefault }.allSatisfy { $0.name.hasPrefix("N") })
  }

  @Test("A variable has a default only where every use has one, and no dotenv file is a use")
  func everyUse() async throws {
    let scratch = try Scratch()
    try scratch.write("p/.env", "BOTH=1\nALL=1\n")
    try scratch.write("p/a.py", "os.getenv('BOTH', 1)\nos.getenv('ALL', 1)\nos.getenv('ASKED', 1)\n")
    try scratch.write("p/compose.yml", "services: {a: {image: '${BOTH}${ALL:-1}'}}\n")
    try scratch.write("p/handoff.yml", "environment: {required: [ASKED]}\n")
    #expect(
      try await scan(scratch).variables.map { "\($0.name) \($0.summary.terminal)" } == [
        "ALL a.py:2, compose.yml:1; has a default", "ASKED a.py:3, handoff.yml", "BOTH a.py:1, compose.yml:1",
      ])
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
      "\u{0}", "\u{e9}", "import environ\nenviron.Env(", ":=", "||", "??", ".a(", "?.", "or ", "|", "default=",
      "getenv(",
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
