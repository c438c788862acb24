import HandoffModel
import HandoffText

/// A comparison's report in each format.
struct ComparisonReport {
  /// What the report is for.
  enum Purpose {
    /// A handoff is held against now: what is wrong is sorted by since when.
    case verify
    /// Two moments are put beside each other: expected and actual.
    case diff
  }

  let comparison: Comparison
  /// What is there now, for the areas in which all is confirmed; nil where two documents are compared.
  let actual: Snapshot?
  let purpose: Purpose
  let options: ReportOptions
  let style: Style
  let duration: Duration
  /// What stands beside the name on the first line: how old it is.
  let age: String
  /// The findings that no change tells.
  private let untold: [Comparison.DatedFinding]

  /// Prepares a report.
  init(
    comparison: Comparison, actual: Snapshot?, purpose: Purpose, options: ReportOptions, style: Style,
    duration: Duration, age: String
  ) {
    self.comparison = comparison
    self.actual = actual
    self.purpose = purpose
    self.options = options
    self.style = style
    self.duration = duration
    self.age = age
    untold = comparison.untold
  }

  /// The report.
  func render() -> String {
    switch options.format {
    case .terminal: terminal
    case .json: comparison.json.pretty()
    case .markdown: markdown
    }
  }

  // MARK: What is told where

  /// The groups of a report, in the order in which they are told.
  enum Group: CaseIterable {
    case broke, unknown, before, warnings, moved, ignored

    var title: String {
      switch self {
      case .broke: "Broke since"
      case .unknown: "Could not be looked at"
      case .before: "Was already so when it was written"
      case .warnings: "Worth a look"
      case .moved: "Moved on"
      case .ignored: "Ignored"
      }
    }
  }

  /// A change or finding as the report tells it.
  struct Item {
    let area: String
    let mark: Mark
    let message: Message
    let remedies: [Remedy]
    let expected: JSONValue?
    let actual: JSONValue?
    let fact: FactID?

    /// Why it is ignored, or nil.
    var reason: Untrusted?

    enum Mark {
      case change(Change.Severity)
      case finding(Status)
    }
  }

  func items(_ group: Group) -> [Item] {
    if group == .ignored { return ignored }
    let changes = comparison.changes.filter { Self.group($0) == group }.map { change in
      Item(
        area: change.fact.area, mark: .change(change.severity), message: change.message, remedies: change.remedies,
        expected: change.expected, actual: change.actual, fact: change.fact)
    }
    let findings = untold.filter { Self.group($0) == group }.map { dated in
      Item(
        area: area(of: dated.finding), mark: .finding(dated.finding.severity), message: dated.finding.message,
        remedies: dated.finding.remedies, expected: nil, actual: nil, fact: nil)
    }
    return changes + findings
  }

  /// What is ignored, each thing once: a change tells what its finding says.
  private var ignored: [Item] {
    let changes = comparison.ignored.compactMap { ignored -> Change? in
      if case .change(let change) = ignored.matter { change } else { nil }
    }
    return comparison.ignored.compactMap { ignored in
      let reason = Untrusted(ignored.rule.reason)
      switch ignored.matter {
      case .change(let change):
        return Item(
          area: change.fact.area, mark: .finding(.skipped), message: change.message, remedies: [],
          expected: change.expected, actual: change.actual, fact: change.fact, reason: reason)
      case .finding(let finding):
        if changes.contains(where: { finding.names($0.fact) || $0.isTold(by: finding) }) { return nil }
        return Item(
          area: area(of: finding), mark: .finding(.skipped), message: finding.message, remedies: [], expected: nil,
          actual: nil, fact: nil, reason: reason)
      }
    }
  }

  private static func group(_ change: Change) -> Group {
    switch change.severity {
    case .failure: .broke
    case .unknown: .unknown
    case .warning: .warnings
    case .note: .moved
    }
  }

  private static func group(_ dated: Comparison.DatedFinding) -> Group {
    switch (dated.finding.severity, dated.since) {
    case (.unknown, _): .unknown
    case (_, .before): .before
    case (.failure, .now): .broke
    default: .warnings
    }
  }

  private func area(of finding: Finding) -> String {
    if let area = finding.facts.first?.area { return area }
    return actual?.observations.first { $0.allFindings.contains(finding) }?.probe ?? FactID(finding.id).kind
  }

  // MARK: Terminal

  private var terminal: String {
    let areas = (actual?.observations.map(\.probe) ?? []) + comparison.changes.map(\.fact.area)
    var text = ""
    if !options.quiet { text += heading + "\n" }
    var told: Set<String> = []
    for group in Group.allCases {
      let items = items(group)
      if items.isEmpty || (options.quiet && (group == .moved || group == .ignored)) { continue }
      var lines = AreaLines(areas: areas)
      var previous: String?
      for item in items {
        told.insert(item.area)
        add(item, isNewArea: item.area != previous, to: &lines)
        previous = item.area
      }
      text += "\n" + style.bold(group.title) + "\n" + lines.lines.joined(separator: "\n") + "\n"
    }
    if !options.quiet {
      text += confirmed(areas: areas, told: told)
      text += "\n" + summary + "\n"
    }
    return text
  }

  private func add(_ item: Item, isNewArea: Bool, to lines: inout AreaLines) {
    let mark =
      switch item.mark {
      case .change(let severity): style.mark(severity)
      case .finding(let status): style.mark(status)
      }
    let text = item.message.terminal + (item.reason.map { style.faint(" (\($0.terminal))") } ?? "")
    if isNewArea {
      lines.add(mark: mark, area: item.area, text)
    } else {
      lines.add(mark: mark, text)
    }
    if purpose == .diff || options.verbose, item.fact != nil {
      lines.add("\(style.faint("Expected")) \(shown(item.expected))")
      lines.add("\(style.faint("Actual"))   \(shown(item.actual))")
    }
    lines.add(item.remedies, style)
  }

  private func shown(_ value: JSONValue?) -> String {
    value.map { ValueText.message($0).terminal } ?? "—"
  }

  private var heading: String {
    switch purpose {
    case .verify: "Held against \(Untrusted(comparison.expected.name).terminal) · \(age)"
    case .diff:
      "Expected: \(Untrusted(comparison.expected.name).terminal) · \(age)\n"
        + "Actual:   \(Untrusted(comparison.actual.name).terminal)"
    }
  }

  private func confirmed(areas: [String], told: Set<String>) -> String {
    guard let actual else { return "" }
    var lines = AreaLines(areas: areas)
    for observation in actual.observations where !told.contains(observation.probe) {
      guard observation.status != .skipped, !observation.summary.isEmpty else { continue }
      let time = options.timings ? style.faint("  \(observation.durationMilliseconds) ms") : ""
      lines.add(mark: style.mark(.ok), area: observation.probe, observation.summary.terminal + time)
    }
    return lines.lines.isEmpty ? "" : "\n" + style.bold("As it was") + "\n" + lines.lines.joined(separator: "\n") + "\n"
  }

  private var summary: String {
    var parts: [String] = []
    func count(_ group: Group, _ words: String) {
      let number = items(group).count
      if number > 0 { parts.append("\(number) \(words)") }
    }
    count(.broke, "broke since")
    let before = items(.before).count
    if before > 0 { parts.append("\(before) \(before == 1 ? "was" : "were") so before") }
    count(.unknown, "unknown")
    count(.warnings, items(.warnings).count == 1 ? "warning" : "warnings")
    count(.moved, "moved on")
    count(.ignored, "ignored")
    parts.append("\(comparison.confirmed) confirmed")
    return style.bold(parts.joined(separator: " · ")) + style.faint("   \(duration.shownSeconds)")
  }

  // MARK: Markdown

  private var markdown: String {
    var text = ""
    let sides = "\(Untrusted(comparison.expected.name).markdownCode) (\(age))"
    text +=
      purpose == .verify
      ? "Held against \(sides)\n" : "Expected: \(sides), actual: \(Untrusted(comparison.actual.name).markdownCode)\n"
    for group in Group.allCases {
      let items = items(group)
      if items.isEmpty || (options.quiet && (group == .moved || group == .ignored)) { continue }
      text += "\n### \(group.title)\n\n| area | what | expected | actual |\n|---|---|---|---|\n"
      for item in items {
        text +=
          "| \(Untrusted(item.area).markdownCell) | \(item.message.markdownCell)"
          + (item.reason.map { " (\($0.markdownCell)) " } ?? " ")
          + "| \(cell(item.expected)) | \(cell(item.actual)) |\n"
      }
      if let block = items.flatMap(\.remedies).markdownBlock { text += "\n\(block)\n" }
    }
    return text + "\n\(comparison.confirmed) facts confirmed.\n"
  }

  private func cell(_ value: JSONValue?) -> String {
    value.map { ValueText.message($0).markdownCell } ?? "—"
  }
}
