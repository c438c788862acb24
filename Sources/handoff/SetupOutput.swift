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

/// What commands that bring an environment up or down print: what programs say, as it comes, without the secrets that
/// this machine holds and without what would steer the terminal.
struct SetupOutput: Sendable {
  /// Runs the programs.
  let shell: SetupShell
  private let scanner: SecretScanner

  /// Begins a log in the user's state folder, where there can be one; without it only the terminal shows what happens.
  /// - Parameters:
  ///   - name: what the log is called: `service-update`; nil for none.
  ///   - lock: what the programs hold while they run.
  ///   - print: takes each line that a program printed, without its line end.
  init(
    _ workspace: Workspace, named name: String?, lock: FileLock? = nil, showsCommands: Bool = false,
    print: @escaping @Sendable (String) -> Void = { Console.show($0) }
  ) {
    let scanner = workspace.scannerThatOnlyReads
    self.scanner = scanner
    var log: LogFile?
    if let name, let folder = StateFolder.path(workspace.host), !PathText(folder).isInside(workspace.project.root) {
      let time = workspace.host.now().ISO8601Format().replacing(":", with: "")
      do throws(FileWriteError) {
        log = try LogFile(named: "\(name)-\(time)", in: folder + "/logs")
      } catch {
        Console.complain("warning: no log is kept, since none can be written in \(folder)/logs (\(error))")
      }
    }
    shell = SetupShell(
      workspace.host, root: workspace.project.root, log: log, lock: lock, showsCommands: showsCommands
    ) { line in
      print("  " + Untrusted(scanner.redacted(line)).terminal)
    }
  }

  /// A text without the secrets that this machine holds.
  func redacted(_ text: String) -> String { scanner.redacted(text) }

  /// Shows a command that is about to be run.
  func show(_ command: ShellCommand) { Console.show("$ " + scanner.redacted(command.bash).onOneLine) }

  /// Shows a sentence.
  func show(_ message: Message) { Console.show(scanner.redacted(message.terminal)) }

  /// Shows lines of a log.
  func show(lines: [String]) {
    for line in lines { Console.show("  | " + Untrusted(scanner.redacted(line)).terminal) }
  }

  /// Shows why something ended, and where its log is.
  func complain(_ message: Message) {
    Console.complain(scanner.redacted(message.terminal))
    if let log = shell.log, !log.isEmpty { Console.complain("all that was printed: \(log.path)") }
  }
}
