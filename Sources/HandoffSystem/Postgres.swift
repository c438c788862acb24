/// Where a PostgreSQL database is and who asks. What is nil is left to libpq, which reads its own `PG*` variables,
/// service and password files (https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS).
public struct PostgresParameters: Sendable {
  /// A host name, an address, or the folder of a unix socket.
  public var host: String?
  /// The port.
  public var port: Int?
  /// The database.
  public var database: String?
  /// The role.
  public var user: String?
  /// The password.
  public var password: String?
  /// Further keywords of a connection string: `sslmode`, `service`, `passfile` …
  public var options: [String: String]
  /// The variables that libpq's own defaults are taken from: `PGHOST` and its like, `HOME`. The process's own are not
  /// read.
  public var environment: [String: String]

  /// Describes a connection.
  public init(
    host: String? = nil, port: Int? = nil, database: String? = nil, user: String? = nil, password: String? = nil,
    options: [String: String] = [:], environment: [String: String] = [:]
  ) {
    self.host = host
    self.port = port
    self.database = database
    self.user = user
    self.password = password
    self.options = options
    self.environment = environment
  }
}

/// Why PostgreSQL gave no answer. Texts of libpq are never passed on, since they can hold a password.
public enum PostgresError: Error, Hashable, Sendable {
  /// Nobody listens at the address: ECONNREFUSED.
  case refused
  /// There is no socket in the folder: ENOENT.
  case noSocket
  /// The socket may not be used: EACCES.
  case notPermitted
  /// The host's name could not be resolved.
  case nameNotResolved
  /// There is no way to the host.
  case noRoute
  /// There was no answer by the deadline.
  case timedOut
  /// The server answered with an error of this SQLSTATE
  /// (https://www.postgresql.org/docs/current/errcodes-appendix.html) and primary message, which is in the server's
  /// language. The routine is the function of its source that raised the error, where it was told: it does not depend
  /// on the language.
  case server(sqlState: String, message: String, routine: String? = nil)
  /// What came is not the PostgreSQL protocol, or the connection ended in the middle.
  case garbage
  /// No encrypted connection can be made as it is asked for.
  case tls(PostgresTLSFailure)
  /// No service file defines the service that is asked for.
  case serviceMissing
  /// A service file that might define the service is there and cannot be read.
  case serviceFileUnreadable
  /// A line of the service's section in a service file is no `keyword=value`, or its keyword is none of libpq's.
  case serviceFileMalformed(path: String, line: Int)
  /// A keyword of the connection has a value that libpq does not take; nil where it does not say which.
  case keyword(String?)
  /// The server is not of the kind that `target_session_attrs` asks for.
  case sessionKind
  /// No password was given and the server asks for one.
  case passwordRequired
  /// The answer is longer than the limit.
  case tooLarge
  /// Anything else, in words that hold nothing of the connection.
  case other(String)
}

/// Why no encrypted connection can be made as it is asked for.
public enum PostgresTLSFailure: Hashable, Sendable {
  /// The server offers none.
  case notOffered
  /// The file of trusted certificate authorities cannot be read.
  case authoritiesUnreadable
  /// The server's certificate is not to be trusted.
  case untrusted
  /// The server's certificate is for another name.
  case otherName
  /// Anything else.
  case failed
}

/// How a connection was really made.
public struct PostgresConnection: Hashable, Sendable {
  /// The host name, address or socket folder.
  public let host: String
  /// The port.
  public let port: Int
  /// The database.
  public let database: String
  /// The role.
  public let user: String
  /// The server's version as it says it: `15.18`.
  public let serverVersion: String

  /// Describes a connection.
  public init(host: String, port: Int, database: String, user: String, serverVersion: String) {
    self.host = host
    self.port = port
    self.database = database
    self.user = user
    self.serverVersion = serverVersion
  }
}

/// A row of a result, as text; nil is SQL's null.
public typealias PostgresRow = [String?]

/// An open connection in a read-only transaction.
public protocol PostgresSession: Sendable {
  /// How the connection was really made.
  var connection: PostgresConnection { get }

  /// Sends one query with text parameters and takes all of its rows. The server gives it up shortly before the deadline
  /// (SQLSTATE 57014), and the session can then be used again.
  /// - Throws: ``PostgresError``; after an error of the server the session can be used again, after a timeout not.
  func query(
    _ sql: String, parameters: [String?], deadline: Deadline
  ) async throws(PostgresError) -> [PostgresRow]

  /// Sends one query without parameters and takes its rows as lines of COPY's text form, in which NULL is no text
  /// (https://www.postgresql.org/docs/current/sql-copy.html): a hundred thousand of them cost a third
  /// of what rows do.
  /// - Throws: as ``query(_:parameters:deadline:)``.
  func copy(_ sql: String, deadline: Deadline) async throws(PostgresError) -> [UInt8]

  /// Ends the connection.
  func close() async
}

/// Connects to PostgreSQL under a deadline.
public protocol PostgresConnector: Sendable {
  /// Connects to the named database and begins a read-only transaction with the server's own timeouts set.
  func connect(
    _ parameters: PostgresParameters, deadline: Deadline
  ) async throws(PostgresError) -> any PostgresSession

  /// Connects to the named database, for statements that change it.
  func open(_ parameters: PostgresParameters, deadline: Deadline) async throws(PostgresError) -> any PostgresWriter
}
