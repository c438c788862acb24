import Foundation
import HandoffTestSupport
import Testing

/// A project that a reset is tried on, and what stands beside it and must stay.
final class ResetProject: Sendable {
  let folder: TemporaryFolder
  let home: TemporaryFolder
  /// What is not the project's.
  let beside: TemporaryFolder
  let environment: [String: String]
  /// The name that has to be typed.
  let name = "story-engine"

  init(_ files: [String: String] = [:], extra: [String: String] = [:]) throws {
    folder = try TemporaryFolder(files.merging(["handoff.yml": "project: story-engine\n"]) { own, _ in own })
    home = try TemporaryFolder([".gitconfig": "[user]\n\tname = Sample\n\temail = sample@localhost\n"])
    beside = try TemporaryFolder(["precious": "kept\n"])
    environment = Lab.bareEnvironment(home: home.path).merging(extra) { $1 }
  }

  /// Runs the tool without a terminal.
  func reset(_ arguments: String..., extra: [String: String] = [:]) async throws -> Witness.Answer {
    try await Witness.ask(
      Tool.path, ["reset"] + arguments, environment: environment.merging(extra) { $1 }, in: folder.path)
  }

  /// Runs the tool on a terminal, at which a line is typed when it asks for one.
  func reset(typing line: String, _ arguments: String...) async throws -> Witness.Answer {
    try await Typed.ask(line, ["reset"] + arguments, environment: environment, in: folder.path)
  }

  func shell(_ script: String) async throws {
    let answer = try await Witness.ask("sh", ["-ec", script, beside.path], environment: environment, in: folder.path)
    try #require(answer.status == 0, "\(script): \(answer.complaint)")
  }

  func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: folder.path + "/" + path) }
  var isPreciousThere: Bool { FileManager.default.fileExists(atPath: beside.path + "/precious") }
}

/// The tool on a terminal.
enum Typed {
  /// - Parameters:
  ///   - line: what is typed when a reset asks for the project's name.
  ///   - script: what is run before that.
  static func ask(
    _ line: String, after script: String = ":", _ arguments: [String], environment: [String: String], in folder: String
  ) async throws -> Witness.Answer {
    let program = """
      import os, pty, subprocess, sys
      line, script, *command = sys.argv[1:]
      pid, end = pty.fork()
      if pid == 0: os.execvp(command[0], command)
      seen, typed = b"", False
      while True:
          try: piece = os.read(end, 4096)
          except OSError: break
          if not piece: break
          seen += piece
          if not typed and b"to lose all of this: " in seen:
              typed = True
              subprocess.run(["sh", "-ec", script], check=True, capture_output=True)
              os.write(end, line.encode() + b"\\n")
      sys.stdout.write(seen.decode().replace("\\r\\n", "\\n"))
      sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
      """
    return try await Witness.ask(
      "python3", ["-I", "-c", program, line, script, Tool.path] + arguments, environment: environment, in: folder)
  }
}
