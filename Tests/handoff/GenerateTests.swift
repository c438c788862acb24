import Foundation
import HandoffModel
import HandoffTestSupport
import Testing

/// Writing, refreshing and committing a handoff in a repository that uses git alone.
@Suite struct GenerateTests: GitProjectSuite {
  let project: GitProject

  init() throws { project = try GitProject() }

  @Test("generate prints the path alone, and never writes over a file")
  func paths() async throws {
    try await begin()
    let first = try await handoff("generate", "--title", "Über Größe")
    #expect(first.status == 0)
    #expect(first.complaint.isEmpty)
    #expect(first.output.wholeMatch(of: /handoffs\/SESSION-HANDOFF-\d{4}-\d\d-\d\d-UEBER-GROESSE\.md/) != nil)
    let before = try folder.read(first.output)
    let second = try await handoff("generate", "--title", "Über Größe")
    #expect(second.output.wholeMatch(of: /handoffs\/SESSION-HANDOFF-\d{4}-\d\d-\d\d-UEBER-GROESSE-\d{6}\.md/) != nil)
    #expect(try folder.read(first.output) == before)
    let listed = try await handoff("list")
    #expect(listed.output.split(separator: "\n").count == 2)
  }

  @Test("Notes go to their sections, and open items are carried over until they are done")
  func notes() async throws {
    try await begin()
    try folder.write(
      "notes.md",
      "# The long day\n\n## Done\n\n- moved tables\n\n## Next steps\n\n- [ ] write the parser\n- [x] celebrate\n\n## Mood\n\nfine\n"
    )
    let first = try await handoff("generate", "--notes", "notes.md").output
    #expect(first.hasSuffix("-THE-LONG-DAY.md"))
    let text = try folder.read(first)
    #expect(text.contains("## Done\n\n<!-- handoff:author begin done -->\n- moved tables\n"))
    #expect(text.contains("<!-- handoff:author begin notes -->\n## Mood\n\nfine\n"))
    let second = try folder.read(try await handoff("generate", "--title", "Next day").output)
    #expect(second.contains("<!-- handoff:author begin next-steps -->\n- [ ] write the parser\n"))
    #expect(!second.contains("celebrate"))
    try folder.write("done.md", "## Done\n- [x] write the parser\n")
    let third = try folder.read(try await handoff("generate", "--title", "Third", "--notes", "done.md").output)
    #expect(!third.contains("- [ ] write the parser"))
  }

  @Test(
    "--update refreshes what was measured and leaves every other byte, line ends too, as it was",
    arguments: ["\n", "\r\n"])
  func update(lineEnd: String) async throws {
    try await begin()
    let path = try await handoff("generate", "--title", "One").output
    var text = try folder.read(path)
    text = text.replacing(
      "<!-- handoff:author begin done -->\n", with: "<!-- handoff:author begin done -->\nI wrote | this `\n")
    text = text.replacing("\n", with: lineEnd)
    try folder.write(path, text)
    try folder.write("new.txt", "")
    let answer = try await handoff("generate", "--update", path)
    #expect(answer.status == 0, "\(answer.complaint)")
    #expect(answer.output == path)
    let after = try folder.read(path)
    #expect(after.contains("I wrote | this `\(lineEnd)"))
    #expect(after.contains("1 untracked"))
    #expect(Self.ownerless(after) == Self.ownerless(text))
  }

  /// What stands outside the tool's parts.
  static func ownerless(_ text: String) -> String {
    text.replacing(/(?s)<!-- handoff:begin ([a-z]+) -->.*?<!-- handoff:end \1 -->/, with: "")
  }

  @Test("A document whose markers are damaged is refused with the line, and not written")
  func damaged() async throws {
    try await begin()
    let path = try await handoff("generate", "--title", "One").output
    let text = try folder.read(path).replacing("<!-- handoff:end header -->\n", with: "")
    try folder.write(path, text)
    let answer = try await handoff("generate", "--update", path)
    #expect(answer.status == 2)
    #expect(answer.complaint.contains(path) && answer.complaint.contains("line "))
    #expect(try folder.read(path) == text)
  }

  @Test("Marker text in notes is refused")
  func markers() async throws {
    try await begin()
    try folder.write("notes.md", "## Done\n<!-- handoff:end done -->\n")
    let answer = try await handoff("generate", "--notes", "notes.md")
    #expect(answer.status == 2)
    #expect(try handoffs().isEmpty)
  }

  /// The files in the folder of handoffs.
  func handoffs() throws -> [String] {
    let path = folder.path + "/handoffs"
    guard FileManager.default.fileExists(atPath: path) else { return [] }
    return try FileManager.default.contentsOfDirectory(atPath: path)
  }

  @Test("A secret in the notes writes nothing and is exit status 3, without showing it")
  func secrets() async throws {
    try await begin()
    let secret = ["correct", "horse", "battery", "7"].joined(separator: "-")
    try folder.write("notes.md", "## Done\nthe key is \(secret)\n")
    let answer = try await handoff("generate", "--notes", "notes.md", extra: ["STORY_API_KEY": secret])
    #expect(answer.status == 3)
    #expect(!answer.complaint.contains(secret) && !answer.output.contains(secret))
    #expect(answer.complaint.contains("line "))
    #expect(try handoffs().isEmpty)
    // A title and a slug become a file's name, in other letters.
    let token = "ghp_" + String(repeating: "aB3dE5fG7h", count: 4).prefix(36)
    for arguments in [["--title", "with \(secret)"], ["--title", "with \(token)"], ["--slug", token]] {
      let answer = try await Witness.ask(
        Tool.path, ["generate"] + arguments, environment: environment.merging(["STORY_API_KEY": secret]) { $1 },
        in: folder.path)
      #expect(answer.status == 3)
      let told = (answer.complaint + answer.output).lowercased()
      #expect(!told.contains(secret) && !told.contains("aB3dE5fG7h".lowercased()))
    }
    #expect(try handoffs().isEmpty)
  }

  @Test("A template's mistake is told with file and line")
  func templates() async throws {
    try await begin()
    try folder.write("templates/session-handoff.md", "# {{title}}\n{{faacts}}\n")
    let answer = try await handoff("generate")
    #expect(answer.status == 2)
    #expect(answer.complaint.hasPrefix("handoff: templates/session-handoff.md:"))
    let missing = try await handoff("generate", "--template", "nowhere.md")
    #expect(missing.status == 2)
    #expect(missing.complaint.contains("nowhere.md"))
    try folder.write("handoff.yml", "project: story\ntemplate: nope\n")
    let unknown = try await handoff("generate")
    #expect(unknown.status == 2)
    #expect(unknown.complaint.hasPrefix("handoff: handoff.yml:2:11: there is no template nope:"))
  }

  @Test(
    "A template of the project's own takes the place of the built-in one: by its name, by handoff.yml, by the option")
  func ownTemplates() async throws {
    try await begin()
    let top = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let builtIn = try String(contentsOf: top.appending(path: "templates/session-handoff.md"), encoding: .utf8)
    func own(_ words: String) -> String { words + "\n\n" + builtIn }
    try folder.write("elsewhere/mine.md", own("by the option"))
    try folder.write("templates/short.md", own("by handoff.yml"))
    func first(_ arguments: String...) async throws -> Substring? {
      let answer = try await Witness.ask(
        Tool.path, ["generate", "--stdout"] + arguments, environment: environment, in: folder.path)
      #expect(answer.status == 0, "\(answer.complaint)")
      return answer.output.split(separator: "\n").first
    }
    #expect(try await first() == "<!-- handoff:begin header -->")
    try folder.write("templates/session-handoff.md", own("by its name"))
    #expect(try await first() == "by its name")
    try folder.write("handoff.yml", "template: short\n")
    #expect(try await first() == "by handoff.yml")
    #expect(try await first("--template", "elsewhere/mine.md") == "by the option")
  }

  @Test("The author's options stand in the document, and in its name")
  func options() async throws {
    try await begin()
    let answer = try await handoff(
      "generate", "--title", "The day", "--slug", "After the storm", "--status", "Half done", "--priority", "High")
    #expect(answer.status == 0)
    #expect(answer.output.hasSuffix("-AFTER-THE-STORM.md"))
    let text = try folder.read(answer.output)
    #expect(text.contains("# Session handoff: The day"))
    #expect(text.contains("Half done") && text.contains("High"))
    // Nobody wrote anything: each section asks for it.
    for section in NoteSection.allCases where section != .notes {
      #expect(text.contains("## \(section.title)\n") && text.contains("\n\(section.prompt)\n"))
    }
  }

  @Test("Notes are taken from standard input, and VISUAL goes before EDITOR")
  func otherWaysToWrite() async throws {
    try await begin()
    let piped = try await shell("printf '## Done\\n- from a pipe\\n' | \"$0\" generate --title One --notes -")
    #expect(piped.status == 0)
    #expect(try folder.read(piped.output).contains("- from a pipe"))
    try home.write("visual", "#!/bin/sh\nprintf '## Done\\n- by VISUAL\\n' > \"$2\"\n")
    try home.write("editor", "#!/bin/sh\nprintf '## Done\\n- by EDITOR\\n' > \"$1\"\n")
    try await Witness.ask("chmod", ["+x", home.path + "/visual", home.path + "/editor"], environment: environment)
    let extra = ["VISUAL": "\(home.path)/visual --wait", "EDITOR": "\(home.path)/editor"]
    let visual = try await handoff("generate", "--title", "Two", "--edit", extra: extra)
    #expect(try folder.read(visual.output).contains("- by VISUAL"))
    let editor = try await handoff("generate", "--title", "Three", "--edit", extra: ["EDITOR": "\(home.path)/editor"])
    #expect(try folder.read(editor.output).contains("- by EDITOR"))
  }

  @Test("What was typed in an editor is kept where no document came of it")
  func keptText() async throws {
    try await begin()
    for (name, end) in [("password=" + "hunter2Secret99", 0), ("an hour of text", 1), ("<!-- handoff:end done -->", 0)]
    {
      try home.write("editor", "#!/bin/sh\nprintf '## Done\\n\\n\(name)\\n' > \"$1\"\nexit \(end)\n")
      try await Witness.ask("chmod", ["+x", home.path + "/editor"], environment: environment)
      let answer = try await handoff(
        "generate", "--title", "x", "--edit", extra: ["EDITOR": home.path + "/editor", "TMPDIR": home.path])
      #expect(answer.status != 0)
      let kept = try #require(answer.complaint.firstMatch(of: /kept in (\S+\.md);/))
      #expect(try String(contentsOfFile: String(kept.1), encoding: .utf8).contains(name))
    }
    #expect(try handoffs().isEmpty)
  }

  @Test("A template takes no file from outside: of a partial's folder, of the project")
  func templatesFromOutside() async throws {
    try await begin()
    try home.write("secret.md", "not to be published")
    try folder.write("templates/session-handoff.md", "{{> leak}}\n")
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + "/templates/leak.md", withDestinationPath: home.path + "/secret.md")
    let partial = try await handoff("generate")
    #expect(partial.status == 2)
    #expect(partial.complaint.contains("leak") && partial.complaint.contains("leads out"))
    try folder.remove("templates/session-handoff.md")
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + "/templates/session-handoff.md", withDestinationPath: home.path + "/secret.md")
    let whole = try await handoff("generate")
    #expect(whole.status == 2)
    #expect(whole.complaint.contains("leads out of the project"))
  }

  @Test("One entry that cannot be read keeps nobody from writing the next handoff")
  func unreadableLatest() async throws {
    try await begin()
    try FileManager.default.createDirectory(
      atPath: folder.path + "/handoffs/SESSION-HANDOFF-2999-01-01-X.md", withIntermediateDirectories: true)
    let answer = try await handoff("generate", "--title", "Two")
    #expect(answer.status == 0)
    #expect(answer.complaint.contains("SESSION-HANDOFF-2999-01-01-X.md"))
    #expect(try await handoff("verify").status == 2)
  }

  @Test("Open items are carried over whatever the author's text leaves open, and steer no terminal")
  func carriedBehindAFence() async throws {
    try await begin()
    try folder.write("notes.md", "## Next steps\n- [ ] keep me\n")
    _ = try await handoff("generate", "--title", "a", "--notes", "notes.md")
    try folder.write("notes.md", "## Next steps\n\n```\nno end\n")
    for title in ["b", "c"] {
      let path = try await handoff("generate", "--title", title, "--notes", "notes.md").output
      #expect(try folder.read(path).contains("- [ ] keep me"), "\(title)")
    }
  }

  @Test("--push takes the commit to the remote, and says what to do when the remote has moved")
  func push() async throws {
    try await begin()
    let remote = home.path + "/remote.git"
    try await git("init", "-q", "--bare", "-b", "main", remote)
    try await git("remote", "add", "origin", remote)
    try await git("push", "-q", "-u", "origin", "main")
    let answer = try await handoff("generate", "--title", "One", "--push")
    #expect(answer.status == 0, "\(answer.complaint)")
    #expect(answer.complaint.contains("pushed to origin, main"))
    #expect(try await git("--git-dir", remote, "show", "--name-only", "--format=", "main") == answer.output)
    let other = home.path + "/other"
    try await git("clone", "-q", remote, other)
    try await git("-C", other, "commit", "-q", "--allow-empty", "-m", "Elsewhere")
    try await git("-C", other, "push", "-q")
    let late = try await handoff("generate", "--title", "Two", "--push")
    #expect(late.status == 2)
    #expect(late.complaint.contains("git pull --rebase and then git push"))
    #expect(try await git("show", "--name-only", "--format=", "HEAD") == late.output)
  }

  @Test("--stdout prints the document and writes nothing")
  func standardOutput() async throws {
    try await begin()
    let answer = try await handoff("generate", "--stdout", "--title", "Only look")
    #expect(answer.output.hasPrefix("<!-- handoff:begin header -->\n# Session handoff: Only look"))
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/handoffs"))
  }

  @Test("What the session did in git stands in the next handoff")
  func journal() async throws {
    try await begin()
    _ = try await handoff("generate", "--title", "One", "--commit")
    try folder.write("story.txt", "once\n")
    try await git("add", "-A")
    try await git("commit", "-qm", "Tell a | story `twice`")
    let text = try folder.read(try await handoff("generate", "--title", "Two").output)
    #expect(text.contains("Tell a"))
    #expect(text.contains("story.txt"))
    #expect(!text.contains("`Begin`"))
    let shown = try await handoff("verify", "latest~1")
    #expect(shown.output.contains("1 commit since"))
    #expect(shown.status == 0)
  }

  @Test("An edited facts block is told, and an older handoff in history can be compared")
  func history() async throws {
    try await begin()
    let path = try await handoff("generate", "--title", "One", "--commit").output
    let edited = try folder.read(path).replacing("\"value\":\"main\"", with: "\"value\":\"trunk\"")
    try folder.write(path, edited)
    let verified = try await handoff("verify", "--format", "json")
    #expect(verified.complaint.contains("edited by hand"))
    let report = try Report(verified)
    #expect(report.changes == ["git.branch changed failure"])
    #expect(report.status == 1)
    let compared = try Report(try await handoff("diff", "HEAD:\(path)", "latest", "--format", "json"))
    #expect(compared.changes == ["git.branch changed failure"])
    #expect(try Report(try await handoff("diff", "HEAD:\(path)", "--format", "json")).status == 0)
  }

  @Test("A server that an editor leaves running in a session of its own lives on")
  func editorServer() async throws {
    try await begin()
    try home.write(
      "editor",
      """
      #!/bin/sh
      setsid sh -c 'echo $$ > "$0/server"; exec sleep 120' "\(home.path)" </dev/null >/dev/null 2>&1 &
      until test -s "\(home.path)/server"; do :; done
      printf '## Done\n- with a server\n' > "$1"
      """)
    try await Witness.ask("chmod", ["+x", home.path + "/editor"], environment: environment)
    // To commit, git was run before: what programs leave behind falls to this process from then on.
    let answer = try await handoff(
      "generate", "--title", "Edited", "--edit", "--commit", extra: ["EDITOR": home.path + "/editor"])
    #expect(answer.status == 0, "\(answer.complaint)")
    let server = try home.read("server").trimmingCharacters(in: .whitespacesAndNewlines)
    let alive = try await Witness.ask("kill", ["-0", server], environment: environment)
    #expect(alive.status == 0, "the editor's server was ended")
    try await Witness.ask("kill", [server], environment: environment)
  }

  @Test("--edit opens the author's editor on the sections, and an editor that fails writes nothing")
  func editor() async throws {
    try await begin()
    let answer = try await handoff(
      "generate", "--title", "Edited", "--edit",
      extra: ["EDITOR": "sed -i -e 's/.*Done: write here.*/- told/' -e 's/.*Blockers: write here.*/the | moon/'"])
    #expect(answer.status == 0, "\(answer.complaint)")
    let text = try folder.read(answer.output)
    #expect(text.contains("<!-- handoff:author begin done -->\n- told\n"))
    #expect(text.contains("<!-- handoff:author begin blockers -->\nthe | moon\n"))
    #expect(!text.contains("write here"))
    let failed = try await handoff("generate", "--title", "Failed", "--edit", extra: ["VISUAL": "false"])
    #expect(failed.status == 2)
    #expect(try handoffs().count == 1)
  }

  @Test("A clone of this repository uses git alone: the other areas are skipped with the reason, and all is well")
  func ownClone() async throws {
    let top = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../..")
      .standardizedFileURL.path
    let answer = try await Witness.ask(
      "git", ["-c", "safe.directory=*", "clone", "-q", "--no-hardlinks", top, folder.path + "/clone"],
      environment: environment)
    try #require(answer.status == 0, "\(answer.complaint)")
    let written = try await Witness.ask(
      Tool.path, ["generate", "--title", "First look"], environment: environment, in: folder.path + "/clone")
    #expect(written.status == 0)
    let report = try Report(
      try await Witness.ask(
        Tool.path, ["preflight", "--format", "json"], environment: environment, in: folder.path + "/clone"))
    #expect(report.status == 0)
    for probe in report.json["probes"]?.array ?? [] {
      let isGit = probe["probe"]?.string == "git"
      #expect(probe["status"]?.string == (isGit ? "ok" : "skipped"))
      if !isGit { #expect(probe["findings"]?.array?.first?["message"]?.string?.isEmpty == false) }
    }
    let verified = try await Witness.ask(Tool.path, ["verify"], environment: environment, in: folder.path + "/clone")
    #expect(verified.status == 0)
  }

  @Test("verify --wait asks again until what was recorded is there")
  func waiting() async throws {
    // An interpreter that notes each time it is asked, so that the environment is mended after the first round only.
    try folder.write(
      ".venv/bin/python",
      """
      #!/bin/sh
      echo >> "$HOME/asked"
      printf '\\n%s\\n{"version": "3.1.4", "base": "/usr/bin/python3", "packages": {}}\\n' 'handoff answers:'

      """)
    try folder.write(".venv/pyvenv.cfg", "home = /usr/bin\n")
    try folder.write(".env.example", "STORY=1\n")
    try folder.write(".env", "STORY=told\n")
    try await Witness.ask("chmod", ["+x", folder.path + "/.venv/bin/python"], environment: environment)
    _ = try await handoff("generate", "--title", "Whole")
    try folder.remove(".env")
    #expect(try await handoff("verify", "-q").status == 1)
    try home.remove("asked")
    let script = """
      "$0" verify --wait 60 --format json & tool=$!
      until [ -e "$HOME/asked" ] && [ "$(wc -l < "$HOME/asked")" -ge 2 ]; do kill -0 $tool || exit 99; done
      echo STORY=told > .env
      wait $tool
      """
    let answer = try await Witness.ask(
      "bash", ["-c", script, Tool.path], environment: environment, in: folder.path)
    let report = try Report(answer)
    #expect(report.status == 0)
    #expect(report.changes == [])
  }

  @Test("The tool's own commands are no secrets, whatever the variables that a project asks for are called")
  func ownWords() async throws {
    try await begin()
    for names in [["DB_PASSWORD"], ["API_KEY", "DB_PASSWORD"], ["SECRET_TOKEN", "ZEBRA"], ["AWS_SECRET_ACCESS_KEY"]] {
      try folder.write(".env.example", names.map { "\($0)=\n" }.joined())
      let answer = try await handoff("generate", "--title", names.joined(separator: " "))
      #expect(answer.status == 0, "\(names): \(answer.complaint)")
    }
  }

  @Test("Closed standard descriptors end in an error or in silence, never in a hang or a signal's status")
  func closedDescriptors() async throws {
    try await begin()
    func status(_ command: String) async throws -> Int {
      try await Witness.ask(
        "bash", ["-c", "timeout 20 \"$0\" \(command)", Tool.path], environment: environment, in: folder.path
      ).status
    }
    #expect(try await status("generate --notes - <&-") == 2)
    #expect(try await status("preflight <&- >&- 2>&-") == 2)
    #expect(try await status("preflight <&- 2>&-") == 0)
    #expect(try await status("nonsense >&- 2>&-") == 64)
  }

  @Test("A file that somebody wrote by hand under a handoff's name is not the latest")
  func writtenByHand() async throws {
    try await begin()
    let path = try await handoff("generate", "--title", "One").output
    try folder.write("handoffs/SESSION-HANDOFF-2999-01-01-HAND.md", "# by hand\n")
    let verified = try await handoff("verify")
    #expect(verified.status == 0)
    #expect(verified.output.contains(path))
    #expect(try await handoff("list").complaint.contains("HAND.md"))
  }

  @Test("A handoff that cannot be read is told by list, which does not take it for none")
  func unreadable() async throws {
    try await begin()
    try folder.write("handoffs/SESSION-HANDOFF-2999-01-01-X.md/inside", "")
    let answer = try await handoff("list")
    #expect(answer.status == 2)
    #expect(answer.output.isEmpty)
    #expect(answer.complaint.contains("SESSION-HANDOFF-2999-01-01-X.md") && !answer.complaint.contains("no handoff"))
  }

  @Test("Where output cannot be written, the document that was is named")
  func fullOutput() async throws {
    try await begin()
    let answer = try await shell("\"$0\" generate --title One > /dev/full")
    let name = try #require(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/handoffs").first)
    #expect(answer.status == 2)
    #expect(answer.complaint.contains("handoffs/\(name) was written"))
  }

  @Test("Nothing to say with --quiet is no line at all")
  func quiet() async throws {
    try await begin()
    #expect(try await shell("\"$0\" preflight -q | wc -c").output == "0")
  }

  @Test("What would steer a terminal stands in the author's part as what it is, and everything else as it was written")
  func controlCharacters() async throws {
    try await begin()
    try folder.write("notes.md", "## Done\n\n- red \u{1b}[31m, bell \u{7}, c1 \u{9b}2J, tab \t, 日本語 עברית é\n")
    let path = try await handoff("generate", "--title", "One", "--notes", "notes.md").output
    let text = try folder.read(path)
    #expect(text.contains("- red \\u{1b}[31m, bell \\u{07}, c1 \\u{9b}2J, tab \t, 日本語 עברית é\n"))
  }

  @Test("An interrupt while a hook runs after the commit leaves the index as the commit wants it")
  func interruptedCommit() async throws {
    try await begin()
    try folder.write(
      ".git/hooks/post-commit", "#!/bin/sh\ntouch \"$HOME/committed\"\nsleep 60\n")
    try await Witness.ask("chmod", ["+x", folder.path + "/.git/hooks/post-commit"], environment: environment)
    let script = """
      set -m
      "$0" generate --title One --commit & tool=$!
      until [ -e "$HOME/committed" ]; do kill -0 $tool || exit 99; done
      kill -INT $tool
      wait $tool
      """
    let answer = try await Witness.ask("bash", ["-c", script, Tool.path], environment: environment, in: folder.path)
    #expect(answer.status == 130)
    #expect(try await git("status", "--porcelain").isEmpty)
    #expect(try await git("show", "--name-only", "--format=", "HEAD").hasPrefix("handoffs/SESSION-HANDOFF-"))
  }

  @Test("Where the newest handoff is damaged nothing is held against an older one; one written by hand is passed over")
  func damagedNewest() async throws {
    try await begin()
    let first = try await handoff("generate", "--title", "One").output
    try folder.write("handoffs/SESSION-HANDOFF-2199-01-01-BY-HAND.md", "# Handoff\n\nAll is well.\n")
    let passed = try await handoff("verify")
    #expect(passed.status == 0 && passed.complaint.contains("BY-HAND.md"), "\(passed.complaint)")
    let second = "handoffs/SESSION-HANDOFF-2199-01-02-TWO.md"
    try folder.write(second, try folder.read(first).replacing("\"value\":\"main\"", with: "\"value\":main"))
    for command in [["verify"], ["diff", "latest"]] {
      let answer = try await Witness.ask(Tool.path, command, environment: environment, in: folder.path)
      #expect(answer.status == 2, "\(command): \(answer.output)")
      #expect(answer.complaint.contains(second) && answer.complaint.contains(first), "\(answer.complaint)")
    }
    try FileManager.default.removeItem(atPath: folder.path + "/" + first)
    let none = try await handoff("verify")
    #expect(none.status == 2 && none.complaint.contains("is not JSON"), "\(none.complaint)")
  }

  @Test("A handoff that is a link out of the project is nobody's here")
  func linked() async throws {
    try await begin()
    let other = Other(project: try GitProject())
    try await other.begin()
    try other.folder.write("notes.md", "## Next steps\n\n- [ ] a private item\n")
    let theirs = try await other.handoff("generate", "--title", "Theirs", "--notes", "notes.md").output
    try FileManager.default.createDirectory(atPath: folder.path + "/handoffs", withIntermediateDirectories: true)
    let link = folder.path + "/handoffs/SESSION-HANDOFF-2199-01-01-X.md"
    try FileManager.default.createSymbolicLink(
      atPath: link, withDestinationPath: other.folder.path + "/" + theirs)
    let mine = try await handoff("generate", "--title", "Mine")
    #expect(mine.status == 0 && mine.complaint.contains("leads out of the project"), "\(mine.complaint)")
    #expect(!(try folder.read(mine.output).contains("a private item")))
    #expect(!(try await handoff("list").output.contains("Theirs")))
  }

  /// Another project.
  private struct Other: GitProjectSuite {
    let project: GitProject
  }

  @Test("verify of an area that the handoff has nothing of says so, and is no success")
  func nothingHeld() async throws {
    try await begin()
    #expect(try await handoff("generate", "--title", "One").status == 0)
    #expect(try await handoff("verify", "--only", "git").status == 0)
    let answer = try await handoff("verify", "--only", "aws")
    #expect(answer.status == 2 && answer.complaint.contains("recorded nothing of aws"), "\(answer.complaint)")
  }

  @Test("--update writes into no file of git's own, and through no link that leads out of the project")
  func updatedElsewhere() async throws {
    try await begin()
    let first = try await handoff("generate", "--title", "One").output
    let text = try folder.read(first)
    let outside = try TemporaryFolder(["doc.md": text])
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + "/handoffs/out", withDestinationPath: outside.path)
    try folder.write(".git/hooks/doc.md", text)
    for path in ["handoffs/out/doc.md", ".git/hooks/doc.md"] {
      let answer = try await handoff("generate", "--update", path, "--title", "Two")
      #expect(answer.status == 2, "\(path): \(answer.output)")
      #expect(try folder.read(path) == text)
    }
    #expect(try await handoff("generate", "--update", first, "--title", "Two").status == 0)
  }
}
