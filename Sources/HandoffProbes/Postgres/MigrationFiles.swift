import HandoffSystem

/// The migrations that stand in a folder, as a tool would see them.
struct MigrationFiles: Hashable {
  /// A migration.
  struct Entry: Hashable {
    /// What the tracking table would hold for it.
    let version: String
    /// The file or folder it stands in, relative to the folder of migrations.
    let name: String
  }

  /// In the order in which they would be applied.
  let entries: [Entry]
  /// Of each Alembic revision, those that it follows.
  let parents: [String: [String]]

  /// Reads a folder.
  /// - Parameters:
  ///   - tool: whose names to go by; nil for SQL files in the order of their names.
  /// - Throws: ``FileError`` when the folder cannot be read.
  static func read(_ folder: String, tool: String?, files: FileSystem) throws(FileError) -> MigrationFiles {
    let names = try files.list(folder)
    var parents: [String: [String]] = [:]
    var entries: [Entry] = []
    switch tool {
    case "prisma":
      for name in names where files.kind(of: "\(folder)/\(name)/migration.sql") == .regular {
        entries.append(Entry(version: name, name: name))
      }
    case "alembic":
      for name in names where name.hasSuffix(".py") {
        guard let text = try? files.readText("\(folder)/\(name)"), let revision = AlembicRevision(text) else {
          continue
        }
        parents[revision.id] = revision.parents
        entries.append(Entry(version: revision.id, name: name))
      }
    case "django":
      let app = folder.split(separator: "/").dropLast().last.map(String.init) ?? ""
      for name in names where name.hasSuffix(".py") && name != "__init__.py" {
        entries.append(Entry(version: "\(app).\(name.dropLast(3))", name: name))
      }
    case "flyway", "handoff":
      for name in below(folder, depth: 3, files: files) {
        if let version = version(of: name, tool: tool) { entries.append(Entry(version: version, name: name)) }
      }
    default:
      for name in names {
        if let version = version(of: name, tool: tool) { entries.append(Entry(version: version, name: name)) }
      }
    }
    if entries.allSatisfy({ $0.version.utf8.allSatisfy(isDigit) }) {
      entries.sort { ($0.version.utf8.count, $0.version, $0.name) < ($1.version.utf8.count, $1.version, $1.name) }
    }
    return MigrationFiles(entries: entries, parents: parents)
  }

  /// The files in a folder and its subfolders, as paths relative to it.
  private static func below(_ folder: String, depth: Int, files: FileSystem) -> [String] {
    ((try? files.list(folder)) ?? []).flatMap { name -> [String] in
      switch files.kind(of: "\(folder)/\(name)", followLinks: false) {
      case .folder where depth > 1:
        below("\(folder)/\(name)", depth: depth - 1, files: files).map { "\(name)/\($0)" }
      case .regular, .symbolicLink: [name]
      default: []
      }
    }
  }

  /// The version in a file's name, or nil for a file that is no migration.
  private static func version(of path: String, tool: String?) -> String? {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    let number = String(name.prefix { $0.isASCII && $0.isNumber })
    let rest = name.dropFirst(number.count)
    switch tool {
    case "dbmate":
      return !number.isEmpty && name.hasSuffix(".sql") ? normalized(number) : nil
    case "rails":
      return !number.isEmpty && rest.hasPrefix("_") && name.hasSuffix(".rb") ? normalized(number) : nil
    case "golang-migrate":
      return !number.isEmpty && rest.hasPrefix("_") && name.contains(".up.") ? normalized(number) : nil
    case "sqlx":
      let isUp = name.hasSuffix(".sql") && !name.hasSuffix(".down.sql")
      return !number.isEmpty && rest.hasPrefix("_") && isUp ? normalized(number) : nil
    case "goose":
      let isOne = name.hasSuffix(".sql") || name.hasSuffix(".go") && !name.hasSuffix("_test.go")
      return !number.isEmpty && rest.hasPrefix("_") && isOne && normalized(number) != "0" ? normalized(number) : nil
    case "refinery":
      guard name.hasPrefix("V") || name.hasPrefix("U"), name.hasSuffix(".sql") || name.hasSuffix(".rs") else {
        return nil
      }
      return afterLetter(name).flatMap { $0.utf8.allSatisfy(isDigit) ? normalized($0) : nil }
    case "flyway":
      guard name.hasSuffix(".sql") else { return nil }
      if name.hasPrefix("R__") { return path }
      guard name.hasPrefix("V") else { return nil }
      return afterLetter(name).map(normalized)
    default:
      return name.hasSuffix(".sql") && !name.hasSuffix(".down.sql") ? path : nil
    }
  }

  /// The version between the first letter and the two underscores: `1_2` of `V1_2__name.sql`.
  private static func afterLetter(_ name: String) -> String? {
    guard let end = name.firstRange(of: "__") else { return nil }
    let version = String(name[..<end.lowerBound].dropFirst())
    return version.isEmpty ? nil : version
  }

  /// A version in the one form in which versions are compared: numbers without leading zeros, dots between them.
  static func normalized(_ version: String) -> String {
    guard version.utf8.allSatisfy({ isDigit($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "_") }) else {
      return version
    }
    return version.split { $0 == "." || $0 == "_" }.map { part in
      let stripped = part.drop { $0 == "0" }
      return stripped.isEmpty ? "0" : String(stripped)
    }.joined(separator: ".")
  }

  /// Whether one version of numbers comes before another or is the same.
  static func isOrdered(_ one: String, _ other: String) -> Bool {
    let left = normalized(one).split(separator: ".").compactMap { Int($0) }
    let right = normalized(other).split(separator: ".").compactMap { Int($0) }
    return !right.lexicographicallyPrecedes(left)
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}

/// The head of an Alembic revision file: `revision = "ab12"`, `down_revision = "ef34"`, or a tuple, or None.
struct AlembicRevision {
  let id: String
  let parents: [String]

  /// Reads a file; nil when it is no revision.
  init?(_ text: String) {
    guard let id = Self.strings(assignedTo: "revision", in: text).first else { return nil }
    self.id = id
    parents = Self.strings(assignedTo: "down_revision", in: text)
  }

  /// The string literals on the right side of an assignment at the beginning of a line.
  private static func strings(assignedTo name: String, in text: String) -> [String] {
    for line in text.split(separator: "\n") where line.hasPrefix(name) {
      let after = line.dropFirst(name.count).drop(while: \.isWhitespace)
      guard after.first == "=" || after.first == ":", let equals = after.firstIndex(of: "=") else { continue }
      var rest = text[text.index(after: equals)...]
      // A tuple can go on in the next lines.
      let isTuple = rest.drop(while: { $0 == " " }).first == "("
      rest = rest.prefix { isTuple ? $0 != ")" : $0 != "\n" }
      var found: [String] = []
      while let open = rest.firstIndex(where: { $0 == "\"" || $0 == "'" }) {
        let quote = rest[open]
        let body = rest[rest.index(after: open)...]
        guard let close = body.firstIndex(of: quote) else { break }
        found.append(String(body[..<close]))
        rest = body[body.index(after: close)...]
      }
      return found
    }
    return []
  }
}
