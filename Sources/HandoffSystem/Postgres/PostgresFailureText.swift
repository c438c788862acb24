/// What can be learnt from libpq's text about a failed connection without passing it on.
///
/// The text is a line of libpq's own, which can hold what the connection string held, followed by what the server said:
/// `connection to server at "localhost", port 5432 failed: FATAL:  3D000: database "x" does not exist`, and
/// `LOCATION:  InitPostgres, postinit.c:941`. The words before the SQLSTATE can be in any language.
enum PostgresFailureText {
  /// The last error of a server in the text, or nil when no server said one.
  static func serverError(in text: String) -> PostgresError? {
    var found: (sqlState: String, message: String)?
    var routine: String?
    for line in text.split(whereSeparator: \.isNewline) {
      if let error = errorFields(of: line) {
        (found, routine) = (error, nil)
      } else if found != nil, routine == nil {
        if found?.sqlState == "3D000", let folder = missingFolder(in: line) { found?.message += " (\(folder))" }
        routine = routineField(of: line)
      }
    }
    guard let found else { return nil }
    return .server(sqlState: found.sqlState, message: found.message, routine: routine)
  }

  /// What went wrong on this side although somebody listens there, in words of our own.
  static func clientError(in text: String, sslMode: String) -> PostgresError {
    let demandsTLS = ["require", "verify-ca", "verify-full"].contains(sslMode)
    // `service file "…" not found` and `definition of service "…" not found`.
    if text.contains("service"), text.contains("not found") { return .serviceMissing }
    if text.contains("invalid response to SSL negotiation") { return .garbage }
    if text.contains("does not support SSL") { return .tls(.notOffered) }
    if text.contains("root certificate file") { return .tls(.authoritiesUnreadable) }
    if text.contains("certificate verify failed") { return .tls(.untrusted) }
    if text.contains("does not match host name") || text.contains("server certificate for") {
      return .tls(.otherName)
    }
    if demandsTLS, text.contains("SSL") || text.contains("certificate") || text.contains("private key") {
      return .tls(.failed)
    }
    let agreement = ["authentication method", "channel binding", "SCRAM", "requirepeer", "authentication was"]
    if agreement.contains(where: text.contains) { return .other("the server's way of authentication is not accepted") }
    let kinds = ["session is", "server is in hot standby", "server is not in hot standby", "read-write"]
    if kinds.contains(where: text.contains) { return .sessionKind }
    let keywords = ["invalid port number", "invalid connection option", "invalid sslmode", "invalid integer value"]
    if keywords.contains(where: text.contains) || text.contains(" value: \"") || text.contains("service") {
      return .keyword(keyword(in: text))
    }
    return .garbage
  }

  /// The keyword in `invalid sslmode value: "…"` or `… for connection option "port"`, one of those that libpq has.
  private static func keyword(in text: String) -> String? {
    if text.contains("invalid port number") { return "port" }
    var word: Substring?
    if let mark = text.firstRange(of: " value: \"") {
      word = text[..<mark.lowerBound].split(separator: " ").last
    } else if let mark = text.firstRange(of: "connection option \"") {
      word = text[mark.upperBound...].prefix { $0 != "\"" }
    }
    return word.map(String.init).flatMap { LibpqConnection.keywords.contains($0) ? $0 : nil }
  }

  /// The SQLSTATE and the message after it: `SEVERITY:  3D000: message`.
  private static func errorFields(of line: Substring) -> (sqlState: String, message: String)? {
    var rest = line
    while let mark = rest.firstRange(of: ":  ") {
      rest = rest[mark.upperBound...]
      let state = rest.prefix(5)
      guard state.utf8.count == 5, state.utf8.allSatisfy(isStateByte) else { continue }
      let after = rest.dropFirst(5)
      if after.isEmpty { return (String(state), "") }
      if after.hasPrefix(": ") { return (String(state), String(after.dropFirst(2))) }
    }
    return nil
  }

  /// What `DETAIL:  The database subdirectory "base/16384" is missing.` says, in whichever language.
  private static func missingFolder(in line: Substring) -> Substring? {
    guard line.contains("\"base/") || line.contains("\"pg_tblspc/") else { return nil }
    return line.firstRange(of: ":  ").map { line[$0.upperBound...] }
  }

  /// The function in `LOCATION:  function, file.c:123`.
  private static func routineField(of line: Substring) -> String? {
    guard let mark = line.firstRange(of: ":  "), let comma = line.firstRange(of: ", "),
      mark.upperBound < comma.lowerBound
    else { return nil }
    let file = line[comma.upperBound...]
    guard file.contains(".c:"), file.last?.isNumber == true else { return nil }
    return String(line[mark.upperBound..<comma.lowerBound])
  }

  private static func isStateByte(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
  }
}
