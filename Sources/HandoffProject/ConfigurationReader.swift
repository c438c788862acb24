import HandoffModel
import HandoffSystem
import HandoffText
import Yams

/// Reads `handoff.yml`.
public enum ConfigurationReader {
  /// Reads the text of the file.
  /// - Throws: ``ConfigurationError`` with line and column for everything that is not known or of the wrong kind.
  public static func read(_ text: String, file: String = Configuration.fileName) throws(ConfigurationError)
    -> Configuration
  {
    var configuration = Configuration()
    guard let root = try YAMLReader.parse(text, file: file) else { return configuration }
    let members = try root.mapping(keys: names(under: ""))
    configuration.project = try oneLine(members["project"])
    configuration.handoffs = try folder(members["handoffs"])
    configuration.template = try templateName(members["template"])
    configuration.shells = try shells(members["shells"])
    configuration.deadline = try members["deadline"]?.seconds()
    let aws = try area(members["aws"]) { reader throws(ConfigurationError) in
      try instances(reader, "aws", needed: "profile") { members, name throws(ConfigurationError) in
        Configuration.AWS(name: name, profile: try oneLine(members["profile"]), region: try oneLine(members["region"]))
      }
    }
    (configuration.aws, configuration.furtherAWS) = parts(of: aws)
    let python = try area(members["python"]) { reader throws(ConfigurationError) in
      try instances(reader, "python", needed: "environment") { members, name throws(ConfigurationError) in
        Configuration.Python(
          name: name, environment: try oneLine(members["environment"]), tools: try toolNames(members["tools"]))
      }
    }
    (configuration.python, configuration.furtherPython) = parts(of: python)
    configuration.postgres = try area(members["postgres"]) { reader throws(ConfigurationError) in
      try instances(reader, "postgres") { members, name throws(ConfigurationError) in
        Configuration.Postgres(
          name: name, host: try oneLine(members["host"]), port: try members["port"]?.integer(in: 1...65535),
          database: try oneLine(members["database"]), user: try oneLine(members["user"]),
          service: try oneLine(members["service"]), sslmode: try oneLine(members["sslmode"]),
          migrations: try oneLine(members["migrations"]))
      }
    }
    configuration.docker = try area(members["docker"]) { reader throws(ConfigurationError) in
      let members = try reader.mapping(keys: names(under: "docker"))
      return .init(
        compose: try located(members["compose"]), project: try oneLine(members["project"]),
        names: try members["names"]?.texts(), all: try members["all"]?.flag() ?? false)
    }
    configuration.environment = try area(members["environment"]) { reader throws(ConfigurationError) in
      let members = try reader.mapping(keys: names(under: "environment"))
      return .init(example: try located(members["example"]), required: try variableNames(members["required"]))
    }
    configuration.checks = try area(members["checks"]) { reader throws(ConfigurationError) in
      try DeclaredReader.checks(reader, keys: names(under: "checks"))
    }
    configuration.commands = try area(members["commands"]) { reader throws(ConfigurationError) in
      try DeclaredReader.commands(reader, keys: names(under: "commands"))
    }
    configuration.ignore = try ignored(members["ignore"])
    configuration.waivers = try waived(members["waivers"])
    configuration.mask = try masked(members["mask"])
    configuration.git = try area(members["git"]) { reader throws(ConfigurationError) in
      throw reader.error("git can only be switched off: git: off")
    }
    return configuration
  }

  private static func names(under area: String) -> [String] {
    var names: [String] = []
    for key in Configuration.keys {
      let parts = key.path.split(separator: ".").map(String.init)
      let name: String? = area.isEmpty ? parts[0] : (parts.count > 1 && parts[0] == area ? parts[1] : nil)
      if let name, !names.contains(name) { names.append(name) }
    }
    return names
  }

  private static func area<Value>(
    _ reader: YAMLReader?, _ read: (YAMLReader) throws(ConfigurationError) -> Value
  ) throws(ConfigurationError) -> Configuration.Area<Value> {
    guard let reader, !reader.isNull else { return .unsaid }
    return reader.isOff ? .off : .said(try read(reader))
  }

  /// The first entry of an area that may be a list, and the others.
  private static func parts<Value>(of area: Configuration.Area<[Value]>) -> (Configuration.Area<Value>, [Value]) {
    switch area {
    case .unsaid: (.unsaid, [])
    case .off: (.off, [])
    case .said(let values): (values.first.map { .said($0) } ?? .unsaid, Array(values.dropFirst()))
    }
  }

  /// The entries of an area that may be a list: each after the first has a name, and says which one it is by the key
  /// that is needed. An entry of a list is named by its place in it; its keys are those of a single one.
  private static func instances<Value>(
    _ reader: YAMLReader, _ area: String, needed: String? = nil,
    _ read: ([String: YAMLReader], String?) throws(ConfigurationError) -> Value
  ) throws(ConfigurationError) -> [Value] {
    var values: [Value] = []
    var names: Set<String> = []
    for element in reader.elements ?? [reader] {
      let entry = YAMLReader(node: element.node, file: element.file, path: area)
      let members = try entry.mapping(keys: Self.names(under: area))
      let name = try oneLine(members["name"])
      if let name {
        guard isName(name) else {
          throw (members["name"] ?? entry).error("a name in \(area) holds letters, digits, \"-\" and \"_\" only")
        }
        guard names.insert(name).inserted else { throw entry.error("two entries of \(area) have the name \"\(name)\"") }
      } else if !values.isEmpty {
        throw entry.error("the second and further entries of \(area) need a name")
      }
      if let needed, !values.isEmpty, members[needed]?.isNull != false {
        throw entry.error("the second and further entries of \(area) need \(needed)")
      }
      values.append(try read(members, name))
    }
    guard !values.isEmpty else { throw reader.error("\(area) must hold at least one entry") }
    return values
  }

  /// How many entries `ignore` may have: each is held against each fact.
  private static let ignoreLimit = 500

  private static func ignored(_ reader: YAMLReader?) throws(ConfigurationError) -> [IgnoreRule] {
    guard let reader, !reader.isNull else { return [] }
    guard let elements = reader.elements else {
      throw reader.error("ignore must be a list: - {fact: \"docker.container[scratch*].*\", reason: experiments}")
    }
    guard elements.count <= ignoreLimit else { throw reader.error("ignore has more than \(ignoreLimit) entries") }
    var rules: [IgnoreRule] = []
    for element in elements {
      let entry = YAMLReader(node: element.node, file: element.file, path: "ignore")
      let members = try entry.mapping(keys: names(under: "ignore"))
      let (fact, finding) = (try oneLine(members["fact"]), try oneLine(members["finding"]))
      guard fact != nil || finding != nil else {
        throw entry.error("an entry of ignore names what it ignores: fact or finding")
      }
      guard let reason = try oneLine(members["reason"]), reason.contains(where: { !$0.isWhitespace }) else {
        throw entry.error("an entry of ignore says why: reason")
      }
      // Each is held against each fact, and takes longer the more often it can begin anew.
      let asterisks = [fact, finding].map { $0?.utf8.count(where: { $0 == UInt8(ascii: "*") }) ?? 0 }
      if asterisks.contains(where: { $0 > 8 }) { throw entry.error("a pattern of ignore has more than 8 asterisks") }
      rules.append(IgnoreRule(fact: fact, finding: finding, reason: reason))
    }
    return rules
  }

  private static func waived(_ reader: YAMLReader?) throws(ConfigurationError) -> [Waiver] {
    guard let reader, !reader.isNull else { return [] }
    guard let elements = reader.elements else {
      throw reader.error("waivers must be a list: - {fingerprint: \"0123…\", reason: the manual's own example}")
    }
    var waivers: [Waiver] = []
    for element in elements {
      let entry = YAMLReader(node: element.node, file: element.file, path: "waivers")
      let members = try entry.mapping(keys: names(under: "waivers"))
      guard let fingerprint = try oneLine(members["fingerprint"]),
        fingerprint.utf8.count == 32, fingerprint.utf8.allSatisfy({ "0123456789abcdef".utf8.contains($0) })
      else {
        throw entry.error("a waiver names one finding: fingerprint, 32 digits as handoff scan shows them, in quotes")
      }
      guard let reason = try oneLine(members["reason"]), reason.contains(where: { !$0.isWhitespace }) else {
        throw entry.error("a waiver says why: reason")
      }
      waivers.append(Waiver(fingerprint: fingerprint, reason: reason))
    }
    return waivers
  }

  private static func masked(_ reader: YAMLReader?) throws(ConfigurationError) -> [MaskEntry] {
    guard let reader, !reader.isNull else { return [] }
    guard let elements = reader.elements else {
      throw reader.error("mask must be a list of facts: [aws.account, postgres.host]")
    }
    var entries: [MaskEntry] = []
    for element in elements {
      guard let pattern = try located(element) else { throw element.error("an entry of mask is the id of a fact") }
      entries.append(MaskEntry(pattern: pattern.value, line: pattern.line, column: pattern.column))
    }
    return entries
  }

  /// Whether a text can name an instance of an area.
  static func isName(_ text: String) -> Bool { !text.isEmpty && text.utf8.allSatisfy(isWordByte) }

  private static func isWordByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
      true
    default: false
    }
  }

  private static func oneLine(_ reader: YAMLReader?) throws(ConfigurationError) -> String? {
    guard let reader, !reader.isNull else { return nil }
    let text = try reader.text()
    guard !text.isEmpty, !text.contains(where: \.isNewline) else {
      throw reader.error("\(reader.path) must be one line of text")
    }
    return text
  }

  private static func located(_ reader: YAMLReader?) throws(ConfigurationError) -> Configuration.Located<String>? {
    guard let reader, let text = try oneLine(reader) else { return nil }
    return .init(value: text, line: reader.node.mark?.line, column: reader.node.mark?.column)
  }

  private static func folder(_ reader: YAMLReader?) throws(ConfigurationError) -> String? {
    guard let reader, let text = try oneLine(reader) else { return nil }
    let path = PathText(text)
    guard !path.isAbsolute, !text.utf8.starts(with: "~".utf8), !path.components.isEmpty, !path.climbs else {
      throw reader.error("\(reader.path) must be a folder inside the project")
    }
    // Its path is printed as it is, for scripts.
    guard Untrusted(text).isVisible else {
      throw reader.error("\(reader.path) holds characters that cannot be seen")
    }
    return path.shortened.text
  }

  private static func templateName(
    _ reader: YAMLReader?
  ) throws(ConfigurationError) -> Configuration.Located<String>? {
    guard let name = try located(reader) else { return nil }
    guard name.value.utf8.allSatisfy(isWordByte) else {
      throw name.error("template is a name without path and ending, as in templates/NAME.md")
    }
    return name
  }

  private static func shells(_ reader: YAMLReader?) throws(ConfigurationError) -> [String]? {
    guard let reader, !reader.isNull else { return nil }
    let names = try reader.texts()
    for name in names where name != "bash" && name != "powershell" {
      throw reader.error("shells are bash and powershell, not \"\(Untrusted(name).terminal)\"")
    }
    guard !names.isEmpty, Set(names).count == names.count else {
      throw reader.error("shells names bash, powershell or both, each once")
    }
    return names
  }

  private static func toolNames(_ reader: YAMLReader?) throws(ConfigurationError) -> [String]? {
    guard let reader, !reader.isNull else { return nil }
    let names = try reader.texts()
    for name in names where !PythonSettings.knownTools.contains(name) {
      throw reader.error(
        "the tool that can be checked is \(PythonSettings.knownTools.joined(separator: ", ")), not "
          + "\"\(Untrusted(name).terminal)\"")
    }
    return names
  }

  private static func variableNames(_ reader: YAMLReader?) throws(ConfigurationError) -> [String] {
    guard let reader, !reader.isNull else { return [] }
    let names = try reader.texts()
    for name in names where !Dotenv.isName(name) {
      throw reader.error("\"\(Untrusted(name).terminal)\" is not a variable's name")
    }
    return names
  }
}
