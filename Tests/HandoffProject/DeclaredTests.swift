import Foundation
import HandoffSystem
import Testing

@testable import HandoffProject

/// `checks` and `commands` of `handoff.yml`, and what is trusted of them.
@Suite struct DeclaredTests {
  @Test(
    "A mistake in a check or command is told",
    arguments: [
      ("checks: [a]\n", "checks maps names"), ("checks: {a: {}}\n", "{tcp: HOST:PORT}"),
      ("checks: {a: {tcp: localhost}}\n", "is HOST:PORT"), ("checks: {a: {tcp: 'x:0'}}\n", "is HOST:PORT"),
      ("checks: {a: {tcp: 'x:1', expect: 200}}\n", "expect goes with http"),
      ("checks: {a: {tcp: 'x:1', http: 'http://x'}}\n", "{tcp: HOST:PORT}"),
      ("checks: {'a b': {tcp: 'x:1'}}\n", "letters, digits"), ("checks: {a: {tpc: 'x:1'}}\n", "did you mean \"tcp\""),
      ("checks: {a: {http: 'ftp://x'}}\n", "http:// or https://"),
      ("checks: {a: {http: 'http://user@localhost/'}}\n", "without a user"),
      (#"checks: {a: {http: 'http://localhost\@example.com/'}}"#, "without a user"),
      ("checks: {a: {http: 'http://[::1/'}}\n", "http:// or https://"),
      ("checks: {a: {http: 'http://x', expect: 99}}\n", "from 100 to 599"),
      ("commands: {a: {run: bin/x}}\n", "list of words"), ("commands: {a: {}}\n", "list of words"),
      ("commands: {a: {run: [x], shell: true}}\n", "one line"), ("commands: {a: {shell: true}}\n", "one line"),
      ("commands: {a: {run: x, shell: perhaps}}\n", "true or false"),
      ("commands: {a: {run: [x], class: set}}\n", "identity, state, progress, volatile"),
      ("commands: {a: {run: [x], capture: '('}}\n", "not a regular expression"),
      ("commands: {a: {run: [x], capture: 'x'}}\n", "exactly one group"),
      ("commands: {a: {run: [x], capture: '^(a)(b)$'}}\n", "exactly one group"),
      ("commands: {a: {run: [x], fix: \"a\\nb\"}}\n", "one line"),
    ])
  func mistakes(text: String, message: String) {
    #expect { try ConfigurationReader.read(text) } throws: { "\($0)".contains(message) }
  }

  @Test(
    "Of a line for a shell the programs and scripts that it surely starts are taken from the copy, and nothing else",
    arguments: [
      ("tools/run | tail", "/c/tools/run | tail"), ("./tools/run", "/c/tools/run"), ("cd sub && ./tools/run", nil),
      ("A=1 sh -e tools/run tools/run", "A=1 sh -e /c/tools/run tools/run"), ("grep -c x tools/run", nil),
      ("bash -c 'tools/run; x'", "bash -c '/c/tools/run; x'"),
      ("echo $(tools/run) > tools/run", "echo $(/c/tools/run) > tools/run"),
      ("echo \"see; tools/run\"", nil), ("$HOME/tools/run", nil), ("${D}tools/run", nil),
      ("x && . tools/run", "x && . /c/tools/run"),
      ("git log -- tools/run", nil), ("timeout 5 tools/run", "timeout 5 /c/tools/run"), ("make -C sub; tools/run", nil),
      ("> tools/run", nil), ("tools/run\ntools/run", "/c/tools/run\n/c/tools/run"),
    ] as [(String, String?)])
  func lines(line: String, expected: String?) throws {
    let folder = try TemporaryProject(["handoff.yml": "commands: {x: {run: [sh, x]}}\n"])
    var project = try folder.discover()
    for words in [
      ["/bin/sh", "-c"], ["env", "bash", "-ec"], ["bash", "-ce"], ["bash", "-c", "-e"],
      ["bash", "-o", "pipefail", "-cx", "+e", "--"],
    ] {
      project.commands = [CommandSettings(name: "x", run: words + [line], usesShell: words.count == 2)]
      let told = TrustSubject(project).words(of: project.commands[0]) { $0 == "tools/run" ? "/c/tools/run" : nil }
      #expect(told == words + [expected ?? line])
      // A path that a shell would not read as it is, is put nowhere.
      let odd = TrustSubject(project).words(of: project.commands[0]) { _ in "/c d/tools/run" }
      #expect(odd.last == line)
    }
  }

  @Test(
    "The host and port of a check are those that will be asked",
    arguments: [
      ("http: 'http://localhost:8080/x?y#z'", "localhost:8080", true), ("http: 'HTTPS://[::1]'", "[::1]:443", true),
      ("http: 'http://127.8.9.1'", "127.8.9.1:80", true), ("tcp: 'Localhost:1'", "Localhost:1", true),
      ("tcp: '127.1:1'", "127.1:1", false), ("tcp: '127.0.0.1.nip.io:1'", "127.0.0.1.nip.io:1", false),
      ("http: 'http://localhost.:1'", "localhost.:1", false),
    ])
  func places(check: String, place: String, isLocal: Bool) throws {
    let project = try TemporaryProject(["handoff.yml": "checks: {a: {\(check)}}\n"])
    let settings = try #require(try project.discover().checks.first)
    #expect(settings.place == place)
    #expect(settings.isLocal == isLocal)
    if case .http(let url, _) = settings.target { #expect(url.contains(place) && !url.contains("#")) }
  }

  @Test("The files that a command names are those of the project that its words stand for")
  func files() throws {
    let project = try TemporaryProject([
      "handoff.yml": "commands: {a: {run: [python3, ./x/y.py, --config=z.ini, sh, missing, /etc/passwd, ../w]}}\n",
      "x/y.py": "", "z.ini": "", "python3": "", "sh": "",
    ])
    let subject = TrustSubject(try project.discover())
    #expect(subject.files(of: subject.commands[0], FileSystem()) == ["sh", "x/y.py", "z.ini"])
  }

  @Test("With shell: true a line goes to the shell as it is, and is bound to the files of the project that it names")
  func shell() throws {
    let project = try TemporaryProject([
      "handoff.yml": "commands: {a: {run: 'x=z.ini; ./x/y.py <$x | sh -s \"w\"', shell: true}}\n",
      "x/y.py": "", "z.ini": "", "sh": "", "w": "",
    ])
    let subject = TrustSubject(try project.discover())
    #expect(subject.commands[0].run == ["/bin/sh", "-c", #"x=z.ini; ./x/y.py <$x | sh -s "w""#])
    #expect(subject.files(of: subject.commands[0], FileSystem()) == ["sh", "w", "x", "x/y.py", "z.ini"])
    // A program without a slash is one of the PATH, whatever stands in the project.
    let words = subject.words(of: subject.commands[0]) { "/elsewhere/\($0)" }
    #expect(words == ["/bin/sh", "-c", #"x=z.ini; /elsewhere/x/y.py <$x | sh -s "w""#])
  }

  @Test("What is run is bound to its content however the words lead there: by a detour, or by its folder")
  func detours() throws {
    let project = try TemporaryProject([
      "handoff.yml":
        "commands:\n  a: {run: [bin/../bin/x]}\n  b: {run: [python3, tool]}\n  c: {run: [cat, x/../../y]}\n",
      "bin/x": "1", "tool/__main__.py": "1", "tool/deep/more.py": "1",
    ])
    let files = FileSystem()
    let subject = TrustSubject(try project.discover())
    #expect(subject.commands.flatMap { subject.files(of: $0, files) } == ["bin/x", "tool"])
    var seen: Set<String?> = [subject.digest(files)]
    for path in ["bin/x", "tool/__main__.py", "tool/deep/more.py", "tool/new.py"] {
      try project.write(path, "2")
      #expect(seen.insert(subject.digest(files)).inserted, "\(path)")
    }
  }

  @Test("`..` behind a link is the folder above the one that it leads to, as the system goes there")
  func detourBehindLink() throws {
    let project = try TemporaryProject([
      "handoff.yml": "commands: {a: {run: [sh, a/../run.sh]}}\n", "run.sh": "1", "deep/run.sh": "1", "deep/x/y": "1",
      "other/x/y": "1", "other/run.sh": "1",
    ])
    func link(_ to: String) throws {
      try? FileManager.default.removeItem(atPath: project.root + "/a")
      try FileManager.default.createSymbolicLink(atPath: project.root + "/a", withDestinationPath: to)
    }
    try link("deep/x")
    let subject = TrustSubject(try project.discover())
    #expect(subject.words(of: subject.commands[0]) { "/c/" + $0 } == ["sh", "/c/deep/run.sh"])
    var seen: Set<String?> = [nil, subject.digest(FileSystem())]
    try project.write("deep/run.sh", "2")
    #expect(seen.insert(subject.digest(FileSystem())).inserted)
    for place in ["other/x", "/tmp", "/usr"] {
      try link(place)
      #expect(seen.insert(subject.digest(FileSystem())).inserted, "\(place)")
    }
    #expect(subject.words(of: subject.commands[0]) { "/c/" + $0 } == ["sh", "a/../run.sh"])
  }

  @Test(
    "Folders that links lead to one behind the other are each read once, and more than the limits is trusted by nobody")
  func chains() throws {
    let project = try TemporaryProject(["handoff.yml": "commands: {a: {run: [cat, d]}}\n", "big": "12345678"])
    let count = 3000
    for number in 0..<count {
      let folder = "\(project.root)/d/\(number)"
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      try FileManager.default.createSymbolicLink(
        atPath: folder + "/l", withDestinationPath: "../\((number + 1) % count)")
      try FileManager.default.createSymbolicLink(atPath: folder + "/b", withDestinationPath: "/etc/passwd")
    }
    let subject = TrustSubject(try project.discover())
    #expect(subject.digest(FileSystem()) != nil)
    func read(bytes: Int, entries: Int) -> Bool {
      var reading = TrustedReading(
        files: FileSystem(), root: project.root, takesCaches: false, bytes: bytes, entries: entries)
      return reading.file(project.root + "/d") != nil && reading.file(project.root + "/big") != nil
    }
    let size = try FileSystem().read("/etc/passwd").count
    // What many links lead to is read once.
    #expect(read(bytes: size + 8, entries: 3 * count))
    #expect(!read(bytes: size + 7, entries: 3 * count))
    #expect(!read(bytes: size + 8, entries: 3 * count - 1))
  }

  @Test("Bytecode counts where a script's first line lets Python read it, and where it bears the hash of its source")
  func caches() throws {
    let project = try TemporaryProject([
      "handoff.yml": "commands: {a: {run: [tools/run, tools]}}\n", "tools/run": "#!x\n",
    ])
    func digest() throws -> String? { TrustSubject(try project.discover()).digest(FileSystem()) }
    for (line, isTimed, counts) in [("python3", true, false), ("python3", false, true), ("python3 -E", true, true)] {
      try project.write("tools/run", "#!/usr/bin/\(line)\n")
      let head = "head" + (isTimed ? "\0" : "\u{1}") + "\0\0\0"
      try project.write("tools/__pycache__/x.pyc", head + "1")
      let before = try digest()
      try project.write("tools/__pycache__/x.pyc", head + "2")
      #expect(try (before != digest()) == counts, "\(line) \(isTimed)")
    }
  }

  @Test("Trust stands in the user's state folder, is bound to the project's place, and can be revoked")
  func store() throws {
    let (state, project) = (
      try TemporaryProject(), try TemporaryProject(["handoff.yml": "commands: {a: {run: [x]}}\n"])
    )
    for variables in [["XDG_STATE_HOME": state.root + "/s"], ["HOME": state.root]] {
      let host = Host(environment: ProcessEnvironment(variables), workingDirectory: project.root)
      let store = TrustStore(host)
      let subject = TrustSubject(try project.discover())
      #expect(!store.trusts(subject))
      #expect(store.entries.isEmpty)
      try store.grant(subject.root, digest: try #require(subject.digest(host.files)))
      try store.grant(subject.root, digest: try #require(subject.digest(host.files)))
      #expect(store.trusts(subject))
      #expect(store.entries.map(\.root) == [project.root])
      #expect(store.folder?.hasPrefix(state.root) == true)
      #expect(try store.revoke(subject.root))
      #expect(try !store.revoke(subject.root))
      #expect(!store.trusts(subject))
    }
    #expect(
      TrustStore(Host(environment: ProcessEnvironment(["XDG_STATE_HOME": "x"]), workingDirectory: "/")).folder == nil)
  }

  @Test("Trust that cannot be taken back is not said to be")
  func notRevoked() throws {
    let (state, project) = (try TemporaryProject(), try TemporaryProject())
    let host = Host(environment: ProcessEnvironment(["XDG_STATE_HOME": state.root]), workingDirectory: project.root)
    let store = TrustStore(host)
    try store.grant(project.root, digest: "0")
    let folder = try #require(store.folder)
    let entry = try #require(FileManager.default.contentsOfDirectory(atPath: folder).first)
    // Whoever runs the tests may remove any file; a folder in its place nobody unlinks.
    try FileManager.default.removeItem(atPath: "\(folder)/\(entry)")
    try FileManager.default.createDirectory(atPath: "\(folder)/\(entry)", withIntermediateDirectories: false)
    #expect(throws: FileWriteError.self) { try store.revoke(project.root) }
  }
}
