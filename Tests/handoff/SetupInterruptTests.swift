import Foundation
import HandoffTestSupport
import Testing

/// What is left where a setup is ended by its user.
@Suite("handoff setup, interrupted", SetupProject.requirement)
struct SetupInterruptTests {
  /// Sends the tool a signal as soon as the server sleeps in the project's database.
  private static func interrupt(_ project: SetupProject, _ signal: String) async throws -> Witness.Answer {
    let script = """
      "$0" setup --yes --only migrations & tool=$!
      until [ "$(psql -XqAt -c "SELECT count(*) FROM pg_stat_activity WHERE \(sleeping)")" = 1 ]; do :; done
      kill -\(signal) $tool; wait $tool
      """
    return try await project.ask("timeout", "60", "bash", "-mc", script, Tool.path)
  }

  private static let sleeping = "datname = current_database() AND wait_event = 'PgSleep'"

  @Test(
    "a migration's statement is ended on the server, and the file undone", arguments: ["INT", "TERM"], [true, false])
  func migration(_ signal: String, isTransaction: Bool) async throws {
    let head = isTransaction ? "" : "-- handoff: no-transaction\n"
    let project = try SetupProject(SetupProject.migrations(2))
    let file = "database/migrations/003_slow.sql"
    try project.folder.write(file, head + "CREATE TABLE slow (id int);\n\nSELECT pg_sleep(600);\n")
    try await Psql.run("CREATE DATABASE \(project.name)", database: "postgres")
    let answer = try await Self.interrupt(project, signal)
    #expect(answer.status == (signal == "INT" ? 130 : 143), "\(answer.output)\(answer.complaint)")
    // Its answer is waited for, so that it is over by now, and so is all that it had begun.
    #expect(try await project.psql("SELECT count(*) FROM pg_stat_activity WHERE \(Self.sleeping)") == "0")
    #expect(answer.complaint.contains("\(file) was ended at the statement of line \(isTransaction ? 3 : 4)"))
    #expect(answer.complaint.contains("what it had started was ended; to go on, run: handoff setup --only"))
    let table = try await project.psql("SELECT count(*) FROM pg_class WHERE relname = 'slow'")
    #expect(table == (isTransaction ? "0" : "1"))
    #expect(
      answer.complaint.contains(
        isTransaction ? "nothing of this file was applied" : "1 statement of this file ran before it and stay"))
    #expect(try await project.psql("SELECT count(*) FROM handoff_migrations") == "2")
    let told = try #require(answer.complaint.firstRange(of: "all that was printed: ~/"))
    let log = answer.complaint[told.upperBound...].prefix { $0 != "\n" }
    #expect(try project.home.read(String(log)).contains("\(file) was ended"))
    try project.folder.write(file, "SELECT 1;\n")
    #expect(try await project.handoff("setup", "--yes", "--only", "migrations").status == 0)
    try await project.remove()
  }

  @Test("a program is ended with what it had started, and the log and the way on are told")
  func program() async throws {
    let project = try SetupProject(["requirements.txt": "iniconfig\n"])
    let script = """
      case "$*" in *"-m venv"*) sleep 98764 & echo $! > "$HOME/child"; kill -INT "$(cat "$HOME/tool")"; wait;; esac;
      """
    try project.program("bin/python3", running: try Lab.value("PYTHON"), with: script)
    let run = "echo $$ > \"$HOME/tool\"; exec '\(Tool.path)' setup --yes --only venv"
    let answer = try await project.ask("timeout", "60", "sh", "-c", run)
    #expect(answer.status == 130, "\(answer.output)\(answer.complaint)")
    // Whoever ended may not have been collected yet.
    let left = try await project.ask("sh", "-c", "grep State: /proc/$(cat \"$HOME/child\")/status")
    #expect(left.output.isEmpty || left.output.contains("Z"), "\(left.output)")
    #expect(answer.complaint.contains("what it had started was ended; to go on, run: handoff setup --only"))
    let told = try #require(answer.complaint.firstRange(of: "all that was printed: ~/"))
    let log = answer.complaint[told.upperBound...].prefix { $0 != "\n" }
    #expect(try project.home.read(String(log)).contains("-m venv .venv"))
  }

  @Test("a signal at any program that is started before the first step ends it, and nothing is done")
  func planning() async throws {
    let project = try SetupProject(["requirements.txt": "iniconfig\n"])
    // The Nth start of an interpreter interrupts the tool.
    let script = """
      echo >> "$HOME/starts"; case "$*" in *"-m venv"*) echo > "$HOME/begun";; esac
      if [ "$(wc -l < "$HOME/starts")" = "$NTH" ]; then kill -INT "$(cat "$HOME/tool")"; fi;
      """
    try project.program("bin/python3", running: try Lab.value("PYTHON"), with: script)
    let run = "rm -f \"$HOME/starts\"; echo $$ > \"$HOME/tool\"; exec '\(Tool.path)' setup --yes --only venv"
    var ended = 0
    for number in 1...20 {
      let answer = try await project.ask("timeout", "60", "sh", "-c", run, changing: ["NTH": "\(number)"])
      if FileManager.default.fileExists(atPath: project.home.path + "/begun") { break }
      #expect(answer.status == 130, "\(number): \(answer.output)\(answer.complaint)")
      #expect(!FileManager.default.fileExists(atPath: project.path + "/.venv"))
      ended += 1
    }
    #expect(ended > 1)
  }
}
