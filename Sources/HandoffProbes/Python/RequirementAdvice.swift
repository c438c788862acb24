import HandoffModel
import HandoffProject
import HandoffSystem
import HandoffText

/// What the project asks for and the environment does not have, with what installs it.
struct RequirementAdvice {
  let advice: PythonAdvice
  let requirements: Requirements
  let check: RequirementCheck
  /// The distributions of the environment.
  let packages: Set<String>

  private var hasPip: Bool { packages.contains("pip") }

  /// How many are named before the rest is counted.
  private static let named = 3
  private static let facts: [FactID] = ["python.packages"]

  /// The findings.
  /// - Parameters:
  ///   - told: distributions whose absence another finding tells.
  ///   - isHidden: whether a distribution may be there and unread.
  func findings(told: Set<String>, isHidden: (String) -> Bool) -> [Finding] {
    let unmet = check.unmet.filter { !told.contains($0.name) && !($0.installed == nil && isHidden($0.name)) }
    return [missing(unmet), undecided, unreadable].compactMap(\.self)
  }

  private func missing(_ unmet: [RequirementCheck.Unmet]) -> Finding? {
    guard !unmet.isEmpty else { return nil }
    var parts = unmet.prefix(Self.named).map(told)
    if unmet.count > Self.named { parts.append("and \(unmet.count - Self.named) more") }
    let verb: Message = unmet.count == 1 ? "is" : "are"
    let count: Message = check.total == 1 ? "the requirement" : "\(unmet.count) of \(check.total) requirements"
    let given = Set(unmet.map(\.given))
    // Beside the file that a project is run with, others are of use to some of its people only.
    let isOptional = !given.contains(where: isMain)
    return Finding(
      "python.requirement-missing", isOptional ? .warning : .failure,
      "\(count) \(verb) not met in \(Untrusted(advice.folder)): \(Message.joined(parts, separator: "; "))",
      remedies: advice.offer + again(unmet.filter(\.isDamaged))
        + remedies(Set(unmet.filter { !$0.isDamaged }.map(\.given))),
      facts: Self.facts)
  }

  private func told(_ unmet: RequirementCheck.Unmet) -> Message {
    let name = Untrusted(unmet.name)
    let wanted: Message = unmet.wanted.isEmpty ? "" : " \(Untrusted(unmet.wanted))"
    let asked: Message =
      unmet.neededBy.isEmpty
      ? "\(Untrusted(unmet.file)) asks for" : "\(Untrusted(unmet.neededBy)) of \(Untrusted(unmet.file)) needs"
    guard let installed = unmet.installed else { return "\(name)\(wanted), which \(asked), is not installed" }
    if unmet.isDamaged { return "\(name)\(wanted), which \(asked), is installed without its files" }
    return "\(name) is \(Untrusted(installed)), and \(asked)\(wanted)"
  }

  private func isMain(_ file: String) -> Bool {
    let others = advice.settings.requirements.filter { $0 != file }
    if file == RequirementCheck.group { return false }
    return [RequirementCheck.setup, RequirementCheck.program, RequirementCheck.project, "requirements.txt"].contains(
      file)
      || others.isEmpty
  }

  /// What pip takes for installed, it installs again only when told to.
  private func again(_ unmet: [RequirementCheck.Unmet]) -> [Remedy] {
    guard !unmet.isEmpty else { return [] }
    return advice.commands.needsPip(hasPip)
      + unmet.prefix(Self.named).map {
        advice.commands.install(distribution: $0.name + $0.wanted, again: true, hasPip: hasPip)
      }
  }

  private func remedies(_ files: Set<String>) -> [Remedy] {
    guard !files.isEmpty else { return [] }
    let names =
      advice.settings.requirements
      + [
        RequirementCheck.project, RequirementCheck.group, RequirementCheck.setup, RequirementCheck.program,
        RequirementCheck.pipfile,
      ]
    return advice.commands.needsPip(hasPip)
      + names.filter(files.contains).flatMap { advice.commands.install($0, hasPip: hasPip) }
  }

  // MARK: Unknown

  private var undecided: Finding? {
    let open = check.undecided
    guard !open.isEmpty else { return nil }
    let places = open.prefix(Self.named).map { entry -> Message in
      let place: Message = entry.line.map { "line \($0) of \(Untrusted(entry.file))" } ?? "\(Untrusted(entry.file))"
      return entry.name.isEmpty ? place : "\(Untrusted(entry.name)) (\(place))"
    }
    let more: Message = open.count > Self.named ? " and \(open.count - Self.named) more" : ""
    let why: Message =
      check.hasLibrary
      ? "they could not be understood" : "the environment has neither pip nor packaging to compare versions with"
    let files = Set(open.map(\.file))
    let ask = advice.settings.requirements.filter(files.contains).map { file in
      Remedy(
        advice.commands.pip(["install", "--dry-run"], "-r", file, hasPip: hasPip),
        "shows what pip would install, or why not")
    }
    return Finding(
      "python.requirement-unknown", .unknown,
      "whether these requirements are met is not known, since \(why): \(Message.joined(places, separator: ", "))\(more)",
      remedies: advice.commands.needsPip(hasPip)
        + (ask.isEmpty ? [Remedy(advice.commands.pip(["check"], hasPip: hasPip), "looks with pip")] : ask),
      facts: Self.facts)
  }

  private var unreadable: Finding? {
    guard !requirements.unreadable.isEmpty else { return nil }
    return requirements.unreadable.finding(
      "python.requirement-unknown", "whether everything is installed that it asks for is not known", facts: Self.facts)
  }
}
