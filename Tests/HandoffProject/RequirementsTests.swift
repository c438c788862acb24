import Foundation
import HandoffProject
import HandoffSystem
import HandoffText
import Testing

@Suite struct RequirementsTests {
  func read(_ files: [String: String], _ names: String...) throws -> Requirements {
    let project = try TemporaryProject(files)
    return Requirements(of: names, root: project.root, files: FileSystem())
  }

  @Test("Comments, continuations, hashes and options are left out, markers and extras kept")
  func lines() throws {
    let text = #"""
      # a comment
      requests[socks] >= 2 ; python_version < "4"   # why
      flask==3.1.0 \
          --hash=sha256:aaaa \
          --hash=sha256:bbbb

      --index-url https://name:secret@host/simple
      -e ./here
      ./wheels/a-1.0-py3-none-any.whl
      a-1.0.tar.gz
      git+https://name:secret@host/x.git#egg=x
      thing @ https://name:secret@host/thing.zip ; sys_platform == "linux"
      other[x]@https://name:secret@host/other.zip
      last
      """#
    let requirements = try read(["requirements.txt": text], "requirements.txt")
    #expect(
      requirements.lines.map(\.text) == [
        #"requests[socks] >= 2 ; python_version < "4""#, "flask==3.1.0", #"thing ; sys_platform == "linux""#, "other",
        "last",
      ])
    #expect(requirements.lines.map(\.line) == [2, 3, 12, 13, 14])
    #expect(!String(reflecting: requirements).contains("secret"))
  }

  @Test("Included files are read once, beside the file that names them; constraints are told from requirements")
  func inclusions() throws {
    let requirements = try read(
      [
        "requirements.txt": "-r deps/base.txt\n--requirement=deps/base.txt\n-c limits.txt\na\n",
        "deps/base.txt": "-r ../requirements.txt\nb\n", "limits.txt": "-r deps/more.txt\nc<2\n", "deps/more.txt": "d\n",
      ], "requirements.txt")
    #expect(requirements.lines.map(\.text) == ["b", "d", "c<2", "a"])
    #expect(requirements.lines.map(\.isConstraint) == [false, true, true, false])
    #expect(requirements.lines.map(\.file) == ["deps/base.txt", "deps/more.txt", "limits.txt", "requirements.txt"])
    #expect(requirements.lines.allSatisfy { $0.given == "requirements.txt" })
    #expect(requirements.unreadable.isEmpty)
  }

  @Test("A file that is missing, a folder, or outside of the project is named, and its text is not read")
  func unreadable() throws {
    let outside = try TemporaryProject(["token": "abcdef\n"])
    let requirements = try read(
      ["requirements.txt": "-r gone.txt\n-r folder\n-r \(outside.root)/token\na\n", "folder/x": ""], "requirements.txt")
    #expect(requirements.lines.map(\.text) == ["a"])
    #expect(requirements.unreadable.map(\.path) == ["requirements.txt", "folder", outside.root + "/token"])
    #expect(requirements.unreadable.map(\.cause) == [.mistake, .folder, .other])
  }

  @Test("That there are more files than are read is told once")
  func tooMany() throws {
    var files = ["requirements.txt": (0..<70).map { "-r \($0).txt\n" }.joined()]
    for number in 0..<70 { files["\(number).txt"] = "a\(number)\n" }
    let requirements = try read(files, "requirements.txt")
    #expect(requirements.lines.map(\.text) == (0..<63).map { "a\($0)" })
    #expect(requirements.unreadable.map(\.path) == ["63.txt"])
    #expect(requirements.unreadable.first?.reason.plain.contains("too many") == true)
    #expect(requirements.unreadable.allSatisfy { $0.cause == .other })
  }

  @Test("A mark behind a slash leads nowhere else, and a file has one name for each order of bytes")
  func marks() throws {
    let requirements = try read(
      [
        "requirements.txt": "-r d/\u{301}/../../base.txt\n-r base.txt\n-r \u{301}/../../outside.txt\n",
        "base.txt": "a\n",
      ], "requirements.txt")
    #expect(requirements.lines.map(\.text) == ["a"])
    #expect(requirements.lines.map(\.file) == ["base.txt"])
    #expect(requirements.unreadable.map(\.path) == ["requirements.txt"])
  }

  @Test("A line that is continued over and over is read at once", .timeLimit(.minutes(1)))
  func continued() throws {
    let text = String(repeating: "aa\\\n", count: 250_000)
    let requirements = try read(["requirements.txt": text], "requirements.txt")
    #expect(requirements.lines.map(\.text.utf8.count) == [500_000])
  }

  @Test(
    "The files that setuptools takes dependencies from are read, in whatever form pyproject.toml names them",
    arguments: [
      "[tool.setuptools.dynamic]\ndependencies = {file = [\"a.in\"]} # and no [other]\n",
      "[tool.setuptools.dynamic]\noptional-dependencies.x = {file = ['z.in']}\ndependencies = {file = 'a.in'}\n",
      "[tool.setuptools.dynamic.dependencies]\nfile = [ # all\n  'a.in', # \"z.in\"\n]\n",
      "[tool.setuptools]\ndynamic.dependencies.file = ['a.in']\n",
      "[tool.setuptools.dynamic]\nversion = {file = 'z.in'}\ndependencies.file = [\n'a.in',\n]\n",
    ])
  func dynamic(_ table: String) throws {
    let head = "[project]\nname = 'x'\ndynamic = [\n  'version', # 'y'\n  'dependencies',\n]\n"
    let requirements = try read(["pyproject.toml": head + table, "a.in": "a\n", "z.in": "z\n"])
    #expect(requirements.lines.map(\.text) == ["a"])
    // Without `dynamic` setuptools refuses them.
    #expect(try read(["pyproject.toml": table, "a.in": "a\n"]).lines.isEmpty)
  }

  @Test(
    "What stands behind a URL and could be a part of it is no marker",
    arguments: [" ;x://name:secret@host", " ;name:secret@host", " ; sys_platform == 'a' ;//x:secret@host"])
  func markerOfURL(_ rest: String) throws {
    let text = "thing @ https://host/thing.zip\(rest)\n"
    #expect(try read(["requirements.txt": text], "requirements.txt").lines.map(\.text) == ["thing"])
  }
}
