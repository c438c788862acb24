import Foundation
import HandoffModel
import HandoffProject
import HandoffSystem
import HandoffTestSupport
import HandoffText
import Testing

@testable import HandoffProbes

/// The probe against real virtual environments, healthy and broken.
@Suite(.serialized, Lab.needs("python", "PYTHON", "VENV"))
struct PythonProbeTests {
  let folder: TemporaryFolder
  var variables: [String: String]

  init() throws {
    folder = try TemporaryFolder(["requirements.txt": "pytest\n"])
    variables = Lab.bareEnvironment(home: folder.path)
  }

  /// Makes `.venv` with the lab's interpreter, or a copy of the lab's environment with pytest.
  func makeEnvironment(pytest: Bool) async throws {
    if pytest {
      try await Witness.ask(
        "cp", ["-a", try Lab.value("VENV"), folder.path + "/.venv"], environment: variables)
    } else {
      try await Witness.ask(
        try Lab.value("PYTHON"), ["-m", "venv", "--without-pip", ".venv"], environment: variables, in: folder.path)
    }
    try #require(FileManager.default.fileExists(atPath: folder.path + "/.venv/bin/python"))
  }

  func observe(_ extra: [String: String] = [:], timeout: Duration = .seconds(20)) async throws -> Observation {
    let host = Host(
      environment: ProcessEnvironment(variables.merging(extra) { $1 }), workingDirectory: folder.path,
      commands: SubprocessRunner())
    let project = try Discovery.project(at: folder.path, host: host)
    let settings = try #require(project.python.settings)
    return await PythonProbe(settings: settings).observe(
      ProbeContext(host: host, project: project, deadline: .after(timeout))
    ).checked()
  }

  func ids(_ observation: Observation) -> [String] { observation.findings.map(\.id) }

  @Test("A healthy environment's facts are what the interpreter, pip and pytest say themselves")
  func healthy() async throws {
    try await makeEnvironment(pytest: true)
    let observation = try await observe()
    #expect(ids(observation) == [])
    let python = folder.path + "/.venv/bin/python"
    func witness(_ arguments: String...) async throws -> String {
      try await Witness.ask(python, arguments, environment: variables).output
    }
    #expect(observation.fact("python.environment")?.value == ".venv")
    #expect(
      observation.fact("python.version")?.value.string
        == (try await witness("-c", "import platform; print(platform.python_version())")))
    let base = try await witness("-c", "import os, sys; print(os.path.dirname(sys._base_executable))")
    #expect(observation.fact("python.base")?.value.string == base)
    let tool = try await witness("-m", "pytest", "--version").split(separator: " ").last.map(String.init)
    #expect(observation.fact("python.tool[pytest]")?.value.string == tool)
    let list = try await witness("-m", "pip", "list", "--format", "json")
    let listed = try JSONValue(parsing: Array(list.utf8)).array ?? []
    let packages = Dictionary(
      uniqueKeysWithValues: listed.map {
        ($0["name"]?.string?.lowercased().replacing("_", with: "-") ?? "", $0["version"] ?? .null)
      })
    #expect(observation.fact("python.packages")?.value == .object(packages))
    #expect(observation.facts.allSatisfy { $0.source.kind != .unknown })
  }

  @Test("Without an environment the remedies make one that the probe then finds")
  func missing() async throws {
    let observation = try await observe()
    #expect(ids(observation) == ["python.no-environment"])
    #expect(observation.facts.isEmpty)
    let remedy = try #require(observation.findings.first?.byHand.first)
    #expect(
      try await Witness.ask("/bin/sh", ["-c", remedy.command.bash], environment: variables, in: folder.path).status == 0
    )
    #expect(ids(try await observe()) == ["python.tool-missing"])
  }

  @Test("pytest that is not installed is told from pytest that does not start")
  func tools() async throws {
    try await makeEnvironment(pytest: false)
    let missing = try await observe()
    #expect(ids(missing) == ["python.tool-missing"])
    #expect(missing.fact("python.environment") != nil)
    let library = try await Witness.ask(
      folder.path + "/.venv/bin/python", ["-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
      environment: variables
    ).output
    try folder.write(String(library.dropFirst(folder.path.count + 1)) + "/pytest.py", "import not_there\n")
    let broken = try await observe()
    #expect(ids(broken) == ["python.tool-broken"])
    #expect(broken.findings[0].message.plain.contains("not_there"))
  }

  @Test("An interpreter whose base was removed is dangling, and the link's remedy mends it")
  func dangling() async throws {
    try await makeEnvironment(pytest: false)
    let links = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/.venv/bin")
      .filter { $0.hasPrefix("python") }
    for link in links {
      let path = folder.path + "/.venv/bin/" + link
      try FileManager.default.removeItem(atPath: path)
      try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "/nonexistent/bin/python3")
    }
    let observation = try await observe()
    #expect(ids(observation) == ["python.interpreter-dangling"])
    #expect(observation.findings[0].message.plain.contains("/nonexistent/bin/python3"))
    let remedy = try #require(observation.findings[0].byHand.first { !$0.destructive })
    #expect(
      try await Witness.ask("/bin/sh", ["-c", remedy.command.bash], environment: variables, in: folder.path).status == 0
    )
    #expect(!ids(try await observe()).contains("python.interpreter-dangling"))
  }

  @Test("PYTHONHOME and PYTHONPATH are named when they are at fault, and only then")
  func variablesAtFault() async throws {
    try await makeEnvironment(pytest: false)
    #expect(ids(try await observe(["PYTHONHOME": "/nonexistent"])) == ["python.home-set"])
    let bad = try TemporaryFolder(["encodings/__init__.py": "raise ImportError('bad')\n"])
    let path = try await observe(["PYTHONPATH": bad.path])
    #expect(ids(path) == ["python.path-breaks"])
    #expect(path.findings[0].byHand[0].command.bash == "unset PYTHONPATH")
    let harmless = try TemporaryFolder()
    #expect(ids(try await observe(["PYTHONPATH": harmless.path])) == ["python.tool-missing"])
  }

  @Test("An interpreter without its standard library is told by encodings")
  func encodings() async throws {
    try await makeEnvironment(pytest: false)
    // A copy of the real interpreter, beside a library that holds no more than what it is found by.
    let python = try await Witness.ask(
      folder.path + "/.venv/bin/python", ["-c", "import os, sys; print(os.path.realpath(sys.executable))"],
      environment: variables
    ).output
    try FileManager.default.createDirectory(atPath: folder.path + "/lost/bin", withIntermediateDirectories: true)
    try FileManager.default.copyItem(atPath: python, toPath: folder.path + "/lost/bin/python3")
    let version = try await Witness.ask(
      python, ["-c", "import sys; print('python%d.%d' % sys.version_info[:2])"], environment: variables
    ).output
    try folder.write("lost/lib/\(version)/os.py", "")
    try folder.write("lost/lib/\(version)/lib-dynload/keep", "")
    try folder.remove(".venv")
    try folder.write(".venv/pyvenv.cfg", "home = \(folder.path)/lost/bin\n")
    try FileManager.default.createDirectory(atPath: folder.path + "/.venv/bin", withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + "/.venv/bin/python", withDestinationPath: folder.path + "/lost/bin/python3")
    let witness = try await Witness.ask(
      folder.path + "/.venv/bin/python", ["-c", "import encodings"], environment: variables)
    try #require(witness.status != 0, "the environment is not really broken")
    #expect(ids(try await observe()) == ["python.encodings-broken"])
  }

  @Test("An interpreter that hangs is unknown by its name, and leaves no process")
  func hanging() async throws {
    try await makeEnvironment(pytest: false)
    let library = try await Witness.ask(
      folder.path + "/.venv/bin/python", ["-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
      environment: variables
    ).output
    let marker = "hang-\(UUID().uuidString)"
    try folder.write(
      String(library.dropFirst(folder.path.count + 1)) + "/sitecustomize.py",
      "import time\n'\(marker)'\ntime.sleep(600)\n")
    let clock = ContinuousClock()
    let start = clock.now
    let observation = try await observe(timeout: .seconds(1))
    #expect(clock.now - start < .seconds(2))
    #expect(ids(observation).contains("python.timeout"))
    #expect(observation.status == .unknown)
    #expect(observation.facts.isEmpty)
    #expect(try await Witness.ask("pgrep", ["-f", folder.path], environment: variables).status == 1)
  }

  @Test("The repository's own pytest.py, conftest.py, encodings and configuration are not run")
  func repositoryIsNotRun() async throws {
    try await makeEnvironment(pytest: true)
    let canary = folder.path + "/touched"
    let code = "open('\(canary)', 'w')\n"
    for name in ["pytest.py", "conftest.py", "encodings/__init__.py", "sitecustomize.py", "json.py"] {
      try folder.write(name, code)
    }
    try folder.write("pytest.ini", "[pytest]\naddopts = --no-such-option\n")
    let observation = try await observe(["PYTHONPATH": ".", "PYTEST_ADDOPTS": "--no-such-option"])
    #expect(ids(observation) == [])
    #expect(!FileManager.default.fileExists(atPath: canary))
  }
}
