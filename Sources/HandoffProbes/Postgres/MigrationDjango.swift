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
    let isOne = folder.split(separator: "/").last == "migrations"
    var hidden: [String] = []
    let folders = isOne ? [""] : try below(folder, "", depth: 4, &hidden, reader)
    let settings = isOne ? nil : try DjangoSettings(manage: folder, reader)
    var entries: [MigrationFiles.Entry] = []
    var migrations: [DjangoMigration] = []
    var doubtful: Set<String> = []
    func exists(_ path: String) -> Bool { reader.kind(MigrationReader.join(folder, path)) == .folder }
    func add(_ app: String, _ relative: String, of folder: String) throws(MigrationsUnread) {
      let path = MigrationReader.join(folder, relative)
      for file in try reader.list(path) where file.hasSuffix(".py") && !file.hasPrefix("_") && !file.hasPrefix("~") {
        let name = String(file.dropLast(3))
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
      guard let path, let root = ["", "src/"].first(where: { exists($0 + path) }) else { continue }
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
      guard !isOther, reader.kind(path, followLinks: false) == .folder else { continue }
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

/// What the settings of a Django project say of its applications, as far as that can be read without running them.
struct DjangoSettings {
  /// Whether an application is one of the project.
  enum Installation {
    case yes, no, unsaid
  }

  /// The names that stand in lists called `INSTALLED_APPS`, `LOCAL_APPS` and the like.
  private var named: Set<String> = []
  /// Whether those of `INSTALLED_APPS` are all: it is set once, as a list of strings, in settings that take nothing in.
  private var isCertain = false
  /// What `MIGRATION_MODULES` names: the modules that the applications' migrations stand in; nil of one that has none, or
  /// of which that cannot be read.
  private(set) var redirected: [String: String?] = [:]
  /// Whether the settings were found, and say where each application has its migrations.
  private(set) var isRead = false

  /// Reads the settings that `manage.py` and `DJANGO_SETTINGS_MODULE` name.
  /// - Parameter manage: the folder of `manage.py`, relative to the project.
  init(manage: String, _ reader: MigrationReader) throws(MigrationsUnread) {
    let script = try reader.textIfPresent(MigrationReader.join(manage, "manage.py")) ?? ""
    let quoted = script.split(whereSeparator: { "\"'".contains($0) }).map(String.init)
    let set = quoted.firstIndex(of: "DJANGO_SETTINGS_MODULE").flatMap { index in
      quoted.indices.contains(index + 2) ? quoted[index + 2] : nil
    }
    guard let module = reader.context.host.environment["DJANGO_SETTINGS_MODULE"] ?? set else { return }
    let path = MigrationReader.join(manage, module.replacing(".", with: "/"))
    let package = path.split(separator: "/").dropLast().joined(separator: "/")
    var texts: [String] = []
    if let text = try reader.textIfPresent(path + ".py") {
      texts.append(text)
      isRead = true
      isCertain = !text.contains("import *")
    }
    // Settings in several files, which take one another in.
    for folder in [path, package] where !isCertain && !folder.isEmpty {
      for name in (try? reader.list(folder)) ?? [] where name.hasSuffix(".py") {
        if let text = try reader.textIfPresent("\(folder)/\(name)") { texts.append(text) }
      }
    }
    var assignments = 0
    for text in texts {
      for (name, value, isPlain) in Self.assignments(in: text) {
        if name == "MIGRATION_MODULES" { redirect(value, isPlain: isPlain && text == texts.first) }
        guard name.hasSuffix("APPS") else { continue }
        named.formUnion(PythonLiterals.strings(value))
        if name == "INSTALLED_APPS" {
          assignments += 1
          isCertain = isCertain && isPlain && Self.isListOfStrings(value)
        }
      }
      if ["INSTALLED_APPS.", "INSTALLED_APPS["].contains(where: text.contains) { isCertain = false }
    }
    isCertain = isCertain && assignments == 1
  }

  /// Takes what `MIGRATION_MODULES` is set to: `{"shop": "conf.shop_migrations", "auth": None}`.
  private mutating func redirect(_ value: Substring, isPlain: Bool) {
    let inner = value.trimmed
    guard isPlain, inner.hasPrefix("{"), inner.hasSuffix("}") else {
      for name in PythonLiterals.strings(value) { redirected[name] = .some(nil) }
      isRead = false
      return
    }
    for part in inner.dropFirst().dropLast().split(separator: ",") where part.contains(":") {
      let sides = part.split(separator: ":", maxSplits: 1)
      guard let label = PythonLiterals.strings(sides[0]).first, sides.count == 2 else { continue }
      let modules = PythonLiterals.strings(sides[1])
      redirected[label] = .some(modules.first)
      if modules.isEmpty, sides[1].trimmed != "None" { isRead = false }
    }
  }

  /// Whether an application of this label is named among those that are installed.
  func names(_ label: String) -> Bool {
    named.contains { $0.split(separator: ".").contains(label[...]) }
  }

  /// The labels of the installed applications that stand in the project.
  /// - Parameter folder: that of `manage.py`, relative to the project.
  func apps(in folder: String, _ reader: MigrationReader) throws(MigrationsUnread) -> Set<String> {
    var found: Set<String> = []
    for name in named {
      let words = name.split(separator: ".")
      for root in [folder, MigrationReader.join(folder, "src")] {
        let paths = words.indices.reversed().map { MigrationReader.join(root, words[...$0].joined(separator: "/")) }
        guard let path = paths.first(where: { reader.kind($0 + "/__init__.py") == .regular }) else { continue }
        if let label = try DjangoSettings.label(path, reader) { found.insert(label) }
      }
    }
    return found
  }

  /// Whether an application is installed.
  /// - Parameters:
  ///   - module: its name from the project's folder.
  ///   - label: what the tracking table calls it.
  func isInstalled(_ module: String, label: String) -> Installation {
    let parts = module.split(separator: ".")
    let isNamed = named.contains { name in
      // Its name or that of its configuration; the folder may stand in one that is searched for modules, such as `src`.
      let words = name.split(separator: ".")
      return words.indices.contains { parts.count > $0 && parts.suffix($0 + 1) == words[...$0] }
    }
    return isNamed ? .yes : isCertain ? .no : .unsaid
  }

  /// The label of an application: that of its only configuration, else the name of its folder.
  /// - Returns: nil where it cannot be read with certainty.
  static func label(_ folder: String, _ reader: MigrationReader) throws(MigrationsUnread) -> String? {
    let name = folder.split(separator: "/").last.map(String.init) ?? ""
    guard let text = try reader.textIfPresent(MigrationReader.join(folder, "apps.py")),
      let value = PythonLiterals.value(of: "label", in: text)
    else { return name }
    let classes = text.split(whereSeparator: \.isNewline).filter { $0.hasPrefix("class ") }
    let strings = PythonLiterals.strings(value)
    guard classes.count == 1, strings.count == 1, "\"'".contains(value.trimmed.first ?? " ")
    else { return nil }
    return strings[0]
  }

  /// What is assigned to names in capital letters at the beginning of lines, and whether by a mere `=`.
  private static func assignments(in text: String) -> [(name: String, value: Substring, isPlain: Bool)] {
    var found: [(String, Substring, Bool)] = []
    for line in text.split(whereSeparator: \.isNewline) {
      let start = line.drop(while: \.isWhitespace)
      let name = start.prefix { $0 == "_" || $0.isUppercase || $0.isNumber }
      let after = start[name.endIndex...].drop(while: \.isWhitespace)
      guard !name.isEmpty, let sign = after.first, "=+:".contains(sign), let equals = after.firstIndex(of: "=") else {
        continue
      }
      let value = PythonLiterals.expression(text[text.index(after: equals)...])
      found.append((String(name), value, sign == "=" && start.startIndex == line.startIndex))
    }
    return found
  }

  /// Whether nothing but string literals stands in brackets.
  private static func isListOfStrings(_ value: Substring) -> Bool {
    var rest = ""
    for line in value.split(whereSeparator: \.isNewline) {
      var quote: Character?
      for character in line {
        if let open = quote {
          if character == open { quote = nil }
        } else if character == "#" {
          break
        } else if "\"'".contains(character) {
          quote = character
        } else if !character.isWhitespace, character != "," {
          rest.append(character)
        }
      }
    }
    return rest == "[]" || rest == "()"
  }
}
