import Foundation
import Testing

/// Where the test lab's servers are, as `Tests/Lab/lab env` exports it.
enum Lab {
  /// The value of an export; the test that asks must carry ``Testing/Trait/lab(_:_:)``.
  static func value(_ name: String) throws -> String {
    try #require(ProcessInfo.processInfo.environment[name], "the lab exports no \(name)")
  }

  /// A part of the lab that a test needs and that is not up.
  struct Missing: Error, CustomStringConvertible {
    let description: String
  }
}

extension Trait where Self == ConditionTrait {
  /// Skips the test, saying why, where a part of the lab is not up; in CI that is a failure.
  static func lab(_ part: String, _ exports: String...) -> Self {
    .enabled("the lab's part \(part) is not up; Tests/Lab/lab up \(part)") {
      let environment = ProcessInfo.processInfo.environment
      if exports.allSatisfy({ environment[$0] != nil }) { return true }
      if environment["CI"] == "true" { throw Lab.Missing(description: "the lab's part \(part) is not up") }
      return false
    }
  }
}
