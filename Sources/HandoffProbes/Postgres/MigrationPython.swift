import HandoffSystem

/// The string literals of Python source, as far as the heads of migrations need: assignments of a string, or of a tuple
/// or list of them.
enum PythonLiterals {
  /// The right side of an assignment to a name at the beginning of a line, however far it is indented, up to the end
  /// of its brackets or of its line; nil when there is none.
  static func value(of name: String, in text: String) -> Substring? {
    for line in text.split(separator: "\n") {
      let start = line.drop { $0 == " " || $0 == "\t" }
      guard start.hasPrefix(name) else { continue }
      let after = start.dropFirst(name.count).drop(while: \.isWhitespace)
      guard after.first == "=" || after.first == ":", let equals = after.firstIndex(of: "=") else { continue }
      let rest = text[text.index(after: equals)...]
      return rest.prefix(length(of: rest))
    }
    return nil
  }

  /// All string literals of an expression.
  static func strings(_ expression: Substring) -> [String] { groups(expression).joined().map(\.self) }

  /// The string literals of an expression, by the innermost brackets that hold them.
  static func groups(_ expression: Substring) -> [[String]] {
    var open: [[String]] = [[]]
    var closed: [[String]] = []
    scan(expression) { token in
      switch token {
      case .opening: open.append([])
      case .closing: closed.append(open.popLast() ?? [])
      case .string(let text): open[open.index(before: open.endIndex)].append(text)
      }
      if open.isEmpty { open.append([]) }
    }
    return (closed + open).filter { !$0.isEmpty }
  }

  private enum Token {
    case opening, closing, string(String)
  }

  /// How many characters the expression has: to the end of the line on which no bracket is open.
  private static func length(of text: Substring) -> Int {
    var depth = 0
    var end = text.startIndex
    while let newline = text[end...].firstIndex(of: "\n") {
      scan(text[end..<newline]) { token in
        switch token {
        case .opening: depth += 1
        case .closing: depth -= 1
        case .string: break
        }
      }
      end = newline
      if depth <= 0 { break }
      end = text.index(after: newline)
    }
    return depth <= 0 && end > text.startIndex ? text.distance(from: text.startIndex, to: end) : text.count
  }

  private static func scan(_ text: Substring, _ take: (Token) -> Void) {
    var rest = text
    while let character = rest.popFirst() {
      switch character {
      case "#": rest = rest.drop { $0 != "\n" }
      case "(", "[", "{": take(.opening)
      case ")", "]", "}": take(.closing)
      case "\"", "'":
        let body = rest.prefix { $0 != character && $0 != "\n" }
        rest = rest[body.endIndex...].dropFirst()
        take(.string(String(body)))
      default: break
      }
    }
  }
}

/// The head of an Alembic revision file: `revision = "ab12"`, `down_revision = "ef34"`, or a tuple, or None
/// (https://alembic.sqlalchemy.org/en/latest/branches.html).
struct AlembicRevision {
  let id: String
  let parents: [String]
  let labels: [String]
  let needs: [String]

  /// Reads a file's text; nil when it is no revision.
  init?(_ text: String) {
    func strings(_ name: String) -> [String] {
      PythonLiterals.value(of: name, in: text).map(PythonLiterals.strings) ?? []
    }
    guard let id = strings("revision").first else { return nil }
    self.id = id
    parents = strings("down_revision")
    labels = strings("branch_labels")
    needs = strings("depends_on")
  }

  static func read(_ folder: String, files: FileSystem) throws(FileError) -> MigrationFiles {
    var entries: [MigrationFiles.Entry] = []
    var revisions: [AlembicRevision] = []
    for name in try files.list(folder) where name.hasSuffix(".py") {
      guard let revision = AlembicRevision(try files.readText("\(folder)/\(name)")) else { continue }
      entries.append(.init(version: revision.id, name: name))
      revisions.append(revision)
    }
    let parents = Dictionary(revisions.map { ($0.id, $0.parents + $0.needs) }, uniquingKeysWith: { $0 + $1 })
    return MigrationFiles(entries: entries, parents: parents, heads: heads(of: revisions))
  }

  /// The heads that `alembic upgrade head` cannot choose between: those that are not told apart by a branch's label.
  private static func heads(of revisions: [AlembicRevision]) -> [String] {
    let followed = Set(revisions.flatMap(\.parents))
    let byID = Dictionary(revisions.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    func labels(_ id: String) -> Set<String> {
      var found: Set<String> = []
      var seen: Set<String> = []
      var waiting = [id]
      while let next = waiting.popLast() {
        guard seen.insert(next).inserted, let revision = byID[next] else { continue }
        found.formUnion(revision.labels)
        waiting += revision.parents
      }
      return found
    }
    let heads = Set(revisions.map(\.id)).subtracting(followed).sorted()
    return Dictionary(grouping: heads, by: labels).values.filter { $0.count > 1 }.joined().sorted()
  }
}

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
  static func read(_ folder: String, files: FileSystem) throws(FileError) -> MigrationFiles {
    let isOne = folder.split(separator: "/").last == "migrations"
    let folders = isOne ? [""] : try apps(folder, files: files)
    var entries: [MigrationFiles.Entry] = []
    var migrations: [DjangoMigration] = []
    for relative in folders {
      let path = relative.isEmpty ? folder : "\(folder)/\(relative)"
      let app = path.split(separator: "/").dropLast().last.map(String.init) ?? ""
      for file in try files.list(path) where file.hasSuffix(".py") && !file.hasPrefix("_") && !file.hasPrefix("~") {
        let name = String(file.dropLast(3))
        entries.append(.init(version: "\(app).\(name)", name: relative.isEmpty ? file : "\(relative)/\(file)"))
        migrations.append(DjangoMigration(app: app, name: name, text: try files.readText("\(path)/\(file)")))
      }
    }
    let replaced = Dictionary(
      migrations.map { ("\($0.app).\($0.name)", $0.replaces) }, uniquingKeysWith: { first, _ in first })
    return MigrationFiles(entries: entries, replaced: replaced, heads: heads(of: migrations))
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
  static func apps(_ root: String, files: FileSystem) throws(FileError) -> [String] {
    try below(root, "", depth: 4, files: files)
  }

  private static func below(
    _ root: String, _ relative: String, depth: Int, files: FileSystem
  ) throws(FileError) -> [String] {
    let path = relative.isEmpty ? root : "\(root)/\(relative)"
    guard depth > 0 else { return [] }
    let names = try files.list(path)
    guard !names.contains("pyvenv.cfg") else { return [] }
    var found: [String] = []
    for name in names {
      let isOther = name.hasPrefix(".") || name == "node_modules" || name == "site-packages"
      let inside = relative.isEmpty ? name : "\(relative)/\(name)"
      guard !isOther, files.kind(of: "\(root)/\(inside)", followLinks: false) == .folder else { continue }
      if name == "migrations", files.kind(of: "\(root)/\(inside)/__init__.py") == .regular {
        found.append(inside)
      } else {
        do throws(FileError) {
          found += try below(root, inside, depth: depth - 1, files: files)
        } catch {
          // What this user may not look into, such as a database's own folder, Django may not either.
          guard error == .notPermitted, name != "migrations" else { throw error }
        }
      }
    }
    return found
  }
}
