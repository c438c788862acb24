import Foundation
import HandoffTestSupport
import Testing

/// What becomes of a database that others write into, and where a reset is ended half-way.
@Suite(.serialized, Lab.needs("postgres", "PG_PORT", "PG_BIN")) struct ResetInterruptedTests: ResetDatabaseSuite {
  /// A project whose pg_dump does something of its own.
  /// - Parameter script: in which `BIN/` is where the real one is.
  private func project(_ database: String, dumping script: String) async throws -> ResetProject {
    let project = try project(database)
    let bin = try Lab.value("PG_BIN")
    let text = """
      #!/bin/sh
      [ "$1" = --version ] && exec BIN/pg_dump --version
      \(script)

      """
    try project.home.write("bin/pg_dump", text.replacing("BIN", with: bin))
    for program in ["pg_restore", "psql"] {
      try project.home.write("bin/" + program, "#!/bin/sh\nexec \(bin)/\(program) \"$@\"\n")
    }
    try await project.shell("chmod +x \"$HOME\"/bin/*")
    return project
  }

  /// Runs a reset whose number stands in a file.
  private func reset(_ project: ResetProject, _ arguments: String...) async throws -> Witness.Answer {
    var environment = project.environment
    environment["PATH"] = project.home.path + "/bin:" + (environment["PATH"] ?? "")
    return try await Witness.ask(
      "sh", ["-c", "echo $$ > \"$HOME/number\"; exec \"$@\"", "sh", Tool.path, "reset", "--database"] + arguments,
      environment: environment, in: project.folder.path)
  }

  @Test("Whoever connects again and again loses no row that the server took: each is in the dump")
  func written() async throws {
    try await with("CREATE TABLE written (id int)") { database in
      // The dump is not over before the writer has tried a few times more.
      let project = try await project(
        database,
        dumping: """
          BIN/pg_dump "$@" || exit
          tried() { wc -l <"$HOME/tried"; }
          end=$(($(tried) + 5)); until [ "$(tried)" -ge "$end" ]; do :; done
          """)
      try project.home.write("tried", "")
      try project.home.write("taken", "")
      let loop = """
        n=0; until [ -e "$HOME/over" ]; do
          n=$((n + 1))
          ! psql -d "$0" -qc "INSERT INTO written VALUES ($n)" 2>"$HOME/said" || echo $n >>"$HOME/taken"
          echo $n >>"$HOME/tried"
        done
        """
      let environment = project.environment
      async let writer = Witness.ask("sh", ["-ec", loop, database], environment: environment)
      try await project.shell("until [ \"$(wc -l <\"$HOME/taken\")\" -ge 5 ]; do :; done")
      let answer = try await reset(project, "--disconnect", "--yes-destroy", project.name)
      try project.home.write("over", "")
      #expect(try await writer.status == 0)
      #expect(answer.status == 0, "\(answer.output)\(answer.complaint)")
      let line = try #require(answer.output.firstMatch(of: /it comes back with: (.*)/)).output.1
      let restored = try await Witness.ask("sh", ["-c", String(line)], environment: environment)
      #expect(restored.status == 0, "\(restored.complaint)")
      let taken = try String(contentsOfFile: project.home.path + "/taken", encoding: .utf8).split(separator: "\n")
      let kept = try await Psql.run("SELECT id FROM written", database: database).split(separator: "\n")
      #expect(taken.count >= 5 && Set(taken).isSubset(of: kept), "lost: \(Set(taken).subtracting(kept))")
    }
  }

  @Test("Ended by a signal, it says so and what is not gone, and the database has its name")
  func ended() async throws {
    try await with { database in
      let project = try await project(database, dumping: "kill -TERM $(cat \"$HOME/number\"); exec tail -f /dev/null")
      let answer = try await reset(project, "--yes-destroy", project.name)
      #expect(answer.status == 143)
      #expect(answer.complaint.contains("was ended from outside, as this reset was"), "\(answer.complaint)")
      #expect(answer.complaint.contains("gone by now: nothing; not gone, or not whole: database \(database)"))
      #expect(!answer.complaint.contains("in time"))
      #expect(try await Psql.run("SELECT count(*) FROM users", database: database) == "1234")
    }
  }

  @Test("Killed, it leaves the database under a name that the next one tells, with what brings it back")
  func killed() async throws {
    try await with { database in
      let project = try await project(database, dumping: "kill -KILL $(cat \"$HOME/number\")")
      #expect(try await reset(project, "--yes-destroy", project.name).status != 0)
      #expect(try await !isThere(database))
      let next = try await project.reset("--database", "--yes-destroy", project.name)
      let sql = try #require(next.complaint.firstMatch(of: /comes back with: (ALTER DATABASE .*), in the database/))
        .output.1
      #expect(next.status == 3)
      // An empty one in its place would hide it.
      let setup = try await Witness.ask(
        Tool.path, ["setup", "--yes"], environment: project.environment, in: project.folder.path)
      #expect(setup.output.contains(sql) || setup.complaint.contains(sql), "\(setup.output)\(setup.complaint)")
      #expect(try await !isThere(database))
      // Another one of that name does not hide it.
      try await Psql.run("CREATE DATABASE \(database)", database: "postgres")
      let beside = try await project.reset("--database", "--dry-run")
      #expect(beside.output.contains("_\(database), which a reset that was killed left, stays"), "\(beside.output)")
      #expect(beside.output.contains("it comes back with: \(sql), in"), "\(beside.output)")
      try await Psql.run("DROP DATABASE \(database)", database: "postgres")
      try await Psql.run(String(sql), database: "postgres")
      #expect(try await Psql.run("SELECT count(*) FROM users", database: database) == "1234")
    }
  }
}
