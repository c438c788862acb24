import HandoffSystem
import HandoffText

/// Alembic's options: those of the section `[alembic]` of `alembic.ini`, whose defaults stand in `[DEFAULT]`, then those
/// of `[tool.alembic]` in `pyproject.toml` (https://alembic.sqlalchemy.org/en/latest/tutorial.html#using-pyproject-toml-for-configuration).
struct AlembicOptions {
  private let home: String
  private let reader: MigrationReader
  /// The sections of `alembic.ini`, in the order in which they are asked.
  private let sections: [String]
  private let toml: String?
  /// Whether there is no section `[alembic]`, but several others that each name scripts, between which only the command
  /// line chooses.
  let isAmbiguous: Bool

  /// - Parameter home: the folder of both files.
  init(_ home: String, _ reader: MigrationReader) throws(MigrationsUnread) {
    self.home = home
    self.reader = reader
    let text = try reader.textIfPresent(MigrationReader.join(home, "alembic.ini")) ?? ""
    let project = try reader.textIfPresent(MigrationReader.join(home, "pyproject.toml"))
    toml = project.flatMap { MigrationLocations.section("tool.alembic", of: $0) }
    var main = MigrationLocations.section("alembic", of: text)
    var others: [String] = []
    if main == nil, toml == nil {
      let names = Set(text.split(whereSeparator: \.isNewline).compactMap(MigrationLocations.header))
      others = names.sorted().compactMap { MigrationLocations.section($0, of: text) }.filter {
        MigrationLocations.value(of: "script_location", in: $0) != nil
      }
      main = others.first
    }
    isAmbiguous = others.count > 1
    sections = [main, MigrationLocations.section("DEFAULT", of: text)].compactMap(\.self)
  }

  /// An option's text, without the quotes of TOML; nil where it is not set.
  subscript(_ name: String) -> String? {
    for section in sections {
      if let value = MigrationLocations.value(of: name, in: section) { return value }
    }
    return toml.flatMap { MigrationLocations.value(of: name, in: $0) }
      .map { $0.hasPrefix("[") ? $0 : String($0.filter { !"\"'".contains($0) }) }
  }

  /// The folder that a value names, relative to the project; nil where that cannot be told.
  func folder(_ value: String) -> String? {
    let value = value.replacing("%(here)s", with: ".")
    guard !value.contains("%") else { return nil }
    // `package:folder` stands for the folder of a package.
    return reader.normalized(
      value.hasPrefix("/") ? value : MigrationReader.join(home, value.replacing(":", with: "/")))
  }

  /// Takes apart a list of TOML's, or what `path_separator` keeps apart.
  func split(_ text: String) -> [String] {
    let parts =
      switch self["path_separator"] ?? self["version_path_separator"] {
      case _ where text.hasPrefix("["): text.split { ",[]\"'".contains($0) || $0.isNewline }
      case "os", ":": text.split { $0 == ":" || $0.isNewline }
      case ";": text.split { $0 == ";" || $0.isNewline }
      case "newline": text.split(whereSeparator: \.isNewline)
      case "space": text.split(whereSeparator: \.isWhitespace)
      default: text.split { $0 == "," || $0 == ":" || $0.isWhitespace }
      }
    return parts.map { String($0.trimmed) }.filter { !$0.isEmpty }
  }

  /// The name that `env.py` gives to the table: `version_table="…"`, or by a name that stands for it.
  static func versionTable(_ text: String) -> String? {
    for range in text.ranges(of: "version_table") {
      // Its schema and its key are other options.
      let rest = text[range.upperBound...].drop { $0 == "\"" || $0 == "'" || $0.isWhitespace }
      guard let sign = rest.first, sign == "=" || sign == ":" else { continue }
      let value = rest.dropFirst().drop(while: \.isWhitespace)
      if let quote = value.first, "\"'".contains(quote) { return String(value.dropFirst().prefix { $0 != quote }) }
      let name = String(value.prefix { $0 == "_" || $0.isLetter || $0.isNumber })
      guard !name.isEmpty, let said = PythonLiterals.value(of: name, in: text) else { continue }
      return PythonLiterals.strings(said).first
    }
    return nil
  }
}
