import HandoffProject
import HandoffSystem

/// Which of an engine's containers are the project's.
struct ContainerScope {
  let scope: DockerSettings.Scope
  /// The project's folder, an absolute path.
  let root: String
  /// The project's name.
  let projectName: String

  /// The label that all of them bear, `NAME=VALUE`, where the engine can be asked for it.
  var label: String? {
    if case .compose(let project, let names) = scope, names.isEmpty {
      return "\(ComposeLabels.projectLabel)=\(project)"
    }
    return nil
  }

  /// Whether a container is the project's. Those of `docker compose run` are nobody's: they end by themselves.
  func contains(_ container: ContainerSummary) -> Bool {
    if container.compose.isOneOff { return false }
    switch scope {
    case .compose(let project, let names):
      return container.compose.project == project || names.contains { Self.matches(container.name, $0) }
    case .names(let patterns): return patterns.contains { Self.matches(container.name, $0) }
    case .builtHere: return isBuiltHere(container)
    case .all: return true
    }
  }

  /// The engine does not know where an image was built. What tells is a compose project below this folder, or an image
  /// named after the project: `aicore`, `aicore-worker`, `registry/aicore:1`.
  private func isBuiltHere(_ container: ContainerSummary) -> Bool {
    if let folder = container.compose.workingDirectory {
      return PathText(folder).isInside(root)
    }
    let folder = PathText(root).name
    let names = Set([projectName, folder].map { $0.lowercased() }.filter { !$0.isEmpty })
    let repository = Self.repository(container.image).lowercased()
    return names.contains { name in
      repository == name || repository.hasPrefix(name + "-") || repository.hasPrefix(name + "_")
    }
  }

  /// The last part of an image's name, without tag and digest.
  static func repository(_ image: String) -> String {
    let name = image.split(separator: "/").last ?? ""
    return String(name.prefix { $0 != ":" && $0 != "@" })
  }

  /// Whether a name matches a pattern in which `*` stands for anything.
  static func matches(_ name: String, _ pattern: String) -> Bool {
    let (name, pattern) = (Array(name.unicodeScalars), Array(pattern.unicodeScalars))
    var (position, star, mark, index) = (0, -1, 0, 0)
    while position < name.count {
      if index < pattern.count, pattern[index] == "*" {
        star = index
        mark = position
        index += 1
      } else if index < pattern.count, pattern[index] == name[position] {
        index += 1
        position += 1
      } else if star >= 0 {
        // The last star takes one character more.
        index = star + 1
        mark += 1
        position = mark
      } else {
        return false
      }
    }
    return pattern[index...].allSatisfy { $0 == "*" }
  }
}
