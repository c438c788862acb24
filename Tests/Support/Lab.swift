import Foundation
public import Testing

/// Where the test lab's servers are, as `Tests/Lab/lab env` exports it.
public enum Lab {
  private static let environment = ProcessInfo.processInfo.environment

  /// The value of an export, `HANDOFF_LAB_` left out of its name; the test that asks must carry ``needs(_:_:)``.
  public static func value(_ name: String) throws -> String {
    try #require(environment["HANDOFF_LAB_" + name], "the lab exports no HANDOFF_LAB_\(name)")
  }

  /// The port of an export that is a number or ends in one.
  public static func port(_ name: String) throws -> Int {
    try #require(Int(value(name).split(separator: ":").last.map(String.init) ?? ""))
  }

  /// A part of the lab that a test needs and that is not up.
  struct Missing: Error, CustomStringConvertible {
    let description: String
  }

  /// Skips a test, saying why, where a part of the lab is not up; in CI that is a failure.
  public static func needs(_ part: String, _ exports: String...) -> ConditionTrait {
    .enabled("the lab's part \(part) is not up: Tests/Lab/lab up \(part), then eval \"$(Tests/Lab/lab env)\"") {
      if exports.allSatisfy({ environment["HANDOFF_LAB_" + $0] != nil }) { return true }
      if environment["CI"] == "true" { throw Missing(description: "the lab's part \(part) is not up") }
      return false
    }
  }

  /// Variables that a program needs to run at all, and none that could be taken for a project's.
  public static func bareEnvironment(home: String) -> [String: String] {
    ["PATH": environment["PATH"] ?? "/usr/bin:/bin", "HOME": home, "LC_ALL": "C.UTF-8", "TMPDIR": "/tmp"]
  }
}
