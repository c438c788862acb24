import HandoffSystem
import HandoffText

/// The files of a project that its authors wrote: what git tracks or would track, or, without git, what stands in the
/// folder.
struct SourceFiles: Sendable {
  /// The paths relative to the project's folder, sorted.
  private(set) var paths: [String] = []
  /// Whether there were more than are looked at.
  private(set) var isCutOff = false

  /// How many files are looked at, and how many names of a folder without git.
  static let most = 20_000
  private static let mostNames = 100_000
  private static let deepest = 40

  /// Folders of what others wrote, or of a program's own.
  private static let foreign: Set<String> = [
    ".git", ".hg", ".svn", ".venv", "node_modules", "site-packages", "bower_components", "__pycache__", ".tox", ".nox",
    ".mypy_cache", ".pytest_cache", ".ruff_cache", ".terraform", ".gradle", ".idea", ".vscode", ".eggs", "Pods",
    ".github", ".circleci",
  ]
  /// Folders that builds fill. Where git tracks files in them, somebody wrote those.
  private static let built: Set<String> = [
    "venv", "dist", "build", "target", "out", ".build", ".next", ".nuxt", "vendor", "DerivedData", "coverage", ".cache",
  ]

  /// Asks git, and looks at the folder where git cannot say.
  /// - Parameters:
  ///   - root: the project's folder, an absolute path.
  ///   - handoffs: the folder of handoffs relative to it, which is left out.
  init(of root: String, handoffs: String, host: Host, deadline: Deadline) async {
    let names: [String]
    if host.files.nearestFolder(from: root, holding: ".git") != nil,
      let listed = await Self.listed(by: Git(in: root, host: host), deadline: deadline)
    {
      names = listed
    } else {
      names = walked(root, host.files)
    }
    for name in names where !PathText(name).isInside(handoffs) && !Self.isForeign(name) {
      if paths.count == Self.most {
        isCutOff = true
        break
      }
      // Links are not followed: what they lead to is listed itself, or is not the project's.
      if host.files.kind(of: root + "/" + name, followLinks: false) == .regular { paths.append(name) }
    }
  }

  private static func isForeign(_ path: String) -> Bool {
    PathText(path).components.dropLast().contains { foreign.contains($0.text) }
  }

  /// Those that git tracks, and those that it would take with `git add`.
  /// - Returns: nil where git cannot say.
  private static func listed(by git: Git, deadline: Deadline) async -> [String]? {
    let answer = await git.read(
      ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], deadline: deadline)
    guard answer.succeeded else { return nil }
    let names = answer.standardOutput.split(separator: 0).compactMap { String(validating: $0, as: UTF8.self) }
    return Set(names.map { PathText($0) }).sorted().map(\.text)
  }

  private mutating func walked(_ root: String, _ files: FileSystem) -> [String] {
    var found: [String] = []
    var open: [(folder: String, depth: Int)] = [("", 0)]
    var seen = 0
    while let (folder, depth) = open.popLast() {
      for name in (try? files.list(root + "/" + folder)) ?? [] {
        seen += 1
        guard seen <= Self.mostNames else {
          isCutOff = true
          return found.sorted()
        }
        let path = folder.isEmpty ? name : folder + "/" + name
        switch files.kind(of: root + "/" + path, followLinks: false) {
        case .regular: found.append(path)
        case .folder where depth < Self.deepest:
          let isEnvironment = files.kind(of: root + "/" + path + "/pyvenv.cfg") != nil
          if !isEnvironment, !Self.foreign.contains(name), !Self.built.contains(name) { open.append((path, depth + 1)) }
        default: continue
        }
      }
    }
    return found.sorted()
  }
}
