import HandoffModel
import HandoffProject
import HandoffSystem
import HandoffText

/// What makes the whole area be lost.
extension PostgresAdvice {
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
    case .passwordRequired: return passwordMissing
    case .tls(let reason): return notEncrypted(reason)
    case .serviceMissing:
      let name = Untrusted(target.settings.options["service"]?.value ?? "")
      return failure("service-missing", "no service file defines the service \(name)", remedies.editServices)
    case .serviceFileUnreadable:
      return unknown(
        "service-unreadable", "a service file is there and cannot be read by this user", remedies.readServices)
    case .server(let state, let message, let routine):
      return refused(state: state, message: message, routine: routine)
    case .serviceFileMalformed(let path, let line): return serviceMalformed(path, line)
    case .keyword(let keyword): return keywordRefused(keyword)
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

  /// Which socket there is not; libpq's own folder depends on how it was built.
  private var noSocket: Message {
    target.host == nil
      ? "there is no socket for port \(target.place.port) in the folder where libpq looks for one"
      : "there is no socket \(address)"
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

  // MARK: What the connection is told

  private func serviceMalformed(_ path: String, _ line: Int) -> Finding {
    let file = context.shown(path)
    return failure(
      "not-connected",
      "line \(line) of \(Untrusted(file)) is no keyword of libpq's with its value, so libpq takes no service from it",
      [Remedy(.edit(ShellPath(file)), "mend the line: KEYWORD=VALUE, without spaces around the sign")])
  }

  private func keywordRefused(_ keyword: String?) -> Finding {
    let name: Message = keyword.map { "the keyword \(Untrusted($0))" } ?? "a keyword"
    return failure(
      "not-connected", "\(name) of the connection has a value that libpq does not accept",
      remedies.resetKeyword(keyword))
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
}
