import ArgumentParser
import HandoffDocument
import HandoffStore
import HandoffText

/// `handoff show`.
struct ShowCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Prints a handoff as a person reads it, without its machine parts.",
    discussion: """
      Example:   handoff show
                 handoff show latest~1 | less
      """)

  @Argument(help: ArgumentHelp("A file, REV:path, latest or latest~1. Without it: the latest.", valueName: "handoff"))
  var handoff = "latest"

  @OptionGroup var project: ProjectOptions

  mutating func run() async throws {
    let workspace = try Workspace(project)
    let stored = try await workspace.store().find(handoff)
    let lines = withoutMachineParts(stored.text).split(separator: "\n", omittingEmptySubsequences: false)
    // What the file holds may steer a terminal; a tab is the one control character that a person writes.
    let text = lines.map { line in
      line.split(separator: "\t", omittingEmptySubsequences: false).map { Untrusted(String($0)).terminal }
        .joined(separator: "\t")
    }.joined(separator: "\n")
    Console.show(text)
  }
}
