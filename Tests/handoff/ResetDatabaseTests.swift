import Foundation
import HandoffTestSupport
import Testing

/// Databases: dumped, dropped, and brought back by what is told; held against psql and pg_restore.
@Suite(.serialized, Lab.needs("postgres", "PG_PORT", "PG_BIN")) struct ResetDatabaseTests: ResetDatabaseSuite {
  @Test("Dropped after a dump that holds every row, which only its user may read, and that brings it back")
  func dropped() async throws {
    try await with { database in
      // What is shown is held against the secrets of this machine.
      let project = try project(database, extra: ["PGPASSWORD": "sample-of-a-password"])
      let plan = try await project.reset("--database", "--dry-run")
      #expect(plan.status == 0, "\(plan.complaint)")
      for line in [
        "table public.users: 1234 rows", "table stories.odd table: 1 row\n", "table public.empty: 0 rows",
        "table public.parted: 2 rows", "materialized view public.counted: 1 row\n", "views (1): public.readers",
      ] { #expect(plan.output.contains(line), "\(line) is not in \(plan.output)") }
      #expect(!plan.output.contains("parted_1"))
      #expect(try await isThere(database))

      let answer = try await project.reset("--database", "--yes-destroy", project.name)
      #expect(answer.status == 0, "\(answer.output)\(answer.complaint)")
      #expect(try await !isThere(database))
      let folder = project.home.path + "/.local/state/handoff/dumps"
      let dumps = try FileManager.default.contentsOfDirectory(atPath: folder)
      try #require(dumps.count == 1)
      let dump = folder + "/" + dumps[0]
      let mode = try FileManager.default.attributesOfItem(atPath: dump)[.posixPermissions] as? Int
      #expect(mode == 0o600)
      let folderMode = try FileManager.default.attributesOfItem(atPath: folder)[.posixPermissions] as? Int
      #expect(folderMode == 0o700)
      // As it is told, in a shell of its user's.
      let line = String(try #require(answer.output.split(separator: "\n").last { $0.contains("it comes back with: ") }))
      let restored = try await Witness.ask(
        "sh", ["-c", line.replacing("it comes back with: ", with: "")], environment: project.environment)
      #expect(restored.status == 0, "\(restored.complaint)")
      let rows = try await Psql.run(
        "SELECT (SELECT count(*) FROM users), (SELECT count(*) FROM stories.\"odd table\")", database: database)
      #expect(rows == "1234|1")

      let shown = try #require(answer.output.split(separator: "\n").first { $0.hasPrefix("$ ") }).dropFirst(2)
      let aside = try #require(shown.firstMatch(of: /handoff_reset_[0-9]+_\w+/)).output
      try await Psql.run("ALTER DATABASE \(database) RENAME TO \(aside)", database: "postgres")
      let pasted = try await Witness.ask("sh", ["-c", String(shown)], environment: project.environment)
      try await Psql.run("ALTER DATABASE \(aside) RENAME TO \(database)", database: "postgres")
      #expect(pasted.status == 0, "\(shown): \(pasted.complaint)")
    }
  }

  @Test("Types, servers, publications, extensions and all else that is no table is named, up to a number")
  func others() async throws {
    let sql = """
      CREATE EXTENSION pgcrypto; CREATE EXTENSION postgres_fdw; CREATE TYPE mood AS ENUM ('calm'); CREATE DOMAIN age AS int;
      CREATE TYPE point3 AS (x int, y int, z int); CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw;
      CREATE USER MAPPING FOR postgres SERVER far; CREATE FOREIGN DATA WRAPPER own; CREATE SCHEMA tales;
      CREATE PUBLICATION told; SELECT lo_create(424242); CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1';
      DO $$ BEGIN FOR n IN 1..60 LOOP EXECUTE 'CREATE SEQUENCE s' || n; END LOOP; END $$;
      """
    try await with(sql) { database in
      try await Psql.run("ALTER DATABASE \(database) SET app.word = 'unshown'", database: "postgres")
      let plan = try await project(database).reset("--database", "--dry-run").output
      for line in [
        "extensions (2): pgcrypto, postgres_fdw\n", "enums (1): public.mood\n", "domains (1): public.age\n",
        "types (1): public.point3\n", "foreign servers (1): far\n", "foreign-data wrappers (1): own\n",
        "user mappings (1): postgres on server far\n", "schemas (1): tales\n", "publications (1): told\n",
        "large objects (1): 424242\n", "functions (1): public.one()\n", "settings (1): app.word\n",
        ", public.s9 and 10 more\n",
      ] { #expect(plan.contains(line), "\(line) is not in \(plan)") }
      #expect(plan.contains("sequences (60): ") && plan.contains("public.s50") && !plan.contains("public.s51"))
      #expect(!plan.contains("unshown"))
    }
  }

  @Test(
    "A table that an extension made is told with which of its rows are dumped, and keeps nothing from being dropped")
  func extended() async throws {
    let sql = """
      CREATE EXTENSION pgcrypto; CREATE TABLE made (id int); CREATE TABLE marked (id int); CREATE TABLE own (id int);
      INSERT INTO made VALUES (1), (2); INSERT INTO marked VALUES (1), (7);
      ALTER EXTENSION pgcrypto ADD TABLE made; ALTER EXTENSION pgcrypto ADD TABLE marked;
      UPDATE pg_extension SET extconfig = ARRAY['marked'::regclass], extcondition = ARRAY['WHERE id > 5']
      WHERE extname = 'pgcrypto';
      """
    try await with(sql) { database in
      let project = try project(database)
      let answer = try await project.reset(
        "--database", "--yes-destroy", project.name, "--dump-to", project.beside.path)
      #expect(answer.status == 0, "\(answer.complaint)")
      for line in [
        "table public.made: 2 rows; the extension pgcrypto made it: its rows are not in the dump\n",
        "table public.marked: 2 rows; the extension pgcrypto made it: of its rows those alone are in the dump that are: WHERE id > 5\n",
        "table public.own: 0 rows\n",
      ] { #expect(answer.output.contains(line), "\(line) is not in \(answer.output)") }
      #expect(try await !isThere(database))
    }
  }

  @Test("More tables than one connection reads are named, each once and with its rows")
  func many() async throws {
    let sql = "DO $$ BEGIN FOR n IN FIRST..LAST LOOP EXECUTE 'CREATE TABLE t' || n || ' ()'; END LOOP; END $$"
    try await with("SELECT 1") { database in
      // A server has room for some thousand locks in one transaction.
      for first in stride(from: 1, to: 5201, by: 1300) {
        let some = sql.replacing("FIRST", with: "\(first)").replacing("LAST", with: "\(first + 1299)")
        try await Psql.run(some, database: database)
      }
      let plan = try await project(database).reset("--database", "--dry-run")
      let lines = plan.output.split(separator: "\n").filter { $0.hasPrefix("  table public.t") }
      #expect(lines.count == 5200 && Set(lines).count == 5200, "\(plan.complaint)")
      #expect(lines.contains("  table public.t5200: 0 rows") && lines.contains("  table public.t1: 0 rows"))
    }
  }

  @Test("A database that subscribes to another one cannot be dropped, which is told before anything is done")
  func subscribed() async throws {
    let sql =
      "CREATE SUBSCRIPTION NAME CONNECTION 'host=127.0.0.1' PUBLICATION p WITH (connect = false, slot_name = NONE)"
    try await with("SELECT 1") { database in
      try await Psql.run(sql.replacing("NAME", with: database), database: database)
      let project = try project(database)
      let answer = try await project.reset("--database", "--yes-destroy", project.name)
      try await Psql.run("DROP SUBSCRIPTION \(database)", database: database)
      #expect(answer.status == 3 && answer.complaint.contains("it has 1 subscriptions"), "\(answer.complaint)")
    }
  }

  @Test("Without the project's name, typed or given, nothing is dropped; typed, it is")
  func confirmed() async throws {
    try await with { database in
      let project = try project(database)
      #expect(try await project.reset("--database").status == 3)
      #expect(try await project.reset("--database", "--yes-destroy", database).status == 3)
      #expect(try await project.reset(typing: database, "--database").status == 3)
      #expect(try await isThere(database))
      #expect(try await project.reset(typing: project.name, "--database", "--dump-to", project.beside.path).status == 0)
      #expect(try await !isThere(database))
      let names = try FileManager.default.contentsOfDirectory(atPath: project.beside.path)
      #expect(names.contains { $0.hasPrefix(database) && $0.hasSuffix(".dump") })
    }
  }

  @Test(
    "A server that is not this machine is refused",
    arguments: ["192.0.2.1", "db.example.org", "localhost,192.0.2.1", "127.1", "2130706433"])
  func elsewhere(host: String) async throws {
    let project = try project("sample", extra: ["PGHOST": host])
    let answer = try await project.reset("--database", "--yes-destroy", project.name)
    #expect(answer.status == 3 && answer.complaint.contains("not on this machine"), "\(answer.complaint)")
  }

  @Test(
    "PostgreSQL's own databases are refused, and one that nothing names", arguments: ["postgres", "template1", nil])
  func own(name: String?) async throws {
    var variables = try Psql.environment()
    variables["PGDATABASE"] = name
    let project = try ResetProject(extra: variables)
    let before = try await Psql.run(
      "SELECT string_agg(datname, ' ' ORDER BY oid) FROM pg_database", database: "postgres")
    let answer = try await Witness.ask(
      Tool.path, ["reset", "--database", "--yes-destroy", project.name],
      environment: project.environment.filter { name != nil || $0.key != "PGDATABASE" }, in: project.folder.path)
    #expect(answer.status == 3, "\(answer.output)")
    #expect(answer.complaint.contains(name == nil ? "nothing names the database" : "of the server itself"))
    #expect(
      try await Psql.run("SELECT string_agg(datname, ' ' ORDER BY oid) FROM pg_database", database: "postgres")
        == before)
  }

  @Test("One in which others are connected is refused, and each of them named, unless they are to be disconnected")
  func connected() async throws {
    try await with { database in
      let project = try project(database)
      try await Psql.holding("SELECT 1;", database: database) {
        let answer = try await project.reset("--database", "--yes-destroy", project.name)
        #expect(answer.status == 3 && answer.complaint.contains("others are connected: postgres (psql,"))
        #expect(try await isThere(database))
        let forced = try await project.reset("--database", "--disconnect", "--yes-destroy", project.name)
        #expect(forced.status == 0, "\(forced.output)\(forced.complaint)")
        #expect(forced.output.contains("the session of postgres (psql,"))
        #expect(try await !isThere(database))
      }
    }
  }

  /// What is done to the database NAME, as whom the tool connects, and in which words it is refused.
  static let refusals: [(what: String, sql: String, user: String, words: String)] = [
    ("a template", "ALTER DATABASE NAME IS_TEMPLATE true", "postgres", "is a template"),
    ("another's", "SELECT 1", "handoff_reader", "does not own"),
    (
      "of a role that could not make it again", "ALTER DATABASE NAME OWNER TO handoff_reader", "handoff_reader",
      "may not create databases"
    ),
  ]

  @Test("What must not be dropped is refused", arguments: refusals.map(\.what))
  func refused(what: String) async throws {
    let refusal = try #require(Self.refusals.first { $0.what == what })
    try await with { database in
      try await Psql.run(refusal.sql.replacing("NAME", with: database), database: "postgres")
      let project = try project(database, extra: ["PGUSER": refusal.user])
      let answer = try await project.reset("--database", "--yes-destroy", project.name)
      #expect(answer.status == 3 && answer.complaint.contains(refusal.words), "\(answer.output)\(answer.complaint)")
      #expect(try await isThere(database))
    }
  }

  @Test("Where the dump fails or is not whole, nothing is dropped")
  func noDump() async throws {
    try await with { database in
      for (program, text) in [
        ("pg_dump", "case \"$1\" in --version) exec BIN/pg_dump --version;; *) exit 1;; esac"),
        // Another database's, without these tables.
        ("pg_dump", "[ \"$1\" = --version ] || set -- -Fc -f \"${3#--file=}\" -d template1; exec BIN/pg_dump \"$@\""),
        // Cut off, so that its list can still be read.
        (
          "pg_dump",
          "BIN/pg_dump \"$@\" || exit; [ \"$1\" = --version ] || truncate -s -200 \"${3#--file=}\""
        ),
      ] {
        let project = try project(database)
        let bin = try Lab.value("PG_BIN")
        try project.home.write("bin/" + program, "#!/bin/sh\n\(text.replacing("BIN", with: bin))\n")
        try project.home.write("bin/pg_restore", "#!/bin/sh\nexec \(bin)/pg_restore \"$@\"\n")
        try await project.shell("chmod +x \"$HOME\"/bin/*")
        let path = project.home.path + "/bin:" + (project.environment["PATH"] ?? "")
        let answer = try await project.reset("--database", "--yes-destroy", project.name, extra: ["PATH": path])
        #expect(answer.status == 1, "\(text): \(answer.output)")
        #expect(answer.complaint.contains("was not dropped"), "\(answer.complaint)")
        #expect(try await isThere(database))
      }
      let project = try project(database)
      let nowhere = try await project.reset(
        "--database", "--dump-to", "not/there", "--yes-destroy", project.name)
      #expect(nowhere.status == 3 && nowhere.complaint.contains("is no folder"))
      #expect(try await isThere(database))
    }
  }

  @Test("One part refused, nothing of the others goes")
  func together() async throws {
    try await with { database in
      let project = try project(database)
      try project.folder.write("handoff.yml", "project: story-engine\npython: {environment: .venv}\n")
      try project.folder.write(".venv/bin/activate", "")
      let answer = try await project.reset("--all", "--yes-destroy", project.name)
      #expect(answer.status == 3 && answer.complaint.contains("no virtual environment"))
      #expect(try await isThere(database))
      #expect(project.exists(".venv/bin/activate"))
    }
  }

  #if os(Linux)
    @Test(
      "A server behind a loopback port, of whose processes none is here, is refused: it may be forwarded",
      .enabled(if: getuid() == 0, "a process namespace needs root"))
    func forwarded() async throws {
      let project = try project("faraway", extra: ["PGPORT": "", "PGHOST": "127.0.0.1"])
      // In a process namespace of its own, its numbers mean nothing here, as those of another machine.
      let script = """
        set -e
        data=$(mktemp -d); chown postgres "$data"
        run() { setpriv --reuid=postgres --regid=postgres --clear-groups "$@"; }
        run initdb -D "$data" -A trust -U postgres >/dev/null
        port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
        unshare --pid --fork setpriv --reuid=postgres --regid=postgres --clear-groups \\
          postgres -D "$data" -p "$port" -k "$data" -c fsync=off >"$data/log" 2>&1 &
        outer=$!
        trap 'kill -INT $(cat /proc/$outer/task/$outer/children); wait $outer || :; rm -rf "$data"' EXIT
        until pg_isready -q -h 127.0.0.1 -p "$port"; do kill -0 $outer; done
        export PGPORT=$port PGHOST=127.0.0.1
        createdb -U postgres faraway
        status=0; "$0" reset --database --yes-destroy story-engine || status=$?
        psql -U postgres -d postgres -Atc "SELECT 'still ' || datname FROM pg_database WHERE datname = 'faraway'"
        exit $status
        """
      let answer = try await Witness.ask(
        "timeout", ["60", "bash", "-c", script, Tool.path],
        environment: project.environment.filter { $0.key != "PGPORT" }, in: project.folder.path)
      #expect(answer.status == 3, "\(answer.output)\(answer.complaint)")
      #expect(answer.complaint.contains("cannot be told") && answer.output.hasSuffix("still faraway"))
    }
  #endif
}
