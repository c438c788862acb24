import ArgumentParser
import HandoffProbes
import HandoffProject
import HandoffSecrets
import HandoffSetup
import HandoffSystem

/// `handoff env`.
struct EnvCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "env",
    abstract:
      "Prints what sets up a new session: the virtual environment, AWS, the database, containers; nothing secret.",
    discussion: """
      It runs nothing of the project and writes nothing. Of what is secret it only says, in a comment, where it is set. A \
      virtual environment that git tracks is not activated, and a database on another machine is left out where a file that \
      came with the repository places it there and is not trusted.

      Example:   eval "$(handoff env)"                                                 # bash, zsh
                 handoff env --shell fish | source
                 handoff env --shell powershell | Out-String | Invoke-Expression
                 handoff env --direnv > .envrc && direnv allow
      """)

  @Option(
    help: "The shell: bash, zsh, fish or powershell (default: that of SHELL, else bash).",
    completion: .list(SessionShell.allCases.map(\.rawValue)), transform: Self.shell)
  var shell: SessionShell?

  @Flag(help: "Print an .envrc, which direnv reads.")
  var direnv = false

  @OptionGroup var project: ProjectOptions

  private static func shell(_ name: String) throws -> SessionShell {
    guard let shell = SessionShell(rawValue: name) else {
      throw ValidationError("there is no shell \"\(name)\"; the shells are bash, zsh, fish and powershell")
    }
    return shell
  }

  mutating func validate() throws {
    if direnv, let shell, shell != .bash {
      throw ValidationError("--direnv goes with no other shell than bash, which direnv reads an .envrc with")
    }
  }

  func run() async throws {
    let workspace = try Workspace(project)
    let host = workspace.host
    let scanner = workspace.scannerThatOnlyReads
    let context = ProbeContext(host: host, project: workspace.project, deadline: .after(.seconds(20)))
    let session = SessionEnvironment(context) { scanner.scan($0).isEmpty }
    let shell = direnv ? .bash : shell ?? SessionShell(program: host.environment["SHELL"])
    let lines = await session.lines(for: shell)
    if direnv {
      let compose = workspace.project.docker.settings?.composeFiles ?? []
      Console.show(
        SessionScript.envrc(lines, watching: [Configuration.fileName, ".env", ".env.local"] + compose))
    } else {
      Console.show(SessionScript.text(lines, for: shell))
    }
  }
}
