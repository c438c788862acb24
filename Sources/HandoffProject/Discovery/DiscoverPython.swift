import HandoffModel
import HandoffSystem
import HandoffText

/// What tells a virtual environment from another folder.
enum VirtualEnvironmentSign {
  /// Whether a folder is one: it has a `pyvenv.cfg`, or an interpreter that is a link.
  static func isThere(_ folder: String, _ files: FileSystem) -> Bool {
    files.kind(of: folder + "/pyvenv.cfg") == .regular
      || files.kind(of: folder + "/bin/python", followLinks: false) == .symbolicLink
  }
}

/// Whether the project uses Python, and in which virtual environment.
enum DiscoverPython {
  private static let folders = [".venv", "venv", "env", ".env"]
  private static let signs = ["pyproject.toml", "setup.py", "setup.cfg", "Pipfile", ".python-version"]

  static func discover(
    _ said: Configuration.Area<Configuration.Python>, _ files: ProjectFiles
  ) -> AreaUse<PythonSettings> {
    if said == .off { return .unused(switchedOff) }
    let names = files.names
    let requirements = files.requirementNames(names)
    let environment = environment(said.value, files)
    let tools = tools(said.value, files)
    let settings = PythonSettings(environment: environment, tools: tools, requirements: requirements)
    if said.value != nil || environment != nil || !requirements.isEmpty || names.contains(where: signs.contains) {
      return .used(settings)
    }
    return .unused("no virtual environment and no Python project file")
  }

  private static func environment(_ said: Configuration.Python?, _ files: ProjectFiles) -> Setting<String>? {
    if let folder = said?.environment { return Setting(folder, Source(.configuration, "python.environment")) }
    // A link whose target is gone is still a virtual environment: a broken one.
    let found = folders.first { VirtualEnvironmentSign.isThere(files.root + "/" + $0, files.host.files) }
    if let found { return Setting(found, Source(.folder, found)) }
    if let active = files.environment["VIRTUAL_ENV"], active.hasPrefix(files.root + "/") {
      return Setting(String(active.dropFirst(files.root.count + 1)), Source(.environment, "VIRTUAL_ENV"))
    }
    return nil
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
    for manifest in pythonManifests where manifest.text.contains("pytest") {
      return Setting(["pytest"], Source(.file, manifest.name))
    }
    return Setting([], Source(.defaultValue))
  }
}
