import HandoffModel
import HandoffSetup
import HandoffText

/// What a setup would do, for a person.
struct PlanReport {
  let plan: SetupPlan
  let style: Style
  /// Whether all parts were asked for.
  let isWhole: Bool

  func render() -> String {
    var lines: [String] = []
    if plan.steps.isEmpty {
      lines.append(style.bold("There is nothing here that setup would do."))
    } else {
      lines.append(style.bold("handoff setup will"))
      for step in plan.steps { lines += [""] + shown(step) }
    }
    if !plan.notes.isEmpty { lines.append("") }
    for note in plan.notes { lines.append("\(style.yellow("!")) \(note.terminal)") }
    if !plan.left.isEmpty {
      lines += ["", isWhole ? "What stays, since setup cannot mend it:" : "What these parts leave as it is:"]
      var areas = AreaLines(areas: plan.left.map(\.area))
      for (area, finding) in plan.left {
        areas.add(mark: style.mark(finding.severity), area: area, finding.message.terminal)
        areas.add(finding.remedies, style, most: 2)
      }
      lines += areas.lines
    }
    return lines.joined(separator: "\n")
  }

  private func shown(_ step: SetupStep) -> [String] {
    let name = step.part.rawValue
    let head = "\(style.green("+")) \(style.bold(name))\(String(repeating: " ", count: max(1, 12 - name.count)))"
    var lines = [head + step.what.terminal]
    let indentation = String(repeating: " ", count: 14)
    for why in step.why { lines.append("\(indentation)\(style.faint("why"))   \(why.terminal)") }
    let verb = step.part == .env ? "add" : "run"
    for command in step.commands {
      lines.append("\(indentation)\(style.faint(verb))   \(Untrusted(command).terminal)")
    }
    if let loses = step.loses { lines.append("\(indentation)\(style.red("loses")) \(loses.terminal)") }
    return lines
  }
}
