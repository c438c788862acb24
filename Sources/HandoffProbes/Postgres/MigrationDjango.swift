import HandoffSystem
import HandoffText

/// What a migration of Django's says of others: its `dependencies` and `replaces`
/// (https://docs.djangoproject.com/en/stable/topics/migrations/#squashing-migrations).
struct DjangoMigration {
  let app: String
  let name: String
  let dependencies: [String]
  let replaces: [String]

  private init(app: String, name: String, text: String) {
    func pairs(_ variable: String) -> [String] {
      let groups = PythonLiterals.value(of: variable, in: text).map(PythonLiterals.groups) ?? []
      return groups.filter { $0.count == 2 }.map { "\($0[0]).\($0[1])" }
    }
    self.app = app
    self.name = name
    dependencies = pairs("dependencies")
    replaces = pairs("replaces")
  }

  /// Reads an application's `migrations`, or those of all applications below a project.
  /// - Parameter folder: relative to the project.
  static func read(_ folder: String, _ reader: MigrationReader) throws(MigrationsUnread) -> MigrationFiles {
    let isOne = PathText(folder).name == "migrations"
    var hidden: [String] = []
    let folders = isOne ? [""] : try below(folder, "", depth: 4, &hidden, reader)
    let settings = isOne ? nil : try DjangoSettings(manage: folder, reader)
    var entries: [MigrationFiles.Entry] = []
    var migrations: [DjangoMigration] = []
    var doubtful: Set<String> = []
    func add(_ app: String, _ relative: String, of folder: String) throws(MigrationsUnread) {
      let path = MigrationReader.join(folder, relative)
      for file in try reader.list(path) where file.hasSuffix(".py") && !file.hasPrefix("_") && !file.hasPrefix("~") {
        let name = String(file.dropLast(3))
        // No module has a dot in its name, such as an editor's `.#name`.
        if name.contains(".") { continue }
        entries.append(.init(version: "\(app).\(name)", name: relative.isEmpty ? file : "\(relative)/\(file)"))
        migrations.append(DjangoMigration(app: app, name: name, text: try reader.text("\(path)/\(file)")))
      }
    }
    for relative in folders {
      let path = MigrationReader.join(folder, relative)
      let own = path.split(separator: "/").dropLast()
      guard let app = try DjangoSettings.label(own.joined(separator: "/"), reader) else { continue }
      if settings?.redirected[app] != nil { continue }
      let module = relative.split(separator: "/").dropLast().joined(separator: ".")
      switch settings?.isInstalled(module, label: app) ?? .yes {
      case .yes: break
      case .no: continue
      case .unsaid: doubtful.insert(app)
      }
      try add(app, relative, of: folder)
    }
    for (app, module) in settings?.redirected ?? [:] {
      let path = module?.replacing(".", with: "/")
      var root: String?
      for candidate in path == nil ? [] : ["src/", ""] {
        if try reader.isFolder(MigrationReader.join(folder, candidate + (path ?? ""))) { root = candidate }
      }
      guard let path, let root else { continue }
      if settings?.names(app) == false { doubtful.insert(app) }
      try add(app, root + path, of: folder)
    }
    let replaced = Dictionary(
      migrations.map { ("\($0.app).\($0.name)", $0.replaces) }, uniquingKeysWith: { first, _ in first })
    return MigrationFiles(
      entries: entries, replaced: replaced, heads: heads(of: migrations.filter { !doubtful.contains($0.app) }),
      doubtful: doubtful, apps: try settings?.apps(in: folder, reader) ?? [],
      isKnownEmpty: entries.isEmpty && settings?.isRead == true, hidden: hidden)
  }

  /// The last migrations of each application that has more than one.
  private static func heads(of migrations: [DjangoMigration]) -> [String] {
    let replaced = Set(migrations.flatMap(\.replaces))
    return Dictionary(grouping: migrations, by: \.app).values.flatMap { all -> [String] in
      let own = all.map { "\($0.app).\($0.name)" }.filter { !replaced.contains($0) }
      // What a squashed migration stands for is followed by whatever follows it.
      let followed = Set(all.flatMap(\.dependencies))
      let squashed = all.filter { !$0.replaces.isEmpty && !followed.isDisjoint(with: $0.replaces) }
      let last = Set(own).subtracting(followed).subtracting(squashed.map { "\($0.app).\($0.name)" })
      return last.count > 1 ? Array(last) : []
    }.sorted()
  }

  /// The folders `migrations` of the applications below a project, relative to it.
  /// - Parameter hidden: takes the folders that this user may not look into.
  private static func below(
    _ root: String, _ relative: String, depth: Int, _ hidden: inout [String], _ reader: MigrationReader
  ) throws(MigrationsUnread) -> [String] {
    guard depth > 0 else { return [] }
    let names = try reader.list(MigrationReader.join(root, relative))
    guard !names.contains("pyvenv.cfg") else { return [] }
    var found: [String] = []
    for name in names {
      let isOther = name.hasPrefix(".") || name == "node_modules" || name == "site-packages"
      let inside = MigrationReader.join(relative, name)
      let path = MigrationReader.join(root, inside)
      guard !isOther, try reader.isFolder(path, followLinks: false) else { continue }
      if name == "migrations", try reader.isFile("\(path)/__init__.py") {
        found.append(inside)
      } else {
        do throws(MigrationsUnread) {
          found += try below(root, inside, depth: depth - 1, &hidden, reader)
        } catch {
          // What this user may not look into, such as a database's own folder, Django may not either.
          guard error.error == .notPermitted, name != "migrations" else { throw error }
          hidden.append(path)
        }
      }
    }
    return found
  }
}
