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

  var address: Untrusted { target.address }
  var user: Untrusted { Untrusted(target.place.user ?? "(libpq's default)") }
  var database: Untrusted { Untrusted(target.database ?? "(libpq's default)") }
  var remedies: PostgresRemedies { PostgresRemedies(area: area, target: target, context: context) }

  // MARK: A file of the project cannot be read

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

  /// The area is lost: what is there does not serve us.
  func failure(_ id: String, _ message: Message, _ remedies: [Remedy]) -> Finding {
    Finding("postgres.\(id)", .failure, message, remedies: remedies, facts: [FactID("\(area).database")])
  }

  /// The area is lost: what is there could not be looked at.
  func unknown(_ id: String, _ message: Message, _ remedies: [Remedy]) -> Finding {
    Finding(
      "postgres.\(id)", .unknown, message, remedies: remedies.isEmpty ? self.remedies.wait : remedies,
      facts: [FactID("\(area).database"), FactID("\(area).*")])
  }

  /// The server knows no encoding of the name that PGCLIENTENCODING holds.
  var unknownEncoding: Finding {
    failure(
      "client-encoding",
      "PGCLIENTENCODING names an encoding that \(address) cannot speak with this database, so that it refuses every client",
      [Remedy(.unset("PGCLIENTENCODING"), "libpq then takes the server's own")])
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
        "postgres.unreadable", .unknown, "\(words: what) could not be read: the answer is longer than 8 MiB",
        remedies: remedies.wait, facts: facts)
    case .other(let reason):
      return Finding(
        "postgres.unreadable", .unknown, "\(words: what) could not be read: \(Untrusted(reason))",
        remedies: remedies.wait, facts: facts)
    default:
      return Finding(
        "postgres.unreadable", .unknown, "\(words: what) could not be read: the connection was lost",
        remedies: remedies.wait, facts: facts)
    }
  }
}
