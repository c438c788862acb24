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

  /// The names in `environment`, of all services, in the order of the file.
  public private(set) var environment: [Named] = []
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
    let keys = node?.mapping?.map(\.key) ?? node?.sequence.map(Array.init) ?? []
    for key in keys {
      guard let name = key.string?.pieces(between: "=", keepsEmpty: true).first, Dotenv.isName(name) else { continue }
      environment.append(Named(name: name, line: key.mark?.line))
    }
  }
}
