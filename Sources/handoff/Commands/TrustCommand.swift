import ArgumentParser
import HandoffProject
import HandoffSystem
import HandoffText

/// `handoff trust`.
struct TrustCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trust",
    abstract: "Shows the commands that `handoff.yml` declares, and runs them from then on.",
    discussion: """
      What a repository declares is run only after you said so here. It shows the commands, the files of the project that \
      they name, and the checks that ask other machines, and asks. The answer is kept in your own state folder, and holds \
      as long as `handoff.yml` and those files stay as they are, byte by byte.

      Example:   handoff trust
                 handoff trust --yes         # without asking, where there is no terminal
                 handoff trust --show        # only shows, and asks nothing
                 handoff trust --revoke
                 handoff trust --list
      """)

  @Flag(name: [.short, .long], help: "Do not ask.")
  var yes = false

  @Flag(help: "Show what there is to trust, and whether it is trusted, and ask nothing.")
  var show = false

  @Flag(help: "Trust this project no more.")
  var revoke = false

  @Flag(help: "List the projects that are trusted.")
  var list = false

  @OptionGroup var project: ProjectOptions

  mutating func validate() throws {
    if [yes, show, revoke, list].count(where: { $0 }) > 1 {
      throw ValidationError("--yes, --show, --revoke and --list go one at a time")
    }
  }

  func run() throws {
    if revoke, let gone = project.project, try revokeGone(gone) { return }
    let workspace = try Workspace(project)
    let store = TrustStore(workspace.host)
    if let folder = store.openFolder, !yes {
      Console.complain(
        "warning: nothing is trusted, since others may write to \(Untrusted(folder).terminal); chmod 700 it if it is your own"
      )
    }
    let subject = TrustSubject(workspace.project)
    if list { return showList(store.entries, workspace.host) }
    let root = Untrusted(subject.root).terminal
    if revoke {
      do {
        Console.show(try store.revoke(subject.root) ? "not trusted any more: \(root)" : "was not trusted: \(root)")
      } catch {
        throw UsageProblem("\(root) is still trusted: its entry in \(store.folder ?? "the store") stays (\(error))")
      }
      return
    }
    guard !subject.isEmpty else {
      Console.show("the project declares no command, no check and no database of another machine; nothing needs trust")
      return
    }
    Console.show(description(of: subject, workspace.host.files))
    guard let digest = subject.digest(workspace.host.files) else {
      throw UsageProblem(
        "what a command names cannot be read, or all of it is more than \(TrustSubject.limits), so nobody knows what would "
          + "be run; nothing is trusted; name files, or smaller folders")
    }
    if store.entry(of: subject.root)?.digest == digest {
      Console.show(show ? "\nis trusted, as it is now" : "\nis trusted already, as it is now")
      return
    }
    if show {
      Console.show(
        store.entry(of: subject.root) == nil ? "\nis not trusted" : "\nis not trusted any more: it changed since")
      return
    }
    if !yes { try ask(root) }
    // What was shown is what is trusted: a file that changed while its user read is not.
    guard subject.digest(workspace.host.files) == digest else {
      throw UsageProblem("a file changed meanwhile; nothing is trusted")
    }
    do {
      try store.grant(subject.root, digest: digest)
    } catch {
      throw UsageProblem(
        store.isInside(subject.root)
          ? "trust is not kept in the project itself, where XDG_STATE_HOME or HOME leads; nothing is trusted"
          : "trust cannot be kept in \(store.folder ?? "the user's home, since HOME is not set") (\(error))")
    }
    Console.show("\ntrusted: \(root)")
  }

  /// Trusts a project no more whose folder is not there any longer.
  /// - Returns: false where there is such a folder, or it was not trusted.
  private func revokeGone(_ path: String) throws -> Bool {
    let host = try Workspace.host()
    let root = path.hasPrefix("/") ? path : host.workingDirectory + "/" + path
    let store = TrustStore(host)
    guard host.files.kind(of: root) == nil, store.entries.contains(where: { $0.root == root }) else { return false }
    do {
      try store.revoke(root)
    } catch {
      throw UsageProblem("\(Untrusted(root).terminal) is still trusted: its entry in the store stays (\(error))")
    }
    Console.show("not trusted any more: \(Untrusted(root).terminal), which is not there")
    return true
  }

  private func ask(_ root: String) throws {
    guard Console.inputIsTerminal else {
      throw NotTrusted("there is no terminal to ask on; look at what is shown, then: handoff trust --yes")
    }
    Console.tell("\nRun this whenever \(root) is measured? [y/N] ")
    let answer = readLine()?.lowercased() ?? ""
    guard answer == "y" || answer == "yes" else { throw NotTrusted("nothing is trusted") }
  }

  private func description(of subject: TrustSubject, _ files: FileSystem) -> String {
    var lines = ["\(Configuration.fileName) in \(Untrusted(subject.root).terminal) wants to"]
    for command in subject.commands {
      lines.append("  run     \(Untrusted(words(command.run)).terminal)    # command[\(command.name)]")
      for file in subject.files(of: command, files) {
        lines.append("          with \(Untrusted(file.isEmpty ? "." : file).terminal)")
      }
      if !command.fix.isEmpty {
        let fix = command.fixIsLine ? command.fix[0] : words(command.fix)
        lines.append("          and offer as its remedy: \(Untrusted(fix).terminal)")
      }
    }
    for check in subject.checks {
      let place: String =
        switch check.target {
        case .tcp: check.place
        case .http(let url, _): url
        }
      lines.append("  ask     \(Untrusted(place).terminal)    # check[\(check.name)]")
    }
    for place in subject.databases {
      lines.append("  connect \(Untrusted(place).terminal)    # PostgreSQL")
    }
    return lines.joined(separator: "\n")
  }

  private func words(_ words: [String]) -> String { ShellCommand.run(words).bash.onOneLine }

  private func showList(_ entries: [TrustStore.Entry], _ host: Host) {
    if entries.isEmpty { Console.show("no project is trusted") }
    for entry in entries {
      Console.show(
        "\(Untrusted(entry.since).terminal)  \(Untrusted(entry.root).terminal)\(host.files.kind(of: entry.root) == nil ? "  (not there any more)" : "")"
      )
    }
  }
}

/// Something that would be run was asked for and is not trusted.
struct NotTrusted: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) {
    self.description = description
  }
}
