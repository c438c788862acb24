import HandoffText

/// The keywords of a connection, as libpq would find them for a process that had the given variables.
///
/// The order is libpq's own: what is said explicitly, then the service, then the variables
/// (https://www.postgresql.org/docs/current/libpq-envars.html), then libpq's defaults.
struct PostgresKeywords: Hashable {
  /// The values by keyword. Host and port can each hold several values separated by commas.
  private(set) var values: [String: String]
  /// Why a service file that might define the service could not be read; nil where none is asked for or all could.
  private(set) var serviceFileFailure: FileError?
  /// Where libpq gives up the service's section.
  private(set) var serviceFileMistake: PostgresError?
  /// Whether the password file is none that libpq reads, of which it would complain on standard error.
  private let ignoresPasswordFile: Bool
  /// The keyword whose value libpq refuses as no number; nil for none.
  let misread: String?

  /// The variables that stand for keywords.
  static let variables = [
    "PGHOST": "host", "PGHOSTADDR": "hostaddr", "PGPORT": "port", "PGDATABASE": "dbname", "PGUSER": "user",
    "PGPASSWORD": "password", "PGPASSFILE": "passfile", "PGSSLMODE": "sslmode", "PGSSLROOTCERT": "sslrootcert",
    "PGSSLCERT": "sslcert", "PGSSLKEY": "sslkey", "PGSSLCRL": "sslcrl", "PGSSLCRLDIR": "sslcrldir",
    "PGSSLSNI": "sslsni", "PGSSLNEGOTIATION": "sslnegotiation", "PGSSLCERTMODE": "sslcertmode",
    "PGSSLMINPROTOCOLVERSION": "ssl_min_protocol_version", "PGSSLMAXPROTOCOLVERSION": "ssl_max_protocol_version",
    "PGGSSENCMODE": "gssencmode", "PGKRBSRVNAME": "krbsrvname", "PGREQUIREPEER": "requirepeer",
    "PGREQUIREAUTH": "require_auth", "PGCHANNELBINDING": "channel_binding", "PGOPTIONS": "options",
    "PGTARGETSESSIONATTRS": "target_session_attrs", "PGCONNECT_TIMEOUT": "connect_timeout",
  ]

  /// What is set here whatever is asked for: text comes as UTF-8, and the session is known by the tool's name.
  private static let own = ["application_name": "handoff", "client_encoding": "UTF8"]
  /// What must not be set by anybody: it would make the session another kind of connection.
  private static let refused: Set<String> = ["replication", "service", "servicefile", "fallback_application_name"]

  /// Finds the keywords of a connection.
  /// - Parameters:
  ///   - known: the keywords that this libpq has; others, which other clients' URLs are full of, are left out.
  ///   - files: reads the service file.
  init(_ parameters: PostgresParameters, known: Set<String>, files: FileSystem = FileSystem()) {
    let environment = parameters.environment.filter { !$0.value.isEmpty }
    var values: [String: String] = [:]
    func fill(_ more: [String: String]) { values.merge(more.filter { !$0.value.isEmpty }) { first, _ in first } }
    var explicit: [String: String] = [:]
    explicit["host"] = parameters.host
    explicit["port"] = parameters.port.map(String.init)
    explicit["dbname"] = parameters.database
    explicit["user"] = parameters.user
    explicit["password"] = parameters.password
    fill(explicit)
    fill(parameters.options)
    // An address of somewhere else must not win over a host that was named.
    if explicit["host"] != nil, parameters.options["hostaddr"] == nil { values["hostaddr"] = "" }
    let service = parameters.options["service"] ?? environment["PGSERVICE"]
    if let service, !service.isEmpty {
      do throws(FileError) {
        switch try PostgresServiceFile.look(
          for: service, file: parameters.options["servicefile"], environment: environment, known: known, files: files)
        {
        case .found(let found):
          // A password is for the place that it stands beside.
          let isElsewhere = ["host", "port"].contains { keyword in
            explicit[keyword].map { $0 != found[keyword] } ?? false
          }
          fill(isElsewhere ? found.filter { !["password", "passfile"].contains($0.key) } : found)
          values["service"] = nil
        case .mistake(let path, let line):
          serviceFileMistake = .serviceFileMalformed(path: path, line: line)
        case nil:
          // libpq also knows a place that was chosen when it was built.
          values["service"] = service
        }
      } catch {
        serviceFileFailure = error
      }
    }
    for (variable, keyword) in Self.variables where values[keyword] == nil { values[keyword] = environment[variable] }
    if values["passfile"] == nil, let home = environment["HOME"] { values["passfile"] = home + "/.pgpass" }
    // Kerberos is asked only on request: its libraries look up names without a deadline.
    fill(["gssencmode": "disable"])
    for keyword in Self.refused where keyword != "service" { values[keyword] = nil }
    misread = Self.misread(in: values)
    values.merge(Self.own) { _, own in own }
    ignoresPasswordFile =
      values["passfile"].map { files.kind(of: $0) == .folder || files.isOpenToOthers($0) == true } ?? false
    self.values = values.filter { known.contains($0.key) && !$0.value.isEmpty && !$0.value.utf8.contains(0) }
  }

  /// The first such keyword, also one for which we give a value of our own.
  /// https://www.postgresql.org/docs/current/libpq-connect.html
  private static func misread(in values: [String: String]) -> String? {
    func isNumber(_ text: String, _ range: ClosedRange<Int32>) -> Bool {
      Int32(text.trimmingPrefix(while: \.isWhitespace).prefix { !$0.isWhitespace }).map(range.contains) == true
    }
    let ports = values["port"]?.pieces(between: ",") ?? []
    if !ports.allSatisfy({ isNumber($0, 1...65_535) }) { return "port" }
    let numbers =
      ["connect_timeout", "keepalives", "tcp_user_timeout"] + ["idle", "interval", "count"].map { "keepalives_" + $0 }
    return numbers.first { keyword in values[keyword].map { !isNumber($0, .min ... .max) } == true }
  }

  /// A value, or nil.
  subscript(_ keyword: String) -> String? { values[keyword] }

  /// The hosts with their ports, in the order in which they are tried. A host of nil is libpq's default.
  var hosts: [(host: String?, address: String?, port: String?)] {
    let hosts = list("host")
    let addresses = list("hostaddr")
    let ports = list("port")
    return (0..<max(1, hosts.count, addresses.count)).map { index in
      func value(_ list: [String]) -> String? {
        let value = list.count == 1 && index > 0 ? list.first : list.indices.contains(index) ? list[index] : nil
        return value?.isEmpty == true ? nil : value
      }
      let host = hosts.indices.contains(index) && !hosts[index].isEmpty ? hosts[index] : nil
      let address = addresses.indices.contains(index) && !addresses[index].isEmpty ? addresses[index] : nil
      return (host, address, value(ports))
    }
  }

  /// The keywords for one target alone.
  func values(for target: PostgresTarget) -> [String: String] {
    var values = self.values
    values["host"] = target.host
    values["hostaddr"] = target.address
    values["port"] = target.port
    // A place where nothing can be.
    if ignoresPasswordFile { values["passfile"] = "/dev/null/none" }
    return values
  }

  private func list(_ keyword: String) -> [String] {
    values[keyword]?.pieces(between: ",", keepsEmpty: true) ?? []
  }
}

/// One place that is connected to: a host name with one of its addresses, or the folder of a socket.
struct PostgresTarget: Hashable {
  var host: String?
  var address: String?
  var port: String?
}
