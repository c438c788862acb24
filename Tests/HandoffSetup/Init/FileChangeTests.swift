import HandoffSystem
import HandoffTestSupport
import Testing

@testable import HandoffSetup

/// A change as a diff makes of the old file what the tool would write, by git and by patch.
@Suite struct FileChangeTests {
  static let files: [[UInt8]?] = [
    nil, [], Array("a\n".utf8), Array("a".utf8), Array("a\r\nb\r\n".utf8), Array("a\r\nb".utf8),
    Array("1\n2\n3\n4\n5\n6\n".utf8), Array("gr\u{fc}n\n\n\n\n".utf8), [0x66, 0xfc, 0x0a],
  ]

  @Test("git apply and patch take the diff", arguments: files, ["plain", "with space", "b\u{e4}h \"q\""])
  func applied(old: [UInt8]?, name: String) async throws {
    let text = "one\n\ntwo\n"
    let change = old.map { FileChange(appending: text, to: name, holding: $0) } ?? FileChange(creating: name, text)
    for tool in [["git", "apply", "../diff"], ["patch", "-s", "-p1", "-i", "../diff"]] {
      let scratch = try Scratch()
      scratch.makeFolder("p")
      try FileWriter().create(change.diff, named: "diff", in: scratch.path)
      if let old { try FileWriter().create(old, named: name, in: scratch.path + "/p") }
      try await scratch.run("git", "init", "-q", in: "p")
      try await scratch.run(tool, in: "p")
      #expect(try FileSystem().read(scratch.path + "/p/" + name) == change.new, "\(tool)")
    }
  }

  @Test("All that stood there stays, and what is added has the file's line ends")
  func appended() {
    func added(_ old: String) -> String {
      String(decoding: FileChange(appending: "x\ny\n", to: "f", holding: Array(old.utf8)).new, as: UTF8.self)
    }
    #expect(added("") == "x\ny\n")
    #expect(added("a") == "a\nx\ny\n")
    #expect(added("a\r\nb") == "a\r\nb\r\nx\r\ny\r\n")
  }
}
