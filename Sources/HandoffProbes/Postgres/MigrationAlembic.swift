import HandoffProject
import HandoffSystem
import HandoffText

/// Alembic's options: those of the section `[alembic]` of `alembic.ini`, whose defaults stand in `[DEFAULT]`, then those
/// of `[tool.alembic]` in `pyproject.toml` (https://alembic.sqlalchemy.org/en/latest/tutorial.html#using-pyproject-toml-for-configuration).
struct AlembicOptions {
  private let home: String
  private let reader: MigrationReader
  /// What `alembic.ini` sets.
  private var said: [String: String]
  private let toml: [String: TOMLReader.Value]
  /// Whether it cannot be told which are meant: there is no section `[alembic]`, but several others that each name
  /// scripts, between which only the command line chooses, or `pyproject.toml` is no TOML.
  let isAmbiguous: Bool

  /// - Parameter home: the folder of both files.
  init(_ home: String, _ reader: MigrationReader) throws(MigrationsUnread) {
    self.home = home
    self.reader = reader
    let text = try reader.textIfPresent(MigrationReader.join(home, "alembic.ini"))
    let file = SettingsText(text ?? "", .python)
    let project = try reader.textIfPresent(MigrationReader.join(home, "pyproject.toml")).map { TOMLReader($0) }
    let own = project?.value("tool", "alembic")?.table
    toml = own ?? [:]
    var main = ["alembic"].filter(file.sections.contains)
    if main.isEmpty, own == nil {
      main = file.sections.sorted().filter { file[$0, "script_location"] != nil }
    }
    said = file.all(in: "DEFAULT").merging(main.first.map { file.all(in: $0) } ?? [:]) { $1 }
    isAmbiguous = main.count > 1 || project?.isWhole == false && said["script_location"] == nil
  }

  /// An option's text; nil where it is not set.
  subscript(_ name: String) -> String? {
    if let value = said[name] { return value }
    if case .flag(let flag)? = toml[name] { return flag ? "true" : "false" }
    return toml[name]?.text
  }

  /// The members of an option, which are a list in TOML and are kept apart by `path_separator` in `alembic.ini`.
  func list(_ name: String) -> [String] {
    if said[name] == nil, let members = toml[name]?.texts { return members }
    let text = self[name] ?? ""
    let parts =
      switch self["path_separator"] ?? self["version_path_separator"] {
      case "os", ":": text.split { $0 == ":" || $0.isNewline }
      case ";": text.split { $0 == ";" || $0.isNewline }
      case "newline": text.split(whereSeparator: \.isNewline)
      case "space": text.split(whereSeparator: \.isWhitespace)
      default: text.split { $0 == "," || $0.isWhitespace }
      }
    return parts.map { String($0.trimmed) }.filter { !$0.isEmpty }
  }

  /// The folder that a value names, relative to the project; nil where that cannot be told.
  func folder(_ value: String) -> String? {
    var limit = 100
    guard let value = filled(value, &limit) else { return nil }
    // `package:folder` stands for the folder of a package.
    return reader.normalized(
      PathText(value).isAbsolute ? value : MigrationReader.join(home, value.replacing(":", with: "/")))
  }

  /// A value with what `%(name)s` stands for, as Python's `configparser` fills it in; nil where that is not known.
  /// - Parameter limit: how many names may still be filled in, also within each other.
  private func filled(_ value: String, _ limit: inout Int) -> String? {
    var result = ""
    var rest = value[...]
    while let sign = rest.firstIndex(of: "%") {
      result += rest[..<sign]
      rest = rest[sign...].dropFirst()
      if rest.hasPrefix("%") {
        result += "%"
        rest = rest.dropFirst()
        continue
      }
      limit -= 1
      guard rest.hasPrefix("("), let end = rest.firstRange(of: ")s"), limit > 0 else { return nil }
      let name = rest[..<end.lowerBound].dropFirst().lowercased()
      if name == "here" {
        result += "."
      } else {
        guard let inner = self[name], let inner = filled(inner, &limit) else { return nil }
        result += inner
      }
      rest = rest[end.upperBound...]
    }
    return result + rest
  }

  /// The name that `env.py` gives to the table: `version_table="…"`, or by a name that stands for it.
  static func versionTable(_ text: String) -> String? {
    let lines = text.split(whereSeparator: \.isNewline)
    // Made once: a file can name thousands of names, each of which would be looked for in all of it.
    lazy var assigned = PythonLiterals.assignments(in: text)
    for range in lines.flatMap({ line in line.prefix { $0 != "#" }.ranges(of: "version_table") }) {
      // Its schema and its key are other options.
      let rest = text[range.upperBound...].drop { $0 == "\"" || $0 == "'" || $0.isWhitespace }
      guard let sign = rest.first, sign == "=" || sign == ":" else { continue }
      let value = rest.dropFirst().drop(while: \.isWhitespace)
      if let quote = value.first, "\"'".contains(quote) { return String(value.dropFirst().prefix { $0 != quote }) }
      let name = value.prefix { $0 == "_" || $0.isLetter || $0.isNumber }
      guard !name.isEmpty, let said = assigned[name] else { continue }
      return PythonLiterals.strings(PythonLiterals.expression(said)).first
    }
    return nil
  }
}
