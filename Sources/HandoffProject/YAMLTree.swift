import HandoffText
import Yams

/// A value of another program's YAML file, in which settings are looked up by their names.
public struct YAMLTree {
  private let node: Node

  /// The documents of a text, whose nesting and repetitions are bounded (``YAMLBounds``).
  /// - Returns: nil where one of them is not YAML, or is too large, or there are too many.
  public static func documents(in text: String) -> [YAMLTree]? {
    var texts: [[Substring]] = [[]]
    for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
      if line == "---" || line.hasPrefix("--- ") {
        texts.append([line.dropFirst(3)])
      } else {
        texts[texts.count - 1].append(line)
      }
    }
    guard texts.count <= 100 else { return nil }
    var trees: [YAMLTree] = []
    for lines in texts {
      guard let reader = try? YAMLReader.parse(lines.joined(separator: "\n"), file: "") else {
        // Nothing but comments and white space is a document, too.
        if lines.allSatisfy({ $0.trimmed.isEmpty || $0.trimmed.hasPrefix("#") }) { continue }
        return nil
      }
      trees.append(YAMLTree(node: reader.node))
    }
    return trees
  }

  /// The members of a mapping in their order, after them those that `<<` takes in; none where it is no mapping.
  public var members: [(name: String, value: YAMLTree)] {
    guard case .mapping(let mapping) = node else { return [] }
    var members: [(name: String, value: YAMLTree)] = []
    var merged: [(name: String, value: YAMLTree)] = []
    var names: Set<String> = []
    for (key, value) in mapping {
      guard let name = key.string else { continue }
      if name == "<<" {
        let sources = value.sequence.map(Array.init) ?? [value]
        merged += sources.flatMap { YAMLTree(node: $0).members }
      } else if names.insert(name).inserted {
        members.append((name, YAMLTree(node: value)))
      }
    }
    return members + merged.filter { names.insert($0.name).inserted }
  }

  /// The member of a name; nil where there is none.
  public subscript(_ name: String) -> YAMLTree? { members.first { $0.name == name }?.value }

  /// Whether it is a mapping.
  public var isMapping: Bool { node.mapping != nil }

  /// A scalar's text; nil where it is none or is null.
  public var text: String? { YAMLReader.isNull(node) ? nil : node.scalar?.string }

  /// The scalars of a sequence, or the one that stands for it; nil where it is neither.
  public var texts: [String]? {
    guard let sequence = node.sequence else { return text.map { [$0] } }
    let texts = sequence.map { YAMLTree(node: $0).text }
    return texts.contains(nil) ? nil : texts.compactMap(\.self)
  }
}
