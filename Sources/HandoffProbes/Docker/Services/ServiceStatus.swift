public import HandoffText

/// A service of the project's compose file, or a container of the project that no service stands for, as it is now.
public struct ServiceStatus: Sendable, Hashable {
  /// Whether an image is as new as what it is built from.
  public enum Freshness: Sendable, Hashable {
    /// It is.
    case current
    /// It is not, and why: what stands after "is out of date:".
    case stale(Message)
    /// That cannot be told, and why.
    case unknown(Message)
  }

  /// The service's name in the compose file, or the container's where there is no service.
  public let name: String
  /// Whether it is a service of the compose file.
  public let isComposed: Bool
  /// Whether `up` alone does not start it: it belongs to a profile, or is to have no container.
  public var isOptional = false
  /// Whether it is meant to end: another service waits for that.
  public var isAwaited = false
  /// What it is built from, as the compose file says it, or nil for an image that is not built here. Of a container that
  /// no service stands for it is a guess by the image's name.
  public var isBuilt = false
  /// The container's name; nil where the service has none.
  public var container: String?
  /// The container's id.
  public var containerID: String?
  /// `running`, `restarting`, `paused`, `exited`, `completed`, `dead`, `created`; nil without a container.
  public var state: String?
  /// `healthy`, `starting`, `unhealthy`; nil without a health check, and of a container that does not run.
  public var health: String?
  /// Whether the container has a health check.
  public var hasHealthCheck = false
  /// When it was started, in seconds since 1970.
  public var startedAt: Double?
  /// With which status it ended; 0 also while it runs.
  public var exitCode = 0
  /// How often its restart policy started it.
  public var restarts = 0
  /// The image as it was asked for.
  public var image: String?
  /// The id of the image that the container was made from.
  public var imageID: String?
  /// When the image was made, in seconds since 1970, where the engine knows it.
  public var imageCreatedAt: Double?
  /// Nil where it is not built here, and without a container.
  public var freshness: Freshness?
  /// Whether the answer is exact: taken from the digest that the image bears.
  public var isExact = false
  /// The ports that were asked for, sorted: `127.0.0.1:8080:80/tcp`, or `80/tcp` where any port of the host will do.
  public var ports: [String] = []

  /// The files of variables that compose was given for the container; absolute paths.
  var environmentFiles: [String] = []

  /// Describes one without a container.
  init(name: String, isComposed: Bool) {
    self.name = name
    self.isComposed = isComposed
  }

  /// Whether its image is known to be out of date.
  public var isStale: Bool { if case .stale = freshness { true } else { false } }
}
