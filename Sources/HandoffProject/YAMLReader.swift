import HandoffText
import Yams

/// A node of a YAML file that is read by known keys only, with errors that name file, line and column.
struct YAMLReader {
  let node: Node
  let file: String
  /// The path of keys to this node: `postgres.port`.
  let path: String

  /// Parses a document.
  /// - Returns: its root, or nil when the file holds nothing.
  static func parse(_ text: String, file: String) throws(ConfigurationError) -> YAMLReader? {
    if let (excess, line) = YAMLBounds.excess(of: text) { throw error(excess, line: line, file: file) }
    let node: Node?
    do {
      node = try Yams.compose(yaml: text)
    } catch let error as YamlError {
      throw describe(error, file: file)
    } catch {
      throw ConfigurationError(file: file, message: "cannot be read as YAML")
    }
    guard let node, !isNull(node) else { return nil }
    return YAMLReader(node: node, file: file, path: "")
  }

  private static func error(_ excess: YAMLBounds.Excess, line: Int, file: String) -> ConfigurationError {
    let message =
      switch excess {
      case .tooDeep: "collections stand more than \(YAMLBounds.deepest) levels deep in each other"
      case .tooMany: "is too large: its anchors (&) and aliases (*) repeat each other"
      case .tooManyTags: "has too many %TAG directives"
      }
    return ConfigurationError(file: file, line: line, column: 1, message: message)
  }

  private static func describe(_ error: YamlError, file: String) -> ConfigurationError {
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      ConfigurationError(
        file: file, line: mark.line, column: mark.column, message: "not valid YAML: \(Untrusted(problem).terminal)")
    case .duplicatedKeysInMapping(let names, let context):
      ConfigurationError(
        file: file, line: context.mark.line, column: context.mark.column,
        message: "the key \(names.map { Untrusted($0).terminal }.joined(separator: ", ")) stands twice; remove one")
    case .reader(let problem, _, _, _):
      ConfigurationError(file: file, message: "not valid YAML: \(Untrusted(problem).terminal)")
    default:
      ConfigurationError(file: file, message: "cannot be read as YAML")
    }
  }

  static func isNull(_ node: Node) -> Bool {
    guard case .scalar(let scalar) = node, scalar.style == .plain else { return false }
    return ["", "~", "null", "Null", "NULL"].contains(scalar.string)
  }

  func error(_ message: String) -> ConfigurationError {
    ConfigurationError(file: file, line: node.mark?.line, column: node.mark?.column, message: message)
  }

  /// The members of a mapping by name.
  /// - Parameter keys: the names that are known; nil allows any.
  func mapping(keys: [String]? = nil) throws(ConfigurationError) -> [String: YAMLReader] {
    guard case .mapping(let mapping) = node else {
      throw error("\(path.isEmpty ? "the file" : path) must be a mapping of keys to values")
    }
    var members: [String: YAMLReader] = [:]
    for (key, value) in mapping {
      guard let name = key.string else {
        throw ConfigurationError(
          file: file, line: key.mark?.line, column: key.mark?.column, message: "a key must be a word")
      }
      if let keys, !keys.contains(name) {
        let place = path.isEmpty ? "" : " in \(path)"
        let shown = Untrusted(name).terminal
        let hint =
          NearestName.of(name, among: keys).map { "; did you mean \"\($0)\"?" }
          ?? "; known keys are \(keys.joined(separator: ", "))"
        throw ConfigurationError(
          file: file, line: key.mark?.line, column: key.mark?.column,
          message: "unknown key \"\(shown)\"\(place)\(hint)")
      }
      members[name] = YAMLReader(node: value, file: file, path: path.isEmpty ? name : "\(path).\(name)")
    }
    return members
  }

  var isNull: Bool { Self.isNull(node) }
  var isMapping: Bool { if case .mapping = node { true } else { false } }

  /// The elements of a sequence, or nil when it is none.
  var elements: [YAMLReader]? {
    guard case .sequence(let sequence) = node else { return nil }
    return sequence.enumerated().map { YAMLReader(node: $1, file: file, path: "\(path)[\($0)]") }
  }

  /// A scalar's text as it stands in the file.
  func text() throws(ConfigurationError) -> String {
    guard let text = node.scalar?.string, !isNull else { throw error("\(path) must be a text") }
    guard !text.unicodeScalars.contains("\0") else { throw error("\(path) must not hold a NUL character") }
    return text
  }

  /// A list of texts; one text stands for a list of one.
  func texts() throws(ConfigurationError) -> [String] {
    guard let elements else { return [try text()] }
    var texts: [String] = []
    for element in elements { texts.append(try element.text()) }
    return texts
  }

  /// A truth value; nothing is false.
  func flag() throws(ConfigurationError) -> Bool {
    if isNull { return false }
    guard let truth = node.bool else { throw error("\(path) must be true or false") }
    return truth
  }

  /// A whole number in a range.
  func integer(in range: ClosedRange<Int>) throws(ConfigurationError) -> Int {
    guard let number = node.scalar.flatMap({ Int($0.string) }), range.contains(number) else {
      throw error("\(path) must be a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  /// A number of seconds.
  func seconds() throws(ConfigurationError) -> Double {
    guard let number = node.scalar.flatMap({ Double($0.string) }), number > 0, number <= 60 else {
      throw error("\(path) must be a number of seconds above 0 and at most 60; for longer, use --timeout")
    }
    return number
  }

  /// Whether this is the word that switches an area off.
  var isOff: Bool {
    guard let scalar = node.scalar, scalar.style == .plain else { return false }
    return ["off", "Off", "OFF", "false", "False", "no", "No"].contains(scalar.string)
  }
}
