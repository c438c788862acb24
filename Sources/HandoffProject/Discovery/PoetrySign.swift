/// What tells that poetry installs a project.
public enum PoetrySign {
  /// Whether `pyproject.toml` says so, by a table of poetry's or by its build backend.
  public static func isIn(pyproject text: String) -> Bool {
    let toml = TOMLReader(text)
    let backend = toml.value("build-system", "build-backend")?.text
    return toml.value("tool", "poetry") != nil || backend?.contains("poetry.core") == true
  }
}
