import Crypto
import HandoffModel
import HandoffSystem
import HandoffText

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What tells a virtual environment from another folder.
enum VirtualEnvironmentSign {
  /// Whether a folder is one: it has a `pyvenv.cfg`, an interpreter that is a link, or what conda notes of it.
  static func isThere(_ folder: String, _ files: FileSystem) -> Bool {
    files.kind(of: folder + "/pyvenv.cfg") == .regular
      || files.kind(of: folder + "/bin/python", followLinks: false) == .symbolicLink
      || files.kind(of: folder + "/conda-meta") == .folder
  }
}

/// Where a project's environment can be: in its folder, or where the program that made it keeps all of them.
struct PythonPlaces {
  let files: ProjectFiles
  private let sign: PoetrySign

  init(files: ProjectFiles) {
    self.files = files
    sign = PoetrySign(root: files.root, files: files.host.files)
  }

  private static let folders = [".venv", "venv", "env", ".env"]

  private var root: String { files.root }

  /// An environment in the project, or one whose place the session names for this project.
  var inside: Setting<String>? {
    // https://docs.astral.sh/uv/concepts/projects/config/#project-environment-path
    if files.kind("uv.lock") == .regular, let folder = files.environment["UV_PROJECT_ENVIRONMENT"], !folder.isEmpty {
      return Setting(relative(folder), Source(.environment, "UV_PROJECT_ENVIRONMENT"))
    }
    // A link whose target is gone is still a virtual environment: a broken one.
    if let found = Self.folders.first(where: { VirtualEnvironmentSign.isThere(root + "/" + $0, files.host.files) }) {
      return Setting(found, Source(.folder, found))
    }
    // So is one that may not be looked into.
    if let hidden = Self.folders.prefix(2).first(where: isHidden) { return Setting(hidden, Source(.folder, hidden)) }
    if let active = files.environment["VIRTUAL_ENV"], PathText(active).isBelow(root) {
      return Setting(relative(active), Source(.environment, "VIRTUAL_ENV"))
    }
    return nil
  }

  /// An environment that stands outside of the project, where poetry, pipenv or conda keep them, or that is active.
  var outside: Setting<String>? {
    if let folder = poetry { return folder }
    if let folder = pipenv { return folder }
    if let folder = conda { return folder }
    if let active = files.environment["VIRTUAL_ENV"], VirtualEnvironmentSign.isThere(active, files.host.files) {
      return Setting(active, Source(.environment, "VIRTUAL_ENV"))
    }
    return nil
  }

  /// What would tell where the environment is kept, and may not be looked into by this user; nil where nothing is hidden.
  var hidden: String? {
    if sign.likelyFile != nil, let folder = poetryFolder, isForbidden(folder) { return folder }
    if files.kind("Pipfile") == .regular, let folder = pipenvFolder, isForbidden(folder) { return folder }
    let namesOne = ["environment.yml", "environment.yaml"].contains { file in
      files.text(file).flatMap(Self.name) != nil
    }
    if namesOne, let list = files.environment.home.map({ $0 + "/.conda/environments.txt" }), isForbidden(list) {
      return list
    }
    return nil
  }

  private func isForbidden(_ path: String) -> Bool {
    PathText(path).isAbsolute && files.host.files.isForbidden(path)
  }

  private func relative(_ path: String) -> String {
    PathText(path).text(behind: root) ?? path
  }

  private func isHidden(_ folder: String) -> Bool {
    do throws(FileError) {
      _ = try files.host.files.examine("\(root)/\(folder)/pyvenv.cfg")
      return false
    } catch {
      return error == .notPermitted
    }
  }

  // MARK: Poetry

  /// `{cache-dir}/virtualenvs/NAME-HASH-pyX.Y`. Of several, the one that `poetry env use` wrote into `envs.toml`, else
  /// the newest.
  private var poetry: Setting<String>? {
    guard let file = sign.likelyFile, let folder = poetryFolder else { return nil }
    let own = ((try? files.host.files.list(folder)) ?? []).filter(sign.names)
    let chosen = (try? files.host.files.readText(folder + "/envs.toml")).flatMap {
      Self.minor(of: "-\(sign.digest)", in: $0)
    }
    func version(_ name: String) -> [Int] {
      (name.split(separator: "-").last ?? "").dropFirst(2).split(separator: ".").map { Int($0) ?? 0 }
    }
    let name =
      own.first { name in chosen.map { name.hasSuffix("-py\($0)") } ?? false }
      ?? own.max { version($0).lexicographicallyPrecedes(version($1)) }
    return name.map { Setting("\(folder)/\($0)", Source(.file, file)) }
  }

  /// The minor version in the table of a project, as poetry writes it: `[NAME-HASH]`, `minor = "3.11"`.
  private static func minor(of project: String, in text: String) -> String? {
    let toml = TOMLReader(text)
    return toml.names.first { $0.hasSuffix(project) }.flatMap { toml.value($0, "minor")?.text }
  }

  private var poetryFolder: String? {
    if let folder = files.environment["POETRY_VIRTUALENVS_PATH"] { return folder }
    if let cache = files.environment["POETRY_CACHE_DIR"] { return cache + "/virtualenvs" }
    guard let home = files.environment.home else { return nil }
    #if canImport(Darwin)
      return home + "/Library/Caches/pypoetry/virtualenvs"
    #else
      return (files.environment["XDG_CACHE_HOME"] ?? home + "/.cache") + "/pypoetry/virtualenvs"
    #endif
  }

  // MARK: Pipenv

  /// `NAME-HASH` in the folder of pipenv's environments, the hash being that of the Pipfile's path
  /// (https://pipenv.pypa.io/en/latest/virtualenv.html).
  private var pipenv: Setting<String>? {
    let file = "Pipfile"
    guard files.kind(file) == .regular, let folder = pipenvFolder else { return nil }
    let digest = Data(SHA256.hash(data: Data("\(root)/\(file)".utf8)).prefix(6)).base64EncodedString()
      .replacing("+", with: "-").replacing("/", with: "_")
    let names = (try? files.host.files.list(folder)) ?? []
    let own = files.environment["PIPENV_CUSTOM_VENV_NAME"]
    let name =
      names.first { $0 == own } ?? names.first { $0.hasSuffix("-\(digest)") }
      // Where PIPENV_PYTHON names an interpreter, that follows.
      ?? names.first { $0.contains("-\(digest)-") }
    return name.map { Setting("\(folder)/\($0)", Source(.file, file)) }
  }

  private var pipenvFolder: String? {
    if let folder = files.environment["WORKON_HOME"] {
      guard folder.hasPrefix("~/"), let home = files.environment.home else { return folder }
      return home + folder.dropFirst()
    }
    guard let home = files.environment.home else { return nil }
    return (files.environment["XDG_DATA_HOME"] ?? home + "/.local/share") + "/virtualenvs"
  }

  // MARK: Conda

  /// The environment that `environment.yml` names: the active one, or one of the list that conda keeps of all.
  private var conda: Setting<String>? {
    for file in ["environment.yml", "environment.yaml"] {
      guard let text = files.text(file) else { continue }
      guard let name = Self.name(in: text), name != "base" else { continue }
      let active = files.environment["CONDA_PREFIX"]
      if let active, files.environment["CONDA_DEFAULT_ENV"] == name || active.hasSuffix("/envs/\(name)") {
        return Setting(active, Source(.environment, "CONDA_PREFIX"))
      }
      guard let home = files.environment.home,
        let list = try? files.host.files.readText(home + "/.conda/environments.txt")
      else { continue }
      let folders = list.split(whereSeparator: \.isNewline).map(String.init)
      if let folder = folders.first(where: {
        $0.hasSuffix("/envs/\(name)") && files.kind($0 + "/conda-meta") == .folder
      }) {
        return Setting(folder, Source(.file, file))
      }
    }
    return nil
  }

  private static func name(in text: String) -> String? {
    for line in text.split(whereSeparator: \.isNewline) where line.hasPrefix("name:") {
      let name = line.dropFirst(5).prefix { $0 != "#" }.filter { !$0.isWhitespace && $0 != "\"" && $0 != "'" }
      return name.isEmpty ? nil : String(name)
    }
    return nil
  }
}
