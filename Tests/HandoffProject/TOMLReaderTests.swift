import Foundation
import HandoffModel
import HandoffProject
import HandoffSystem
import Testing

@testable import HandoffProject

/// TOML as Python's own reader takes it, who is the witness.
@Suite struct TOMLReaderTests {
  /// The names of all that a file sets, with what is set.
  private func json(_ value: TOMLReader.Value) -> JSONValue {
    switch value {
    case .text(let text): .string("text " + text)
    case .flag(let flag): .bool(flag)
    case .list(let members): .array(members.map(json))
    case .table(let members): .object(members.mapValues(json))
    case .other: "other"
    }
  }

  private func json(_ toml: TOMLReader) -> JSONValue {
    .object(Dictionary(uniqueKeysWithValues: toml.names.map { ($0, toml.value($0).map(json) ?? .null) }))
  }

  private static let script = """
    import json, sys, tomllib
    def plain(value):
        if isinstance(value, dict): return {key: plain(inner) for key, inner in value.items()}
        if isinstance(value, list): return [plain(inner) for inner in value]
        if isinstance(value, bool): return value
        return "text " + value if isinstance(value, str) else "other"
    try:
        print(json.dumps(plain(tomllib.load(sys.stdin.buffer))))
    except ValueError:
        print("no")
    """

  private func python(_ text: String) async throws -> JSONValue? {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin"
    let result = await SubprocessRunner().run(
      Command(
        "python3", ["-c", Self.script], environment: ["PATH": path], input: Array(text.utf8)),
      deadline: .after(.seconds(20)))
    try #require(result.succeeded, "\(result.errorText)")
    return result.text == "no" ? nil : try JSONValue(parsing: Array(result.text.utf8))
  }

  static let texts: [String] = [
    "", "# nothing\n", "a = 1\r\nb = 'x' # y\r\n\r\n[t]\r\nc = \"\"\"\r\nd\r\ne\"\"\"\r\n",
    ##"a."b.c".'d' = "x\ty\u00e9\U0001F600\\\"" # "#"##,
    "a = [ # one\n  \"x\", # two, \"no\"\n  'y#', [ 1, 2.5, true ], {b.c = 'd', e = [], f = {}}, 1979-05-27T07:32:00Z,\n]\nz = false\n",
    "[ tool . setuptools . dynamic ]\ndependencies = {file = ['a.txt', \"b.txt\"]}\n[tool.setuptools]\nx = 1\n",
    "[tool.setuptools]\ndynamic.dependencies.file = 'a.txt'\n[project]\ndynamic = ['dependencies']\n",
    "[[a]]\nb = 'one'\n[a.c]\nd = 1\n[[a]]\nb = 'two'\n[[a.e]]\nf = 'x'\n[[a.e]]\n",
    "a = '''\n'x' ''two'''''\nb = \"\"\"x \\\n   y \"\"z\\\"\"\"\"\"\"\n[\"quoted key\"]\n\"\" = inf\n'=' = -nan\n",
    "1 = 2\nflyway.locations = []\nmulti = '''\n[not.a.table]\nx = 'y'\n'''\nafter = 'z'\n",
  ]

  @Test("What Python reads in a file is read in it", arguments: texts)
  func whole(_ text: String) async throws {
    let toml = TOMLReader(text)
    #expect(toml.isWhole)
    #expect(try await python(text) == json(toml))
  }

  @Test(
    "What Python refuses is not taken for whole",
    arguments: [
      "a = \n", "a = x\n", "a = 'x' y\n", "a = [1\n", "a = \"x\ny\"\n", "[a\n", "[a]]\n", "a\n", "= 1\n",
      "a = {b = 1\n",
      "a = 1\na.b = 2\n", #"a = "\q""#, "[[a]\n", "a = 1\na = 2\n",
    ])
  func mistaken(_ text: String) async throws {
    #expect(!TOMLReader(text + "[z]\nb = 1\n").isWhole)
    #expect(try await python(text + "[z]\nb = 1\n") == nil)
  }

  @Test("A sign is no digit of an escape", arguments: ["\\u+041", "\\U-0000041", "\\u0x41"])
  func signInEscape(escape: String) {
    #expect(!TOMLReader("a = \"\(escape)\"\n").isWhole)
  }

  @Test("A line that cannot be understood takes no other with it")
  func mended() {
    let toml = TOMLReader("[a]\nb = ?\nc = 'd'\n[[e]\n[f]\ng = true\n")
    #expect(!toml.isWhole)
    #expect(toml.value("a", "c")?.text == "d")
    #expect(toml.value("f", "g") == .flag(true))
    #expect(toml.value("a", "c", "x") == nil && toml.value("a", "b") == nil)
  }

  @Test("What stands below a header that cannot be understood is in no table")
  func lostHeader() {
    for header in ["[tool.alembic", "[tool.alembic]]", "[[tool.alembic]", "[?]"] {
      let toml = TOMLReader("[tool.black]\nline = 'x'\n\(header)\nscript_location = 'y'\n[after]\nz = 'z'\n")
      #expect(!toml.isWhole)
      #expect(toml.value("tool", "black")?.table?.keys.sorted() == ["line"], "\(header)")
      #expect(toml.value("tool", "alembic") == nil && toml.value("after", "z")?.text == "z")
    }
  }

  @Test("A key that is set twice does not let lines of its second value be read for keys")
  func secondValue() {
    let toml = TOMLReader("a = 1\na = \"\"\"\nb = 2\n\"\"\"\nc = 3\n")
    #expect(!toml.isWhole && toml.names == ["a", "c"])
  }

  @Test("Lines that each begin what does not end are not read once for each", arguments: [2_000, 20_000])
  func restarts(count: Int) {
    let lines = [
      "1 = [1,", "a = ['b',", "a = {b = 1,", "a = \"\"\"", "'a' = '''x''' [", "1 = [1 = [", "a = {b = [{c = [", "[a.",
      "a = [ #", "a = [ [1,],", "1 = [2024-05-27 07:32:00,",
    ]
    for line in lines {
      for end in ["", "!\n", "'''\n"] {
        let text = String(repeating: line + "\n", count: count) + end
        let toml = TOMLReader(text)
        // Values stand in each other to 32 levels, and so many lines are looked at again at most.
        #expect(!toml.isWhole && toml.visited <= 34 * text.utf8.count, "\(line)")
      }
    }
  }

  @Test("Whatever a file holds, it is read in time and without end of the stack")
  func hostile() {
    let many = 200_000
    let texts = [
      "a = " + String(repeating: "[", count: many), "a = " + String(repeating: "{b=", count: many),
      "[" + String(repeating: "a.", count: many) + "a]\n", String(repeating: "a.", count: many) + "a = 1\n",
      String(repeating: "[[a]]\n", count: many), String(repeating: "[[a.b]]\n", count: many),
      String(repeating: "a = [\n", count: many), String(repeating: "a = '''\nb = \"\"\"\n", count: many),
      String(repeating: "[a.a]\n[a]\n", count: many), String(repeating: "{[\"'#\n", count: many),
      (0..<many).map { "a.b.k\($0) = 1\n" }.joined(), "a = \"" + String(repeating: "\\", count: many),
    ]
    for text in texts {
      let duration = ContinuousClock().measure { _ = TOMLReader(text) }
      #expect(duration < .seconds(10), "\(text.prefix(20))")
    }
    #expect(!TOMLReader(texts[0]).isWhole && !TOMLReader(texts[2]).isWhole)
    #expect(TOMLReader(texts[4]).value("a")?.table == nil)
  }
}
