import Foundation
import HandoffDocument
import HandoffModel
import HandoffSecrets
import HandoffStore
import HandoffSystem
import HandoffTestSupport
import HandoffText
import Testing

@Suite struct WriteTests {
  private static let moment = "2025-11-07T23:15:00Z"

  private func create(_ store: HandoffStore, _ text: String = "text\n") throws -> String {
    try store.create(capturedAt: StoreFixture.moment(Self.moment), slug: "Post cleanup") { _ in text }
  }

  @Test func aFileIsNeverOverwritten() throws {
    let fixture = try StoreFixture()
    let store = try fixture.store()
    #expect(try create(store, "one\n") == "handoffs/SESSION-HANDOFF-2025-11-07-POST-CLEANUP.md")
    #expect(try create(store, "two\n") == "handoffs/SESSION-HANDOFF-2025-11-07-POST-CLEANUP-231500.md")
    #expect(try create(store, "three\n") == "handoffs/SESSION-HANDOFF-2025-11-07-POST-CLEANUP-231500-2.md")
    #expect(fixture.read("handoffs/SESSION-HANDOFF-2025-11-07-POST-CLEANUP.md") == "one\n")
    #expect(try FileSystem().list(fixture.root + "/handoffs").count == 3)
  }

  @Test func whatIsTooLongToBeReadIsNotWritten() throws {
    let fixture = try StoreFixture()
    let store = try fixture.store()
    let path = try create(store, try StoreFixture.document("Short", at: Self.moment))
    let before = fixture.read(path)
    let long = String(repeating: "x", count: (48 << 20) + 1)
    #expect(throws: StoreError.tooLong("handoffs/SESSION-HANDOFF-2025-11-07-POST-CLEANUP-231500.md", limit: 48 << 20)) {
      try create(store, long)
    }
    #expect(throws: StoreError.tooLong(path, limit: 48 << 20)) {
      try store.replace(try store.read(path), with: long)
    }
    #expect(fixture.read(path) == before)
    #expect(try FileSystem().list(fixture.root + "/handoffs").count == 1)
  }

  @Test func aNameTakenByALinkOrAFolderIsLeftAlone() async throws {
    let fixture = try StoreFixture()
    fixture.scratch.makeFolder("project/handoffs")
    try await fixture.scratch.run(
      "ln", "-s", "../../victim", "SESSION-HANDOFF-2025-11-07-POST-CLEANUP.md", in: "project/handoffs")
    fixture.scratch.makeFolder("project/handoffs/SESSION-HANDOFF-2025-11-07-POST-CLEANUP-231500.md")
    #expect(try create(try fixture.store()).hasSuffix("-231500-2.md"))
    #expect(FileSystem().kind(of: fixture.scratch.path + "/victim") == nil)
  }

  @Test func manyWritersAtOnceGetAFileEach() async throws {
    let fixture = try StoreFixture()
    let store = try fixture.store(scanner: SecretScanner())
    let paths = try await withThrowingTaskGroup(of: String.self) { group in
      for number in 0..<40 { group.addTask { try self.create(store, "text \(number)\n") } }
      return try await group.reduce(into: Set<String>()) { $0.insert($1) }
    }
    #expect(paths.count == 40)
    #expect(Set(paths.compactMap { fixture.read($0) }).count == 40)
    #expect(try FileSystem().list(fixture.root + "/handoffs").count == 40)
  }

  @Test(arguments: ["../outside", "/tmp", "handoffs/../..", "link", "link/inner"])
  func aFolderOutsideTheProjectIsRefused(folder: String) async throws {
    let fixture = try StoreFixture()
    fixture.scratch.makeFolder("outside")
    try await fixture.scratch.run("ln", "-s", "../outside", "link", in: "project")
    #expect(throws: StoreError.folderOutside(folder)) { try fixture.store(in: folder) }
    #expect(try FileSystem().list(fixture.scratch.path + "/outside").isEmpty)
  }

  @Test(arguments: ["../\u{301}outside", "a/../../\u{301}outside", "/\u{301}outside", "\u{301}/../../outside"])
  func aMarkBehindASlashLeadsNowhereElse(folder: String) async throws {
    let fixture = try StoreFixture()
    #expect(throws: StoreError.folderOutside(folder)) { try fixture.store(in: folder) }
    #expect(try FileSystem().list(fixture.scratch.path).filter { $0.hasSuffix("outside") }.isEmpty)
    // A folder of such a name is one of the project, as any other.
    let store = try fixture.store(in: "./\u{301}docs//\u{301}handoffs")
    let path = try create(store, "text\n")
    #expect(PathText(path).isBelow("\u{301}docs/\u{301}handoffs"))
    #expect(fixture.read(path) != nil)
    #expect(try FileSystem().list(fixture.root).map { PathText($0) } == [PathText("\u{301}docs")])
  }

  @Test func aLinkInsideTheProjectIsFollowed() async throws {
    let fixture = try StoreFixture()
    fixture.scratch.makeFolder("project/docs/handoffs")
    try await fixture.scratch.run("ln", "-s", "docs/handoffs", "handoffs", in: "project")
    let path = try create(try fixture.store())
    #expect(fixture.read("docs/" + path) == "text\n")
  }

  @Test func theModeFollowsTheUserAndIsKept() async throws {
    let fixture = try StoreFixture()
    let store = try fixture.store()
    let path = try store.create(capturedAt: StoreFixture.moment(Self.moment), slug: "x") {
      try StoreFixture.document("x", at: Self.moment, name: $0)
    }
    let mode = ["stat", "-c", "%a", fixture.root + "/" + path]
    #expect(try await fixture.scratch.run(mode) == "644")
    try await fixture.scratch.run("chmod", "640", fixture.root + "/" + path)
    let stored = try store.read(path)
    try store.replace(stored, with: stored.text + "more\n")
    let after = try await fixture.scratch.run(mode)
    #expect(after == "640")
    #expect(fixture.read(path) == stored.text + "more\n")
  }

  @Test func whatWasChangedMeanwhileStays() async throws {
    let fixture = try StoreFixture()
    let store = try fixture.store()
    try fixture.write("handoffs/x.md", try StoreFixture.document("x", at: Self.moment))
    let stored = try store.read("handoffs/x.md")
    try fixture.write("handoffs/x.md", stored.text + "by somebody else\n")
    #expect(throws: StoreError.unwritable("handoffs/x.md", .changedMeanwhile)) {
      try store.replace(stored, with: "new")
    }
    #expect(fixture.read("handoffs/x.md") == stored.text + "by somebody else\n")
    #expect(try FileSystem().list(fixture.root + "/handoffs") == ["x.md"])
  }

  @Test func aLinkIsNotWrittenThrough() async throws {
    let fixture = try StoreFixture()
    let store = try fixture.store()
    try fixture.scratch.write("victim", try StoreFixture.document("x", at: Self.moment))
    fixture.scratch.makeFolder("project/handoffs")
    try await fixture.scratch.run("ln", "-s", "../../victim", "x.md", in: "project/handoffs")
    let stored = try store.read("handoffs/x.md")
    #expect(throws: StoreError.self) { try store.replace(stored, with: "new") }
    let victim = try FileSystem().readText(fixture.scratch.path + "/victim")
    #expect(victim == stored.text)
  }

  @Test func temporariesOfTheDeadAreRemovedAndOfTheLivingAreNot() async throws {
    let fixture = try StoreFixture()
    try fixture.write("handoffs/.handoff-dead.tmp", "half")
    try fixture.write("handoffs/.handoff-living.tmp", "half")
    let living = open(fixture.root + "/handoffs/.handoff-living.tmp", O_RDONLY)
    defer { close(living) }
    #expect(flock(living, LOCK_EX | LOCK_NB) == 0)
    let path = try create(try fixture.store())
    #expect(
      try FileSystem().list(fixture.root + "/handoffs")
        == [".handoff-living.tmp", String(path.dropFirst("handoffs/".count))])
  }

  @Test func whatIsPutReplacesALinkAndNotWhatItPointsTo() async throws {
    let fixture = try StoreFixture()
    try fixture.write("victim", "old\n")
    fixture.scratch.makeFolder("project/folder")
    try await fixture.scratch.run("ln", "-s", "../victim", "entry", in: "project/folder")
    let folder = fixture.root + "/folder"
    for text in ["one\n", "two\n"] {
      try FileWriter().put(Array(text.utf8), named: "entry", in: folder, mode: 0o600)
      #expect(fixture.read("folder/entry") == text)
      #expect(FileSystem().kind(of: folder + "/entry", followLinks: false) == .regular)
    }
    #expect(fixture.read("victim") == "old\n")
    #expect(FileSystem().isOpenToOthers(folder + "/entry") == false)
    #expect(try FileSystem().list(folder) == ["entry"])
  }

  @Test func whatTheDiskDidNotConfirmIsToldAsWritten() {
    let told = StoreError.unwritable("handoffs/x.md", .notConfirmed(5)).description
    #expect(told.hasPrefix("handoffs/x.md is written, but "))
    #expect(!told.contains("nothing was changed"))
  }

  @Test func aKeyThatWasMadeByTheDeadIsKeptUnderOneName() throws {
    let fixture = try StoreFixture()
    let host = fixture.scratch.host(in: "project", with: [:])
    #expect(OwnKey(host).value != nil)
    let path = try #require(OwnKey(host).path)
    let folder = String(path.dropLast("/key".count))
    let leftover = folder + "/.handoff-dead.tmp"
    #expect(link(path, leftover) == 0)
    let kept = try FileSystem().read(path)
    #expect(OwnKey(host).value != nil)
    #expect(try FileSystem().list(folder) == ["key"])
    #expect(try FileSystem().read(path) == kept)
  }

  @Test func nothingIsWrittenThatHoldsASecret() throws {
    let fixture = try StoreFixture()
    let value = "tr0ub4dor-" + "and-more"
    let store = try fixture.store(with: ["STORY_SECRET": value])
    do {
      _ = try create(store, "line one\nit is \(value)\n")
      Issue.record("it was written")
    } catch let error as StoreError {
      #expect(error.isSafetyRefusal)
      #expect(error.description.contains("line 2"))
      #expect(!error.description.contains(value.dropFirst(2)))
    }
    #expect(FileSystem().kind(of: fixture.root + "/handoffs") == nil)
    try fixture.write("handoffs/x.md", try StoreFixture.document("x", at: Self.moment))
    let stored = try store.read("handoffs/x.md")
    #expect(throws: StoreError.self) { try store.replace(stored, with: stored.text + value) }
    #expect(fixture.read("handoffs/x.md") == stored.text)
  }

  @Test func whatCannotBeWrittenIsTold() async throws {
    let fixture = try StoreFixture()
    try fixture.write("handoffs", "a file")
    #expect(throws: StoreError.notAFolder("handoffs")) { try fixture.store() }
    // A file system without room: writes beyond the limit fail.
    try fixture.write("full/x", "")
    #expect(throws: StoreError.folderOutside("full/../../x")) { try fixture.store(in: "full/../../x") }
  }
}
