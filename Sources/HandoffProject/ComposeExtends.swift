import Yams

extension ComposeFile.Service {
  /// A service that another one extends.
  struct Parent {
    /// The file that it stands in, as it is named; nil for the same one.
    let file: String?
    let service: String
  }

  /// This service as one of a file in another folder, relative to which its build context is.
  /// - Parameter folder: its file's folder, relative to the extending one's, or absolute; empty for the same one.
  fileprivate func moved(from folder: String) -> Self {
    var moved = self
    if isBuilt, !folder.isEmpty {
      let context = context ?? "."
      let isElsewhere = context.hasPrefix("/") || context.contains("://") || context.hasPrefix("git@")
      moved.context = isElsewhere ? context : folder + "/" + context
    }
    return moved
  }
}

extension ComposeFile.Service.Parent {
  /// Reads `extends`: a service's name, or a mapping of `service` and `file`.
  /// - Parameter text: a scalar's text, its variables put in.
  init?(_ node: Node, _ text: (Node?) -> String?) {
    guard let mapping = node.mapping else {
      guard let name = text(node) else { return nil }
      self.init(file: nil, service: name)
      return
    }
    guard let service = text(ComposeFile.member("service", of: mapping)) else { return nil }
    self.init(file: text(ComposeFile.member("file", of: mapping)), service: service)
  }
}

extension ComposeFile {
  /// How many services may extend each other in a row.
  private static let longestLine = 16

  /// Puts into each service what it takes from the one that it extends, if it does.
  /// https://github.com/compose-spec/compose-spec/blob/main/05-services.md#extends
  /// - Parameters:
  ///   - folder: what the names of files are relative to, relative to the root or absolute; empty for the root.
  ///   - read: reads a further file; nil where it cannot be read.
  mutating func inherit(
    in folder: String, reading read: (String) throws(ConfigurationError) -> ComposeFile?
  ) throws(ConfigurationError) {
    for name in services.keys.sorted() { try inherit(name, in: folder, left: Self.longestLine, reading: read) }
  }

  private mutating func inherit(
    _ name: String, in folder: String, left: Int, reading read: (String) throws(ConfigurationError) -> ComposeFile?
  ) throws(ConfigurationError) {
    guard let own = services[name], let parent = own.parent else { return }
    // Services that extend each other are followed once.
    services[name]?.parent = nil
    let base = left > 0 ? try self.parent(parent, in: folder, left: left - 1, reading: read) : nil
    guard let base else {
      services[name]?.lacksParent = true
      return
    }
    var laid = ComposeFile(services: [name: base])
    laid.override(with: ComposeFile(services: [name: own]))
    services[name] = laid.services[name]
  }

  /// The service that another one extends, with what it takes itself from others; nil where it is not known.
  private mutating func parent(
    _ parent: Service.Parent, in folder: String, left: Int,
    reading read: (String) throws(ConfigurationError) -> ComposeFile?
  ) throws(ConfigurationError) -> Service? {
    guard let path = parent.file else {
      try inherit(parent.service, in: folder, left: left, reading: read)
      return services[parent.service]
    }
    // A file elsewhere is not fetched.
    guard !path.contains("://"), !path.hasPrefix("git@") else { return nil }
    let whole = path.hasPrefix("/") || folder.isEmpty ? path : folder + "/" + path
    guard var other = try read(whole) else { return nil }
    try other.inherit(parent.service, in: Self.folder(of: whole), left: left, reading: read)
    return other.services[parent.service]?.moved(from: Self.folder(of: path))
  }

  /// The folder of a path, as that is: relative, empty for none, or absolute.
  static func folder(of path: String) -> String {
    path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
  }
}
