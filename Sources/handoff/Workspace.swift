import HandoffModel
import HandoffProbes
import HandoffProject
import HandoffSystem

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What a command works on: the door to the world and the project.
struct Workspace {
  let host: Host
  let project: Project

  /// Finds and reads the project.
  /// - Throws: ``UsageProblem`` when the folder is not there; ``ConfigurationError``.
  init(_ options: ProjectOptions) throws {
    let host = try Self.host()
    let root: String
    if let asked = options.project {
      do {
        guard try host.files.examine(asked) == .folder, let real = host.files.realPath(asked) else {
          throw UsageProblem("\(asked), for --project, is no folder")
        }
        root = real
      } catch let error as FileError {
        throw UsageProblem("the folder \(asked), for --project, cannot be looked at: \(error)")
      }
    } else {
      root = Discovery.root(of: host.workingDirectory, files: host.files)
    }
    self.host = Self.withoutPrograms(of: root, host)
    project = try Self.project(at: root, self.host)
  }

  /// The door to the world of this process.
  static func host() throws -> Host {
    let environment = ProcessEnvironment(ProcessInfo.processInfo.environment)
    return Host(
      environment: environment, workingDirectory: try workingFolder(), commands: SubprocessRunner(ownsChildren: true),
      http: CurlTransport(environment: environment),
      postgres: LibpqConnector(), tcp: SystemTCP())
  }

  /// The same with a `PATH` that leads to no folder of the project or of the repository that it is in: what is looked for
  /// by its name alone (git, the AWS CLI) is no program of the repository. The active virtual environment stays.
  private static func withoutPrograms(of root: String, _ host: Host) -> Host {
    guard let path = host.environment["PATH"] else { return host }
    let folders = [root] + repositories(around: root, host)
    let active = host.environment["VIRTUAL_ENV"].map { $0 + "/bin" }
    var host = host
    host.environment.variables["PATH"] = PathText.absoluteFolders(in: path).filter { folder in
      let real = PathText(host.files.realPath(folder) ?? folder)
      return folder == active || !folders.contains { real.isInside($0) }
    }.joined(separator: ":")
    return host
  }

  /// The repository that a project is in, and those that it is a submodule of. One that the home folder stands in is its
  /// user's own.
  private static func repositories(around root: String, _ host: Host) -> [String] {
    let home = host.environment.home.map { PathText(host.files.realPath($0) ?? $0) }
    var found: [String] = []
    var start = root
    while let top = host.files.nearestFolder(from: start, holding: ".git", followLinks: false), top != "/" {
      if home?.isInside(top) != true { found.append(top) }
      // A submodule has a file there.
      guard host.files.kind(of: top + "/.git", followLinks: false) == .regular else { break }
      start = PathText(top).folder.text
    }
    return found
  }

  private static func project(at root: String, _ host: Host) throws -> Project {
    let project = try Discovery.project(at: root, host: host)
    try MaskedFacts.check(project.mask)
    return project
  }

  private static func workingFolder() throws -> String {
    do {
      return try FileSystem.workingFolder()
    } catch {
      switch error {
      case .missing: throw UsageProblem("the folder that this shell is in was removed; go to the project first")
      case .notPermitted: throw UsageProblem("a folder above the one that this shell is in may not be read")
      default:
        throw UsageProblem("the path of the folder that this shell is in is no UTF-8 text, and is not understood")
      }
    }
  }

  /// The same with the project read again, since its files may have changed.
  func refreshed() throws -> Workspace {
    Workspace(host: host, project: try Self.project(at: project.root, host))
  }

  private init(host: Host, project: Project) {
    self.host = host
    self.project = project
  }

  /// How long a probe may take.
  func timeout(_ options: ProbeOptions) -> Duration {
    .milliseconds(Int((options.timeout ?? project.deadline.value) * 1000))
  }

  /// Runs the probes, showing on a terminal which of them are waited for.
  func snapshot(_ options: ProbeOptions, expected: Snapshot? = nil, showsProgress: Bool) async throws -> Snapshot {
    let runner = ProbeRunner(host: host, timeout: timeout(options)) { [self] in scannerThatOnlyReads }
    let progress = showsProgress && Console.errorIsTerminal ? Progress() : nil
    let project = project
    let selection = options.selection
    try check(options.named, in: expected.map(project.expecting) ?? project)
    defer { progress?.finish() }
    return try await Signals.cancelling {
      await runner.snapshot(
        of: project, selection: selection, expected: expected, tool: HandoffCommand.version,
        progress: { progress?.note($0) })
    }
  }
}

extension Workspace {
  /// Refuses instances of areas that were asked for by name and are not there, and commands that are not trusted.
  private func check(_ names: [String], in project: Project) throws {
    let areas = ProbeCatalog.probes(for: project).map(\.area)
    for name in names where FactID(name).instance != nil {
      guard areas.contains(name) else {
        let others = areas.filter { FactID($0).kind == FactID(name).kind }
        throw UsageProblem(
          "there is no \(name) in this project"
            + (others.isEmpty ? "" : "; there are \(others.joined(separator: ", "))"))
      }
      if FactID(name).kind == "command", !TrustStore(host).trusts(TrustSubject(project)) {
        throw NotTrusted("\(name) is not trusted, so it was not run; look at it: handoff trust")
      }
    }
  }
}

/// Something that was asked for and cannot be.
struct UsageProblem: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) {
    self.description = description
  }
}
