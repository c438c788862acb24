import Foundation
public import Testing

/// One sink, held against many strings: what failed is gathered, and the figures are printed for `Tests/Safety/names`.
public struct Sweep {
  private let sink: String
  private var strings = 0
  private var failures: [String] = []

  /// Begins a sweep.
  public init(_ sink: String) { self.sink = sink }

  /// Counts a string.
  /// - Parameter failure: what is wrong with what the sink made of it; nil where nothing is.
  public mutating func count(_ string: String, _ failure: String?) {
    strings += 1
    if let failure { failures.append("\(String(reflecting: String(string.prefix(80)))): \(failure)") }
  }

  /// Prints the figures, and records an issue where something failed.
  public func end(atLeast least: Int = 300, _ location: SourceLocation = #_sourceLocation) {
    print("names: \(sink): \(strings) strings, \(failures.count) failures")
    #expect(strings >= least, sourceLocation: location)
    #expect(failures.isEmpty, "\(failures.prefix(8).joined(separator: "\n"))", sourceLocation: location)
  }
}

extension Witness {
  /// Runs a program and takes what it printed byte by byte.
  /// - Throws: when it did not end with status 0.
  public static func bytes(_ program: String, _ arguments: [String]) throws -> [UInt8] {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [program] + arguments
    process.environment = ["PATH": "/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin", "LC_ALL": "C.UTF-8"]
    let output = Pipe()
    process.standardOutput = output
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    let status = process.end()
    try #require(status == 0, "\(program) ended with status \(status)")
    return Array(data)
  }
}
