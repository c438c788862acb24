import HandoffModel
import HandoffProject
import HandoffSystem

/// The project's containers whose images are built from its files.
struct Builds {
  private struct Build {
    let name: String
    let container: Container
    let service: DockerSettings.Service
    let source: Result<BuildSource, BuildSource.Unreadable>
  }

  private let builds: [Build]
  private let freshness: ImageFreshness?

  /// Looks at what they are built from.
  init(
    _ settings: DockerSettings, _ details: [(ContainerSummary, Result<Container?, EngineFailure>)],
    _ context: ProbeContext, deadline: Deadline
  ) async {
    let built = details.compactMap { detail -> (String, Container, DockerSettings.Service)? in
      guard case (let summary, .success(let container?)) = detail,
        let service = Self.service(of: summary, settings, context)
      else { return nil }
      return (summary.name, container, service)
    }
    guard !built.isEmpty else {
      (builds, freshness) = ([], nil)
      return
    }
    var repository: GitRepository?
    var sources: [DockerSettings.Service: Result<BuildSource, BuildSource.Unreadable>] = [:]
    do throws(GitFailure) {
      repository = try await Self.repository(context, deadline: deadline)
      for service in Set(built.map(\.2)) {
        do throws(BuildSource.Unreadable) {
          sources[service] = .success(try await BuildSource(service, context, repository, deadline: deadline))
        } catch {
          sources[service] = .failure(error)
        }
      }
    } catch {
      // What git ignores is not known, and so not what counts.
    }
    builds = built.map {
      Build(name: $0, container: $1, service: $2, source: sources[$2] ?? .failure(BuildSource.Unreadable(path: nil)))
    }
    freshness = ImageFreshness(repository, context, deadline: deadline)
  }

  /// The repository that the project is in, or nil; what it ignores does not count for a digest.
  static func repository(_ context: ProbeContext, deadline: Deadline) async throws(GitFailure) -> GitRepository? {
    guard context.host.files.nearestFolder(from: context.project.root, holding: ".git", followLinks: false) != nil
    else { return nil }
    return try await GitRepository(Git(in: context.project.root, host: context.host), deadline: deadline)
  }

  /// The images that they start from.
  var bases: Set<String> {
    builds.reduce(into: []) { bases, build in
      guard let recipe = try? build.source.get().recipe else { return }
      bases.formUnion(recipe.otherBases)
      if let base = recipe.base { bases.insert(base) }
    }
  }

  /// Whether each is as new as its source, by the container's name.
  /// - Parameter images: the images by what containers and Dockerfiles call them.
  func verdicts(_ images: [String: EngineImage]) async -> [String: ImageFreshness.Verdict] {
    guard let freshness else { return [:] }
    return await withTaskGroup(of: (String, ImageFreshness.Verdict).self) { group in
      for build in builds {
        group.addTask {
          guard let image = images[build.container.imageID] else {
            return (build.name, ImageFreshness.Verdict(.unknown))
          }
          switch build.source {
          case .success(let source):
            return (build.name, await freshness.verdict(of: image, in: build.name, source, images))
          case .failure(let unreadable):
            return (build.name, ImageFreshness.Verdict(.unknown, unreadable: unreadable.path))
          }
        }
      }
      return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
    }
  }

  /// What a container's image is built from: what compose says, or, of a container that was started from an image which
  /// is named after the project, its Dockerfile.
  static func service(
    of summary: ContainerSummary, _ settings: DockerSettings, _ context: ProbeContext
  ) -> DockerSettings.Service? {
    if let service = settings.service(of: summary) { return service.buildContext == nil ? nil : service }
    guard case .builtHere = settings.scope.value, summary.compose.project == nil,
      let file = ["Dockerfile", "Containerfile"].first(where: {
        context.host.files.kind(of: context.path($0)) == .regular
      })
    else { return nil }
    return DockerSettings.Service(name: summary.name, buildContext: ".", buildFile: file)
  }
}
