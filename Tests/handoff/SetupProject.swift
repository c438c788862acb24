import Foundation
import HandoffTestSupport
import Testing

/// A project with variables, requirements, a database and SQL files, of which nothing is there yet.
final class SetupProject: Sendable {
  let folder: TemporaryFolder
  let home: TemporaryFolder
  /// The name of its database, and of its compose project.
  let name = "setup\(UUID().uuidString.prefix(8).lowercased())"
  private let environment: [String: String]

  var path: String { folder.path }

  static let requirement = Lab.needs("postgres python", "PG_PORT", "PG_BIN", "PYTHON", "WHEELS")

  /// The SQL files of a project whose tables build on each other.
  static func migrations(_ count: Int) -> [String: String] {
    Dictionary(
      uniqueKeysWithValues: (1...count).map { number in
        let before = number == 1 ? "" : "\nALTER TABLE t\(number) ADD FOREIGN KEY (before) REFERENCES t\(number - 1);"
        let text =
          "CREATE TABLE t\(number) (id int PRIMARY KEY, before int);\(before)\n"
          + "INSERT INTO t\(number) SELECT g, NULL FROM generate_series(1, 500) g;\n"
        return ("database/migrations/\(number < 10 ? "00" : "0")\(number)_t\(number).sql", text)
      })
  }

  init(_ files: [String: String]) throws {
    home = try TemporaryFolder()
    folder = try TemporaryFolder(files)
    var environment = Lab.bareEnvironment(home: home.path)
    environment["PATH"] = [home.path + "/bin", home.path + "/tools", try Lab.value("PG_BIN"), "/usr/bin:/bin"]
      .joined(separator: ":")
    environment["PIP_NO_INDEX"] = "1"
    environment["PIP_FIND_LINKS"] = try Lab.value("WHEELS")
    environment["PIP_DISABLE_PIP_VERSION_CHECK"] = "1"
    environment["PGHOST"] = "127.0.0.1"
    environment["PGPORT"] = try Lab.value("PG_PORT")
    environment["PGUSER"] = try Lab.value("PG_USER")
    environment["PGDATABASE"] = name
    self.environment = environment
    try program("bin/python3", running: try Lab.value("PYTHON"))
  }

  /// Puts a program into the user's home. Not a link: an interpreter takes the folder of its link for its own.
  func program(_ place: String, running path: String, with variables: String = "") throws {
    try home.write(place, "#!/bin/sh\n\(variables) exec '\(path)' \"$@\"\n")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: home.path + "/" + place)
  }

  func remove() async throws {
    try await Psql.run("DROP DATABASE IF EXISTS \(name) (FORCE)", database: "postgres")
  }

  /// Its user's variables with some changed or, where nil, not set.
  func variables(_ changes: [String: String?] = [:]) -> [String: String] {
    var variables = environment
    for (name, value) in changes { variables[name] = value }
    return variables
  }

  /// Runs the tool in the project.
  @discardableResult func handoff(
    _ arguments: String..., changing changes: [String: String?] = [:]
  ) async throws -> Witness.Answer {
    try await Witness.ask(Tool.path, arguments, environment: variables(changes), in: path)
  }

  /// Runs a program in the project as its user would.
  @discardableResult func ask(
    _ program: String, _ arguments: String..., changing changes: [String: String?] = [:]
  ) async throws -> Witness.Answer {
    try await Witness.ask(program, arguments, environment: variables(changes), in: path)
  }

  /// What psql prints of a query in the project's database.
  func psql(_ sql: String) async throws -> String { try await Psql.run(sql, database: name) }

  /// Whether the database is there, as the server says.
  func hasDatabase() async throws -> Bool {
    try await Psql.run("SELECT count(*) FROM pg_database WHERE datname = '\(name)'", database: "postgres") == "1"
  }

  /// All of the database, but for when and how long the files were applied.
  func dump() async throws -> String {
    let dump = try await ask("pg_dump", "--exclude-table-data=handoff_migrations", name)
    try #require(dump.status == 0, "\(dump.complaint)")
    let records = try await psql("SELECT version, name, sha256 FROM handoff_migrations ORDER BY name")
    // Newer versions of pg_dump guard their output with a word that is made up each time.
    let lines = dump.output.split(separator: "\n").filter {
      !$0.hasPrefix("\\restrict") && !$0.hasPrefix("\\unrestrict")
    }
    return lines.joined(separator: "\n") + records
  }

  /// What is installed in the environment, as its own pip says.
  func installed() async throws -> String { try await ask(path + "/.venv/bin/python", "-m", "pip", "freeze").output }

  func has(_ file: String) -> Bool { FileManager.default.fileExists(atPath: path + "/" + file) }
}
