import Foundation
import HandoffTestSupport
import Testing

/// `handoff init`, as its users run it.
@Suite struct InitTests: GitProjectSuite {
  let project: GitProject
  /// A value that nobody may see.
  private let secret = "q7" + "Zk" + String(repeating: "vW3", count: 6)

  init() throws { project = try GitProject() }

  private func prepare() async throws {
    try folder.write("app.py", "import os\nos.environ['STORY_KEY']\nos.getenv('AWS_REGION', 'mars-north-7')\n")
    try folder.write(".env", "STORY_KEY=\(secret)\nLOG_LEVEL=debug-\(secret)\n")
    try folder.write("docker-compose.yml", "services: {db: {image: 'x:${DB_TAG}', environment: [QUEUE_SIZE=4711]}}\n")
    try await git("init", "-q", "-b", "main")
    try await git("add", "app.py", "docker-compose.yml", "README.md")
    try await git("commit", "-qm", "Begin")
  }

  /// Those that are asked for: AWS_REGION has a default, and QUEUE_SIZE its value.
  private static let names = ["DB_TAG", "LOG_LEVEL", "STORY_KEY"]

  /// The files of the project but for git's own, by their paths.
  private func files() throws -> [String: Data] {
    var found: [String: Data] = [:]
    for name in try FileManager.default.subpathsOfDirectory(atPath: folder.path) where !name.hasPrefix(".git/") {
      found[name] = FileManager.default.contents(atPath: folder.path + "/" + name) ?? Data()
    }
    return found
  }

  private func assignments(_ text: String) -> [String: String] {
    var found: [String: String] = [:]
    for line in text.split(separator: "\n") where !line.hasPrefix("#") {
      let parts = line.split(separator: "=", maxSplits: 1).map(String.init)
      found[parts[0]] = parts.count > 1 ? parts[1] : ""
    }
    return found
  }

  @Test("It writes all four, shows what it found and where, and run again it changes nothing")
  func twice() async throws {
    try await prepare()
    let first = try await handoff("init")
    #expect(first.status == 0, "\(first.complaint)")
    let example = try folder.read(".env.example")
    #expect(assignments(example) == Dictionary(uniqueKeysWithValues: Self.names.map { ($0, "change-me") }))
    for comment in [
      "# used in app.py:2\nSTORY_KEY=", "# set in .env:2\nLOG_LEVEL=",
      "# used in app.py:3; has a default\n# AWS_REGION=change-me\n",
    ] { #expect(example.contains(comment)) }
    #expect(!example.contains("QUEUE_SIZE"))
    #expect(try folder.read(".gitignore") == ".venv/\n.env\n")
    #expect(try folder.read("handoff.yml").split(separator: "\n").allSatisfy { $0.hasPrefix("#") })
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/handoffs").isEmpty)
    for words in ["STORY_KEY", "app.py:2", "docker.compose", "(docker-compose.yml)"] {
      #expect(first.output.contains(words))
    }
    #expect(try await handoff("scan", ".env.example", "handoff.yml", ".gitignore").status == 0)
    let before = try files()
    for options in [[], ["--force"]] {
      let again = try await Witness.ask(Tool.path, ["init"] + options, environment: environment, in: folder.path)
      #expect(again.status == 0)
      #expect(try files() == before)
    }
    let diff = try await handoff("init", "--dry-run")
    #expect(diff.output.isEmpty && diff.status == 0)
  }

  @Test("What has a default is neither asked for nor set by a copy", Lab.needs("docker", "COMPOSE"))
  func copied() async throws {
    try folder.write(
      "docker-compose.yml",
      """
      services:
        web:
          image: web
          ports: ["${WEB_PORT:-18080}:80"]
          environment: {GREETING: hello, TOKEN: "${STORY_KEY}"}

      """)
    try folder.write("app.py", "import os\nos.getenv('PORT', '8000')\n")
    #expect(try await handoff("init").status == 0)
    let example = try folder.read(".env.example")
    #expect(assignments(example) == ["STORY_KEY": "change-me"])
    try folder.write(".env", example.replacing("change-me", with: "mine"))
    let preflight = try await handoff("preflight", "--only", "environment", "--format", "json")
    #expect(preflight.status == 0 && !preflight.output.contains("WEB_PORT"), "\(preflight.output)")
    try folder.write(".env", example)
    let words = try Lab.value("COMPOSE").split(separator: " ").map(String.init)
    let answer = try await Witness.ask(
      words[0], words.dropFirst() + ["config", "-q"], environment: environment, in: folder.path)
    #expect(answer.status == 0, "\(answer.complaint)")
  }

  @Test("The help names the exit statuses")
  func help() async throws {
    let help = try await handoff("init", "--help").output
    #expect(help.contains("Exit status: 0 ") && help.contains("; 2 "))
  }

  @Test("No value stands in what is written or said, neither a secret nor another one")
  func values() async throws {
    try await prepare()
    let dry = try await handoff("init", "--dry-run")
    let wet = try await handoff("init")
    var texts = [dry.output, dry.complaint, wet.output, wet.complaint]
    for name in ["handoff.yml", ".env.example", ".gitignore"] { texts.append(try folder.read(name)) }
    for value in [secret, "mars-north-7", "4711", "debug-"] {
      #expect(!texts.contains { $0.contains(value) }, "\(value)")
    }
  }

  @Test("A dry run writes nothing, and git makes the same files of what it shows")
  func dryRun() async throws {
    try await prepare()
    try folder.write(".gitignore", "*.log\r\nbuild/")
    let before = try files()
    let dry = try await shell("\"$0\" init --dry-run >../\(folder.path.split(separator: "/").last ?? "").patch")
    #expect(dry.status == 0)
    #expect(try files() == before)
    let patch = folder.path + ".patch"
    defer { try? FileManager.default.removeItem(atPath: patch) }
    try await git("apply", patch)
    let applied = try files()
    for name in [".env.example", "handoff.yml"] { try folder.remove(name) }
    try folder.write(".gitignore", "*.log\r\nbuild/")
    #expect(try await handoff("init").status == 0)
    var written = try files()
    written["handoffs"] = nil
    #expect(written == applied)
    #expect(try folder.read(".gitignore") == "*.log\r\nbuild/\r\n.venv/\r\n.env\r\n")
  }

  @Test("In a folder of the repository git makes the same files there of what a dry run shows")
  func below() async throws {
    try await git("init", "-q", "-b", "main")
    try folder.write("parts/story/app.py", "import os\nos.environ['STORY_KEY']\n")
    try folder.write("parts/story/.gitignore", "*.log\n")
    try folder.write("parts/story/handoff.yml", "# mine\n")
    let applied = try await shell("cd parts/story && \"$0\" init --dry-run | git apply")
    #expect(applied.status == 0, "\(applied.complaint)")
    let names = [".env.example", ".gitignore"]
    let made = try names.map { try folder.read("parts/story/" + $0) }
    try folder.remove("parts/story/.env.example")
    try folder.write("parts/story/.gitignore", "*.log\n")
    #expect(try await shell("cd parts/story && \"$0\" init").status == 0)
    #expect(try names.map { try folder.read("parts/story/" + $0) } == made)
    // In another folder it says where.
    try folder.write("parts/story/web/index.js", "process.env.STORY_PORT\n")
    let told = try await shell("cd parts/story/web && \"$0\" init --force --dry-run")
    #expect(told.complaint.contains("Take the diff in \(folder.path)/parts/story"), "\(told.complaint)")
    #expect(try await !handoff("init", "--dry-run").complaint.contains("Take the diff in"))
  }

  @Test("What is there is left alone; --force puts at its end what it lacks, and takes nothing away")
  func existing() async throws {
    try await prepare()
    let (configuration, example) = ("project: sample\n# checks:\n", "STORY_KEY=ask-the-teller\n# DB_TAG=\nOLD=1")
    try folder.write("handoff.yml", configuration)
    try folder.write(".env.example", example)
    let answer = try await handoff("init")
    #expect(answer.status == 0)
    #expect(try folder.read("handoff.yml") == configuration)
    #expect(try folder.read(".env.example") == example)
    #expect(answer.output.contains("it lacks AWS_REGION, LOG_LEVEL, which --force puts at its end"))
    #expect(try await handoff("init", "--force").status == 0)
    let forced = try folder.read(".env.example")
    #expect(forced.hasPrefix(example + "\n"))
    #expect(
      assignments(forced) == ["STORY_KEY": "ask-the-teller", "OLD": "1", "LOG_LEVEL": "change-me"])
    #expect(forced.contains("\n# AWS_REGION=change-me\n"))
    let added = try folder.read("handoff.yml")
    #expect(added.hasPrefix(configuration) && added.contains("#commands:") && !added.contains("#checks:"))
    #expect(try await handoff("preflight", "--only", "git").status == 0)
  }

  @Test("handoff.yml changes nothing in what is measured, and each of its examples is understood")
  func configuration() async throws {
    try await prepare()
    func measured() async throws -> String {
      let answer = try await handoff("preflight", "-v", "--format", "json", "--skip", "git")
      return answer.output.replacing(/"(durationMilliseconds|capturedAt)": *[^,\n]*/, with: "")
    }
    let before = try await measured()
    #expect(before.contains("docker"))
    #expect(try await handoff("init").status == 0)
    let text = try folder.read("handoff.yml")
    try folder.remove(".env.example")
    #expect(try await measured() == before)
    let examples = text.split(separator: "\n").filter { $0.firstMatch(of: /^#([^ ]|  )/) != nil }.map { $0.dropFirst() }
    #expect(examples.contains { $0.hasPrefix("checks:") } && examples.contains { $0.hasPrefix("commands:") })
    try folder.write("handoff.yml", examples.joined(separator: "\n") + "\n")
    let answer = try await handoff("trust", "--show")
    #expect(answer.status == 0, "\(answer.complaint)")
  }

  @Test(
    "Only what the repository's own files do not ignore is added",
    arguments: [
      (".venv\n.env*\n", ".venv\n.env*\n"), ("/.env\n", "/.env\n.venv/\n"), ("!.env\n", "!.env\n.venv/\n"),
      ("# .env\n", "# .env\n.venv/\n.env\n"),
    ])
  func ignored(before: String, after: String) async throws {
    try await prepare()
    try home.write(".gitconfig", "[core]\n\texcludesFile = ~/mine\n")
    try home.write("mine", ".env\n.venv\n")
    try folder.write(".git/info/exclude", ".env\n.venv\n")
    try folder.write(".gitignore", before)
    let answer = try await handoff("init")
    #expect(answer.status == 0)
    #expect(try folder.read(".gitignore") == after)
    #expect(answer.output.contains("git ignores .env.example") == before.contains("*"))
  }

  @Test("A dotenv file that git tracks is told, with what takes it out")
  func trackedDotenv() async throws {
    try await prepare()
    #expect(try await handoff("init").output.contains("git tracks .env") == false)
    try await git("add", "-f", ".env")
    let answer = try await handoff("init")
    #expect(answer.output.contains("git tracks .env") && answer.output.contains("git rm --cached .env"))
    try await git("rm", "-q", "--cached", ".env")
    #expect(try await handoff("init").output.contains("git tracks .env") == false)
  }

  @Test("Nothing is written through a link", arguments: ["handoff.yml", ".env.example", ".gitignore", "handoffs"])
  func links(name: String) async throws {
    try await prepare()
    try home.write("target/kept", "")
    let target = home.path + "/target/new"
    try FileManager.default.createSymbolicLink(atPath: folder.path + "/" + name, withDestinationPath: target)
    for options in [[], ["--force"]] {
      let answer = try await Witness.ask(Tool.path, ["init"] + options, environment: environment, in: folder.path)
      #expect(answer.status == 2)
      #expect(!FileManager.default.fileExists(atPath: target))
      #expect(try FileManager.default.destinationOfSymbolicLink(atPath: folder.path + "/" + name) == target)
    }
  }

  @Test("Names of files that would steer a terminal, or begin a line of their own, are escaped")
  func hostileNames() async throws {
    try await prepare()
    try folder.write("a\nINJECTED=1\u{1b}[31m.py", "os.environ['HOSTILE']")
    let answer = try await handoff("init")
    #expect(answer.status == 0)
    let example = try folder.read(".env.example")
    #expect(assignments(example).keys.sorted() == (Self.names + ["HOSTILE"]).sorted())
    #expect(!(answer.output + example).unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" })
  }
}
