import HandoffSystem
import Testing

/// Which file a path means is decided by its bytes, as the system does it.
@Suite struct PathTextTests {
  static let mark = "\u{301}"

  @Test(arguments: [
    ("", []), ("/", []), (".", []), ("./", []), ("//", []), ("a", ["a"]), ("/a", ["a"]),
    ("a//b/./c/", ["a", "b", "c"]),
    ("..", [".."]), ("a/../b", ["a", "..", "b"]), ("...", ["..."]), ("/\u{301}", ["\u{301}"]),
    ("d/\u{301}/../../evil.sh", ["d", "\u{301}", "..", "..", "evil.sh"]), ("..\u{301}/x", ["..\u{301}", "x"]),
    ("../\u{301}x", ["..", "\u{301}x"]), (".\u{301}/x", [".\u{301}", "x"]),
    ("/\u{200d}/\u{fe0f}", ["\u{200d}", "\u{fe0f}"]),
  ])
  func parts(_ path: String, _ parts: [String]) {
    #expect(PathText(path).components == parts.map { PathText($0) })
    #expect(PathText(path).name.utf8.elementsEqual((parts.last ?? "").utf8))
  }

  @Test func absolute() {
    #expect(PathText("/" + Self.mark).isAbsolute)
    #expect(PathText("x/" + Self.mark).hasSlash)
    #expect(!PathText("x" + Self.mark).hasSlash)
    #expect(!PathText("").isAbsolute)
    #expect(PathText("../" + Self.mark).climbs)
    #expect(!PathText("..." + Self.mark).climbs)
  }

  @Test func bytesDecide() {
    let (composed, decomposed) = (PathText("\u{e9}.sh"), PathText("e\u{301}.sh"))
    #expect(composed.text == decomposed.text)
    #expect(composed != decomposed)
    #expect(Set([composed, decomposed]).count == 2)
    #expect(decomposed < composed)
    #expect(PathText("a") < PathText("a/b"))
    #expect(PathText("\u{212a}") != PathText("K"))
  }

  @Test(arguments: [
    ("a/../b", "b"), ("a/..", ""), (".", ""), ("", ""), ("/", "/"), ("/..", nil), ("..", nil), ("a/../../b", nil),
    ("/a/./../b//", "/b"), ("d/\u{301}/../../evil.sh", "evil.sh"), ("../\u{301}x", nil), ("..\u{301}/x", "..\u{301}/x"),
    ("/\u{301}/../x", "/x"),
  ])
  func normalized(_ path: String, _ expected: String?) {
    #expect(PathText(path).normalized == expected.map { PathText($0) })
  }

  @Test(arguments: [
    ("../a/../b", "../b"), ("../../x", "../../x"), ("a/../../x", "../x"), ("a/./b", "a/b"),
    ("..\u{301}/../x", "x"), ("../\u{301}/../x", "../x"),
  ])
  func shortened(_ path: String, _ expected: String) { #expect(PathText(path).shortened == PathText(expected)) }

  @Test func behind() {
    #expect(PathText("/p/../x").text(behind: "/p") == "../x")
    #expect(PathText("/x").text(behind: "/") == "x")
    #expect(PathText("/p/\u{301}x").text(behind: "/p") == "\u{301}x")
    #expect(PathText("/e\u{301}/x").text(behind: "/\u{e9}") == nil)
    #expect(PathText("/px").text(behind: "/p") == nil)
    let folders = PathText.absoluteFolders(in: "/a::b:/\u{301}c:\u{301}/d:.")
    #expect(folders.map { PathText($0) } == [PathText("/a"), PathText("/\u{301}c")])
  }

  @Test(arguments: [
    ("/p", "/p", ""), ("/p/", "/p", ""), ("/p/x/y", "/p", "x/y"), ("/p//x/.", "/p/", "x"), ("/px", "/p", nil),
    ("/", "/", ""), ("/x", "/", "x"), ("/\u{301}x", "/", "\u{301}x"), ("/p/\u{301}x", "/p", "\u{301}x"),
    ("/p\u{301}/x", "/p", nil), ("/e\u{301}/x", "/\u{e9}", nil), ("/p/../x", "/p", nil), ("/p/..", "/p", nil),
    ("/p/x/\u{301}/../../..", "/p", nil), ("p/x", "/p", nil), ("/p/x", "p", nil), ("x/y", "", "x/y"), ("/x", "", nil),
    ("../x", "", nil), ("../x", "..", "x"),
  ])
  func inFolder(_ path: String, _ folder: String, _ expected: String?) {
    let relative = PathText(path).relative(to: folder)
    #expect(relative.map { PathText($0) } == expected.map { PathText($0) })
    #expect(PathText(path).isInside(folder) == (expected != nil))
    #expect(PathText(path).isBelow(folder) == (expected?.isEmpty == false))
  }

  @Test func handoffsInGit() {
    #expect(GitHandoffPaths(handoffs: "../\u{301}x", prefix: "") == nil)
    #expect(GitHandoffPaths(handoffs: "/\u{301}x", prefix: "p") == nil)
    #expect(GitHandoffPaths(handoffs: "\u{301}x", prefix: "p/")?.contains("p/\u{301}x/a") == true)
    #expect(GitHandoffPaths(handoffs: "\u{e9}", prefix: "")?.contains("e\u{301}/a") == false)
    let shared = GitHandoffPaths(handoffs: ".", prefix: "*\u{301}")
    #expect(shared?.only == ":(top,glob)\\*\u{301}/SESSION-HANDOFF-*.md")
    #expect(shared?.contains("*\u{301}/SESSION-HANDOFF-/\u{301}.md") == false)
  }

  @Test func appending() {
    #expect(PathText("/").appending("x").text == "/x")
    #expect(PathText("/p").appending("x/y").text == "/p/x/y")
    #expect(PathText("/p/").appending("x").text == "/p/x")
    #expect(PathText("/p").appending("/x").text == "/x")
    #expect(PathText("/p").appending("/\u{301}x") == PathText("/\u{301}x"))
    #expect(PathText("/p").appending("\u{301}x") == PathText("/p/\u{301}x"))
    #expect(PathText("/p").appending("").text == "/p")
    #expect(PathText("").appending("x").text == "x")
    #expect(PathText(".").appending("x").text == "x")
    #expect(PathText(".").appending("").text == ".")
    #expect(PathText("p").appending(".").text == "p")
    #expect(PathText("/a/\u{301}b").folder.text == "/a")
    #expect(PathText("/a").folder.text == "/")
    #expect(PathText("a").folder.text == "")
  }
}
