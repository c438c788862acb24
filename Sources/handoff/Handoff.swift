import ArgumentParser

/// The command line.
@main
struct HandoffCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "handoff",
    abstract: "Writes, verifies and compares session handoffs from facts that were measured a moment ago.",
    version: "0.1.0")
}
