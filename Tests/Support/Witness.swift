import Foundation

/// A program that is asked independently of the code under test: `psql`, `docker`, `aws`, `git`, the interpreter.
public enum Witness {
  /// What a program answered.
  public struct Answer: Sendable {
    /// Its exit status, or the signal that ended it as a negative number.
    public let status: Int
    /// What it printed, without the line end at its end.
    public let output: String
    /// What it complained.
    public let complaint: String

    /// Puts an answer together.
    public init(status: Int, output: String, complaint: String) {
      self.status = status
      self.output = output
      self.complaint = complaint
    }
  }

  /// Runs a program and waits for it, away from the threads that the code under test needs.
  @discardableResult public static func ask(
    _ program: String, _ arguments: [String], environment: [String: String], in folder: String? = nil
  ) async throws -> Answer {
    try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread {
        continuation.resume(
          with: Result { try wait(program, arguments, environment: environment, in: folder) })
      }
    }
  }

  private static func wait(
    _ program: String, _ arguments: [String], environment: [String: String], in folder: String?
  ) throws -> Answer {
    let process = Process()
    let isPath = program.hasPrefix("/")
    process.executableURL = URL(fileURLWithPath: isPath ? program : "/usr/bin/env")
    process.arguments = isPath ? arguments : [program] + arguments
    process.environment = environment
    if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
    let files = try TemporaryFolder(["out": "", "err": ""])
    // Files, not pipes: a server that the program leaves behind may keep a pipe open.
    process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: files.path + "/out"))
    process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: files.path + "/err"))
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let status = process.end()
    var output = try files.read("out")
    while output.hasSuffix("\n") { output.removeLast() }
    return Answer(
      status: status, output: output, complaint: try files.read("err"))
  }
}
