import HandoffModel
import HandoffProject
import HandoffSystem

/// Whether files of a build context changed after an image was built.
///
/// Looked at are the files that commits since then or uncommitted changes touch, handoffs and what `.dockerignore` leaves
/// out aside; the image is stale when one of them was written after it. A commit alone does not make it so: one edits,
/// builds, tries, and then commits. It is a guess all the same, as a build may use less than its context.
struct ImageFreshness {
  enum Answer: String {
    case current, stale, unknown
  }

  /// The repository around the project, or nil where there is none that can be read.
  let repository: GitRepository?
  let context: ProbeContext
  let deadline: Deadline

  /// Looks for the repository.
  init(_ context: ProbeContext, deadline: Deadline) async {
    self.context = context
    self.deadline = deadline
    repository = try? await GitRepository(Git(in: context.project.root, host: context.host), deadline: deadline)
  }

  /// Whether an image is as new as the files that it is built from.
  /// - Parameters:
  ///   - builtAt: when the image was built, in seconds since 1970.
  ///   - service: what it is built from.
  func answer(builtAt: Double, _ service: DockerSettings.Service) async -> Answer {
    guard let repository, repository.canReadWorkTree, let folder = service.buildContext,
      case let folder = context.path(folder), let real = context.host.files.realPath(folder)
    else { return .unknown }
    let specs = pathspecs(real, service, repository)
    guard !specs.isEmpty else { return .unknown }
    async let committed = repository.git.read(
      ["log", "--since=@\(Int(builtAt))", "--max-count=500", "--name-only", "--no-renames", "--format=", "-z", "--"]
        + specs, outputLimit: 16 << 20, deadline: deadline)
    async let changed = repository.git.read(
      ["status", "--porcelain", "-z", "--no-renames", "--untracked-files=all", "--ignore-submodules=all", "--"] + specs,
      outputLimit: 16 << 20, deadline: deadline)
    let (log, status) = await (committed, changed)
    // Without a commit there is no log, and everything is untracked.
    guard status.succeeded, log.succeeded || log.errorText.contains("does not have any commits") else {
      return .unknown
    }
    var paths = Set(log.standardOutput.split(separator: 0).map { Array($0) })
    for entry in status.standardOutput.split(separator: 0) where entry.count > 3 {
      paths.insert(Array(entry.dropFirst(3)))
    }
    return paths.contains { isNewer($0, than: builtAt, repository) } ? .stale : .current
  }

  /// Whether a file was written after the image was built; a file that is no more counts by its folder.
  private func isNewer(_ path: [UInt8], than builtAt: Double, _ repository: GitRepository) -> Bool {
    var file = topFolder(repository) + "/" + String(decoding: path, as: UTF8.self)
    if context.host.files.kind(of: file, followLinks: false) == nil {
      file = String(file[..<(file.lastIndex(of: "/") ?? file.endIndex)])
    }
    guard let time = context.host.files.modificationTime(file) else { return false }
    return Double(time) > builtAt
  }

  private func topFolder(_ repository: GitRepository) -> String {
    guard !repository.prefix.isEmpty else { return context.project.root }
    return String(context.project.root.dropLast(repository.prefix.count))
  }

  // MARK: Paths

  /// The files of a build context, as git's pathspecs from the top of the work tree; empty for a context outside it.
  private func pathspecs(
    _ folder: String, _ service: DockerSettings.Service, _ repository: GitRepository
  ) -> [String] {
    let top = topFolder(repository)
    guard folder == top || folder.hasPrefix(top + "/") else { return [] }
    let inside = folder == top ? "" : String(folder.dropFirst(top.count + 1))
    var specs = [":(top,literal)" + inside]
    if inside.isEmpty { specs = [":(top)"] }
    if let file = service.buildFile, let real = context.host.files.realPath(context.path(file)),
      real.hasPrefix(top + "/")
    {
      specs.append(":(top,literal)" + real.dropFirst(top.count + 1))
    }
    if let handoffs = GitHandoffPaths(handoffs: context.project.handoffs.value, prefix: repository.prefix) {
      specs.append(handoffs.others)
    }
    return specs + ignored(folder, inside)
  }

  /// What `.dockerignore` leaves out, where it only leaves out: an exception in it would need more than git can say.
  /// https://docs.docker.com/build/concepts/context/#dockerignore-files
  private func ignored(_ folder: String, _ inside: String) -> [String] {
    guard let text = try? context.host.files.readText(folder + "/.dockerignore") else { return [] }
    var patterns: [String] = []
    for line in text.split(whereSeparator: \.isNewline) where line.first != "#" {
      var pattern = line.drop { $0 == " " || $0 == "\t" || $0 == "/" }
      while let last = pattern.last, " \t/".contains(last) { pattern.removeLast() }
      if pattern.first == "!" { return [] }
      if pattern.hasPrefix("./") { pattern = pattern.dropFirst(2) }
      if !pattern.isEmpty, !pattern.hasPrefix("..") { patterns.append(String(pattern)) }
    }
    let base = inside.isEmpty ? "" : inside.map { "\\*?[".contains($0) ? "\\\($0)" : String($0) }.joined() + "/"
    return patterns.flatMap { [":(top,exclude,glob)\(base)\($0)", ":(top,exclude,glob)\(base)\($0)/**"] }
  }
}
