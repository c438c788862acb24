import Foundation
import HandoffSystem
import Testing

@testable import HandoffProject

/// Trust holds for the files that the system finds by the bytes of their names, whatever their names look like.
@Suite struct TrustedBytesTests {
  private static let (composed, decomposed) = ("\u{e9}", "e\u{301}")

  /// Writes a file by the very bytes of its name, which Foundation may take for others.
  private static func write(_ name: [UInt8], _ text: String, in project: TemporaryProject) throws {
    let path = (Array(project.root.utf8) + [0x2f] + name + [0]).map { CChar(bitPattern: $0) }
    let file = try #require(fopen(path, "w"))
    fputs(text, file)
    fclose(file)
  }

  private static func makeFolder(_ name: String, in project: TemporaryProject) {
    mkdir(project.root + "/" + name, 0o755)
  }

  private static func quoted(_ word: String) -> String {
    "\"" + word.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
  }

  private static func configuration(_ words: [String]) -> String {
    "commands: {a: {run: [\(words.map(quoted).joined(separator: ", "))]}}\n"
  }

  #if os(Linux)
    @Test(
      "Of two files whose names differ in their bytes alone each ends trust when it changes, and each is copied",
      arguments: [
        (["cat", "\(composed).sh", "\(decomposed).sh"], ""), (["cat", "t"], "t/"), (["cat", "t/*"], "t/"),
        (["sh", "-c", "cat '\(decomposed).sh' '\(composed).sh'"], ""),
      ])
    func twins(_ words: [String], _ folder: String) throws {
      let project = try TemporaryProject(["handoff.yml": Self.configuration(words)])
      Self.makeFolder("t", in: project)
      let names = [Self.composed, Self.decomposed].map { Array("\(folder)\($0).sh".utf8) }
      for name in names { try Self.write(name, "1", in: project) }
      let subject = TrustSubject(try project.discover())
      var seen: Set<String?> = [nil, subject.digest(FileSystem())]
      #expect(seen.count == 2)
      for name in names {
        try Self.write(name, "2", in: project)
        #expect(seen.insert(subject.digest(FileSystem())).inserted)
      }
      guard folder.isEmpty else { return }
      let content = try #require(subject.content(FileSystem()))
      let state = try TemporaryProject()
      let copy = try PrivateCopy(of: project.root, with: content.copies, in: state.root + "/run")
      defer { copy.remove() }
      for name in names.map({ String(decoding: $0, as: UTF8.self) }) {
        #expect(FileSystem().kind(of: copy.path + "/" + name, followLinks: false) == .regular)
      }
    }

    @Test("The same holds for folders, for what stands in both, and for links that lead to both")
    func twinFolders() throws {
      let project = try TemporaryProject(["handoff.yml": Self.configuration(["cat", "t"])])
      for name in ["t", "t/\(Self.composed)", "t/\(Self.decomposed)", Self.composed, Self.decomposed] {
        Self.makeFolder(name, in: project)
      }
      for (index, name) in [Self.composed, Self.decomposed].enumerated() {
        symlink("../" + name, project.root + "/t/l\(index)")
        symlink("../\(name)/y", project.root + "/t/f\(index)")
      }
      let names =
        ["t/\(Self.composed)/x", "t/\(Self.decomposed)/x"]
        + [Self.composed, Self.decomposed].flatMap { [$0 + "/x", $0 + "/y"] }
      for name in names { try Self.write(Array(name.utf8), "1", in: project) }
      let subject = TrustSubject(try project.discover())
      var seen: Set<String?> = [nil, subject.digest(FileSystem())]
      #expect(seen.count == 2)
      for name in names {
        try Self.write(Array(name.utf8), "2", in: project)
        #expect(seen.insert(subject.digest(FileSystem())).inserted)
      }
    }

    @Test("Two names that are no UTF-8 and look the same, and a folder of such a name, are trusted by nobody")
    func noText() throws {
      let project = try TemporaryProject(["handoff.yml": Self.configuration(["cat", "t"]), "u/x": "1"])
      Self.makeFolder("t", in: project)
      let subject = TrustSubject(try project.discover())
      #expect(subject.digest(FileSystem()) != nil)
      try Self.write(Array("t/\u{fffd}.sh".utf8), "1", in: project)
      #expect(subject.digest(FileSystem()) != nil)
      try Self.write(Array("t/".utf8) + [0xff] + Array(".sh".utf8), "1", in: project)
      #expect(subject.digest(FileSystem()) == nil)
      remove(project.root + "/t/\u{fffd}.sh")
      #expect(subject.digest(FileSystem()) == nil)

      let other = try TemporaryProject(["handoff.yml": Self.configuration(["cat", "t"])])
      Self.makeFolder("t", in: other)
      let folder = (Array((other.root + "/").utf8) + [0xff, 0]).map { CChar(bitPattern: $0) }
      mkdir(folder, 0o755)
      symlink((Array("../".utf8) + [0xff, 0]).map { CChar(bitPattern: $0) }, other.root + "/t/l")
      #expect(TrustSubject(try other.discover()).digest(FileSystem()) == nil)
    }
  #endif

  @Test(
    "A mark behind a sign that parts words or folders hides no file",
    arguments: [
      ["bash", "d/\u{301}/../../evil.sh"], ["./\u{301}/../evil.sh"], ["d/\u{301}/../../evil.sh"],
      ["bash", "./\u{301}/../evil.sh"], ["bash", "-c", "true /x; cat \u{301}/../evil.sh"],
      ["bash", "-c", "true /x;\u{301}/../evil.sh"],
      ["bash", "-c", "true /x\n\u{301}/../evil.sh"], ["bash", "-c", "true /x '\u{301}/../evil.sh'"],
      ["bash", "-c", "cat /x; cat d\u{a0}/../evil.sh"], ["bash", "-c", "cat /x; cat d\u{2028}/../evil.sh"],
      ["x", "--f=\u{301}/../evil.sh"], ["x", "-f\u{301}/../evil.sh"], ["x", "a:\u{301}/../evil.sh"],
      ["x", "a,\u{301}/../evil.sh"], ["x", "@\u{301}/../evil.sh"], ["x", "-\u{301}/../evil.sh"],
      ["x", "d/\u{200d}/../../evil.sh"], ["x", "d/\u{301}/../../ev*"], ["x", "\u{301}/../e*"],
    ])
  func marks(_ words: [String]) throws {
    let project = try TemporaryProject(["handoff.yml": Self.configuration(words), "evil.sh": "1"])
    let subject = TrustSubject(try project.discover())
    let files = subject.files(of: subject.commands[0], FileSystem())
    #expect(files.contains("evil.sh"), "\(files)")
    let before = subject.digest(FileSystem())
    try project.write("evil.sh", "2")
    #expect(before != subject.digest(FileSystem()))
  }

  @Test(
    "A name with spaces or signs is found in a line for a shell where it is quoted",
    arguments: [
      "true /x; sh 'a d;e/run.sh'", "true /x; sh \"a d;e/run.sh\"", "true /x; sh a\\ d\\;e/run.sh",
      "true /x; sh 'a 'd\";e\"/run.sh", "true /x; sh \"a d;e\"/../a\\ 'd;e'/run.sh",
      "true /x; F='a d;e/run.sh' sh -c '$F'",
    ])
  func quoted(_ line: String) throws {
    let project = try TemporaryProject(["handoff.yml": Self.configuration(["sh", "-c", line]), "a d;e/run.sh": "1"])
    let subject = TrustSubject(try project.discover())
    let files = subject.files(of: subject.commands[0], FileSystem())
    #expect(files.contains("a d;e/run.sh"), "\(files)")
  }

  @Test("`..` behind a link between folders whose names differ in their bytes alone is where the system goes")
  func linkBetweenTwins() throws {
    let words = ["sh", "\(Self.composed)/l/../run.sh"]
    let project = try TemporaryProject(["handoff.yml": Self.configuration(words)])
    for name in [Self.composed, Self.decomposed] { Self.makeFolder(name, in: project) }
    Self.makeFolder("\(Self.decomposed)/l", in: project)
    symlink("../\(Self.decomposed)/l", project.root + "/\(Self.composed)/l")
    try Self.write(Array("\(Self.decomposed)/run.sh".utf8), "1", in: project)
    let subject = TrustSubject(try project.discover())
    let before = subject.digest(FileSystem())
    try Self.write(Array("\(Self.decomposed)/run.sh".utf8), "2", in: project)
    #expect(before != subject.digest(FileSystem()))
  }

  @Test("What is run of a path with marks behind its slashes is the copy of what was trusted")
  func replaced() throws {
    let words = ["bash", "d/\u{301}/../../run.sh"]
    let project = try TemporaryProject(["handoff.yml": Self.configuration(words), "run.sh": "1"])
    let subject = TrustSubject(try project.discover())
    #expect(subject.words(of: subject.commands[0]) { "/c/" + $0 } == ["bash", "/c/run.sh"])
  }
}
