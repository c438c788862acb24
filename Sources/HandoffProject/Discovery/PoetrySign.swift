/// What tells that poetry installs a project.
public enum PoetrySign {
  /// Whether `pyproject.toml` says so, by a table of poetry's or by its build backend.
  public static func isIn(pyproject text: String) -> Bool {
    text.split(whereSeparator: \.isNewline).contains { line in
      line.hasPrefix("[tool.poetry]") || line.hasPrefix("[tool.poetry.")
        || line.hasPrefix("build-backend") && line.contains("poetry.core")
    }
  }
}
