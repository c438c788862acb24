import HandoffModel
public import HandoffProbes
public import HandoffProject
import HandoffSystem
public import HandoffText

/// Rebuilds the images of services and makes their containers anew, the digest of what they are built from stamped on
/// each image, so that whether it is out of date can be told exactly from then on; and starts services that are down.
///
/// A service of the compose file goes through compose itself (`docker compose` or `docker-compose`), so that the image
/// and the container stay what compose takes for its own: the label comes from a further file that is laid over the
/// project's for the build alone. A container that no service stands for is made anew by `docker`: ``PlainUpdate``.
public struct ServiceUpdate: Sendable {
  /// What happens, for showing progress.
  public enum Event: Sendable, Hashable {
    /// A command is run now.
    case running(ShellCommand)
    /// These containers are waited for.
    case waiting([String])
    /// A container runs as it should, so many seconds after it was made, with the last lines of its log.
    case well(container: String, state: Message, log: [String])
    /// Something that its user should know.
    case note(Message)
  }

  /// The variable that holds the path of the file that is laid over the project's compose files for a build.
  static let stamp = "HANDOFF_STAMP"

  let project: Project
  let shell: SetupShell
  let patience: Duration
  let progress: @Sendable (Event) -> Void
  var host: Host { shell.host }

  /// Prepares.
  /// - Parameters:
  ///   - shell: runs the commands, in the project's folder.
  ///   - wait: how long containers are waited for until they run as they should.
  ///   - progress: told what happens.
  public init(
    _ project: Project, shell: SetupShell, wait: Duration = .seconds(60),
    progress: @escaping @Sendable (Event) -> Void = { _ in }
  ) {
    self.project = project
    self.shell = shell
    patience = wait
    self.progress = progress
  }

  /// The services and containers of the project, as they are now.
  /// - Throws: ``ServiceProblem/trouble(_:_:)`` where they cannot be looked at.
  public func list() async throws(ServiceProblem) -> [ServiceStatus] {
    do throws(ProjectServices.Trouble) {
      return try await services().list()
    } catch {
      throw ServiceProblem(error)
    }
  }

  // MARK: Updating

  /// The commands that ``update(_:)`` would run, in their order; nothing is run.
  /// - Throws: ``ServiceProblem`` where it would do nothing.
  public func plan(_ names: [String]) async throws(ServiceProblem) -> [ShellCommand] {
    let work = try await prepared(names)
    var commands = work.composed.isEmpty ? [] : [work.build.shown, work.up]
    for plain in work.plain { commands += plain.commands }
    return commands
  }

  /// Rebuilds and makes anew, and waits until all of them run as they should.
  /// - Parameter names: names of services, or of containers.
  /// - Throws: ``ServiceProblem``. After a build that failed nothing was made anew.
  public func update(_ names: [String]) async throws(ServiceProblem) {
    let work = try await prepared(names)
    for plain in work.plain { try await plain.check() }
    if !work.composed.isEmpty { try await compose(work) }
    for plain in work.plain { try await plain.run() }
  }

  private func compose(_ work: Work) async throws(ServiceProblem) {
    try await build(work.composed, work.sources, work.build, work.services)
    try await run(
      work.up, work.services.variables,
      stands: "the images are built; the containers are as compose left them, see: handoff service list")
    let names = Set(work.composed.map(\.name))
    let watch = ServiceWatch(self)
    let present = try await watch.look().filter { $0.isComposed && names.contains($0.name) }
    try await watch.wait(for: present, stands: "the new containers are left as they are")
    for row in (try? await list()) ?? [] where names.contains(row.name) && row.isComposed && !row.isExact {
      progress(.note("the image of \(Untrusted(row.name)) bears no digest: compose did not pass the label on"))
    }
  }

  /// Builds with a stamp.
  private func build(
    _ services: [ServiceStatus], _ sources: [String: ProjectServices.Source], _ command: StampedBuild,
    _ project: ProjectServices
  ) async throws(ServiceProblem) {
    let file: TemporaryTextFile
    do throws(TemporaryTextFile.NotWritten) {
      file = try TemporaryTextFile(
        Self.stampFile(sources.mapValues(\.digest)), in: host.environment["TMPDIR"] ?? "/tmp", prefix: "handoff-stamp-",
        suffix: ".json")
    } catch {
      throw .trouble("the file with the digests cannot be written in the folder for temporary files", [])
    }
    var variables = project.variables
    variables[Self.stamp] = .some(file.path)
    progress(.note("the build gives each image the label \(Untrusted(ProjectServices.digestLabel)) besides"))
    try await run(command.command, shown: command.shown, variables, stands: "no container was touched")
    _ = consume file
  }

  /// A compose file that gives the builds of services a label. JSON is YAML; docker-compose 1.29 takes a file without a
  /// version for one of the same version as the others.
  static func stampFile(_ digests: [String: String]) -> String {
    let services = digests.mapValues { digest -> JSONValue in
      ["build": ["labels": [ProjectServices.digestLabel: .string(digest)]]]
    }
    return JSONValue.object(["services": .object(services)]).canonical
  }

  // MARK: Starting

  /// The commands that ``start(_:)`` would run, in their order; nothing is run.
  /// - Throws: ``ServiceProblem`` where it would do nothing.
  func planStart(_ names: [String]) async throws(ServiceProblem) -> [ShellCommand] {
    let work = try await preparedStart(names)
    return (work.unbuilt.isEmpty ? [] : [work.build.shown]) + work.start
  }

  /// Starts services that are down, and what they depend on, and waits until they run as they should. An image that is
  /// not there yet is built with a stamp.
  /// - Parameter names: names of services, or of containers.
  /// - Throws: ``ServiceProblem``.
  public func start(_ names: [String]) async throws(ServiceProblem) {
    let work = try await preparedStart(names)
    if !work.unbuilt.isEmpty { try await build(work.unbuilt, work.sources, work.build, work.services) }
    for command in work.start {
      try await run(command, work.services.variables, stands: "see: handoff service list")
    }
    let chosen = Set(work.chosen.map(\.name))
    let watch = ServiceWatch(self)
    let present = try await watch.look().filter { chosen.contains($0.name) }
    try await watch.wait(for: present, stands: "the containers are left as they are")
  }

  // MARK: Running

  func run(
    _ command: ShellCommand, shown: ShellCommand? = nil, _ variables: [String: String?], stands: Message
  ) async throws(ServiceProblem) {
    progress(.running(shown ?? command))
    do throws(SetupShell.Failure) {
      try await shell.run(command, shown: shown, variables: variables)
    } catch {
      throw .failed(error, stands: stands)
    }
  }

  /// What is asked of the engine and of git has this long.
  private static let patienceForAnswers = Duration.seconds(30)

  func services() throws(ProjectServices.Trouble) -> ProjectServices {
    try ProjectServices(
      ProbeContext(host: host, project: project, deadline: .after(Self.patienceForAnswers)))
  }
}
