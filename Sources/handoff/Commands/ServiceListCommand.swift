import ArgumentParser
import HandoffModel
import HandoffProbes
import HandoffProject
import HandoffSecrets
import HandoffSetup
import HandoffSystem
import HandoffText

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// `handoff service list`.
struct ServiceListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "Lists the services: state, health, age of the image, whether it is out of date and why, ports.",
    discussion: """
      Example:   handoff service list
                 handoff service list --format json | jq -r '.services[] | select(.source == "stale").name'
      """)

  @Option(help: "Format of the list: terminal, json or markdown.")
  var format: OutputFormat = .terminal

  @OptionGroup var project: ProjectOptions

  mutating func run() async throws {
    let workspace = try Workspace(project)
    let rows: [ServiceStatus]
    do throws(ServiceProblem) {
      let shell = SetupShell(workspace.host, root: workspace.project.root)
      rows = try await ServiceUpdate(workspace.project, shell: shell).list()
    } catch {
      Console.complain(error.message.terminal)
      if case .trouble(_, let remedies) = error {
        for remedy in remedies.prefix(3) {
          Console.complain("  \(remedy.command.bash.onOneLine)    \(remedy.description.terminal)")
        }
      }
      throw CommandEnded(status: .unknown)
    }
    let list = ServiceTable(
      rows, project: workspace.project.name.value, now: workspace.host.now().timeIntervalSince1970,
      masked: workspace.project.mask.map(\.pattern))
    let scanner = workspace.scannerThatOnlyReads
    switch format {
    case .terminal: Console.show(scanner.redacted(rows.isEmpty ? "the project has no service" : list.terminal))
    case .markdown: Console.show(scanner.redacted(list.markdown))
    case .json: Console.show(ReportJSON(list.json).redacted(scanner).text)
    }
  }
}

/// Services as a table.
struct ServiceTable {
  private let rows: [ServiceStatus]
  private let project: String
  private let now: Double
  private let masked: [String]

  /// - Parameters:
  ///   - now: the time of day in seconds since 1970.
  ///   - masked: the patterns of facts whose values are kept back in what is passed on.
  init(_ rows: [ServiceStatus], project: String, now: Double, masked: [String]) {
    self.rows = rows
    self.project = project
    self.now = now
    self.masked = masked
  }

  private static let titles = ["service", "container", "state", "health", "image", "source", "ports"]

  /// Columns for a terminal; why an image is out of date stands below its row.
  var terminal: String {
    let cells = rows.map { row in
      [
        row.name, row.container ?? "-", row.state ?? "not there", row.health ?? "-",
        age(row).map { $0 + " old" } ?? "-",
        source(row) ?? (row.isBuilt ? "-" : "not built here"),
        row.ports.isEmpty ? "-" : row.ports.joined(separator: " "),
      ].map { Untrusted($0).terminal }
    }
    let widths = Self.titles.indices.map { column in
      ([Self.titles[column]] + cells.map { $0[column] }).map(\.count).max() ?? 0
    }
    func line(_ cells: [String]) -> String {
      let padded = cells.enumerated().map { $1 + String(repeating: " ", count: max(0, widths[$0] - $1.count)) }
      return String(padded.joined(separator: "  ").trimmedEnd)
    }
    var lines = [line(Self.titles)]
    for (row, cells) in zip(rows, cells) {
      lines.append(line(cells))
      if let reason = reason(row) { lines.append("  " + reason.terminal) }
    }
    return lines.joined(separator: "\n")
  }

  /// A table for documents.
  var markdown: String {
    let lines = rows.map { row -> String in
      func cell(_ text: String?) -> String { text.map { $0.isEmpty ? "" : Untrusted($0).markdownCell } ?? "" }
      let because = reason(row).map { ": " + $0.markdownCell } ?? ""
      let cells = [
        cell(row.name), cell(row.container), shown(row, "state", row.state), shown(row, "health", row.health),
        age(row) ?? "", (source(row) ?? "") + because,
        isMasked(row, "ports") ? "masked" : row.ports.map { Untrusted($0).markdownCell }.joined(separator: " "),
      ]
      return "| " + cells.joined(separator: " | ") + " |"
    }
    return (["| " + Self.titles.joined(separator: " | ") + " |", "|---|---|---|---|---|---|---|"] + lines)
      .joined(separator: "\n")
  }

  /// `handoff.services/1`.
  var json: String {
    let services = rows.map { row -> JSONValue in
      func value(_ fact: String, _ value: JSONValue) -> JSONValue { isMasked(row, fact) ? .null : value }
      let created = row.imageCreatedAt.map { Date(timeIntervalSince1970: $0.rounded(.down)).ISO8601Format() }
      return [
        "name": .string(row.name), "compose": .bool(row.isComposed), "container": .optional(row.container),
        "state": value("state", .optional(row.state)), "health": value("health", .optional(row.health)),
        "image": value("image", .optional(row.image)), "imageID": value("imageID", .optional(row.imageID)),
        "imageCreatedAt": .optional(created), "built": .bool(row.isBuilt),
        "source": value("source", .optional(source(row))), "exact": .bool(row.isExact),
        "reason": value("source", .optional(reason(row)?.plain)), "ports": value("ports", .strings(row.ports)),
      ]
    }
    let report: JSONValue = [
      "schema": "handoff.services/1", "project": .string(project), "services": .array(services),
    ]
    return report.pretty()
  }

  private func isMasked(_ row: ServiceStatus, _ fact: String) -> Bool {
    guard let container = row.container else { return false }
    return masked.contains { Masking.fits($0, "docker.container[\(container)].\(fact)") }
  }

  private func shown(_ row: ServiceStatus, _ fact: String, _ text: String?) -> String {
    isMasked(row, fact) ? "masked" : text ?? ""
  }

  private func source(_ row: ServiceStatus) -> String? {
    switch row.freshness {
    case .current: "current"
    case .stale: "stale"
    case .unknown: "unknown"
    case nil: nil
    }
  }

  private func reason(_ row: ServiceStatus) -> Message? {
    switch row.freshness {
    case .stale(let reason), .unknown(let reason): reason
    case .current, nil: nil
    }
  }

  /// How old its image is.
  private func age(_ row: ServiceStatus) -> String? {
    guard let created = row.imageCreatedAt else { return nil }
    let seconds = Int(now - created)
    return switch seconds {
    case ..<60: "\(max(0, seconds)) s"
    case ..<3600: "\(seconds / 60) min"
    case ..<86_400: "\(seconds / 3600) h"
    default: "\(seconds / 86_400) d"
    }
  }
}
