import HandoffText

/// A PostgreSQL connection URI, `postgresql://user:password@host:port/database?sslmode=require`
/// (https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS), also with a driver's name as
/// SQLAlchemy writes it (`postgresql+psycopg2://`), under another name of the scheme, or after `jdbc:`; or a string of
/// keywords and values, `host=… dbname=…`.
///
/// Tests ask libpq, SQLAlchemy, django-environ and dj-database-url themselves. What Ecto, JDBC, R2DBC, node-postgres and
/// sqlalchemy-timescaledb read stands in their documentation alone.
public struct ConnectionURL: Equatable {
  var host: String?
  var port: Int?
  /// The database.
  public var database: String?
  var user: String?
  var password: String?
  /// Parameters of the query that are keywords of libpq; and `port`, where several hosts have several.
  var options: [String: String] = [:]

  /// Keywords that may be taken from a URI's query. None of them makes libpq run or read anything but certificates.
  private static let keywords: Set<String> = [
    "sslmode", "sslrootcert", "sslcert", "sslkey", "target_session_attrs", "channel_binding", "gssencmode",
    "hostaddr",
  ]

  /// Reads a connection string; nil for one of another scheme or form.
  public init?(_ text: String) {
    let text = Self.withoutDriver(text)
    guard let scheme = text.firstRange(of: "://"), text[..<scheme.lowerBound].allSatisfy({ $0 != "=" }) else {
      guard readKeywords(text) else { return nil }
      return
    }
    let name = text[..<scheme.lowerBound].prefix(while: { $0 != "+" }).lowercased()
    guard Self.schemes.contains(name) else { return nil }
    var rest = text[scheme.upperBound...]
    let credentials = Self.credentials(of: rest)
    if let credentials { rest = rest[credentials.endIndex...].dropFirst() }
    rest = rest.prefix(while: { $0 != "#" })
    let body = rest.prefix(while: { $0 != "?" })
    let query = rest.dropFirst(body.count + 1)
    let place = body.prefix(while: { $0 != "/" })
    let path = body.dropFirst(place.count + 1)
    // A slash of a password that is not written as %2F, or settings behind semicolons, as other databases' URLs have them:
    // nobody can tell what is what.
    guard !path.contains("@"), !(body.contains(";") && body.contains("=")) else { return nil }
    if let credentials {
      let name = credentials.prefix(while: { $0 != ":" })
      user = Self.decoded(name)
      // An encoded colon: a password may stand behind it.
      if user?.contains(":") == true { return nil }
      if name.endIndex < credentials.endIndex { password = Self.decoded(credentials[name.endIndex...].dropFirst()) }
    }
    guard readPlaces(place) else { return nil }
    database = Self.decoded(path)
    takeSocket(path)
    var hosts: [String] = []
    for pair in query.split(separator: "&") {
      let key = pair.prefix(while: { $0 != "=" })
      guard let value = Self.decoded(pair.dropFirst(key.count + 1)) else { continue }
      if key == "host" { hosts.append(value) } else { take(key, value) }
    }
    guard takeHosts(hosts) else { return nil }
    takeAddress()
    // Whatever its driver, Ecto's URLs begin alike.
    if name == "ecto", port == 3306 { return nil }
  }

  /// The scheme, and what other programs call it: django-environ, dj-database-url, Ecto, sqlalchemy-timescaledb.
  private static let schemes: Set<String> = [
    "postgres", "postgresql", "postgis", "pgsql", "psql", "timescale", "timescaledb", "timescalegis", "ecto",
  ]

  /// A URL as JDBC and R2DBC have it, without what goes before the URI: `jdbc:postgresql:database` has no host.
  static func withoutDriver(_ text: String) -> String {
    var rest = text[...]
    for prefix in ["jdbc:", "r2dbc:", "pool:"] where rest.lowercased().hasPrefix(prefix) {
      rest = rest.dropFirst(prefix.count)
    }
    let short = "postgresql:"
    guard rest.count < text.count, rest.hasPrefix(short), !rest.hasPrefix(short + "//") else { return String(rest) }
    return short + "//localhost/" + rest.dropFirst(short.count).drop { $0 == "/" }
  }

  /// Takes the folder of a socket that stands before the database: `postgres:////run/postgresql/x`, as django-environ has
  /// it. For libpq all of it is the name of a database, which hardly one has.
  private mutating func takeSocket(_ path: Substring) {
    guard host == nil, path.hasPrefix("/"), let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
      return
    }
    host = Self.decoded(path[..<slash])
    database = Self.decoded(path[slash...].dropFirst())
  }

  /// Takes the hosts of a query: one, or several, which SQLAlchemy writes with their ports
  /// (https://docs.sqlalchemy.org/en/latest/dialects/postgresql.html#specifying-multiple-fallback-hosts).
  private mutating func takeHosts(_ hosts: [String]) -> Bool {
    guard let first = hosts.first else { return true }
    let places = hosts.joined(separator: ",")
    guard !first.hasPrefix("/"), first.filter({ $0 == ":" }).count == 1 else {
      host = places
      return true
    }
    let before = port
    guard readPlaces(places[...]) else { return false }
    port = port ?? before
    return true
  }

  /// Takes what a keyword says; keywords that are not known here are passed over.
  private mutating func take(_ key: Substring, _ value: String) {
    switch key {
    case "host": host = value
    case "port":
      port = Self.port(value)
      options["port"] = port == nil ? value : nil
    case "dbname": database = value
    case "user": user = value
    case "password": password = value
    // The name that node-postgres has for it (https://github.com/brianc/node-postgres/tree/master/packages/pg-connection-string).
    case "sslmode" where value == "no-verify": options["sslmode"] = "require"
    default: if Self.keywords.contains(String(key)) { options[String(key)] = value }
    }
  }

  /// An address without a host's name is the host.
  private mutating func takeAddress() {
    host = host ?? options["hostaddr"]
    if host == options["hostaddr"] { options["hostaddr"] = nil }
  }

  /// What stands before the `@` of a URI. As libpq has it, question marks and number signs may stand in it.
  private static func credentials(of text: Substring) -> Substring? {
    let authority = text.prefix { $0 != "/" }
    let at = authority.prefix { $0 != "?" && $0 != "#" }.lastIndex(of: "@") ?? authority.firstIndex(of: "@")
    return at.map { authority[..<$0] }
  }

  /// Reads `host=… port=… dbname='…'`
  /// (https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-KEYWORD-VALUE).
  /// - Returns: whether it is such a string, and names a host or a database.
  private mutating func readKeywords(_ text: String) -> Bool {
    var rest = text.drop(while: \.isWhitespace)
    while !rest.isEmpty {
      let key = rest.prefix { $0.isLetter || $0 == "_" }
      let after = rest[key.endIndex...].drop(while: \.isWhitespace)
      guard !key.isEmpty, after.first == "=" else { return false }
      guard let (value, end) = Self.keywordValue(after.dropFirst().drop(while: \.isWhitespace)) else { return false }
      rest = end.drop(while: \.isWhitespace)
      guard !value.isEmpty else { continue }
      if key == "service" { options["service"] = value } else { take(key, value) }
    }
    takeAddress()
    return host != nil || database != nil || options["service"] != nil
  }

  /// A value, which may stand in single quotes and hold backslashes, and what follows it.
  private static func keywordValue(_ text: Substring) -> (value: String, rest: Substring)? {
    let isQuoted = text.first == "'"
    var value = ""
    var rest = isQuoted ? text.dropFirst() : text
    while let character = rest.first {
      if isQuoted ? character == "'" : character.isWhitespace { break }
      rest = rest.dropFirst()
      if character == "\\", let next = rest.popFirst() { value.append(next) } else { value.append(character) }
    }
    if isQuoted, rest.popFirst() == nil { return nil }
    return (value, rest)
  }

  /// Reads `host:port`, or several with commas between them, which libpq tries one after another.
  private mutating func readPlaces(_ places: Substring) -> Bool {
    var hosts: [String] = []
    var ports: [Int?] = []
    for place in places.split(separator: ",", omittingEmptySubsequences: false) {
      var name = place
      var number: Int?
      if place.hasPrefix("["), let close = place.firstIndex(of: "]") {
        name = place[place.index(after: place.startIndex)..<close]
        let tail = place[place.index(after: close)...]
        guard tail.isEmpty || tail.hasPrefix(":") else { return false }
        guard tail.count < 2 || Self.port(tail.dropFirst()) != nil else { return false }
        number = Self.port(tail.dropFirst())
      } else if let colon = place.lastIndex(of: ":") {
        name = place[..<colon]
        let text = place[place.index(after: colon)...]
        guard text.isEmpty || Self.port(text) != nil else { return false }
        number = Self.port(text)
      }
      hosts.append(Self.decoded(name) ?? "")
      ports.append(number)
    }
    let joined = hosts.joined(separator: ",")
    host = joined.isEmpty ? nil : joined
    // One port is for all of them.
    if Set(ports).count > 1 {
      options["port"] = ports.map { $0.map(String.init) ?? "" }.joined(separator: ",")
    } else {
      port = ports.first ?? nil
    }
    return true
  }

  /// The number of a port; nil for any other text.
  private static func port(_ text: some StringProtocol) -> Int? {
    guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
    return Int(text).flatMap { (1...65535).contains($0) ? $0 : nil }
  }

  /// Percent-decodes; nil for an empty text or one that is not UTF-8 afterwards.
  private static func decoded(_ text: Substring) -> String? {
    guard !text.isEmpty else { return nil }
    return String(validating: text.utf8.percentDecoded, as: UTF8.self)
  }
}
