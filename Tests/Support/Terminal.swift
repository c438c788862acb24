extension Witness {
  /// Runs a program on a terminal of its own, which Python's `pty` makes, with nothing to type.
  /// - Returns: its exit status, and what the terminal was sent, output and complaints together.
  public static func onTerminal(
    _ program: String, _ arguments: [String], environment: [String: String], in folder: String
  ) async throws -> Answer {
    let script = """
      import os, pty, sys
      sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:], stdin_read=lambda end: b"")))
      """
    let answer = try await ask(
      "/usr/bin/env", ["python3", "-I", "-c", script, program] + arguments, environment: environment, in: folder)
    return Answer(
      status: answer.status, output: answer.output.replacing("\r\n", with: "\n"), complaint: answer.complaint)
  }
}
