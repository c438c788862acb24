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
      return expression(text[text.index(after: equals)...])
    }
    return nil
  }

  /// What follows the `=` of the first assignment to each name at the beginning of a line, up to the end of the text.
  static func assignments(in text: String) -> [Substring: Substring] {
    var found: [Substring: Substring] = [:]
    for line in text.split(separator: "\n") {
      let start = line.drop { $0 == " " || $0 == "\t" }
      let name = start.prefix { $0 == "_" || $0.isLetter || $0.isNumber }
      guard !name.isEmpty, found[name] == nil else { continue }
      let after = start[name.endIndex...].drop(while: \.isWhitespace)
      guard after.first == "=" || after.first == ":", let equals = after.firstIndex(of: "=") else { continue }
      found[name] = text[text.index(after: equals)...]
    }
    return found
  }

  /// The expression that a text begins with, up to the end of its brackets or of its line.
  static func expression(_ text: Substring) -> Substring { text[..<end(of: text).index] }

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

  /// Where the expression ends: at the end of the line on which no bracket is open, and whether there is such a line.
  static func end(of text: Substring) -> (index: String.Index, isClosed: Bool) {
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
      if depth <= 0 { return (newline, true) }
      end = text.index(after: newline)
    }
    return (text.endIndex, false)
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

  /// Reads revisions.
  /// - Parameters:
  ///   - names: the names of files, relative to the folder.
  ///   - folder: relative to the project.
  static func read(
    _ names: [String], in folder: String, _ reader: MigrationReader
  ) throws(MigrationsUnread) -> MigrationFiles {
    var entries: [MigrationFiles.Entry] = []
    var revisions: [AlembicRevision] = []
    for name in names where name.hasSuffix(".py") {
      // Alembic passes over these; an editor's `.#name` is a link to nowhere.
      let file = PathText(name).name
      if file.hasPrefix(".#") || file.hasPrefix("__init__") { continue }
      guard let revision = AlembicRevision(try reader.text(MigrationReader.join(folder, name))) else { continue }
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
