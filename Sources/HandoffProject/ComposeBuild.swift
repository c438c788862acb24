import Yams

extension ComposeFile {
  /// A member of a mapping, also one that a merge key `<<` brings in, or one in what that brings in.
  static func member(_ name: String, of mapping: Node.Mapping) -> Node? {
    var mappings = [mapping]
    // Mappings that merge each other over and over are not followed forever.
    for _ in 0..<1000 {
      guard let next = mappings.popLast() else { return nil }
      if let own = next[Node(name)] { return own }
      guard let merged = next[Node("<<", Tag(.merge))] ?? next[Node("<<")] else { continue }
      mappings += (merged.sequence.map(Array.init) ?? [merged]).reversed().compactMap(\.mapping)
    }
    return nil
  }

  /// Whether a node bears a tag of compose's own, such as `!reset` and `!override`.
  static func isTagged(_ node: Node) -> Bool { node.tag.description.hasPrefix("!") }

  /// Whether a node takes away what the files before it say.
  static func isReset(_ node: Node) -> Bool { node.tag.description == "!reset" }
}

extension ComposeFile.Service {
  /// Takes in what `build` says: a context, or a mapping.
  /// - Parameter text: a scalar's text, its variables put in.
  mutating func read(_ build: Node, _ text: (Node?) -> String?) {
    isBuilt = true
    guard let mapping = build.mapping else {
      context = text(build)
      return
    }
    func value(_ name: String) -> Node? { ComposeFile.member(name, of: mapping) }
    context = text(value("context"))
    dockerfile = text(value("dockerfile"))
    inlineDockerfile = text(value("dockerfile_inline"))
    arguments = ComposeFile.environment(value("args"), text)
    target = text(value("target"))
  }
}
