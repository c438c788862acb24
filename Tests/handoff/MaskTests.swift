import Foundation
import HandoffDocument
import HandoffModel
import HandoffTestSupport
import Testing

/// `mask` in `handoff.yml`, as its users see it.
@Suite struct MaskTests: GitProjectSuite {
  let project: GitProject

  init() throws { project = try GitProject() }

  private static let branch = "feature/quiet-launch"

  /// A handoff of a repository whose branch is masked.
  private func generate(_ extra: [String: String] = [:], mask: String = "git.branch") async throws -> String {
    try folder.write("handoff.yml", "mask: [\(mask)]\n")
    try await begin()
    try await git("switch", "-qc", Self.branch)
    let answer = try await handoff("generate", "--title", "One", extra: extra)
    try #require(answer.status == 0, "\(answer.complaint)")
    return try String(
      contentsOfFile: folder.path + "/" + answer.output.trimmingCharacters(in: .newlines), encoding: .utf8)
  }

  @Test("A document holds a fingerprint in the place of the value, and verify and diff tell equal from changed")
  func document() async throws {
    let text = try await generate()
    #expect(!text.contains("quiet-launch"))
    #expect(text.contains(#""id":"git.branch","masked":true"#))
    let document = try parse(text)
    #expect(!document.edited)
    #expect(document.handoff.snapshot.maskedFacts == ["git.branch"])
    for command in [["verify"], ["diff", "latest"], ["diff", "latest", "latest"]] {
      for format in ["terminal", "markdown", "json"] {
        let answer = try await Witness.ask(
          Tool.path, command + ["--format", format, "-v"], environment: environment, in: folder.path)
        #expect(answer.status == 0, "\(command) \(format): \(answer.output)")
        #expect(!answer.output.contains("quiet-launch"), "\(command) \(format)")
      }
    }
    try await git("switch", "-qc", "feature/quiet-retreat")
    let changed = try await handoff("verify", "--format", "json")
    #expect(changed.status == 1)
    #expect(try Report(changed).changes == ["git.branch changed failure"])
    #expect(!changed.output.contains("quiet-"))
    #expect(try await handoff("verify").output.contains("is not what it was; both are masked"))
  }

  @Test("With another key it is unknown, and known again with the key that the document was written with")
  func keys() async throws {
    let key = ["HANDOFF_MASK_KEY": String(repeating: "team key ", count: 4)]
    _ = try await generate(key)
    let other = try await handoff("verify", "--format", "json")
    #expect(other.status == 2)
    #expect(try Report(other).changes == ["git.branch unknown unknown"])
    #expect(other.output.contains("HANDOFF_MASK_KEY"))
    // Looking made no key.
    #expect(!FileManager.default.fileExists(atPath: home.path + "/.local/state/handoff/key"))
    #expect(try await handoff("verify", extra: key).status == 0)
    #expect(try await handoff("diff", "latest", "latest").status == 0)
    let short = try await handoff("generate", extra: ["HANDOFF_MASK_KEY": "short"])
    #expect(short.status == 2)
    #expect(short.complaint.contains("at least 16 bytes"))
  }

  @Test("--update masks again what was in the clear, and preflight shows a terminal its user's own values")
  func update() async throws {
    try await begin()
    try await git("switch", "-qc", Self.branch)
    let path = try await handoff("generate", "--title", "One").output.trimmingCharacters(in: .newlines)
    try folder.write("handoff.yml", "mask: [git.*h]\n")
    #expect(try await handoff("verify").status == 0)
    #expect(try await handoff("generate", "--update", path).status == 0)
    #expect(!(try String(contentsOfFile: folder.path + "/" + path, encoding: .utf8)).contains("quiet-launch"))
    #expect(try await handoff("preflight").output.contains("quiet-launch"))
    for format in ["json", "markdown"] {
      #expect(!(try await handoff("preflight", "--format", format).output.contains("quiet-launch")))
    }
  }

  @Test("What changed in git is told without the value; the author's own words are left, with a warning")
  func notes() async throws {
    try folder.write("handoff.yml", "mask: [git.branch]\n")
    try await begin()
    try await git("switch", "-qc", Self.branch)
    try await git("commit", "-qm", "Open \(Self.branch)", "--allow-empty")
    try folder.write("notes.md", "## Done\n\nMerged \(Self.branch)\n")
    let answer = try await handoff("generate", "--title", "On \(Self.branch)", "--notes", "notes.md")
    #expect(answer.status == 0, "\(answer.complaint)")
    let text = try String(
      contentsOfFile: folder.path + "/" + answer.output.trimmingCharacters(in: .newlines), encoding: .utf8)
    #expect(text.contains("Open masked"))
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let line = try #require(lines.firstIndex { $0.hasPrefix("Merged") }) + 1
    #expect(answer.complaint.contains("warning: line \(line): your text holds the value of git.branch"))
    #expect(answer.complaint.contains("warning: the title holds the value of git.branch"))
    // What is committed is passed on before anybody reads a warning.
    for option in ["--commit", "--push"] {
      let refused = try await handoff("generate", "--title", "Two", "--notes", "notes.md", option)
      #expect(refused.status == 3 && refused.output.isEmpty, "\(option): \(refused.complaint)")
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/handoffs").count == 1)
  }

  @Test("A value that is a word of every document keeps none from being written", arguments: ["session", "commit"])
  func ordinary(_ branch: String) async throws {
    try folder.write("handoff.yml", "mask: [git.branch]\n")
    try await begin()
    try await git("switch", "-qc", branch)
    let answer = try await handoff("generate", "--title", "One")
    #expect(answer.status == 0, "\(answer.complaint)")
    #expect(try folder.read(answer.output).contains(#""id":"git.branch","masked":true"#))
  }

  @Test("Where a name holds the value nothing is written, which is exit status 3 and told by line and fact")
  func refused() async throws {
    try folder.write(
      "handoff.yml", "project: quiet-launch\nmask: [\"command[*]\"]\ncommands: {name: {run: [echo, quiet-launch]}}\n")
    try await begin()
    #expect(try await handoff("trust", "--yes").status == 0)
    let answer = try await handoff("generate", "--title", "One")
    #expect(answer.status == 3, "\(answer.complaint)")
    #expect(answer.complaint.contains("would show the value of command[name]"))
    #expect(!answer.complaint.contains("quiet"))
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/handoffs"))
  }

  @Test("Where a server is down, its place, which the settings name, stands neither in a document nor in a report")
  func unmeasured() async throws {
    let host = "db7." + "internal.invalid"
    try folder.write("handoff.yml", "postgres: {service: shop}\naws: {profile: shop}\n")
    try home.write(".pg_service.conf", "[shop]\nhost=\(host)\nport=5999\ndbname=shopfloor\n")
    try home.write(
      ".aws/config",
      "[profile shop]\nrole_arn = arn:aws:iam::695353648052:role/shop\nsource_profile = gone\nregion = us-east-1\n")
    try await begin()
    // A service of another machine, which a tracked file names, is asked where that is trusted.
    #expect(try await handoff("trust", "--yes").status == 0)
    let clear = try await handoff("preflight", "--format", "json", "--timeout", "2")
    #expect(clear.output.contains(host) && clear.output.contains("shopfloor"), "nothing is said of it: \(clear.output)")
    let before = try await handoff("generate", "--title", "Clear", "--timeout", "2")
    #expect(before.status == 0, "\(before.complaint)")
    try folder.write(
      "handoff.yml",
      "postgres: {service: shop}\naws: {profile: shop}\nmask: [postgres.host, postgres.database, aws.account]\n")
    #expect(try await handoff("trust", "--yes").status == 0)
    let after = try await handoff("generate", "--title", "Masked", "--timeout", "2")
    #expect(after.status == 0, "\(after.complaint)")
    var texts = [try folder.read(after.output)]
    for command in [["preflight"], ["verify"], ["diff", before.output], ["diff", before.output, after.output]] {
      for format in ["json", "markdown"] {
        let answer = try await Witness.ask(
          Tool.path, command + ["--format", format, "-v", "--timeout", "2"], environment: environment, in: folder.path)
        #expect(answer.status < 3, "\(command): \(answer.complaint)")
        texts.append(answer.output)
      }
    }
    for text in texts {
      for value in [host, "shopfloor", "695353648052"] { #expect(!text.contains(value), "\(value) in \(text)") }
    }
    #expect(texts[0].contains("MASKED_POSTGRES_HOST"))
  }

  @Test("A report that is passed on shows no masked value in a name either: nothing is printed, which is exit status 3")
  func reportedNames() async throws {
    try folder.write("handoff.yml", "checks: {quiet-launch: {tcp: 'localhost:1'}}\n")
    try await begin()
    try await git("switch", "-qc", "quiet-launch")
    #expect(try await handoff("generate", "--title", "One").status == 0)
    try folder.write("handoff.yml", "checks: {quiet-launch: {tcp: 'localhost:1'}}\nmask: [git.branch]\n")
    for (command, format) in [("preflight", "json"), ("preflight", "markdown"), ("verify", "markdown")] {
      let answer = try await handoff(command, "--format", format, "-v")
      #expect(answer.status == 3, "\(command) \(format): \(answer.output)")
      #expect(answer.output.isEmpty && !answer.complaint.contains("quiet-launch"))
      #expect(answer.complaint.contains("would show the value of git.branch"))
    }
    // A comparison as JSON names what changed alone.
    #expect(!(try await handoff("verify", "--format", "json", "-v").output.contains("quiet-launch")))
    #expect(try await handoff("preflight").output.contains("quiet-launch"))
  }

  @Test(
    "An entry that fits no fact, or one that holds names, is a mistake with its place",
    arguments: [
      ("aws.acount", "handoff.yml:2:4: mask: no fact is called \"aws.acount\"; did you mean \"aws.account\"?"),
      (
        "docker.containers",
        "handoff.yml:2:4: mask: \"docker.containers\" takes in docker.containers, which holds names"
      ),
      ("postgres.*", "handoff.yml:2:4: mask: \"postgres.*\" takes in postgres.tables, which holds names"),
      ("{a: b}", "handoff.yml:2:4: mask[0] must be a text"),
    ])
  func mistakes(entry: String, told: String) async throws {
    try folder.write("handoff.yml", "mask:\n - \(entry)\n")
    let answer = try await handoff("preflight")
    #expect(answer.status == 2)
    #expect(answer.complaint.hasPrefix("handoff: " + told), "\(answer.complaint)")
  }

  @Test(
    "Entries name facts of instances and members, and families of them",
    arguments: [
      "aws.account", "aws[prod].account", "aws[*].account", "docker.container[web].image", "docker.container[*].image",
      "check[api]", "postgres*.host", "git.*",
    ])
  func entries(entry: String) async throws {
    try folder.write("handoff.yml", "mask:\n - \"\(entry)\"\n")
    #expect(try await handoff("probes").complaint.isEmpty)
    #expect(!(try await handoff("list").complaint.contains("mask")))
  }

  @Test(
    "Of a whole project nothing of what is masked stands in a document, and it is verified", SampleProject.requirement)
  func everything() async throws {
    let project = try await SampleProject.make(containers: false)
    try project.folder.write("handoff.yml", "mask: [aws.account, postgres.port, postgres.user]\n")
    try await project.git(["add", "-A"])
    try await project.git(["commit", "-qm", "Mask"])
    let path = try await project.generate("--title", "Public").trimmingCharacters(in: .newlines)
    let text = try String(contentsOfFile: project.path + "/" + path, encoding: .utf8)
    let port = try Lab.value("PG_PORT")
    #expect(!text.contains(try Lab.value("AWS_ACCOUNT")))
    #expect(text.firstRange(of: try Regex("\\b\(port)\\b")) == nil)
    #expect(text.contains("-p MASKED_POSTGRES_PORT"))
    #expect(
      try parse(text).handoff.snapshot.maskedFacts
        == ["aws.account", "aws.principal", "postgres.port", "postgres.user"])
    #expect(try await project.verify().changes.isEmpty)
    let moved = try await project.verify(changing: ["PGUSER": "handoff_reader"])
    #expect(moved.changes.contains("postgres.user changed failure"))
    #expect(!moved.json.canonical.contains("handoff_reader"))
    try await project.remove()
  }
}
