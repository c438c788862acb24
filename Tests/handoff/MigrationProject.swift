import Foundation
import HandoffTestSupport
import Testing

/// A project with a database of its own that a tool migrates; the tool's table is made by the SQL of its own sources.
final class MigrationProject {
  /// What there is of a tool.
  struct Layout: Sendable, CustomTestStringConvertible {
    let name: String
    /// The tool, whose table stands in `Tests/Matrix/kits/migrations`; nil where `sql` makes it.
    var tool: String?
    /// What is in the table. `NAME` stands for the database's name, here and in the files.
    let sql: String
    let files: [String: String]
    var testDescription: String { name }
  }

  let folder: TemporaryFolder
  let home: TemporaryFolder
  let database: String
  private let variables: [String: String]

  init(_ layout: Layout) async throws {
    database = "migrated\(UUID().uuidString.prefix(8).lowercased())"
    home = try TemporaryFolder()
    folder = try TemporaryFolder(layout.files.mapValues { [database] in $0.replacing("NAME", with: database) })
    var variables = Lab.bareEnvironment(home: home.path)
    for (name, value) in try Psql.environment(database: database) where name != "PATH" { variables[name] = value }
    self.variables = variables
    try await Psql.run("CREATE DATABASE \(database)", database: "postgres")
    let sources = URL(fileURLWithPath: #filePath).appendingPathComponent("../../Matrix/kits/migrations").standardized
    if let tool = layout.tool {
      let table = sources.appendingPathComponent(tool + ".sql")
      try await Psql.run(try String(contentsOf: table, encoding: .utf8), database: database)
    }
    try await Psql.run(layout.sql.replacing("NAME", with: database), database: database)
  }

  func remove() async throws { try await Psql.run("DROP DATABASE \(database) (FORCE)", database: "postgres") }

  /// Whether this is the superuser, who reads everything and runs the tool as somebody else where that matters.
  private static let isRoot = geteuid() == 0

  /// Runs the tool.
  func tool(asStranger: Bool = false, _ arguments: String...) async throws -> Witness.Answer {
    let user =
      asStranger && Self.isRoot ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] : ["env"]
    return try await Witness.ask(
      user[0], Array(user.dropFirst()) + [Tool.path] + arguments + ["--only", "postgres"], environment: variables,
      in: folder.path)
  }

  /// Takes a file or folder away from whom the tool is run as, while something is done.
  func hiding(_ path: String, body: () async throws -> Void) async throws {
    let rights = try #require(FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
    if Self.isRoot { try own(path, 0) }
    try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: path)
    let outcome: Result<Void, any Error>
    do { outcome = .success(try await body()) } catch { outcome = .failure(error) }
    try FileManager.default.setAttributes([.posixPermissions: rights], ofItemAtPath: path)
    if Self.isRoot { try own(path, 65534) }
    try outcome.get()
  }

  private func own(_ path: String, _ user: Int) throws {
    try FileManager.default.setAttributes([.ownerAccountID: user, .groupOwnerAccountID: user], ofItemAtPath: path)
  }

  /// The files and folders of the project, but for the handoffs.
  func places() throws -> [String] {
    let all = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
    return all.filter { $0.split(separator: "/").first != "handoffs" }.sorted().map { folder.path + "/" + $0 }
  }

  /// Gives all of it to whom the tool is run as.
  func giveAway() throws {
    guard Self.isRoot else { return }
    for path in try [folder.path, home.path] + places() { try own(path, 65534) }
  }
}
