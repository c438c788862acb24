import HandoffProject
import HandoffSystem
import HandoffText

/// Where an application of Rails may have migrations besides `db/migrate`: in engines and components, whose folders it
/// reads when its configuration, or theirs, adds them (https://guides.rubyonrails.org/engines.html#engine-setup).
enum RailsPlaces {
  /// Adds what stands there.
  /// - Parameter folder: the application's own, `db/migrate`, relative to the project.
  static func add(
    beside folder: String, to files: inout MigrationFiles, _ reader: MigrationReader
  ) throws(MigrationsUnread) {
    guard folder == "db/migrate" || folder.hasSuffix("/db/migrate") else { return }
    let home = reader.normalized(MigrationReader.join(folder, "../..")) ?? "."
    let configuration = try reader.textIfPresent(MigrationReader.join(home, "config/application.rb")) ?? ""
    let code = configuration.split(whereSeparator: \.isNewline).filter { !$0.trimmed.hasPrefix("#") }
    files.hasOtherPlaces = code.contains { $0.contains("\"db/migrate\"") || $0.contains("'db/migrate'") }
    var hidden: [String] = []
    for parent in below(home, reader, &hidden) {
      for place in [parent] + below(parent, reader, &hidden) {
        let engine = MigrationReader.join(place, "db/migrate")
        guard engine != folder else { continue }
        do throws(MigrationsUnread) {
          guard try reader.isFolder(engine, followLinks: false) else { continue }
          files.optional.append(try MigrationFiles.rails(engine, reader))
        } catch {
          hidden.append(error.path)
        }
      }
    }
    guard !hidden.isEmpty else { return }
    // A folder that nobody may look into can be anything, such as a server's data: only those that are named hold engines.
    let gems = try reader.textIfPresent(MigrationReader.join(home, "Gemfile")) ?? ""
    files.hiddenEngines = hidden.filter { path in
      let inside = home == "." ? path[...] : path.dropFirst(home.count + 1)
      let name = inside.prefix { $0 != "/" }
      let words = ["\(name)/", "\"\(name)\"", "'\(name)'"]
      return name == "packs" || words.contains { gems.contains($0) || configuration.contains($0) }
    }
  }

  private static let others: Set<String> = ["node_modules", "tmp", "log", "public", "storage", "coverage"]
  /// How many folders of one are looked into.
  private static let limit = 200

  /// - Parameter hidden: takes the folders that this user may not look into.
  private static func below(_ folder: String, _ reader: MigrationReader, _ hidden: inout [String]) -> [String] {
    do throws(MigrationsUnread) {
      let names = try reader.listIfPresent(folder) ?? []
      var found: [String] = []
      for name in names.filter({ !$0.hasPrefix(".") && !others.contains($0) }).prefix(limit) {
        let path = MigrationReader.join(folder, name)
        if try reader.isFolder(path, followLinks: false) { found.append(path) }
      }
      return found
    } catch {
      hidden.append(error.path)
      return []
    }
  }
}

/// Which folders `config/database.yml` gives a database, `migrations_paths`, in place of `db/migrate`
/// (https://guides.rubyonrails.org/active_record_multiple_databases.html).
enum RailsDatabases {
  /// - Parameters:
  ///   - home: the folder of the application.
  ///   - database: the name of the database that is looked at.
  static func locations(
    _ home: String, database: String?, _ reader: MigrationReader
  ) throws(MigrationsUnread) -> MigrationLocations {
    var found = MigrationLocations()
    guard let text = try reader.textIfPresent(MigrationReader.join(home, "config/database.yml")),
      text.contains("migrations_paths")
    else { return found }
    guard let documents = YAMLTree.documents(in: withoutRuby(text)), let file = documents.first else {
      found.isWhole = false
      return found
    }
    let meant = meant(in: file, database, reader).map { $0["migrations_paths"]?.texts ?? [] }
    guard let paths = meant.first, Set(meant).count == 1 else {
      found.isWhole = meant.isEmpty
      return found
    }
    for path in paths {
      found.add(path.contains("RUBY") ? nil : reader.normalized(MigrationReader.join(home, path)))
    }
    return found
  }

  /// What is said of the databases that the one that is looked at can be: those of this name, else the primary one of the
  /// environment and those of it whose names only Ruby or a variable tells.
  private static func meant(in file: YAMLTree, _ database: String?, _ reader: MigrationReader) -> [YAMLTree] {
    let environments = file.members.map { ($0.name, databases(of: $0.value)) }
    let named = environments.flatMap(\.1).filter { settings in
      guard let database, !database.isEmpty else { return false }
      return name(of: settings) == database
    }
    guard named.isEmpty else { return named }
    let environment = reader.context.host.environment["RAILS_ENV"] ?? "development"
    let own = environments.first { $0.0 == environment }?.1 ?? []
    return own.prefix(1) + own.dropFirst().filter { name(of: $0) == nil }
  }

  /// The name of a database: that of its URL, else the one that is set; nil where neither tells.
  private static func name(of settings: YAMLTree) -> String? {
    if let url = settings["url"]?.text, !url.isEmpty {
      guard !url.contains("RUBY") else { return nil }
      if let name = ConnectionURL(url)?.database { return name }
    }
    guard let name = settings["database"]?.text, !name.isEmpty, !name.contains("RUBY") else { return nil }
    return name
  }

  /// The databases of an environment, the primary one first. It is the one of this name, else the first.
  private static func databases(of environment: YAMLTree) -> [YAMLTree] {
    let members = environment.members
    guard !members.isEmpty, members.allSatisfy({ $0.value.isMapping }) else { return [environment] }
    return (members.filter { $0.name == "primary" } + members.filter { $0.name != "primary" }).map(\.value)
  }

  /// The text with a word for each value that Ruby works out, and without the lines of Ruby.
  private static func withoutRuby(_ text: String) -> String {
    var result = ""
    var rest = text[...]
    while let start = rest.firstRange(of: "<%") {
      result += rest[..<start.lowerBound]
      rest = rest[start.upperBound...]
      if rest.hasPrefix("=") { result += "RUBY" }
      guard let end = rest.firstRange(of: "%>") else { return result }
      rest = rest[end.upperBound...]
    }
    return result + rest
  }
}
