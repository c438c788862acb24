import HandoffModel
import HandoffProject
import HandoffSystem
import HandoffText

/// The connection that the project means: how it is made, where its parts came from, and how a person makes it.
struct PostgresTarget {
  let settings: PostgresSettings
  let parameters: PostgresParameters
  /// Where it leads to, as far as that is known before it is made.
  let place: PostgresPlace
  /// The host for a document; nil for libpq's default. The folder of a socket below the user's home begins with `~/`.
  let host: String?
  /// The variables that libpq's defaults come from, paths in them as documents show them.
  let surroundings: [String: String]
  /// Certificates that a URL names and that stand in the project or the home folder, as documents show them: a URL can
  /// hold no such path.
  let certificates: [(variable: String, path: String)]

  init(_ settings: PostgresSettings, _ context: ProbeContext) {
    self.settings = settings
    let home = context.host.environment.home
    parameters = PostgresParameters(
      host: settings.host.map { Self.expanded($0.value, home: home) }, port: settings.port?.value,
      database: settings.database?.value, user: settings.user?.value, password: settings.password?.value,
      options: settings.optionValues, environment: Self.variables(for: settings, context.host.environment.variables))
    place = PostgresPlace(of: parameters, files: context.host.files)
    host = place.host.map { Self.shown($0, home: home) }
    let files = context.host.files
    certificates = [("sslrootcert", "PGSSLROOTCERT"), ("sslcert", "PGSSLCERT"), ("sslkey", "PGSSLKEY")]
      .compactMap { keyword, variable in
        settings.options[keyword].map { (variable, $0.value, context.shown($0.value)) }
      }.filter { $0.1 != $0.2 }.map { ($0.0, $0.2) }
    surroundings = parameters.environment.filter { !$0.value.isEmpty }.mapValues(context.shown)
    passwordFolder = place.passwordFile.flatMap { files.kind(of: $0) == .folder ? context.shown($0) : nil }
    passwordFilePath = place.passwordFile.flatMap { path in
      guard files.kind(of: path) == .regular, let isOpen = files.isOpenToOthers(path) else { return nil }
      return (context.shown(path), isOpen)
    }
  }

  /// The variables that libpq's defaults come from. Who names a host or a database in another place than libpq's
  /// variables names the whole connection, so that theirs must not be mixed into it.
  private static func variables(for settings: PostgresSettings, _ all: [String: String]) -> [String: String] {
    let naming = [settings.host?.source, settings.database?.source].compactMap(\.self)
    let isLibpq = naming.allSatisfy { $0.kind == .environment && $0.detail.hasPrefix("PG") }
    let place: Set<String> = [
      "PGHOST", "PGHOSTADDR", "PGPORT", "PGDATABASE", "PGUSER", "PGPASSWORD", "PGSERVICE", "PGOPTIONS",
    ]
    return all.filter { name, _ in
      name == "HOME" || name.hasPrefix("PG") && (isLibpq && !settings.isRecalled || !place.contains(name))
    }
  }

  private static func expanded(_ host: String, home: String?) -> String {
    guard host.hasPrefix("~/"), let home else { return host }
    return home + host.dropFirst(1)
  }

  /// A host as documents show it. Unlike other paths it stays whole in the project: libpq takes no relative one.
  static func shown(_ host: String, home: String?) -> String {
    guard let home, home != "/", host.hasPrefix(home + "/") else { return host }
    return "~" + host.dropFirst(home.count)
  }

  /// The password file, where there is one: as it is shown, and whether libpq ignores it since it is open to others
  /// (https://www.postgresql.org/docs/current/libpq-pgpass.html).
  var passwordFile: (shown: Untrusted, isIgnored: Bool)? {
    passwordFilePath.map { (Untrusted($0.shown), $0.isIgnored) }
  }

  /// The same, its path for a command.
  let passwordFilePath: (shown: String, isIgnored: Bool)?

  /// The folder that stands where the password file should, as it is shown.
  let passwordFolder: String?

  // MARK: For a person

  /// The further keywords that a URL for a document holds.
  var optionsOfURL: [String: String] {
    let left = Set(certificates.map { $0.variable.lowercased().dropFirst(2) })
    return settings.optionValues.filter { !left.contains($0.key[...]) }
  }

  /// The database for a command.
  var database: String? { place.database }

  /// Whether the server is on this machine.
  var isLocal: Bool {
    guard let host = settings.options["hostaddr"]?.value ?? place.host else { return true }
    return host.pieces(between: ",").allSatisfy { host in
      PathText(host).isAbsolute || LoopbackHost.contains(host)
    }
  }

  /// `localhost:5443`, or the path of the socket; of several hosts each.
  var address: Untrusted {
    guard let hosts = host?.pieces(between: ","), hosts.count > 1 else {
      return Untrusted(Self.address(host: host, port: place.port))
    }
    let ports = place.ports.pieces(between: ",", keepsEmpty: true).map { Int($0) ?? 5432 }
    let addresses = hosts.enumerated().map { index, host in
      Self.address(host: host, port: ports.indices.contains(index) ? ports[index] : place.port)
    }
    return Untrusted(addresses.joined(separator: " and "))
  }

  static func address(host: String?, port: Int) -> String {
    switch host {
    case nil: "port \(port) of this machine"
    case .some(let host) where host.hasPrefix("/") || host.hasPrefix("~/"): "\(host)/.s.PGSQL.\(port)"
    case .some(let host) where host.contains(":"): "[\(host)]:\(port)"
    case .some(let host): "\(host):\(port)"
    }
  }

  /// One of PostgreSQL's client programs, with the options that lead to the server.
  func run(_ program: String, user: String?, _ arguments: [String] = []) -> ShellCommand {
    var words: [ShellArgument] = [.word(program)]
    if let host { words += [.word("-h"), host.hasPrefix("~/") ? .path(ShellPath(host)) : .word(host)] }
    words += ["-p", place.ports].map { .word($0) }
    if let user { words += [.word("-U"), .word(user)] }
    return .run(words + arguments.map { .word($0) })
  }

  /// A database's name where a program would take a whole connection string as well
  /// (https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING).
  static func argument(database name: String) -> String {
    guard name.contains("=") || name.contains("://") else { return name }
    let escaped = name.replacing("\\", with: "\\\\").replacing("'", with: "\\'")
    return "dbname='\(escaped)'"
  }

  /// `psql` with these options, connected to a database, running a command.
  func psql(user: String?, database: String?, _ command: String) -> ShellCommand {
    run("psql", user: user, (database.map { ["-d", Self.argument(database: $0)] } ?? []) + ["-c", command])
  }
}

/// Names in SQL.
public enum SQLName {
  /// A name as an identifier, quoted.
  public static func quoted(_ name: String) -> String {
    "\"" + name.replacing("\"", with: "\"\"") + "\""
  }

  /// A text as a literal: without backslashes as the standard has it, else in a form that every setting reads alike.
  static func literal(_ text: String) -> String {
    let quoted = "'" + text.replacing("'", with: "''") + "'"
    return text.contains("\\") ? "E" + quoted.replacing("\\", with: "\\\\") : quoted
  }

  /// A table's name as a fact holds it: `schema.table` verbatim; a part is quoted only if it holds what would make the
  /// name ambiguous: a dot, a double quote, a bracket or a control character.
  static func member(schema: String, table: String) -> String {
    part(schema) + "." + part(table)
  }

  /// A table's name as a fact holds it, taken apart: the schema's name, and the table's as it stands there.
  static func parts(ofMember member: String) -> (schema: String, table: String)? {
    var schema = ""
    var isQuoted = false
    var index = member.startIndex
    while index < member.endIndex {
      if member[index] == "\"" { isQuoted.toggle() }
      if member[index] == ".", !isQuoted { break }
      schema.append(member[index])
      index = member.index(after: index)
    }
    guard index < member.endIndex else { return nil }
    if schema.hasPrefix("\""), schema.hasSuffix("\""), schema.count >= 2 {
      schema = String(schema.dropFirst().dropLast()).replacing("\"\"", with: "\"")
    }
    return (schema, String(member[member.index(after: index)...]))
  }

  /// A part of such a name.
  static func part(_ name: String) -> String {
    if !name.isEmpty, name.utf8.allSatisfy({ $0 >= 0x23 && $0 <= 0x7a && $0 != 0x2e && $0 != 0x5b && $0 != 0x5d }) {
      return name
    }
    let isPlain = !name.unicodeScalars.contains { scalar in
      ".\"[]".unicodeScalars.contains(scalar) || scalar.properties.generalCategory == .control
    }
    return isPlain && !name.isEmpty ? name : quoted(name)
  }
}
