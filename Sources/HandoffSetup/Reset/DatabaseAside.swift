import HandoffProbes
import HandoffSystem
import HandoffText

/// The name that a database has from before its dump until it is dropped: whoever means it by its own name is told that
/// there is none, and so writes nothing that the dump does not hold. Where a reset was killed, it is found by it again.
struct DatabaseAside: Sendable {
  /// The number that the server gives the database.
  let oid: String
  /// What it is called otherwise.
  let own: String
  let name: String

  init(oid: String, name: String) {
    self.oid = oid
    own = name
    var aside = "handoff_reset_\(oid)_"
    // A name has at most 63 bytes (https://www.postgresql.org/docs/current/sql-syntax-lexical.html).
    for character in name where aside.utf8.count + character.utf8.count <= 63 { aside.append(character) }
    self.name = aside
  }

  /// The statement that puts it aside.
  var putAside: String { "ALTER DATABASE \(SQLName.quoted(own)) RENAME TO \(SQLName.quoted(name))" }
  /// The statement that puts it back.
  var putBack: String { "ALTER DATABASE \(SQLName.quoted(name)) RENAME TO \(SQLName.quoted(own))" }
  /// The same for a person, who could not paste a line end that stands in a name.
  var told: String { "ALTER DATABASE \(Self.visible(name)) RENAME TO \(Self.visible(own))" }

  /// A name as an identifier on one line
  /// (https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS).
  private static func visible(_ name: String) -> String {
    func isControl(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.generalCategory == .control }
    guard name.unicodeScalars.contains(where: isControl) else { return SQLName.quoted(name) }
    return "U&"
      + SQLName.quoted(
        name.unicodeScalars.map { scalar in
          if scalar == "\\" { return "\\\\" }
          let digits = String(scalar.value, radix: 16)
          return isControl(scalar) ? "\\" + String(repeating: "0", count: 4 - digits.count) + digits : String(scalar)
        }.joined())
  }

  // MARK: What resets that were killed left

  /// The numbers and names of all databases that were put aside.
  static let query = """
    SELECT oid, datname FROM pg_database WHERE datname LIKE 'handoff\\_reset\\_%' ORDER BY datname
    """

  /// Those of one database.
  /// - Parameter rows: what the query gives.
  static func remains(of name: String, in rows: [PostgresRow]) -> [DatabaseAside] {
    rows.compactMap { row in
      guard let oid = row.first ?? nil, case let aside = DatabaseAside(oid: oid, name: name), row.last == aside.name
      else { return nil }
      return aside
    }
  }

  /// That it is there in place of its database, and what brings it back.
  var message: Message {
    "\(Untrusted(own)) is not there; a reset that was ended put it aside, and all of it is in \(Untrusted(name)); it comes back with: \(Untrusted(told)), in the database postgres"
  }
}

/// A connection to a database that every server has.
struct MaintenanceConnection: Sendable {
  let parameters: PostgresParameters

  /// Connects, does something, and ends the connection.
  func with<Value: Sendable>(
    _ host: Host, _ deadline: Deadline, _ body: (any PostgresWriter) async throws(PostgresFailure) -> Value
  ) async throws(PostgresFailure) -> Value {
    let writer = try await open(host, deadline)
    let result: Result<Value, PostgresFailure>
    do throws(PostgresFailure) {
      result = .success(try await body(writer))
    } catch {
      result = .failure(error)
    }
    await writer.close()
    return try result.get()
  }

  private func open(_ host: Host, _ deadline: Deadline) async throws(PostgresFailure) -> any PostgresWriter {
    var last = PostgresError.timedOut
    for database in ["postgres", "template1"] {
      var parameters = parameters
      parameters.database = database
      do throws(PostgresError) {
        return try await host.postgres.open(parameters, deadline: deadline)
      } catch {
        last = error
      }
    }
    throw PostgresFailure(last)
  }
}

extension DatabasePlace {
  /// Of several hosts, the one that was looked at.
  func parameters(as connection: PostgresConnection) -> PostgresParameters {
    var parameters = parameters
    if !connection.host.isEmpty { parameters.host = connection.host }
    parameters.port = connection.port
    parameters.options["hostaddr"] = nil
    parameters.options["port"] = nil
    return parameters
  }
}
