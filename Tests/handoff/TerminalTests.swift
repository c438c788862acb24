import Foundation
import HandoffTestSupport
import Testing

/// What a person at a terminal sees.
@Suite struct TerminalTests: GitProjectSuite {
  let project: GitProject

  init() throws { project = try GitProject() }

  private func terminal(_ arguments: String..., extra: [String: String] = [:]) async throws -> String {
    try await Witness.onTerminal(
      Tool.path, arguments, environment: environment.merging(["TERM": "xterm"]) { $1 }.merging(extra) { $1 },
      in: folder.path
    ).output
  }

  @Test("What is still waited for is named while it is, and the line is taken away")
  func progress() async throws {
    let silent = try Listener()
    defer { silent.stop() }
    try folder.write("handoff.yml", "checks:\n  story: {http: \"http://127.0.0.1:\(silent.port)/\"}\n")
    let shown = try await terminal("preflight", "--timeout", "2")
    let line = try #require(shown.firstRange(of: "still waiting for check[story] …"))
    let after = shown[line.upperBound...]
    #expect(after.contains("\r\u{1b}[K"))
    #expect(after.contains("check[story]") && after.contains("no answer by the deadline"))
    let piped = try await handoff("preflight", "--timeout", "2")
    #expect(piped.complaint.isEmpty && !piped.output.contains("still waiting"))
  }

  @Test("Colours where a person looks and wants them")
  func colours() async throws {
    try await begin()
    let colour = "\u{1b}[32m"
    #expect(try await terminal("preflight").contains(colour))
    #expect(try await !terminal("preflight", "--color", "never").contains("\u{1b}[3"))
    #expect(try await !terminal("preflight", extra: ["NO_COLOR": "1"]).contains("\u{1b}[3"))
    #expect(try await !terminal("preflight", extra: ["TERM": "dumb"]).contains("\u{1b}[3"))
    #expect(try await terminal("preflight", "--color", "always", extra: ["NO_COLOR": "1"]).contains(colour))
  }
}
