import ArgumentParser
import HandoffModel
import HandoffProbes
import HandoffSetup
import HandoffText

/// `handoff service`.
struct ServiceCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "service",
    abstract: "Lists the project's services, and rebuilds those whose images are out of date.",
    discussion: """
      Example:   handoff service list
                 handoff service update api worker
                 handoff service update --stale
      """,
    subcommands: [ServiceListCommand.self, ServiceUpdateCommand.self])
}

/// `handoff service update`.
struct ServiceUpdateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "update",
    abstract: "Rebuilds the images of services, and makes their containers anew.",
    discussion: """
      A service of the compose file is built and made anew by `docker compose` or `docker-compose`, whichever is there, and \
      nothing beside the named services is touched. A container that was started from a local build without compose is made \
      anew with the settings that it has; it is refused where one of them cannot be carried over. The image bears the digest \
      of its source as the label `handoff.source-digest`, so that whether it is out of date is exact from then on.

      Then the containers are waited for: until they are healthy, or, without a health check, have run for a moment. The \
      last lines of their logs are shown. All that is printed is kept in the folder `logs` of your state folder.

      Example:   handoff service update api
                 handoff service update --stale --wait 120

      Exit status: 0 all of them run as they should, or none is out of date; 1 a build failed, or one does not run as it \
      should; 2 there is no such service, or it has no build: nothing was done.
      """)

  @Argument(help: ArgumentHelp("Services of the compose file, or containers.", valueName: "name"))
  var names: [String] = []

  @Flag(help: "Those whose images are out of date.")
  var stale = false

  @Option(help: ArgumentHelp("Seconds to wait until they run as they should.", valueName: "seconds"))
  var wait: Double = 60

  @Flag(name: .customLong("dry-run"), help: "Show the commands, and run none.")
  var dryRun = false

  @OptionGroup var project: ProjectOptions

  mutating func validate() throws {
    if stale != names.isEmpty { throw ValidationError("name services, or say --stale") }
    if !(wait > 0 && wait <= 86_400) {
      throw ValidationError("--wait takes a number of seconds above 0 and at most 86400")
    }
  }

  mutating func run() async throws {
    let workspace = try Workspace(project)
    let lock = dryRun ? nil : try await workspace.setupLock()
    let output = SetupOutput(workspace, named: dryRun ? nil : "service-update", lock: lock)
    // A container that was put aside is put back.
    Signals.giveTime(milliseconds: 20_000)
    let update = ServiceUpdate(
      workspace.project, shell: output.shell, wait: .milliseconds(Int(wait * 1000)), progress: output.show)
    do throws(ServiceProblem) {
      var names = names
      if stale {
        let rows = try await update.list().filter(\.isStale)
        for row in rows {
          if case .stale(let reason) = row.freshness { output.show("\(Untrusted(row.name)): \(reason)") }
        }
        names = rows.map(\.name)
        if names.isEmpty {
          Console.show("no image is known to be out of date; nothing was done")
          return
        }
      }
      if dryRun {
        for command in try await update.plan(names) { output.show(command) }
        Console.tell("a build also gives each image the label handoff.source-digest\n")
      } else {
        try await update.update(names)
      }
    } catch {
      throw output.ended(error)
    }
  }
}

extension SetupOutput {
  /// Shows what happens to services.
  func show(_ event: ServiceUpdate.Event) {
    switch event {
    case .running(let command): show(command)
    case .waiting(let names):
      show("waiting for \(Message.joined(names.map { "\(Untrusted($0))" }, separator: ", ")) …")
    case .well(let container, let state, let log):
      show("\(Untrusted(container)) \(state)")
      show(lines: log)
    case .note(let message): show(message)
    }
  }

  /// Shows why services were not updated.
  /// - Returns: what the command ends with.
  func ended(_ problem: ServiceProblem) -> CommandEnded {
    if case .notWell(let containers, _) = problem {
      for container in containers {
        show("\(Untrusted(container.container)) \(container.state)")
        show(lines: container.log)
      }
    }
    switch problem {
    case .failed, .notWell, .stopped:
      complain(problem.message)
      return CommandEnded(status: .failure)
    case .trouble(let message, let remedies):
      complain(message)
      for remedy in remedies.prefix(3) {
        Console.complain(redacted("  \(remedy.command.bash.onOneLine)    \(remedy.description.terminal)"))
      }
      return CommandEnded(status: .unknown)
    case .unknown, .refused:
      complain(problem.message)
      return CommandEnded(status: .unknown)
    }
  }
}
