import HandoffModel
import HandoffSystem
import HandoffText

/// Whether the project uses Python, and in which virtual environment.
enum DiscoverPython {
  private static let signs = [
    "pyproject.toml", "setup.py", "setup.cfg", "Pipfile", ".python-version", "environment.yml", "environment.yaml",
  ]

  static func discover(
    _ said: Configuration.Area<Configuration.Python>, _ files: ProjectFiles
  ) -> AreaUse<PythonSettings> {
    if said == .off { return .unused(switchedOff) }
    let names = files.names
    let requirements = files.requirementNames(names)
    let isUsed = said.value != nil || !requirements.isEmpty || names.contains(where: signs.contains)
    let places = PythonPlaces(files: files)
    let environment =
      said.value?.environment.map { Setting($0, Source(.configuration, "python.environment")) }
      ?? places.inside ?? (isUsed ? places.outside : nil)
    guard isUsed || environment != nil else { return .unused("no virtual environment and no Python project file") }
    let tools = tools(said.value, files)
    var settings = PythonSettings(environment: environment, tools: tools, requirements: requirements)
    if environment == nil { settings.hidden = places.hidden }
    return .used(settings)
  }

  private static func tools(_ said: Configuration.Python?, _ files: ProjectFiles) -> Setting<[String]> {
    if let tools = said?.tools { return Setting(tools, Source(.configuration, "python.tools")) }
    for file in ["pytest.ini", "conftest.py", "tests/conftest.py"] where files.kind(file) == .regular {
      return Setting(["pytest"], Source(.file, file))
    }
    let pythonManifests = files.manifests.filter { manifest in
      manifest.name.hasPrefix("requirements")
        || ["pyproject.toml", "setup.py", "setup.cfg", "Pipfile"].contains(manifest.name)
    }
    for manifest in pythonManifests where names("pytest", manifest.text) {
      return Setting(["pytest"], Source(.file, manifest.name))
    }
    return Setting([], Source(.defaultValue))
  }

  /// Whether a file names a word in more than its comments.
  private static func names(_ word: String, _ text: String) -> Bool {
    guard text.contains(word) else { return false }
    return text.split(whereSeparator: \.isNewline).contains { line in
      line.prefix { $0 != "#" }.contains(word)
    }
  }

  /// An entry after the first. What it requires stands beside it, where it is in a folder of its own.
  static func further(_ said: Configuration.Python, _ files: ProjectFiles) -> PythonSettings? {
    guard let name = said.name, let environment = said.environment else { return nil }
    func source(_ key: String) -> Source { Source(.configuration, "python[\(name)].\(key)") }
    let folder = environment.hasPrefix("/") ? nil : environment.split(separator: "/").dropLast().joined(separator: "/")
    var requirements: [String] = []
    if let folder, !folder.isEmpty {
      let names = (try? files.host.files.list("\(files.root)/\(folder)")) ?? []
      requirements = names.filter { $0.hasPrefix("requirements") && $0.hasSuffix(".txt") }.map { "\(folder)/\($0)" }
    }
    var settings = PythonSettings(
      environment: Setting(environment, source("environment")),
      tools: said.tools.map { Setting($0, source("tools")) } ?? Setting([], Source(.defaultValue)),
      requirements: requirements)
    settings.name = name
    return settings
  }
}
