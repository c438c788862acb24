public import HandoffProject
public import HandoffSystem
public import HandoffText

/// The database that a project means, for whoever writes to it.
public struct PostgresDestination: Sendable {
  /// `postgres`, or `postgres[NAME]` for a further database.
  public let area: String
  /// How it is connected to.
  public let parameters: PostgresParameters
  /// Its name.
  public let database: String
  /// The role, where it is named.
  public let user: String?
  /// Where the server is, for a sentence: `localhost:5443`.
  public let place: Message
  /// Whether the server is on this machine.
  public let isLocal: Bool

  /// Finds out where it is.
  /// - Returns: nil where nothing names the database, or where only a file that came with the repository, or a document,
  ///   leads to another machine, and is not trusted.
  public init?(_ settings: PostgresSettings, in project: Project, _ host: Host) async {
    let context = ProbeContext(host: host, project: project, deadline: .after(.seconds(10)))
    let probe = PostgresProbe(settings)
    let target = PostgresTarget(settings, context)
    guard !settings.isUndecided, let database = target.place.database,
      await probe.untrusted(target, context) == nil
    else { return nil }
    area = probe.area
    parameters = target.parameters
    self.database = database
    user = target.place.user
    place = "\(Untrusted(PostgresTarget.address(host: target.host, port: target.place.port)))"
    isLocal = target.isLocal
  }
}
