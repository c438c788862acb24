import HandoffModel
import HandoffProject
import HandoffSystem
import HandoffText

/// How a new session configures the connection, and how a person verifies it.
struct PostgresGuide {
  let target: PostgresTarget
  let connection: PostgresConnection?

  /// Exports, of the variables that the project itself was configured with where it was by variables, else of libpq's;
  /// never a password.
  var setup: [GuideStep] {
    var steps: [GuideStep] = []
    let settings = target.settings
    if let service = settings.options["service"]?.value {
      steps.append(GuideStep(.export("PGSERVICE", service), "use the service of libpq's service file"))
    }
    let url = settings.host?.source.detail == "DATABASE_URL" || settings.database?.source.detail == "DATABASE_URL"
    if url, (settings.host ?? settings.database)?.source.kind == .environment {
      steps.append(
        GuideStep(.export("DATABASE_URL", self.url), "where the database is; the password is not written here"))
    } else {
      steps += export(settings.host.map { ($0.value, $0.source) }, "PGHOST", "the host")
      steps += export(settings.options["hostaddr"].map { ($0.value, $0.source) }, "PGHOSTADDR", "the host's address")
      steps += export(settings.port.map { (String($0.value), $0.source) } ?? ports, "PGPORT", "the port")
      steps += export(settings.database.map { ($0.value, $0.source) }, "PGDATABASE", "the database")
      steps += export(settings.user.map { ($0.value, $0.source) }, "PGUSER", "the role")
    }
    steps += encryption
    if let password = settings.password {
      let variable = Self.isOwn(password.source) ? password.source.detail : "PGPASSWORD"
      steps.append(
        GuideStep(
          .export(variable, Self.blank),
          "put the password here, which was in \(password.source.message); or in ~/.pgpass"))
    }
    return steps
  }

  /// The ports of several hosts, which are no one number.
  private var ports: (String, Source)? {
    let isLibpq = target.settings.host?.source == Source(.environment, "PGHOST")
    return isLibpq && target.place.ports.contains(",") ? (target.place.ports, Source(.environment, "PGPORT")) : nil
  }

  /// The variables of libpq's that name its files and say how the connection is encrypted.
  private var encryption: [GuideStep] {
    let names: [(variable: String, what: StaticString)] = [
      ("PGSERVICEFILE", "the service file"), ("PGPASSFILE", "the password file"),
      ("PGSSLMODE", "how the connection is encrypted"),
      ("PGSSLROOTCERT", "the certificate authority"), ("PGSSLCERT", "the client's certificate"),
      ("PGSSLKEY", "its key"),
    ]
    return target.certificates.map { variable, path in
      GuideStep(.export(variable, path: path), "a certificate that the URL names")
    }
      + names.compactMap { name, what in
        target.surroundings[name].map {
          GuideStep(.export(name, path: $0), "\(words: what), from \(Source(.environment, name).message)")
        }
      }
  }

  /// A listing by PostgreSQL's own client.
  var verification: [GuideStep] {
    [
      GuideStep(
        target.psql(
          user: connection?.user ?? target.place.user, database: connection?.database ?? target.database, #"\dt"#),
        "lists the tables")
    ]
  }

  /// What stands for a value that only the user knows.
  static let blank = "..."

  private func export(_ value: (text: String, source: Source)?, _ libpq: String, _ what: StaticString) -> [GuideStep] {
    guard let value else { return [] }
    let variable = Self.isOwn(value.source) ? value.source.detail : libpq
    return [GuideStep(.export(variable, path: value.text), "\(words: what), from \(value.source.message)")]
  }

  /// A source that a variable of the process stands for, one of those that are known to name a database: a source that
  /// was read back from a document could name any.
  static func isOwn(_ source: Source) -> Bool {
    guard source.kind == .environment else { return false }
    let known: Set<String> = [
      "PGHOST", "PGHOSTADDR", "PGPORT", "PGDATABASE", "PGUSER", "PGPASSWORD", "DB_HOST", "DB_PORT", "DB_NAME",
      "DB_DATABASE", "DB_USER", "DB_USERNAME", "DB_PASSWORD", "DB_PASS", "POSTGRES_HOST", "POSTGRES_PORT",
      "POSTGRES_DB",
      "POSTGRES_USER", "POSTGRES_PASSWORD",
    ]
    return known.contains(source.detail)
  }

  /// A URL without a password.
  var url: String { url(without: nil) }

  /// The same, which leaves to libpq what a keyword says.
  func url(without keyword: String?) -> String {
    let settings = target.settings
    let ports = settings.port.map { String($0.value) } ?? settings.options["port"]?.value
    return Self.url(
      user: settings.user?.value, host: settings.host?.value, ports: keyword == "port" ? nil : ports,
      database: settings.database?.value, options: target.optionsOfURL.filter { $0.key != keyword })
  }

  /// A URL without a password. Of several hosts, separated by commas, each has its port.
  static func url(
    user: String?, host: String?, ports: String?, database: String?, options: [String: String]
  ) -> String {
    func encoded(_ text: String) -> String {
      text.utf8.map { byte in
        let isPlain =
          (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
          || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
          || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "-._~".utf8.contains(byte)
        let digits = String(byte, radix: 16, uppercase: true)
        return isPlain ? String(decoding: [byte], as: UTF8.self) : "%" + (digits.count == 1 ? "0" : "") + digits
      }.joined()
    }
    var text = "postgresql://"
    if let user { text += encoded(user) + "@" }
    let numbers = ports?.pieces(between: ",", keepsEmpty: true) ?? []
    let hosts = (host ?? "").pieces(between: ",", keepsEmpty: true)
    text += hosts.enumerated().map { index, host in
      let number = numbers.count == 1 ? numbers[0] : numbers.indices.contains(index) ? numbers[index] : ""
      return (host.contains(":") ? "[\(host)]" : encoded(host)) + (number.isEmpty ? "" : ":\(number)")
    }.joined(separator: ",")
    if let database { text += "/" + encoded(database) }
    let further = ["hostaddr", "target_session_attrs", "channel_binding", "gssencmode"]
    let options = options.filter { $0.key.hasPrefix("ssl") || further.contains($0.key) }.sorted { $0.key < $1.key }
    if !options.isEmpty { text += "?" + options.map { "\($0.key)=\(encoded($0.value))" }.joined(separator: "&") }
    return text
  }
}
