import HandoffSystem
import HandoffText

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
    let package = PathText(path).folder.text
    var texts: [String] = []
    if let text = try reader.textIfPresent(path + ".py") {
      texts.append(text)
      isRead = true
      isCertain = !text.contains("import *")
    }
    // Settings in several files, which take one another in.
    for folder in [path, package] where !isCertain && !folder.isEmpty {
      for name in try reader.listIfPresent(folder) ?? [] where name.hasSuffix(".py") {
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
        for end in words.indices.reversed() {
          let path = MigrationReader.join(root, words[...end].joined(separator: "/"))
          guard try reader.isFile(path + "/__init__.py") else { continue }
          if let label = try DjangoSettings.label(path, reader) { found.insert(label) }
          break
        }
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
    let name = PathText(folder).name
    guard let text = try reader.textIfPresent(MigrationReader.join(folder, "apps.py")),
      let value = PythonLiterals.value(of: "label", in: text)
    else { return name }
    let classes = text.split(whereSeparator: \.isNewline).filter { $0.hasPrefix("class ") }
    let strings = PythonLiterals.strings(value)
    guard classes.count == 1, strings.count == 1, "\"'".contains(value.trimmed.first ?? " ")
    else { return nil }
    return strings[0]
  }

  /// How many expressions of a file may end nowhere, as a bracket in a comment of three quotes makes it look, and what
  /// stands in them be looked at nevertheless.
  private static let unclosedLimit = 8

  /// What is assigned to names in capital letters at the beginning of lines, and whether by a mere `=`.
  static func assignments(in text: String) -> [(name: String, value: Substring, isPlain: Bool)] {
    var found: [(String, Substring, Bool)] = []
    var unclosed = 0
    var next = text.startIndex
    for line in text.split(whereSeparator: \.isNewline) where line.startIndex >= next {
      let start = line.drop(while: \.isWhitespace)
      let name = start.prefix { $0 == "_" || $0.isUppercase || $0.isNumber }
      let after = start[name.endIndex...].drop(while: \.isWhitespace)
      guard !name.isEmpty, let sign = after.first, "=+:".contains(sign), let equals = after.firstIndex(of: "=") else {
        continue
      }
      let rest = text[text.index(after: equals)...]
      let (end, isClosed) = PythonLiterals.end(of: rest)
      let value = rest[..<end]
      unclosed += isClosed ? 0 : 1
      if isClosed || unclosed > unclosedLimit { next = end }
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
