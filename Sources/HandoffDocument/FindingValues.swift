import HandoffModel
import HandoffText

/// What is wrong, and what mends it.
extension DocumentValues {
  private func findings(_ severities: [Status]) -> [(area: String, finding: Finding)] {
    severities.flatMap { severity in
      used.flatMap { observation in
        observation.findings.filter { $0.severity == severity }.map { (observation.probe, $0) }
      }
    }
  }

  var mend: Any {
    let failures = findings([.failure])
    return group(
      "failures",
      failures.prefix(Self.findingsShown).enumerated().map { index, failure -> Any in
        [
          "number": String(index + 1), "area": context.dictionary.title(ofArea: failure.area).markdown,
          "message": message(of: failure.finding).markdown,
          "remedy": optional(failure.finding.remedies.first.flatMap(remedy)),
        ] as [String: Any]
      }, of: failures.count)
  }

  private func remedy(_ remedy: Remedy) -> String? {
    guard let blocks = commands.blocks([.init(command: remedy.command)]) else { return nil }
    var parts: [String] = []
    if remedy.destructive { parts.append("**This can destroy data.**") }
    if !remedy.description.isEmpty { parts.append(remedy.description.capitalized.markdown + ":") }
    return (parts.isEmpty ? "" : parts.joined(separator: " ") + "\n\n") + blocks
  }

  var troubleshooting: Any {
    let findings = findings([.failure, .unknown, .warning])
    return group(
      "findings",
      findings.prefix(Self.findingsShown).map { area, finding -> Any in
        let mended = finding.severity == .failure && !finding.remedies.isEmpty
        let remedies = finding.remedies.dropFirst(mended ? 1 : 0).compactMap(remedy)
        let facts = finding.facts.map { Untrusted($0.rawValue).markdownCode }
        return [
          "area": context.dictionary.title(ofArea: area).markdown, "id": Untrusted(finding.id).markdownCode,
          "heading": (context.dictionary.title(ofFinding: finding.id) ?? "\(Untrusted(finding.id))").markdown,
          "mark": finding.severity.sign, "message": message(of: finding).markdown,
          "concerns": optional(facts.isEmpty ? nil : facts.joined(separator: ", ")),
          "remedies": optional(remedies.isEmpty ? nil : remedies.joined(separator: "\n\n")), "mended": mended,
        ] as [String: Any]
      }, of: findings.count)
  }
}

extension Message {
  /// The message as a sentence begins, when it begins with words of ours.
  fileprivate var capitalized: Message {
    guard case .words(let words) = parts.first, let first = words.first else { return self }
    return Message(parts: [.words(first.uppercased() + words.dropFirst())] + parts.dropFirst())
  }
}
