import HandoffModel
import HandoffProject
import HandoffSystem
import HandoffText

/// The PostgreSQL probe's findings in words, with what mends them.
struct PostgresAdvice {
  let area: String
  let target: PostgresTarget
  let context: ProbeContext
  var connection: PostgresConnection?

  private var address: Untrusted { target.address }
  private var user: Untrusted { Untrusted(target.place.user ?? "(libpq's default)") }
  private var database: Untrusted { Untrusted(target.database ?? "(libpq's default)") }
  var remedies: PostgresRemedies { PostgresRemedies(area: area, target: target, context: context) }

  // MARK: A file of the project cannot be read

  /// Which socket there is not; libpq's own folder depends on how it was built.
  private var noSocket: Message {
    target.host == nil
      ? "there is no socket for port \(target.place.port) in the folder where libpq looks for one"
      : "there is no socket \(address)"
  }

  /// Which database is meant cannot be told.
  var undecided: Finding {
    target.settings.unreadable.finding(
      "postgres.file-unreadable", "which database the project means is not known",
      facts: [FactID("\(area).database"), FactID("\(area).*")])
  }

  /// The server was not asked, since what leads there may not lead anywhere but to this machine.
  func untrusted(_ guide: Message, _ remedies: [Remedy]) -> Finding {
    unknown(
      "untrusted", "\(target.address) was not asked: it is another machine, and \(guide) leads there", remedies)
  }

  /// Whether the server said no only to what a file that could not be read would have said otherwise.
  private func isPremature(_ error: PostgresError) -> Bool {
    let settings = target.settings
    guard !settings.unreadable.isEmpty else { return false }
    switch error {
    case .passwordRequired, .server("28P01", _, _): return settings.password == nil
    case .server("28000", _, _): return settings.user == nil || settings.password == nil
    case .server("3D000", _, _): return settings.user == nil && settings.database == nil
    default: return false
    }
  }

  // MARK: The area is lost

  /// Why there is no connection.
  func lost(_ error: PostgresError) -> Finding {
    if isPremature(error) {
      return target.settings.unreadable.finding(
        "postgres.file-unreadable",
        "the role and the password for \(address) are not known; without them the server lets nobody in",
        facts: [FactID("\(area).database"), FactID("\(area).*")])
    }
    switch error {
    case .refused:
      return failure("no-server", "nobody listens at \(address): the connection is refused", remedies.start)
    case .noSocket:
      return failure(
        "no-server", "\(noSocket): no server runs here, or it has another place", remedies.start)
    case .passwordRequired:
      if let file = forbiddenPasswords {
        return unknown(
          "passfile-unreadable",
          "\(address) asks for the password of role \(user), and this user may not read \(Untrusted(file)), which may hold it",
          [
            Remedy(.makeReadable(ShellPath(file)), "makes it yours to read"),
            Remedy(ShellPath(file).command("ls", "-ld"), "shows whose it is"),
          ])
      }
      return failure(
        "password", "\(address) asks for the password of role \(user), and none is set\(ignoredPasswords)",
        remedies.password)
    case .tls(let reason):
      if let file = forbiddenCertificate(reason) {
        return unknown(
          "tls", "this user may not read \(Untrusted(file)), which the connection to \(address) needs",
          [Remedy(ShellPath(file).command("ls", "-ld"), "shows whose it is")])
      }
      return failure("tls", "\(address): \(encryption(reason))", remedies.encryption(reason))
    case .serviceMissing:
      let name = Untrusted(target.settings.options["service"]?.value ?? "")
      return failure("service-missing", "no service file defines the service \(name)", remedies.editServices)
    case .serviceFileUnreadable:
      return unknown(
        "service-unreadable", "a service file is there and cannot be read by this user", remedies.readServices)
    case .server(let state, let message, let routine):
      return refused(state: state, message: message, routine: routine)
    case .serviceFileMalformed(let path, let line):
      return failure(
        "not-connected",
        "line \(line) of \(Untrusted(context.shown(path))) is no keyword of libpq's with its value, so libpq takes no service from it",
        [Remedy(.edit(ShellPath(context.shown(path))), "mend the line: KEYWORD=VALUE, without spaces around the sign")])
    case .keyword(let keyword):
      let name: Message = keyword.map { "the keyword \(Untrusted($0))" } ?? "a keyword"
      return failure(
        "not-connected", "\(name) of the connection has a value that libpq does not accept",
        remedies.resetKeyword(keyword))
    case .sessionKind:
      return failure(
        "not-connected", "no server at \(address) is of the kind that \(sessionKind) asks for",
        remedies.resetKeyword("target_session_attrs"))
    case .notPermitted:
      return unknown("socket-forbidden", "this user may not use the socket \(address)", remedies.reconfigure)
    case .nameNotResolved:
      return unknown(
        "name-not-resolved", "the name of the host in \(address) could not be resolved", remedies.reconfigure)
    case .noRoute:
      return unknown("unreachable", "there is no way to \(address)", remedies.reconfigure)
    case .timedOut:
      return unknown("timeout", "no answer from \(address) by the deadline", remedies.reconfigure)
    case .garbage:
      return unknown("garbage", "what answers at \(address) is not PostgreSQL", remedies.reconfigure)
    case .tooLarge:
      return unknown("garbage", "the answer of \(address) is longer than any that makes sense", remedies.reconfigure)
    case .other(let reason):
      return unknown("not-connected", "no connection to \(address): \(Untrusted(reason))", remedies.reconfigure)
    }
  }

  private var sessionKind: Message { "target_session_attrs=\(Untrusted(target.place.sessionKind ?? ""))" }

  /// A server that takes writes, or takes none, where `target_session_attrs` asks for the other.
  func wrongKind(_ mode: PostgresCatalog.Mode) -> Finding {
    guard mode.name != "primary" else {
      return failure(
        "not-connected", "\(address) is a primary that takes writes, and \(sessionKind) asks for another kind",
        remedies.resetKeyword("target_session_attrs"))
    }
    let kind: Message = mode.name == "standby" ? "is a standby" : "takes no writes"
    guard ["read-write", "primary"].contains(target.place.sessionKind) else { return lost(.sessionKind) }
    return failure("read-only", "\(address) \(kind), and \(sessionKind) asks for another", remedies.takeWrites(mode))
  }

  /// The server knows no encoding of the name that PGCLIENTENCODING holds.
  var unknownEncoding: Finding {
    Finding(
      "postgres.not-connected", .failure,
      "PGCLIENTENCODING names an encoding that \(address) does not know, so that it refuses every client that asks for it",
      remedies: [Remedy(.unset("PGCLIENTENCODING"), "libpq then takes the server's own")],
      facts: [FactID("\(area).database")])
  }

  /// What the server said no to (https://www.postgresql.org/docs/current/errcodes-appendix.html).
  private func refused(state: String, message: String, routine: String?) -> Finding {
    let words = Untrusted(message)
    switch state {
    case "3D000" where ["base/", "pg_tblspc/"].contains(where: message.contains):
      return failure(
        "database-closed", "database \(database) of \(address) takes no connections: \(words)", remedies.showData)
    case "3D000":
      return missingDatabase
    case "08P01" where message.contains("no such database"):
      // PgBouncer's way to say so.
      return missingDatabase
    case "08P01"
    where ["server_login_retry", "cannot connect to server", "query_wait"].contains(where: message.contains):
      return unknown(
        "behind-pooler", "PgBouncer answers at \(address), and cannot log in to the server behind it: \(words)",
        remedies.showPool)
    case "08P01" where message.contains("no more connections allowed"):
      return unknown("full", "\(address) takes no more connections: \(words)", remedies.showPool)
    case "55000":
      return failure(
        "database-closed", "database \(database) of \(address) takes no connections: \(words)",
        remedies.openDatabase(isInvalid: message.contains("invalid database")))
    case "28P01":
      return failure(
        "password", "\(address) does not take this password for role \(user)\(passwordSource)",
        remedies.password + remedies.showExpiry)
    case "28000" where routine == "InitializeSessionUserId" && message.contains("not permitted to log in"):
      return failure("login-forbidden", "role \(user) of \(address) may not log in", remedies.allowLogin)
    case "28000"
    where routine == "InitializeSessionUserId" || message.contains("role \"") && message.hasSuffix("exist"):
      return failure("role-missing", "\(address) answers, but role \(user) does not exist", remedies.createRole)
    case "28000"
    where target.place.sslMode == "disable" && ["no encryption", "SSL off"].contains(where: message.contains):
      return failure(
        "tls", "\(address) takes only encrypted connections, and \(sslMode) asks for none: \(words)",
        remedies.encrypt)
    case "28000":
      return failure(
        "refused-by-hba", "\(address) does not let role \(user) in: \(words)", remedies.showRules)
    case "42501":
      return failure(
        "permission", "role \(user) may not connect to database \(database) of \(address)", remedies.grantConnect)
    case "57P03", "57P01", "57P02":
      return unknown("starting", "\(address) takes no connections yet or any more: \(words)", remedies.wait)
    case "53300":
      return unknown("full", "\(address) takes no more connections: \(words)", remedies.showLimits(message))
    case "57014":
      return unknown("timeout", "\(address) gave up by the deadline: \(words)", remedies.reconfigure)
    case _ where Self.isRefusal(state):
      return failure(
        "not-connected", "\(address) refused the connection: \(words) (\(Untrusted(state)))", remedies.showSettings)
    default:
      return unknown("not-connected", "\(address) refused the connection: \(words) (\(Untrusted(state)))", [])
    }
  }

  /// Whether an error says no to what was asked for, as it will the next time: a value, an object, a file of a library.
  private static func isRefusal(_ state: String) -> Bool {
    state == "58P01" || ["0A", "22", "25", "28", "2F", "3D", "3F", "42"].contains(state.prefix(2))
  }

  private var missingDatabase: Finding {
    failure("database-missing", "\(address) answers, but database \(database) does not exist", remedies.createDatabase)
  }

  private var passwordSource: Message {
    if let password = target.settings.password { return "; it came from \(password.source.message)" }
    guard let file = target.passwordFile, !file.isIgnored else { return "" }
    return "; it came from \(file.shown)"
  }

  /// The password file that is there and that this user may not read, as it is shown, where no password is set.
  private var forbiddenPasswords: String? {
    let files = context.host.files
    guard target.settings.password == nil, let path = target.place.passwordFile, files.kind(of: path) != nil,
      files.isForbidden(path)
    else { return nil }
    return context.shown(path)
  }

  private var ignoredPasswords: Message {
    if let folder = target.passwordFolder { return ": \(Untrusted(folder)) is a folder, and no password file" }
    guard let file = target.passwordFile, file.isIgnored else { return "" }
    return ": others than its owner may read \(file.shown), so libpq ignores it"
  }

  // MARK: Encrypted connections

  private var sslMode: Message {
    let mode = Untrusted(target.place.sslMode ?? "prefer")
    return remedies.isModeByVariable ? "PGSSLMODE=\(mode)" : "sslmode=\(mode)"
  }

  /// A certificate, or the key, that this user may not read, as it is shown, where that can be why.
  private func forbiddenCertificate(_ reason: PostgresTLSFailure) -> String? {
    switch reason {
    case .notOffered, .otherName: nil
    case .authoritiesUnreadable, .untrusted, .failed:
      target.place.certificateFiles.map(context.path).first(where: context.host.files.isForbidden).map(context.shown)
    }
  }

  private func encryption(_ reason: PostgresTLSFailure) -> Message {
    switch reason {
    case .notOffered: return "the server offers no encrypted connection, and \(sslMode) asks for one"
    case .authoritiesUnreadable:
      let file = context.shown(target.place.rootCertificate ?? "~/.postgresql/root.crt")
      return "the file of trusted certificate authorities, \(Untrusted(file)), cannot be read"
    case .untrusted:
      return "the server's certificate is not to be trusted: expired, or of an authority that is not trusted here"
    case .otherName: return "the server's certificate is for another name"
    case .failed: return "the encrypted connection could not be made"
    }
  }

  private func failure(_ id: String, _ message: Message, _ remedies: [Remedy]) -> Finding {
    Finding("postgres.\(id)", .failure, message, remedies: remedies, facts: [FactID("\(area).database")])
  }

  private func unknown(_ id: String, _ message: Message, _ remedies: [Remedy]) -> Finding {
    Finding(
      "postgres.\(id)", .unknown, message, remedies: remedies.isEmpty ? self.remedies.wait : remedies,
      facts: [FactID("\(area).database"), FactID("\(area).*")])
  }

  // MARK: A part could not be read

  /// Why some facts could not be measured although the connection stands.
  func unread(_ what: StaticString, _ error: PostgresError, _ facts: [FactID]) -> Finding {
    switch error {
    case .timedOut, .server("57014", _, _):
      return Finding(
        "postgres.timeout", .unknown, "the server did not say \(words: what) by the deadline",
        remedies: remedies.wait, facts: facts)
    case .server("55P03", _, _):
      return Finding(
        "postgres.unreadable", .unknown, "\(words: what) could not be read: somebody holds a lock",
        remedies: remedies.showLocks(connection), facts: facts)
    case .server("42501", let message, _) where message.contains("row-level security"):
      return Finding(
        "postgres.unreadable", .unknown,
        "row-level security keeps rows of \(words: what) from role \(Untrusted(connection?.user ?? ""))",
        remedies: remedies.showPolicies(connection), facts: facts)
    case .server("42501", _, _):
      return Finding(
        "postgres.unreadable", .unknown, "role \(Untrusted(connection?.user ?? "")) may not read \(words: what)",
        remedies: remedies.showPrivileges(connection), facts: facts)
    case .server(let state, let message, _):
      return Finding(
        "postgres.unreadable", .unknown,
        "\(words: what) could not be read: \(Untrusted(message)) (\(Untrusted(state)))", remedies: remedies.wait,
        facts: facts)
    case .tooLarge:
      return Finding(
        "postgres.unreadable", .unknown, "\(words: what) could not be read: the answer is too long",
        remedies: remedies.wait, facts: facts)
    default:
      return Finding(
        "postgres.unreadable", .unknown, "\(words: what) could not be read: the connection was lost",
        remedies: remedies.wait, facts: facts)
    }
  }
}
