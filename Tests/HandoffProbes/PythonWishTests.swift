import HandoffTestSupport
import Testing

@testable import HandoffProbes

@Suite("Which Python a project asks for")
struct PythonWishTests {
  private static let versions = [
    "2.7.18", "3.8.0", "3.9.18", "3.10.0", "3.11.0", "3.11.7", "3.12.1", "3.13.0", "3.14.2", "4.0.0",
  ]
  private static let specifiers = [
    ">=3.11", ">3.11", "<3.13", "<=3.12", ">=3.9,<3.13", ">= 3.10, < 3.14", "==3.11.*", "==3.11.7", "==3.12",
    "!=3.11.*",
    ">=3.8,!=3.9.*,!=3.12.1", "~=3.11", "~=3.11.2", "~=3.9,<3.12", ">=2.7", "<4", ">=3.11.7,<3.12", "===3.11.7",
    "!=3.13.0",
  ]

  @Test(
    "a specifier holds of a version where packaging says so", Lab.needs("python", "VENV"))
  func packaging() async throws {
    let script = """
      import sys
      from packaging.specifiers import SpecifierSet
      versions = sys.argv[1].split()
      for text in sys.argv[2].split("|"):
          print(text, *(int(SpecifierSet(text).contains(version)) for version in versions))
      """
    let answer = try await Witness.ask(
      try Lab.value("VENV") + "/bin/python",
      ["-c", script, Self.versions.joined(separator: " "), Self.specifiers.joined(separator: "|")], environment: [:])
    try #require(answer.status == 0, "\(answer.complaint)")
    let ours = Self.specifiers.map { text in
      ([text] + Self.versions.map { PythonWish.holds(text, of: $0) ? "1" : "0" }).joined(separator: " ")
    }
    #expect(ours == answer.output.split(separator: "\n").map(String.init))
  }

  @Test(
    "poetry's signs are those of its documentation",
    arguments: [
      // https://python-poetry.org/docs/dependency-specification/
      ("^3.11", "3.12.1", true), ("^3.11", "3.10.9", false), ("^3.11", "4.0.0", false), ("~3.11", "3.11.9", true),
      ("~3.11", "3.12.0", false), ("3.11", "3.11.4", true), ("3.11", "3.12.0", false), ("*", "3.9.0", true),
      ("^2.7 || ^3.11", "3.12.0", true), ("^2.7 || ^3.11", "3.10.0", false),
    ])
  func poetry(_ specifier: String, _ version: String, _ holds: Bool) {
    #expect(PythonWish.holds(specifier, of: version) == holds)
  }

  @Test("a version that .python-version names is preferred, and one that is forbidden is never taken")
  func preferred() {
    let wish = PythonWish(specifier: ">=3.10", minors: ["3.12"])
    #expect(wish.isMet(by: "3.12.4"))
    #expect(!wish.isMet(by: "3.11.4") && !wish.forbids("3.11.4"))
    #expect(wish.forbids("3.9.1"))
  }
}
