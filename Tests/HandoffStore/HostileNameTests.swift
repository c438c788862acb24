import Foundation
import HandoffModel
import HandoffStore
import HandoffTestSupport
import HandoffText
import Testing

/// Hostile titles as names of files, and in the message of a commit.
@Suite struct HostileNameTests {
  @Test func fileNames() throws {
    var sweep = Sweep("file name")
    let folder = try TemporaryFolder()
    let moment = Date(timeIntervalSince1970: 1_762_557_300)
    for text in HostileStrings.all {
      let names = HandoffName.candidates(capturedAt: moment, slug: text)
      let name = names[0]
      let isPlain = name.wholeMatch(of: /SESSION-HANDOFF-2025-11-07-[A-Z0-9]+(-[A-Z0-9]+)*\.md/) != nil
      try folder.write(name, "x")
      let isThere = try folder.read(name) == "x" && HandoffName(name)?.description == name
      sweep.count(text, isPlain && isThere && name.utf8.count <= 100 ? nil : name)
    }
    // Nothing came to stand beside them.
    let there = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
    #expect(there.allSatisfy { $0.hasPrefix("SESSION-HANDOFF-2025-11-07-") && !$0.contains("/") })
    sweep.end()
  }

  @Test func commitMessages() {
    var sweep = Sweep("commit message")
    for text in HostileStrings.all {
      var notes = AuthorNotes()
      notes.title = text
      let handoff = Handoff(
        notes: notes, previous: nil,
        snapshot: Snapshot(
          tool: "0.1.0", project: text, capturedAt: Date(timeIntervalSince1970: 1_762_557_300),
          observations: [
            Observation(probe: "check[\(text)]", facts: [], findings: [Finding("check.\(text)", .failure, "x")])
          ]))
      let message = CommitMessage.text(for: handoff, name: "SESSION-HANDOFF-2025-11-07-X.md")
      let lines = message.split(separator: "\n", omittingEmptySubsequences: false)
      let form =
        lines.count == 6 && lines[0].hasPrefix("Hand off: ") && lines[1].isEmpty
        && lines[4].utf8.starts(with: "- check[".utf8)
      sweep.count(text, form ? HiddenCharacters.first(in: message, allowed: ["\n"]) : message)
    }
    sweep.end()
  }
}
