public import HandoffModel
public import HandoffProject
import HandoffSystem
import HandoffText

/// Compares the variables that a project asks for with those that are set. Names only, never values.
public struct EnvironmentProbe: Probe {
  /// What the project needs and what is set.
  let settings: VariableSettings

  /// What it is called in documents.
  public static let title: StaticString = "Environment variables"

  /// The area.
  public var area: String { "environment" }

  /// What it establishes.
  public static let facts: [FactDefinition] = [
    FactDefinition(
      "environment.required", .set, title: "required variables", isHead: true,
      meaning: "names of the variables that `.env.example` or `handoff.yml` asks for"),
    FactDefinition(
      "environment.missing", .state, order: .fewerIsBetter, title: "missing variables",
      meaning: "those of them that are neither set in the shell nor in `.env` or `.env.local`, or are empty"),
  ]

  /// What it finds.
  public static let findings: [FindingDefinition] = [
    FindingDefinition("environment.missing", "required variables are not set"),
    FindingDefinition("environment.placeholder", "variables still hold what the example asks to be replaced"),
    FindingDefinition("environment.example-secret", "the file of examples holds what look like real secrets"),
    FindingDefinition("environment.dotenv-unreadable", "`.env` is there and cannot be read"),
    FindingDefinition(
      "environment.example-unreadable", "the file that names the variables is there and cannot be read"),
    FindingDefinition("environment.not-declared", "nothing names the variables that the project needs any more"),
  ]

  /// One for a project that names its variables.
  public static func probes(for project: Project) -> [ProbeUse] {
    project.variables.probes("environment") { [EnvironmentProbe(settings: $0)] }
  }

  /// Compares.
  public func observe(_ context: ProbeContext) async -> Observation {
    if let example = settings.unreadableExample {
      let finding = [example].finding(
        "environment.example-unreadable", "which variables the project needs is not known",
        facts: ["environment.required", "environment.missing"])
      return Observation(probe: area, facts: [], findings: [finding])
    }
    guard !settings.required.isEmpty || settings.example != nil else { return notDeclared(context) }
    let names = settings.required.map(\.value)
    let missing = names.filter { settings.present[$0] == nil }
    let source = settings.example.map { Source(.file, $0.value) } ?? Source(.configuration, "environment.required")
    let required = Fact("environment.required", .set, .strings(names), source: source)
    if let dotenv = settings.unreadableDotenv, !missing.isEmpty {
      let finding = [dotenv].finding(
        "environment.dotenv-unreadable", "whether it sets \(ValueText.message(.strings(missing))) is not known",
        facts: ["environment.missing"])
      return Observation(
        probe: area, facts: [required], findings: [finding, placeholders, secrets].compactMap(\.self),
        summary: "\(names.count - missing.count) of \(names.count) variables set in this shell", setup: setup,
        verification: verification(names))
    }
    let facts = [required, Fact("environment.missing", .state, .strings(missing), source: source)]
    return Observation(
      probe: area, facts: facts, findings: [finding(missing, context), placeholders, secrets].compactMap(\.self),
      summary: "\(names.count - missing.count) of \(names.count) variables set", setup: setup,
      verification: verification(names), wayBack: ["environment.required": history])
  }

  /// What only an example names may be optional; what `handoff.yml` requires is not.
  private func finding(_ missing: [String], _ context: ProbeContext) -> Finding? {
    guard !missing.isEmpty else { return nil }
    let isRequired = settings.required.contains { setting in
      setting.source.kind == .configuration && missing.contains(setting.value)
    }
    var remedies: [Remedy] = []
    let hasDotenv = context.host.files.kind(of: context.path(settings.dotenv)) != nil
    if settings.example != nil { remedies.append(.setup("env")) }
    if let example = settings.example?.value, !hasDotenv {
      remedies.append(
        Remedy(copyExample(example), "make \(Untrusted(settings.dotenv)) from the example, then fill it in"))
    }
    if hasDotenv { remedies.append(edit(missing, in: settings.dotenv)) }
    for name in missing.prefix(ValueText.membersNamed) {
      remedies.append(Remedy(.export(name, "..."), "set \(Untrusted(name)) for this session"))
    }
    let place: Message = hasDotenv ? "" : "; there is no \(Untrusted(settings.dotenv))"
    return Finding(
      "environment.missing", isRequired ? .failure : .warning,
      "\(ValueText.message(.strings(missing))) not set in this shell or \(Untrusted(settings.dotenv))\(place)",
      remedies: remedies, facts: ["environment.missing"])
  }

  /// What became of the file that names the variables.
  private var history: [Remedy] {
    let file = settings.example?.value ?? Configuration.fileName
    return [
      Remedy(ShellPath(file).command("git", "log", "-p", "-3", "--"), "shows what became of \(Untrusted(file))")
    ]
  }

  /// What was copied from the example and not filled in.
  private var placeholders: Finding? {
    let names = settings.stillAsInExample
    guard !names.isEmpty, let example = settings.example?.value else { return nil }
    let isOne = names.count == 1
    return Finding(
      "environment.placeholder", .warning,
      "\(ValueText.message(.strings(names))) still \(words: isOne ? "holds" : "hold") what \(Untrusted(example)) asks to be replaced",
      remedies: replacing(names), facts: ["environment.missing"])
  }

  /// Each is replaced where it stands: what the shell has in this session, the others in their file.
  private func replacing(_ names: [String]) -> [Remedy] {
    let places = Dictionary(grouping: names) { name -> String? in
      guard let source = settings.present[name] else { return settings.dotenv }
      return source.kind == .environment ? nil : String(source.detail.prefix { $0 != ":" })
    }
    let files = places.keys.compactMap(\.self).sorted().map { edit(places[$0] ?? [], in: $0) }
    return files
      + (places[nil] ?? []).prefix(ValueText.membersNamed).map { name in
        Remedy(.export(name, "..."), "set \(Untrusted(name)) for this session; it comes from this shell")
      }
  }

  /// What is to be written into a dotenv file, with the command that shows where its names stand.
  private func edit(_ names: [String], in file: String) -> Remedy {
    let pattern = "^(export )?(\(names.joined(separator: "|")))="
    let powershell = ShellWord.powershell(file).map { "Select-String -Pattern '\(pattern)' \($0)" }
    return Remedy(
      ShellCommand(bash: "grep -nE '\(pattern)' \(ShellWord.bash(file))", powershell: powershell),
      "shows the lines; edit \(Untrusted(file)): give \(ValueText.message(.strings(names))) there what is meant")
  }

  /// Names only: a value never leaves the discovery.
  private var secrets: Finding? {
    let names = settings.realInExample
    guard !names.isEmpty, let example = settings.example?.value else { return nil }
    return Finding(
      "environment.example-secret", .warning,
      "\(Untrusted(example)) holds what \(words: names.count == 1 ? "looks like a real secret" : "look like real secrets"): \(ValueText.message(.strings(names)))",
      remedies: [
        Remedy(
          ShellPath(example).command("git", "log", "--oneline", "--"),
          "shows since when; put a placeholder there, and change the secret if it was ever pushed")
      ], facts: ["environment.required"])
  }

  private func notDeclared(_ context: ProbeContext) -> Observation {
    let before = context.expected?.fact("environment.required")?.source
    let from: Message = before.map { "; it was \($0.message)" } ?? ""
    return Observation(
      probe: area, facts: [],
      findings: [
        Finding(
          "environment.not-declared", .failure, "nothing names the variables that the project needs\(from)",
          remedies: before.flatMap { source in
            // A document names no other file to be written over.
            guard source.kind == .file, VariableSettings.exampleNames.contains(source.detail),
              context.host.files.kind(of: context.path(source.detail), followLinks: false) == nil
            else { return nil }
            return [Remedy(.run("git", "checkout", "--", source.detail), "bring the file back from git")]
          } ?? [Remedy(.run("git", "log", "-p", "-3", "--", Configuration.fileName), "shows what became of it")],
          facts: ["environment.required"])
      ])
  }

  private func copyExample(_ example: String) -> ShellCommand {
    let powershell = ShellWord.powershell(example).map {
      "if (-not (Test-Path \(settings.dotenv))) { Copy-Item \($0) \(settings.dotenv) }"
    }
    return ShellCommand(
      bash: "cp -n \(ShellWord.bash(example)) \(ShellWord.bash(settings.dotenv))", powershell: powershell)
  }

  private var setup: [GuideStep] {
    var steps: [GuideStep] = []
    if let example = settings.example?.value {
      steps.append(GuideStep(copyExample(example), "once: make the file, then fill it in"))
    }
    return steps + settings.loaded.map { GuideStep(.load(dotenv: $0), "load it into this shell") }
  }

  private func verification(_ names: [String]) -> [GuideStep] {
    guard !names.isEmpty else { return [] }
    let bash =
      "for name in \(names.joined(separator: " ")); do [ -n \"$(printenv \"$name\")\" ] || "
      + "grep -qE \"^(export )?$name=.\" \(settings.loaded.joined(separator: " ")) || echo \"$name is not set\"; done"
    let list = names.map { "'\($0)'" }.joined(separator: ", ")
    let powershell = "foreach ($name in \(list)) { if (-not (Test-Path \"Env:$name\")) { \"$name is not set\" } }"
    return [GuideStep(ShellCommand(bash: bash, powershell: powershell), "names what is not set")]
  }
}
