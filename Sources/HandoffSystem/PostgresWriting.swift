/// An open connection on which statements are run that may change the database. No transaction is begun but by them. A
/// statement whose deadline passes, or whose task is cancelled, is ended on the server.
public protocol PostgresWriter: Sendable {
  /// How the connection was really made.
  var connection: PostgresConnection { get }

  /// Sends a statement, or several with semicolons between them, and drops its rows.
  /// - Throws: ``PostgresFailure``; after a server's error the connection can be used again.
  func run(_ sql: String, deadline: Deadline) async throws(PostgresFailure)

  /// Sends one query with text parameters and takes all of its rows.
  /// - Throws: ``PostgresFailure``; after a server's error the connection can be used again.
  func query(
    _ sql: String, parameters: [String?], deadline: Deadline
  ) async throws(PostgresFailure) -> [PostgresRow]

  /// What the server reports of a setting as it is now: `standard_conforming_strings`
  /// (https://www.postgresql.org/docs/current/libpq-status.html#LIBPQ-PQPARAMETERSTATUS); nil for one that it does not.
  func parameter(_ name: String) -> String?

  /// Ends the connection; what was not committed is undone.
  func close() async
}

/// Why a statement was not run.
public struct PostgresFailure: Error, Hashable, Sendable {
  /// The error.
  public let error: PostgresError
  /// What else the server said of it, in its language.
  public let detail: String?
  /// What the server advises.
  public let hint: String?
  /// Where in the text that was sent: a number of characters, from 1.
  public let position: Int?
  /// Where in functions it was, in the server's words, the innermost first.
  public let context: String?

  /// Describes one.
  public init(
    _ error: PostgresError, detail: String? = nil, hint: String? = nil, position: Int? = nil, context: String? = nil
  ) {
    self.error = error
    self.detail = detail
    self.hint = hint
    self.position = position
    self.context = context
  }

  /// The SQLSTATE, where the server said no.
  public var sqlState: String? {
    if case .server(let state, _, _) = error { state } else { nil }
  }
}

extension PostgresConnector {
  /// Answers that nothing is opened: one that only reads does not say otherwise.
  public func open(
    _ parameters: PostgresParameters, deadline: Deadline
  ) async throws(PostgresError) -> any PostgresWriter {
    throw .other("this connection only reads")
  }
}
