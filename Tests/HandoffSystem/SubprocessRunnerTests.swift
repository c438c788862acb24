import HandoffTestSupport
import Testing

@testable import HandoffSystem

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A command must end by its deadline whatever it does, and leave nothing behind.
@Suite(.timeLimit(.minutes(1))) struct SubprocessRunnerTests {
  let runner = SubprocessRunner()
  let path = ["PATH": "/usr/local/bin:/usr/bin:/bin"]

  func shell(
    _ script: String, within duration: Duration = .seconds(20), input: [UInt8]? = nil, outputLimit: Int = 1 << 20
  ) async -> CommandResult {
    let command = Command("sh", ["-c", script], environment: path, input: input, outputLimit: outputLimit)
    return await runner.run(command, deadline: .after(duration))
  }

  /// The processes of a group that are neither gone nor zombies waiting for whoever adopted them.
  func living(inGroup group: Int) async throws -> [String] {
    let list = await runner.run(
      Command("ps", ["-A", "-o", "pgid=,stat=,args="], environment: path), deadline: .after(.seconds(20)))
    try #require(list.succeeded)
    return list.text.split(separator: "\n").map(String.init).filter { line in
      let words = line.split(separator: " ")
      return words.count > 1 && words[0] == "\(group)" && !words[1].hasPrefix("Z")
    }
  }

  func expectNobodyLeft(of result: CommandResult, saidBy text: String? = nil) async throws {
    let line = (text ?? result.text).split(separator: "\n").first
    let group = try #require(line.flatMap { Int($0) }, "the script prints its pid")
    #expect(try await living(inGroup: group) == [])
    // The direct child was reaped: it is no child of ours any more.
    #expect(waitpid(pid_t(group), nil, WNOHANG) == -1 && errno == ECHILD)
  }

  @Test func givesBackOutputErrorAndStatus() async throws {
    let result = await shell("echo $$; echo out; echo err >&2; exit 3")
    #expect(result.outcome == .exited(3))
    #expect(result.text.hasSuffix("\nout"))
    #expect(result.errorText == "err")
    try await expectNobodyLeft(of: result)
  }

  @Test func tellsTheSignalThatEndedIt() async {
    #expect(await shell("kill -9 $$").outcome == .signalled(9))
  }

  @Test func inheritsNoVariableAndReadsNothing() async {
    setenv("HANDOFF_TEST_INHERITED", "yes", 1)
    let result = await shell("echo \"[$HANDOFF_TEST_INHERITED]\"; cat; echo end")
    #expect(result.text == "[]\nend")
  }

  @Test func inheritsNoDescriptor() async {
    var ends: [Int32] = [-1, -1]
    #expect(pipe(&ends) == 0)
    defer { for end in ends { close(end) } }
    let result = await shell("if (: <&\(ends[0])) 2>/dev/null; then echo open; else echo closed; fi")
    #expect(result.text == "closed")
  }

  @Test func runsInASessionOfItsOwn() async throws {
    let result = await shell("echo $$; ps -o sid= -p $$")
    let lines = result.text.split(separator: "\n").map { $0.filter { $0 != " " } }
    #expect(lines.count == 2 && lines[0] == lines[1])
  }

  @Test func endsAtTheDeadline() async throws {
    let start = ContinuousClock.now
    let result = await shell("echo $$; sleep 60", within: .milliseconds(300))
    #expect(result.outcome == .timedOut)
    #expect(ContinuousClock.now - start < .milliseconds(1300))
    try await expectNobodyLeft(of: result)
  }

  @Test func endsWhatIgnoresTERM() async throws {
    let start = ContinuousClock.now
    let result = await shell("trap '' TERM; echo $$; while :; do sleep 60; done", within: .milliseconds(300))
    #expect(result.outcome == .timedOut)
    #expect(ContinuousClock.now - start < .milliseconds(1300))
    try await expectNobodyLeft(of: result)
  }

  @Test func letsWhatHearsTERMTidyUp() async throws {
    let script = "trap 'echo tidy; exit 0' TERM; echo $$; while :; do sleep 60 & wait; done"
    let result = await SubprocessRunner(grace: .seconds(10)).run(
      Command("sh", ["-c", script], environment: path), deadline: .after(.milliseconds(600)))
    #expect(result.outcome == .timedOut)
    #expect(result.text.hasSuffix("tidy"))
    try await expectNobodyLeft(of: result)
  }

  @Test func endsAGrandchildThatOutlivesTERMOfItsParent() async throws {
    let result = await shell("echo $$; (trap '' TERM; sleep 60) & sleep 60", within: .milliseconds(300))
    #expect(result.outcome == .timedOut)
    try await expectNobodyLeft(of: result)
  }

  @Test func doesNotWaitForAGrandchildThatHoldsThePipe() async throws {
    let start = ContinuousClock.now
    let result = await shell("echo $$; sleep 60 & echo done")
    #expect(result.outcome == .exited(0))
    #expect(result.text.hasSuffix("done"))
    #expect(ContinuousClock.now - start < .seconds(10))
    try await expectNobodyLeft(of: result)
  }

  @Test func doesNotWaitForAGrandchildThatLeftTheSession() async throws {
    let folder = try Scratch()
    let start = ContinuousClock.now
    let result = await shell(
      """
      cd \(folder.path)
      perl -MPOSIX -e 'POSIX::setsid(); $| = 1; print "$$\\n"; open my $f, ">", "ready"; close $f; sleep 30' &
      while [ ! -e ready ]; do :; done
      echo done
      """)
    let escaped = try #require(result.text.split(separator: "\n").first.flatMap { pid_t($0) })
    #expect(kill(escaped, SIGKILL) == 0, "what left the session is not ours to end")
    #expect(result.outcome == .exited(0))
    #expect(result.text.hasSuffix("done"))
    #expect(ContinuousClock.now - start < .seconds(15))
  }

  @Test func endsWhatPrintsForEver() async throws {
    let start = ContinuousClock.now
    let result = await shell("echo $$; exec yes", outputLimit: 1 << 16)
    #expect(result.outcome == .tooMuchOutput)
    #expect(result.standardOutput.count == 1 << 16)
    #expect(ContinuousClock.now - start < .seconds(15))
    try await expectNobodyLeft(of: result)
  }

  @Test func endsWhatComplainsForEver() async throws {
    // Where it says its own id, since both outputs share one limit.
    let result = await shell("echo $$ >&2; exec yes >&2", outputLimit: 1 << 16)
    #expect(result.outcome == .tooMuchOutput)
    try await expectNobodyLeft(of: result, saidBy: result.errorText)
  }

  @Test func losesNothingOfALongOutput() async {
    let result = await shell("head -c 900000 /dev/zero")
    #expect(result.outcome == .exited(0))
    #expect(result.standardOutput.count == 900_000)
  }

  @Test func passesInputAndSurvivesOneThatDoesNotRead() async {
    let bytes = [UInt8](repeating: UInt8(ascii: "x"), count: 300_000)
    #expect(await shell("wc -c", input: bytes).text.filter { $0 != " " } == "300000")
    #expect(await shell("exec <&-; echo fine", input: bytes).text == "fine")
  }

  @Test func endsWhenItsTaskIsCancelled() async throws {
    let folder = try Scratch()
    let ready = folder.path + "/ready"
    let start = ContinuousClock.now
    let task = Task { await shell("echo $$; : > \(ready); sleep 60") }
    while FileSystem().kind(of: ready) == nil { await Task.yield() }
    task.cancel()
    let result = await task.value
    #expect(result.outcome == .timedOut)
    #expect(ContinuousClock.now - start < .seconds(15))
    try await expectNobodyLeft(of: result)
  }

  @Test func tellsMissingFromForbidden() async throws {
    func outcome(_ executable: String, path: String) async -> CommandOutcome {
      await runner.run(Command(executable, environment: ["PATH": path]), deadline: .after(.seconds(20))).outcome
    }
    let folder = try Scratch()
    try folder.write("plain", "#!/bin/sh\n")
    try folder.write("orphan", "#!/nonexistent/python\n", executable: true)
    #expect(await outcome("handoff-no-such-program", path: "/usr/bin:/bin") == .notFound)
    #expect(await outcome(folder.path + "/none", path: "") == .notFound)
    #expect(await outcome("plain", path: folder.path) == .notPermitted)
    #expect(await outcome(folder.path + "/plain", path: "") == .notPermitted)
    #expect(await outcome(folder.path, path: "") == .notPermitted)
    guard case .failedToStart(let reason) = await outcome("orphan", path: folder.path) else {
      Issue.record("a script without its interpreter must say so")
      return
    }
    #expect(reason.contains("interpreter"))
  }

  @Test func searchesThePathOfTheCommandAlone() async throws {
    let folder = try Scratch()
    try folder.write("handoff-own-tool", "#!/bin/sh\necho own\n", executable: true)
    let found = Command("handoff-own-tool", environment: ["PATH": "relative::" + folder.path])
    #expect(await runner.run(found, deadline: .after(.seconds(20))).text == "own")
    // This process's own PATH has sh; the command's has not.
    let hidden = Command("sh", ["-c", "true"], environment: ["PATH": folder.path])
    #expect(await runner.run(hidden, deadline: .after(.seconds(20))).outcome == .notFound)
    // The folder it runs in is not searched.
    let here = Command("handoff-own-tool", environment: ["PATH": ":.:/bin"], workingDirectory: folder.path)
    #expect(await runner.run(here, deadline: .after(.seconds(20))).outcome == .notFound)
  }

  @Test func runsInTheFolderAskedFor() async throws {
    let folder = try Scratch()
    let command = Command("pwd", ["-P"], environment: path, workingDirectory: folder.path)
    #expect(await runner.run(command, deadline: .after(.seconds(20))).text == folder.path)
    let lost = Command("pwd", environment: path, workingDirectory: folder.path + "/none")
    guard case .failedToStart = await runner.run(lost, deadline: .after(.seconds(20))).outcome else {
      Issue.record("a missing folder must be an error")
      return
    }
  }

  @Test func runsManyAtOnce() async {
    let start = ContinuousClock.now
    let outcomes = await withTaskGroup(of: CommandOutcome.self) { group in
      for _ in 0..<30 { group.addTask { await shell("sleep 0.5; exit 7").outcome } }
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(outcomes == Array(repeating: .exited(7), count: 30))
    #expect(ContinuousClock.now - start < .seconds(14))
  }
}
