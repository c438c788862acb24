import HandoffSystem

/// Where else an application of Rails may have migrations: in engines and components, whose folders it reads when its
/// configuration, or theirs, adds them (https://guides.rubyonrails.org/engines.html#engine-setup).
enum RailsPlaces {
  /// Adds what stands there.
  /// - Parameter folder: the application's own, `db/migrate`, relative to the project.
  static func add(beside folder: String, to files: inout MigrationFiles, _ reader: MigrationReader) {
    guard folder == "db/migrate" || folder.hasSuffix("/db/migrate") else { return }
    let home = reader.normalized(MigrationReader.join(folder, "../..")) ?? "."
    for parent in below(home, reader) {
      for place in [parent] + below(parent, reader) {
        let engine = MigrationReader.join(place, "db/migrate")
        guard engine != folder, reader.kind(engine, followLinks: false) == .folder else { continue }
        files.optional.append(MigrationFiles.rails(engine, reader))
      }
    }
    files.hasOtherPlaces = ["config/application.rb", "config/database.yml"].contains { name in
      let text = (try? reader.text(MigrationReader.join(home, name))) ?? ""
      return ["\"db/migrate\"", "'db/migrate'", "migrations_paths"].contains(where: text.contains)
    }
  }

  private static let others: Set<String> = ["node_modules", "tmp", "log", "public", "storage", "coverage"]
  /// How many folders of one are looked into.
  private static let limit = 200

  private static func below(_ folder: String, _ reader: MigrationReader) -> [String] {
    let names = (try? reader.list(folder)) ?? []
    return names.filter { !$0.hasPrefix(".") && !others.contains($0) }.prefix(limit)
      .map { MigrationReader.join(folder, $0) }.filter { reader.kind($0, followLinks: false) == .folder }
  }
}
