import Foundation
import HandoffModel
import HandoffProject
import HandoffSystem
import HandoffTestSupport
import HandoffText
import Testing

@testable import HandoffProbes

/// What a project asks for, held against real environments; pip itself is the witness.
@Suite(.serialized, Lab.needs("python", "PYTHON", "VENV"))
struct PythonRequirementTests {
  let folder: TemporaryFolder
  let variables: [String: String]

  init() throws {
    folder = try TemporaryFolder()
    variables = Lab.bareEnvironment(home: folder.path)
  }

  func makeEnvironment() async throws {
    try await Witness.ask("cp", ["-a", try Lab.value("VENV"), folder.path + "/.venv"], environment: variables)
  }

  func python(_ arguments: String...) async throws -> Witness.Answer {
    try await Witness.ask(folder.path + "/.venv/bin/python", arguments, environment: variables, in: folder.path)
  }

  func version(of name: String) async throws -> String {
    try await python("-c", "from importlib.metadata import version; print(version('\(name)'))").output
  }

  func observe() async throws -> Observation {
    let host = Host(
      environment: ProcessEnvironment(variables), workingDirectory: folder.path, commands: SubprocessRunner())
    let project = try Discovery.project(at: folder.path, host: host)
    let settings = try #require(project.python.settings)
    return await PythonProbe(settings: settings).observe(
      ProbeContext(host: host, project: project, deadline: .after(.seconds(20)))
    ).checked()
  }

  /// Of each requirement alone, whether it is met here and for pip, that finds what it installs nowhere.
  @Test("What is met and what is not is what pip says of each requirement")
  func witness() async throws {
    try await makeEnvironment()
    let pytest = try await version(of: "pytest")
    let pluggy = try await version(of: "pluggy")
    let cases = [
      "pytest", "PyTest", "pytest==\(pytest)", "pytest===\(pytest)", "pytest==\(pytest).0", "pytest==1.0",
      "pytest!=\(pytest)", "pytest>=1,<1000", "pytest<2", "pytest>1000", "pytest<=\(pytest)", "pluggy~=\(pluggy)",
      "pluggy==\(pluggy.prefix(1)).*", "pluggy==0.*", "pluggy!=0.*", "not-there", "not-there==1",
      "not-there ; python_version < \"3\"", "not-there ; sys_platform == \"\(Self.platform)\"",
      "pytest[dev]", "pytest==1.0 ; python_version < \"3\"", "pytest>=1.0rc1", "pytest==1.0+local",
    ]
    for text in cases {
      try folder.write("requirements.txt", text + "\n")
      let answer = try await python("-m", "pip", "install", "--no-index", "--dry-run", "-r", "requirements.txt")
      // Its extra's own dependencies are not installed, in which pip and the probe agree as well.
      let ids = try await observe().findings.filter { $0.severity == .failure }.map(\.id)
      let isMet = !ids.contains("python.requirement-missing") && !ids.contains("python.tool-missing")
      #expect(isMet == (answer.status == 0), "\(text): \(ids) \(answer.output) \(answer.complaint)")
    }
  }

  static let platform: String = {
    #if os(macOS)
      "darwin"
    #else
      "linux"
    #endif
  }()

  @Test("A few are named, the rest counted, and the remedies install from the files that ask, in both shells")
  func message() async throws {
    try await makeEnvironment()
    try folder.write("requirements.txt", "one\ntwo==2\npytest==1.0\n-r more/deps.txt\npluggy\n")
    try folder.write("more/deps.txt", "three\nfour\n")
    let observation = try await observe()
    let finding = try #require(observation.findings.first)
    #expect(observation.findings.map(\.id) == ["python.requirement-missing"])
    #expect(finding.severity == .failure)
    #expect(
      finding.message.plain
        == "5 of 6 requirements are not met in .venv: one, which requirements.txt asks for, is not installed; "
        + "two ==2, which requirements.txt asks for, is not installed; "
        + "pytest is \(try await version(of: "pytest")), and requirements.txt asks for ==1.0; and 2 more")
    #expect(
      finding.byHand.map(\.command) == [.run(".venv/bin/python", "-m", "pip", "install", "-r", "requirements.txt")])
    #expect(finding.byHand.allSatisfy { $0.command.powershell != nil })
    #expect(observation.fact("python.packages") != nil)
  }

  @Test("Constraints count for what is asked for, and for nothing else")
  func constraints() async throws {
    try await makeEnvironment()
    try folder.write("limits.txt", "pluggy<0.1\nnot-there==1\n")
    try folder.write("requirements.txt", "pytest\n-c limits.txt\n")
    #expect(try await observe().findings.isEmpty)
    try folder.write("requirements.txt", "pluggy\n-c limits.txt\n")
    #expect(try await observe().findings.map(\.id) == ["python.requirement-missing"])
  }

  @Test("The dependencies of pyproject.toml count, whether written in one line or many")
  func pyproject() async throws {
    try await makeEnvironment()
    try folder.write(
      "pyproject.toml", "[project]\nname = 'x'\ndependencies = [\n  'pytest>=1', # why\n  \"absent\",\n]\n")
    let finding = try #require(try await observe().findings.first)
    #expect(
      finding.message.plain
        == "1 of 2 requirements is not met in .venv: absent, which pyproject.toml asks for, is not installed")
    #expect(finding.byHand.map(\.command.bash) == [".venv/bin/python -m pip install -e ."])
    try folder.write("uv.lock", "")
    #expect(try await observe().findings.first?.byHand.map(\.command.bash) == ["uv sync --inexact"])
    try folder.write("pyproject.toml", "[project]\ndependencies = [\n")
    #expect(try await observe().findings.map(\.id) == ["python.requirement-unknown"])
    try folder.write("pyproject.toml", "[tool.poetry]\nname = 'x'\n[tool.poetry.dependencies]\npython = '^3'\n")
    #expect(try await observe().findings.isEmpty)
  }

  @Test("The group dev is left out by some where pip fills the environment, whatever uv is told, and not where uv does")
  func groupOfUV() async throws {
    try await makeEnvironment()
    let group = "[dependency-groups]\ndev = ['absent']\n[tool.uv]\npackage = false\ndev-dependencies = ['missing']\n"
    try folder.write("pyproject.toml", "[project]\nname = 'x'\nversion = '1'\ndependencies = ['pytest']\n" + group)
    let finding = try #require(try await observe().findings.first)
    #expect(finding.severity == .warning && !finding.message.plain.contains("missing"))
    #expect(finding.byHand.map(\.command.bash) == [".venv/bin/python -m pip install --group dev"])
    try folder.write("uv.lock", "")
    let synced = try #require(try await observe().findings.first)
    #expect(synced.severity == .failure && synced.message.plain.contains("missing"))
  }

  @Test("Poetry's carets and tildes are the ranges that its documentation gives")
  func poetry() async throws {
    let cases = [
      ("^1.2.3", ">=1.2.3,<2"), ("^1.2", ">=1.2,<2"), ("^1", ">=1,<2"), ("^0.2.3", ">=0.2.3,<0.3"),
      ("^0.0.3", ">=0.0.3,<0.0.4"), ("^0.0", ">=0.0,<0.1"), ("^0", ">=0,<1"), ("~1.2.3", ">=1.2.3,<1.3"),
      ("~1.2", ">=1.2,<1.3"), ("~1", ">=1,<2"), ("*", ""), ("1.*", "==1.*"), ("1.2.3", "==1.2.3"),
      (">= 1.2, < 2", ">=1.2,<2"), ("~=1.4", "~=1.4"), ("^1 || ^3", ""), ("!=1.5", "!=1.5"),
    ]
    let asked = cases.map { "'\($0.0)'" }.joined(separator: ",")
    let only = InterpreterScript.text.components(separatedBy: "base = getattr(sys")[0]
    let answer = try await Witness.ask(
      try Lab.value("PYTHON"), ["-c", only + "\nprint('\\n'.join(map(ranges, [\(asked)])))"], environment: variables)
    #expect(answer.output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) == cases.map(\.1))
  }

  @Test("What another file than requirements.txt asks for may be for some only: a warning beside it, a failure alone")
  func optional() async throws {
    try await makeEnvironment()
    try folder.write("requirements-docs.txt", "absent\n")
    #expect(try await observe().findings.map(\.severity) == [.failure])
    try folder.write("requirements.txt", "pytest\n")
    let observation = try await observe()
    #expect(observation.findings.map(\.id) == ["python.requirement-missing"])
    #expect(observation.findings.map(\.severity) == [.warning])
  }

  @Test("A line or a file that cannot be read is unknown, by its place, and hides nothing of the others")
  func unknown() async throws {
    try await makeEnvironment()
    try folder.write("requirements.txt", "pytest\n\n??? what\nabsent\n")
    let observation = try await observe()
    #expect(observation.findings.map(\.id) == ["python.requirement-missing", "python.requirement-unknown"])
    #expect(observation.findings.last?.message.plain.contains("line 3 of requirements.txt") == true)
    try folder.remove("requirements.txt")
    try folder.write("requirements.txt/x", "")
    let hidden = try await observe().findings
    #expect(hidden.map(\.id) == ["python.requirement-unknown"])
    #expect(hidden.first?.message.plain.hasPrefix("requirements.txt is a folder, so ") == true)
  }

  @Test("An environment without pip is looked at with the pip that Python brings, and is given pip before it is used")
  func withoutPip() async throws {
    try await Witness.ask(
      try Lab.value("PYTHON"), ["-m", "venv", "--without-pip", ".venv"], environment: variables, in: folder.path)
    try folder.write("requirements.txt", "absent>=1 ; python_version > \"3\"\n")
    let finding = try #require(try await observe().findings.first)
    #expect(finding.id == "python.requirement-missing")
    #expect(
      finding.byHand.map(\.command.bash) == [
        ".venv/bin/python -m ensurepip", ".venv/bin/python -m pip install -r requirements.txt",
      ])
    let first = try #require(finding.byHand.first).command.bash
    #expect(
      try await Witness.ask("/bin/sh", ["-c", first], environment: variables, in: folder.path).status == 0)
    #expect(try await observe().findings.first?.byHand.count == 1)
  }

  @Test("Nothing of the project is imported, also where it is on the interpreter's path")
  func nothingImported() async throws {
    try await makeEnvironment()
    let canary = folder.path + "/touched"
    let code = "open('\(canary)', 'w')\n"
    for name in ["packaging/__init__.py", "pip/__init__.py", "tomllib.py", "glob.py", "ensurepip/__init__.py"] {
      try folder.write(name, code)
    }
    let library = try await python("-c", "import sysconfig; print(sysconfig.get_path('purelib'))").output
    try folder.write(String(library.dropFirst(folder.path.count + 1)) + "/editable.pth", folder.path + "\n")
    for name in ["pip", "packaging"] {
      try folder.remove(String(library.dropFirst(folder.path.count + 1)) + "/" + name)
    }
    try folder.write("requirements.txt", "pluggy>=1 ; python_version > \"3\"\nabsent>1\n")
    try folder.write("pyproject.toml", "[project]\ndependencies = ['pluggy>=1']\n")
    let ids = try await observe().findings.map(\.id)
    #expect(ids == ["python.requirement-missing"])
    #expect(!FileManager.default.fileExists(atPath: canary))
  }
}
