import Yams

/// What a service names that has to be declared elsewhere in the compose file.
struct ComposeReference {
  /// The sections that things are declared in.
  enum Section: String, CaseIterable {
    case networks, services, volumes
  }

  let section: Section
  let name: String
  /// Where it stands, and what is wrong if it is not declared.
  let mistake: ConfigurationError
}

extension ComposeReference {
  /// Those of a service.
  /// - Parameter value: what stands for a key.
  static func all(of value: (String) -> Node?, _ reading: ComposeReading) -> [ComposeReference] {
    func references(_ section: Section, _ nodes: [(name: String?, node: Node)], _ what: String) -> [ComposeReference] {
      nodes.compactMap { name, node in
        guard let name else { return nil }
        let message = "a service \(what) \"\(name)\", which `\(section.rawValue)` does not declare"
        return ComposeReference(
          section: section, name: name,
          mistake: ConfigurationError(
            file: reading.file, line: node.mark?.line, column: node.mark?.column, message: message))
      }
    }
    func names(_ key: String) -> [(name: String?, node: Node)] {
      guard let node = value(key) else { return [] }
      if let mapping = node.mapping {
        return mapping.map { $0.key.string == "<<" ? (nil, $0.key) : ($0.key.string, $0.key) }
      }
      return (node.sequence ?? []).map { (reading.certain($0), $0) }
    }
    return references(.networks, names("networks"), "is in the network")
      + references(.services, names("depends_on"), "depends on the service")
      + references(
        .volumes, (value("volumes")?.sequence ?? []).map { (volume($0, reading), $0) }, "has the volume")
  }

  /// The volume that an entry of `volumes` names; nil for a folder, for one without a name, and where that is not known.
  private static func volume(_ node: Node, _ reading: ComposeReading) -> String? {
    let name: String
    if let mapping = node.mapping {
      guard reading.certain(ComposeFile.member("type", of: mapping)) == "volume",
        let source = reading.certain(ComposeFile.member("source", of: mapping))
      else { return nil }
      name = source
    } else {
      guard let parts = reading.certain(node)?.split(separator: ":", omittingEmptySubsequences: false),
        let source = parts.first, parts.count > 1
      else { return nil }
      name = String(source)
    }
    // A single letter is a drive of Windows.
    let isName = name.utf8.count > 1 && name.first != "." && name.utf8.allSatisfy(isPartOfName)
    return isName ? name : nil
  }

  private static func isPartOfName(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "-"):
      true
    default: false
    }
  }
}

extension ComposeFile {
  /// The networks or volumes that a file declares, by what services call them.
  struct Declarations {
    /// The name that the engine knows each by, where the file gives it one; nil where that is not known.
    private(set) var names: [String: String?] = [:]
    /// Those that are, or may be, made elsewhere.
    private var external: Set<String> = []

    /// Reads the section `networks` or `volumes`.
    init(_ node: Node?, _ reading: ComposeReading) {
      for (key, value) in node?.mapping ?? [:] {
        guard let declared = key.string else { continue }
        let mapping = value.mapping ?? [:]
        let external = ComposeFile.member("external", of: mapping)
        let named = ComposeFile.member("name", of: mapping) ?? external?["name"]
        let isExternal = external.map { $0.mapping != nil || reading.certain($0).map(Self.isTrue) != false } ?? false
        if isExternal { self.external.insert(declared) }
        if let named {
          names[declared] = .some(reading.certain(named))
        } else if let external, isExternal {
          names[declared] = .some(external.mapping != nil || reading.certain(external) != nil ? declared : nil)
        } else {
          names[declared] = .some("")
        }
      }
    }

    init() {}

    private static func isTrue(_ text: String) -> Bool { ["true", "yes", "on"].contains(text.lowercased()) }

    mutating func override(with other: Declarations) {
      names.merge(other.names) { $1 }
      external.formUnion(other.external)
    }

    /// What the engine calls one.
    /// - Returns: nil where that is not known.
    func name(of declared: String, project: String) -> String? {
      guard let name = names[declared, default: ""] else { return nil }
      return name.isEmpty ? "\(project)_\(declared)" : name
    }

    /// What the engine calls those that the project makes, and those that are made elsewhere.
    func made(by project: String) -> DockerSettings.Declared {
      let own = names.keys.filter { !external.contains($0) }.compactMap { name(of: $0, project: project) }
      let others = external.map { name(of: $0, project: project) }
      return .init(own: Set(own), external: others.contains(nil) ? nil : Set(others.compactMap(\.self)))
    }
  }

  /// What services name and nothing declares, where everything is known. A service that belongs to a profile is left out,
  /// as nothing of it is asked for.
  var dangling: [ComposeRefusal] {
    guard !includesOthers, !services.values.contains(where: \.lacksParent) else { return [] }
    return services.sorted { $0.key < $1.key }.filter { !$0.value.isOptional }.flatMap(\.value.references)
      .filter { !isDeclared($0) }
      .map { ComposeRefusal(reason: .undeclared, mistake: $0.mistake, dependsOnVariables: false) }
  }

  private func isDeclared(_ reference: ComposeReference) -> Bool {
    switch reference.section {
    case .networks: reference.name == "default" || networks.names.keys.contains(reference.name)
    case .services: services.keys.contains(reference.name)
    case .volumes: volumes.names.keys.contains(reference.name)
    }
  }
}
