import HandoffSystem

@testable import HandoffProject

/// A requirements file, which may include itself, `.python-version`, and `pyproject.toml`.
enum FuzzedRequirements: FuzzedParser {
  static func parse(_ input: [UInt8]) {
    FuzzFolder.write("requirements.txt", input)
    let requirements = Requirements(of: ["requirements.txt"], root: FuzzFolder.path, files: FileSystem())
    for line in requirements.lines {
      hold(!line.text.contains { $0.isNewline }, "a requirement is one line")
      hold(!line.text.isEmpty && !line.text.contains("://"), "a URL is left out")
      hold(line.line >= 1 && line.line <= input.count + 1, "a line is one of the file")
    }
    _ = Requirements.versions(text(input))
    hold(Requirements.dynamicFiles(in: text(input)).count <= input.count, "a file is named by some text")
  }
}
