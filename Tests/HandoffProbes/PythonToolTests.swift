import Foundation
import HandoffModel
import HandoffProbes
import HandoffTestSupport
import Testing

extension PythonProbeTests {
  /// Ways in which a tool begins, and ends well or badly. Each is a module that prints its version.
  static let tools = [
    "raise SystemExit": true,
    "import sys; sys.exit(0 if sys.argv[0].endswith('pytest.py') and sys.argv[1] == '--version' else 1)": true,
    "import sys; sys.exit(0 if __name__ == '__main__' and __spec__.name == 'pytest' else 1)": true,
    "import sys; sys.exit('no')": false,
    "raise SystemExit(2)": false,
    "raise KeyError": false,
    "import os; os._exit(3)": false,
    "import os; os.kill(os.getpid(), 9)": false,
    "import atexit, os; atexit.register(os._exit, 4)": false,
    "import os, threading, time; threading.Thread(target=lambda: (time.sleep(0.1), os._exit(5))).start()": false,
    "import os, sys; sys.stdout.flush(); os.close(1); print('more')": false,
    // What is taken down with the interpreter, after an extension module that is none of its own.
    """
    import os, sys, types
    sys.modules['own'] = own = types.ModuleType('own'); own.__file__ = '/opt/own.so'; del own
    class End:
        def __del__(self, leave=os._exit): leave(6)
    sys.end = End()
    """: false,
  ]

  @Test("A tool has a version where `-m` ends well, and only there", arguments: tools.keys.sorted())
  func tool(_ code: String) async throws {
    try await makeEnvironment(pytest: false)
    let python = folder.path + "/.venv/bin/python"
    let library = try await Witness.ask(
      python, ["-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], environment: variables
    ).output
    try folder.write(
      String(library.dropFirst(folder.path.count + 1)) + "/pytest.py", "print('pytest 7.8.9')\n\(code)\n")
    let witness = try await Witness.ask(python, ["-m", "pytest", "--version"], environment: variables, in: "/")
    try #require((witness.status == 0) == Self.tools[code])
    let observation = try await observe()
    let version = observation.fact("python.tool[pytest]")?.value.string
    #expect(version == (witness.status == 0 ? "7.8.9" : nil))
    #expect(ids(observation).contains("python.tool-broken") == (witness.status != 0))
  }
}
