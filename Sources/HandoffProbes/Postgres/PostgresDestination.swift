public import HandoffProject
public import HandoffSystem
public import HandoffText

/// The database that a project means, for whoever writes to it.
public struct PostgresDestination: Sendable {
  /// `postgres`, or `postgres[NAME]` for a further database.
  public let area: String
  /// Its name.
  public let database: String
  private let connection: DatabasePlace

  /// How it is connected to.
  public var parameters: PostgresParameters { connection.parameters }
  /// The role, where it is named.
  public var user: String? { connection.target.place.user }
  /// Where the server is, for a sentence: `localhost:5443`.
  public var place: Message { "\(connection.address)" }
  /// Whether the server is on this machine.
  public var isLocal: Bool { connection.isLocal }

  /// Finds out where it is.
  /// - Returns: nil where nothing names the database, or where only a file that came with the repository, or a document,
  ///   leads to another machine, and is not trusted.
  public init?(_ settings: PostgresSettings, in project: Project, _ host: Host) async {
    let context = ProbeContext(host: host, project: project, deadline: .after(.seconds(10)))
    let probe = PostgresProbe(settings)
    connection = DatabasePlace(settings, context)
    guard !settings.isUndecided, let database = connection.target.place.database,
      await probe.untrusted(connection.target, context) == nil
    else { return nil }
    area = probe.area
    self.database = database
  }
}
