import HandoffModel

/// What an engine knows about an image: an allow-list, of whose configuration only a digest is kept.
struct EngineImage: Hashable, Sendable {
  /// Its id: `sha256:…`.
  let id: String
  /// When it was made, in seconds since 1970.
  let createdAt: Double?
  /// When it was built or, if later, last tagged here, in seconds since 1970; a build from the cache makes only a tag. Of
  /// an image with several names nobody knows which tag a build made.
  let builtAt: Double?
  /// The digests of its layers, the lowest first.
  let layers: [String]
  /// The digest of the source that it was built from, where the build stamped it: see ``SourceDigest``.
  let sourceDigest: String?
  /// Whether a build that starts from it runs instructions that stand in it (ONBUILD).
  let hasTriggers: Bool
  /// Says whether two images start their containers alike.
  private let configuration: String

  /// How many bytes of text are kept of it.
  var size: Int { layers.reduce(id.utf8.count) { $0 + $1.utf8.count } }

  /// Reads the answer to `GET /images/NAME/json`, or nil when it is not one.
  init?(_ json: JSONValue) {
    guard let id = json["Id"]?.string, !id.isEmpty else { return nil }
    self.id = Container.imageID(id)
    createdAt = json["Created"]?.string.flatMap(secondsSince1970)
    let hasOneName = (json["RepoTags"]?.strings ?? []).count < 2
    let taggedAt = hasOneName ? json["Metadata"]?["LastTagTime"]?.string.flatMap(secondsSince1970) : nil
    builtAt = [createdAt, taggedAt].compactMap(\.self).max()
    layers = json["RootFS"]?["Layers"]?.strings ?? []
    let config = json["Config"]
    sourceDigest = config?["Labels"]?[SourceDigest.label]?.string.flatMap { SourceDigest.isDigest($0) ? $0 : nil }
    hasTriggers = config?["OnBuild"]?.strings?.isEmpty == false
    let keys = ["Cmd", "Entrypoint", "Env", "ExposedPorts", "Healthcheck", "User", "Volumes", "WorkingDir"]
    configuration = sha256(keys.map { (config?[$0] ?? .null).canonical }.joined(separator: "\n"))
  }

  /// Whether it was made on another image.
  func isMade(on base: EngineImage) -> Bool { layers.starts(with: base.layers) }

  /// Whether it is what another image is, built once more.
  /// - Parameter isSourceOld: whether nothing of the source changed since the older one of both was built.
  func isRebuild(of other: EngineImage, isSourceOld: Bool) -> Bool {
    if let digest = sourceDigest, let others = other.sourceDigest { return digest == others }
    guard configuration == other.configuration, layers.count == other.layers.count else { return false }
    return isSourceOld || (layers == other.layers && !layers.isEmpty)
  }
}
