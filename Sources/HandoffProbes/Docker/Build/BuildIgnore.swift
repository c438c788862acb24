import HandoffText

/// Which files of a build context `.dockerignore` leaves out, as the builder reads it: the last line that matches counts,
/// and a line that begins with `!` takes back in.
/// https://docs.docker.com/build/concepts/context/#dockerignore-files
struct BuildIgnore: Sendable {
  private let rules: [(pattern: PathPattern, isException: Bool)]

  /// Reads the text of such a file.
  init(_ text: String) {
    rules = text.split(whereSeparator: \.isNewline).compactMap { line in
      guard line.first != "#" else { return nil }
      var pattern = line.trimmed
      let isException = pattern.first == "!"
      if isException { pattern = pattern.dropFirst().trimmed }
      return pattern.isEmpty ? nil : (PathPattern(String(pattern)), isException)
    }
  }

  /// Whether a path, relative to the context, is left out.
  func leavesOut(_ path: String) -> Bool {
    var isOut = false
    // A line can only change what the lines before it said.
    for rule in rules where rule.isException == isOut && rule.pattern.matches(path) { isOut = !rule.isException }
    return isOut
  }

  /// Whether nothing below a folder that is left out can be taken back in.
  var isFinal: Bool { !rules.contains(where: \.isException) }
}
