import HandoffTestSupport
import HandoffText
import Testing

@testable import HandoffSetup

/// What the lines of a session do in real shells, whatever their values hold.
@Suite struct SessionLineTests {
  /// Longer ones are more than a program can be given.
  private static let values = HostileStrings.all.filter { $0.utf8.count < 20_000 }

  /// Some shells keep things of theirs in it.
  private let home: TemporaryFolder

  init() throws { home = try TemporaryFolder() }

  private var environment: [String: String] {
    ["PATH": "/usr/bin:/bin", "HOME": home.path, "LC_ALL": "C.UTF-8"]
  }

  @Test("A value arrives as it is, byte by byte", EvaluatingShell.allInCI, arguments: EvaluatingShell.installed)
  func values(_ shell: EvaluatingShell) async throws {
    let asked = try #require(SessionShell(rawValue: shell.name))
    for start in stride(from: 0, to: Self.values.count, by: 40) {
      let part = Self.values[start..<min(start + 40, Self.values.count)]
      let lines = part.enumerated().map { SessionLine.set(name: "V\($0)", value: $1) }
      let found = try await shell.variables(
        after: SessionScript.text(lines, for: asked), environment: environment)
      for (index, value) in part.enumerated() {
        let expected = value.unicodeScalars.filter { $0 != "\0" }.map(String.init).joined()
        #expect(
          Array((found["V\(index)"] ?? "-").utf8) == Array(expected.utf8), "\(shell): \(Untrusted(value).visible)")
      }
    }
  }

  @Test("A remark does nothing, whatever stands in it", EvaluatingShell.allInCI, arguments: EvaluatingShell.installed)
  func remarks(_ shell: EvaluatingShell) async throws {
    let asked = try #require(SessionShell(rawValue: shell.name))
    let lines = Self.values.map { SessionLine.remark("\(Untrusted($0)): set in \(Untrusted($0))") }
    let text = SessionScript.text(lines, for: asked)
    #expect(text.split(separator: "\n").allSatisfy { $0.hasPrefix("# ") })
    let found = try await shell.variables(after: text + "\n", environment: environment)
    #expect(
      Set(found.keys).subtracting(environment.keys).subtracting(["PWD", "OLDPWD", "SHLVL", "_", "LOGNAME", "USER"])
        == [])
    // Where a shell takes no comments, it looks for a program of this name, and nothing behind it begins another one.
    for line in text.split(separator: "\n") { #expect(!line.contains { ";|`$()<>\"'".contains($0) }) }
  }

  @Test(
    "A folder goes before the others, and a variable away", EvaluatingShell.allInCI,
    arguments: EvaluatingShell.installed)
  func path(_ shell: EvaluatingShell) async throws {
    let asked = try #require(SessionShell(rawValue: shell.name))
    let lines: [SessionLine] = [.path(folder: "/a b/it's $x/bin"), .unset(name: "GONE")]
    let found = try await shell.variables(
      after: SessionScript.text(lines, for: asked), environment: environment.merging(["GONE": "1"]) { $1 })
    #expect(found["PATH"] == "/a b/it's $x/bin:/usr/bin:/bin")
    #expect(found["GONE"] == nil)
  }

  @Test("PowerShell is given what it keeps as it is, and of the rest a remark")
  func powershell() {
    func text(_ line: SessionLine) -> String { line.text(for: .powershell) }
    #expect(text(.set(name: "A", value: "it's $x")) == "$env:A = 'it''s $x'")
    #expect(text(.set(name: "A", value: "a\u{2019}; b")) == "$env:A = 'a\u{2019}\u{2019}; b'")
    #expect(text(.set(name: "A", value: "a\u{1b}")) == "# A: its value cannot be said in PowerShell")
    #expect(text(.path(folder: "/v/bin")) == "$env:PATH = '/v/bin' + [IO.Path]::PathSeparator + $env:PATH")
    #expect(text(.unset(name: "A")) == "Remove-Item Env:A -ErrorAction SilentlyContinue")
  }

  @Test(arguments: [
    ("/bin/zsh", "zsh"), ("/usr/bin/fish", "fish"), ("/opt/pwsh", "powershell"), ("/bin/sh", "bash"), ("", "bash"),
  ])
  func theShellOfAProgram(path: String, name: String) {
    #expect(SessionShell(program: path).rawValue == name)
  }
}
