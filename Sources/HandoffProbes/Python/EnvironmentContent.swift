import HandoffSystem
import HandoffText

/// What stands in a folder that is going to be emptied as a virtual environment, and is none of an environment's own. A
/// `pyvenv.cfg` alone says nothing: whoever wrote a repository may have put one beside its user's files.
struct EnvironmentContent {
  private let folder: String
  private let files: FileSystem
  /// What packages say that they have put into the environment, relative to it.
  private let installed: Set<String>

  /// What `venv`, virtualenv and uv make.
  private static let own: Set = [
    "bin", "include", "lib", "lib64", "share", "etc", "man", "pyvenv.cfg", ".gitignore", "CACHEDIR.TAG", ".lock",
  ]
  /// What conda makes beside those, of which it alone knows what it has put there.
  private static let ownOfConda: Set = [
    "conda-meta", "condabin", "compiler_compat", "doc", "docs", "fonts", "libexec", "mkspecs", "phrasebooks", "plugins",
    "qml", "resources", "sbin", "shell", "ssl", "translations", "var", "x86_64-conda-linux-gnu",
    "x86_64-conda_cos6-linux-gnu",
    "x86_64-conda_cos7-linux-gnu",
  ]

  /// - Parameter folder: absolute.
  init(_ folder: String, _ files: FileSystem) {
    self.folder = folder
    self.files = files
    installed = Self.installed(folder, files)
  }

  /// The path of something else in it, relative to the folder; nil where there is nothing else.
  /// - Parameter isOfConda: whether conda made it.
  func other(isOfConda: Bool) -> String? {
    let names = list("").sorted()
    let known = isOfConda ? Self.own.union(Self.ownOfConda) : Self.own
    if let name = names.first(where: { !known.contains($0) }) { return name }
    guard !isOfConda else { return nil }
    for library in ["lib", "lib64"] where kind(library) == .folder {
      for version in list(library) {
        let path = "\(library)/\(version)"
        guard isVersion(version) else { return path }
        if let name = list(path).first(where: { $0 != "site-packages" && $0 != "__pycache__" }) {
          return "\(path)/\(name)"
        }
      }
    }
    for name in ["bin", "etc", "include", "man", "share"] {
      if let path = other(below: name) { return path }
    }
    return nil
  }

  private func other(below path: String) -> String? {
    switch kind(path) {
    // Of a link only the link goes.
    case nil, .symbolicLink: return nil
    case .folder:
      if PathText(path).name == "__pycache__" { return nil }
      for name in list(path).sorted() {
        if let other = other(below: "\(path)/\(name)") { return other }
      }
      return nil
    default: return installed.contains(path) || isScript(path) ? nil : path
    }
  }

  /// `python3.13`, `pypy3.10`.
  private func isVersion(_ name: String) -> Bool {
    ["python", "pypy"].contains { name.hasPrefix($0) && name.dropFirst($0.count).first?.isNumber == true }
  }

  /// Whether it is what environments are begun with, or begins with this environment's interpreter, wherever the project
  /// stood at that time.
  private func isScript(_ path: String) -> Bool {
    guard path.hasPrefix("bin/") else { return false }
    let name = path.dropFirst(4)
    if ["python", "pip", "pypy", "activate", "Activate.ps1", "deactivate", "wheel", "easy_install"]
      .contains(where: name.hasPrefix)
    {
      return true
    }
    let text = String(decoding: (try? files.read("\(folder)/\(path)")) ?? [], as: UTF8.self)
    // A path that is too long for the first line stands in the second.
    return text.hasPrefix("#!")
      && text.split(whereSeparator: \.isNewline).prefix(2).contains {
        $0.contains("/\(PathText(folder).name)/bin/py")
      }
  }

  private func kind(_ path: String) -> FileKind? { files.kind(of: "\(folder)/\(path)", followLinks: false) }
  private func list(_ path: String) -> [String] { (try? files.list("\(folder)/\(path)")) ?? [] }

  /// https://packaging.python.org/en/latest/specifications/recording-installed-packages/#the-record-file
  private static func installed(_ folder: String, _ files: FileSystem) -> Set<String> {
    let libraries = ((try? files.list(folder + "/lib")) ?? []).map { "\(folder)/lib/\($0)/site-packages" }
    var found: Set<String> = []
    for library in libraries {
      for package in (try? files.list(library)) ?? [] where package.hasSuffix(".dist-info") {
        guard let bytes = try? files.read("\(library)/\(package)/RECORD", limit: 8 << 20) else { continue }
        for line in String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline) {
          let path = line.prefix { $0 != "," }
          if path.hasPrefix("../../../") { found.insert(String(path.dropFirst(9))) }
        }
      }
    }
    return found
  }
}
