import HandoffModel
import HandoffProbes
import HandoffProject
import HandoffStore
import HandoffSystem
import HandoffText

/// Turns what a verification reports into entries of `ignore` in `handoff.yml`.
struct WriteIgnore {
  let workspace: Workspace
  let reason: String

  /// The entries for what is reported and not ignored yet, each as narrow as it can be said.
  func rules(for comparison: Comparison) -> [IgnoreRule] {
    var rules: [IgnoreRule] = []
    func add(_ rule: IgnoreRule) { if !rules.contains(rule) { rules.append(rule) } }
    for dated in comparison.findings where dated.finding.severity > .ok {
      let finding = dated.finding
      // A subject that stands for every member would make a pattern that means less than it says.
      let subject = finding.facts.first.flatMap { $0.rawValue.contains("*") ? nil : $0.rawValue }
      add(
        IgnoreRule(
          fact: subject.map(IgnoreRule.pattern(exactly:)), finding: IgnoreRule.pattern(exactly: finding.id),
          reason: reason))
    }
    let rest = Comparator(ProbeCatalog.dictionary).ignoring(rules, in: comparison)
    for change in rest.changes where change.severity != .note {
      let id = change.fact.rawValue
      let names = change.members.isEmpty ? [id] : change.members.map { "\(id)[\($0)]" }
      for name in names { add(IgnoreRule(fact: IgnoreRule.pattern(exactly: name), reason: reason)) }
    }
    return rules
  }

  /// Writes the entries.
  /// - Returns: the lines that were written.
  func write(_ rules: [IgnoreRule]) throws -> [String] {
    guard !rules.isEmpty else { return [] }
    let root = workspace.project.root
    let name = Configuration.fileName
    let old: [UInt8]?
    do {
      old = try workspace.host.files.read(root + "/" + name)
    } catch .missing {
      old = nil
    } catch {
      throw UsageProblem("\(name) cannot be read (\(error)); nothing was written")
    }
    guard let text = String(validating: old ?? [], as: UTF8.self) else {
      throw UsageProblem("\(name) is not UTF-8 text; nothing was written")
    }
    let mark = text.unicodeScalars.first == "\u{feff}" ? "\u{feff}" : ""
    let content = String(text.unicodeScalars.dropFirst(mark.unicodeScalars.count))
    let entries = rules.map(IgnoreWriter.entry)
    try workspace.store().refuseSecrets(Array(entries.joined(separator: "\n").utf8), in: "what was to be ignored")
    let new = Array((mark + (try IgnoreWriter(content).adding(rules))).utf8)
    let trust = trust(over: old ?? [], new)
    do {
      if let old {
        try FileWriter().replace(new, over: old, named: name, in: root)
      } else {
        try FileWriter().create(new, named: name, in: root)
      }
    } catch {
      throw StoreError.unwritable(name, error)
    }
    if let trust {
      do {
        try TrustStore(workspace.host).grant(root, digest: trust)
      } catch {
        Console.complain("the project is not trusted any more, since \(name) changed; look at it: handoff trust")
      }
    }
    return entries
  }

  /// What is trusted once the new bytes are written, where the old ones are trusted now: the same, in these bytes.
  private func trust(over old: [UInt8], _ new: [UInt8]) -> String? {
    let subject = TrustSubject(workspace.project)
    guard subject.configuration == ConfigurationDigest(of: old) else { return nil }
    return TrustStore(workspace.host).trusted(subject)?.digest(ConfigurationDigest(of: new))
  }
}
