import HandoffText
import Yams

/// Reads the texts of a compose file, its variables put in, and the files that it names.
struct ComposeReading {
  /// How many bytes of files are read for one compose file: a file is read as often as it is named.
  private final class Room {
    var left = 16 << 20
  }

  /// The compose file, as it is shown.
  let file: String
  /// What `${NAME}` stands for.
  let variables: (String) -> String?
  /// A path that the file gives, relative to the root or absolute.
  let beside: (String) -> String
  /// Reads a file by such a path.
  private let look: (String) -> FileLook
  private let interpolation = Interpolation()
  private let room = Room()

  init(
    file: String, variables: @escaping (String) -> String?, beside: @escaping (String) -> String,
    look: @escaping (String) -> FileLook
  ) {
    (self.file, self.variables, self.beside, self.look) = (file, variables, beside, look)
  }

  /// A text with its variables put in.
  func filled(_ text: String) -> String { interpolation.filled(text, variables) }

  /// A scalar's text, its variables put in.
  func text(_ node: Node?) -> String? { node?.scalar.map { filled($0.string) } }

  /// The same where all of its variables are set, and it bears no tag such as `!reset`.
  func certain(_ node: Node?) -> String? {
    guard let node, let scalar = node.scalar, !ComposeFile.isTagged(node) else { return nil }
    var isUnset = false
    let text = interpolation.filled(scalar.string) { name in
      let value = variables(name)
      isUnset = isUnset || value == nil
      return value
    }
    return isUnset ? nil : text
  }

  /// Whether a file of `env_file` is not there.
  func isAbsent(_ path: String) -> Bool {
    if case .absent = look(beside(path)) { true } else { false }
  }

  /// Reads a file of `env_file`, while there is room for its text.
  func read(_ path: String) -> FileLook {
    guard room.left > 0 else {
      return .unreadable(UnreadableFile(path: path, .other, "is one of too many of `env_file`"))
    }
    let found = look(beside(path))
    room.left -= found.text?.utf8.count ?? 0
    return found
  }
}

extension ComposeFile {
  /// The variables of a mapping or a list.
  /// - Parameter passing: what a name without a value is given.
  static func environment(
    _ node: Node?, _ text: (Node?) -> String?, passing: (String) -> String? = { _ in nil }
  ) -> [String: String] {
    var variables: [String: String] = [:]
    if let mapping = node?.mapping {
      for (key, value) in mapping {
        guard let name = key.string else { continue }
        variables[name] = value.null == nil ? text(value) : passing(name)
      }
    }
    for entry in node?.sequence ?? [] {
      guard let assignment = text(entry) else { continue }
      guard let equals = assignment.firstIndex(of: "=") else {
        variables[assignment] = passing(assignment)
        continue
      }
      variables[String(assignment[..<equals])] = String(assignment[assignment.index(after: equals)...])
    }
    return variables
  }

  /// The variables of the files that `env_file` names: a path, or a list of paths or of `{path: …}`, the last of which
  /// counts (https://docs.docker.com/reference/compose-file/services/#env_file).
  static func files(_ node: Node?, _ reading: ComposeReading) -> ([String: String], [UnreadableFile]) {
    var found: [String: String] = [:]
    var unreadable: [UnreadableFile] = []
    let entries = node?.sequence.map(Array.init) ?? [node].compactMap(\.self)
    for path in entries.compactMap({ reading.text($0.mapping == nil ? $0 : $0["path"]) }) {
      switch reading.read(path) {
      case .absent: continue
      case .unreadable(let file): unreadable.append(file)
      case .text(let content):
        let file = Dotenv(content)
        for name in file.names { found[name] = file[name].map(reading.filled) ?? "" }
      }
    }
    return (found, unreadable)
  }
}
