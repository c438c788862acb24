import Testing

@testable import HandoffProbes

/// What `.dockerignore` leaves out, by the examples of Docker's manual.
/// https://docs.docker.com/build/concepts/context/#dockerignore-files
@Suite struct BuildIgnoreTests {
  struct Case: CustomTestStringConvertible {
    let lines: String
    let out: [String]
    let kept: [String]
    var testDescription: String { lines.debugDescription }
  }

  static let cases = [
    Case(lines: "", out: [], kept: ["a"]),
    Case(lines: "# comment\n\n   \n", out: [], kept: ["# comment", "a"]),
    Case(
      lines: "*/temp*", out: ["somedir/temporary.txt", "somedir/temp", "somedir/temp/deep/file"],
      kept: ["temp", "a/b/temp"]),
    Case(lines: "*/*/temp*", out: ["somedir/subdir/temporary.txt"], kept: ["somedir/temporary.txt"]),
    Case(lines: "temp?", out: ["tempa", "tempb", "tempé"], kept: ["temp", "tempab", "a/tempa"]),
    Case(lines: "**/*.go", out: ["main.go", "a/main.go", "a/b/c.go"], kept: ["main.gox"]),
    Case(lines: "a/**", out: ["a/b", "a/b/c"], kept: ["a", "ab/c"]),
    Case(lines: "**/node_modules", out: ["node_modules/x", "a/b/node_modules/x"], kept: ["node_modules2/x"]),
    Case(
      lines: "*.md\n!README*.md\nREADME-secret.md", out: ["a.md", "README-secret.md"], kept: ["README.md", "a/b.md"]),
    Case(lines: "*.md\nREADME-secret.md\n!README*.md", out: ["a.md"], kept: ["README.md", "README-secret.md"]),
    Case(lines: "*\n!src\nsrc/*.tmp", out: ["a", "b/c", "src/x.tmp"], kept: ["src", "src/a/b"]),
    Case(lines: " /foo/bar/ \n./a\nx/../y\r\n", out: ["foo/bar", "foo/bar/z", "a", "y"], kept: ["foo", "x"]),
    Case(lines: #"[a-c]1"# + "\n" + #"[^a-c]2"# + "\n" + #"\*3"#, out: ["a1", "d2", "*3"], kept: ["d1", "a2", "x3"]),
  ]

  @Test(arguments: cases) func example(_ example: Case) {
    let ignore = BuildIgnore(example.lines)
    #expect(example.out.filter { !ignore.leavesOut($0) } == [])
    #expect(example.kept.filter(ignore.leavesOut) == [])
  }

  @Test("A pattern of many stars is held against a path at once", .timeLimit(.minutes(1)))
  func manyStars() {
    let ignore = BuildIgnore(String(repeating: "*a", count: 30) + "b\n" + String(repeating: "**/a*/", count: 30) + "b")
    #expect(!ignore.leavesOut(String(repeating: "a", count: 200)))
    #expect(!ignore.leavesOut(String(repeating: "aa/", count: 60) + "c"))
    #expect(ignore.leavesOut(String(repeating: "aa/", count: 60) + "b"))
  }
}
