import HandoffModel
import HandoffSystem
import HandoffText

/// Reads the files of a compose project, each laid over the one before it.
struct ComposeFileReader {
  let files: ProjectFiles
  /// The files, relative to the root or absolute.
  let paths: [String]
  /// What chose them.
  let source: Source
  /// Where `handoff.yml` names the file, or nil.
  let namedBy: String?
  /// Those that could not be read, and files that they take services from.
  private(set) var unreadable: [UnreadableFile] = []
  private var extended: [PathText: ComposeFile?] = [:]
  private var extensions = 0

  /// How many services may extend those of other files.
  private static let mostExtensions = 1000

  init(files: ProjectFiles, paths: [String], source: Source, namedBy: String?) {
    (self.files, self.paths, self.source, self.namedBy) = (files, paths, source, namedBy)
  }

  /// Reads all of them.
  /// - Returns: nil where the first one could not be read.
  mutating func read() throws(ConfigurationError) -> ComposeFile? {
    var file: ComposeFile?
    for path in paths {
      let next = try readOne(path)
      guard file != nil else {
        guard let next else { return nil }
        file = next
        continue
      }
      if let next { file?.override(with: next) }
    }
    return file
  }

  /// Reads one, with what its services extend.
  private mutating func readOne(_ path: String) throws(ConfigurationError) -> ComposeFile? {
    switch source.kind == .environment ? files.look(path) : files.lookInside(path) {
    case .text(let text):
      var file = try parse(text, path, besides: paths[0])
      try file.inherit(in: ComposeFile.folder(of: paths[0])) { other throws(ConfigurationError) in
        try self.extended(other, from: path)
      }
      return file
    case .unreadable(let file): unreadable.append(file)
    case .absent:
      let isNamed = namedBy != nil || (path != paths[0] && source.kind != .file)
      if isNamed {
        let reason: Message = "is not there, and \(Untrusted(namedBy ?? "COMPOSE_FILE")) names it as the compose file"
        unreadable.append(UnreadableFile(path: path, .missing, reason))
      }
    }
    return nil
  }

  /// - Parameter base: the file beside which the paths that it gives lie.
  private func parse(_ text: String, _ path: String, besides base: String) throws(ConfigurationError) -> ComposeFile {
    let files = files
    return try ComposeFile(
      text, file: path, variables: files.composeVariable, beside: { Self.beside(base, $0) }, look: files.lookInside)
  }

  /// A path that a compose file gives, which is relative to the folder of the first one.
  private static func beside(_ file: String, _ path: String) -> String {
    PathText(file).folder.appending(path).text
  }

  /// A file that holds a service which another one extends.
  /// - Parameter file: the compose file that leads there.
  /// - Returns: nil where it cannot be read, which is noted.
  private mutating func extended(_ path: String, from file: String) throws(ConfigurationError) -> ComposeFile? {
    extensions += 1
    guard extensions <= Self.mostExtensions else { return nil }
    if let known = extended[PathText(path)] { return known }
    var found: ComposeFile?
    var problem: UnreadableFile?
    switch files.lookInside(path) {
    case .text(let text): found = try parse(text, path, besides: path)
    case .unreadable(let hidden): problem = hidden
    case .absent:
      problem = UnreadableFile(path: file, .mistake, "takes services from \(Untrusted(path)), which is not there")
    }
    if let problem, !unreadable.contains(problem) { unreadable.append(problem) }
    extended[PathText(path)] = .some(found)
    return found
  }
}

extension ProjectFiles {
  /// What a variable of a compose file stands for. For compose, what is set and empty is set.
  func composeVariable(_ name: String) -> String? { environment.variables[name] ?? dotenv?[name] }
}
