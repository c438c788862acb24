import HandoffProbes
import HandoffProject
import HandoffSystem
import HandoffText

/// A virtual environment that a reset would remove.
struct EnvironmentLoss: Sendable {
  /// Its folder, relative to the project.
  let folder: String
  let content: FolderRemoval.Content
  let packages: Int
  /// What stands in it and is none of a virtual environment's.
  let others: [String]
  /// Whether it is what a reset that was killed left of one.
  var isRemains = false

  /// What `venv` and virtualenv make, and what tools leave beside it.
  private static let ownNames: Set<String> = [
    "bin", "include", "lib", "lib64", "share", "etc", "man", "pyvenv.cfg", ".gitignore", "CACHEDIR.TAG", ".lock",
  ]

  /// Where one may have stood that nothing names any more.
  static let usualFolder = ".venv"

  var lines: [Message] {
    if isRemains {
      return [
        "\(Untrusted(folder)), which a reset that was killed left of a virtual environment: \(ByteCount.shown(content.bytes)), \(content.entries) files and folders"
      ]
    }
    let count: Message = packages == 1 ? "1 package" : "\(packages) packages"
    return [
      "virtual environment \(Untrusted(folder)): \(ByteCount.shown(content.bytes)), \(count), \(content.entries) files and folders"
    ] + others.map { "  with \(Untrusted(folder + "/" + $0)), which is none of an environment's own" }
  }

  /// Looks at the folder.
  /// - Parameter path: as the settings name it: relative to the project, or absolute.
  /// - Returns: nil where there is none.
  /// - Throws: ``ResetProblem`` where it must not be removed.
  static func look(_ path: String, _ context: ProbeContext) async throws(ResetProblem) -> EnvironmentLoss? {
    let files = context.host.files
    let whole = PathText(context.path(path))
    let shown = Untrusted(context.shown(whole.text))
    guard files.kind(of: whole.text, followLinks: false) != nil else { return nil }
    let (clean, inside) = try place(of: whole, context)
    let configuration = clean + "/pyvenv.cfg"
    guard files.kind(of: configuration, followLinks: false) == .regular,
      let text = try? files.readText(configuration),
      text.split(whereSeparator: \.isNewline).contains(where: { line in
        line.prefix { $0 != "=" }.split(separator: " ").map { $0.lowercased() } == ["home"]
      })
    else { throw ResetProblem("\(shown) is no virtual environment: it has no pyvenv.cfg that names an interpreter") }
    let content = try await content(of: clean, context)
    let names = (try? files.list(clean)) ?? []
    return EnvironmentLoss(
      folder: inside, content: content, packages: packages(in: clean, files),
      others: names.filter { !ownNames.contains($0) })
  }

  /// What resets that were killed left of it.
  /// - Parameter path: as the settings name it.
  /// - Throws: ``ResetProblem`` where something of that name must not be removed.
  static func remains(of path: String, _ context: ProbeContext) async throws(ResetProblem) -> [EnvironmentLoss] {
    guard let whole = PathText(context.path(path)).normalized, whole.isBelow(context.project.root) else { return [] }
    var losses: [EnvironmentLoss] = []
    for name in FolderRemoval.remains(of: whole.name, in: whole.folder.text) {
      let (clean, inside) = try place(of: whole.folder.appending(name), context)
      let content = try await content(of: clean, context)
      losses.append(EnvironmentLoss(folder: inside, content: content, packages: 0, others: [], isRemains: true))
    }
    return losses
  }

  /// - Returns: the folder's path, and the same relative to the project.
  /// - Throws: ``ResetProblem`` where it is no folder in the project, or a link leads there.
  private static func place(
    of whole: PathText, _ context: ProbeContext
  ) throws(ResetProblem) -> (clean: String, inside: String) {
    let files = context.host.files
    let root = context.project.root
    let shown = Untrusted(context.shown(whole.text))
    guard let clean = whole.normalized?.text, PathText(clean).isBelow(root),
      let inside = PathText(clean).relative(to: root)
    else { throw ResetProblem("\(shown) stands outside the project's folder, or is that folder") }
    // A link, also one on the way, leads elsewhere.
    guard files.realPath(clean) == clean else {
      throw ResetProblem("\(shown) is a symbolic link, or stands behind one")
    }
    guard files.kind(of: clean, followLinks: false) == .folder else { throw ResetProblem("\(shown) is no folder") }
    return (clean, inside)
  }

  /// What is in a folder of the project that git does not track.
  private static func content(
    of clean: String, _ context: ProbeContext
  ) async throws(ResetProblem) -> FolderRemoval.Content {
    let shown = Untrusted(context.shown(clean))
    let files = context.host.files
    switch await context.isTracked(clean) {
    case true: throw ResetProblem("git tracks files in \(shown)")
    case nil: throw ResetProblem("git does not tell whether it tracks files in \(shown)")
    default: break
    }
    if files.kind(of: clean + "/.git", followLinks: false) != nil {
      throw ResetProblem("\(shown) holds a repository of its own")
    }
    do throws(FileWriteError) {
      return try FolderRemoval.measure(clean)
    } catch {
      let reason: Message =
        error == .notRegular ? "something is mounted in it" : "it cannot be looked through (\(Untrusted("\(error)")))"
      throw ResetProblem("\(shown) is left alone: \(reason)")
    }
  }

  private static func packages(in folder: String, _ files: FileSystem) -> Int {
    let versions = ((try? files.list(folder + "/lib")) ?? []).filter { $0.hasPrefix("python") || $0.hasPrefix("pypy") }
    return versions.reduce(0) { sum, version in
      let names = (try? files.list("\(folder)/lib/\(version)/site-packages")) ?? []
      return sum + names.count { $0.hasSuffix(".dist-info") || $0.hasSuffix(".egg-info") }
    }
  }

  /// Removes it, where it still is what it was.
  func remove(_ context: ProbeContext) async throws(ResetProblem) {
    if !isRemains {
      guard let now = try await Self.look(folder, context) else { return }
      if let new = now.others.first(where: { !others.contains($0) }) {
        throw ResetProblem("\(Untrusted(folder + "/" + new)) was not shown before; nothing of it was removed")
      }
    }
    let path = PathText(PathText(context.project.root).appending(folder).text)
    do throws(FileWriteError) {
      try FolderRemoval.remove(path.name, in: path.folder.text, isRemains: isRemains)
    } catch {
      throw ResetProblem("\(Untrusted(folder)) was not removed whole: \(Untrusted("\(error)"))")
    }
  }
}
