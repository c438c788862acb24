import HandoffSystem

/// The folder of a virtual environment, as PEP 405 and the `venv` module lay it out.
struct VirtualEnvironment {
  /// What stands where the interpreter should.
  enum InterpreterPlace: Equatable {
    case found(String)
    case missing
    /// A link, or a link it leads to, points to nothing: where to.
    case dangling(target: String)
    case notExecutable(String)
  }

  let folder: String
  let files: FileSystem

  /// The interpreter of this environment.
  var interpreter: InterpreterPlace {
    for name in ["python", "python3"] {
      let path = "\(folder)/bin/\(name)"
      guard files.kind(of: path, followLinks: false) != nil else { continue }
      guard files.kind(of: path) != nil else { return .dangling(target: lastTarget(of: path)) }
      return files.isExecutable(path) ? .found(path) : .notExecutable(path)
    }
    return .missing
  }

  /// The first path of a chain of links at which there is nothing.
  private func lastTarget(of path: String) -> String {
    var current = path
    for _ in 0..<16 {
      guard let target = files.destination(ofLink: current) else { return current }
      current =
        target.hasPrefix("/")
        ? target : current.prefix(upTo: current.lastIndex(of: "/") ?? current.endIndex) + "/" + target
    }
    return current
  }
}
