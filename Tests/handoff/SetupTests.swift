import Foundation
import HandoffTestSupport
import Testing

@Suite("handoff setup", SetupProject.requirement)
struct SetupTests {
  private static let files = [
    ".env.example": "# how to tell\nSTORY_KEY=change-me\nPORT=8080\n", "requirements.txt": "iniconfig\n",
  ].merging(SetupProject.migrations(3)) { $1 }

  /// Does something with a project, and drops its database.
  private static func with(
    _ files: [String: String] = files, _ body: (SetupProject) async throws -> Void
  ) async throws {
    let project = try SetupProject(files)
    let outcome: Result<Void, any Error>
    do { outcome = .success(try await body(project)) } catch { outcome = .failure(error) }
    try await project.remove()
    try outcome.get()
  }

  @Test("a plan says what, why and by which command, and nothing is done before a yes")
  func planned() async throws {
    try await Self.with { project in
      let before = try FileManager.default.subpathsOfDirectory(atPath: project.path).sorted()
      let dry = try await project.handoff("setup", "--dry-run")
      #expect(dry.status == 0)
      for text in [
        "make .env from .env.example", "there is no virtual environment", "-m venv .venv",
        "pip install -r requirements.txt", "CREATE DATABASE \"\(project.name)\"",
        "answers, but database \(project.name) does not exist", "database/migrations/001_t1.sql",
      ] { #expect(dry.output.contains(text), "\(text) in \(dry.output)") }
      // Its input is no terminal.
      let asked = try await project.handoff("setup")
      #expect(asked.status == 3)
      #expect(asked.complaint.contains("there is no terminal to ask on"))
      #expect(try FileManager.default.subpathsOfDirectory(atPath: project.path).sorted() == before)
      #expect(try await !project.hasDatabase())
    }
  }

  @Test("everything is brought up, and a second time there is nothing to do")
  func broughtUp() async throws {
    try await Self.with { project in
      let answer = try await project.handoff("setup", "--yes")
      #expect(answer.status == 0, "\(answer.output)\(answer.complaint)")
      #expect(answer.output.contains("Setup took "))
      #expect(try project.folder.read(".env") == project.folder.read(".env.example"))
      let mode = try FileManager.default.attributesOfItem(atPath: project.path + "/.env")[.posixPermissions] as? Int
      #expect(mode == 0o600)
      #expect(try await project.installed().hasPrefix("iniconfig=="))
      #expect(try await project.psql("SELECT count(*) FROM t3") == "500")
      let made = try await Psql.run(
        "SELECT pg_get_userbyid(datdba), pg_encoding_to_char(encoding) FROM pg_database WHERE datname = '\(project.name)'",
        database: "postgres")
      #expect(made == "\(try Lab.value("PG_USER"))|UTF8")
      let again = try await project.handoff("setup", "--yes")
      #expect(again.status == 0)
      #expect(again.output.hasPrefix("There is nothing here that setup would do."))
    }
  }

  @Test("only the parts that were asked for are done")
  func only() async throws {
    try await Self.with { project in
      let answer = try await project.handoff("setup", "--yes", "--only", "database,env")
      #expect(answer.status == 0, "\(answer.output)\(answer.complaint)")
      #expect(try await project.hasDatabase())
      #expect(project.has(".env") && !project.has(".venv"))
      #expect(try await project.psql("SELECT count(*) FROM pg_class WHERE relname LIKE 't_'") == "0")
      let wrong = try await project.handoff("setup", "--only", "datbase")
      #expect(wrong.status == 64)
      #expect(wrong.complaint.contains("the parts are env, venv, images, database, migrations"))
    }
  }

  @Test("names that are missing are added to .env, and what stands there stays byte by byte")
  func variables() async throws {
    let old = "# mine\r\nPORT=9090\r\nSECRET='a b'"
    try await Self.with(Self.files.merging([".env": old]) { $1 }) { project in
      try await project.handoff("setup", "--yes", "--only", "env")
      #expect(try project.folder.read(".env") == old + "\r\n\r\n# from .env.example\r\nSTORY_KEY=change-me\r\n")
    }
  }

  @Test("a value that spans lines is added whole, and the line below it is no part of it")
  func spanning() async throws {
    let example = "BEFORE=1\nSTORY_TEXT=\"once\nupon = a\n# time\" # told\nPORT=8080\n"
    try await Self.with([".env.example": example, ".env": "PORT=1\nBEFORE=1\n"]) { project in
      try await project.handoff("setup", "--yes", "--only", "env")
      #expect(
        try project.folder.read(".env")
          == "PORT=1\nBEFORE=1\n\n# from .env.example\nSTORY_TEXT=\"once\nupon = a\n# time\" # told\n")
      let shell = try await project.ask("sh", "-c", ". ./.env; printf %s \"$STORY_TEXT\"")
      #expect(shell.output == "once\nupon = a\n# time")
    }
  }

  @Test("a link is not written through, and an example outside of the project is not copied")
  func links() async throws {
    try await Self.with { project in
      try project.home.write("elsewhere", "KEPT=1\n")
      try FileManager.default.createSymbolicLink(
        atPath: project.path + "/.env", withDestinationPath: project.home.path + "/elsewhere")
      let answer = try await project.handoff("setup", "--yes", "--only", "env")
      #expect(answer.output.contains(".env is a link or no file, and is not written to"))
      #expect(try project.home.read("elsewhere") == "KEPT=1\n")
      try project.folder.remove(".env")
      try project.folder.remove(".env.example")
      try project.home.write("example", "KEY=1\n")
      try FileManager.default.createSymbolicLink(
        atPath: project.path + "/.env.example", withDestinationPath: project.home.path + "/example")
      _ = try await project.handoff("setup", "--yes", "--only", "env")
      #expect(!project.has(".env"))
    }
  }

  @Test("a dangling interpreter is recreated, and the Python that the project asks for is found")
  func dangling() async throws {
    try await Self.with(["requirements.txt": "iniconfig\n"]) { project in
      try await project.ask("python3", "-m", "venv", "--without-pip", ".venv")
      for name in ["python", "python3"] {
        try FileManager.default.removeItem(atPath: project.path + "/.venv/bin/" + name)
        try FileManager.default.createSymbolicLink(
          atPath: project.path + "/.venv/bin/" + name, withDestinationPath: "/nonexistent/python3")
      }
      let packages = try #require(
        FileManager.default.subpathsOfDirectory(atPath: project.path + "/.venv").first { $0.hasSuffix("site-packages") }
      )
      let leftOver = ".venv/\(packages)/left-over"
      try project.folder.write(leftOver, "")
      let plan = try await project.handoff("setup", "--dry-run", "--only", "venv")
      #expect(plan.output.contains("loses what is installed in .venv"))
      let answer = try await project.handoff("setup", "--yes", "--only", "venv")
      #expect(answer.status == 0, "\(answer.output)\(answer.complaint)")
      #expect(try await project.installed().hasPrefix("iniconfig=="))
      #expect(!project.has(leftOver))
    }
  }

  @Test(
    "a folder with a planted pyvenv.cfg is not emptied where it holds its user's files",
    arguments: [
      "notes.txt", "bin/deploy", "lib/story/tale.py", "lib/python3.11/tale.py", "etc/story.conf",
    ])
  func planted(_ file: String) async throws {
    let files = [
      "tools/pyvenv.cfg": "home = /nonexistent\nversion = 3.11.1\n", "tools/\(file)": "#!/bin/sh\n# kept\n",
      "handoff.yml": "python: {environment: tools}\n", "requirements.txt": "iniconfig\n",
    ]
    try await Self.with(files) { project in
      try FileManager.default.createDirectory(atPath: project.path + "/tools/bin", withIntermediateDirectories: true)
      try FileManager.default.createSymbolicLink(
        atPath: project.path + "/tools/bin/python", withDestinationPath: "/nonexistent/python3")
      let answer = try await project.handoff("setup", "--yes", "--only", "venv")
      #expect(answer.status == 1)
      let named = file == "lib/story/tale.py" ? "lib/story" : file
      #expect(
        answer.output.contains("tools would be emptied, and holds \(named), which is none of an environment's own"),
        "\(answer.output)")
      #expect(try project.folder.read("tools/\(file)") == "#!/bin/sh\n# kept\n")
    }
  }

  @Test("an environment with what packages put into it is made anew when it breaks", arguments: ["cfg", "python"])
  func filled(_ broken: String) async throws {
    try await Self.with(["requirements.txt": "pytest\n"]) { project in
      try await project.handoff("setup", "--yes", "--only", "venv")
      try #require(project.has(".venv/bin/pytest"))
      try FileManager.default.removeItem(atPath: project.path + "/.venv/bin/python")
      if broken == "python" {
        try FileManager.default.createSymbolicLink(
          atPath: project.path + "/.venv/bin/python", withDestinationPath: "/nonexistent/python3")
      }
      let answer = try await project.handoff("setup", "--yes", "--only", "venv")
      #expect(answer.status == 0, "\(answer.output)\(answer.complaint)")
      #expect(try await project.installed().contains("pytest=="))
    }
  }

  @Test("where no Python will do, it says which were looked at, and makes nothing")
  func noPython() async throws {
    try await Self.with(["pyproject.toml": "[project]\nname = \"a\"\nversion = \"1\"\nrequires-python = \">=3.99\"\n"])
    {
      project in
      let answer = try await project.handoff("setup", "--yes", "--only", "venv")
      #expect(answer.status == 1)
      #expect(answer.output.contains("no Python >=3.99 was found"))
      #expect(answer.output.contains("~/bin/python3 is 3."))
      #expect(!project.has(".venv"))
    }
  }

  @Test(
    "a folder that handoff.yml names is neither made outside of the project nor emptied",
    arguments: ["outside", "inside"])
  func namedFolder(_ place: String) async throws {
    try await Self.with(["requirements.txt": "iniconfig\n", "sources/bin/notes": "kept\n"]) { project in
      let folder = place == "outside" ? project.home.path + "/made" : "sources"
      try project.folder.write("handoff.yml", "python: {environment: \(folder)}\n")
      if place == "inside" {
        try FileManager.default.createSymbolicLink(
          atPath: project.path + "/sources/bin/python", withDestinationPath: "/nonexistent/python3")
      }
      let answer = try await project.handoff("setup", "--yes", "--only", "venv")
      #expect(answer.status == 1)
      #expect(answer.output.contains("is left to you"), "\(answer.output)")
      #expect(!FileManager.default.fileExists(atPath: project.home.path + "/made"))
      #expect(project.has("sources/bin/notes") && !project.has("sources/pyvenv.cfg"))
    }
  }

  @Test("a requirement that cannot be installed is told with the log that has all that was printed")
  func notInstalled() async throws {
    try await Self.with(Self.files.merging(["requirements.txt": "there-is-no-such-thing\n"]) { $1 }) { project in
      let answer = try await project.handoff("setup", "--yes")
      #expect(answer.status == 1)
      #expect(answer.complaint.contains("go on with: handoff setup --only venv"))
      // What does not need it is done.
      #expect(try await project.psql("SELECT count(*) FROM t3") == "500")
      let told = try #require(answer.complaint.firstRange(of: "all that was printed: ~/"))
      let log = answer.complaint[told.upperBound...].prefix { $0 != "\n" }
      let text = try project.home.read(String(log))
      #expect(text.contains("No matching distribution found for there-is-no-such-thing"))
      let mode = try FileManager.default.attributesOfItem(atPath: project.home.path + "/" + log)[.posixPermissions]
      #expect(mode as? Int == 0o600)
    }
  }

  @Test(
    "another project's environment is neither emptied nor filled, also by uv", arguments: ["venv", "uv", "working"])
  func elsewhere(_ kind: String) async throws {
    try await Self.with(["requirements.txt": "iniconfig\n", "handoff.yml": "python: {environment: ../victim}\n"]) {
      project in
      let victim = project.path + "/../victim-\(project.name)"
      try project.folder.write("handoff.yml", "python: {environment: \"../victim-\(project.name)\"}\n")
      try await project.ask("python3", "-m", "venv", kind == "working" ? "--symlinks" : "--without-pip", victim)
      if kind == "uv" {
        try project.folder.write("uv.lock", "")
        try project.home.write("bin/uv", "#!/bin/sh\necho \"$@\" >> \"$HOME/asked\"\n")
        try FileManager.default.setAttributes(
          [.posixPermissions: 0o755], ofItemAtPath: project.home.path + "/bin/uv")
      }
      if kind != "working" {
        for name in ["python", "python3"] { try FileManager.default.removeItem(atPath: victim + "/bin/" + name) }
        try FileManager.default.createSymbolicLink(
          atPath: victim + "/bin/python", withDestinationPath: "/nonexistent/python3")
      }
      let before = try FileManager.default.subpathsOfDirectory(atPath: victim).count
      let answer = try await project.handoff("setup", "--yes", "--only", "venv")
      #expect(try FileManager.default.subpathsOfDirectory(atPath: victim).count == before, "\(answer.output)")
      #expect(!FileManager.default.fileExists(atPath: project.home.path + "/asked"))
      #expect(answer.output.contains("is outside of the project, and is left to you"), "\(answer.output)")
      try FileManager.default.removeItem(atPath: victim)
    }
  }

  @Test("what programs print and statements hold is shown without the secrets of this machine")
  func redacted() async throws {
    let secret = ["9fK2", "tideLamp", "93417xQ"].joined()
    let files = [
      ".env": "STORY_KEY=\(secret)\n", "database/migrations/001_a.sql": "SELECT '\(secret)' FROM nowhere;\n",
    ]
    try await Self.with(files) { project in
      let answer = try await project.handoff("setup", "--yes", "--only", "database,migrations")
      #expect(answer.complaint.contains("relation \"nowhere\" does not exist"))
      #expect(!answer.complaint.contains(secret) && !answer.output.contains(secret))
    }
  }

  @Test("a database with a hostile name is created with that name, and one that is there is never touched")
  func hostileName() async throws {
    try await Self.with { project in
      let name = "we\"ird'; DROP DATABASE \(project.name); --"
      let quoted = "\"" + name.replacing("\"", with: "\"\"") + "\""
      let answer = try await project.handoff("setup", "--yes", "--only", "database", changing: ["PGDATABASE": name])
      #expect(answer.status == 0, "\(answer.output)\(answer.complaint)")
      try await Psql.run("CREATE TABLE kept (id int)", database: name)
      let again = try await project.handoff("setup", "--yes", "--only", "database", changing: ["PGDATABASE": name])
      #expect(again.output.hasPrefix("There is nothing here"))
      #expect(try await Psql.run("SELECT count(*) FROM pg_class WHERE relname = 'kept'", database: name) == "1")
      try await Psql.run("DROP DATABASE \(quoted) (FORCE)", database: "postgres")
    }
  }

  @Test("a role that may not create databases owns the one that postgres creates for it")
  func owner() async throws {
    try await Self.with { project in
      let role = project.name + "_app"
      try await Psql.run("CREATE ROLE \(role) LOGIN", database: "postgres")
      let answer = try await project.handoff("setup", "--yes", "--only", "database", changing: ["PGUSER": role])
      #expect(answer.status == 0, "\(answer.output)\(answer.complaint)")
      let owner = try await Psql.run(
        "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = '\(project.name)'", database: "postgres")
      #expect(owner == role)
      try await project.remove()
      try await Psql.run("DROP ROLE \(role)", database: "postgres")
    }
  }

  @Test("a file that collides is failed with file, line and statement, and what needs nothing of it is done")
  func collision() async throws {
    let collides = "CREATE TABLE fresh (id int);\nCREATE TABLE\n  t2 (id int);\n"
    try await Self.with(Self.files.merging(["database/migrations/004_again.sql": collides]) { $1 }) { project in
      let answer = try await project.handoff("setup", "--yes", "--only", "database,migrations")
      #expect(answer.status == 1)
      #expect(answer.complaint.contains("database/migrations/004_again.sql:2: relation \"t2\" already exists (42P07)"))
      #expect(answer.complaint.contains("statement: CREATE TABLE"))
      #expect(try await project.psql("SELECT count(*) FROM pg_class WHERE relname = 'fresh'") == "0")
      #expect(try await project.psql("SELECT count(*) FROM handoff_migrations") == "3")
      let status = try await project.handoff("setup", "--only", "migrations", "--status")
      #expect(status.output.contains("004_again.sql  pending"))
      #expect(status.output.hasSuffix("3 of 4 applied"))
    }
  }

  @Test("a database that has the tables is taken over by a baseline; a changed file is refused until it is blessed")
  func records() async throws {
    try await Self.with { project in
      try await Psql.run("CREATE DATABASE \(project.name)", database: "postgres")
      for number in 1...2 {
        try await project.ask(
          "psql", "-Xq", "-v", "ON_ERROR_STOP=1", "-f", "database/migrations/00\(number)_t\(number).sql")
      }
      let refused = try await project.handoff("setup", "--yes", "--only", "migrations")
      #expect(refused.status == 1)
      #expect(refused.output.contains("handoff setup --only migrations --baseline VERSION"))
      let unknown = try await project.handoff("setup", "--only", "migrations", "--baseline", "009")
      #expect(unknown.status == 2)
      #expect(unknown.complaint.contains("no file has the version 009"))
      let asked = try await project.handoff("setup", "--only", "migrations", "--baseline", "002")
      #expect(asked.status == 3)
      #expect(asked.output.contains("take these files for applied") && asked.output.contains("  002_t2.sql"))
      #expect(!asked.output.contains("003_t3.sql"))
      #expect(asked.complaint.contains("handoff setup --only migrations --baseline 002 --yes"))
      #expect(try await project.psql("SELECT count(*) FROM handoff_migrations") == "0")
      let baseline = try await project.handoff("setup", "--only", "migrations", "--baseline", "002", "--yes")
      #expect(baseline.status == 0, "\(baseline.complaint)")
      let again = try await project.handoff("setup", "--only", "migrations", "--baseline", "002")
      #expect(again.status == 0 && again.output.contains("all of them were recorded already"))
      let applied = try await project.handoff("setup", "--yes", "--only", "migrations")
      #expect(applied.status == 0, "\(applied.output)\(applied.complaint)")
      #expect(try await project.psql("SELECT count(*) FROM t3") == "500")
      let file = "database/migrations/001_t1.sql"
      try project.folder.write(file, try project.folder.read(file) + "-- more\n")
      try project.folder.write("database/migrations/004_t4.sql", "CREATE TABLE t4 (id int);\n")
      let changed = try await project.handoff("setup", "--yes", "--only", "migrations")
      #expect(changed.status == 1)
      #expect(changed.complaint.contains("001_t1.sql was changed after it had been applied"))
      let digests = "SELECT string_agg(sha256, ' ' ORDER BY name) FROM handoff_migrations"
      let before = try await project.psql(digests)
      let question = try await project.handoff("setup", "--only", "migrations", "--rebless")
      #expect(question.status == 3 && question.output.contains("  001_t1.sql"), "\(question.output)")
      #expect(try await project.psql(digests) == before)
      let blessed = try await project.handoff("setup", "--yes", "--only", "migrations", "--rebless")
      #expect(blessed.status == 0 && blessed.output.contains("001_t1.sql"))
      #expect(try await project.psql(digests) != before)
      #expect(try await project.handoff("setup", "--yes", "--only", "migrations").status == 0)
      #expect(try await project.psql("SELECT count(*) FROM t1") == "500")
    }
  }

  @Test("where another tool keeps track, its command is offered, and nothing is run")
  func otherTool() async throws {
    let files = [
      "migrations/1_a.up.sql": "CREATE TABLE a (id int);\n", "migrations/2_b.up.sql": "CREATE TABLE b (id int);\n",
    ]
    try await Self.with(files) { project in
      try await Psql.run("CREATE DATABASE \(project.name)", database: "postgres")
      _ = try await project.psql(
        """
        CREATE TABLE schema_migrations (version bigint primary key, dirty boolean not null);
        INSERT INTO schema_migrations VALUES (1, false); CREATE TABLE a (id int);
        """)
      let answer = try await project.handoff("setup", "--yes", "--only", "database,migrations")
      #expect(answer.output.contains("migrate -path migrations"), "\(answer.output)")
      #expect(
        try await project.psql("SELECT count(*) FROM pg_class WHERE relname IN ('b', 'handoff_migrations')") == "0")
    }
  }

  @Test("two setups of one project wait for each other, and apply each file once")
  func atOnce() async throws {
    try await Self.with(SetupProject.migrations(12)) { project in
      try await Psql.run("CREATE DATABASE \(project.name)", database: "postgres")
      async let one = project.handoff("setup", "--yes", "--only", "migrations")
      async let other = project.handoff("setup", "--yes", "--only", "migrations")
      let answers = try await [one, other]
      #expect(answers.map(\.status) == [0, 0], "\(answers.map(\.complaint))")
      #expect(try await project.psql("SELECT count(*), count(DISTINCT name) FROM handoff_migrations") == "12|12")
    }
  }

  @Test("an interrupted setup ends its programs, and what it began can be gone on with")
  func interrupted() async throws {
    try await Self.with(["requirements.txt": "iniconfig\n"]) { project in
      // As soon as pip is asked for anything, the tool gets what Ctrl-C sends.
      try project.program(
        "bin/python3", running: try Lab.value("PYTHON"),
        with: "case \"$*\" in *venv*) kill -INT \"$(cat \"$HOME/tool\")\";; esac;")
      let run = "echo $$ > \"$HOME/tool\"; exec '\(Tool.path)' setup --yes --only venv"
      let answer = try await project.ask("sh", "-c", run)
      #expect(answer.status == 130, "\(answer.status) \(answer.output)\(answer.complaint)")
      try project.program("bin/python3", running: try Lab.value("PYTHON"))
      let again = try await project.handoff("setup", "--yes", "--only", "venv")
      #expect(again.status == 0, "\(again.output)\(again.complaint)")
      #expect(try await project.installed().hasPrefix("iniconfig=="))
    }
  }

  @Test("a SQL file whose name is no text is told, and no file is applied past it")
  func nameNotText() async throws {
    let project = try SetupProject(SetupProject.migrations(1))
    try await project.ask("bash", "-c", "echo 'SELECT 1;' > database/migrations/$'002_\\xfc.sql'")
    try await Psql.run("CREATE DATABASE \(project.name)", database: "postgres")
    let answer = try await project.handoff("setup", "--yes", "--only", "migrations")
    #expect(answer.output.contains("its name is not UTF-8 text"), "\(answer.output)\(answer.complaint)")
    #expect(try await project.psql("SELECT to_regclass('t1') IS NULL") == "t")
    try await project.remove()
  }
}
