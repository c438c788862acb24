/// Where a connection leads to, as far as it can be told without making it: what libpq would be given. What is nil is
/// libpq's default.
public struct PostgresPlace: Hashable, Sendable {
  /// A host name, an address, or the folder of a unix socket; several are separated by commas.
  public let host: String?
  /// The port; of several the first.
  public let port: Int
  /// The ports as libpq is given them: of several hosts each one's, separated by commas.
  public let ports: String
  /// The database.
  public let database: String?
  /// The role.
  public let user: String?
  /// libpq's `sslmode`, where one is set.
  public let sslMode: String?
  /// libpq's `target_session_attrs`, where it is set.
  public let sessionKind: String?
  /// The file of trusted certificate authorities, where one is named.
  public let rootCertificate: String?
  /// The files of trusted authorities, of the client's certificate and of its key, as named or where libpq looks for them
  /// (https://www.postgresql.org/docs/current/libpq-ssl.html).
  public let certificateFiles: [String]
  /// The password file.
  public let passwordFile: String?

  /// The variable that stands for a keyword, or nil.
  public static func variable(for keyword: String) -> String? {
    PostgresKeywords.variables.first { $0.value == keyword }?.key
  }

  /// Works out where a connection leads to: from its parameters, the service file and the given variables.
  public init(of parameters: PostgresParameters, files: FileSystem = FileSystem()) {
    let keywords = PostgresKeywords(parameters, known: LibpqConnection.keywords, files: files)
    host = keywords["host"] ?? keywords["hostaddr"]
    port = keywords["port"].flatMap { Int($0.prefix { $0 != "," }) } ?? 5432
    ports = keywords["port"] ?? "5432"
    sslMode = keywords["sslmode"]
    sessionKind = keywords["target_session_attrs"]
    rootCertificate = keywords["sslrootcert"]
    let home = parameters.environment["HOME"]
    certificateFiles = [("sslrootcert", "root.crt"), ("sslcert", "postgresql.crt"), ("sslkey", "postgresql.key")]
      .compactMap { keyword, name in keywords[keyword] ?? home.map { "\($0)/.postgresql/\(name)" } }
    passwordFile = keywords["passfile"]
    user = keywords["user"]
    // libpq's own default is the name of the role.
    database = keywords["dbname"] ?? keywords["user"]
  }
}
