import HandoffProject

extension ProjectServices {
  /// Those of some services that are built here and whose image is not there yet, so that compose would build it by
  /// itself, without a stamp.
  /// - Throws: ``Trouble`` where the engine does not answer.
  public func withoutImage(_ services: [ServiceStatus]) async throws(Trouble) -> [ServiceStatus] {
    guard case .compose(let project, _) = settings.scope.value else { return [] }
    let client = try await connect()
    // The names that compose 1 and compose 2 give what they build:
    // https://docs.docker.com/compose/releases/migrate/#service-container-names
    func names(_ service: ServiceStatus) -> [String] {
      let said = settings.services.first { $0.name == service.name }?.image
      return said.map { [$0] } ?? ["\(project)_\(service.name)", "\(project)-\(service.name)"]
    }
    let built = services.filter { $0.isComposed && $0.isBuilt && $0.container == nil }
    let images = await client.images(Set(built.flatMap(names)), deadline: context.deadline)
    return built.filter { names($0).allSatisfy { images[$0] == nil } }
  }
}
