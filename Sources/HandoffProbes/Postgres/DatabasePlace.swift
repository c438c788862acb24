public import HandoffModel
public import HandoffProject
public import HandoffSystem
public import HandoffText

/// Where a database of the project is, for those who change it: the connection that the probe makes.
public struct DatabasePlace: Sendable {
  let target: PostgresTarget

  /// Works it out; nobody is connected to.
  public init(_ settings: PostgresSettings, _ context: ProbeContext) {
    target = PostgresTarget(settings, context)
  }

  /// How it is connected to.
  public var parameters: PostgresParameters { target.parameters }
  /// The database, as far as settings, service files and variables name it.
  public var database: String? { target.database }
  /// What names the database; nil where only libpq's default does, the name of the role.
  public var databaseSource: Source? {
    target.settings.database?.source
      ?? target.settings.options["service"].map { Source(.pgService, $0.value) }
  }
  /// Whether the host is this machine by its name: a socket, or an address of the loopback interface. Somebody may have
  /// forwarded it from another machine.
  public var isLocal: Bool { target.isLocal }
  /// `localhost:5443`, or the path of the socket.
  public var address: Untrusted { target.address }
  /// The ports that libpq is given.
  public var ports: String { target.place.ports }
}

extension ProbeContext {
  /// Whether git tracks a path of the project, or anything below it; nil where git does not answer.
  /// - Parameter path: absolute.
  public func isTracked(_ path: String) async -> Bool? {
    switch await RepositoryTracking(of: path, self) {
    case .tracked: true
    case .untracked: false
    case .unknown: nil
    }
  }
}
