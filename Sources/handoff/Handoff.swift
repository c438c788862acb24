import ArgumentParser
import HandoffProject
import HandoffText

/// The command line.
struct HandoffCommand: AsyncParsableCommand {
  static let version = "0.1.0"

  static let configuration = CommandConfiguration(
    commandName: "handoff",
    abstract: "Writes, verifies and compares session handoffs from facts that were measured a moment ago.",
    discussion: """
      A handoff is the Markdown document that one working session leaves for the next one, for a person or a coding \
      agent. This tool writes into it only what it measured, and holds it against reality later.

      At the end of a session:    handoff generate --title "What it was about" --commit
      At the start of the next:   handoff verify
      At any time:                handoff preflight

      Exit status: 0 all is well; 1 something is broken or differs; 2 something could not be looked at, or the tool \
      could not work; 3 refused for safety; 64 wrong usage.
      """,
    version: version,
    subcommands: [
      InitCommand.self, PreflightCommand.self, GenerateCommand.self, VerifyCommand.self, DiffCommand.self,
      ListCommand.self, ShowCommand.self, SetupCommand.self, ServiceCommand.self, ResetCommand.self, EnvCommand.self,
      ScanCommand.self, TrustCommand.self, ProbesCommand.self,
    ])
}

@main
enum Main {
  static func main() async {
    Console.openClosedDescriptors()
    // Whoever asks for the version often asks for nothing else: the commands are not gathered for it.
    if Arguments.ofThisProcess == ["--version"] {
      Console.show(HandoffCommand.version)
      Console.finish(.confirmed)
    }
    Signals.install()
    var command: any ParsableCommand
    do {
      command = try HandoffCommand.parseAsRoot(Arguments.ofThisProcess)
    } catch {
      leave(error)
    }
    let status: ExitStatus
    do {
      if let asynchronous = command as? any AsyncParsableCommand {
        // It is handed over, and nobody else has it.
        nonisolated(unsafe) var asynchronous = asynchronous
        try await Signals.cancelling { try await asynchronous.run() }
      } else {
        try command.run()
      }
      status = .confirmed
    } catch let result as CommandEnded {
      status = result.status
    } catch let signal as Signals.Interrupted {
      Console.finish(exitStatus: signal.status)
    } catch  where String(reflecting: type(of: error)).hasPrefix("ArgumentParser.") {
      // A request for help, a version, or a wrong usage that shows only when the command runs.
      leave(error)
    } catch {
      // An error is never ArgumentParser's 1, which would mean "something differs".
      Console.complain(Workspace.withoutSecrets(String(describing: error)))
      status = ExitStatus.of(error)
    }
    Console.finish(status)
  }

  /// Ends with what the argument parser has to say: help, a version, a completion script, or a wrong usage.
  private static func leave(_ error: any Error) -> Never {
    // It repeats arguments, which may hold anything.
    let text = Console.escaped(HandoffCommand.fullMessage(for: error))
    let code = HandoffCommand.exitCode(for: error)
    if code.isSuccess { Console.show(text) } else { Console.tell(text + "\n") }
    Console.finish(exitStatus: code.rawValue)
  }
}
