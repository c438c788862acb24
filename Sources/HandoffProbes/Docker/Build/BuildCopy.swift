/// What an instruction of a Dockerfile takes out of the build context.
/// https://docs.docker.com/reference/dockerfile/
enum BuildCopy {
  /// Instructions that take nothing. Of others, such as ONBUILD and those of a frontend of one's own, nobody knows.
  static let otherKeywords: Set<String> = [
    "ARG", "CMD", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER", "SHELL", "STOPSIGNAL",
    "USER", "VOLUME", "WORKDIR",
  ]

  /// The paths that COPY or ADD names; nil where they are not literal or globs, or are the whole context.
  static func taken(_ instruction: String, _ operands: [String]) -> [PathPattern]? {
    var paths = operands
    if let list = BuildFile.list(instruction, operands) {
      // A comma in a name has cut it in two.
      guard list.allSatisfy({ $0.count >= 2 && $0.hasPrefix("\"") && $0.hasSuffix("\"") }) else { return nil }
      paths = list.map(BuildFile.unquoted)
    }
    guard paths.count >= 2 else { return nil }
    var patterns: [PathPattern] = []
    for path in paths.dropLast() where !path.contains("://") {
      let pattern = PathPattern(path)
      guard !path.contains(where: { "$<\\\"'".contains($0) }), !path.contains(".."),
        !["", "*", "**"].contains(pattern.text)
      else { return nil }
      patterns.append(pattern)
    }
    return patterns
  }

  /// Whether RUN sees the context: a mount is a bind of the context unless it says otherwise.
  static func mountsContext(_ words: [String]) -> Bool {
    words.dropFirst().prefix { $0.hasPrefix("--") }.filter { $0.hasPrefix("--mount") }.contains { word in
      let options = word.dropFirst("--mount=".count).split(separator: ",")
      let type = options.first { $0.hasPrefix("type=") }?.dropFirst("type=".count) ?? "bind"
      return type == "bind" && !options.contains { $0.hasPrefix("from=") }
    }
  }
}
