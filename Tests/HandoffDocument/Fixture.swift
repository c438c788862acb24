import Foundation
import HandoffDocument
import HandoffModel
import HandoffText

/// One handoff as a session might leave it: AWS and Python well, the database missing, a container that restarts, a cache
/// that did not answer, and environment variables that nobody asked for.
enum Fixture {
  static let areas: [String: StaticString] = [
    "aws": "AWS", "python": "Python", "postgres": "PostgreSQL", "docker": "Docker", "git": "Git",
    "environment": "Environment variables", "check": "Check", "command": "Command",
  ]
  static let dictionary = FactDictionary(
    facts: [
      FactDefinition("aws.account", .identity, title: "the account", isHead: true, meaning: "the account's number"),
      FactDefinition("aws.region", .identity, title: "the region", meaning: "the region"),
      FactDefinition("aws.credentials", .state, title: "the credentials", meaning: "where credentials come from"),
      FactDefinition("python.environment", .identity, title: "the environment", isHead: true, meaning: "the folder"),
      FactDefinition("python.version", .identity, title: "Python", meaning: "the version"),
      FactDefinition("python.packages", .map, title: "the packages", meaning: "distribution to version"),
      FactDefinition(
        "python.tool[*]", .state, order: .higherIsBetter, title: "the version", meaning: "a tool's version"),
      FactDefinition("postgres.port", .identity, title: "the port", meaning: "the port"),
      FactDefinition("docker.engine", .state, title: "the engine", isHead: true, meaning: "its version"),
      FactDefinition("docker.containers", .set, title: "the containers", meaning: "their names"),
      FactDefinition("docker.container[*].image", .identity, title: "image", meaning: "as asked for"),
      FactDefinition("docker.container[*].state", .state, title: "state", meaning: "running, exited"),
    ],
    findings: [
      FindingDefinition("postgres.database-missing", "the database does not exist"),
      FindingDefinition("docker.container-restarting", "a container restarts in a loop"),
      FindingDefinition("check.no-answer", "no answer in time"),
    ],
    areas: areas)

  static let handoff = Handoff(
    notes: AuthorNotes(
      title: "Post-cleanup", status: "in progress", priority: "the database first",
      sections: [
        .done: "- [x] storyteller moved to its own queue\n- [x] 7 migrations written",
        .nextSteps: "- [ ] create the database and apply the migrations\n- [ ] rebuild `storyteller`",
        .blockers: "The database does not exist on this machine.",
        .learnings: "`docker-compose restart` never rebuilds an image.",
      ]),
    previous: "SESSION-HANDOFF-2025-11-06-QUEUES.md",
    snapshot: Snapshot(
      tool: "0.1.0", project: "aicore", capturedAt: Date(timeIntervalSince1970: 1_762_557_300),
      observations: [aws, python, postgres, docker, environment, check]))

  static let context = DocumentContext(
    name: "SESSION-HANDOFF-2025-11-07-POST-CLEANUP.md", folder: "handoffs", dictionary: dictionary,
    journal: Journal(
      since: "SESSION-HANDOFF-2025-11-06-QUEUES.md",
      commits: [
        .init(
          id: Untrusted("4f1c9e2"), subject: Untrusted("Give storyteller its own queue"), date: Untrusted("2025-11-07")),
        .init(
          id: Untrusted("b07d5aa"), subject: Untrusted("Add migrations 006 and 007"), date: Untrusted("2025-11-06")),
      ], moreCommits: 3,
      changedFiles: [
        .init(status: Untrusted("M"), path: Untrusted("services/storyteller/main.py")),
        .init(status: Untrusted("A"), path: Untrusted("database/migrations/007_queue.sql")),
      ]))

  private static let aws = Observation(
    probe: "aws",
    facts: [
      Fact("aws.account", .identity, "695353648052", source: Source(.measured, "STS")),
      Fact("aws.region", .identity, "us-east-1", source: Source(.awsConfigFile, "dev")),
      Fact("aws.credentials", .state, "shared-credentials-file", source: Source(.awsCredentialsFile, "dev")),
    ],
    summary: "account \(Untrusted("695353648052")) · \(Untrusted("us-east-1")) · profile \(Untrusted("dev"))",
    setup: [GuideStep(.export("AWS_PROFILE", "dev"), "use the profile \(Untrusted("dev"))")],
    verification: [GuideStep(.run("aws", "sts", "get-caller-identity"), "the credentials work")])

  private static let python = Observation(
    probe: "python",
    facts: [
      Fact("python.environment", .identity, ".venv", source: Source(.folder, ".venv")),
      Fact("python.version", .identity, "3.13.7", source: Source(.measured, "the interpreter")),
      Fact("python.packages", .map, ["pytest": "8.3.4", "requests": "2.32.3"], source: Source(.folder, ".venv")),
      Fact("python.tool[pytest]", .state, "8.3.4", source: Source(.measured, "pytest")),
    ],
    summary: "\(Untrusted(".venv")) · \(Untrusted("3.13.7")) · pytest \(Untrusted("8.3.4")) · 2 packages",
    setup: [
      GuideStep(
        ShellCommand(bash: ". .venv/bin/activate", powershell: ".venv\\Scripts\\Activate.ps1"),
        "activate the environment")
    ],
    verification: [
      GuideStep(.run("python", "-c", "import encodings"), "the interpreter works"),
      GuideStep(.run("python", "-m", "pytest", "--version"), "\(Untrusted("pytest")) works"),
    ])

  private static let postgres = Observation(
    probe: "postgres",
    facts: [Fact("postgres.port", .identity, 5443, source: Source(.dotenv, ".env: DB_PORT"))],
    findings: [
      Finding(
        "postgres.database-missing", .failure,
        "\(Untrusted("localhost:5443")) answers, but database \(Untrusted("gaming_system_ai_core")) does not exist",
        remedies: [
          Remedy(
            .run("createdb", "-h", "localhost", "-p", "5443", "-U", "postgres", "gaming_system_ai_core"),
            "create the database"),
          Remedy(
            .run("pg_restore", "-d", "gaming_system_ai_core", "--clean", "backup's.dump"), "restore the last dump",
            destructive: true),
        ], facts: ["postgres.database"])
    ],
    summary: "\(Untrusted("localhost:5443"))",
    setup: [GuideStep(.export("DB_PORT", "5443"), "the port, as \(Untrusted(".env")) has it")],
    verification: [
      GuideStep(
        .run("psql", "-h", "localhost", "-p", "5443", "-d", "gaming_system_ai_core", "-c", "\\dt"), "it answers")
    ])

  private static let docker = Observation(
    probe: "docker",
    facts: [
      Fact("docker.engine", .state, "20.10.24", source: Source(.measured, "the engine")),
      Fact(
        "docker.containers", .set, ["aicore-api", "aicore-storyteller"],
        source: Source(.compose, "docker-compose.yml: *")),
      Fact("docker.container[aicore-api].image", .identity, "aicore/api:1.4", source: Source(.measured, "the engine")),
      Fact("docker.container[aicore-api].state", .state, "running", source: Source(.measured, "the engine")),
      Fact(
        "docker.container[aicore-storyteller].image", .identity, "aicore/storyteller:1.1",
        source: Source(.measured, "the engine")),
      Fact("docker.container[aicore-storyteller].state", .state, "restarting", source: Source(.measured, "the engine")),
    ],
    findings: [
      Finding(
        "docker.container-restarting", .warning, "\(Untrusted("aicore-storyteller")) restarts in a loop",
        remedies: [
          Remedy(.run("docker", "logs", "--tail", "20", "aicore-storyteller"), "see what it says"),
          Remedy(.run("docker-compose", "up", "-d", "--build", "storyteller"), "build and start it anew"),
        ], facts: ["docker.container[aicore-storyteller].state"])
    ],
    summary: "2 containers", setup: [GuideStep(.run("docker-compose", "up", "-d"), "start the containers")],
    verification: [GuideStep(.run("docker", "ps"), "they run")])

  private static let environment = Observation(
    probe: "environment", facts: [],
    findings: [Finding("environment.not-used", .skipped, "there is no \(Untrusted(".env.example"))")])

  private static let check = Observation(
    probe: "check[cache]", facts: [],
    findings: [
      Finding(
        "check.no-answer", .unknown, "no answer from \(Untrusted("localhost:6379")) within 5 s", facts: ["check[cache]"]
      )
    ])
}
