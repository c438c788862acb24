import HandoffModel
import HandoffSecrets
import HandoffStore
import HandoffText

extension Workspace {
  /// Prints a report. What looks like a secret in it, in a name of a branch or a container, is left out and told.
  /// - Parameter texts: what is masked; in a format that is kept and passed on it must not stand in a name either.
  /// - Throws: ``MaskedValueShown``; ``StoreError/secrets(_:in:)`` where a secret cannot be left out. Nothing is printed.
  func show(_ report: String, as format: OutputFormat, keepingBack texts: MaskedTexts) throws {
    if format != .terminal { try MaskCheck(texts).check(report: report) }
    let scanner = scannerThatOnlyReads
    var hits = scanner.scan(report)
    guard !hits.isEmpty else {
      Console.show(report)
      return
    }
    let redacted: String
    if format == .json {
      (redacted, hits) = ReportJSON(report).redacted(scanner)
    } else {
      redacted = scanner.redacted(report)
      let rest = scanner.scan(redacted)
      if !rest.isEmpty { throw StoreError.secrets(rest, in: "the report") }
    }
    for hit in hits.prefix(5) { Console.complain("left out of the report: \(hit.message.terminal)") }
    if hits.count > 5 { Console.complain("and \(hits.count - 5) more") }
    Console.show(redacted)
  }
}
