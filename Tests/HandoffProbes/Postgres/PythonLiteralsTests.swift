import Testing

@testable import HandoffProbes

/// Python source, as far as settings and the heads of migrations need it.
@Suite struct PythonLiteralsTests {
  @Test("Assignments that end nowhere are not read to the end once for each", arguments: [2_000, 20_000])
  func unclosed(count: Int) {
    for line in ["A=[", "A = [ # (", "A = {'a': [", "A: list = ('b',"] {
      let text = String(repeating: line + "\n", count: count)
      for text in [text, text + String(repeating: ")]}", count: 2 * count) + "\nB = 1\n"] {
        let values = DjangoSettings.assignments(in: text).map(\.value.utf8.count)
        #expect(!values.isEmpty && values.reduce(0, +) <= 10 * text.utf8.count, "\(line)")
      }
    }
  }

  @Test("Behind an expression, and behind one that seems not to end, the next assignment is found")
  func next() {
    let text = "A = [\n  'B = 1',\n]\n\"\"\" '( \"\"\"\nC = '''(\n'''\nD = 'd'\n  E += 1\n"
    let found = DjangoSettings.assignments(in: text)
    #expect(found.map(\.name) == ["A", "C", "D", "E"])
    #expect(found.map(\.isPlain) == [true, true, true, false])
    #expect(PythonLiterals.strings(found[2].value) == ["d"])
  }

  @Test("The name of a table is found by the name that stands for it", .timeLimit(.minutes(1)))
  func versionTable() {
    let many = (0..<20_000).map { "version_table=x\($0)\n" }.joined()
    #expect(AlembicOptions.versionTable(many) == nil)
    #expect(AlembicOptions.versionTable(many + "version_table=TABLE\nTABLE: str = 'a'\nTABLE = 'b'\n") == "a")
    #expect(AlembicOptions.versionTable("x(version_table=None)\nT = (\n  'c'\n)\nx(version_table = T)\n") == "c")
  }
}
