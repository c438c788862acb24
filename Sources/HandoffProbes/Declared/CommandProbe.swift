public import HandoffModel
public import HandoffProject
import HandoffSecrets
import HandoffSystem
import HandoffText

/// Runs what `handoff.yml` declares under `commands`, in a project that its user trusts, and takes what it prints or a
/// part of that as a fact.
public struct CommandProbe: Probe {
  /// Its name.
  let name: String
  /// What is run; nil when a handoff recorded it and `handoff.yml` declares it no more.
  let settings: CommandSettings?

  /// How many characters a value may have.
  static let valueLimit = 1000
  /// How many bytes a command may print.
  static let outputLimit = 1 << 16

  /// What it is called in documents.
  public static let title: StaticString = "Command"

  /// The area: `command[schema]`.
  public var area: String { "command[\(name)]" }
  private var id: FactID { FactID(area) }

  /// What it establishes.
  public static let facts: [FactDefinition] = [
    FactDefinition(
      "command[*]", .state, title: "command", isHead: true, isDeclared: true,
      meaning:
        "what a command prints that `handoff.yml` declares, or the part that its `capture` takes; the class as declared"
    )
  ]

  /// What it finds.
  public static let findings: [FindingDefinition] = [
    FindingDefinition("command.untrusted", "the project declares a command and is not trusted, so it was not run"),
    FindingDefinition("command.failed", "a declared command ended with an error"),
    FindingDefinition("command.missing", "a declared command could not be started"),
    FindingDefinition("command.timeout", "there was no answer by the deadline"),
    FindingDefinition("command.unexpected-output", "what a declared command printed could not be taken"),
    FindingDefinition("command.secret", "what a declared command printed looks like a secret"),
    FindingDefinition("command.not-as-recorded", "a declared command gives another value than the handoff recorded"),
    FindingDefinition("command.not-declared", "handoff.yml does not declare a command any more that was recorded"),
  ]

  /// One for each command.
  public static func probes(for project: Project) -> [ProbeUse] {
    project.commands.map { .used(CommandProbe(name: $0.name, settings: $0)) }
      + project.recalledCommands.map { .used(CommandProbe(name: $0, settings: nil)) }
  }

  /// Runs it, where it is trusted.
  public func observe(_ context: ProbeContext) async -> Observation {
    guard let settings else { return Declared.gone(area, "command.not-declared", "commands", name) }
    let store = TrustStore(context.host)
    let subject = TrustSubject(context.project)
    guard let content = store.trusted(subject) else {
      let finding = Finding(
        "command.untrusted", .unknown, "it was not run: this project is not trusted as it is now",
        remedies: [Declared.trust], facts: [id])
      return Observation(probe: area, facts: [], findings: [finding])
    }
    let result: CommandResult
    do throws(FileWriteError) {
      let copy = try store.copy(content, of: subject.root)
      defer { copy.remove() }
      let words = subject.words(of: settings) { name in
        content.copies[PathText(name)] == nil ? nil : "\(copy.path)/\(name)"
      }
      result = await run(words, context).hiding(copy.path)
    } catch {
      result = CommandResult(
        outcome: .prevented("no copy of what is trusted could be made: \(error)"), standardOutput: [],
        standardError: [])
    }
    let taken = await value(of: result, settings, context)
    var findings: [Finding] = []
    var facts: [Fact] = []
    var summary = Message()
    switch taken {
    case .failure(let lost): findings.append(lost.finding)
    case .success(let printed):
      let paths = MachinePaths(root: context.project.root, home: context.host.environment.home)
      let text = paths.hidden(in: printed)
      facts = [Fact(id, settings.factClass, .string(text), source: Source(.configuration, "commands.\(name)"))]
      summary = "\(ValueText.message(.string(text)))"
      if let finding = difference(text, settings, context) { findings.append(finding) }
    }
    return Observation(
      probe: area, facts: facts, findings: findings, summary: summary,
      verification: [GuideStep(.run(settings.run), "gives the value")])
  }

  /// Runs the words of the command, as a list and without a shell, in the project's folder.
  private func run(_ words: [String], _ context: ProbeContext) async -> CommandResult {
    let program = words[0]
    let command = Command(
      PathText(program).hasSlash ? context.path(program) : program, Array(words.dropFirst()),
      environment: CommandEnvironment(context).variables, workingDirectory: context.project.root,
      outputLimit: Self.outputLimit)
    let deadline = Deadline(instant: context.deadline.instant - .milliseconds(150))
    while true {
      let result = await context.host.commands.run(command, deadline: deadline)
      // A program that another probe starts at this moment holds, until it runs, the file that was just written.
      guard result.outcome == .busy, !deadline.hasPassed else { return result }
      try? await Task.sleep(for: .milliseconds(10))
    }
  }

  /// Why there is no value.
  private struct Lost: Error {
    let finding: Finding
  }

  private func value(
    of result: CommandResult, _ settings: CommandSettings, _ context: ProbeContext
  ) async -> Result<String, Lost> {
    let program = Untrusted(settings.run[0])
    func lost(_ kind: String, _ severity: Status, _ message: Message) -> Result<String, Lost> {
      let byHand = Remedy(.run(settings.run), "runs it by hand")
      return .failure(
        Lost(
          finding: Finding(
            "command." + kind, severity, message,
            remedies: severity == .failure ? settings.remedies + [byHand] : [byHand], facts: [id])))
    }
    switch result.outcome {
    case .exited(0): break
    case .exited(let status):
      return lost("failed", .failure, "\(program) ended with status \(status)\(Self.complaint(result, context))")
    case .signalled(let signal):
      return lost("failed", .failure, "\(program) was ended by signal \(signal)\(Self.complaint(result, context))")
    case .timedOut: return lost("timeout", .unknown, "\(program) gave no answer by the deadline")
    case .tooMuchOutput:
      return lost("unexpected-output", .unknown, "\(program) printed more than \(Self.outputLimit / 1024) KiB")
    case .notFound: return lost("missing", .unknown, "there is no program \(program)")
    case .notPermitted: return lost("missing", .unknown, "\(program) may not be executed")
    case .failedToStart(let reason), .prevented(let reason):
      return lost("missing", .unknown, "\(program) could not be started (\(Untrusted(reason)))")
    }
    guard let text = String(validating: result.standardOutput, as: UTF8.self) else {
      return lost("unexpected-output", .unknown, "\(program) printed what is not UTF-8 text")
    }
    let value: String
    switch await Self.capture(settings.capture, in: text) {
    case .value(let captured): value = captured
    case .noMatch: return lost("unexpected-output", .unknown, "what \(program) printed does not fit its capture")
    case .noThread:
      return lost("unexpected-output", .unknown, "this machine has no thread left to look for the capture")
    }
    guard value.unicodeScalars.count <= Self.valueLimit else {
      return lost(
        "unexpected-output", .unknown,
        "\(program) gives more than \(Self.valueLimit) characters; take a part of it with capture")
    }
    if !value.isEmpty, let hit = context.secrets().scan(value).first {
      return lost(
        "secret", .unknown, "what \(program) gives looks like a secret (\(Untrusted(hit.rule))) and is not taken")
    }
    return .success(value)
  }

  /// The last line that it complained, shortened; nothing where that could be a secret.
  private static func complaint(_ result: CommandResult, _ context: ProbeContext) -> Message {
    guard let line = result.errorText.split(whereSeparator: \.isNewline).last,
      context.secrets().scan(String(line)).isEmpty
    else { return "" }
    return ": \(Untrusted(String(line.unicodeScalars.prefix(200))))"
  }

  private enum Captured {
    case value(String)
    case noMatch, noThread
  }

  /// The text of the group, or all of the text without the space around it. On a thread of its own, since an expression
  /// can take longer than anybody waits.
  private static func capture(_ pattern: String?, in text: String) async -> Captured {
    let trimmed = String(text.trimmed)
    guard let pattern else { return .value(trimmed) }
    return await withCheckedContinuation { continuation in
      let isSought = onOwnThread {
        let regex = try? Regex(pattern).anchorsMatchLineEndings()
        let match = regex.flatMap { trimmed.firstMatch(of: $0) }
        let group = match.flatMap { $0.output.count > 1 ? $0.output[1].substring : nil }
        continuation.resume(returning: group.map { .value(String($0)) } ?? .noMatch)
      }
      if !isSought { continuation.resume(returning: .noThread) }
    }
  }

  /// What the handoff recorded and is another value now, with what mends it.
  private func difference(_ value: String, _ settings: CommandSettings, _ context: ProbeContext) -> Finding? {
    guard settings.kind == .identity || settings.kind == .state, let before = context.expected?.fact(id)?.value,
      before != .string(value)
    else { return nil }
    return Finding(
      "command.not-as-recorded", .warning, "it gives \(ValueText.message(.string(value)))",
      remedies: settings.remedies + [Remedy(.run(settings.run), "runs it by hand")], facts: [id])
  }
}

extension CommandSettings {
  /// How its value is compared.
  var factClass: FactClass {
    switch kind {
    case .identity: .identity
    case .state: .state
    case .progress: .progress
    case .volatile: .volatile
    }
  }

  /// What `handoff.yml` says mends it.
  var remedies: [Remedy] {
    guard let first = fix.first else { return [] }
    let words = first.split(separator: " ").map(String.init)
    let isPlain = words.allSatisfy { $0 != "~" && ShellWord.bash($0) == $0 }
    let command: ShellCommand =
      !fixIsLine ? .run(fix) : isPlain ? .run(words) : ShellCommand(bash: first, powershell: nil)
    return [Remedy(command, "as handoff.yml says")]
  }
}
