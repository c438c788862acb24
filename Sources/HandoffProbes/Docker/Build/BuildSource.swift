import HandoffModel
import HandoffProject
import HandoffSystem

/// The files that an image is built from: what the builder gets of a build context, and the Dockerfile.
///
/// Left out are what `.dockerignore` (or `NAME.dockerignore` beside a Dockerfile NAME) leaves out, that file itself,
/// repositories' `.git`, the project's handoffs, and what git ignores, unless COPY or ADD names it: caches and logs lie
/// in many a context and do not make an image old.
struct BuildSource: Sendable {
  /// The context, an absolute path without symbolic links.
  let folder: String
  /// The Dockerfile, likewise; nil where its text stands in the compose file.
  let buildFile: String?
  /// The text of the Dockerfile.
  let buildText: String
  /// What the Dockerfile says.
  let recipe: BuildFile
  /// The top of the work tree, or nil without a repository.
  private let top: String?
  private let ignore: BuildIgnore
  private let ignoreFile: String
  private let handoffs: GitHandoffPaths?
  /// What git ignores, relative to the context; folders with a slash at their end.
  private let unseenByGit: [String]
  private let files: FileSystem

  /// A file of the context.
  struct Entry: Hashable, Sendable {
    /// Relative to the context.
    let path: String
    /// Whether it counts although git ignores it.
    let isIgnoredByGit: Bool
  }

  /// What kept us from looking at what an image is built from.
  struct Unreadable: Error {
    /// The file, as it is shown; nil where git did not answer.
    let path: String?
  }

  /// Looks at what a service is built from.
  /// - Throws: ``Unreadable`` where there is no context or no Dockerfile that can be read, or it cannot be told what is
  ///   left out.
  init(
    _ service: DockerSettings.Service, _ context: ProbeContext, _ repository: GitRepository?, deadline: Deadline
  ) async throws(Unreadable) {
    files = context.host.files
    func place(_ path: String?) throws(Unreadable) -> String {
      let path = path.map(context.path)
      guard let real = path.flatMap(context.host.files.realPath) else {
        throw Unreadable(path: path.map(context.shown))
      }
      return real
    }
    let folder = try place(service.buildContext)
    self.folder = folder
    let buildFile = service.inlineBuildFile == nil ? try place(service.buildFile) : nil
    guard let buildText = try? buildFile.map({ try context.host.files.readText($0) }) ?? service.inlineBuildFile else {
      throw Unreadable(path: buildFile.map(context.shown))
    }
    self.buildFile = buildFile
    self.buildText = buildText
    recipe = BuildFile(buildText, arguments: service.buildArguments, target: service.buildTarget)
    let own = buildFile.map { $0 + ".dockerignore" }
    ignoreFile =
      own.flatMap { context.host.files.kind(of: $0) == .regular ? $0 : nil } ?? folder + "/.dockerignore"
    do throws(FileError) {
      ignore = BuildIgnore(try files.readText(ignoreFile))
    } catch {
      guard error == .missing else { throw Unreadable(path: context.shown(ignoreFile)) }
      ignore = BuildIgnore("")
    }
    top = repository.map { repository in
      repository.prefix.isEmpty ? context.project.root : String(context.project.root.dropLast(repository.prefix.count))
    }
    handoffs = GitHandoffPaths(handoffs: context.project.handoffs.value, prefix: repository?.prefix ?? "")
    let base = top ?? context.project.root
    handoffsBase = base
    guard let unseen = await Self.unseenByGit(folder, top, repository, deadline: deadline) else {
      throw Unreadable(path: nil)
    }
    unseenByGit = unseen
  }

  /// What the paths of handoffs are relative to.
  private let handoffsBase: String

  /// - Returns: nil when git does not answer.
  private static func unseenByGit(
    _ folder: String, _ top: String?, _ repository: GitRepository?, deadline: Deadline
  ) async -> [String]? {
    guard let repository, let top, let inside = relative(folder, to: top) else { return [] }
    let answer = await repository.git.read(
      [
        "ls-files", "--others", "--ignored", "--exclude-standard", "--directory", "-z", "--full-name", "--",
        inside.isEmpty ? ":(top)" : ":(top,literal)" + inside,
      ], deadline: deadline)
    guard answer.succeeded else { return nil }
    let prefix = inside.isEmpty ? "" : inside + "/"
    return answer.standardOutput.split(separator: 0).compactMap { bytes in
      let path = String(decoding: bytes, as: UTF8.self)
      // A context that git ignores altogether is not made of caches.
      return path.hasPrefix(prefix) && path != prefix ? String(path.dropFirst(prefix.count)) : nil
    }
  }

  /// The context relative to the top of the work tree; nil outside it.
  var insideWorkTree: String? { top.flatMap { Self.relative(folder, to: $0) } }
  /// The Dockerfile relative to the top of the work tree; nil outside it, and where it is no file.
  var buildFileInWorkTree: String? {
    guard let top, let buildFile else { return nil }
    return Self.relative(buildFile, to: top)
  }

  /// A path relative to a folder that it is in; empty for the folder itself.
  static func relative(_ path: String, to folder: String) -> String? {
    if path == folder { return "" }
    return PathText(path).text(behind: folder)
  }

  // MARK: What counts

  /// Whether a file counts, git's word on it aside.
  /// - Parameter path: absolute.
  func counts(_ path: String) -> Bool {
    if path == buildFile { return true }
    guard path != ignoreFile, let inside = Self.relative(path, to: folder), !inside.isEmpty else { return false }
    return !PathText(inside).components.contains(PathText(".git")) && !isHandoff(path) && !ignore.leavesOut(inside)
  }

  /// What the build takes out of the context, where that is known; nil for anything. A symbolic link that is named is
  /// followed by the builder, so that what it takes stands elsewhere.
  var taken: [PathPattern]? {
    guard let patterns = recipe.taken, !patterns.contains(where: { isLink($0.text) }) else { return nil }
    return patterns
  }

  /// Whether what a source names may be, or stand behind, a symbolic link.
  private func isLink(_ source: String) -> Bool {
    var place = folder
    func isLink(_ path: String) -> Bool { files.kind(of: path, followLinks: false) == .symbolicLink }
    for part in source.split(separator: "/") {
      if part.contains(where: { "*?[".contains($0) }) {
        let pattern = PathPattern(String(part))
        let names = (try? files.list(place)) ?? []
        return part.endIndex != source.endIndex
          || names.contains { pattern.matchesExactly($0) && isLink(place + "/" + $0) }
      }
      place += "/" + part
      if isLink(place) { return true }
    }
    return false
  }

  /// Whether a file counts for a build that takes this out of the context.
  /// - Parameters:
  ///   - path: absolute.
  ///   - taken: nil for anything.
  func counts(_ path: String, taken: [PathPattern]?) -> Bool {
    guard counts(path) else { return false }
    guard let taken, path != buildFile, let inside = Self.relative(path, to: folder) else { return true }
    return taken.contains { $0.matches(inside) }
  }

  private func isHandoff(_ path: String) -> Bool {
    guard let inside = Self.relative(path, to: handoffsBase) else { return false }
    return handoffs?.contains(inside) == true
  }

  /// Whether COPY or ADD names something that git ignores, or its folder, as far as git ignores that too.
  private func isNamed(_ path: String, below root: String) -> Bool {
    let root = root.hasSuffix("/") ? String(root.dropLast()) : root
    return recipe.namedSources.contains { source in
      if source.matchesExactly(root) || source.matchesExactly(path) { return true }
      return source.text.hasPrefix(root + "/") && source.matches(path)
    }
  }

  // MARK: Walking

  /// How much is read at most: beyond it, nobody waits for an answer.
  struct Limit {
    var files = 100_000
    var bytes = 512 << 20
  }

  /// The files of the context, in the order of their bytes; nil where there are too many, or one cannot be seen.
  func entries(limit: Limit, deadline: Deadline) -> [Entry]? {
    var entries: [Entry] = []
    var folders: [(path: String, ignoredRoot: String?)] = [("", nil)]
    let (ignoredFolders, ignoredFiles) = (
      Set(unseenByGit.filter { $0.hasSuffix("/") }), Set(unseenByGit.filter { !$0.hasSuffix("/") })
    )
    while let (current, ignoredRoot) = folders.popLast() {
      guard let names = try? files.list(current.isEmpty ? folder : folder + "/" + current) else { return nil }
      for name in names where name != ".git" {
        if deadline.hasPassed || entries.count > limit.files { return nil }
        let path = current.isEmpty ? name : current + "/" + name
        let whole = folder + "/" + path
        if isHandoff(whole) || whole == ignoreFile { continue }
        let isOut = ignore.leavesOut(path)
        switch files.kind(of: whole, followLinks: false) {
        case .folder:
          if isOut, ignore.isFinal { continue }
          let root = ignoredRoot ?? (ignoredFolders.contains(path + "/") ? path + "/" : nil)
          if let root, !mayBeNamed(below: root) { continue }
          folders.append((path, root))
        case .regular, .symbolicLink:
          if isOut { continue }
          let root = ignoredRoot ?? (ignoredFiles.contains(path) ? path : nil)
          if let root, !isNamed(path, below: root) { continue }
          entries.append(Entry(path: path, isIgnoredByGit: root != nil))
        case nil: return nil
        default: continue
        }
      }
    }
    return entries.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
  }

  /// The files that COPY or ADD names although git ignores them, relative to the context; nil where there are too many
  /// files to tell.
  func ignoredByGit(deadline: Deadline) -> [String]? {
    let mayBeAny = unseenByGit.contains { path in
      deadline.hasPassed || (path.hasSuffix("/") ? mayBeNamed(below: path) : isNamed(path, below: path))
    }
    guard mayBeAny else { return [] }
    return entries(limit: Limit(files: 20_000), deadline: deadline)?.filter(\.isIgnoredByGit).map(\.path)
  }

  private func mayBeNamed(below root: String) -> Bool {
    let name = String(root.dropLast())
    return recipe.namedSources.contains { $0.matchesExactly(name) || $0.text.hasPrefix(root) }
  }
}
