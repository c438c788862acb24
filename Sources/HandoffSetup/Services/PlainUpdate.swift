import HandoffModel
import HandoffProbes
import HandoffSystem
import HandoffText

/// Makes a container anew that compose does not know: its image is rebuilt under its name, and a container with the same
/// settings takes its place. The old one is kept under another name until the new one runs as it should, and is put back
/// where it does not.
struct PlainUpdate: Sendable {
  private let row: ServiceStatus
  private let name: String
  private let source: ProjectServices.Source
  private let variables: [String: String?]
  private let update: ServiceUpdate
  private let settings: ContainerSettings
  private var host: Host { update.host }
  /// What the one is called that is made to see whether all settings can be carried over.
  private var checkName: String { name + "-update-check" }
  /// What the old one is called meanwhile.
  private var keptName: String { name + "-before-update" }

  /// Looks at the container.
  /// - Throws: ``ServiceProblem/refused(_:)`` where it cannot be made anew just as it is.
  init(
    _ row: ServiceStatus, _ source: ProjectServices.Source, _ services: ProjectServices, _ update: ServiceUpdate
  ) async throws(ServiceProblem) {
    self.row = row
    self.source = source
    self.update = update
    name = row.container ?? row.name
    variables = services.variables
    let docker = Docker(update.host, services.variables)
    let json = try await docker.inspect("container", row.containerID ?? name)
    settings = ContainerSettings(
      json, image: try await docker.inspect("image", json["Image"]?.string ?? ""))
    func refuse(_ reason: Message) -> ServiceProblem { .refused([.init(name: row.name, reason: reason)]) }
    if settings.removesItself {
      throw refuse("it removes itself as soon as it ends (--rm), so it could not be put back")
    }
    if settings.hasLines { throw refuse("a variable or a label of it spans lines, which docker takes from no file") }
    if settings.imageName.hasPrefix("sha256:") || settings.imageID.hasSuffix(settings.imageName) {
      throw refuse("it was made from an image without a name, so a build has nothing to put in its place")
    }
    // `story-worker` may be built from another Dockerfile than `story`.
    guard services.isNamedAfterProject(settings.imageName) else {
      throw refuse(
        "which Dockerfile its image \(Untrusted(settings.imageName)) is built from is not known: it is not named just as the project is"
      )
    }
    guard source.buildFile != nil else { throw refuse("it has no Dockerfile") }
  }

  private var docker: Docker { Docker(host, variables) }

  private var build: ShellCommand {
    var words: [ShellArgument] = ["docker", "build", "--label", "\(ProjectServices.digestLabel)=\(source.digest)"].map {
      .word($0)
    }
    words += [.word("-t"), .word(settings.imageName)]
    if let file = source.buildFile { words += [.word("-f"), .path(ShellPath(file))] }
    return .run(words + [.path(ShellPath(source.folder))])
  }

  private var create: ShellCommand {
    ShellCommand(
      bash: ShellCommand.run("docker", "create", "--name", name).bash
        + " ... \(ShellWord.bash(settings.imageName))  # with the settings that it has",
      powershell: nil)
  }

  /// What is run, as a person would; what may be secret stands in files that only this user can read, and is left out.
  var commands: [ShellCommand] {
    [
      build, .run("docker", "rename", name, keptName), create, .run("docker", "stop", keptName),
      .run("docker", "start", name), .run("docker", "rm", keptName),
    ]
  }

  // MARK: Checking

  /// Makes a container from the same image that is never started, holds it against this one, and removes it.
  /// - Throws: ``ServiceProblem/refused(_:)`` where it is not the same.
  func check() async throws(ServiceProblem) {
    func refuse(_ reason: Message) -> ServiceProblem { .refused([.init(name: row.name, reason: reason)]) }
    let kept = try? await docker.inspect("container", keptName)
    if kept != nil {
      throw refuse(
        "there is a container \(Untrusted(keptName)), which an earlier update left behind; look at it, and remove it")
    }
    let made: JSONValue?
    do throws(ServiceProblem) {
      let id = try await make(named: checkName, from: settings.imageID)
      made = try? await docker.inspect("container", id)
    } catch {
      // One whose making was interrupted may be there.
      if Task.isCancelled { await remove(checkName) }
      throw error
    }
    await remove(checkName)
    guard let made else { throw refuse("docker does not tell how the container is that was made to see") }
    let differences = settings.differences(from: made)
    guard differences.isEmpty else {
      throw refuse(
        "it has settings that cannot be carried over: \(Untrusted(differences.joined(separator: ", "))); make it anew by hand"
      )
    }
  }

  /// Removes a container of ours and its anonymous volumes, also where the work is cancelled.
  private func remove(_ name: String) async {
    await Task { await docker.tidy(["rm", "--volumes", name]) }.value
  }

  /// - Returns: the id of the container that was made, which is not started.
  private func make(named name: String, from image: String) async throws(ServiceProblem) -> String {
    do {
      let folder = host.environment["TMPDIR"] ?? "/tmp"
      func file(_ lines: [String], _ kind: String) throws(TemporaryTextFile.NotWritten) -> TemporaryTextFile {
        try TemporaryTextFile(
          lines.map { $0 + "\n" }.joined(), in: folder, prefix: "handoff-\(kind)-", suffix: ".list")
      }
      let variables = try file(settings.variables, "variables")
      let labels = try file(settings.labels, "labels")
      let result = await docker.ask(
        ["create", "--name", name, "--env-file", variables.path, "--label-file", labels.path] + settings.options
          + [image] + settings.words)
      _ = consume variables
      _ = consume labels
      guard result.succeeded else { throw failed("create", result) }
      return result.text.split(separator: "\n").last.map(String.init) ?? ""
    } catch let problem as ServiceProblem {
      throw problem
    } catch {
      throw .trouble("a file for variables cannot be written in the folder for temporary files", [])
    }
  }

  private func failed(_ what: String, _ result: CommandResult) -> ServiceProblem {
    let said = result.errorText.split(separator: "\n").last.map(String.init) ?? ""
    return .trouble("docker \(Untrusted(what)) \(result.outcome.ending): \(Untrusted(said))", [])
  }

  // MARK: Doing

  /// Rebuilds, and puts the new container in the old one's place.
  func run() async throws(ServiceProblem) {
    try await update.run(build, variables, stands: "\(Untrusted(name)) was not touched")
    do throws(ServiceProblem) {
      try await replace()
    } catch {
      // Also where the work is cancelled, what was there before is put back.
      let isBack = await Task { await putBack() }.value
      let stands: Message =
        isBack
        ? "the old \(Untrusted(name)) is back"
        : "the old container is \(Untrusted(keptName)); docker rename \(Untrusted(keptName)) \(Untrusted(name)) puts it back"
      switch error {
      case .notWell(let containers, _): throw .notWell(containers, stands: stands)
      case .failed(let failure, _): throw .failed(failure, stands: stands)
      case .trouble(let message, _), .stopped(let message): throw .stopped("\(message); \(stands)")
      default: throw error
      }
    }
    await Task { await docker.tidy(["rm", keptName]) }.value
  }

  private func replace() async throws(ServiceProblem) {
    try await say(.run("docker", "rename", name, keptName))
    update.progress(.running(create))
    update.shell.log?.append(line: "$ " + create.bash)
    let id = try await make(named: name, from: settings.imageName)
    for network in settings.furtherNetworks {
      try await say(.run(["docker", "network", "connect"] + network + [name]))
    }
    try await say(.run("docker", "stop", keptName))
    try await say(.run("docker", "start", name))
    let watch = ServiceWatch(update)
    let rows = try await watch.look().filter { $0.containerID == id }
    guard !rows.isEmpty else { throw .trouble("the new \(Untrusted(name)) is not there any more", []) }
    try await watch.wait(for: rows, stands: "")
  }

  private func say(_ command: ShellCommand) async throws(ServiceProblem) {
    try await update.run(command, variables, stands: "")
  }

  /// - Returns: whether the old container bears its name again, and runs if it did.
  private func putBack() async -> Bool {
    guard (try? await docker.inspect("container", keptName)) != nil else {
      // It was not renamed yet.
      return (try? await docker.inspect("container", name))?["Id"]?.string == settings.id
    }
    await docker.tidy(["rm", "--force", name])
    guard await docker.ask(["rename", keptName, name]).succeeded else { return false }
    await docker.tidy(["tag", settings.imageID, settings.imageName])
    return settings.runs ? await docker.ask(["start", name]).succeeded : true
  }
}
