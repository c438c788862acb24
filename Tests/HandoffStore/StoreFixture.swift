import Foundation
import HandoffDocument
import HandoffModel
import HandoffSecrets
import HandoffStore
import HandoffSystem
import HandoffTestSupport
import HandoffText

/// A project folder, in a repository or not, and the store of its handoffs.
struct StoreFixture {
  let scratch: Scratch
  let root: String

  init(named name: String = "handoff-test") throws {
    scratch = try Scratch(named: name)
    root = scratch.path + "/project"
    scratch.makeFolder("project")
  }

  /// With a repository and one commit of `a.txt`.
  static func repository(commit: Bool = true) async throws -> StoreFixture {
    let fixture = try StoreFixture()
    try await fixture.git("init", "-q")
    if commit {
      try fixture.write("a.txt", "one\n")
      try await fixture.git("add", "a.txt")
      try await fixture.git("commit", "-q", "-m", "one")
    }
    return fixture
  }

  func store(
    in folder: String = "handoffs", root: String? = nil, workingDirectory: String? = nil,
    with variables: [String: String] = [:], scanner: SecretScanner? = nil
  ) throws -> HandoffStore {
    var host = scratch.host(in: "project", with: variables)
    if let workingDirectory { host.workingDirectory = workingDirectory }
    let root = root ?? self.root
    return try HandoffStore(host: host, root: root, folder: folder) { [host] in
      scanner ?? SecretScanner(known: KnownSecrets.gather(host: host, projectRoot: root, connections: []))
    }
  }

  @discardableResult
  func git(
    _ words: String..., in folder: String = "project", with variables: [String: String] = [:]
  ) async throws -> String {
    try await scratch.run(["git"] + words, in: folder, with: variables)
  }

  func write(_ file: String, _ text: String, executable: Bool = false) throws {
    try scratch.write("project/" + file, text, executable: executable)
  }

  func read(_ file: String) -> String? { try? FileSystem().readText(root + "/" + file) }

  /// Everything that git knows of what is staged and changed, and the bytes of the index.
  func state() async throws -> [String] {
    [
      try await git("ls-files", "--stage", "--debug"), try await git("diff", "--cached"), try await git("diff"),
      try await git("status", "--porcelain=v2"),
    ]
  }

  static func moment(_ text: String) -> Date {
    (try? Date(text, strategy: .iso8601)) ?? .distantPast
  }

  /// A document that bears a name and a moment.
  static func document(_ title: String, at moment: String, name: String = "x.md") throws -> String {
    let snapshot = Snapshot(tool: "0", project: "p", capturedAt: self.moment(moment), observations: [])
    let handoff = Handoff(notes: AuthorNotes(title: title), previous: nil, snapshot: snapshot)
    let context = DocumentContext(
      name: name, folder: "handoffs", dictionary: FactDictionary(facts: [], findings: []))
    guard let template = try Template.builtIn(named: "session-handoff") else { throw NoTemplate() }
    return try render(handoff, context: context, template: template)
  }

  struct NoTemplate: Error {}
}
