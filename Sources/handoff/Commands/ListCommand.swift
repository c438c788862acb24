import ArgumentParser
import HandoffDocument
import HandoffModel
import HandoffStore
import HandoffText

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// `handoff list`.
struct ListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "Lists the project's handoffs, the newest first.",
    discussion: """
      Example:   handoff list
                 handoff list -n 3 --format json
      """)

  @Option(name: [.customShort("n"), .customLong("count")], help: "How many at most.")
  var count = 20

  @Option(help: "Format of the list: terminal, json or markdown.")
  var format: OutputFormat = .terminal

  @OptionGroup var project: ProjectOptions

  mutating func validate() throws {
    guard (1...100_000).contains(count) else { throw ValidationError("-n takes a number from 1 to 100000") }
  }

  mutating func run() async throws {
    let workspace = try Workspace(project)
    var handoffs: [StoredHandoff] = []
    var passedOver: [StoreError] = []
    for entry in try workspace.store().listing(count) {
      switch entry {
      case .success(let stored): handoffs.append(stored)
      case .failure(let reason): passedOver.append(reason)
      }
    }
    for reason in passedOver { Console.complain("\(reason)") }
    switch format {
    case .terminal:
      if handoffs.isEmpty, passedOver.isEmpty {
        Console.complain("there is no handoff yet; write one with handoff generate")
      }
      for stored in handoffs {
        let title = Untrusted(stored.document.handoff.notes.title).terminal
        let edited = stored.document.edited ? "  (facts edited)" : ""
        let line = "\(stored.capturedAt.ISO8601Format())  \(Untrusted(stored.name).terminal)  \(title)\(edited)"
        Console.show(String(line.trimmedEnd))
      }
    case .json:
      let entries = handoffs.map { stored -> JSONValue in
        [
          "name": .string(stored.name), "capturedAt": .string(stored.capturedAt.ISO8601Format()),
          "title": .string(stored.document.handoff.notes.title), "edited": .bool(stored.document.edited),
          "status": .string(stored.document.handoff.snapshot.status.rawValue),
        ]
      }
      Console.show(JSONValue.array(entries).pretty())
    case .markdown:
      Console.show("| measured | handoff | title |\n|---|---|---|")
      for stored in handoffs {
        let title = stored.document.handoff.notes.title
        Console.show(
          "| \(stored.capturedAt.ISO8601Format()) | \(Untrusted(stored.name).markdownCell) | "
            + "\(title.isEmpty ? "" : Untrusted(title).markdownCell) |")
      }
    }
    if passedOver.contains(where: \.isUnknown) { throw CommandEnded(status: .unknown) }
  }
}
