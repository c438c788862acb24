import Foundation
import HandoffModel
import HandoffTestSupport
import Testing

/// `handoff scan`, and what is waived.
@Suite struct ScanTests: GitProjectSuite {
  let project: GitProject

  init() throws { project = try GitProject() }

  /// A line that a scanner must find, made from parts.
  private static let line = ["DB_", "PASS", "WORD=", "Sunn1", "day!"].joined()

  @Test("What is found is told by file, line and rule, with no more than two characters of it, and is exit status 3")
  func found() async throws {
    try folder.write("notes.md", "# Notes\n\n\(Self.line)\n")
    let answer = try await handoff("scan", "README.md", "notes.md")
    #expect(answer.status == 3)
    #expect(answer.output.hasPrefix("notes.md: line 3: assignment of DB_PASSWORD (S…, 9 bytes), fingerprint "))
    #expect(!answer.output.contains("Sunn"))
    let piped = try await shell("\"$0\" scan --format json - < notes.md")
    let hits = try JSONValue(parsing: Array(piped.output.utf8))
    #expect(piped.status == 3)
    #expect(hits.array?.map { $0["line"] } == [3])
    #expect(try await handoff("scan", "README.md").status == 0)
    #expect(try await handoff("scan", "README.md", "nowhere.md").status == 2)
  }

  @Test("A waiver holds for one value, with the key that made it, and for no other")
  func waived() async throws {
    try folder.write("notes.md", "\(Self.line)\n\(Self.line)2\n")
    let hits = try await findings()
    #expect(hits.count == 2)
    let fingerprint = try #require(hits.first)
    try folder.write("handoff.yml", "waivers:\n  - {fingerprint: \"\(fingerprint)\", reason: the manual's example}\n")
    #expect(try await findings() == Array(hits.dropFirst()))
    // Nobody else's key makes the same fingerprint, unless it is shared.
    #expect(try await findings(["HANDOFF_MASK_KEY": "another key of the team"]).count == 2)
    let key = home.path + "/.local/state/handoff/key"
    let rights = try FileManager.default.attributesOfItem(atPath: key)[.posixPermissions] as? Int
    #expect(rights == 0o600)
  }

  private func findings(_ extra: [String: String] = [:]) async throws -> [String] {
    let answer = try await handoff("scan", "--format", "json", "notes.md", extra: extra)
    return try (JSONValue(parsing: Array(answer.output.utf8)).array ?? []).compactMap { $0["fingerprint"]?.string }
  }

  @Test("What is written is refused with the fingerprint, and written once it is waived")
  func generated() async throws {
    try await begin()
    try folder.write("notes.md", "## Done\n\n\(Self.line)\n")
    let refused = try await handoff("generate", "--title", "One", "--notes", "notes.md")
    #expect(refused.status == 3)
    let fingerprint = try #require(try await findings().first)
    #expect(refused.complaint.contains(fingerprint))
    try folder.write("handoff.yml", "waivers:\n  - {fingerprint: \"\(fingerprint)\", reason: the manual's example}\n")
    #expect(try await handoff("generate", "--title", "One", "--notes", "notes.md").status == 0)
  }

  @Test(
    "A waiver that names nothing, or says no reason, is a mistake",
    arguments: ["{reason: x}", "{fingerprint: \"0\", reason: x}"])
  func mistakes(entry: String) async throws {
    try folder.write("handoff.yml", "waivers:\n  - \(entry)\n")
    let answer = try await handoff("scan", "README.md")
    #expect(answer.status == 2)
    #expect(answer.complaint.hasPrefix("handoff: handoff.yml:2:"))
  }
}
