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
    /// Whether there is one may not be seen: the path at which the look ended.
    case unseen(String)
  }

  let folder: String
  let files: FileSystem

  /// The interpreter of this environment.
  var interpreter: InterpreterPlace {
    for name in ["python", "python3"] {
      let path = "\(folder)/bin/\(name)"
      do throws(FileError) {
        _ = try files.examine(path)
        return files.isExecutable(path) ? .found(path) : .notExecutable(path)
      } catch {
        if error == .notPermitted { return .unseen(path) }
        if files.kind(of: path, followLinks: false) != nil { return .dangling(target: lastTarget(of: path)) }
      }
    }
    return .missing
  }

  /// The first path of a chain of links at which there is nothing.
  private func lastTarget(of path: String) -> String {
    var current = path
    for _ in 0..<16 {
      guard let target = files.destination(ofLink: current) else { return current }
      current = PathText(current).folder.appending(target).text
    }
    return current
  }

  /// What `pyvenv.cfg` says, its keys in small letters; nil where there is none.
  var configuration: [String: String]? {
    guard let text = try? files.readText(folder + "/pyvenv.cfg") else { return nil }
    var values: [String: String] = [:]
    for line in text.split(whereSeparator: \.isNewline) {
      guard let equals = line.firstIndex(of: "=") else { continue }
      let words = [line[..<equals], line[line.index(after: equals)...]].map { part in
        part.split(separator: " ").joined(separator: " ")
      }
      values[words[0].lowercased()] = words[1]
    }
    return values
  }

  /// The minor version of the interpreter that it was made with: `3.11`.
  var madeWith: String? {
    guard let configuration, let version = configuration["version_info"] ?? configuration["version"] else { return nil }
    return Self.minor(version)
  }

  /// `3.11` of `3.11.7.final.0`.
  static func minor(_ version: String) -> String? {
    let parts = version.split(separator: ".")
    return parts.count < 2 ? nil : parts[..<2].joined(separator: ".")
  }

  /// Whether conda made it.
  var isConda: Bool { files.kind(of: folder + "/conda-meta") == .folder }
}
