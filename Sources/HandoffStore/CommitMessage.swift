public import HandoffModel
import HandoffText

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The message of the commit that adds a handoff.
public enum CommitMessage {
  /// A subject with the handoff's title, and a body with the state of each area.
  /// - Parameters:
  ///   - handoff: what is committed.
  ///   - name: its file name, for a handoff without a title.
  public static func text(for handoff: Handoff, name: String) -> String {
    let title = Untrusted(handoff.notes.title.split(whereSeparator: \.isNewline).joined(separator: " ")).visible
    let subject = shortened("Hand off: " + (title.isEmpty ? slug(name) : title), to: 72)
    let snapshot = handoff.snapshot
    var lines = ["Measured at \(snapshot.capturedAt.ISO8601Format())."]
    let areas = snapshot.observations.filter { $0.status != .skipped }
    if !areas.isEmpty { lines.append("") }
    for observation in areas {
      let findings = observation.findings.filter { $0.severity > .ok }.map(\.id)
      let detail = findings.isEmpty ? "" : " (\(unique(findings).joined(separator: ", ")))"
      lines.append("- " + Untrusted("\(observation.probe): \(observation.status.rawValue)\(detail)").visible)
    }
    return subject + "\n\n" + lines.joined(separator: "\n") + "\n"
  }

  private static func slug(_ name: String) -> String { HandoffName(name)?.slug ?? name }

  private static func shortened(_ text: String, to length: Int) -> String {
    text.count <= length ? text : String(text.prefix(length - 1)) + "…"
  }

  private static func unique(_ words: [String]) -> [String] {
    words.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }
}
