import HandoffText
import Yams

/// The names of the variables that a compose file gives its services, each with its line, and the dotenv files that it
/// takes further ones from. No value is kept.
public struct ComposeVariableNames: Sendable {
  /// A name and where it stands.
  public struct Named: Hashable, Sendable {
    /// The variable's name.
    public let name: String
    /// The line of the compose file, from 1; nil where YAML does not say.
    public let line: Int?
  }

  /// The names in `environment` that are given no value there, so that they are taken from outside; of all services, in
  /// the order of the file.
  public private(set) var passed: [Named] = []
  /// The paths in `env_file`, as they are written: relative to the compose file's folder, or absolute.
  public private(set) var files: [String] = []

  /// Reads the text of a compose file.
  /// - Returns: nil where it cannot be read as YAML.
  public init?(_ text: String) {
    do throws(ConfigurationError) {
      guard let root = try YAMLReader.parse(text, file: "") else { return }
      for (_, service) in root.node["services"]?.mapping ?? [:] {
        add(service["environment"])
        let entries = service["env_file"].map { $0.sequence.map(Array.init) ?? [$0] } ?? []
        files += entries.compactMap { ($0.mapping == nil ? $0 : $0["path"])?.string }
      }
    } catch {
      return nil
    }
  }

  private mutating func add(_ node: Node?) {
    let entries =
      node?.mapping?.compactMap { $0.value.null == nil ? nil : $0.key } ?? node?.sequence.map(Array.init) ?? []
    for entry in entries {
      // With a sign of equality it is given a value, be it an empty one.
      guard let name = entry.string, Dotenv.isName(name) else { continue }
      passed.append(Named(name: name, line: entry.mark?.line))
    }
  }
}
