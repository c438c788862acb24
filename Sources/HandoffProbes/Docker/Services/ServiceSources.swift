import HandoffModel
import HandoffProject
public import HandoffSystem
public import HandoffText

extension ProjectServices {
  /// What a service or a container is built from.
  public struct Source: Sendable, Hashable {
    /// The digest of it as it is now, in the form that a build stamps on its image.
    public let digest: String
    /// The folder of the build context, relative to the project or absolute.
    public let folder: String
    /// The Dockerfile, likewise; nil where its text stands in the compose file.
    public let buildFile: String?
  }

  /// The label under which a build stamps the digest on its image.
  public static var digestLabel: String { SourceDigest.label }

  /// Reads what a service of the compose file, or a container that no service stands for, is built from.
  /// - Parameters:
  ///   - name: the service's, or the container's.
  ///   - deadline: when the answer must be there.
  /// - Throws: ``Trouble`` where it has no build, or its files cannot be read, or are more than is read.
  public func source(of status: ServiceStatus, deadline: Deadline) async throws(Trouble) -> Source {
    guard let service = build(of: status) else { throw Trouble("\(Untrusted(status.name)) is not built here") }
    let source: BuildSource
    do {
      let repository = try await Builds.repository(context, deadline: deadline)
      source = try await BuildSource(service, context, repository, deadline: deadline)
    } catch let unreadable as BuildSource.Unreadable {
      let file: Message =
        unreadable.path.map { "\(Untrusted($0)) cannot be read" } ?? "git does not say what it ignores"
      throw Trouble("what \(Untrusted(status.name)) is built from cannot be told: \(file)")
    } catch {
      throw Trouble("what \(Untrusted(status.name)) is built from cannot be told: git does not say what it ignores")
    }
    let digest = await SourceDigest.of(source, limit: BuildSource.Limit(), context.host.files, deadline: deadline)
    guard let digest else {
      throw Trouble(
        "what \(Untrusted(status.name)) is built from, \(Untrusted(context.shown(source.folder))), is more than 512 MiB, or cannot be read whole"
      )
    }
    func relative(_ path: String) -> String {
      PathText(path).relative(to: context.project.root).map { $0.isEmpty ? "." : $0 } ?? path
    }
    return Source(digest: digest, folder: relative(source.folder), buildFile: source.buildFile.map(relative))
  }

  /// Whether an image bears the name of the project, or of its folder, and no more: `registry/story:1` of `story`.
  public func isNamedAfterProject(_ image: String) -> Bool {
    let name = ContainerScope.repository(image).lowercased()
    return [context.project.name.value, PathText(context.project.root).name].contains { $0.lowercased() == name }
  }

  private func build(of status: ServiceStatus) -> DockerSettings.Service? {
    if status.isComposed { return settings.services.first { $0.name == status.name && $0.buildContext != nil } }
    guard let name = status.container, let id = status.containerID else { return nil }
    let summary = ContainerSummary(
      id: id, name: name, image: status.image ?? "",
      compose: ComposeLabels(project: nil, service: nil, isOneOff: false, workingDirectory: nil))
    return Builds.service(of: summary, settings, context)
  }

  // MARK: Commands

  /// The command of compose on this machine for this project, about some of its services.
  /// - Parameters:
  ///   - arguments: a command of compose with its options.
  ///   - services: the services' names.
  ///   - present: the services as they are: compose is given the files of variables that it was given for them.
  ///   - over: the variable that holds the path of a file to be laid over the project's files.
  public func compose(
    _ arguments: [String], services: [String], present: [ServiceStatus], over: String? = nil
  ) -> ShellCommand {
    let given = Set(present.filter { $0.isComposed && $0.container != nil }.map(\.environmentFiles))
    let environmentFiles = given.count == 1 ? given.first ?? [] : []
    return ComposeCommand(settings, context, environmentFiles: environmentFiles, over: over)
      .run(arguments, services: services)
  }

  /// The variables that make docker and compose speak to the engine that was looked at, whatever their own configuration
  /// or a `.env` of the project says (docker-compose 1.29 takes DOCKER_HOST from there); nil takes a variable away.
  public var variables: [String: String?] {
    var variables: [String: String?] = ["DOCKER_CONTEXT": nil]
    switch endpoint.address {
    case .unix(let socket): variables["DOCKER_HOST"] = "unix://" + socket
    case .tcp(let host, let port, let path): variables["DOCKER_HOST"] = "tcp://\(host):\(port)\(path)"
    case .ssh(let text): variables["DOCKER_HOST"] = text
    }
    for name in ["DOCKER_TLS", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH"] where endpoint.source.kind != .environment {
      variables[name] = .some(nil)
    }
    if let tls = endpoint.tls, endpoint.source.kind != .environment, let file = tls.certificate ?? tls.authority {
      variables[tls.verify ? "DOCKER_TLS_VERIFY" : "DOCKER_TLS"] = "1"
      variables["DOCKER_CERT_PATH"] = PathText(file).folder.text
    }
    return variables
  }

  /// The engine for a person, and whether it is on this machine: a socket, or a port of the loopback interface.
  public var engine: (shown: String, isLocal: Bool) {
    let isLocal =
      switch endpoint.address {
      case .unix: true
      case .tcp(let host, _, _): EndpointCommands.isLoopback(host)
      case .ssh: false
      }
    return (endpoint.address.shown(context.shown), isLocal)
  }
}
