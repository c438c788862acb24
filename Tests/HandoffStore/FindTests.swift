import Foundation
import HandoffDocument
import HandoffModel
import HandoffSecrets
import HandoffStore
import HandoffSystem
import HandoffTestSupport
import HandoffText
import Testing

@Suite struct FindTests {
  private func fixture() throws -> StoreFixture {
    let fixture = try StoreFixture()
    for (name, title, moment) in [
      ("2025-11-06-OLD", "old", "2025-11-06T10:00:00Z"), ("2025-11-07-ZEBRA", "first", "2025-11-07T08:00:00Z"),
      ("2025-11-07-APPLE", "second", "2025-11-07T09:00:00Z"),
      ("2025-11-07-APPLE-101500", "third", "2025-11-07T10:15:00Z"),
    ] {
      try fixture.write("handoffs/SESSION-HANDOFF-\(name).md", try StoreFixture.document(title, at: moment))
    }
    try fixture.write("handoffs/README.md", "not one")
    return fixture
  }

  private func title(_ argument: String, _ store: HandoffStore) async throws -> String {
    try await store.find(argument).document.handoff.notes.title
  }

  @Test func theLatestIsTheNewestOfTheNewestDate() async throws {
    let fixture = try fixture()
    let store = try fixture.store()
    #expect(try store.latest()?.document.handoff.notes.title == "third")
    for (argument, title) in [
      ("latest", "third"), ("latest~0", "third"), ("latest~1", "second"), ("latest~2", "first"), ("latest~3", "old"),
    ] {
      let found = try await self.title(argument, store)
      #expect(found == title)
    }
    #expect(
      try store.listing(10).map { try $0.get() }.map(\.document.handoff.notes.title) == [
        "third", "second", "first", "old",
      ])
  }

  @Test func ofOneSecondTheLaterNameIsTheLatest() async throws {
    let fixture = try StoreFixture()
    let store = try fixture.store()
    let moment = "2025-11-07T10:15:00Z"
    var paths: [String] = []
    for title in ["a", "b", "c"] {
      paths.append(
        try store.create(capturedAt: StoreFixture.moment(moment), slug: "X") {
          try StoreFixture.document(title, at: moment, name: $0)
        })
    }
    #expect(try store.listing(3).map { try $0.get() }.map(\.name) == paths.reversed())
  }

  @Test("A damaged document that says it is the newest is passed over, and comes last of its date")
  func damagedNewest() async throws {
    let fixture = try fixture()
    let newest = try StoreFixture.document("newest", at: "2025-11-07T23:00:00Z")
    for (name, text) in [
      ("A", newest.replacing("\"project\": \"p\"", with: "\"project\": 1")), ("LONGER", "# by hand"),
      ("Z", newest.replacing("handoff.document/1", with: "handoff.document/9")),
    ] {
      #expect(text != newest)
      try fixture.write("handoffs/SESSION-HANDOFF-2025-11-07-\(name).md", text)
    }
    let store = try fixture.store()
    #expect(try await title("latest", store) == "third")
    func told(_ count: Int) throws -> [String] {
      try store.listing(count).map { result in
        switch result {
        case .success(let stored): stored.document.handoff.notes.title
        case .failure(.damaged(let name, _)), .failure(.handWritten(let name, _)): name
        case .failure(let error): "\(error)"
        }
      }
    }
    let names = ["LONGER", "Z", "A"].map { "handoffs/SESSION-HANDOFF-2025-11-07-\($0).md" }
    #expect(try told(10) == ["third", "second", "first"] + names + ["old"])
    #expect(try told(2) == ["third", "second"])
    #expect(try told(4) == ["third", "second", "first"] + names.prefix(1))
  }

  @Test func onlyWhatIsNeededIsRead() async throws {
    let fixture = try fixture()
    // A file that cannot be read as a handoff, of an older date: nobody looks at it.
    try fixture.write("handoffs/SESSION-HANDOFF-2025-11-05-BROKEN.md", "nothing")
    // One written by hand on the newest date does not keep the others away.
    try fixture.write("handoffs/SESSION-HANDOFF-2025-11-07-BY-HAND.md", "# by hand")
    let store = try fixture.store()
    let latest = try await title("latest", store)
    #expect(latest == "third")
    await #expect(throws: StoreError.self) { try await store.find("latest~4") }
  }

  @Test func handoffsWrittenByHandAreNoObstacle() async throws {
    let fixture = try StoreFixture()
    try fixture.write("handoffs/SESSION-HANDOFF-2025-11-08-BY-HAND.md", "# by hand")
    let store = try fixture.store()
    #expect(try store.latest()?.name == nil)
    try fixture.write(
      "handoffs/SESSION-HANDOFF-2025-11-07-X.md", try StoreFixture.document("x", at: "2025-11-07T08:00:00Z"))
    #expect(try store.latest()?.document.handoff.notes.title == "x")
    // What one command takes for the latest, all do.
    #expect(try await store.find("latest").document.handoff.notes.title == "x")
    // Asked for by name, it is told what is wrong with it.
    await #expect(throws: StoreError.self) { try await store.find("SESSION-HANDOFF-2025-11-08-BY-HAND.md") }
  }

  @Test func tenThousandHandoffsAreNotRead() async throws {
    let fixture = try StoreFixture()
    for number in 0..<2_000 {
      let name = "SESSION-HANDOFF-20\(10 + number / 300)-\(10 + number / 28 % 3)-\(10 + number % 19)-N\(number).md"
      try fixture.write("handoffs/" + name, "")
    }
    try fixture.write(
      "handoffs/SESSION-HANDOFF-2025-11-07-X.md", try StoreFixture.document("x", at: "2025-11-07T08:00:00Z"))
    let store = try fixture.store()
    #expect(try store.names().count == 2_001)
    let latest = try await title("latest", store)
    #expect(latest == "x")
  }

  @Test func aPathOrANameIsFound() async throws {
    let fixture = try fixture()
    let name = "SESSION-HANDOFF-2025-11-06-OLD"
    let store = try fixture.store()
    for argument in [
      name, name + ".md", "handoffs/\(name).md", "./handoffs/\(name).md", fixture.root + "/handoffs/\(name).md",
    ] {
      let found = try await store.find(argument)
      #expect(found.name == "handoffs/\(name).md")
    }
    fixture.scratch.makeFolder("project/sub")
    let below = try fixture.store(workingDirectory: fixture.root + "/sub")
    let found = try await below.find("../handoffs/\(name).md")
    #expect(found.name == "handoffs/\(name).md")
    let byProject = try await below.find("handoffs/\(name).md")
    #expect(byProject.name == "handoffs/\(name).md")
  }

  @Test func aRevisionIsFound() async throws {
    let fixture = try await StoreFixture.repository()
    let name = "SESSION-HANDOFF-2025-11-07-X.md"
    fixture.scratch.makeFolder("project/sub")
    for (title, moment) in [("before", "2025-11-07T08:00:00Z"), ("after", "2025-11-07T09:00:00Z")] {
      try fixture.write("sub/handoffs/" + name, try StoreFixture.document(title, at: moment))
      try await fixture.git("add", ".")
      try await fixture.git("commit", "-q", "-m", title)
    }
    try await fixture.git("tag", "v1", "HEAD~1")
    let store = try fixture.store(root: fixture.root + "/sub")
    for argument in [
      "HEAD~1:handoffs/\(name)", "HEAD~1:sub/handoffs/\(name)", "v1:\(name)", "HEAD~1:./handoffs/\(name)",
    ] {
      let found = try await store.find(argument)
      #expect(found.document.handoff.notes.title == "before")
      #expect(found.name == argument)
      #expect(found.path == nil)
    }
    let now = try await title("HEAD:handoffs/\(name)", store)
    #expect(now == "after")
  }

  @Test func whatIsNotThereIsToldApart() async throws {
    let fixture = try await StoreFixture.repository()
    let store = try fixture.store()
    func error(_ argument: String) async -> StoreError? {
      do {
        _ = try await store.find(argument)
        return nil
      } catch { return error }
    }
    #expect(await error("latest") == .notSoMany(folder: "handoffs", count: 0, asked: "latest"))
    #expect(await error("nothing.md") == .notFound("nothing.md", existing: []))
    #expect(await error("nope:a.md") == .noSuchRevision("nope"))
    #expect(await error("HEAD:a.md") == .notInRevision(path: "a.md", revision: "HEAD"))
    // A folder is not a file, and names are not options.
    #expect(await error("HEAD:") == .notInRevision(path: "", revision: "HEAD"))
    #expect(await error("--output=x:a.md") == .noSuchRevision("--output=x"))
    #expect(await error("HEAD\nHEAD:a.txt") != nil)
    if case .handWritten? = await error("HEAD:a.txt") {} else { Issue.record("a file that is no handoff") }
    try fixture.write(
      "handoffs/SESSION-HANDOFF-2025-11-07-X.md", try StoreFixture.document("x", at: "2025-11-07T08:00:00Z"))
    #expect(await error("latest~1") == .notSoMany(folder: "handoffs", count: 1, asked: "latest~1"))
    #expect(await error("x") == .notFound("x", existing: ["SESSION-HANDOFF-2025-11-07-X.md"]))
    try fixture.write("latin.md", "x")
    try await fixture.scratch.run("sh", "-c", "printf 'a\\377b' > latin.md", in: "project")
    #expect(await error("latin.md") == .notText("latin.md"))
    try await fixture.scratch.run("mkfifo", "pipe", in: "project")
    #expect(await error("pipe") == .unreadable("pipe", .notRegular))
  }

  @Test func aTextConversionOfTheRepositoryIsNotRun() async throws {
    let fixture = try await StoreFixture.repository()
    try fixture.write(
      "handoffs/SESSION-HANDOFF-2025-11-07-X.md", try StoreFixture.document("x", at: "2025-11-07T08:00:00Z"))
    try fixture.write(".gitattributes", "*.md diff=evil\n")
    try await fixture.git("add", ".")
    try await fixture.git("commit", "-q", "-m", "x")
    try await fixture.git("config", "diff.evil.textconv", "touch \(fixture.scratch.path)/canary; cat")
    let found = try await title("HEAD:SESSION-HANDOFF-2025-11-07-X.md", try fixture.store())
    #expect(found == "x")
    #expect(FileSystem().kind(of: fixture.scratch.path + "/canary") == nil)
  }
}
