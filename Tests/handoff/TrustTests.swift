import Foundation
import HandoffModel
import HandoffTestSupport
import Testing

/// `handoff trust`, as its users see it.
@Suite struct TrustTests {
  private static func project() async throws -> (TemporaryFolder, state: TemporaryFolder, [String: String]) {
    let (folder, state) = (
      try TemporaryFolder([
        "handoff.yml":
          "commands:\n  schema: {run: [sh, bin/v], fix: bin/mend}\nchecks: {far: {tcp: 'example.com:1'}}\n",
        "bin/v": "touch canary; echo 7\n",
      ]), try TemporaryFolder()
    )
    var environment = Lab.bareEnvironment(home: state.path)
    environment["XDG_STATE_HOME"] = state.path
    return (folder, state, environment)
  }

  @Test("Without a terminal nothing is asked and nothing is trusted; --yes trusts what is shown, --revoke ends it")
  func grant() async throws {
    let (folder, state, environment) = try await Self.project()
    func handoff(_ arguments: String...) async throws -> Witness.Answer {
      try await Witness.ask(Tool.path, arguments, environment: environment, in: folder.path)
    }
    let asked = try await handoff("trust")
    #expect(asked.status == 3)
    for shown in ["sh bin/v", "with bin/v", "bin/mend", "example.com:1"] { #expect(asked.output.contains(shown)) }
    let named = try await handoff("preflight", "--only", "command[schema]")
    #expect(named.status == 3)
    #expect(named.output.isEmpty && named.complaint.contains("handoff trust"))
    #expect(try await handoff("preflight", "--only", "command").status == 2)
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/canary"))
    let before = try await handoff("trust", "--show")
    #expect(before.status == 0 && before.output.contains("sh bin/v") && before.output.hasSuffix("\nis not trusted"))
    #expect(try await handoff("trust", "--yes").status == 0)
    #expect(try await handoff("trust", "--show").output.hasSuffix("\nis trusted, as it is now"))
    let seen = try Report(try await handoff("preflight", "--only", "command[schema]", "--format", "json"))
    #expect(seen.status == 0)
    #expect(seen.fact("command[schema]") == "7")
    #expect(try await handoff("trust", "--list").output.contains(folder.path.split(separator: "/").last ?? "?"))
    let mode = try FileManager.default.attributesOfItem(atPath: state.path + "/handoff/trust")[.posixPermissions]
    #expect(mode as? Int == 0o700)
    try folder.write("bin/v", "echo 8\n")
    #expect(try await handoff("trust", "--show").output.hasSuffix("\nis not trusted any more: it changed since"))
    #expect(try await handoff("preflight", "--only", "command[schema]").status == 3)
    #expect(try await handoff("trust", "--revoke").status == 0)
    #expect(try await handoff("trust", "--show", "--yes").status == 64)
    #expect(try await handoff("preflight", "--only", "command[other]").status == 2)
  }

  @Test(
    "What --write-ignore wrote into handoff.yml stays trusted, exactly as it was written; what was not trusted is not")
  func writeIgnore() async throws {
    let (folder, _, environment) = try await Self.project()
    func handoff(_ arguments: String...) async throws -> Witness.Answer {
      try await Witness.ask(Tool.path, arguments, environment: environment, in: folder.path)
    }
    func ignore() async throws -> String {
      _ = try await handoff("verify", "--write-ignore", "--reason", "known", "--timeout", "1")
      return try folder.read("handoff.yml")
    }
    _ = try await handoff("generate", "--timeout", "1")
    #expect(try await ignore().contains("ignore:"))
    #expect(try await handoff("trust", "--show").output.hasSuffix("\nis not trusted"))
    try folder.write(
      "handoff.yml", "commands:\n  schema: {run: [sh, bin/v], class: volatile}\nenvironment: {required: [A]}\n")
    #expect(try await handoff("trust", "--yes").status == 0)
    let written = try await ignore()
    #expect(written.contains("environment.missing"))
    #expect(try await handoff("trust", "--show").output.hasSuffix("\nis trusted, as it is now"))
    try folder.write("handoff.yml", written + "#")
    #expect(try await handoff("trust", "--show").output.hasSuffix("\nis not trusted any more: it changed since"))
  }

  @Test("A state folder in the project, or one that others may write to, trusts nothing")
  func places() async throws {
    var (folder, state, environment) = try await Self.project()
    func handoff(_ arguments: String...) async throws -> Witness.Answer {
      try await Witness.ask(Tool.path, arguments, environment: environment, in: folder.path)
    }
    #expect(try await handoff("trust", "--yes").status == 0)
    let trusts = try FileManager.default.contentsOfDirectory(atPath: state.path + "/handoff/trust")
    try folder.write("state/handoff/trust/" + trusts[0], try state.read("handoff/trust/" + trusts[0]))
    for path in ["", "/handoff", "/handoff/trust"] {
      try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: folder.path + "/state" + path)
    }
    #expect(try await handoff("preflight", "--only", "command").status == 0)
    environment["XDG_STATE_HOME"] = folder.path + "/state"
    #expect(try await handoff("preflight", "--only", "command").status == 2)
    let refused = try await handoff("trust", "--yes")
    #expect(refused.status == 2 && refused.complaint.contains("in the project itself"))
    environment["XDG_STATE_HOME"] = state.path
    try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: state.path + "/handoff/trust")
    #expect(try await handoff("preflight", "--only", "command").status == 2)
    #expect(try await handoff("trust", "--yes").status == 0)
    let mode = try FileManager.default.attributesOfItem(atPath: state.path + "/handoff/trust")[.posixPermissions]
    #expect(mode as? Int == 0o700)
    #expect(try await handoff("preflight", "--only", "command").status == 0)
  }

  @Test(
    "What is named inside a word or a line, by a pattern or through a link is trusted byte by byte",
    arguments: [
      ("[bash, -c, 'sh tools/run | tail -n 1']", "tools/run"),
      ("[sh, -c, 'for f in tools/*; do . $f; done']", "tools/run"),
      ("[sh, -c, 'd=tools; sh ${d}/run; : tools/']", "tools/more"), ("[sh, -c, 'cat linked/run']", "tools/run"),
      ("[sh, -ec, '. \"./tools/run\"']", "tools/run"), ("[cat, linked]", "tools/run"),
      ("[python3, .]", "__main__.py"), ("[sh, -c, 'for f in ./*.sh; do sh $f; done']", "new.sh"),
      ("[make, -C.]", "Makefile"), ("[sh, -c, 'PATH=tools:$PATH run']", "tools/run"),
      ("[env, 'PYTHONPATH=liba:libb', python3]", "libb/x.py"), ("[pytest, 'tools/x.py::test_a']", "tools/x.py"),
      ("[make, -kftools/Makefile]", "tools/Makefile"),
      ("[cat, tools]", "tools/__pycache__/run"), ("[python3, -I, tools]", "tools/__pycache__/run.pyc"),
    ])
  func insideWords(run: String, file: String) async throws {
    let (folder, _, environment) = try await Self.project()
    try folder.write("tools/run", "echo 7\n")
    try folder.write(file, "echo 7\n")
    try FileManager.default.createSymbolicLink(atPath: folder.path + "/linked", withDestinationPath: "tools")
    try folder.write("handoff.yml", "commands: {x: {run: \(run)}}\n")
    func show() async throws -> String {
      try await Tool.run("trust", "--show", environment: environment, in: folder.path).output
    }
    #expect(try await Tool.run("trust", "--yes", environment: environment, in: folder.path).status == 0)
    #expect(try await show().hasSuffix("is trusted, as it is now"))
    try folder.write(file, "echo 8\n")
    #expect(try await show().hasSuffix("is not trusted any more: it changed since"))
  }

  @Test("A cache of bytecode that was planted in a trusted folder is not run, and one that Python makes ends no trust")
  func bytecode() async throws {
    let (folder, _, environment) = try await Self.project()
    try folder.write("tools/__main__.py", "import value\nprint(value.it)\n")
    try folder.write("tools/value.py", "it = 'good'\n")
    try folder.write("evil.py", "it = 'evil'\n")
    try folder.write("handoff.yml", "commands: {x: {run: [python3, tools]}}\n")
    #expect(try await Tool.run("trust", "--yes", environment: environment, in: folder.path).status == 0)
    func measured() async throws -> Report {
      try Report(
        try await Tool.run(
          "preflight", "--only", "command", "--format", "json", environment: environment, in: folder.path))
    }
    // The user's own run keeps bytecode, and keeps it anew once the source's time is another.
    for time in ["202001010000", "202101010000"] {
      try await Witness.ask("touch", ["-t", time, "tools/value.py"], environment: environment, in: folder.path)
      #expect(try await Witness.ask("python3", ["tools"], environment: environment, in: folder.path).output == "good")
      #expect(try await measured().fact("command[x]") == "good")
    }
    let plant = """
      import importlib.util as u, os, py_compile as p
      os.makedirs('tools/__pycache__', exist_ok=True)
      p.compile('evil.py', cfile=u.cache_from_source('tools/value.py'), invalidation_mode=p.PycInvalidationMode.UNCHECKED_HASH)
      """
    let planted = try await Witness.ask("python3", ["-c", plant], environment: environment, in: folder.path)
    try #require(planted.status == 0, "\(planted.complaint)")
    let fallen = try await Witness.ask("python3", ["tools"], environment: environment, in: folder.path)
    #expect(fallen.output == "evil", "the control falls for it")
    let report = try await measured()
    #expect(report.fact("command[x]") == nil)
    #expect(report.findings.contains("command.untrusted"))
  }

  @Test("Of a project in a part of a repository, no program of the repository is run by its name")
  func path() async throws {
    let (folder, state, bare) = try await Self.project()
    let canary = state.path + "/canary"
    try folder.write("bin/git", "#!/bin/sh\ntouch \(canary)\nexec /usr/bin/git \"$@\"\n")
    try folder.write("app/handoff.yml", "deadline: 3\n")
    try await Witness.ask("chmod", ["+x", folder.path + "/bin/git"], environment: bare)
    try await Witness.ask("git", ["init", "-q"], environment: bare, in: folder.path)
    let environment = bare.merging(["PATH": folder.path + "/bin:" + (bare["PATH"] ?? "/usr/bin:/bin")]) { $1 }
    try await Witness.ask("git", ["--version"], environment: environment, in: folder.path)
    #expect(FileManager.default.fileExists(atPath: canary), "the control falls for it")
    try FileManager.default.removeItem(atPath: canary)
    let answer = try await Tool.run(
      "preflight", "--only", "git", environment: environment, in: folder.path + "/app")
    #expect(answer.output.contains("git"), "\(answer.complaint)")
    #expect(!FileManager.default.fileExists(atPath: canary))
  }

  @Test("Where nothing is declared there is nothing to trust")
  func nothing() async throws {
    let folder = try TemporaryFolder(["handoff.yml": "checks: {near: {tcp: 'localhost:1'}}\n"])
    let answer = try await Tool.run("trust", environment: Lab.bareEnvironment(home: folder.path), in: folder.path)
    #expect(answer.status == 0)
    #expect(answer.output.contains("nothing needs trust"))
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/.local"))
  }

  @Test("A store that others may write to trusts nothing, and says so; --yes closes it again")
  func openStore() async throws {
    let (folder, state, environment) = try await Self.project()
    func handoff(_ arguments: String...) async throws -> Witness.Answer {
      try await Witness.ask(Tool.path, arguments, environment: environment, in: folder.path)
    }
    #expect(try await handoff("trust", "--yes").status == 0)
    for opened in ["/handoff", "/handoff/trust"] {
      try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: state.path + opened)
      let shown = try await handoff("trust", "--show")
      #expect(shown.output.hasSuffix("\nis not trusted"), "\(shown.output)")
      #expect(shown.complaint.contains("others may write to") && shown.complaint.contains("chmod 700"))
      #expect(try await handoff("preflight", "--only", "command[schema]").status == 3)
      #expect(try await handoff("trust", "--yes").status == 0)
      #expect(try await handoff("trust", "--show").output.hasSuffix("\nis trusted, as it is now"))
    }
  }

  @Test("A project that is not there any more is listed so, and its trust ends by its path")
  func gone() async throws {
    let (folder, _, environment) = try await Self.project()
    let elsewhere = try TemporaryFolder()
    let root = folder.path
    #expect(try await Witness.ask(Tool.path, ["trust", "--yes"], environment: environment, in: root).status == 0)
    try FileManager.default.moveItem(atPath: root + "/handoff.yml", toPath: elsewhere.path + "/handoff.yml")
    try FileManager.default.removeItem(atPath: root)
    func handoff(_ arguments: String...) async throws -> Witness.Answer {
      try await Witness.ask(Tool.path, arguments, environment: environment, in: elsewhere.path)
    }
    #expect(try await handoff("trust", "--list").output.contains("\(root)  (not there any more)"))
    let revoked = try await handoff("trust", "--revoke", "--project", root)
    #expect(revoked.status == 0 && revoked.output.contains("not trusted any more"), "\(revoked.complaint)")
    #expect(try await handoff("trust", "--list").output.contains("no project is trusted"))
    #expect(try await handoff("trust", "--revoke", "--project", root).status == 2)
  }
}
