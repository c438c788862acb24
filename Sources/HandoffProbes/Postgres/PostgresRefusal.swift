import HandoffModel
import HandoffProject
import HandoffSystem
import HandoffText

/// What the server said no to.
extension PostgresAdvice {
  /// What the server said no to (https://www.postgresql.org/docs/current/errcodes-appendix.html).
  func refused(state: String, message: String, routine: String?) -> Finding {
    let words = Untrusted(message)
    switch state {
    case "08P01": return refusedByPooler(message)
    case "28P01", "28000": return keptOut(state: state, message: message, routine: routine)
    case "3D000" where ["base/", "pg_tblspc/"].contains(where: message.contains):
      return failure(
        "database-closed", "database \(database) of \(address) takes no connections: \(words)", remedies.showData)
    case "3D000":
      return missingDatabase
    case "55000":
      return failure(
        "database-closed", "database \(database) of \(address) takes no connections: \(words)",
        remedies.openDatabase(isInvalid: message.contains("invalid database")))
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

  /// What PgBouncer says, always by one code.
  private func refusedByPooler(_ message: String) -> Finding {
    let words = Untrusted(message)
    if message.contains("no such database") { return missingDatabase }
    if ["server_login_retry", "cannot connect to server", "query_wait"].contains(where: message.contains) {
      return unknown(
        "behind-pooler", "PgBouncer answers at \(address), and cannot log in to the server behind it: \(words)",
        remedies.showPool)
    }
    if message.contains("no more connections allowed") {
      return unknown("full", "\(address) takes no more connections: \(words)", remedies.showPool)
    }
    return unknown("not-connected", "\(address) refused the connection: \(words) (08P01)", [])
  }

  /// The role is not let in: by its password, by its rights, or by the rules of `pg_hba.conf`.
  private func keptOut(state: String, message: String, routine: String?) -> Finding {
    let words = Untrusted(message)
    let isRole = routine == "InitializeSessionUserId"
    switch state {
    case "28P01":
      return failure(
        "password", "\(address) does not take this password for role \(user)\(passwordSource)",
        remedies.password + remedies.showExpiry)
    case _ where isRole && message.contains("not permitted to log in"):
      return failure("login-forbidden", "role \(user) of \(address) may not log in", remedies.allowLogin)
    case _ where isRole || message.contains("role \"") && message.hasSuffix("exist"):
      return failure("role-missing", "\(address) answers, but role \(user) does not exist", remedies.createRole)
    case _ where target.place.sslMode == "disable" && ["no encryption", "SSL off"].contains(where: message.contains):
      return failure(
        "tls", "\(address) takes only encrypted connections, and \(sslMode) asks for none: \(words)",
        remedies.encrypt)
    default:
      return failure("refused-by-hba", "\(address) does not let role \(user) in: \(words)", remedies.showRules)
    }
  }

  /// Whether an error says no to what was asked for, as it will the next time: a value, an object, a file of a library.
  private static func isRefusal(_ state: String) -> Bool {
    state == "58P01" || ["0A", "22", "25", "28", "2F", "3D", "3F", "42"].contains(state.prefix(2))
  }

  private var missingDatabase: Finding {
    failure("database-missing", "\(address) answers, but database \(database) does not exist", remedies.createDatabase)
  }

  // MARK: Passwords

  /// A server that asks for a password, and none is set.
  var passwordMissing: Finding {
    guard let file = forbiddenPasswords else {
      return failure(
        "password", "\(address) asks for the password of role \(user), and none is set\(ignoredPasswords)",
        remedies.password)
    }
    return unknown(
      "passfile-unreadable",
      "\(address) asks for the password of role \(user), and this user may not read \(Untrusted(file)), which may hold it",
      [
        Remedy(.makeReadable(ShellPath(file)), "makes it yours to read"),
        Remedy(ShellPath(file).command("ls", "-ld"), "shows whose it is"),
      ])
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
}
