import HandoffModel
import HandoffProject
import HandoffSystem
import HandoffText

/// A preflight's report in each format.
struct SnapshotReport {
  let snapshot: Snapshot
  let project: Project
  let environment: ProcessEnvironment
  let options: ReportOptions
  let style: Style
  let duration: Duration

  /// The report.
  func render() -> String {
    switch options.format {
    case .terminal: terminal
    case .json: snapshot.json.pretty()
    case .markdown: markdown
    }
  }

  private var terminal: String {
    var lines = AreaLines(areas: snapshot.observations.map(\.probe))
    for observation in snapshot.observations {
      if options.quiet, observation.status <= .ok { continue }
      add(observation, to: &lines)
      if !options.quiet { addIgnored(observation, to: &lines) }
    }
    var text = ""
    if options.verbose { text += settings + "\n" }
    if !lines.lines.isEmpty { text += lines.lines.joined(separator: "\n") + "\n" }
    if !options.quiet { text += (text.isEmpty ? "" : "\n") + summary }
    return text
  }

  private func add(_ observation: Observation, to lines: inout AreaLines) {
    let time = options.timings ? style.faint("  \(observation.durationMilliseconds) ms") : ""
    var findings = observation.findings[...]
    var isFirst = true
    if !observation.summary.isEmpty {
      lines.add(
        mark: style.mark(observation.status), area: observation.probe, observation.summary.terminal + time)
      isFirst = false
      if options.verbose { addFacts(observation, to: &lines) }
    }
    while let finding = findings.popFirst() {
      let text = finding.message.terminal
      if isFirst {
        let shown = finding.severity == .skipped ? style.faint("not used: \(text)") : text
        lines.add(mark: style.mark(observation.status), area: observation.probe, shown + time)
        isFirst = false
      } else {
        lines.add(mark: style.mark(finding.severity), text)
      }
      lines.add(finding.remedies, style)
    }
    if isFirst, observation.ignored.isEmpty {
      lines.add(mark: style.mark(observation.status), area: observation.probe, "nothing to say" + time)
    }
  }

  private func addIgnored(_ observation: Observation, to lines: inout AreaLines) {
    var isFirst = observation.summary.isEmpty && observation.findings.isEmpty
    for ignored in observation.ignored {
      let text = style.faint("ignored: \(ignored.message.terminal) (\(Untrusted(ignored.rule.reason).terminal))")
      if isFirst {
        lines.add(mark: style.mark(.skipped), area: observation.probe, text)
      } else {
        lines.add(mark: style.mark(.skipped), text)
      }
      isFirst = false
    }
  }

  private func addFacts(_ observation: Observation, to lines: inout AreaLines) {
    let width = observation.facts.map { Untrusted($0.id.rawValue).terminal.count }.max() ?? 0
    for fact in observation.facts {
      let name = Untrusted(fact.id.rawValue).terminal
      let padding = String(repeating: " ", count: max(0, min(width, 40) - name.count))
      lines.add(
        "\(style.faint(name + padding))  \(ValueText.message(fact.value).terminal)  "
          + style.faint("(\(fact.source.message.terminal))"))
    }
  }

  private var settings: String {
    let rows = project.listedSettings(environment)
    let width = rows.map { Untrusted($0.key).terminal.count }.max() ?? 0
    return rows.map { row in
      let key = Untrusted(row.key).terminal
      let padding = String(repeating: " ", count: width - key.count)
      return
        "  \(key)\(padding)  \(Untrusted(row.value).terminal)  \(style.faint("(\(row.source.message.terminal))"))\n"
    }.joined()
  }

  private var summary: String {
    let findings = snapshot.observations.flatMap(\.findings)
    func count(_ severity: Status, _ one: String, _ many: String) -> String? {
      let number = findings.count { $0.severity == severity }
      return number == 0 ? nil : "\(number) \(number == 1 ? one : many)"
    }
    let healthy = snapshot.observations.count { $0.status == .ok }
    let unused = snapshot.observations.count { $0.status == .skipped && $0.ignored.isEmpty }
    let ignored = snapshot.ignored.count
    let parts = [
      count(.failure, "failure", "failures"), count(.unknown, "unknown", "unknown"),
      count(.warning, "warning", "warnings"),
      healthy == 1 ? "1 area well" : "\(healthy) areas well", unused == 0 ? nil : "\(unused) not used",
      ignored == 0 ? nil : "\(ignored) ignored",
    ].compactMap(\.self)
    return style.bold(parts.joined(separator: " · ")) + style.faint("   \(duration.shownSeconds)")
  }

  private var markdown: String {
    var text = "| area | status | what was found |\n|---|---|---|\n"
    for observation in snapshot.observations {
      if options.quiet, observation.status <= .ok { continue }
      let ignored = observation.ignored.map { ignored -> Message in
        "ignored (\(Untrusted(ignored.rule.reason))): \(ignored.message)"
      }
      let messages = ([observation.summary] + observation.findings.map(\.message) + ignored).filter { !$0.isEmpty }
      let found = messages.map(\.markdownCell).joined(separator: "<br>")
      text += "| \(Untrusted(observation.probe).markdownText) | \(observation.status.rawValue) | \(found) |\n"
    }
    for finding in snapshot.observations.flatMap(\.findings) where !finding.remedies.isEmpty {
      text += "\n\(finding.message.markdown):\n\n\(finding.remedies.markdownBlock ?? "")\n"
    }
    return text
  }
}

extension Duration {
  /// `12 s`, `2 min 5 s`.
  var shownMinutes: String {
    let seconds = Int(components.seconds) + (components.attoseconds >= 500_000_000_000_000_000 ? 1 : 0)
    return seconds < 60 ? "\(seconds) s" : "\(seconds / 60) min \(seconds % 60) s"
  }

  /// `0.24 s`.
  var shownSeconds: String {
    let hundredths = (Int(components.seconds) * 1000 + Int(components.attoseconds / 1_000_000_000_000_000) + 5) / 10
    let fraction = hundredths % 100
    return "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction) s"
  }
}
