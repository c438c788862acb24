import HandoffModel
import HandoffProject
import HandoffSystem
import HandoffText

/// What is wrong with an encrypted connection.
extension PostgresAdvice {
  /// The mode as whoever set it would name it.
  var sslMode: Message {
    let mode = Untrusted(target.place.sslMode ?? "prefer")
    return remedies.isModeByVariable ? "PGSSLMODE=\(mode)" : "sslmode=\(mode)"
  }

  /// No encrypted connection as it is asked for.
  func notEncrypted(_ reason: PostgresTLSFailure) -> Finding {
    guard let file = forbiddenCertificate(reason) else {
      return failure("tls", "\(address): \(encryption(reason))", remedies.encryption(reason))
    }
    return unknown(
      "tls", "this user may not read \(Untrusted(file)), which the connection to \(address) needs",
      [Remedy(ShellPath(file).command("ls", "-ld"), "shows whose it is")])
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
}
