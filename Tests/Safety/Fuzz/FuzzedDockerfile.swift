@testable import HandoffProbes

/// A Dockerfile, and the patterns of its COPY and of `.dockerignore`.
enum FuzzedDockerfile: FuzzedParser {
  static func parse(_ input: [UInt8]) {
    let text = text(input)
    for target in [nil, "build"] {
      let file = BuildFile(text, arguments: ["A": "1"], target: target)
      if let base = file.base { hold(!base.hasPrefix("-") && !base.isEmpty, "a base can stand in a command") }
      for pattern in file.namedSources.prefix(4) { _ = pattern.matches(file.base ?? "a/b") }
    }
    for line in text.split(whereSeparator: \.isNewline).prefix(8) {
      let pattern = PathPattern(String(line))
      _ = pattern.matches(String(repeating: "aa/a", count: 20))
      if !line.unicodeScalars.contains(where: { "*?[\\".unicodeScalars.contains($0) }) {
        hold(pattern.matches(pattern.text), "a path fits itself")
      }
    }
  }
}
